// The JSON form says exactly one value, and says it in JSON: what comes back is what went in.

import {
  array,
  bytes,
  constant,
  custom,
  enumeration,
  f64,
  field,
  i16,
  lazy,
  magic,
  map,
  match,
  range,
  type Schema,
  struct,
  typedArray,
  u8,
  u16,
  u64,
  union,
  when,
} from "@wireform/codec";
import { arbitrary, input } from "@wireform/codec/fast-check";
import { fromJson, toJson, toJsonSchema, toJsonText } from "@wireform/codec/json";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { everyKind } from "../properties/every-kind.ts";
import { exact } from "../support/facts.ts";
import { compileHere } from "../support/mode.ts";
import { runs, seed } from "../support/runs.ts";

const hexOf = map(bytes(u8), {
  decode: (b) => new Set(b),
  encode: (set: Set<number>) => Uint8Array.from(set),
});
const word = custom<string>({
  name: "word",
  decode: (b) => ({ value: String.fromCharCode(...b), size: b.length }),
  encode: (text) => Uint8Array.from(text, (c) => c.charCodeAt(0)),
});

describe("toJson and fromJson", () => {
  it.each([
    ["64 bits are a string", u64, 2n ** 64n - 1n, "18446744073709551615"],
    ["bytes are hexadecimal", bytes(u8), Uint8Array.of(0, 171, 255), "00abff"],
    ["NaN is a string", f64, Number.NaN, "NaN"],
    ["an infinity is a string", f64, Number.NEGATIVE_INFINITY, "-Infinity"],
    ["-0 is a string", f64, -0, "-0"],
    ["0 is a number", f64, 0, 0],
    ["a typed array is an array", typedArray(u64, u8), BigUint64Array.of(1n, 2n), ["1", "2"]],
    ["a typed array has its own NaN", typedArray(f64, 1), Float64Array.of(Number.NaN), ["NaN"]],
    ["a name is a string", enumeration(u8, { a: 1 }), "a", "a"],
    ["an unknown number is a number", enumeration(u8, { a: 1 }, { unknown: "pass" }), 7, 7],
    ["an unknown bigint is not a name", enumeration(u64, { "7": 1n }, { unknown: "pass" }), 7n, { number: "7" }],
    ["a name of digits is not a bigint", enumeration(u64, { "7": 1n }, { unknown: "pass" }), "7", "7"],
    ["what a map changes has the form of its bytes", hexOf, new Set([1, 2]), "0102"],
    ["what is custom is its bytes", word, "ab", "6162"],
    [
      "what is custom and takes no bytes is itself",
      struct({
        kind: custom<string>({
          name: "kind",
          max: 0,
          decode: ([first]) => (first === undefined ? { needed: 1 } : { value: String(first), size: 0 }),
          encode: () => new Uint8Array(0),
        }),
        body: match(field("kind"), { "1": struct({ one: u8, more: u8 }), "2": u8 }),
      }),
      { kind: "1", body: { one: 1, more: 5 } },
      { kind: "1", body: { one: 1, more: 5 } },
    ],
    ["elements without a value are null", array(magic("x"), u8), [undefined, undefined], [null, null]],
    ["a constant is itself", constant(u64, 5n), 5n, "5"],
    [
      "a match has the form of the case that an earlier field tells",
      struct({ head: struct({ kind: u8 }), body: match(field("head.kind"), { 1: u64, 2: bytes(u8) }) }),
      { head: { kind: 2 }, body: Uint8Array.of(1) },
      { head: { kind: 2 }, body: "01" },
    ],
    [
      "what is not there has no key",
      struct({ has: u8, more: when(field("has"), u8), end: magic(".") }),
      { has: 0 },
      { has: 0 },
    ],
    [
      "a union has its name and its fields",
      union("type", u8, { small: [range(0, 7), struct({})], big: [8, u64] }),
      { type: "small", tag: 3 },
      { type: "small", tag: 3 },
    ],
  ] as [string, Schema, unknown, unknown][])("%s", (_, schema, value, json) => {
    expect(toJson(schema, value)).toStrictEqual(json);
    expect(toJsonText(schema)(value)).toBe(JSON.stringify(json));
    expect(fromJson(schema, json)).toStrictEqual(value);
  });

  const Message = struct({ id: u64, kind: u8, data: bytes(u8), at: f64, list: array(struct({ n: u16 }), u8) });
  const json = { id: "1", kind: 1, data: "00", at: 1, list: [{ n: 1 }] };

  it.each([
    ["digits with a letter", { data: "0g" }, "data", "type"],
    ["half a byte", { data: "0" }, "data", "type"],
    ["64 bits with a fraction", { id: "1.5" }, "id", "type"],
    ["64 bits as a number past 2^53", { id: 2 ** 60 }, "id", "type"],
    ["null for an integer", { kind: null }, "kind", "type"],
    ["a word for a float", { at: "one" }, "at", "type"],
    ["a text deep inside", { list: [{ n: 1 }, { n: "1" }] }, "list[1].n", "type"],
    ["an object for an array", { list: {} }, "list", "type"],
    ["a key that is no field", { lits: [] }, "lits", "unexpected"],
    ["a key that would be a prototype", JSON.parse('{"__proto__": 1}') as object, "__proto__", "unexpected"],
  ])("refuses %s with its path", (_, change, path, code) => {
    const bad = Object.defineProperties({ ...json }, Object.getOwnPropertyDescriptors(change));
    expect(() => fromJson(Message, bad)).toThrow(expect.objectContaining({ name: "EncodeError", code, path }));
  });

  it.each([
    ["path[1].x", { path: [{ x: 0 }, { x: "1" }] }, "needs a whole number from -32768 to 32767", 'got "1"', "type"],
    ["path[1].x", { path: [{ x: 0 }, { x: 1.5 }] }, "needs a whole number from -32768 to 32767", "got 1.5", "range"],
    ["path[0].x", { path: [{ x: 40000 }] }, "needs a whole number from -32768 to 32767", "got 40000", "range"],
    ["id", { id: "-1" }, "needs a whole number from 0 to 18446744073709551615", 'got "-1"', "range"],
    ["id", { id: "1e3" }, "needs a whole number from 0 to 18446744073709551615 as a string", 'got "1e3"', "type"],
    ["data", { data: "0x" }, "needs bytes as pairs of hexadecimal digits", 'got "0x"', "type"],
    ["kind", { kind: "c" }, 'needs one of "a", "b"', 'got "c"', "range"],
    ["next.type", { next: { type: "no" } }, 'needs one of "stop"', 'got "no"', "range"],
  ])("says of %s what was expected and what was there (row %#)", (path, change, expected, actual, code) => {
    const schema = struct({
      id: u64,
      path: array(struct({ x: i16 }), u8),
      data: bytes(u8),
      kind: enumeration(u8, { a: 1, b: 2 }),
      next: union("type", u8, { stop: [0, struct({})] }),
    });
    const good = { id: "1", path: [], data: "", kind: "a", next: { type: "stop" } };
    expect(fromJson(schema, good)).toMatchObject({ id: 1n });
    expect(() => fromJson(schema, { ...good, ...change })).toThrow(
      expect.objectContaining({ name: "EncodeError", code, path, expected, actual }),
    );
  });

  it("takes nothing from the prototype, not even a polluted one", () => {
    const schema = struct({ toString: u8, has: u8, more: when(field("has"), u8) });
    expect(Object.entries(fromJson(schema, { has: 0 }))).toEqual([["has", 0]]);
    Object.defineProperty(Object.prototype, "more", { value: 7, configurable: true });
    try {
      expect(toJson(schema, { has: 0 })).toStrictEqual({ has: 0 });
      expect(toJsonText(schema)({ toString: 1, has: 0 })).toBe('{"toString":1,"has":0}');
      expect(Object.entries(fromJson(schema, { has: 0 }))).toEqual([["has", 0]]);
    } finally {
      delete (Object.prototype as { more?: unknown }).more;
    }
  });

  it("refuses an unknown variant with its path", () => {
    const Choice = union("type", u8, { a: [1, struct({})] });
    for (const type of ["b", "toString", 1, undefined])
      expect(() => fromJson(Choice, { type })).toThrow(expect.objectContaining({ path: "type", code: "range" }));
  });

  it("goes no deeper than can be", () => {
    type List = { next?: List };
    const List: Schema<List> = struct({
      has: u8,
      next: when(
        field("has"),
        lazy(() => List),
      ),
    }) as never;
    const ring: List = {};
    ring.next = ring;
    expect(() => toJson(List, ring)).toThrow(expect.objectContaining({ code: "limit" }));
  });

  it("refuses a kind that it does not know", () => {
    const strange = { ...u8, kind: "strange", format: undefined } as never;
    expect(() => toJson(struct({ a: strange }), { a: 1 })).toThrow(
      expect.objectContaining({ name: "SchemaError", path: "a" }),
    );
    expect(() => toJsonSchema(struct({ a: strange }))).toThrow(
      expect.objectContaining({ name: "SchemaError", path: "a" }),
    );
  });
});

describe("toJsonSchema", () => {
  it("says ranges, constants, names, what may be left out and nothing else", () => {
    const Message = struct({
      length: u8,
      id: u64,
      kind: enumeration(u8, { a: 1, b: 2 }),
      data: bytes(field("length")),
      version: constant(u8, 3),
      more: when(field("length"), u8),
    });
    expect(toJsonSchema(Message, "input")).toEqual({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties: {
        length: { type: "integer", minimum: 0, maximum: 255 },
        id: { type: "string", pattern: "^[0-9]+$" },
        kind: { enum: ["a", "b"] },
        data: { type: "string", pattern: "^([0-9a-fA-F]{2})*$" },
        version: { const: 3 },
        more: { type: "integer", minimum: 0, maximum: 255 },
      },
      required: ["id", "kind", "data"],
      additionalProperties: false,
    });
    expect(toJsonSchema(Message)["required"]).toEqual(["length", "id", "kind", "data", "version"]);
  });

  it("says recursion by reference", () => {
    type Tree = { children: Tree[] };
    const Tree: Schema<Tree> = struct({
      children: array(
        lazy(() => Tree),
        u8,
      ),
    });
    expect(toJsonSchema(Tree)).toMatchObject({ properties: { children: { items: { $ref: "#" } } } });
    expect(toJsonSchema(struct({ tree: lazy(() => Tree) }))).toMatchObject({
      properties: { tree: { $ref: "#/$defs/1" } },
      $defs: { "1": { properties: { children: { items: { $ref: "#/$defs/1" } } } } },
    });
  });
});

describe.each(Object.entries(everyKind))("%s", (_, schema) => {
  it("comes back from JSON as it was, and its JSON Schema accepts it", () => {
    const accepts = z.fromJSONSchema(toJsonSchema(schema) as never);
    fc.assert(
      fc.property(arbitrary(schema), (value) => {
        const text = toJsonText(schema)(value);
        expect(text).toBe(JSON.stringify(toJson(schema, value)));
        expect(exact(fromJson(schema, JSON.parse(text)))).toBe(exact(value));
        expect(accepts.safeParse(JSON.parse(text)).error?.issues).toBe(undefined);
      }),
      { numRuns: runs(20), seed },
    );
  });

  it("comes back from JSON where what encoding fills in is left out", () => {
    const codec = compileHere(schema);
    const accepts = z.fromJSONSchema(toJsonSchema(schema, "input") as never);
    fc.assert(
      fc.property(input(schema), (value) => {
        const text = JSON.stringify(toJson(schema, value));
        expect(codec.encode(fromJson(schema, JSON.parse(text)))).toEqual(codec.encode(value));
        expect(accepts.safeParse(JSON.parse(text)).error?.issues).toBe(undefined);
      }),
      { numRuns: runs(20), seed },
    );
  });
});
