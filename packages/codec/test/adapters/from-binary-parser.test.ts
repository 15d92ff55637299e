// A parser of binary-parser becomes a schema that decodes the same bytes to the same values, and encodes them too.

import { bits, bytes, check, field, padding, type Schema, type SchemaError, struct, u8 } from "@wireform/codec";
import { fromBinaryParser } from "@wireform/codec/binary-parser";
import { arbitrary } from "@wireform/codec/fast-check";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exact } from "../support/facts.ts";
import { compileHere } from "../support/mode.ts";
import { runs, seed } from "../support/runs.ts";
import { fromHex, toHex } from "../support/shared-data.ts";
import { Parser } from "./parser.ts";

const start = (): Parser => Parser.start();

/** What can be encoded as well: parser, bytes, and the value that both decode to. */
const invertible: [string, Parser, string, unknown][] = [
  [
    "whole numbers of every width and order",
    start()
      .uint8("a")
      .int8("b")
      .uint16("c")
      .uint16le("d")
      .int16be("e")
      .uint32le("f")
      .int32("g")
      .uint64("h")
      .int64le("i"),
    "01 ff 0102 0102 fffe 01020304 ffffffff 0000000000000001 ffffffffffffffff",
    { a: 1, b: -1, c: 258, d: 513, e: -2, f: 67305985, g: -1, h: 1n, i: -1n },
  ],
  [
    "the order that endianness says from there on",
    start().endianness("little").uint16("a").endianness("big").uint16("b"),
    "0100 0001",
    { a: 1, b: 1 },
  ],
  [
    "floats",
    start().floatbe("a").floatle("b").doublebe("c").doublele("d"),
    "3f800000 0000803f 3ff0000000000000 000000000000f03f",
    { a: 1, b: 1, c: 1, d: 1 },
  ],
  [
    "bits that fill bytes",
    start().bit4("version").bit4("length").bit1("df").bit15("offset"),
    "45 8003",
    { version: 4, length: 5, df: 1, offset: 3 },
  ],
  [
    "bits of more than 32",
    start().bit3("a").bit31("b").bit6("c").bit32("d"),
    "2000000041 ffffffff",
    { a: 1, b: 1, c: 1, d: 4294967295 },
  ],
  [
    "bits in a parser nested without a name",
    start()
      .bit4("a")
      .nest({ type: start().bit4("b").bit4("c") })
      .uint8("d"),
    "12 30 04",
    { a: 1, b: 2, c: 3, d: 4 },
  ],
  [
    "little-endian bits, as binary-parser reads them",
    start().endianness("little").bit4("a").bit12("b"),
    "1234",
    { a: 4, b: 0x123 },
  ],
  [
    "little-endian bits that end in a byte",
    start().endianness("little").bit3("a").bit2("b").uint8("c"),
    "0d 01",
    { a: 5, b: 1, c: 1 },
  ],
  ["a string of a fixed length", start().string("s", { length: 3 }), "616263", { s: "abc" }],
  [
    "a string by an earlier field",
    start().uint8("n").string("s", { length: "n", encoding: "ascii" }),
    "02 6162",
    { n: 2, s: "ab" },
  ],
  ["a string up to a NUL", start().string("s", { zeroTerminated: true }).uint8("a"), "6162 00 01", { s: "ab", a: 1 }],
  ["a string up to the end", start().uint8("a").string("s", { greedy: true }), "01 6162", { a: 1, s: "ab" }],
  [
    "a string padded with NULs",
    start().string("s", { length: 4, stripNull: true }).uint8("a"),
    "61620000 01",
    { s: "ab", a: 1 },
  ],
  [
    "a string up to a NUL within a length",
    start().string("s", { length: 4, zeroTerminated: true }).uint8("a"),
    "6100 01",
    { s: "a", a: 1 },
  ],
  [
    "a string that fills its length",
    start().string("s", { length: 4, zeroTerminated: true }).uint8("a"),
    "61626364 01",
    { s: "abcd", a: 1 },
  ],
  ["a string in hexadecimal", start().string("s", { length: 2, encoding: "hex" }), "00ff", { s: "00ff" }],
  ["a string in latin1", start().string("s", { length: 2, encoding: "latin1" }), "e9e8", { s: "éè" }],
  [
    "bytes by an earlier field",
    start().uint16("n").buffer("data", { length: "n" }).uint8("end"),
    "0002 0102 03",
    { n: 2, data: Uint8Array.of(1, 2), end: 3 },
  ],
  [
    "bytes up to the end",
    start().uint8("a").buffer("data", { readUntil: "eof", clone: true }),
    "01 0203",
    { a: 1, data: Uint8Array.of(2, 3) },
  ],
  [
    "an array of numbers",
    start().uint8("n").array("list", { type: "uint16le", length: "n" }),
    "02 0100 0200",
    { n: 2, list: [1, 2] },
  ],
  [
    "an array of a length in bytes",
    start().uint8("n").array("list", { type: "uint16be", lengthInBytes: "n" }),
    "04 0001 0002",
    { n: 4, list: [1, 2] },
  ],
  [
    "an array up to the end",
    start().array("list", { type: start().uint8("a"), readUntil: "eof" }),
    "01 02",
    { list: [{ a: 1 }, { a: 2 }] },
  ],
  [
    "an array up to an element",
    start()
      .array("list", { type: "uint8", readUntil: (item: number) => item === 0 })
      .uint8("end"),
    "0201 00 09",
    { list: [2, 1, 0], end: 9 },
  ],
  [
    "an array of parsers",
    start().array("list", { type: start().uint8("n").string("s", { length: "n" }), length: 2 }),
    "0161 00",
    {
      list: [
        { n: 1, s: "a" },
        { n: 0, s: "" },
      ],
    },
  ],
  [
    "a nested parser",
    start()
      .nest("head", { type: start().uint8("n") })
      .buffer("data", { length: "head.n" }),
    "01 ff",
    { head: { n: 1 }, data: Uint8Array.of(255) },
  ],
  [
    "a nested parser without a name",
    start()
      .nest({ type: start().uint8("n") })
      .buffer("data", { length: "n" }),
    "01 ff",
    { n: 1, data: Uint8Array.of(255) },
  ],
  [
    "a choice with a name",
    start()
      .uint8("type")
      .choice("body", {
        tag: "type",
        choices: { 1: start().uint8("a"), 2: "uint16be" },
        defaultChoice: start().buffer("rest", { readUntil: "eof" }),
      }),
    "02 0003",
    { type: 2, body: 3 },
  ],
  [
    "a choice without a name, whose fields stand beside the others",
    start()
      .uint8("type")
      .choice({
        tag: "type",
        choices: {
          1: start().uint8("a"),
          2: start().uint8("n").buffer("b", { length: "n" }),
          3: start().buffer("c", { length: "type" }),
        },
      })
      .uint8("end"),
    "02 01 ff 09",
    { type: 2, n: 1, b: Uint8Array.of(255), end: 9 },
  ],
  [
    "a pointer",
    start()
      .uint8("offset")
      .uint8("a")
      .pointer("name", { type: start().string("s", { zeroTerminated: true }), offset: "offset" }),
    "02 01 6100",
    { offset: 2, a: 1, name: { s: "a" } },
  ],
  [
    "a pointer to a number",
    start().uint8("a").pointer("b", { type: "uint16le", offset: 1 }),
    "01 0200",
    { a: 1, b: 2 },
  ],
  ["bytes that are skipped", start().uint8("a").skip(2).uint8("b").seek(1), "01 0000 02 00", { a: 1, b: 2 }],
  [
    "an assertion of a number",
    start().uint16("magic", { assert: 0xcafe }).uint8("a"),
    "cafe 01",
    { magic: 0xcafe, a: 1 },
  ],
  ["an assertion of a text", start().string("magic", { length: 3, assert: "PNG" }), "504e47", { magic: "PNG" }],
  ["an assertion by a function", start().uint8("a", { assert: (n: number) => n > 3 }), "04", { a: 4 }],
  ["an assertion of bits", start().bit4("a", { assert: 3 }).bit4("b"), "35", { a: 3, b: 5 }],
  [
    "what $parent and $root mean",
    start()
      .useContextVars()
      .uint8("n")
      .nest("a", {
        type: start().nest("b", {
          type: start().buffer("x", { length: "$parent.$parent.n" }).buffer("y", { length: "$root.n" }),
        }),
      }),
    "01 ff fe",
    { n: 1, a: { b: { x: Uint8Array.of(255), y: Uint8Array.of(254) } } },
  ],
  [
    "recursion by a name",
    start().namely("wireformTree").uint8("value").uint8("n").array("children", { type: "wireformTree", length: "n" }),
    "01 02 0200 0300",
    {
      value: 1,
      n: 2,
      children: [
        { value: 2, n: 0, children: [] },
        { value: 3, n: 0, children: [] },
      ],
    },
  ],
];

/** Buffers and views of the same bytes are equal here. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value).map(([key, part]) => [key, plain(part)]);
}

describe.each(invertible)("%s", (_, parser, hex, value) => {
  const bytesOf = fromHex(hex.replaceAll(" ", ""));
  const { schema, decodeOnly } = fromBinaryParser(parser);
  const codec = compileHere(schema as Schema<unknown>);

  it("decodes as binary-parser does, and encodes", () => {
    expect(decodeOnly).toEqual([]);
    expect(plain(parser.parse(Buffer.from(bytesOf)))).toEqual(plain(value));
    expect(plain(codec.decode(bytesOf))).toEqual(plain(value));
    expect(toHex(codec.encode(value))).toBe(toHex(bytesOf));
  });

  it("encodes other values to bytes that binary-parser decodes to them", () => {
    fc.assert(
      fc.property(arbitrary(schema as Schema<unknown>), (drawn) => {
        // It drops a byte order mark, which we keep.
        fc.pre(!exact(drawn).includes("\ufeff"));
        // Its latin1 is windows-1252 on newer engines, where U+0080 to U+009F are other characters.
        const text = JSON.stringify(drawn, (_, part) => (typeof part === "bigint" ? `${part}` : part));
        fc.pre(!/[\u0080-\u009f]/.test(text));
        expect(plain(parser.parse(Buffer.from(codec.encode(drawn))))).toEqual(plain(drawn));
      }),
      { numRuns: runs(30), seed },
    );
  });
});

it("bits of any widths mean what they mean to binary-parser", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 32 }), { minLength: 1, maxLength: 8 }),
      fc.uint8Array({ minLength: 40, maxLength: 40 }),
      (widths, data) => {
        const parser = start();
        widths.forEach((width, i) => void parser[`bit${width}`](`f${i}`));
        const codec = compileHere(fromBinaryParser(parser).schema);
        const read = codec.read(data) as { value: unknown };
        expect(plain(read.value)).toEqual(plain(parser.parse(Buffer.from(data))));
      },
    ),
    { numRuns: runs(300), seed },
  );
});

it("little-endian bits of up to 32 mean what they mean to binary-parser", () => {
  const widths = fc
    .array(fc.integer({ min: 1, max: 32 }), { minLength: 1, maxLength: 8 })
    .filter((all) => all.reduce((a, b) => a + b) <= 32);
  fc.assert(
    fc.property(widths, fc.uint8Array({ minLength: 4, maxLength: 4 }), (all, data) => {
      const parser = start().endianness("little");
      all.forEach((width, i) => void parser[`bit${width}`](`f${i}`));
      const codec = compileHere(fromBinaryParser(parser).schema);
      const read = codec.read(data) as { value: unknown };
      expect(plain(read.value)).toEqual(plain(parser.parse(Buffer.from(data))));
    }),
    { numRuns: runs(300), seed },
  );
});

describe("what only functions say", () => {
  it.each([
    [
      "a formatter",
      start()
        .uint8("a")
        .uint16("b", { formatter: (n: number) => n / 10 }),
      "01 0014",
      { a: 1, b: 2 },
      "b",
      "formatter",
    ],
    [
      "a formatter inside",
      start().nest("x", { type: start().bit4("a").bit4("b", { formatter: String }) }),
      "12",
      { x: { a: 1, b: "2" } },
      "x.b",
      "formatter",
    ],
    [
      "bytes up to what a function finds",
      start()
        .buffer("a", { readUntil: (byte: number) => byte === 9 })
        .uint8("b"),
      "0102 09",
      { a: Uint8Array.of(1, 2), b: 9 },
      "a",
      "function",
    ],
    [
      "an array as an object by keys",
      start().array("a", { type: start().uint8("k").uint8("v"), length: 2, key: "k" }),
      "01020304",
      { a: { 1: { k: 1, v: 2 }, 3: { k: 3, v: 4 } } },
      "a",
      "order",
    ],
    [
      "a wrapper",
      start()
        .uint8("n")
        .wrapped("body", {
          length: "n",
          wrapper: (b: Uint8Array) => b.map((byte) => byte ^ 255),
          type: start().uint16("x"),
        })
        .uint8("end"),
      "03 fffe00 07",
      { n: 3, body: { x: 1 }, end: 7 },
      "body",
      "wrapper",
    ],
  ])("%s is decoded, reported and refused on encode", (_, parser, hex, value, path, why) => {
    const { schema, decodeOnly } = fromBinaryParser(parser);
    expect(decodeOnly).toEqual([{ path, why: expect.stringContaining(why) }]);
    const codec = compileHere(schema);
    const data = fromHex(hex.replaceAll(" ", ""));
    expect(plain(parser.parse(Buffer.from(data)))).toEqual(plain(value));
    expect(plain(codec.decode(data))).toEqual(plain(value));
    expect(() => codec.encode(value as never)).toThrow(
      expect.objectContaining({
        name: "EncodeError",
        code: "rejected",
        path,
        actual: expect.stringContaining("can only be decoded"),
      }),
    );
  });

  it("is said by a schema of one's own", () => {
    const parser = start()
      .uint8("n")
      .buffer("data", {
        length(this: { n: number }) {
          return this.n * 2;
        },
      })
      .nest("x", { type: start().uint8("a", { formatter: (n: number) => n + 1 }) })
      .skip("n");
    const { schema, decodeOnly } = fromBinaryParser(parser, {
      replace: { data: bytes(field("n").times(2)), "x.a": check(u8, (n) => n > 0, "not 0"), seek: padding(1) },
    });
    expect(decodeOnly).toEqual([]);
    const codec = compileHere(schema);
    const value = { n: 1, data: Uint8Array.of(1, 2), x: { a: 5 } };
    expect(toHex(codec.encode(value))).toBe("0101020500");
    expect(codec.decode(fromHex("0101020500"))).toEqual(value);
  });

  it("is said by a schema of one's own in elements of fixed size too", () => {
    const item = start()
      .uint8("a", { formatter: (n: number) => n + 1 })
      .uint8("b");
    for (const by of [{ length: 2 }, { readUntil: "eof" }, { readUntil: (x: { b: number }) => x.b === 4 }]) {
      const { schema, decodeOnly } = fromBinaryParser(start().array("x", { type: item, ...by }), {
        replace: { "x.a": u8 },
      });
      expect(decodeOnly).toEqual([]);
      const codec = compileHere(schema);
      const value = {
        x: [
          { a: 1, b: 2 },
          { a: 3, b: 4 },
        ],
      };
      expect(codec.decode(fromHex("01020304"))).toEqual(value);
      expect(toHex(codec.encode(value))).toBe("01020304");
    }
  });

  it("makes an instance of the class that create names", () => {
    class Point {
      x = 0;
      get double() {
        return this.x * 2;
      }
    }
    const codec = compileHere(fromBinaryParser<Point>(start().create(Point).uint8("x")).schema);
    const point = codec.decode(fromHex("02"));
    expect(point).toBeInstanceOf(Point);
    expect(point.double).toBe(4);
    expect(toHex(codec.encode(point))).toBe("02");
  });

  it("makes such instances of what a parser has of itself too", () => {
    class Node {
      value = 0;
      get double() {
        return this.value * 2;
      }
    }
    const parser = start()
      .create(Node)
      .namely("wireformNode")
      .uint8("value")
      .uint8("n")
      .array("children", { type: "wireformNode", length: "n" });
    const data = fromHex("01010200");
    const codec = compileHere(fromBinaryParser(parser).schema);
    const value = codec.decode(data);
    expect(value).toStrictEqual(parser.parse(Buffer.from(data)));
    expect(value.children[0].double).toBe(4);
    expect(codec.encode(value)).toEqual(data);
  });
});

it("an assertion of a number is one of what a choice or a pointer finds too", () => {
  const parser = start()
    .uint8("type")
    .uint8("at")
    .choice("a", { tag: "type", choices: { 1: "uint8", 2: "uint16be" }, assert: 5 })
    .pointer("b", { offset: "at", type: "uint8", assert: 9 });
  const { schema, decodeOnly } = fromBinaryParser(parser);
  expect(decodeOnly).toEqual([]);
  const codec = compileHere(schema);
  const data = fromHex("0204000509");
  const value = { type: 2, at: 4, a: 5, b: 9 };
  expect(parser.parse(Buffer.from(data))).toEqual(value);
  expect(codec.decode(data)).toEqual(value);
  expect(codec.encode(value)).toEqual(data);
  for (const [hex, path] of [
    ["0204000609", "a"],
    ["0204000508", "b"],
  ] as const) {
    expect(() => parser.parse(Buffer.from(fromHex(hex)))).toThrow("Assertion error");
    expect(() => codec.decode(fromHex(hex))).toThrow(expect.objectContaining({ name: "DecodeError", path }));
  }
});

function refused(run: () => unknown): SchemaError {
  try {
    run();
  } catch (error) {
    return error as SchemaError;
  }
  throw new Error("nothing was refused");
}

describe("what cannot be said", () => {
  it.each([
    ["an offset of the parser", start().uint8("a").saveOffset("here"), "here", "not in the bytes"],
    ["a skip by a field that does not exist", start().uint8("n").skip("m"), "seek", '"m" is no field'],
    ["a step back", start().uint8("n").seek(-1), "seek", "steps back"],
    ["a length that does not exist", start().buffer("a", { length: "m" }), "a", '"m" is no field'],
    [
      "a length deep inside",
      start().nest("x", { type: start().array("y", { type: start().buffer("z", { length: "m" }), length: 1 }) }),
      "x.y.z",
      '"m" is no field',
    ],
    [
      "an element's index without context variables",
      start().array("x", { type: start().buffer("z", { length: "$index" }), length: 1 }),
      "x.z",
      "$index",
    ],
    ["a field read twice", start().uint8("a").uint8("a"), "a", "read twice"],
    [
      "a field read twice by a choice",
      start()
        .uint8("a")
        .choice({ tag: "a", choices: { 1: start().uint8("a") } }),
      "a",
      "read twice",
    ],
    [
      "bits that go on into a nested parser",
      start()
        .bit4("a")
        .nest("b", { type: start().bit4("c") }),
      "b",
      "bits go on",
    ],
    ["little-endian bits of more than 32", start().endianness("little").bit20("a").bit20("b"), "b", "more than 32"],
    [
      "an encoding that binary-parser cannot decode",
      start().string("s", { length: 1, encoding: "base64" }),
      "s",
      "base64",
    ],
    ["an assertion that never holds", start().uint8("a", { assert: 300 }), "a", "does not fit"],
    ["a number asserted of 64 bits", start().uint64("a", { assert: 5 }), "a", "does not fit"],
    ["a name that is not known", start().array("a", { type: "wireformTree", length: 1 }), "a", "give it in aliases"],
    ["a field called __proto__", start().nest("x", { type: start().uint8("__proto__") }), "x.__proto__", "__proto__"],
    [
      "a choice of a number without a name",
      start()
        .uint8("t")
        .choice({ tag: "t", choices: { 1: "uint8" } }),
      "choice",
      "no parser",
    ],
    [
      "a formatter of a nest without a name",
      start().nest({ type: start().uint8("a"), formatter: (value: unknown) => value }),
      "",
      "without a name has a formatter",
    ],
    [
      "an assertion of a choice without a name",
      start()
        .uint8("t")
        .choice({ tag: "t", choices: { 1: start().uint8("a") }, assert: () => true }),
      "choice",
      "without a name has an assert",
    ],
    [
      "a wrapper without a name",
      start().wrapped({ length: 1, wrapper: (b: Uint8Array) => b, type: start() }),
      "wrapper",
      "no name",
    ],
    [
      "fields behind what takes everything",
      start().array("a", { type: "uint8", readUntil: "eof" }).uint8("b"),
      "a",
      "nothing is left",
    ],
  ])("%s is refused at its path", (_, parser, path, why) => {
    expect(refused(() => fromBinaryParser(parser))).toMatchObject({
      name: "SchemaError",
      path,
      reason: expect.stringContaining(why),
    });
  });

  it("is named all at once", () => {
    const parser = start()
      .buffer("a", { length: "m" })
      .nest("b", { type: start().saveOffset("c") });
    expect(refused(() => fromBinaryParser(parser)).message).toBe(
      '2 places cannot be said in Wireform:\n  a: "m" is no field before it that is always there\n  b.c: an offset is not in the bytes',
    );
  });

  it.each([undefined, {}, u8, struct({ a: bits(8) })])("is anything that is no parser", (parser) => {
    expect(refused(() => fromBinaryParser(parser as never))).toMatchObject({ name: "SchemaError" });
  });
});
