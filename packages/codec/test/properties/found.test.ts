// What drawn schemas, values and bytes have found, kept as wire facts.

import {
  type AnySchema,
  array,
  at,
  bytes,
  Decoder,
  decimal,
  field,
  i32,
  type Length,
  lengthOf,
  nullable,
  reserved,
  rest,
  sized,
  string,
  struct,
  u8,
  u16,
  u24,
  u32,
  u64,
  until,
} from "@wireform/codec";
import { expect, test } from "vitest";
import { facts, failureOf } from "../support/facts.ts";
import { compileHere } from "../support/mode.ts";
import { fromHex } from "../support/shared-data.ts";

const digits = (text: string): string => Buffer.from(text, "latin1").toString("hex");

facts(decimal(until("\n")), {
  ok: [
    [Number.MAX_SAFE_INTEGER, digits("9007199254740991\n")],
    [Number.MAX_SAFE_INTEGER - 1, digits("9007199254740990\n")],
  ],
});

test("the bound of a message counts what lies at its offsets", () => {
  const codec = compileHere(struct({ nameAt: u16, name: at(field("nameAt"), string(u8)) }));
  expect(codec.encode({ name: "ada" })).toEqual(fromHex("000203616461"));
  expect(codec.bound).toEqual({ min: 2, max: Number.POSITIVE_INFINITY });
});

/** What a decoder says to bytes, cut in every place and byte by byte. */
function expectOneStory(schema: AnySchema, hex: string, expected: object): void {
  const codec = compileHere(schema);
  const bytes = fromHex(hex);
  const chunkings = Array.from(bytes, (_, i) => [bytes.slice(0, i), bytes.slice(i)]);
  for (const chunks of [...chunkings, Array.from(bytes, (n) => Uint8Array.of(n))]) {
    const decoder = new Decoder(codec);
    const read = () => chunks.flatMap((chunk) => [...decoder.push(chunk)]);
    expect(failureOf(read)).toMatchObject(expected);
  }
}

test("an offset past the largest message is refused at the same place in any chunks", () => {
  const schema = struct({ at: u32, kind: u8, name: at(field("at"), string(u8)) });
  expectOneStory(schema, "0104202020 2020".replace(" ", ""), { code: "limit", path: "name", offset: 5 });
});

test("a size past 2^53 is announced alike wherever the message starts", () => {
  const sizes = struct({ n: lengthOf(u64, { from: "a", to: "a" }), a: u8, b: bytes(u8) });
  const message = "0000000000000001 05 00".replaceAll(" ", "");
  const huge = "0100000000000001 05 00".replaceAll(" ", "");
  expectOneStory(sizes, message + huge, { code: "limit", actual: "72057594037927940 announced" });
  const behind = struct({ kind: u24, head: struct({ n: lengthOf(u64, { from: "a", to: "a" }), a: u16 }) });
  const first = "303130 0000000000000002 0000".replaceAll(" ", "");
  const past = "303130 0100000000000002 0000".replaceAll(" ", "");
  expectOneStory(behind, first + past, { code: "limit", actual: "72057594037927950 announced" });
});

test("digits that are wrong are shown up to the wrong byte in any chunks", () => {
  const line = decimal(until("\r\n"), { maxDigits: 3 });
  expectOneStory(line, digits("97a0000"), { code: "digits", actual: "got 39 37 61" });
  expectOneStory(line, digits("97\rx000"), { code: "digits", actual: "got 39 37 0d 78" });
  expectOneStory(line, digits("1234\r\n"), { code: "digits", actual: "more follow" });
});

// The bound of a window knows that it can say "nothing".
facts(sized(nullable(i32), struct({ a: u8, b: u8 })), {
  ok: [
    [null, "ffffffff"],
    [{ a: 1, b: 2 }, "00000002 0102"],
  ],
});

// Bytes without a value have none outside of structs either.
facts(reserved(u16), { ok: [[undefined, "0000"]] });
facts(array(reserved(u8), u8), { ok: [[[undefined, undefined], "02 0000"]] });

// A delimiter that is cut is cut, not the start of an element.
facts(array(decimal(until(":")), until("ab")), {
  ok: [[[7], digits("7:ab")]],
  badHex: [[digits("7:a"), "truncated", 2]],
});

// Where only bytes tell how many elements there are, each takes some.
const maybe = (length: Length) =>
  struct({ n: u8, items: sized(u8, array(struct({ data: bytes(field("../n")) }), length)) }) as unknown as AnySchema;
for (const [length, end] of [
  [rest, ""],
  [until("\0"), "00"],
] as const)
  facts(maybe(length), {
    ok: [[{ n: 1, items: [{ data: Uint8Array.of(7) }] }, `01 ${end ? "02" : "01"} 07 ${end}`]],
    badValues: [[{ n: 0, items: [{ data: new Uint8Array(0) }] }, "length", "items[0]"]],
    badHex: [["00 01 07", "length", 2, "items"], ...(end ? ([["01 00", "truncated", 2, "items"]] as const) : [])],
  });

test("a field cannot be an offset and a length at once, unless both are the same", () => {
  const codec = compileHere(struct({ n: u8, far: at(field("n"), u8), data: bytes(field("n")) }));
  expect(failureOf(() => codec.encode({ far: 7, data: new Uint8Array(0) }))).toMatchObject({
    code: "mismatch",
    path: "data",
    expected: '"n" is an offset by an earlier field',
  });
  const both = compileHere(struct({ n: u8, data: bytes(field("n").minus(1)), far: at(field("n"), u8) }));
  expect(both.decode(both.encode({ data: Uint8Array.of(5), far: 7 }))).toEqual({
    n: 2,
    data: Uint8Array.of(5),
    far: 7,
  });
});

test("what lies at an offset counts as an element and a level, in both directions", () => {
  const schema = struct({ nameAt: u8, name: at(field("nameAt"), struct({ a: u8 })) });
  for (const limits of [{ maxElements: 0 }, { maxDepth: 0 }]) {
    const codec = compileHere(schema, { limits });
    expect(failureOf(() => codec.decode(fromHex("0107")))).toMatchObject({ code: "limit", path: "name" });
    expect(failureOf(() => codec.encode({ name: { a: 7 } }))).toMatchObject({ code: "limit", path: "name" });
  }
  expect(compileHere(schema, { limits: { maxElements: 1, maxDepth: 1 } }).encode({ name: { a: 7 } })).toEqual(
    fromHex("0107"),
  );
});
