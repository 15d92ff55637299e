// What whole protocols showed about the schema language, each in the smallest schema that shows it.

import {
  type AnySchema,
  bits,
  bytes,
  check,
  checksum,
  flag,
  lengthOf,
  map,
  rest,
  sized,
  struct,
  u8,
  uleb128,
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
