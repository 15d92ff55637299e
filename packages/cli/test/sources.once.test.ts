// Bytes as text, and messages past bad ones.

import {
  type AnySchema,
  array,
  bytes,
  type Codec,
  check,
  checksum,
  compile,
  constant,
  crc32,
  enumeration,
  field,
  lazy,
  lengthOf,
  rest,
  type Schema,
  string,
  struct,
  u8,
  u16,
  u32,
  union,
  when,
} from "@wireform/codec";
import { wire } from "@wireform/codec/fast-check";
import { Packet } from "@wireform/protocols/mqtt";
import { Value } from "@wireform/protocols/resp";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bad, BadMessage, Messages } from "../src/sources/decoding.ts";
import { outlineOf } from "../src/sources/outline.ts";
import { resync, skip } from "../src/sources/policies.ts";
import { fromText, readText } from "../src/sources/text.ts";

const hex = (digits: string): Uint8Array => Buffer.from(digits.replaceAll(" ", ""), "hex");

describe("text that says bytes", () => {
  it.each([
    ["hex", "", ""],
    ["hex", "00ff", "00ff"],
    ["hex", "0x00 0xFF", "00ff"],
    ["hex", "00:ff-01_02,03\n", "00ff010203"],
    ["hex", "0 0 f f", "00ff"],
    ["hex", "100x20", "1020"],
    ["base64", "", ""],
    ["base64", "aGk=", "6869"],
    ["base64", "aGk", "6869"],
    ["base64", "aA==\n", "68"],
    ["base64", "aG\nlo", "686968"],
    ["base64", "-_-_", "fbffbf"],
    ["base64", "+/+/", "fbffbf"],
  ] as const)("%s %j is %s, however it is cut", async (notation, text, want) => {
    expect(Buffer.from(fromText(text, notation)).toString("hex")).toBe(want);
    async function* cut() {
      for (const c of text) yield Buffer.from(c);
    }
    const parts: Uint8Array[] = [];
    for await (const part of readText(cut(), notation)) parts.push(part);
    expect(Buffer.concat(parts).toString("hex")).toBe(want);
  });

  it.each([
    ["hex", "0", "the last of the hexadecimal digits does not make a whole byte"],
    ["hex", "0g", '"g" is no hexadecimal digit'],
    ["base64", "a", "the last of the base64 digits does not make a whole byte"],
    ["base64", "aGk=aGk=", '"a" is no base64 digit'],
    ["base64", "a*", '"*" is no base64 digit'],
  ] as const)("%s %j is none", (notation, text, why) => {
    expect(() => fromText(text, notation)).toThrow(why);
  });
});

const codecs = new Map<AnySchema, Codec<unknown>>();

/** What comes of bytes that come in pieces. */
function read(
  schema: AnySchema,
  how: "skip" | "resync" | "stop",
  pieces: readonly Uint8Array[],
): { messages: unknown[]; bad: string[] } {
  const codec = codecs.get(schema) ?? compile(schema);
  codecs.set(schema, codec);
  const bad: string[] = [];
  const report = ({ error, offset, size }: Bad): void => void bad.push(`${error.code} at ${offset}, ${size} bytes`);
  const policies = { skip: () => skip(schema, report), resync: () => resync(codec, report), stop: () => undefined };
  const stream = new Messages(codec, policies[how]());
  const messages: unknown[] = [];
  try {
    for (const piece of pieces) for (const message of stream.push(piece)) messages.push(message);
    for (const message of stream.end()) messages.push(message);
  } catch (error) {
    if (!(error instanceof BadMessage)) throw error;
    bad.push(`${error.bad.error.code} at ${error.bad.offset}, the end`);
  }
  return { messages, bad };
}

const pieces = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.slice(i * size, (i + 1) * size));

describe("a message that is left out", () => {
  const good = "0001 41";
  const Named = struct({ length: u16, name: check(string(field("length")), (name) => name !== "no", "not no") });
  const Framed = struct({ length: lengthOf(u8, { from: "kind" }), kind: enumeration(u8, { a: 1 }), body: bytes(rest) });
  const Summed = struct({ n: u8, body: bytes(field("n")), sum: checksum(u32, crc32, { from: "n", to: "body" }) });
  const Fixed = struct({ kind: enumeration(u8, { a: 1 }), more: when(field("kind").is("a"), u8) });
  const Marked = struct({ mark: constant(u8, 0x7e), n: u8 });

  it.each([
    ["a value that a check refuses", Named, `${good} 0002 6e6f ${good}`, 2, ["rejected at 3, 4 bytes"]],
    ["text that is none", Named, `${good} 0002 ffff ${good}`, 2, ["encoding at 3, 4 bytes"]],
    ["a tag without a name in a frame", Framed, "02 01 05 03 07 01 02 01 01", 2, ["value at 3, 4 bytes"]],
    ["a frame that is too short", Framed, "02 01 05 00 01 01", 2, ["truncated at 3, 1 bytes"]],
    [
      "a wrong checksum",
      Summed,
      "01 41 00000000 01 41 00000000",
      0,
      ["checksum at 0, 6 bytes", "checksum at 6, 6 bytes"],
    ],
    ["the beginning of a message at the end", Named, `${good} 0002 41`, 1, ["truncated at 3, 3 bytes"]],
    ["a number without a name, on which the rest depends", Fixed, "01 05 02 01 05", 1, ["value at 2, the end"]],
    ["a wrong mark, behind which nothing is sure", Marked, "7e 01 7f 02 7e 03", 1, ["constant at 2, the end"]],
  ])("is one with %s", (_, schema, digits, count, bad) => {
    const all = hex(digits);
    const whole = read(schema, "skip", [all]);
    expect([whole.messages.length, whole.bad]).toEqual([count, bad]);
    expect(read(schema, "skip", pieces(all, 1))).toEqual(whole);
  });

  it("is one that announces more than a message may have, as far as it says, though it is never there as a whole", () => {
    const all = hex("01 41 ff".concat("00".repeat(255), "02 4242 10 00"));
    for (const size of [1, 7, 1000]) {
      const bad: string[] = [];
      const schema = bytes(u8);
      const policy = skip(
        schema,
        ({ error, offset, size }) => void bad.push(`${error.code} at ${offset}, ${size} bytes`),
      );
      const stream = new Messages(compile(schema, { limits: { maxMessageSize: 16 } }), policy);
      const messages = pieces(all, size).flatMap((piece) => [...stream.push(piece)]);
      expect([messages.length, bad]).toEqual([2, ["limit at 2, 256 bytes", "limit at 261, 17 bytes"]]);
      expect([...stream.end()]).toEqual([]);
    }
  });

  it.each<[string, AnySchema]>([
    ["mqtt", Packet],
    ["resp, which is recursive", Value],
  ])("has the length that its schema says, whatever stands in it (%s)", (_, schema) => {
    const outline = compile(outlineOf(schema));
    fc.assert(
      fc.property(wire(schema), (packet) => {
        expect(outline.read(packet)).toMatchObject({ offset: packet.length });
      }),
      { numRuns: 20 },
    );
  });

  it("is one of a recursive schema, whose outline is the same each time it is asked for", () => {
    type Tree = { name: string; parts: Tree[] };
    const again = lazy((): AnySchema => Tree);
    const Tree = struct({ name: string(u8), parts: array(again as Schema<Tree>, u8) });
    const { fields } = outlineOf(Tree) as AnySchema & { fields: { parts: { item: { get(): AnySchema } } } };
    expect(fields.parts.item.get()).toBe(fields.parts.item.get());
    const { messages, bad } = read(Tree, "skip", [hex("01 61 01 01 ff 00"), hex("01 62 00")]);
    expect([messages, bad]).toEqual([[{ name: "b", parts: [] }], ["encoding at 0, 6 bytes"]]);
  });
});

it("goes on at the next byte from which a message can be read, whatever garbage there is and however it is cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(wire(Packet), fc.uint8Array({ maxLength: 20 })), { maxLength: 8 }),
      fc.integer({ min: 1, max: 9 }),
      (parts, size) => {
        const all = Buffer.concat(parts);
        const whole = read(Packet, "resync", [all]);
        expect(read(Packet, "resync", pieces(all, size))).toEqual(whole);
        const skipped = read(Packet, "skip", [all]);
        expect(read(Packet, "skip", pieces(all, size))).toEqual(skipped);
        const stopped = read(Packet, "stop", [all]);
        expect(read(Packet, "stop", pieces(all, size))).toEqual(stopped);
        expect(whole.messages.slice(0, stopped.messages.length)).toEqual(stopped.messages);
      },
    ),
    { numRuns: 20 },
  );
});

it("looks for the next message in a quarter of a megabyte of garbage without keeping it", () => {
  const Tagged = union("type", u8, { a: [1, struct({ n: u16 })] });
  const garbage = Array.from({ length: 4 }, () => new Uint8Array(65536));
  const { messages, bad } = read(Tagged, "resync", [...garbage, hex("01 0005")]);
  expect([messages, bad]).toEqual([[{ type: "a", n: 5 }], ["tag at 0, 262144 bytes"]]);
});
