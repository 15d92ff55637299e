// An encoder gives the bytes that encode gives: into somebody's buffer, or as pieces with large byte fields as they are.
import { describe, expect, it } from "vitest";
import {
  type AnySchema,
  array,
  at,
  bytes,
  checksum,
  compile,
  crc32,
  decimal,
  Encoder,
  field,
  lengthOf,
  magic,
  rest,
  sized,
  string,
  struct,
  u8,
  u16,
  u32,
  uleb128,
  union,
  until,
} from "../src/index.ts";
import { compileHere } from "./support/mode.ts";

const least = 64;
const large = Uint8Array.from({ length: 200 }, (_, i) => i & 127);
const other = new Uint8Array(least).fill(9);
const small = new Uint8Array(least - 1).fill(5);

/** Schema, value, and which of its bytes are given as they are. */
const table: Record<string, [AnySchema, unknown, Uint8Array[]]> = {
  "behind a prefix": [bytes(u32), large, [large]],
  "a byte below the least": [bytes(u32), small, []],
  "of a fixed size": [bytes(200), large, [large]],
  "up to the end": [struct({ id: u16, body: bytes(rest) }), { id: 1, body: large }, [large]],
  "behind the field that counts it": [
    struct({ length: u16, kind: u8, body: bytes(field("length")), tail: u8 }),
    { kind: 1, body: large, tail: 2 },
    [large],
  ],
  "several, between small ones": [array(bytes(u16), u8), [small, large, other, large, small], [large, other, large]],
  "the same twice": [struct({ a: bytes(u8), b: bytes(u8) }), { a: large, b: large }, [large, large]],
  "in a variant in a window": [
    sized(u32, union("type", u8, { data: [1, struct({ body: bytes(rest) })] })),
    { type: "data", body: large },
    [large],
  ],
  "under a length of a range": [
    struct({ length: lengthOf(u16, { from: "head", to: "body" }), head: u8, body: bytes(rest) }),
    { head: 1, body: large },
    [large],
  ],
  "between ASCII digits and a mark": [struct({ body: bytes(decimal(5)), end: magic("!") }), { body: large }, [large]],
  "under a checksum, which looks at it": [
    struct({ body: bytes(u16), crc: checksum(u32, crc32, { from: "body", to: "body" }) }),
    { body: large },
    [],
  ],
  "beside what a checksum looks at": [
    struct({
      sealed: struct({ body: bytes(u16), crc: checksum(u32, crc32, { from: "body", to: "body" }) }),
      more: bytes(u8),
    }),
    { sealed: { body: large }, more: other },
    [other],
  ],
  "up to a delimiter, which is searched": [bytes(until("\r\n")), large.map((byte) => byte | 64), []],
  "in a window up to a delimiter": [sized(until("\r\n"), bytes(rest)), large.map((byte) => byte | 64), []],
  "in an array that ends with a delimiter": [array(bytes(u8), until("\n")), [large, other], []],
  "behind a prefix that grows": [
    struct({ length: uleb128, body: struct({ body: bytes(field("../length")) }) }),
    { body: { body: large } },
    [],
  ],
  "behind an offset": [struct({ offset: u16, body: at(field("offset"), bytes(u8)) }), { body: large }, [large]],
  "large text": [string(u16), "x".repeat(300), []],
};

describe.each(Object.entries(table))("bytes %s", (_, [schema, value, lent]) => {
  const codec = compileHere(schema);
  const whole = codec.encode(value as never);

  it("pieces: the bytes of encode, and those as they are", () => {
    const encoder = new Encoder<unknown>(codec as never);
    for (let again = 0; again < 3; again++) {
      const pieces = encoder.pieces(value, least);
      expect(Uint8Array.from(pieces.flatMap((piece) => [...piece]))).toEqual(whole);
      const own = pieces.filter((piece) => lent.some((bytes) => bytes === piece));
      expect(own).toEqual(lent);
      for (const piece of pieces) if (!lent.includes(piece)) expect(piece.buffer.byteLength).toBe(piece.length);
    }
  });

  it("write: the same bytes where they fit, -1 where they do not", () => {
    const encoder = new Encoder<unknown>(codec as never);
    const into = new Uint8Array(3 * whole.length + 100);
    expect(encoder.write(value, into, 3)).toBe(3 + whole.length);
    expect(into.subarray(3, 3 + whole.length)).toEqual(whole);
    expect(encoder.write(value, new Uint8Array(whole.length + 2), 3)).toBe(-1);
  });
});

describe("what cannot be encoded", () => {
  const codec = compileHere(struct({ id: u8, body: bytes(u16) }), { limits: { maxMessageSize: 250 } });
  const cases: [string, unknown, string][] = [
    ["a value out of range", { id: 256, body: large }, "id"],
    ["a wrong type", { id: 1, body: "text" }, "body"],
  ];
  it.each(cases)("%s: write says -1, pieces say where", (_, value, path) => {
    const encoder = new Encoder<unknown>(codec as never);
    expect(encoder.write(value, new Uint8Array(1000), 0)).toBe(-1);
    expect(() => encoder.pieces(value, least)).toThrow(expect.objectContaining({ name: "EncodeError", path }));
  });

  it("more than the limit, though none of it is copied", () => {
    const value = { id: 1, body: new Uint8Array(300) };
    const encoder = new Encoder(codec);
    expect(encoder.write(value, new Uint8Array(1000), 0)).toBe(-1);
    expect(() => encoder.pieces(value, least)).toThrow(expect.objectContaining({ code: "limit" }));
    expect(() => compile(bytes(u16), { limits: { maxMessageSize: 250 } }).encode(value.body)).toThrow("250");
  });
});

it("a getter that encodes with the same encoder disturbs nothing", () => {
  const codec = compileHere(struct({ a: u8, b: bytes(u8), c: u8 }));
  const encoder = new Encoder(codec);
  const inner = { a: 7, b: large, c: 8 };
  const seen: unknown[] = [];
  const outer = {
    a: 1,
    get b() {
      const into = new Uint8Array(300);
      seen.push(into.slice(0, encoder.write(inner, into, 0)));
      seen.push(Uint8Array.from(encoder.pieces(inner, least).flatMap((piece) => [...piece])));
      return other;
    },
    c: 2,
  };
  const expected = codec.encode({ a: 1, b: other, c: 2 });
  const into = new Uint8Array(300);
  expect(into.slice(0, encoder.write(outer, into, 0))).toEqual(expected);
  expect(Uint8Array.from(encoder.pieces(outer, least).flatMap((piece) => [...piece]))).toEqual(expected);
  for (const bytes of seen) expect(bytes).toEqual(codec.encode(inner));
});
