import {
  type AnySchema,
  type DecodeCode,
  quicVarint,
  SchemaError,
  sleb128,
  string,
  struct,
  u8,
  uleb128,
  type VarintKind,
  zigzag,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { type Facts, facts } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";
import { describeShared, fromHex } from "./support/shared-data.ts";

const { MAX_SAFE_INTEGER: max } = Number;

const notWhole: Facts["badValues"] = [
  [Number.NaN, "range"],
  [0.5, "range"],
  [-0.5, "range"],
  [Number.POSITIVE_INFINITY, "range"],
  [Number.NEGATIVE_INFINITY, "range"],
  [2 ** 53, "range"],
  [2 ** 64, "range"],
  [-(2 ** 53), "range"],
  [1n, "type"],
  ["1", "type"],
  [true, "type"],
  [null, "type"],
  [undefined, "type"],
  [{}, "type"],
  [[1], "type"],
];
const notBig: Facts["badValues"] = [0, 1, -1, Number.NaN, "1", null, undefined, true, {}].map((value) => [
  value,
  "type",
]);

describe("unsigned LEB128", () => {
  facts(uleb128, {
    ok: [
      [0, "00"],
      [1, "01"],
      [127, "7f"],
      [128, "8001"],
      [16383, "ff7f"],
      [16384, "808001"],
      [2 ** 21 - 1, "ffff7f"],
      [2 ** 21, "80808001"],
      [2 ** 28 - 1, "ffffff7f"],
      [2 ** 28, "8080808001"],
      [2 ** 31, "8080808008"],
      [2 ** 32 - 1, "ffffffff0f"],
      [2 ** 32, "8080808010"],
      [2 ** 35, "808080808001"],
      [2 ** 42, "80808080808001"],
      [2 ** 49 - 1, "ffffffffffff7f"],
      [2 ** 49, "8080808080808001"],
      [max, "ffffffffffffff0f"],
    ],
    encodes: [[-0, "00"]],
    badValues: [...(notWhole ?? []), [-1, "range"]],
    badHex: [
      ["8000", "varint"],
      ["ff00", "varint"],
      ["808000", "varint"],
      ["8080808080808000", "varint"],
      ["80808080808080", "truncated"],
      // Eight bytes that all say "more" cannot become a number of at most eight.
      ["8080808080808080", "varint"],
      ["80808080808080808080808080808080808080808080808080", "varint"],
      ["ffffffffffffff10", "value"],
      ["ffffffffffffff7f", "value"],
      ["", "truncated"],
      ["80", "truncated"],
      ["0000", "trailing", 1],
    ],
  });
  facts(uleb128({ big: true }), {
    ok: [
      [0n, "00"],
      [127n, "7f"],
      [128n, "8001"],
      [2n ** 30n, "8080808004"],
      [2n ** 53n, "8080808080808010"],
      [2n ** 63n, "80808080808080808001"],
      [2n ** 64n - 1n, "ffffffffffffffffff01"],
    ],
    badValues: [...(notBig ?? []), [-1n, "range"], [2n ** 64n, "range"]],
    badHex: [
      ["ffffffffffffffffff02", "value"],
      ["ffffffffffffffffff7f", "value"],
      ["ffffffffffffffffffff01", "varint"],
      ["80808080808080808000", "varint"],
      ["808080808080808080", "truncated"],
    ],
  });
  facts(uleb128({ maxBytes: 4 }), {
    ok: [
      [0, "00"],
      [2 ** 28 - 1, "ffffff7f"],
    ],
    badValues: [
      [2 ** 28, "range"],
      [-1, "range"],
    ],
    badHex: [
      ["80808080", "varint"],
      ["ffffff8001", "varint"],
      ["ffffff", "truncated"],
    ],
  });
  facts(uleb128({ maxBytes: 1 }), { ok: [[127, "7f"]], badValues: [[128, "range"]], badHex: [["80", "varint"]] });
  facts(uleb128({ maxBytes: 10, minimal: false }), {
    ok: [[max, "ffffffffffffff0f"]],
    decodes: [
      ["8000", 0],
      ["ff8000", 127],
      ["80808080808080808000", 0],
      ["ffffffffffffff8f8000", max],
    ],
    badHex: [["8080808080808080808000", "varint"]],
  });
});

describe("signed LEB128", () => {
  facts(sleb128, {
    ok: [
      [0, "00"],
      [-1, "7f"],
      [63, "3f"],
      [64, "c000"],
      [-64, "40"],
      [-65, "bf7f"],
      [8191, "ff3f"],
      [8192, "80c000"],
      [-8192, "8040"],
      [-8193, "ffbf7f"],
      [2 ** 31, "8080808008"],
      [-(2 ** 31), "8080808078"],
      [-(2 ** 32), "8080808070"],
      [2 ** 48 - 1, "ffffffffffff3f"],
      [2 ** 48, "808080808080c000"],
      [-(2 ** 48), "80808080808040"],
      [max, "ffffffffffffff0f"],
      [-max, "8180808080808070"],
    ],
    encodes: [[-0, "00"]],
    badValues: notWhole ?? [],
    badHex: [
      ["8000", "varint"],
      ["ff7f", "varint"],
      ["bfff7f", "varint"],
      ["c08000", "varint"],
      ["8080808080808070", "value"],
      ["8080808080808010", "value"],
      ["ffffffffffffff80", "varint"],
      ["ff", "truncated"],
    ],
  });
  facts(sleb128({ big: true }), {
    ok: [
      [0n, "00"],
      [-1n, "7f"],
      [2n ** 30n, "8080808004"],
      [-(2n ** 30n), "808080807c"],
      [2n ** 63n - 1n, "ffffffffffffffffff00"],
      [-(2n ** 63n), "8080808080808080807f"],
    ],
    badValues: [...(notBig ?? []), [2n ** 63n, "range"], [-(2n ** 63n) - 1n, "range"]],
    badHex: [
      ["80808080808080808001", "value"],
      ["ffffffffffffffffff7e", "value"],
      ["ffffffffffffffffffff7f", "varint"],
    ],
  });
  facts(sleb128({ maxBytes: 2 }), {
    ok: [
      [8191, "ff3f"],
      [-8192, "8040"],
    ],
    badValues: [
      [8192, "range"],
      [-8193, "range"],
    ],
    badHex: [["808000", "varint"]],
  });
  facts(sleb128({ minimal: false }), {
    decodes: [
      ["8000", 0],
      ["ff7f", -1],
      ["ffff7f", -1],
      ["80c08000", 8192],
    ],
  });
});

describe("zigzag", () => {
  facts(zigzag, {
    ok: [
      [0, "00"],
      [-1, "01"],
      [1, "02"],
      [-2, "03"],
      [63, "7e"],
      [-64, "7f"],
      [64, "8001"],
      [2147483647, "feffffff0f"],
      [-2147483648, "ffffffff0f"],
      [2 ** 48, "8080808080808001"],
      [2 ** 52 - 1, "feffffffffffff0f"],
      [-(2 ** 52), "ffffffffffffff0f"],
      [2 ** 52, "8080808080808010"],
      [max, "feffffffffffff1f"],
      [-max, "fdffffffffffff1f"],
    ],
    encodes: [[-0, "00"]],
    badValues: notWhole ?? [],
    badHex: [
      ["8000", "varint"],
      ["8080808080808020", "value"],
      ["ffffffffffffff1f", "value"],
      ["80", "truncated"],
    ],
  });
  facts(zigzag({ big: true }), {
    ok: [
      [0n, "00"],
      [-1n, "01"],
      [2n ** 63n - 1n, "feffffffffffffffff01"],
      [-(2n ** 63n), "ffffffffffffffffff01"],
    ],
    badValues: [...(notBig ?? []), [2n ** 63n, "range"], [-(2n ** 63n) - 1n, "range"]],
    badHex: [["80808080808080808002", "value"]],
  });
  facts(zigzag({ maxBytes: 1 }), {
    ok: [
      [63, "7e"],
      [-64, "7f"],
    ],
    badValues: [
      [64, "range"],
      [-65, "range"],
    ],
  });
});

describe("QUIC, RFC 9000 section 16", () => {
  facts(quicVarint, {
    ok: [
      [0, "00"],
      [63, "3f"],
      [64, "4040"],
      [15293, "7bbd"],
      [16383, "7fff"],
      [16384, "80004000"],
      [494878333, "9d7f3e7d"],
      [2 ** 30 - 1, "bfffffff"],
      [2 ** 30, "c000000040000000"],
      [2 ** 32, "c000000100000000"],
      [max, "c01fffffffffffff"],
    ],
    encodes: [[-0, "00"]],
    badValues: [...(notWhole ?? []), [-1, "range"]],
    badHex: [
      ["4025", "varint"],
      ["403f", "varint"],
      ["80003fff", "varint"],
      ["c00000003fffffff", "varint"],
      ["c020000000000000", "value"],
      ["ffffffffffffffff", "value"],
      ["40", "truncated"],
      ["c0000000000000", "truncated"],
    ],
  });
  facts(quicVarint({ big: true }), {
    ok: [
      [0n, "00"],
      [64n, "4040"],
      [151288809941952652n, "c2197c5eff14e88c"],
      [2n ** 62n - 1n, "ffffffffffffffff"],
    ],
    badValues: [...(notBig ?? []), [2n ** 62n, "range"], [-1n, "range"]],
  });
  facts(quicVarint({ maxBytes: 2 }), {
    ok: [[16383, "7fff"]],
    badValues: [[16384, "range"]],
    badHex: [["80004000", "varint"]],
  });
  facts(quicVarint({ maxBytes: 4 }), { ok: [[2 ** 30 - 1, "bfffffff"]], badValues: [[2 ** 30, "range"]] });
  facts(quicVarint({ minimal: false }), {
    decodes: [
      ["4025", 37],
      ["80000025", 37],
      ["c000000000000025", 37],
    ],
  });

  it("asks for as many bytes as the first byte says", () => {
    const codec = compileHere(quicVarint);
    const needed = ["", "40", "80", "8000", "c0", "c0000000"].map((hex) => codec.read(fromHex(hex)));
    expect(needed).toEqual([1, 1, 3, 2, 7, 4].map((n) => ({ needed: n })));
  });

  it("has no form of 3 bytes, so maxBytes is 1, 2, 4 or 8", () => {
    for (const maxBytes of [3, 5, 6, 7]) expect(() => quicVarint({ maxBytes })).toThrow(SchemaError);
  });
});

describe("options", () => {
  it("refuses a maxBytes that cannot be", () => {
    for (const kind of [uleb128, sleb128, zigzag, quicVarint] as VarintKind[])
      for (const maxBytes of [0, -1, 1.5, 11, Number.NaN, "2" as never])
        expect(() => kind({ maxBytes })).toThrow(SchemaError);
    expect(() => quicVarint({ maxBytes: 9 })).toThrow(SchemaError);
  });
});

describe("in a message", () => {
  facts(struct({ a: uleb128, b: zigzag, name: string(uleb128({ maxBytes: 2 })), c: u8 }), {
    ok: [
      [{ a: 300, b: -300, name: "é".repeat(70), c: 9 }, `ac02 d704 8c01 ${"c3a9".repeat(70)} 09`],
      [{ a: 0, b: 0, name: "", c: 0 }, "00 00 00 00"],
    ],
    cuts: [
      [1, "a", 0],
      [3, "b", 2],
      [5, "name", 4],
      [100, "name", 6],
      [146, "c", 146],
    ],
    badHex: [
      ["00 00 8080", "varint", 2, "name"],
      ["00 8000 00 00", "varint", 1, "b"],
    ],
    badValues: [
      [{ a: -1, b: 0, name: "", c: 0 }, "range", "a"],
      [{ a: 0, b: 0, name: "x".repeat(16384), c: 0 }, "range", "name"],
    ],
  });
});

interface Row {
  form: string;
  hex: string;
  value: number | bigint;
  minimal?: boolean;
}

const forms: Record<string, VarintKind> = { uleb128, sleb128, zigzag, quic: quicVarint };

describeShared<{ cases: Row[] }>("published examples", "protocols-facts/varints.json", ({ cases }) => {
  for (const [form, kind] of Object.entries(forms)) {
    const rows = cases.filter((row) => row.form === form && row.minimal !== false);
    const big = rows.map(({ value, hex }) => [BigInt(value), hex] as const);
    facts(kind({ big: true }), { ok: big });
    facts(kind, {
      ok: rows.filter(({ value }) => typeof value === "number").map(({ value, hex }) => [value, hex]),
      badHex: rows.filter(({ value }) => typeof value === "bigint").map(({ hex }) => badHexOf(kind, hex)),
    });
  }
  facts(uleb128({ maxBytes: 4 }), {
    ok: cases.filter((row) => row.form === "mqtt-remaining-length").map(({ value, hex }) => [value, hex]),
  });
  facts(quicVarint({ minimal: false }), {
    decodes: cases.filter((row) => row.minimal === false).map(({ value, hex }) => [hex, value]),
  });
});

/** What is past 2^53 is either too long for a number or too large. */
const badHexOf = (kind: AnySchema, hex: string): readonly [string, DecodeCode] => [
  hex,
  kind !== quicVarint && hex.length > 16 ? "varint" : "value",
];

describeShared<{ cases: { form: string; hex: string; nonMinimalValue?: number; truncated?: boolean }[] }>(
  "published forms that are wrong",
  "protocols-facts/varints-invalid.json",
  ({ cases }) => {
    const kinds: Record<string, AnySchema> = {
      ...forms,
      uleb128: uleb128({ maxBytes: 10 }),
      "uleb128-64": uleb128({ big: true }),
      "mqtt-remaining-length": uleb128({ maxBytes: 4 }),
    };
    for (const [form, kind] of Object.entries(kinds)) {
      const rows = cases.filter((row) => row.form === form);
      facts(kind, {
        badHex: rows.map(({ hex, truncated }) => [
          hex,
          truncated ? "truncated" : form === "uleb128-64" && hex.length === 20 ? "value" : "varint",
        ]),
      });
      const lax = rows.filter((row) => row.nonMinimalValue !== undefined);
      if (forms[form])
        facts((forms[form] as VarintKind)({ minimal: false }), {
          decodes: lax.map(({ hex, nonMinimalValue }) => [hex, nonMinimalValue]),
        });
    }
  },
);
