import {
  type AnySchema,
  type IntegerSchema,
  i8,
  i16,
  i16le,
  i24,
  i24le,
  i32,
  i32le,
  i40,
  i40le,
  i48,
  i48le,
  i64,
  i64le,
  SchemaError,
  safe,
  struct,
  u8,
  u16,
  u16le,
  u24,
  u24le,
  u32,
  u32le,
  u40,
  u40le,
  u48,
  u48le,
  u64,
  u64le,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { type Facts, facts } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";
import { fromHex, toHex } from "./support/shared-data.ts";

/** Values that are no whole number that fits, whatever the width up to 48 bits. */
const notNumbers: Facts["badValues"] = [
  [Number.NaN, "range"],
  [Number.POSITIVE_INFINITY, "range"],
  [Number.NEGATIVE_INFINITY, "range"],
  [0.5, "range"],
  [-0.5, "range"],
  [1.0000000000000002, "range"],
  [2 ** 53, "range"],
  [-(2 ** 53), "range"],
  [2 ** 64, "range"],
  [1e300, "range"],
  [5e-324, "range"],
  [1n, "type"],
  ["1", "type"],
  ["", "type"],
  [true, "type"],
  [false, "type"],
  [null, "type"],
  [undefined, "type"],
  [{}, "type"],
  [{ valueOf: () => 1 }, "type"],
  [[1], "type"],
  [[], "type"],
  [new Number(1), "type"],
  [new Date(0), "type"],
  [Symbol("1"), "type"],
  [() => 1, "type"],
];

const reversed = (hex: string): string => (hex.match(/../g) ?? []).reverse().join("");

type Pair = readonly [big: AnySchema, little: AnySchema];
const unsigned: [bits: number, schemas: Pair][] = [
  [8, [u8, u8]],
  [16, [u16, u16le]],
  [24, [u24, u24le]],
  [32, [u32, u32le]],
  [40, [u40, u40le]],
  [48, [u48, u48le]],
];
const signed: [bits: number, schemas: Pair][] = [
  [8, [i8, i8]],
  [16, [i16, i16le]],
  [24, [i24, i24le]],
  [32, [i32, i32le]],
  [40, [i40, i40le]],
  [48, [i48, i48le]],
];

/** The two's complement of a whole number, in so many bits. */
const hexOf = (value: number | bigint, bits: number): string =>
  BigInt.asUintN(bits, BigInt(value))
    .toString(16)
    .padStart(bits / 4, "0");

const bothOrders = ([big, little]: Pair, ok: [number | bigint, string][], bad: Facts["badValues"]): void => {
  facts(big, { ok, badValues: bad ?? [], badHex: [[`${ok[0]?.[1]}00`, "trailing", (ok[0]?.[1].length ?? 0) / 2]] });
  if (little !== big) facts(little, { ok: ok.map(([v, hex]) => [v, reversed(hex)]), badValues: bad ?? [] });
};

describe("unsigned", () => {
  for (const [bits, pair] of unsigned) {
    const max = 2 ** bits - 1;
    // Every byte different; every byte's highest bit set.
    const counting = Number(`0x${"0123456789abcdef".slice(0, bits / 4)}`);
    const high = Number(`0x${"f1e2d3c4b5a6".slice(0, bits / 4)}`);
    const values = [...new Set([0, 1, 127, 128, 255, max - 1, max, counting, high])].filter((v) => v <= max);
    bothOrders(
      pair,
      values.map((value) => [value, hexOf(value, bits)]),
      [...(notNumbers ?? []), [-1, "range"], [max + 1, "range"], [max + 0.5, "range"], [-(2 ** (bits - 1)), "range"]],
    );
  }
  facts(u16, {
    ok: [[0x1234, "1234"]],
    cuts: [
      [0, "", 0],
      [1, "", 0],
    ],
    encodes: [[-0, "0000"]],
  });
  facts(u32le, { ok: [[0xdeadbeef, "efbeadde"]], cuts: [[3, "", 0]], encodes: [[-0, "00000000"]] });
  facts(u48, { ok: [[0xfedcba987654, "fedcba987654"]], encodes: [[-0, "000000000000"]] });
});

describe("signed", () => {
  for (const [bits, pair] of signed) {
    const half = 2 ** (bits - 1);
    const values = [...new Set([0, 1, -1, -2, 127, -128, half - 1, half - 2, -half, -half + 1])];
    bothOrders(
      pair,
      values.map((value) => [value, hexOf(value, bits)]),
      [...(notNumbers ?? []), [half, "range"], [-half - 1, "range"], [2 * half - 1, "range"], [-half - 0.5, "range"]],
    );
  }
});

describe("each bit alone", () => {
  for (const [bits, pair] of [...unsigned, ...signed, [64, [u64, u64le]], [64, [i64, i64le]]] as typeof unsigned)
    for (const schema of new Set(pair))
      it(`stands where ${schema.kind} has it`, () => {
        const codec = compileHere(schema);
        const unsignedKind = schema.kind.startsWith("u");
        for (let i = 0; i < bits; i++) {
          const power = unsignedKind ? 1n << BigInt(i) : BigInt.asIntN(bits, 1n << BigInt(i));
          const value = bits === 64 ? power : Number(power);
          const hex = schema.kind.endsWith("le") ? reversed(hexOf(power, bits)) : hexOf(power, bits);
          expect([value, toHex(codec.encode(value))]).toEqual([value, hex]);
          expect(codec.decode(fromHex(hex))).toBe(value);
        }
      });
});

describe("64 bits are bigints", () => {
  const notBigints: Facts["badValues"] = [
    0,
    1,
    -1,
    2 ** 53,
    Number.NaN,
    "1",
    null,
    undefined,
    {},
    [1n],
    true,
    Object(1n),
  ].map((value) => [value, "type"] as const);
  const u: bigint[] = [
    0n,
    1n,
    255n,
    256n,
    0x0123456789abcdefn,
    2n ** 53n - 1n,
    2n ** 53n,
    2n ** 53n + 1n,
    2n ** 63n - 1n,
    2n ** 63n,
    2n ** 64n - 1n,
  ];
  bothOrders(
    [u64, u64le],
    u.map((v) => [v, hexOf(v, 64)]),
    [...notBigints, [-1n, "range"], [2n ** 64n, "range"], [2n ** 128n, "range"]],
  );
  const i: bigint[] = [
    0n,
    1n,
    -1n,
    -(2n ** 31n),
    2n ** 53n + 1n,
    -(2n ** 53n) - 1n,
    2n ** 63n - 1n,
    -(2n ** 63n),
    -0x0123456789abcdefn,
  ];
  bothOrders(
    [i64, i64le],
    i.map((v) => [v, hexOf(v, 64)]),
    [...notBigints, [2n ** 63n, "range"], [-(2n ** 63n) - 1n, "range"]],
  );
});

describe("safe: 64 bits as a number", () => {
  const { MAX_SAFE_INTEGER: max } = Number;
  const beyond = (name: string, hex: string): Facts["badHex"] => [[name.endsWith("le") ? reversed(hex) : hex, "value"]];
  const table = (schema: IntegerSchema<bigint>, values: number[], bad: Facts["badValues"], badHex: string[]): void => {
    const little = schema.kind.endsWith("le");
    facts(safe(schema), {
      ok: values.map((v) => [v, little ? reversed(hexOf(v, 64)) : hexOf(v, 64)]),
      badValues: [...(notNumbers ?? []), ...(bad ?? [])],
      badHex: badHex.flatMap((hex) => beyond(schema.kind, hex) ?? []),
      encodes: [[-0, "0000000000000000"]],
    });
  };
  const powers = [2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 40, 2 ** 52];
  for (const schema of [u64, u64le])
    table(
      schema,
      [0, 255, ...powers, 0x123456789abcd, max - 1, max],
      [
        [-1, "range"],
        [max + 1, "range"],
      ],
      ["0020000000000000", "0020000000000001", "8000000000000000", "ffffffffffffffff"],
    );
  for (const schema of [i64, i64le])
    table(
      schema,
      [0, -1, 255, -256, ...powers, ...powers.map((p) => -p), max, -max],
      [
        [max + 1, "range"],
        [-max - 1, "range"],
      ],
      ["0020000000000000", "ffe0000000000000", "8000000000000000", "7fffffffffffffff"],
    );

  it("is for 64-bit integers alone, once", () => {
    expect(() => safe(u32 as never)).toThrow(SchemaError);
    expect(() => safe(safe(u64) as never)).toThrow("safe takes u64, i64, u64le or i64le, not safe(u64)");
  });
});

describe("in a struct, with every neighbour of another width", () => {
  const message = struct({ a: u8, b: u16le, c: i24, d: u32, e: i40le, f: u48, g: i64, h: safe(u64le), i: i8 });
  facts(message, {
    ok: [
      [
        { a: 1, b: 0x0203, c: -2, d: 0xfffffffe, e: -3, f: 0x010203040506, g: -4n, h: 2 ** 52, i: -5 },
        "01 0302 fffffe fffffffe fdffffffff 010203040506 fffffffffffffffc 0000000000001000 fb",
      ],
    ],
    cuts: [
      [0, "a", 0],
      [1, "b", 1],
      [2, "b", 1],
      [5, "c", 3],
      [6, "d", 6],
      [20, "f", 15],
      [36, "h", 29],
      [37, "i", 37],
    ],
    badHex: [
      ["01 0302 fffffe fffffffe fdffffffff 010203040506 fffffffffffffffc 0000000000002000 fb", "value", 29, "h"],
    ],
    badValues: [
      [{ a: 1, b: 65536, c: 0, d: 0, e: 0, f: 0, g: 0n, h: 0, i: 0 }, "range", "b"],
      [{ a: 1, b: 0, c: 0, d: -1, e: 0, f: 0, g: 0n, h: 0, i: 0 }, "range", "d"],
      [{ a: 1, b: 0, c: 0, d: 0, e: 0, f: 0, g: 0, h: 0, i: 0 }, "type", "g"],
      [{ a: 1, b: 0, c: 0, d: 0, e: 0, f: 0, g: 0n, h: 0 }, "missing", "i"],
    ],
  });
});
