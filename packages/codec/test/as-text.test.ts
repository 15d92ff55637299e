import {
  type AnySchema,
  array,
  asText,
  bits,
  bool,
  bytes,
  checksum,
  crc32,
  crc64xz,
  f32,
  field,
  flag,
  i8,
  i16,
  i64,
  lazy,
  lengthOf,
  nullable,
  reserved,
  rest,
  sized,
  string,
  struct,
  typedArray,
  u8,
  u16,
  u16le,
  u32,
  u64,
  union,
  until,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { failureOf } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";
import { Chain, List, Tree } from "./support/recursive.ts";

const latin1 = (of: Uint8Array): string => Buffer.from(of).toString("latin1");

describe("every integer becomes digits and a space", () => {
  const facts: readonly (readonly [what: string, schema: AnySchema, value: unknown, text: string])[] = [
    ["a number", u16, 65535, "65535 "],
    ["a negative number", i16, -300, "-300 "],
    ["64 bits", u64, 2n ** 64n - 1n, "18446744073709551615 "],
    ["bits and a flag", struct({ on: flag, rest: bits(7) }), { on: true, rest: 5 }, "1 5 "],
    ["a count of elements", array(u16, u8), [1, 22, 333], "3 1 22 333 "],
    ["a length of bytes", bytes(u32), Uint8Array.of(0x61, 0x62), "2 ab"],
    ["a length of text", string(u16), "ada", "3 ada"],
    ["a length of text in another encoding", string(u16, "utf16be"), "a", "2 \0a"],
    ["a length that can say null", string(nullable(i16, -1)), null, "-1 "],
    ["a length that can say null, and does not", bytes(nullable(u8, 255)), Uint8Array.of(0x61), "1 a"],
    ["a count that can say null", array(u8, nullable(i16, -1)), null, "-1 "],
    ["typed numbers", typedArray(u16le, u32), Uint16Array.of(1, 65535), "2 1 65535 "],
    [
      "typed numbers of 64 bits, counted by a field",
      struct({ n: u8, all: typedArray(i64, field("n")) }),
      { n: 2, all: BigInt64Array.of(-1n, 2n ** 63n - 1n) },
      "2 -1 9223372036854775807 ",
    ],
    ["typed numbers to the end", typedArray(i8, rest), Int8Array.of(1, -128), "1 -128 "],
    ["a count of typed floats, which stay as they are", typedArray(f32, u32), Float32Array.of(0), "1 \0\0\0\0"],
    ["booleans", struct({ on: bool, list: array(bool, u8) }), { on: true, list: [false, true] }, "1 2 0 1 "],
    [
      "reserved bits and flags",
      struct({ r: reserved(flag), s: reserved(bits(2), { value: 3 }), a: bits(5) }),
      { a: 5 },
      "0 3 5 ",
    ],
    ["numbers that fill a window of their size", struct({ a: sized(4, u32), b: sized(1, u8) }), { a: 7, b: 1 }, "7 1 "],
    ["a window of so many bytes without numbers", sized(3, struct({ a: string(rest) })), { a: "ada" }, "ada"],
    ["recursion under a condition", List, { n: 1, x: { n: 2, x: { n: 0 } } }, "1 2 0 "],
    [
      "recursion in an array",
      Tree,
      {
        v: 1,
        c: [
          { v: 22, c: [] },
          { v: 3, c: [{ v: 4, c: [] }] },
        ],
      },
      "1 2 22 0 3 1 4 0 ",
    ],
    ["recursion in a union", Chain, { t: "more", v: 5, c: { t: "end" } }, "1 5 0 "],
    ["recursion twice", struct({ a: lazy(() => List), b: lazy(() => List) }), { a: { n: 0 }, b: { n: 0 } }, "0 0 "],
    [
      "a size of a window",
      sized(u16, struct({ name: string(u8), more: bytes(rest) })),
      { name: "ada", more: new Uint8Array(0) },
      "5 3 ada",
    ],
    ["a size that can say null", sized(nullable(i16, -1), u8), null, "-1 "],
    [
      "a tag",
      union("type", u8, { a: [1, struct({ x: u8 })], b: [2, struct({ text: string(u8) })] }),
      { type: "b", text: "hi" },
      "2 2 hi",
    ],
    ["a field that is derived", struct({ n: u16, text: string(field("n")) }), { n: 3, text: "ada" }, "3 ada"],
    [
      "a length of a range",
      struct({ n: lengthOf(u16, { from: "text" }), text: string(rest) }),
      { n: 3, text: "ada" },
      "3 ada",
    ],
    [
      "what ends at a delimiter, a float and fixed bytes: nothing of them",
      struct({ a: string(until(";")), b: f32, c: bytes(1) }),
      { a: "x", b: 0, c: Uint8Array.of(0x79) },
      "x;\0\0\0\0y",
    ],
  ];
  for (const [what, schema, value, text] of facts) {
    it(what, () => {
      const codec = compileHere(asText(schema));
      expect(latin1(codec.encode(value))).toBe(text);
      expect(codec.decode(Buffer.from(text, "latin1"))).toEqual(value);
    });
  }

  const refused: readonly (readonly [what: string, schema: AnySchema, text: string])[] = [
    ["a flag that is neither 0 nor 1", struct({ on: flag, rest: bits(7) }), "5 1 "],
    ["a boolean that is neither 0 nor 1", bool, "2 "],
    ["typed numbers that do not fit", typedArray(u8, u8), "2 1 300 "],
    ["a number that does not fit", u8, "256 "],
    ["a negative number that does not fit", i16, "-32769 "],
    ["64 bits and one", u64, "18446744073709551616 "],
    ["bits that do not fit", struct({ a: bits(3), b: bits(5) }), "8 0 "],
    ["a count that its prefix cannot say", array(u8, u8), "300 "],
    ["a tag that is none of its integer", union("type", u8, { a: [1, struct({ x: u8 })] }), "257 2 "],
  ];
  it.each(refused)("and refuses %s", (_, schema, text) => {
    expect(failureOf(() => compileHere(asText(schema)).decode(Buffer.from(text)))).toMatchObject({
      name: "DecodeError",
      code: "digits",
    });
  });
  it.each([
    ["a flag", struct({ on: flag, rest: bits(7) }), { on: "no", rest: 1 }],
    ["a boolean", struct({ on: bool }), { on: 1 }],
    ["typed numbers", typedArray(u8, u8), [1]],
  ])("and refuses another value for %s", (_, schema: AnySchema, value) => {
    expect(failureOf(() => compileHere(asText(schema)).encode(value))).toMatchObject({
      name: "EncodeError",
      code: "rejected",
    });
  });

  it("but not in a window of so many bytes, which text would not keep", () => {
    const Mixed = struct({ a: struct({ b: sized(4, struct({ n: u8, s: string(rest) })) }) });
    expect(failureOf(() => asText(Mixed))).toMatchObject({ name: "SchemaError", code: "argument", path: "a.b" });
  });

  it("but for checksums of 64 bits, which are bigints", () => {
    const codec = compileHere(asText(struct({ a: u8, c: checksum(u64, crc64xz, { from: "a", to: "a" }) })));
    expect(latin1(codec.encode({ a: 1 }))).toMatch(/^1 [0-9a-f]{16}$/);
    expect(codec.decode(codec.encode({ a: 1 }))).toMatchObject({ a: 1, c: expect.any(BigInt) });
  });

  it("but for checksums, which are hexadecimal digits of a fixed width", () => {
    const codec = compileHere(asText(struct({ text: string(u8), crc: checksum(u32, crc32, { from: "text" }) })));
    const wire = codec.encode({ text: "ada" });
    expect(latin1(wire)).toMatch(/^3 ada[0-9a-f]{8}$/);
    expect(codec.decode(wire).text).toBe("ada");
  });
});
