import {
  array,
  bits,
  bytes,
  check,
  constant,
  decimal,
  enumeration,
  field,
  flag,
  i16,
  lengthOf,
  match,
  quicVarint,
  rest,
  sized,
  string,
  struct,
  typedArray,
  u8,
  u16,
  u24,
  u32,
  u64,
  uleb128,
  union,
  until,
  when,
  zigzag,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { facts, failureOf } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";
import { toHex } from "./support/shared-data.ts";

const zeroes = (n: number): Uint8Array => new Uint8Array(n);

describe("a field may be a length for anything that has one", () => {
  facts(struct({ n: u8, x: string(field("n")) }), {
    ok: [[{ n: 2, x: "é" }, "02 c3a9"]],
    encodes: [[{ x: "é" }, "02 c3a9"]],
  });
  facts(struct({ n: u8, x: string(field("n"), "utf16be") }), { ok: [[{ n: 4, x: "ab" }, "04 00610062"]] });
  facts(struct({ n: u8, x: array(u16, field("n")) }), { ok: [[{ n: 2, x: [1, 2] }, "02 0001 0002"]] });
  facts(struct({ n: u8, x: typedArray(u16, field("n")) }), { ok: [[{ n: 1, x: Uint16Array.of(7) }, "01 0007"]] });
  facts(struct({ n: u8, x: sized(field("n"), array(u16, rest)) }), { ok: [[{ n: 4, x: [1, 2] }, "04 0001 0002"]] });
});

describe("a field of any width may be one", () => {
  const body = { x: Uint8Array.of(7) };
  facts(struct({ n: u24, x: bytes(field("n")) }), { ok: [[{ n: 1, ...body }, "000001 07"]] });
  facts(struct({ n: i16, x: bytes(field("n")) }), {
    ok: [[{ n: 1, ...body }, "0001 07"]],
    badHex: [["ffff 07", "length", 2, "x"]],
    badValues: [[{ x: zeroes(32768) }, "range", "n"]],
  });
  facts(struct({ n: quicVarint, x: bytes(field("n")) }), { ok: [[{ n: 1, ...body }, "01 07"]] });
  facts(struct({ n: zigzag, x: bytes(field("n")) }), {
    ok: [[{ n: 1, ...body }, "02 07"]],
    badHex: [["01 07", "length", 1, "x"]],
  });
  facts(struct({ a: flag, n: bits(10), b: bits(5), x: bytes(field("n")) }), {
    ok: [[{ a: true, n: 1, b: 31, ...body }, "803f 07"]],
    encodes: [[{ a: true, b: 31, ...body }, "803f 07"]],
  });
  facts(struct({ n: bits(10), b: bits(6), x: bytes(field("n")) }, { bitOrder: "lsb", endian: "little" }), {
    ok: [[{ n: 1, b: 63, ...body }, "01fc 07"]],
    encodes: [[{ b: 63, ...body }, "01fc 07"]],
  });
  facts(struct({ n: bits(60), z: bits(4), x: bytes(field("n")) }), {
    ok: [[{ n: 1n, z: 5, ...body }, "0000000000000015 07"]],
    encodes: [[{ z: 5, ...body }, "0000000000000015 07"]],
  });
  facts(struct({ n: decimal(until("\r\n")), x: bytes(field("n")), end: string(2) }), {
    ok: [[{ n: 1, ...body, end: "\r\n" }, "310d0a 07 0d0a"]],
    encodes: [[{ ...body, end: "\r\n" }, "310d0a 07 0d0a"]],
  });
});

describe("where a field lies", () => {
  facts(struct({ a: struct({ b: struct({ n: u8, z: u8 }) }), x: bytes(field("a.b.n")) }), {
    ok: [[{ a: { b: { n: 1, z: 5 } }, x: Uint8Array.of(7) }, "01 05 07"]],
    encodes: [[{ a: { b: { z: 5 } }, x: Uint8Array.of(7) }, "01 05 07"]],
    badValues: [[{ a: { b: { n: 2, z: 5 } }, x: Uint8Array.of(7) }, "mismatch", "a.b.n"]],
  });
  facts(struct({ h: struct({ n: u8 }), x: struct({ y: array(struct({ z: bytes(field("../../h.n")) }), 2) }) }), {
    ok: [[{ h: { n: 1 }, x: { y: [{ z: Uint8Array.of(7) }, { z: Uint8Array.of(8) }] } }, "01 07 08"]],
    badValues: [
      [{ h: {}, x: { y: [{ z: Uint8Array.of(7) }, { z: zeroes(2) }] } }, "mismatch", "x.y[1].z"],
      [{ h: { n: 2 }, x: { y: [{ z: Uint8Array.of(7) }, { z: Uint8Array.of(8) }] } }, "mismatch", "h.n"],
    ],
  });
  facts(
    struct({
      h: check(struct({ n: u8, m: u8 }), ({ n, m }) => n === undefined || n <= m, "in order"),
      x: bytes(field("h.n")),
    }),
    {
      ok: [[{ h: { n: 1, m: 2 }, x: Uint8Array.of(7) }, "01 02 07"]],
      badHex: [["03 02 070809", "rejected", 0, "h"]],
    },
  );
  facts(array(struct({ n: u8, x: bytes(field("n")) }), 2), {
    ok: [
      [
        [
          { n: 1, x: Uint8Array.of(7) },
          { n: 0, x: zeroes(0) },
        ],
        "01 07 00",
      ],
    ],
    encodes: [[[{ x: Uint8Array.of(7) }, { x: zeroes(0) }], "01 07 00"]],
    badValues: [[[{ x: Uint8Array.of(7) }, { n: 1, x: zeroes(0) }], "mismatch", "[1].n"]],
  });
  facts(struct({ n: u8, inner: struct({ n: u8, a: bytes(field("n")), b: bytes(field("../n")) }) }), {
    ok: [[{ n: 1, inner: { n: 2, a: Uint8Array.of(1, 2), b: Uint8Array.of(3) } }, "01 02 0102 03"]],
    encodes: [[{ inner: { a: Uint8Array.of(1, 2), b: Uint8Array.of(3) } }, "01 02 0102 03"]],
  });
  facts(
    struct({
      n: u8,
      x: match(field("n"), { 1: struct({ y: bytes(field("../n")) }) }, struct({ z: string(field("../n")) })),
    }),
    {
      badHex: [["01", "truncated", 1, "x.y"]],
    },
  );
});

describe("a field that many refer to", () => {
  const Matrix = struct({
    rows: u8,
    columns: u8,
    cells: array(struct({ row: array(u8, field("../columns")) }), field("rows")),
    names: array(string(u8), field("columns")),
  });
  facts(Matrix, {
    ok: [
      [{ rows: 2, columns: 1, cells: [{ row: [1] }, { row: [2] }], names: ["a"] }, "02 01 01 02 0161"],
      [{ rows: 0, columns: 2, cells: [], names: ["a", "b"] }, "00 02 0161 0162"],
    ],
    encodes: [[{ cells: [{ row: [1] }, { row: [2] }], names: ["a"] }, "02 01 01 02 0161"]],
    badValues: [
      [{ cells: [{ row: [1] }, { row: [2, 3] }], names: ["a"] }, "mismatch", "cells[1].row"],
      [{ cells: [{ row: [1] }], names: ["a", "b"] }, "mismatch", "names"],
    ],
  });
  facts(struct({ n: u8, a: bytes(field("n")), b: bytes(field("n").minus(1)), c: array(u16, field("n").plus(1)) }), {
    ok: [[{ n: 1, a: Uint8Array.of(7), b: zeroes(0), c: [1, 2] }, "01 07 0001 0002"]],
    badValues: [[{ a: Uint8Array.of(7), b: Uint8Array.of(7), c: [1, 2] }, "mismatch", "b"]],
  });
  facts(
    struct({ n: u8, on: u8, a: when(field("on"), bytes(field("n"))), b: when(field("on").is(2), bytes(field("n"))) }),
    {
      ok: [
        [{ n: 5, on: 0 }, "05 00"],
        [{ n: 1, on: 1, a: Uint8Array.of(7) }, "01 01 07"],
        [{ n: 1, on: 2, a: Uint8Array.of(7), b: Uint8Array.of(8) }, "01 02 07 08"],
      ],
      badValues: [
        [{ on: 0 }, "missing", "n"],
        [{ on: 2, a: Uint8Array.of(7), b: zeroes(0) }, "mismatch", "b"],
      ],
    },
  );
});

describe("a name that is a constant, a variant or a truth", () => {
  facts(struct({ kind: enumeration(u8, { short: 0, long: 1 }), n: match(field("kind"), { short: u8, long: u32 }) }), {
    ok: [
      [{ kind: "short", n: 5 }, "00 05"],
      [{ kind: "long", n: 5 }, "01 00000005"],
    ],
  });
  facts(
    struct({ version: constant(u8, 2), extra: when(field("version").atLeast(2), u8), n: u8, x: bytes(field("n")) }),
    {
      ok: [[{ version: 2, extra: 9, n: 1, x: Uint8Array.of(7) }, "02 09 01 07"]],
      encodes: [[{ extra: 9, x: Uint8Array.of(7) }, "02 09 01 07"]],
      badValues: [[{ x: Uint8Array.of(7) }, "missing", "extra"]],
    },
  );
  facts(
    struct({
      n: constant(u64, 2n),
      x: bytes(field("n")),
      y: match(field("n"), { 2: u8 }),
      z: when(field("n").is(2), u8),
    }),
    {
      ok: [[{ n: 2n, x: Uint8Array.of(7, 8), y: 1, z: 2 }, "0000000000000002 0708 01 02"]],
      badValues: [[{ x: Uint8Array.of(7), y: 1, z: 2 }, "length", "x"]],
    },
  );
});

describe("variable widths in front of one another", () => {
  const Chain = struct({
    a: uleb128,
    b: uleb128,
    c: uleb128,
    x: bytes(field("a")),
    y: bytes(field("b")),
    z: bytes(field("c")),
    total: lengthOf(uleb128, { from: "a", to: "z" }),
  });
  it.each([
    [1, 1, 1],
    [200, 1, 1],
    [1, 200, 1],
    [1, 1, 200],
    [200, 200, 200],
    [20000, 1, 200],
    [127, 128, 16384],
  ])("%i, %i and %i bytes", (a, b, c) => {
    const codec = compileHere(Chain);
    const wire = codec.encode({ x: zeroes(a).fill(1), y: zeroes(b).fill(2), z: zeroes(c).fill(3) });
    const decoded = codec.decode(wire);
    expect(decoded).toMatchObject({ a, b, c });
    expect(toHex(codec.encode(decoded))).toBe(toHex(wire));
    expect(decoded.total).toBe(wire.length - (decoded.total < 128 ? 1 : decoded.total < 16384 ? 2 : 3));
    const into = zeroes(wire.length + 3);
    expect(codec.write(decoded, into, 3)).toBe(into.length);
    expect(into.subarray(3)).toEqual(wire);
  });
  it("in every element of an array", () => {
    const codec = compileHere(
      array(
        struct({ n: uleb128, x: bytes(field("n")), u: union("t", u8, { v: [1, sized(uleb128, bytes(rest))] }) }),
        u16,
      ),
    );
    const value = [0, 127, 128, 300, 5].map((n) => ({ x: zeroes(n), u: { t: "v" as const, value: zeroes(n) } }));
    const decoded = codec.decode(codec.encode(value));
    expect(decoded).toMatchObject(value);
    expect(decoded.map(({ n }) => n)).toEqual([0, 127, 128, 300, 5]);
  });
});

describe("what was given for a derived field", () => {
  const codec = compileHere(struct({ head: struct({ n: u16, kind: u8 }), x: bytes(field("head.n")) }));
  it.each([
    [1, "mismatch"],
    ["2", "type"],
    [2n, "type"],
    [null, "type"],
    [{}, "type"],
    [Number.NaN, "mismatch"],
    [2.5, "mismatch"],
    [-2, "mismatch"],
  ])("%s is held against what it must be", (n, code) => {
    const value = { head: { n, kind: 1 }, x: zeroes(2) };
    expect(failureOf(() => codec.encode(value as never))).toMatchObject({
      name: "EncodeError",
      code,
      path: "head.n",
      offset: 0,
    });
  });
  it("is no more than a hint: left out, undefined and right are the same bytes", () => {
    const bytesOf = (head: object) => toHex(codec.encode({ head, x: zeroes(2) } as never));
    expect(bytesOf({ kind: 1 })).toBe("0002010000");
    expect(bytesOf({ n: undefined, kind: 1 })).toBe("0002010000");
    expect(bytesOf({ n: 2, kind: 1 })).toBe("0002010000");
    expect(bytesOf(Object.create({ n: 2 }, { kind: { value: 1 } }))).toBe("0002010000");
  });
});
