// A schema becomes a parser of binary-parser: what it decodes of our bytes is what we decode.

import {
  type AnySchema,
  array,
  at,
  bits,
  bool,
  bytes,
  check,
  checksum,
  constant,
  crc32,
  custom,
  decimal,
  enumeration,
  f32,
  f32le,
  f64,
  f64le,
  field,
  flag,
  i8,
  i16,
  i16le,
  i32,
  i32le,
  i64,
  i64le,
  lazy,
  lengthOf,
  magic,
  map,
  match,
  nullable,
  padding,
  range,
  reserved,
  rest,
  type Schema,
  type SchemaError,
  safe,
  sized,
  string,
  struct,
  typedArray,
  u8,
  u16,
  u16le,
  u24,
  u32,
  u32le,
  u48,
  u64,
  u64le,
  uleb128,
  union,
  until,
  when,
} from "@wireform/codec";
import { fromBinaryParser, toBinaryParser } from "@wireform/codec/binary-parser";
import { arbitrary } from "@wireform/codec/fast-check";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { everyKind } from "../properties/every-kind.ts";
import { exact } from "../support/facts.ts";
import { compileHere } from "../support/mode.ts";
import { runs, seed } from "../support/runs.ts";

const shared: Readonly<Record<string, AnySchema>> = {
  integers: struct({ a: u8, b: u16, c: u32, d: u64, e: i8, f: i16, g: i32, h: i64, i: u24 }),
  "integers, little-endian": struct({ b: u16le, c: u32le, d: u64le, f: i16le, g: i32le, h: i64le }),
  "safe integers": struct({ a: safe(u64), b: safe(i64le) }),
  floats: struct({ a: f32, b: f32le, c: f64, d: f64le }),
  booleans: struct({ a: bool, b: flag, c: bits(7) }),
  bits: struct({ a: bits(4), b: bits(12), c: bits(31), d: bits(1), e: u8, f: bits(8), g: bits(32) }),
  "signed bits": struct({ a: bits(3, { signed: true }), b: bits(13, { signed: true }) }),
  "bits from the least significant": struct(
    { a: bits(4), b: bits(12), c: u8, d: bits(3), e: bits(5) },
    { bitOrder: "lsb" },
  ),
  "bits of one byte, from the least significant": struct(
    { a: bits(3), b: bits(5), c: bits(1), d: bits(7) },
    { bitOrder: "lsb", endian: "little" },
  ),
  "bits in front of structs of bits and of none": struct({
    a: bits(4),
    b: bits(4),
    c: struct({ d: bits(4), e: bits(4) }),
    f: bits(8),
    g: struct({}),
    h: bits(8),
    i: u8,
  }),
  "bits from the least significant in front of others": struct(
    { a: struct({ b: bits(2), c: bits(6) }, { bitOrder: "lsb" }), d: struct({ e: bits(2), f: bits(6) }) },
    { bitOrder: "lsb" },
  ),
  "bytes by every length": struct({
    a: bytes(3),
    b: bytes(u8),
    n: u16,
    c: bytes(field("n")),
    d: bytes(until("\0")),
    e: bytes(until(Uint8Array.of(1, 2, 1, 3))),
    f: bytes(rest),
  }),
  "strings by every length": struct({
    a: string(3, "ascii"),
    b: string(u16le),
    n: u8,
    c: string(field("n")),
    d: string(until("\0")),
    e: string(4, { pad: "\0" }),
    f: string(rest),
  }),
  "lengths with arithmetic": struct({
    words: bits(4),
    other: bits(4),
    total: u16,
    a: bytes(field("words").minus(2).times(4)),
    b: bytes(field("total").plus(1)),
  }),
  "a prefix of 64 bits": bytes(u64),
  arrays: struct({
    a: array(u16, 3),
    b: array(struct({ x: i8, y: f32 }), u8),
    n: u8,
    c: array(string(u8), field("n")),
    d: array(array(u8, u8), u8),
    e: array(u16le, rest),
  }),
  "an array up to an element": struct({
    a: array(
      string(u8),
      until((text: string) => text === ""),
    ),
    b: u8,
  }),
  "typed arrays": struct({ a: typedArray(u8, u8), b: typedArray(i16le, 2), c: typedArray(f64, u16) }),
  windows: struct({
    a: sized(u16, struct({ x: u8, y: bytes(rest) })),
    n: u8,
    b: sized(field("n"), array(u16, rest)),
    c: sized(4, string(rest)),
  }),
  "references out of structs and arrays": struct({
    n: u8,
    m: u8,
    list: array(struct({ k: u8, deep: struct({ a: bytes(field("../../n")), b: bytes(field("../k")) }) }), 2),
    c: struct({ d: string(field("../m")) }),
  }),
  "references into structs and out of windows": struct({
    head: struct({ kind: u8, n: u8 }),
    body: sized(field("head.n"), match(field("head.kind"), { 1: struct({ a: u8 }), 2: string(rest) }, bytes(rest))),
  }),
  "a match by number, name and boolean": struct({
    a: u8,
    b: match(field("a"), { 1: u8, 16: struct({ x: u8 }) }, array(u8, u8)),
    c: enumeration(u8, { one: 1, two: 2 }),
    d: match(field("c"), { one: u16, two: string(u8) }),
    e: bool,
    f: match(field("e"), { true: u8, false: f64 }),
  }),
  unions: struct({
    n: u8,
    a: union("type", u8, {
      hello: [1, struct({ version: u8, name: string(u8) })],
      move: [2, struct({ path: array(struct({ x: i16 }), u16) })],
      number: [3, i32],
      data: [4, struct({ d: bytes(field("../n")) })],
    }),
    b: array(union("tag", u16, { small: [0, struct({})], big: [1, struct({ bits: bits(4), more: bits(4) })] }), u8),
    c: union("type", u8, {
      text: [range(0x20, 0x3f), string(field("tag").minus(0x20))],
      number: [range(0, 0x1f), struct({})],
    }),
    d: union("verb", string(3, "ascii"), {
      get: ["GET", struct({ path: string(u8) })],
      put: ["PUT", struct({ size: u8 })],
    }),
  }),
  conditions: struct({
    flags: u8,
    a: when(field("flags").has(1), u16),
    b: when(field("flags").has(2).and(field("flags").atMost(200)), string(u8)),
    c: when(field("flags").is(0).or(field("flags").atLeast(128)), struct({ x: u8 })),
    d: struct({ e: when(field("../flags"), u8), f: when(field("../flags").isNot(7), u8) }),
    big: u64,
    g: when(field("big").is(0), u8),
  }),
  constants: struct({
    a: constant(u32, 0xcafebabe),
    b: constant(u8, 0),
    c: constant(u64, 5n),
    d: constant(bytes(2), Uint8Array.of(1, 2)),
    e: constant(string(3), "PNG"),
    f: constant(bits(4), 3),
    g: bits(4),
  }),
  "names, checks and maps": struct({
    a: enumeration(u16, { one: 1 }, { unknown: "pass" }),
    b: check(u8, (n) => n > 3, "more than 3"),
    c: map(u32, { decode: (s) => new Date(s * 1000), encode: (d: Date) => d.getTime() / 1000 }),
    d: map(struct({ x: u8 }), { decode: ({ x }) => x, encode: (x: number) => ({ x }) }),
    e: check(struct({ low: u8, high: u8 }), ({ low, high }) => low <= high, "in order"),
  }),
  "what is skipped": struct({
    a: u8,
    b: padding(3, { ignore: true }),
    c: u8,
    d: reserved(u16, { ignore: true }),
    e: u8,
    f: padding(0),
  }),
  offsets: struct({ a: u16, b: u8, c: at(field("a"), string(u8)) }),
};

/** The same as plain objects and bytes. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

/** Both decode the same. */
function agree(schema: AnySchema, times: number): void {
  const parser = toBinaryParser(schema);
  const codec = compileHere(schema as Schema<unknown>);
  fc.assert(
    fc.property(arbitrary(schema as Schema<unknown>), (value) => {
      // It drops a byte order mark, which we keep.
      fc.pre(!exact(value).includes("\ufeff"));
      const wire = codec.encode(value);
      expect(exact(plain(parser.parse(wire)))).toBe(exact(value));
    }),
    { numRuns: times, seed },
  );
}

const inStruct = (schema: AnySchema): AnySchema => (schema.kind === "struct" ? schema : struct({ message: schema }));

describe.each(Object.entries(shared))("%s", (_, schema) => {
  it("is decoded by binary-parser as by us", () => agree(inStruct(schema), runs(60)));
});

it("schemas drawn from the shared subset are decoded by binary-parser as by us", () => {
  const leaves = [u8, u16, u16le, u32le, u64, i8, i16, i32le, i64le, f32, f64le, u24, bool] as readonly AnySchema[];
  const { schema } = fc.letrec<{ schema: AnySchema; struct: AnySchema }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 3, depthIdentifier: "schema" },
      fc.constantFrom(...leaves),
      fc.constantFrom(
        bytes(2),
        bytes(u8),
        string(u8),
        string(until("\0")),
        constant(u16, 7),
        array(u16, u8),
        typedArray(i16, u8),
      ),
      tie("struct"),
      fc
        .tuple(tie("schema"), fc.constantFrom<2 | typeof u8 | typeof u16le>(2, u8, u16le))
        .map(([item, length]) => array(item, length)),
      fc.tuple(tie("schema"), fc.constantFrom(u8, u16)).map(([content, length]) => sized(length, content)),
      fc
        .array(tie("schema"), { minLength: 1, maxLength: 3 })
        .map((all) => union("type", u8, Object.fromEntries(all.map((of, i) => [`v${i}`, [i, of]])) as never)),
    ),
    struct: fc
      .array(
        fc.oneof(
          tie("schema").map((of) => (key: string): [string, AnySchema][] => [[key, of]]),
          fc.integer({ min: 1, max: 31 }).map((n) => (key: string): [string, AnySchema][] => [
            [`${key}a`, bits(n)],
            [`${key}b`, bits(40 - n > 32 ? 8 - (n % 8) : 32 - n)],
          ]),
          tie("schema").map((of) => (key: string): [string, AnySchema][] => [
            [`${key}n`, u8],
            [key, array(of, field(`${key}n`))],
          ]),
          tie("schema").map((of) => (key: string): [string, AnySchema][] => [
            [`${key}n`, u8],
            [key, when(field(`${key}n`).has(1), of)],
          ]),
          fc.tuple(tie("schema"), tie("schema")).map(([one, other]) => (key: string): [string, AnySchema][] => [
            [`${key}n`, u8],
            [key, match(field(`${key}n`), { 1: one }, other)],
          ]),
        ),
        { minLength: 1, maxLength: 4 },
      )
      .map((all) => struct(Object.fromEntries(all.flatMap((make, i) => make(`f${i}`))) as never) as AnySchema),
  }));
  fc.assert(
    fc.property(schema, (drawn) => agree(inStruct(drawn), 4)),
    { numRuns: runs(150), seed },
  );
});

it("whichever of every kind can be said is decoded by binary-parser as by us; the others are refused by path", () => {
  const said: string[] = [];
  for (const [name, schema] of Object.entries(everyKind)) {
    const whole = inStruct(schema);
    try {
      toBinaryParser(whole);
    } catch (error) {
      expect(error).toMatchObject({ name: "SchemaError", code: "argument" });
      continue;
    }
    said.push(name);
    agree(whole, runs(20));
  }
  expect(said.length).toBeGreaterThan(30);
});

describe("what binary-parser cannot say", () => {
  type Tree = { children: Tree[] };
  const Tree: Schema<Tree> = struct({
    children: array(
      lazy(() => Tree),
      u8,
    ),
  });
  const one = custom<number>({
    name: "one",
    decode: (b) => ({ value: b[0] ?? 0, size: 1 }),
    encode: (n) => Uint8Array.of(n),
  });

  it.each([
    ["integers of 48 bits", struct({ a: u48 }), "a", "u48"],
    ["more than 32 bits", struct({ a: bits(40) }), "a", "bits(40)"],
    [
      "bits of several bytes under a condition, the last byte first",
      struct({ n: u8, a: when(field("n"), bits(16)) }, { endian: "little" }),
      "a",
      "the last of which comes first",
    ],
    [
      "bits in the order of C",
      struct({ a: bits(4), b: bits(12) }, { bitOrder: "lsb", endian: "little" }),
      "b",
      "the last of which comes first",
    ],
    ["variable-length integers", struct({ a: struct({ b: uleb128 }) }), "a.b", "uleb128"],
    ["numbers in text", struct({ a: bytes(decimal(3)) }), "a", "decimal"],
    ["bytes without a value", struct({ a: magic("PNG") }), "a", "without a look"],
    ["padding of zeroes", struct({ a: padding(2) }), "a", "without a look"],
    ["reserved bits", struct({ a: bits(4), b: reserved(bits(4), { ignore: true }) }), "b", "without a look"],
    ["a checksum", struct({ a: u8, b: checksum(u32, crc32, { from: "a", to: "a" }) }), "b", "would not check"],
    ["a length of several fields", struct({ a: lengthOf(u8, { from: "b" }), b: bytes(rest) }), "a", "several fields"],
    ["recursion", struct({ a: array(struct({ t: lazy(() => Tree) }), u8) }), "a.t", "recursion"],
    ["functions between bytes and values", struct({ a: one }), "a", "functions"],
    ["no bytes at all", struct({ a: bytes(0) }), "a", "a length of 0"],
    ["a length that can say null", struct({ a: bytes(nullable(u8, 255)) }), "a", "null"],
    ["text in UTF-16", struct({ a: string(u8, "utf16be") }), "a", "utf16be"],
    ["text in latin1", struct({ a: string(u8, "latin1") }), "a", "takes for another"],
    ["text up to a line's end", struct({ a: string(until("\r\n")) }), "a", "other than a NUL"],
    ["padding with spaces", struct({ a: string(4, { pad: " " }) }), "a", "padding"],
    ["several delimiters", struct({ a: bytes(until(["\r\n", "\n"])) }), "a", "several ways"],
    ["an array up to a delimiter", struct({ a: array(u8, until("\0")) }), "a", "delimiter"],
    [
      "a tag of some bits",
      struct({ a: union("type", bits(4), { x: [1, struct({ b: bits(4) })] }) }),
      "a",
      "shares its byte",
    ],
    ["a name with a space", struct({ "a b": u8 }), '["a b"]', "a name"],
    ["a name that it needs itself", struct({ $parent: u8 }), "$parent", "a name"],
    [
      "a field of an element, from inside a window",
      struct({ l: array(struct({ n: u8, w: sized(4, struct({ b: bytes(field("../n")), c: bytes(rest) })) }), u8) }),
      "l.w.b",
      "out of a window",
    ],
  ] as [string, AnySchema, string, string][])("%s is refused at its path", (_, schema, path, why) => {
    let error: SchemaError | undefined;
    try {
      toBinaryParser(schema);
    } catch (thrown) {
      error = thrown as SchemaError;
    }
    expect(error).toMatchObject({ name: "SchemaError", path, reason: expect.stringContaining(why) });
  });

  it("is named all at once", () => {
    expect(() => toBinaryParser(struct({ a: u48, b: struct({ c: magic("x") }), d: u8 }))).toThrow(
      "2 places cannot be said in binary-parser:\n  a: u48, which binary-parser has no type for\n  b.c: bytes without a value",
    );
  });

  it("is a message that is no struct, or no schema", () => {
    expect(() => toBinaryParser(u8)).toThrow("a message of binary-parser is a struct, not u8; put it into a field");
    expect(() => toBinaryParser({} as never)).toThrow(expect.objectContaining({ name: "SchemaError" }));
  });
});

it("a plain definition there and back is the same definition", () => {
  const schema = struct({
    a: u8,
    b: bits(4),
    c: bits(4),
    d: struct({ e: i16le }),
    f: array(u16, 3),
    g: bytes(4),
    h: string(until("\0")),
  });
  const { schema: back, decodeOnly } = fromBinaryParser(toBinaryParser(schema) as never);
  expect(decodeOnly).toEqual([]);
  const codec = compileHere(back);
  fc.assert(
    fc.property(arbitrary(schema), (value) => {
      expect(codec.encode(value)).toEqual(compileHere(schema).encode(value));
    }),
    { numRuns: runs(20), seed },
  );
});
