import {
  type AnySchema,
  array,
  asText,
  bits,
  bytes,
  checksum,
  crc32,
  f32,
  field,
  flag,
  i16,
  lengthOf,
  nullable,
  rest,
  sized,
  string,
  struct,
  typedArray,
  u8,
  u16,
  u32,
  u64,
  union,
  until,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { compileHere } from "./support/mode.ts";

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
    ["a count of typed numbers, which stay as they are", typedArray(u8, u32), Uint8Array.of(0x61), "1 a"],
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

  it("but for checksums, which are hexadecimal digits of a fixed width", () => {
    const codec = compileHere(asText(struct({ text: string(u8), crc: checksum(u32, crc32, { from: "text" }) })));
    const wire = codec.encode({ text: "ada" });
    expect(latin1(wire)).toMatch(/^3 ada[0-9a-f]{8}$/);
    expect(codec.decode(wire).text).toBe("ada");
  });
});
