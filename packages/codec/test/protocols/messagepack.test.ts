import { DecodeError, type Infer, type Input } from "@wireform/codec";
import { describe, expect, expectTypeOf, it } from "vitest";
import { compileHere } from "../support/mode.ts";
import { describeShared, fromHex, toHex } from "../support/shared-data.ts";
import { prove, refused } from "./prove.ts";
import { Formatted, Value } from "./schemas/messagepack.ts";

interface Row {
  readonly msgpack: readonly string[];
  readonly nil?: null;
  readonly bool?: boolean;
  readonly number?: number;
  readonly bignum?: string;
  readonly string?: string;
  readonly binary?: string;
  readonly array?: readonly unknown[];
  readonly map?: object;
  readonly timestamp?: readonly [number, number];
  readonly ext?: readonly [number, string];
}

const formatted = compileHere(Formatted);
const value = compileHere(Value);
const bytesOf = (dashed: string): Uint8Array => fromHex(dashed.replaceAll("-", ""));

/** JSON as the codec gives it: objects are maps. */
function ofJson(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(ofJson);
  if (typeof json === "object" && json !== null)
    return new Map(Object.entries(json).map(([key, item]) => [key, ofJson(item)]));
  return json;
}

function valueOf(row: Row): unknown {
  if (row.bignum !== undefined) {
    const n = BigInt(row.bignum);
    return Number.isSafeInteger(Number(n)) ? Number(n) : n;
  }
  if (row.binary !== undefined) return bytesOf(row.binary);
  if (row.timestamp) return { seconds: BigInt(row.timestamp[0]), nanoseconds: row.timestamp[1] };
  if (row.ext) return { type: row.ext[0], data: bytesOf(row.ext[1]) };
  return ofJson(row.nil ?? row.bool ?? row.number ?? row.string ?? row.array ?? row.map ?? null);
}

describeShared<Record<string, readonly Row[]>>(
  "MessagePack test suite",
  "messagepack/msgpack-test-suite.json",
  (groups) => {
    const rows = Object.entries(groups).flatMap(([group, list]) =>
      list.map((row) => [`${group} ${row.msgpack[0]}`, row] as const),
    );

    it("holds 233 encodings of 85 values", () => {
      expect([rows.length, rows.flatMap(([, row]) => row.msgpack).length]).toEqual([85, 233]);
    });

    it.each(rows)("%s: all encodings are the value, and each comes back byte for byte in its own format", (_, row) => {
      row.msgpack.map(bytesOf).forEach((wire, i) => {
        prove(value, wire, valueOf(row), { canonical: false, damage: i === 0 });
        prove(formatted, wire, formatted.decode(wire), { damage: i === 1 });
      });
    });

    it.each(rows)("%s: the value is written in the shortest encoding, which is the first", (_, row) => {
      const wire = toHex(value.encode(valueOf(row) as Value));
      // The suite's first encoding of 2^63 - 1 is the signed one; the unsigned one is as short.
      if (row.bignum === "9223372036854775807") expect([...row.msgpack].map((m) => toHex(bytesOf(m)))).toContain(wire);
      else expect(wire).toBe(toHex(bytesOf(row.msgpack[0] as string)));
    });
  },
);

describe("counts in the first byte", () => {
  it.each([
    ["a fixstr", { format: "fixstr", value: "né" }, "a36ec3a9"],
    ["a fixarray", { format: "fixarray", value: [{ format: "nil" }, { format: "true" }] }, "92c0c3"],
    ["a fixmap", { format: "fixmap", value: [{ key: { format: "nil" }, value: { format: "false" } }] }, "81c0c2"],
  ] as const)("%s without its tag gets the count", (_, given, wire) => {
    expect(toHex(formatted.encode(given))).toBe(wire);
  });

  it.each([
    ["a tag that counts otherwise", { format: "fixarray", tag: 0x93, value: [] }, "mismatch", "tag"],
    ["more than the tag can count", { format: "fixstr", value: "x".repeat(32) }, "range", "tag"],
    ["an integer that lacks its tag", { format: "positive fixint" }, "missing", "tag"],
    ["an integer outside of its format", { format: "negative fixint", tag: 0x7f }, "range", "tag"],
  ] as const)("%s is refused", (_, given, code, path) => {
    expect(() => formatted.encode(given as Input<typeof Formatted>)).toThrow(expect.objectContaining({ code, path }));
  });
});

describe("bytes that are no message", () => {
  it.each([
    ["a tag that is never used", "c1", "tag", "", 0],
    ["the same inside of a map", "81a161c1", "tag", "value[0].value", 3],
    ["text that is not UTF-8", "92c0a2c328", "encoding", "value[1].value", 3],
    ["a timestamp of 13 bytes", `c70dff${"00".repeat(13)}`, "length", "data", 15],
    ["2^32 - 1 elements announced", "ddffffffff", "limit", "value", 5],
  ] as const)("%s", (_, wire, code, path, offset) => {
    const error = refused(formatted, wire);
    expect([error.code, error.path.replace(/\.?format$/, ""), error.offset]).toEqual([code, path, offset]);
  });

  it("nests 63 arrays deep and no deeper, in both directions", () => {
    const nest = (depth: number): Value => (depth === 0 ? null : [nest(depth - 1)]);
    prove(value, `${"91".repeat(63)}c0`, nest(63));
    expect(refused(value, `${"91".repeat(66)}c0`).code).toBe("limit");
    expect(() => value.encode(nest(66))).toThrow(expect.objectContaining({ code: "limit" }));
  });

  it("asks for more after any part of a megabyte of nested arrays, without running out of stack", () => {
    expect(() => value.read(new Uint8Array(1_000_000).fill(0x91))).toThrow(DecodeError);
  });
});

it("infers the tag of a range and the value of a format", () => {
  type Fixint = Extract<Infer<typeof Formatted>, { format: "positive fixint" }>;
  expectTypeOf<Fixint>().toEqualTypeOf<{ format: "positive fixint"; tag: number }>();
  type Double = Extract<Infer<typeof Formatted>, { format: "float 64" }>;
  expectTypeOf<Double>().toEqualTypeOf<{ format: "float 64"; value: number }>();
});
