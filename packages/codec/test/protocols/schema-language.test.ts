// What whole protocols showed about the schema language, each in the smallest schema that shows it.

import {
  type AnySchema,
  at,
  bits,
  bytes,
  check,
  checksum,
  field,
  flag,
  lengthOf,
  map,
  rest,
  sized,
  string,
  struct,
  u8,
  uleb128,
  until,
  xor8,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { compileHere } from "../support/mode.ts";
import { fromHex } from "../support/shared-data.ts";
import { prove, refused } from "./prove.ts";

describe("bit fields that fill whole bytes on the way", () => {
  const Header = struct({ flags: bits(8), reserved: flag, stream: bits(31), kind: bits(4), size: bits(12) });

  it("names the bit field whose bytes are cut, not the first of all", () => {
    const codec = compileHere(Header);
    prove(codec, "ff800000051123", { flags: 255, reserved: true, stream: 5, kind: 1, size: 0x123 });
    for (const [wire, path] of [
      ["", "flags"],
      ["ff", "reserved"],
      ["ff80000005", "kind"],
      ["ff8000000511", "kind"],
    ] as const)
      expect([refused(codec, wire).code, refused(codec, wire).path]).toEqual(["truncated", path]);
  });

  it.each([
    ["the first bits first", "big", "msb", "f11234", 0xf, 0x1, 0x1234],
    ["the last bits first", "little", "lsb", "f13412", 0x1, 0xf, 0x1234],
  ] as const)("%s: a range may start at any byte", (_, endian, bitOrder, wire, high, low, word) => {
    const Checked = struct(
      {
        high: bits(4),
        low: bits(4),
        word: bits(16),
        sum: checksum(u8, xor8, { from: "word", to: "word" }),
      },
      { endian, bitOrder },
    );
    prove(compileHere(Checked), `${wire}26`, { high, low, word, sum: 0x26 }, { derived: ["sum"] });
  });

  it("a length in bits covers the bit fields behind it", () => {
    const Framed = struct({
      version: bits(4),
      type: bits(4),
      length: lengthOf(bits(16), { from: "flags" }),
      flags: bits(8),
      body: bytes(rest),
    });
    prove(
      compileHere(Framed),
      "45000301aabb",
      { version: 4, type: 5, length: 3, flags: 1, body: fromHex("aabb") },
      { derived: ["length"] },
    );
  });

  it("a checksum and a length among bits are read with the bits behind them", () => {
    const xor12 = { ...xor8, width: 12 };
    const Sum = struct({ data: bytes(2), sum: checksum(bits(12), xor12, { from: "data", to: "data" }), low: bits(4) });
    prove(compileHere(Sum), "0102003d", { data: fromHex("0102"), sum: 3, low: 0xd }, { derived: ["sum"] });
    const Own = struct({ length: lengthOf(bits(12), { from: "length" }), flags: bits(4), body: bytes(rest) });
    prove(compileHere(Own), "0045aabb", { length: 4, flags: 5, body: fromHex("aabb") }, { derived: ["length"] });
    expect(refused(compileHere(Own), "0015aabb")).toMatchObject({ code: "length", path: "length" });
    const Head = struct({ length: lengthOf(bits(12), { from: "length", to: "flags" }), flags: bits(4), body: u8 });
    prove(compileHere(Head), "0025aa", { length: 2, flags: 5, body: 0xaa }, { derived: ["length"] });
    expect(refused(compileHere(Head), "0035aa")).toMatchObject({ code: "length", path: "length" });
  });

  it("refuses a range that starts in the middle of a byte, and of a word whose bytes are swapped", () => {
    const halves = { a: bits(4), b: bits(4), sum: checksum(u8, xor8, { from: "b", to: "b" }) };
    expect(() => compileHere(struct(halves))).toThrow(expect.objectContaining({ code: "bits", path: "sum" }));
    const swapped = { a: bits(8), b: bits(8), sum: checksum(u8, xor8, { from: "b", to: "b" }) };
    expect(() => compileHere(struct(swapped, { endian: "little" }))).toThrow(
      expect.objectContaining({ code: "bits", path: "sum" }),
    );
  });
});

describe("functions of the user that throw", () => {
  const angry = (): never => {
    throw new Error("no such thing");
  };

  it.each<[string, AnySchema]>([
    ["map", map(u8, { decode: angry, encode: angry })],
    ["check", check(u8, angry, "needs luck")],
  ])("%s: what it throws becomes an error with path and offset, in both directions", (_, inner) => {
    const codec = compileHere(struct({ a: u8, inner }));
    const error = refused(codec, "0102");
    expect([error.code, error.path, error.offset]).toEqual(["rejected", "inner", 1]);
    expect(error.message).toContain("no such thing");
    expect(() => codec.read(fromHex("0102"))).toThrow(expect.objectContaining({ code: "rejected", path: "inner" }));
    expect(() => codec.encode({ a: 1, inner: 2 as never })).toThrow(
      expect.objectContaining({ name: "EncodeError", code: "rejected", path: "inner" }),
    );
  });
});

it("a checked prefix of variable width is still a prefix", () => {
  const Short = check(uleb128, (n) => n <= 200, "at most 200 bytes");
  const codec = compileHere(sized(Short, struct({ body: bytes(rest) })));
  prove(codec, `c801${"5a".repeat(200)}`, { body: new Uint8Array(200).fill(0x5a) });
  expect([refused(codec, "c901").code, refused(codec, "c901").offset]).toEqual(["rejected", 0]);
  expect(() => codec.encode({ body: new Uint8Array(201) })).toThrow(expect.objectContaining({ code: "rejected" }));
});

describe("what lies at an offset", () => {
  it("is waited for, wherever the bytes are cut, and does not end the message before itself", () => {
    const Named = struct({ nameAt: u8, name: at(field("nameAt"), string(u8)) });
    prove(compileHere(Named), "01026869", { nameAt: 1, name: "hi" }, { derived: ["nameAt"] });
    prove(compileHere(Named), "03ffff026869", { nameAt: 3, name: "hi" }, { canonical: false, gaps: true });
  });

  it("sees its own fields, however deep the struct is that points at it", () => {
    const Text = struct({ length: u8, text: string(field("length")) });
    const Deep = struct({ outer: struct({ inner: struct({ textAt: u8, text: at(field("textAt"), Text) }) }) });
    const value = { outer: { inner: { textAt: 1, text: { length: 2, text: "hi" } } } };
    prove(compileHere(Deep), "01026869", value, { derived: ["textAt", "length"] });
  });

  // An offset leads out of every window, so that a window whose bytes are all there still waits.
  const Pointing = struct({ nameAt: u8, name: at(field("nameAt"), string(u8)), tail: u8 });
  const window = { nameAt: 5, name: "hi", tail: 0xaa };
  it.each<[string, string, AnySchema, object]>([
    ["a prefix", "0205aa77ff026869", sized(u8, Pointing), {}],
    ["a delimiter", "05aa3b77ff026869", sized(until(";"), Pointing), {}],
    ["a number", "05aa7777ff026869", sized(2, Pointing), { more: 0x77 }],
  ])("is waited for behind a window of %s", (_, wire, sizedBy, more) => {
    const Message = struct({ window: sizedBy, ...("more" in more && { more: u8 }), end: u8 });
    prove(compileHere(Message), wire, { window, ...more, end: 0x77 }, { canonical: false, gaps: true });
  });

  it("is waited for behind a window that a length opens", () => {
    const Message = struct({ length: lengthOf(u8, { from: "window", to: "window" }), window: Pointing, end: u8 });
    prove(compileHere(Message), "0205aa77ff026869", { length: 2, window, end: 0x77 }, { canonical: false, gaps: true });
  });
});

it("what is wrong in nested structs of fixed size is read once, and its path says each name once", () => {
  let reads = 0;
  const once = (n: number): boolean => {
    reads++;
    return n === 1;
  };
  let Nested: AnySchema = struct({ n: check(u8, once, "must be 1") });
  for (let depth = 0; depth < 12; depth++) Nested = struct({ in: Nested });
  const error = refused(compileHere(struct({ before: u8, nested: Nested })), "0002");
  expect([error.path, error.offset]).toEqual([`nested.${"in.".repeat(12)}n`, 1]);
  expect(reads).toBeLessThanOrEqual(2);
});
