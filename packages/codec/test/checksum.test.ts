import {
  adler32,
  array,
  bits,
  bytes,
  type Checksum,
  checksum,
  compute,
  crc,
  crc8,
  crc16modbus,
  crc32,
  crc64xz,
  decimal,
  field,
  fletcher16,
  hexadecimal,
  i32,
  internetChecksum,
  lengthOf,
  lrc,
  padding,
  rest,
  safe,
  sized,
  string,
  struct,
  sum8,
  u8,
  u16,
  u16le,
  u24,
  u32,
  u32le,
  u64,
  uleb128,
  until,
  when,
  xor8,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { expectOneGo } from "./support/calls.ts";
import { facts, failureOf } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";
import { toHex } from "./support/shared-data.ts";

const text = (s: string): Uint8Array<ArrayBuffer> => Uint8Array.from(s, (c) => c.charCodeAt(0));
const check = text("123456789");
const checkHex = toHex(check);
const crc24openpgp = crc({ width: 24, poly: 0x864cfb, init: 0xb704ce, refin: false, refout: false, xorout: 0 });
const crc4itu = crc({ width: 4, poly: 3, init: 0, refin: true, refout: true, xorout: 0 });
const crc12umts = crc({ width: 12, poly: 0x80f, init: 0, refin: false, refout: true, xorout: 0 });

/** Every message that differs from this one in one bit is refused. */
function expectEveryBitGuarded(schema: Parameters<typeof compileHere>[0], wire: Uint8Array): void {
  const codec = compileHere(schema);
  codec.decode(wire);
  for (let bit = 0; bit < wire.length * 8; bit++) {
    const flipped = wire.slice();
    (flipped[bit >> 3] as number) ^= 0x80 >> (bit & 7);
    expect(codec.safeDecode(flipped).ok, `bit ${bit} of ${toHex(wire)}`).toBe(false);
  }
}

describe("behind what it covers", () => {
  const Trailing = struct({ n: u8, body: bytes(field("n")), crc: checksum(u32, crc32, { from: "n", to: "body" }) });
  facts(struct({ body: bytes(9), crc: checksum(u32, crc32, { from: "body", to: "body" }) }), {
    ok: [[{ body: check, crc: 0xcbf43926 }, `${checkHex} cbf43926`]],
    encodes: [
      [{ body: check }, `${checkHex} cbf43926`],
      [{ body: check, crc: undefined }, `${checkHex} cbf43926`],
    ],
    badValues: [
      [{ body: check, crc: 0xcbf43927 }, "mismatch", "crc"],
      [{ body: check, crc: 0xcbf43926n }, "type", "crc"],
      [{ body: check, crc: "cbf43926" }, "type", "crc"],
      [{ body: check, crc: null }, "type", "crc"],
    ],
    badHex: [
      [`${checkHex} cbf43927`, "checksum", 9, "crc"],
      [`${checkHex} cbf439`, "truncated", 9, "crc"],
    ],
  });
  it("guards every bit, lengths included", () => {
    expectEveryBitGuarded(Trailing, compileHere(Trailing).encode({ body: check }));
  });
  it("says what it wants and what it got", () => {
    const codec = compileHere(
      struct({ body: bytes(1), crc: checksum(u16le, crc16modbus, { from: "body", to: "body" }) }),
    );
    const wire = codec.encode({ body: Uint8Array.of(1) });
    wire[1] = 0;
    expect(failureOf(() => codec.decode(wire))).toMatchObject({
      code: "checksum",
      path: "crc",
      offset: 1,
      expected: "checksum of 1 bytes is 0x807e",
      actual: "got 0x8000",
    });
  });
});

describe("of every width and algorithm", () => {
  const over = (schema: Parameters<typeof checksum>[0], algorithm: Checksum) =>
    struct({ body: bytes(9), sum: checksum(schema, algorithm, { from: "body", to: "body" }) });
  facts(over(u16, crc16modbus), { ok: [[{ body: check, sum: 0x4b37 }, `${checkHex} 4b37`]] });
  facts(over(u16le, crc16modbus), { ok: [[{ body: check, sum: 0x4b37 }, `${checkHex} 374b`]] });
  facts(over(u8, crc8), { ok: [[{ body: check, sum: 0xf4 }, `${checkHex} f4`]] });
  facts(over(u24, crc24openpgp), { ok: [[{ body: check, sum: 0x21cf02 }, `${checkHex} 21cf02`]] });
  facts(over(u32, crc24openpgp), { ok: [[{ body: check, sum: 0x21cf02 }, `${checkHex} 0021cf02`]] });
  facts(over(u64, crc64xz), {
    ok: [[{ body: check, sum: 0x995dc9bbdf1939fan }, `${checkHex} 995dc9bbdf1939fa`]],
    badValues: [[{ body: check, sum: 1 }, "type", "sum"]],
  });
  facts(over(u64, crc32), { ok: [[{ body: check, sum: 0xcbf43926n }, `${checkHex} 00000000cbf43926`]] });
  facts(over(u32le, adler32), { ok: [[{ body: check, sum: 0x091e01de }, `${checkHex} de011e09`]] });
  facts(over(hexadecimal(8), crc32), {
    ok: [[{ body: check, sum: 0xcbf43926 }, `${checkHex} ${toHex(text("cbf43926"))}`]],
  });
  facts(over(decimal(3), sum8), { ok: [[{ body: check, sum: 0xdd }, `${checkHex} ${toHex(text("221"))}`]] });
  facts(over(u8, xor8), { ok: [[{ body: check, sum: 0x31 }, `${checkHex} 31`]] });
  facts(over(u8, lrc), { ok: [[{ body: check, sum: 0x23 }, `${checkHex} 23`]] });
  facts(over(u16, fletcher16), { ok: [[{ body: check, sum: compute(fletcher16, check) }, `${checkHex} 1ede`]] });
  facts(struct({ body: bytes(9), kind: bits(4), sum: checksum(bits(12), crc12umts, { from: "body", to: "body" }) }), {
    ok: [[{ body: check, kind: 5, sum: 0xdaf }, `${checkHex} 5daf`]],
    encodes: [[{ body: check, kind: 5 }, `${checkHex} 5daf`]],
    badHex: [[`${checkHex} 5dae`, "checksum", 9, "sum"]],
  });
  facts(struct({ sum: checksum(bits(4), crc4itu, { from: "body" }), kind: bits(4), body: bytes(rest) }), {
    ok: [[{ sum: 7, kind: 9, body: check }, `79 ${checkHex}`]],
    open: true,
  });
});

describe("in front of what it covers", () => {
  facts(struct({ crc: checksum(u32, crc32, { from: "body" }), body: bytes(rest) }), {
    ok: [[{ crc: 0xcbf43926, body: check }, `cbf43926 ${checkHex}`]],
    badHex: [[`cbf43926 ${checkHex}00`, "checksum", 0, "crc"]],
    open: true,
  });
});

describe("in the middle, as zeroes in its own sum", () => {
  const IPv4 = struct({
    version: bits(4),
    ihl: bits(4),
    tos: u8,
    length: u16,
    id: u16,
    flags: bits(3),
    fragment: bits(13),
    ttl: u8,
    protocol: u8,
    checksum: checksum(u16, internetChecksum, { from: "version", to: "options" }),
    source: u32,
    destination: u32,
    options: bytes(field("ihl").times(4).minus(20)),
  });
  const header = {
    version: 4,
    ihl: 5,
    tos: 0,
    length: 0x73,
    id: 0,
    flags: 2,
    fragment: 0,
    ttl: 64,
    protocol: 17,
    checksum: 0xb861,
    source: 0xc0a80001,
    destination: 0xc0a800c7,
    options: new Uint8Array(0),
  };
  facts(IPv4, {
    ok: [[header, "45 00 0073 0000 4000 40 11 b861 c0a80001 c0a800c7"]],
    badHex: [["45 00 0073 0000 4000 40 11 b862 c0a80001 c0a800c7", "checksum", 10, "checksum"]],
    badValues: [[{ ...header, checksum: 0 }, "mismatch", "checksum"]],
  });
  it("guards every bit, and follows from a header length that is derived", () => {
    const codec = compileHere(IPv4);
    const { checksum: _, ihl: __, ...given } = header;
    const wire = codec.encode({ ...given, options: Uint8Array.of(1, 2, 3, 4) });
    expect(codec.decode(wire)).toMatchObject({ ihl: 6 });
    expect(compute(internetChecksum, wire)).toBe(0);
    expectEveryBitGuarded(IPv4, wire);
  });

  describe("of itself alone", () => {
    facts(struct({ crc: checksum(u32, crc32, { from: "crc" }) }), { ok: [[{ crc: 0x2144df1c }, "2144df1c"]] });
  });
  describe("as bits that fill their bytes", () => {
    const sum = compute(crc16modbus, Uint8Array.of(1, 0, 0, 2));
    facts(struct({ a: u8, sum: checksum(bits(16), crc16modbus, { from: "a" }), b: u8 }), {
      ok: [[{ a: 1, sum, b: 2 }, `01 ${sum.toString(16).padStart(4, "0")} 02`]],
    });
  });
});

describe("over one another", () => {
  const Two = struct({
    length: lengthOf(u16, { from: "kind", to: "body" }),
    head: checksum(u16, crc16modbus, { from: "length", to: "length" }),
    kind: u8,
    body: bytes(rest),
    all: checksum(u32, crc32, { from: "length", to: "body" }),
  });
  it("the inner is computed first, wherever it stands", () => {
    const codec = compileHere(Two);
    const wire = codec.encode({ kind: 1, body: check });
    const { head, all } = codec.decode(wire);
    expect(head).toBe(compute(crc16modbus, wire.subarray(0, 2)));
    expect(all).toBe(compute(crc32, wire.subarray(0, wire.length - 4)));
    expectEveryBitGuarded(Two, wire);

    const reversed = struct({
      all: checksum(u32, crc32, { from: "all" }),
      body: bytes(4),
      part: checksum(u16, crc16modbus, { from: "body", to: "body" }),
    });
    const other = compileHere(reversed).encode({ body: Uint8Array.of(1, 2, 3, 4) });
    expectEveryBitGuarded(reversed, other);
    const zeroed = other.slice();
    zeroed.fill(0, 0, 4);
    expect(compileHere(reversed).decode(other).all).toBe(compute(crc32, zeroed));
  });
  it("cannot be mutual", () => {
    const define = () =>
      compileHere(
        struct({
          a: checksum(u32, crc32, { from: "b", to: "c" }),
          b: u8,
          c: checksum(u32, crc32, { from: "a", to: "b" }),
        }),
      );
    expect(failureOf(define)).toMatchObject({ name: "SchemaError", code: "reference", path: "a" });
  });
});

describe("over fields of every kind", () => {
  const All = struct({
    text: string(u8),
    list: array(u16, u8),
    on: u8,
    maybe: when(field("on"), u16),
    pad: padding({ align: 4 }),
    frame: sized(uleb128, struct({ n: u8, rest: bytes(rest) })),
    crc: checksum(u32, crc32, { from: "text", to: "frame" }),
    after: string(until("\0")),
  });
  it.each([0, 1, 100, 126, 127, 128, 130, 200])("with a frame of %i bytes", (n) => {
    const codec = compileHere(All);
    const value = { text: "abc", list: [1, 2], on: 1, maybe: 5, frame: { n: 1, rest: new Uint8Array(n) }, after: "z" };
    const wire = codec.encode(value);
    const decoded = codec.decode(wire);
    expect(decoded).toEqual({ ...value, crc: compute(crc32, wire.subarray(0, wire.length - 6)) });
    expect(codec.encode(decoded)).toEqual(wire);
  });
});

describe("block by block", () => {
  const Block = struct({
    data: sized(u8, bytes(rest)),
    crc: checksum(u16le, crc16modbus, { from: "data", to: "data" }),
  });
  const Blocks = array(Block, u8);
  const sum = (...block: number[]): string => {
    const n = compute(crc16modbus, Uint8Array.from(block));
    return toHex(Uint8Array.of(n & 255, n >> 8));
  };
  facts(Blocks, {
    encodes: [[[{ data: Uint8Array.of(1) }, { data: new Uint8Array(0) }], `02 01 01 ${sum(1, 1)} 00 ${sum(0)}`]],
    badHex: [["01 01 01 0000", "checksum", 3, "[0].crc"]],
  });
  it("guards every bit of every block", () => {
    const wire = compileHere(Blocks).encode([{ data: check }, { data: Uint8Array.of(0) }, { data: new Uint8Array(0) }]);
    expectEveryBitGuarded(Blocks, wire);
  });
});

describe("what cannot be a checksum", () => {
  const body = { body: bytes(4) };
  it.each([
    ["too narrow", () => struct({ ...body, c: checksum(u16, crc32, { from: "body" }) }), "argument"],
    ["signed", () => struct({ ...body, c: checksum(i32, crc32, { from: "body" }) }), "argument"],
    ["inexact", () => struct({ ...body, c: checksum(safe(u64), crc64xz, { from: "body" }) }), "argument"],
    ["too few digits", () => struct({ ...body, c: checksum(decimal(2), sum8, { from: "body" }) }), "argument"],
    ["of variable width", () => struct({ ...body, c: checksum(uleb128, crc32, { from: "body" }) }), "argument"],
    ["text", () => struct({ ...body, c: checksum(string(4) as never, crc32, { from: "body" }) }), "argument"],
    ["without an algorithm", () => checksum(u32, {} as never, { from: "body" }), "argument"],
    ["without a range", () => checksum(u32, crc32, undefined as never), "argument"],
    [
      "over a field that is not there",
      () => struct({ ...body, c: checksum(u32, crc32, { from: "head" }) } as never),
      "reference",
    ],
    [
      "to a field that is not there",
      () => struct({ ...body, c: checksum(u32, crc32, { from: "body", to: "x" }) } as never),
      "reference",
    ],
    [
      "the wrong way round",
      () => struct({ a: u8, b: u8, c: checksum(u32, crc32, { from: "b", to: "a" }) }),
      "reference",
    ],
    ["outside of a struct", () => checksum(u32, crc32, { from: "a" }), "reference"],
    [
      "from the middle of a byte",
      () => struct({ a: bits(4), b: bits(4), c: checksum(u32, crc32, { from: "b" }) }),
      "bits",
    ],
    [
      "to the middle of a byte",
      () => struct({ x: u8, a: bits(4), b: bits(4), c: checksum(u32, crc32, { from: "x", to: "a" }) }),
      "bits",
    ],
    [
      "some bits that cover their own bytes",
      () => struct({ a: bits(4), c: checksum(bits(4), crc4itu, { from: "a", to: "b" }), b: u8 }),
      "bits",
    ],
  ])("%s", (_, define, code) => {
    expect(failureOf(() => compileHere(define() as never))).toMatchObject({ name: "SchemaError", code });
  });
});

it("what a checksum covers is written and read in one go", () => {
  expectOneGo(
    struct({ n: u8, body: bytes(field("n")), crc: checksum(u32, crc32, { from: "n", to: "body" }) }),
    { n: 0, body: new Uint8Array(0), crc: 0xd202ef8d },
    "00 d202ef8d",
  );
});
