// What an EncodeError shows of the message: bytes that are written, and `__` for those that are filled in later.

import {
  type AnySchema,
  array,
  at,
  bits,
  bytes,
  checksum,
  crc32,
  Encoder,
  field,
  lengthOf,
  rest,
  sized,
  string,
  struct,
  sum8,
  u8,
  u16,
  u32,
  uleb128,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { failureOf } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";

/** What cannot be written, to stand behind what was. */
const wrong = 256;

const long = "x".repeat(200);

describe("the window of an EncodeError", () => {
  it.each<[name: string, schema: AnySchema, value: unknown, window: string]>([
    ["there is none of the first byte", struct({ z: u8 }), { z: wrong }, ""],
    ["what is written", struct({ a: u16, z: u8 }), { a: 0xcafe, z: wrong }, "ca fe at 0"],
    [
      "the last twelve bytes at most",
      struct({ a: bytes(20), z: u8 }),
      { a: Uint8Array.from({ length: 20 }, (_, i) => i), z: wrong },
      "08 09 0a 0b 0c 0d 0e 0f 10 11 12 13 at 8",
    ],
    [
      "a length in a field in front",
      struct({ n: u16, a: bytes(field("n")), z: u8 }),
      { a: Uint8Array.of(7, 8), z: wrong },
      "__ __ 07 08 at 0",
    ],
    [
      "a length that is settled, of an inner struct",
      struct({ inner: struct({ n: u16, a: bytes(field("n")) }), z: u8 }),
      { inner: { a: Uint8Array.of(7, 8) }, z: wrong },
      "00 02 07 08 at 0",
    ],
    ["a count", struct({ n: u8, a: array(u8, field("n")) }), { a: [1, 2, wrong] }, "__ 01 02 at 0"],
    ["the length of a string", struct({ a: string(u16), z: u8 }), { a: "hi", z: wrong }, "00 02 68 69 at 0"],
    [
      "the length of an open window",
      struct({ a: sized(u16, struct({ b: u8, z: u8 })) }),
      { a: { b: 5, z: wrong } },
      "__ __ 05 at 0",
    ],
    [
      "the length of a closed window",
      struct({ a: sized(u16, struct({ b: u8 })), z: u8 }),
      { a: { b: 5 }, z: wrong },
      "00 01 05 at 0",
    ],
    [
      "the length of a range",
      struct({ n: lengthOf(u16, { from: "a" }), a: u8, z: u8 }),
      { a: 9, z: wrong },
      "__ __ 09 at 0",
    ],
    [
      "a checksum in front of what it is of",
      struct({ sum: checksum(u32, crc32, { from: "a", to: "z" }), a: u8, z: u8 }),
      { a: 9, z: wrong },
      "__ __ __ __ 09 at 0",
    ],
    [
      "bit fields in a byte with a length among them",
      struct({ kind: bits(4), n: bits(12), flags: bits(8), a: bytes(field("n")), z: u8 }),
      { kind: 5, flags: 3, a: Uint8Array.of(7), z: wrong },
      "__ __ 03 07 at 0",
    ],
    [
      "two lengths that share a byte, one of them settled",
      struct({
        n: bits(4),
        k: bits(4),
        inner: struct({ a: bytes(field("../n")) }),
        b: bytes(field("k")),
        z: u8,
      }),
      { inner: { a: Uint8Array.of(7) }, b: Uint8Array.of(8), z: wrong },
      "__ 07 08 at 0",
    ],
    ...(["little", "big"] as const).flatMap((endian) =>
      (["lsb", "msb"] as const).map((bitOrder): [string, AnySchema, unknown, string] => [
        `a length of bits in two bytes, ${endian} endian, ${bitOrder} first`,
        struct({ n: bits(12), k: bits(4), a: bytes(field("n")), z: u8 }, { endian, bitOrder }),
        { k: 5, a: Uint8Array.of(7), z: wrong },
        "__ __ 07 at 0",
      ]),
    ),
    [
      "an offset that is not known yet",
      struct({ o: u16, text: at(field("o"), string(u8)), z: u8 }),
      { text: "hi", z: wrong },
      "__ __ at 0",
    ],
    [
      "a length that takes more bytes than were kept for it, in front of others that move",
      struct({
        sum: checksum(u8, sum8, { from: "a", to: "z" }),
        a: sized(uleb128, struct({ text: string(rest) })),
        n: u8,
        b: bytes(field("n")),
        z: u8,
      }),
      { a: { text: long }, b: Uint8Array.of(1), z: wrong },
      "78 78 78 78 78 78 78 78 78 78 __ 01 at 193",
    ],
  ])("%s", (_, schema, value, window) => {
    const codec = compileHere(schema as never) as ReturnType<typeof compileHere>;
    const error = failureOf(() => codec.encode(value as never));
    expect(error).toMatchObject({ name: "EncodeError", code: "range" });
    expect(error.message).toBe(
      `${error.path}: ${error.expected}, ${error.actual} (offset ${error.offset}${window && `, near ${window}`})`,
    );
  });

  it("has the longer of two lengths that begin in one byte, when only the other is settled", () => {
    const codec = compileHere(struct({ n: bits(4), k: bits(12), a: bytes(field("n")), b: bytes(field("k")) }));
    const value = { k: 5, a: Uint8Array.of(1), b: Uint8Array.of(2) };
    expect(failureOf(() => codec.encode(value)).message).toContain("near __ __ 01 02 at 0");
  });

  it("says that there is more where that begins with a byte that is filled in later", () => {
    const codec = compileHere(struct({ n: u8, a: bytes(field("n")), m: u8, b: bytes(field("m")) }));
    const value = { n: 5, a: new Uint8Array(11), b: new Uint8Array(1) };
    expect(failureOf(() => codec.encode(value)).message).toContain(`near __${" 00".repeat(11)} … at 0`);
  });

  it("has bytes of the value that are sent from where they lie", () => {
    const codec = compileHere(struct({ n: u8, body: bytes(field("n")), z: u8 }));
    const value = { body: Uint8Array.of(1, 2, 3, 4), z: wrong };
    const { message } = failureOf(() => new Encoder(codec).pieces(value, 2));
    expect(message).toContain("near __ 01 02 03 04 at 0");
  });

  it("is a property, and its place is in the message where it is written at an offset", () => {
    const codec = compileHere(struct({ a: u16, z: u8 }));
    try {
      codec.write({ a: 0xcafe, z: wrong }, new Uint8Array(9).fill(0x55), 3);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ offset: 2, window: "ca fe at 0" });
    }
  });

  it("is kept for a hundred thousand places that wait at once", () => {
    // Each offset is known only once all is written, so that all of them wait at once.
    const codec = compileHere(struct({ items: array(struct({ o: u32, x: at(field("o"), u8) }), u32) }));
    const items = Array.from({ length: 100_000 }, (_, x) => ({ x: x & 255 }));
    const written = codec.encode({ items });
    expect(written.length).toBe(4 + items.length * 5);
    expect(codec.decode(written).items[99_999]).toMatchObject({ x: 99_999 & 255 });
  });
});
