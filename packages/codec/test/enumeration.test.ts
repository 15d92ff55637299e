import {
  type AnySchema,
  array,
  bool,
  bytes,
  decimal,
  enumeration,
  f32,
  field,
  flag,
  i8,
  i16le,
  map,
  SchemaError,
  safe,
  string,
  struct,
  u8,
  u16,
  u64,
  uleb128,
  until,
  when,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { facts } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";

describe("unknown numbers are refused", () => {
  facts(enumeration(u8, { request: 1, reply: 2, "keep alive": 255 }), {
    ok: [
      ["request", "01"],
      ["reply", "02"],
      ["keep alive", "ff"],
    ],
    badHex: [
      ["00", "value"],
      ["03", "value"],
      ["0100", "trailing", 1],
      ["", "truncated"],
    ],
    badValues: [
      ["Request", "range"],
      ["", "range"],
      ["toString", "range"],
      ["__proto__", "range"],
      [1, "range"],
      [undefined, "range"],
      [null, "range"],
      [{}, "range"],
      [["request"], "range"],
      [new String("request"), "range"],
    ],
  });
  facts(enumeration(i16le, { none: 0, back: -1, far: -32768 }), {
    ok: [
      ["none", "0000"],
      ["back", "ffff"],
      ["far", "0080"],
    ],
    badHex: [["0100", "value"]],
  });
  facts(enumeration(u64, { zero: 0n, big: 2n ** 64n - 1n }), {
    ok: [
      ["zero", "0000000000000000"],
      ["big", "ffffffffffffffff"],
    ],
    badHex: [["0000000000000001", "value"]],
    badValues: [
      [0n, "range"],
      ["zer", "range"],
    ],
  });
  facts(enumeration(safe(u64), { most: Number.MAX_SAFE_INTEGER }), {
    ok: [["most", "001fffffffffffff"]],
    badHex: [
      ["0000000000000001", "value"],
      ["0020000000000000", "value"],
    ],
  });
  facts(enumeration(uleb128, { a: 1, b: 300 }), {
    ok: [
      ["a", "01"],
      ["b", "ac02"],
    ],
    badHex: [
      ["02", "value"],
      ["ad02", "value"],
      ["8100", "varint"],
    ],
  });
  facts(enumeration(decimal(until("\r\n")), { ok: 200, gone: 410 }), {
    ok: [
      ["ok", "3230300d0a"],
      ["gone", "3431300d0a"],
    ],
    badHex: [
      ["3430340d0a", "value"],
      ["32300d0a", "value"],
      ["320d", "truncated"],
    ],
  });
  // More names than generated code writes out one by one.
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`name ${i}`, i * 6]));
  facts(enumeration(u8, many), {
    ok: [
      ["name 0", "00"],
      ["name 39", "ea"],
    ],
    badHex: [
      ["01", "value"],
      ["eb", "value"],
    ],
    badValues: [["name 40", "range"]],
  });

  it("says what there is and what was there", () => {
    const codec = compileHere(struct({ n: u8, kind: enumeration(u8, { request: 1, reply: 2 }) }));
    expect(() => codec.decode(Uint8Array.of(0, 7))).toThrow(
      'kind: needs the number of one of "request", "reply", got 7 (offset 1',
    );
    expect(() => codec.encode({ n: 0, kind: "no" as never })).toThrow(
      'kind: needs one of "request", "reply", got "no" (offset 1, near 00 at 0)',
    );
  });
});

describe("unknown numbers pass", () => {
  facts(enumeration(u8, { request: 1, reply: 2 }, { unknown: "pass" }), {
    ok: [
      ["request", "01"],
      [0, "00"],
      [3, "03"],
      [255, "ff"],
    ],
    encodes: [[-0, "00"]],
    // A number that has a name would come back as the name.
    badValues: [
      [1, "mismatch"],
      [256, "range"],
      [-1, "range"],
      [1.5, "range"],
      [Number.NaN, "range"],
      ["Request", "range"],
      [3n, "range"],
      [null, "range"],
      [undefined, "range"],
    ],
  });
  facts(enumeration(u64, { one: 1n }, { unknown: "pass" }), {
    ok: [
      ["one", "0000000000000001"],
      [2n, "0000000000000002"],
    ],
    badValues: [
      [1n, "mismatch"],
      [2, "range"],
      [-1n, "range"],
    ],
  });
  facts(enumeration(i8, { zero: 0 }, { unknown: "pass" }), {
    ok: [
      ["zero", "00"],
      [-1, "ff"],
    ],
    badValues: [
      [0, "mismatch"],
      [-0, "mismatch"],
    ],
  });
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`n${i}`, i]));
  facts(enumeration(u16, many, { unknown: "pass" }), {
    ok: [
      ["n39", "0027"],
      [40, "0028"],
    ],
    badValues: [
      [39, "mismatch"],
      ["n40", "range"],
    ],
  });
});

describe("in a message", () => {
  const kind = enumeration(u8, { text: 1, data: 2 });
  facts(struct({ kind, body: bytes(2), more: when(field("kind").is("data"), u8), list: array(kind, u8) }), {
    ok: [
      [{ kind: "data", body: Uint8Array.of(1, 2), more: 9, list: ["text", "data"] }, "02 0102 09 02 0102"],
      [{ kind: "text", body: Uint8Array.of(1, 2), list: [] }, "01 0102 00"],
    ],
    badHex: [
      ["01 0102 02 0103", "value", 5, "list[1]"],
      ["03 0102 00", "value", 0, "kind"],
    ],
    badValues: [[{ kind: "text", body: Uint8Array.of(1, 2), list: ["text", "x"] }, "range", "list[1]"]],
  });
});

describe("a definition that cannot be", () => {
  const refused = (make: () => unknown): SchemaError => {
    try {
      make();
    } catch (error) {
      if (error instanceof SchemaError) return error;
      throw error;
    }
    throw new Error("nothing was refused");
  };
  it("has two names for one number", () => {
    expect(refused(() => enumeration(u8, { a: 1, b: 2, c: 1 }))).toMatchObject({ code: "duplicate", path: "c" });
    expect(refused(() => enumeration(u8, { a: 0, b: -0 }))).toMatchObject({ code: "duplicate", path: "b" });
  });
  it("has a number that does not fit, or is none", () => {
    for (const [schema, value] of [
      [u8, 256],
      [u8, -1],
      [u8, 1.5],
      [u8, Number.NaN],
      [u8, 1n],
      [u64, 1],
      [i8, 128],
      [u8, "1"],
      [u8, undefined],
      [u8, null],
      [u64, 2n ** 64n],
    ] as const)
      expect(
        refused(() =>
          compileHere(
            enumeration(schema as AnySchema, { fine: (schema === u64 ? 7n : 7) as never, a: value as never }),
          ),
        ),
      ).toMatchObject({ path: "a" });
  });
  it("is not over an integer", () => {
    for (const schema of [
      string(u8),
      f32,
      bytes(1),
      flag,
      bool,
      map(u8, { decode: String, encode: Number }),
      struct({ n: u8 }),
    ])
      expect(refused(() => compileHere(enumeration(schema as AnySchema, { a: 1 })))).toBeInstanceOf(SchemaError);
    expect(refused(() => enumeration(undefined as never, {})).code).toBe("argument");
  });
  it("has no names, or an option with a misspelt value", () => {
    expect(refused(() => enumeration(u8, {})).code).toBe("argument");
    expect(refused(() => enumeration(u8, null as never)).code).toBe("argument");
    expect(refused(() => enumeration(u8, { a: 1 }, { unknown: "ignore" as never })).code).toBe("argument");
  });
  it("keeps the names it was defined with", () => {
    const names: Record<string, number> = { a: 1 };
    const schema = enumeration(u8, names);
    names["a"] = 2;
    names["b"] = 3;
    const codec = compileHere(schema as AnySchema);
    expect(codec.decode(Uint8Array.of(1))).toBe("a");
    expect(() => codec.decode(Uint8Array.of(3))).toThrow();
    expect(Object.isFrozen(schema.names)).toBe(true);
  });
});

describe("bool", () => {
  facts(bool, {
    ok: [
      [false, "00"],
      [true, "01"],
    ],
    badHex: [
      ["02", "value"],
      ["ff", "value"],
      ["80", "value"],
      ["0101", "trailing", 1],
      ["", "truncated"],
    ],
    badValues: [
      [0, "type"],
      [1, "type"],
      ["true", "type"],
      [null, "type"],
      [undefined, "type"],
      [new Boolean(true), "type"],
    ],
  });
  facts(struct({ a: bool, b: u8, c: bool }), {
    ok: [[{ a: true, b: 2, c: false }, "010200"]],
    badHex: [["010202", "value", 2, "c"]],
  });
  facts(array(bool, 3), { ok: [[[true, false, true], "010001"]], badHex: [["010002", "value", 2, "[2]"]] });
});
