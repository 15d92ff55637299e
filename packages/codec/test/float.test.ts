import { f16, f16le, f32, f32le, f64, f64le, struct, u8 } from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { type Facts, facts } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";
import { describeShared, fromHex, toHex } from "./support/shared-data.ts";

const schemas = { f16: [f16, f16le], f32: [f32, f32le], f64: [f64, f64le] } as const;
type Type = keyof typeof schemas;

const reversed = (hex: string): string => (hex.match(/../g) ?? []).reverse().join("");

const bothOrders = (type: Type, { ok = [], encodes = [], ...table }: Facts): void => {
  const swap = (rows: typeof ok) => rows.map(([value, hex]) => [value, reversed(hex)] as const);
  const [big, little] = schemas[type];
  facts(big, { ...table, ok, encodes });
  facts(little, { ...table, ok: swap(ok), encodes: swap(encodes) });
};

const notNumbers: Facts["badValues"] = [
  1n,
  "1",
  "",
  true,
  null,
  undefined,
  {},
  [1],
  [],
  new Number(1),
  Symbol("1"),
].map((value) => [value, "type"]);

describe("binary16", () => {
  bothOrders("f16", {
    ok: [
      [0, "0000"],
      [-0, "8000"],
      [1, "3c00"],
      [-2, "c000"],
      [1.5, "3e00"],
      [65504, "7bff"],
      [-65504, "fbff"],
      [2 ** -14, "0400"],
      [-(2 ** -14), "8400"],
      [2 ** -14 - 2 ** -24, "03ff"],
      [2 ** -24, "0001"],
      [-(2 ** -24), "8001"],
      [0.333251953125, "3555"],
      [Number.POSITIVE_INFINITY, "7c00"],
      [Number.NEGATIVE_INFINITY, "fc00"],
      [Number.NaN, "7e00"],
    ],
    encodes: [
      [65519.99, "7bff"],
      [2049, "6800"],
      [2051, "6802"],
      [2 ** -25, "0000"],
      [-(2 ** -25), "8000"],
      [2 ** -25 * 1.5, "0001"],
      [5e-324, "0000"],
      [-5e-324, "8000"],
      // The last step of rounding carries into the exponent.
      [2047.9, "6800"],
      [2 ** -14 - 2 ** -26, "0400"],
    ],
    badValues: [...(notNumbers ?? []), [65520, "range"], [-65520, "range"], [1e300, "range"], [2 ** 53, "range"]],
    badHex: [["3c0000", "trailing", 2]],
  });

  it("reads and writes each of its 65,536 forms, except that all NaN are one", () => {
    for (const schema of schemas.f16) {
      const codec = compileHere(schema);
      for (let bits = 0; bits < 65536; bits++) {
        const bytes = schema === f16 ? Uint8Array.of(bits >> 8, bits) : Uint8Array.of(bits, bits >> 8);
        const isNaN = (bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0;
        const value = codec.decode(bytes);
        if (isNaN !== Number.isNaN(value)) expect({ bits, value }).toBe("NaN where, and only where, IEEE 754 says so");
        const again = codec.encode(value);
        if (!isNaN && (again[0] !== bytes[0] || again[1] !== bytes[1])) expect(toHex(again)).toBe(toHex(bytes));
      }
    }
  });

  it("rounds what lies between two neighbours to the nearer one, and halfway to the even one", () => {
    const codec = compileHere(f16);
    for (let bits = 0; bits < 0x7bff; bits++) {
      const low = codec.decode(Uint8Array.of(bits >> 8, bits));
      const high = codec.decode(Uint8Array.of((bits + 1) >> 8, bits + 1));
      const middle = (low + high) / 2;
      const even = bits % 2 === 0 ? low : high;
      for (const [value, want] of [
        [middle, even],
        [middle - (high - low) / 1024, low],
        [middle + (high - low) / 1024, high],
      ] as const)
        if (codec.decode(codec.encode(value)) !== want) expect([value, codec.decode(codec.encode(value))]).toBe(want);
    }
  });
});

describe("binary32", () => {
  bothOrders("f32", {
    ok: [
      [0, "00000000"],
      [-0, "80000000"],
      [1, "3f800000"],
      [-1.5, "bfc00000"],
      [Math.fround(0.1), "3dcccccd"],
      [2 ** -149, "00000001"],
      [-(2 ** -149), "80000001"],
      [2 ** -126 - 2 ** -149, "007fffff"],
      [2 ** -126, "00800000"],
      [(2 - 2 ** -23) * 2 ** 127, "7f7fffff"],
      [-(2 - 2 ** -23) * 2 ** 127, "ff7fffff"],
      [16777216, "4b800000"],
      [Number.POSITIVE_INFINITY, "7f800000"],
      [Number.NEGATIVE_INFINITY, "ff800000"],
      [Number.NaN, "7fc00000"],
    ],
    encodes: [
      [0.1, "3dcccccd"],
      [16777217, "4b800000"],
      [16777219, "4b800002"],
      [2 ** -150, "00000000"],
      [2 ** -150 * 1.0000001, "00000001"],
      [-5e-324, "80000000"],
      // The largest double below the halfway point to 2^128.
      [3.4028235677973362e38, "7f7fffff"],
    ],
    badValues: [
      ...(notNumbers ?? []),
      [3.4028235677973366e38, "range"],
      [-3.4028235677973366e38, "range"],
      [2 ** 128, "range"],
      [Number.MAX_VALUE, "range"],
    ],
  });
});

describe("binary64", () => {
  bothOrders("f64", {
    ok: [
      [0, "0000000000000000"],
      [-0, "8000000000000000"],
      [1, "3ff0000000000000"],
      [0.1, "3fb999999999999a"],
      [-Math.PI, "c00921fb54442d18"],
      [5e-324, "0000000000000001"],
      [2 ** -1022 - 2 ** -1074, "000fffffffffffff"],
      [2 ** -1022, "0010000000000000"],
      [Number.MAX_VALUE, "7fefffffffffffff"],
      [-Number.MAX_VALUE, "ffefffffffffffff"],
      [2 ** 53, "4340000000000000"],
      [2 ** 53 + 2, "4340000000000001"],
      [Number.POSITIVE_INFINITY, "7ff0000000000000"],
      [Number.NEGATIVE_INFINITY, "fff0000000000000"],
      [Number.NaN, "7ff8000000000000"],
    ],
    badValues: notNumbers ?? [],
    badHex: [["3ff000000000000000", "trailing", 8]],
  });
});

describe("NaN with a payload", () => {
  for (const [schema, ...forms] of [
    [f16, "7c01", "7fff", "fe00"],
    [f16le, "017c"],
    [f32, "7f800001", "7fffffff", "ffc12345"],
    [f32le, "0100807f"],
    [f64, "7ff0000000000001", "7fffffffffffffff", "fff8000012345678"],
    [f64le, "010000000000f07f"],
  ] as const)
    for (const hex of forms)
      it(`decodes ${hex} as ${schema.kind} NaN, which encodes as a NaN`, () => {
        const codec = compileHere(schema);
        expect(codec.decode(fromHex(hex))).toBe(Number.NaN);
        expect(codec.decode(codec.encode(codec.decode(fromHex(hex))))).toBe(Number.NaN);
      });
});

describe("in a struct at odd offsets", () => {
  facts(struct({ a: u8, b: f16le, c: f32, d: u8, e: f64le }), {
    ok: [[{ a: 1, b: -0, c: Number.NEGATIVE_INFINITY, d: 2, e: 0.1 }, "01 0080 ff800000 02 9a9999999999b93f"]],
    cuts: [
      [2, "b", 1],
      [6, "c", 3],
      [15, "e", 8],
    ],
    badValues: [
      [{ a: 1, b: 65520, c: 0, d: 0, e: 0 }, "range", "b"],
      [{ a: 1, b: 0, c: "0", d: 0, e: 0 }, "type", "c"],
      [{ a: 1, b: 0, c: 0, d: 0 }, "missing", "e"],
    ],
  });
});

describeShared<{
  cases: { type: Type; hex: string; value: number }[];
  rounding: { type: Type; hex: string; value: number }[];
}>("IEEE 754", "protocols-facts/floats.json", ({ cases, rounding }) => {
  for (const type of ["f16", "f32", "f64"] as const) {
    const rows = cases.filter((row) => row.type === type);
    const fits = rounding.filter((row) => row.type === type && row.hex !== "7c00");
    bothOrders(type, {
      ok: rows.map((row) => [row.value, row.hex]),
      encodes: fits.map((row) => [row.value, row.hex]),
    });
    it("has enough of them", () => expect(rows.length).toBeGreaterThan(10));
  }
});
