import {
  type AnySchema,
  array,
  at,
  bits,
  bytes,
  constant,
  enumeration,
  field,
  flag,
  i8,
  match,
  padding,
  reserved,
  SchemaError,
  type StructOptions,
  sized,
  string,
  struct,
  u8,
  u16,
  when,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { type Facts, facts, failureOf } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";
import { describeShared, fromHex, toHex } from "./support/shared-data.ts";

const orders: Required<StructOptions>[] = [
  { endian: "big", bitOrder: "msb" },
  { endian: "little", bitOrder: "lsb" },
  { endian: "little", bitOrder: "msb" },
  { endian: "big", bitOrder: "lsb" },
];
const nameOf = ({ endian, bitOrder }: StructOptions): string => `${endian}-endian, ${bitOrder} first`;

const fieldsOf = (widths: readonly number[], signed = false): Record<string, AnySchema> =>
  Object.fromEntries(widths.map((width, i) => [`f${i}`, bits(width, { signed })]));

/** What the fields of a run hold, by the definition: bytes as one number, fields cut from one of its ends. */
function byDefinition(
  bytes: Uint8Array,
  widths: readonly number[],
  { endian, bitOrder }: StructOptions,
  signed = false,
) {
  const total = BigInt(bytes.length * 8);
  const ordered = endian === "big" ? [...bytes] : [...bytes].reverse();
  const whole = ordered.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let taken = 0n;
  return Object.fromEntries(
    widths.map((width, i) => {
      const lowest = bitOrder === "msb" ? total - taken - BigInt(width) : taken;
      taken += BigInt(width);
      const raw = BigInt.asUintN(width, whole >> lowest);
      const value = signed ? BigInt.asIntN(width, raw) : raw;
      return [`f${i}`, width > 48 ? value : Number(value)];
    }),
  );
}

describe("12 34 as four bits and twelve", () => {
  const run = fieldsOf([4, 12]);
  facts(struct(run), { ok: [[{ f0: 1, f1: 0x234 }, "1234"]] });
  // As a C compiler for x86 lays out `unsigned a : 4, b : 12`.
  facts(struct(run, { endian: "little", bitOrder: "lsb" }), { ok: [[{ f0: 2, f1: 0x341 }, "1234"]] });
  facts(struct(run, { endian: "little" }), { ok: [[{ f0: 3, f1: 0x412 }, "1234"]] });
  facts(struct(run, { bitOrder: "lsb" }), { ok: [[{ f0: 4, f1: 0x123 }, "1234"]] });
});

describe("every split, in every order, against the definition", () => {
  const splits = [
    [4, 12],
    [12, 4],
    [3, 13],
    [13, 3],
    [1, 31],
    [31, 1],
    [7, 32, 1],
    [1, 32, 7],
    [33, 7],
    [7, 33],
    [60, 4],
    [4, 60],
    [64],
    [32, 32],
    [48, 16],
    [49, 7],
    [7, 49],
    [1, 62, 1],
    [5, 54, 5],
    [3, 47, 6],
    [6, 48, 10],
    [2, 2, 2, 2],
    [1, 1, 1, 1, 1, 1, 1, 1],
    [8],
    [16],
    [24],
    [32],
    [40],
    [56],
    [5, 64, 3],
    [11, 21, 32, 64],
    [3, 7, 11, 3],
    [17, 15],
    [9, 9, 9, 5],
    [31, 33],
    [63, 1],
    [1, 63],
    [59, 61],
  ];
  const patterns = (length: number): Uint8Array<ArrayBuffer>[] => [
    new Uint8Array(length),
    new Uint8Array(length).fill(0xff),
    Uint8Array.from({ length }, (_, i) => 0x12 + 0x22 * i),
    Uint8Array.from({ length }, (_, i) => 0xfe ^ (0x53 * i)),
    Uint8Array.from({ length }, (_, i) => (i % 2 ? 0x55 : 0xaa)),
    ...Array.from({ length: length * 8 }, (_, bit) =>
      Uint8Array.from({ length }, (_, i) => (i === bit >> 3 ? 0x80 >> (bit & 7) : 0)),
    ),
  ];
  for (const order of orders)
    for (const signed of [false, true])
      for (const widths of splits)
        it(`${widths.join(" + ")}${signed ? " signed" : ""}, ${nameOf(order)}`, () => {
          const codec = compileHere(struct(fieldsOf(widths, signed), order));
          const size = widths.reduce((sum, width) => sum + width, 0) / 8;
          expect(codec.bound).toEqual({ min: size, max: size });
          for (const bytes of patterns(size)) {
            const value = byDefinition(bytes, widths, order, signed);
            expect(codec.decode(bytes)).toEqual(value);
            expect(toHex(codec.encode(value))).toBe(toHex(bytes));
            // Behind other bytes, over memory that is not zero.
            const into = new Uint8Array(size + 4).fill(0xa5);
            expect(codec.write(value, into, 3)).toBe(size + 3);
            expect(toHex(into)).toBe(`a5a5a5${toHex(bytes)}a5`);
          }
        });
});

describe("edges of a width", () => {
  for (const width of [1, 2, 7, 8, 15, 16, 24, 31, 32, 33, 40, 47, 48]) {
    const rest = (8 - (width % 8)) % 8;
    const run = (signed: boolean) => struct({ a: bits(width, { signed }), ...(rest > 0 && { b: bits(rest) }) });
    const message = (a: unknown) => ({ a, ...(rest > 0 && { b: 0 }) });
    const hexOf = (value: number) =>
      (BigInt.asUintN(width, BigInt(value)) << BigInt(rest)).toString(16).padStart((width + rest) / 4, "0");
    const edges = (low: number, high: number): Facts => ({
      ok: [...new Set([low, 0, high])].map((value) => [message(value), hexOf(value)]),
      encodes: [[message(-0), hexOf(0)]],
      badValues: [
        low - 1,
        high + 1,
        low - 0.5,
        high + 0.5,
        0.5,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        2 ** 53,
        -(2 ** 53),
        2 ** 64,
      ].map((value) => [message(value), "range", "a"] as const),
    });
    const wrongTypes = [1n, "1", true, null, {}, [1]].map((value) => [message(value), "type", "a"] as const);
    const unsigned = edges(0, 2 ** width - 1);
    facts(run(false), {
      ...unsigned,
      badValues: [...(unsigned.badValues ?? []), ...wrongTypes, [message(undefined), "missing", "a"]],
    });
    facts(run(true), edges(-(2 ** (width - 1)), 2 ** (width - 1) - 1));
  }
  for (const width of [49, 53, 60, 63, 64]) {
    const rest = (8 - (width % 8)) % 8;
    const run = (signed: boolean) => struct({ ...(rest > 0 && { b: bits(rest) }), a: bits(width, { signed }) });
    const message = (a: unknown) => ({ ...(rest > 0 && { b: 0 }), a });
    const hexOf = (value: bigint) =>
      BigInt.asUintN(width, value)
        .toString(16)
        .padStart((width + rest) / 4, "0");
    const edges = (low: bigint, high: bigint): Facts => ({
      ok: [...new Set([low, 0n, 1n, high - 1n, high])].map((value) => [message(value), hexOf(value)]),
      badValues: [
        ...[low - 1n, high + 1n, 2n ** 64n, -(2n ** 64n)].map((value) => [message(value), "range", "a"] as const),
        ...[0, 1, Number.NaN, "1", null, true].map((value) => [message(value), "type", "a"] as const),
      ],
    });
    facts(run(false), edges(0n, 2n ** BigInt(width) - 1n));
    facts(run(true), edges(-(2n ** BigInt(width - 1)), 2n ** BigInt(width - 1) - 1n));
  }
});

describe("flags", () => {
  const message = struct({ a: flag, b: flag, c: bits(4), d: flag, e: flag });
  facts(message, {
    ok: [
      [{ a: true, b: false, c: 0b1001, d: false, e: true }, "a5"],
      [{ a: false, b: true, c: 0b0110, d: true, e: false }, "5a"],
    ],
    badValues: [
      ...[1, 0, "true", null, {}].map((a) => [{ a, b: false, c: 0, d: false, e: false }, "type", "a"] as const),
      [{ a: true, b: false, c: 0, d: false }, "missing", "e"],
    ],
  });
  facts(struct({ low: flag, rest: bits(7) }, { bitOrder: "lsb" }), { ok: [[{ low: true, rest: 0 }, "01"]] });
});

describe("a C struct of bit fields on a little-endian machine", () => {
  // struct { unsigned version : 4, type : 2, urgent : 1, : 1; unsigned length : 12, id : 20; }
  const message = struct(
    { version: bits(4), type: bits(2), urgent: flag, unused: reserved(bits(1)), length: bits(12), id: bits(20) },
    { endian: "little", bitOrder: "lsb" },
  );
  facts(message, {
    ok: [[{ version: 5, type: 2, urgent: true, length: 0x123, id: 0xabcde }, "65 23e1cdab"]],
    badHex: [["e5 23e1cdab", "constant", 0, "unused"]],
  });
  const registers = struct(
    { mode: bits(3), level: bits(5, { signed: true }), value: u16 },
    { endian: "little", bitOrder: "lsb" },
  );
  facts(registers, { ok: [[{ mode: 5, level: -3, value: 0x1234 }, "ed 1234"]] });
});

describe("runs and their neighbours", () => {
  const nested = struct({ a: bits(4), b: bits(4) });
  facts(struct({ head: u8, first: nested, x: bits(2), y: bits(6), tail: i8 }), {
    ok: [[{ head: 1, first: { a: 2, b: 3 }, x: 1, y: 5, tail: -1 }, "01 23 45 ff"]],
    cuts: [
      [1, "first.a", 1],
      [2, "x", 2],
      [3, "tail", 3],
    ],
  });
  // Two runs that a struct keeps apart.
  facts(
    struct({
      a: bits(4),
      b: bits(4),
      n: struct({ c: bits(4), d: bits(4) }, { bitOrder: "lsb" }),
      e: bits(4),
      f: bits(4),
    }),
    {
      ok: [[{ a: 1, b: 2, n: { c: 3, d: 4 }, e: 5, f: 6 }, "12 43 56"]],
    },
  );
  facts(struct({ name: string(u8), a: bits(12), b: bits(4), rest: bytes(2) }), {
    ok: [[{ name: "ab", a: 0x345, b: 6, rest: Uint8Array.of(7, 8) }, "02 6162 3456 0708"]],
    cuts: [
      [3, "a", 3],
      [4, "a", 3],
      [6, "rest", 5],
    ],
  });
  facts(array(struct({ hi: bits(4), lo: bits(4) }), u8), {
    ok: [
      [
        [
          { hi: 1, lo: 2 },
          { hi: 3, lo: 4 },
        ],
        "02 12 34",
      ],
    ],
    badValues: [
      [
        [
          { hi: 1, lo: 2 },
          { hi: 16, lo: 0 },
        ],
        "range",
        "[1].hi",
      ],
    ],
  });
  // A field of whole bytes may stand alone.
  facts(bits(16), { ok: [[0x1234, "1234"]], badValues: [[65536, "range"]] });
  facts(array(bits(24), 2), { ok: [[[1, 0xabcdef], "000001abcdef"]] });
  facts(bits(64), { ok: [[2n ** 64n - 1n, "ffffffffffffffff"]] });
});

describe("whole bytes of bits that stand alone have the byte order of their struct", () => {
  const endian = "little";
  facts(struct({ a: bits(16), b: when(field("a"), bits(16)) }, { endian }), {
    ok: [[{ a: 1, b: 2 }, "0100 0200"]],
  });
  facts(struct({ a: bytes(bits(16)), b: array(bits(24), 1), c: sized(bits(16), u8) }, { endian }), {
    ok: [[{ a: Uint8Array.of(9), b: [1], c: 7 }, "010009 010000 010007"]],
  });
  facts(struct({ t: u8, a: match(field("t"), { 1: bits(16, { signed: true }) }) }, { endian }), {
    ok: [[{ t: 1, a: -2 }, "01 feff"]],
  });
  facts(struct({ a: struct({ n: u8, x: when(field("n"), bits(16)) }), b: array(bits(16), 1) }, { endian }), {
    ok: [[{ a: { n: 1, x: 2 }, b: [3] }, "01 0002 0300"]],
  });
  it("at an offset too", () => {
    const codec = compileHere(struct({ o: u8, a: at(field("o"), bits(16)) }, { endian }));
    expect(codec.decode(fromHex("010200"))).toEqual({ o: 1, a: 2 });
    expect(toHex(codec.encode({ a: 2 }))).toBe("010200");
  });
});

describe("what stands on bits", () => {
  const message = struct({
    version: constant(bits(2), 2),
    kind: enumeration(bits(3), { data: 1, end: 2 }),
    unused: reserved(bits(3)),
    size: bits(8),
  });
  facts(message, {
    ok: [[{ version: 2, kind: "end", size: 7 }, "9007"]],
    badHex: [
      ["5007", "constant", 0, "version"],
      ["b807", "value", 0, "kind"],
      ["9107", "constant", 0, "unused"],
    ],
    badValues: [
      [{ version: 1, kind: "end", size: 7 }, "mismatch", "version"],
      [{ version: 2, kind: "start", size: 7 }, "range", "kind"],
    ],
  });
  facts(struct({ a: u8, pad: padding(1), b: bits(1), c: reserved(bits(7), { value: 5 }) }), {
    ok: [[{ a: 1, b: 1 }, "01 00 85"]],
    badHex: [["01 00 84", "constant", 2, "c"]],
  });
});

describe("errors say the bit", () => {
  it("counts it from the most significant of its byte", () => {
    const bitOf = (schema: AnySchema, hex: string): unknown => {
      const result = compileHere(schema).safeDecode(fromHex(hex));
      return result.ok ? "ok" : [result.error.path, result.error.offset, result.error.bit];
    };
    const run = { a: bits(3), b: constant(bits(5), 1), c: bits(6), d: constant(bits(2), 1) };
    expect(bitOf(struct(run), "0000")).toEqual(["b", 0, 3]);
    expect(bitOf(struct(run), "0100")).toEqual(["d", 1, 6]);
    expect(bitOf(struct(run, { endian: "little", bitOrder: "lsb" }), "0000")).toEqual(["b", 0, 0]);
  });
});

describe("bits that do not end on a byte", () => {
  const refused = (make: () => unknown): SchemaError => {
    try {
      make();
    } catch (error) {
      if (error instanceof SchemaError) return error;
    }
    throw new Error("nothing was refused");
  };

  it("is refused at the field that follows, saying how many are missing", () => {
    const error = refused(() => struct({ n: u8, a: bits(4), b: bits(3), c: u16 }));
    expect(error).toMatchObject({ code: "bits", path: "c" });
    expect(error.message).toContain("7 bits");
    expect(error.message).toContain("1 ");
  });

  it("is refused at the end of a message", () => {
    for (const fields of [{ a: bits(7) }, { n: u8, a: bits(9) }, { n: u8, a: flag, b: bits(64) }])
      expect(refused(() => compileHere(struct(fields as never)))).toMatchObject({ code: "bits" });
  });

  it("is refused around a nested struct, which ends a run", () => {
    expect(refused(() => compileHere(struct({ a: bits(4), n: struct({ b: u8 }), c: bits(4) })))).toMatchObject({
      code: "bits",
    });
    expect(refused(() => compileHere(struct({ h: u8, n: struct({ b: bits(4) }), c: bits(4) })))).toMatchObject({
      code: "bits",
      path: "n",
    });
  });

  it("is refused where a field stands alone", () => {
    const alone = [
      () => bits(1),
      () => bits(7),
      () => bits(63),
      () => flag,
      () => array(bits(4), 2),
      () => constant(bits(3), 1),
    ];
    for (const make of [...alone, () => reserved(flag)])
      expect(refused(() => compileHere<AnySchema>(make()))).toMatchObject({ code: "bits" });
  });

  it.each([
    [{ a: 8 }, "a", 1, 0],
    [{ b: 99 }, "b", 1, 3],
    [{ c: 5000 }, "c", 2, 0],
    [{ d: "x" }, "d", 3, 4],
    [{ d: undefined }, "d", 3, 4],
  ] as const)("says of %j which bit it would have begun with", (wrong, path, offset, bit) => {
    const codec = compileHere(struct({ x: u8, a: bits(3), b: bits(5), c: bits(12), d: bits(4) }));
    const value = { x: 0, a: 0, b: 0, c: 0, d: 0, ...wrong };
    const error = { name: "EncodeError", path, offset, bit };
    expect(failureOf(() => codec.encode(value as never))).toMatchObject(error);
    expect(failureOf(() => compileHere(struct({ in: codec.schema })).encode({ in: value } as never))).toMatchObject({
      ...error,
      path: `in.${path}`,
    });
  });

  it("is refused as a prefix", () => {
    expect(refused(() => bytes(bits(4)))).toMatchObject({ code: "bits" });
  });

  it("takes widths from 1 to 64 only", () => {
    for (const width of [0, -1, 65, 1.5, Number.NaN, "4" as never])
      expect(refused(() => bits(width))).toMatchObject({ code: "argument" });
  });
});

interface Row {
  name: string;
  hex: string;
  bitOrder: "msb" | "lsb";
  fields: { name: string; bits: number; value: number }[];
}

describeShared<{ cases: Row[] }>("headers of real protocols", "protocols-facts/bits.json", ({ cases }) => {
  for (const { name, hex, bitOrder, fields } of cases)
    describe(name, () => {
      const used = fields.reduce((sum, field) => sum + field.bits, 0);
      const spare = (hex.length / 2) * 8 - used;
      const schema = struct(
        {
          ...Object.fromEntries(fields.map((field) => [field.name, bits(field.bits)])),
          ...(spare > 0 && { unused: reserved(bits(spare)) }),
        } as Record<string, AnySchema>,
        bitOrder === "msb" ? {} : { endian: "little", bitOrder },
      );
      facts(schema, { ok: [[Object.fromEntries(fields.map((field) => [field.name, field.value])), hex]] });
    });
});
