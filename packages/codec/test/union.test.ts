import {
  array,
  bits,
  bytes,
  check,
  constant,
  decimal,
  enumeration,
  field,
  i8,
  magic,
  padding,
  range,
  reserved,
  rest,
  string,
  struct,
  u8,
  u16,
  u16le,
  u64,
  uleb128,
  union,
  until,
  when,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { expectOneGo } from "./support/calls.ts";
import { facts, failureOf } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";

const Hello = struct({ version: u8, name: string(u8) });

describe("a tag in front", () => {
  facts(union("type", u8, { hello: [1, Hello], bye: [2, struct({})], raw: [0xff, bytes(2)] }), {
    ok: [
      [{ type: "hello", version: 1, name: "a" }, "01 01 0161"],
      [{ type: "bye" }, "02"],
      [{ type: "raw", value: Uint8Array.of(8, 9) }, "ff 0809"],
    ],
    badValues: [
      [{ type: "hullo", version: 1 }, "range", "type"],
      [{ version: 1, name: "a" }, "missing", "type"],
      [{ type: 1, version: 1, name: "a" }, "range", "type"],
      [{ type: "__proto__" }, "range", "type"],
      [{ type: "toString" }, "range", "type"],
      [{ type: "hello", version: 1 }, "missing", "name"],
      [{ type: "raw" }, "missing", "value"],
      [{ type: "raw", value: "x" }, "type", "value"],
      [null, "type"],
      ["bye", "type"],
    ],
    badHex: [
      ["03", "tag", 0, "type"],
      ["ff 08", "truncated", 1, "value"],
      ["02 00", "trailing", 1],
    ],
    cuts: [
      [0, "type", 0],
      [1, "version", 1],
      [3, "name", 3],
    ],
  });
});

describe("tags of every kind", () => {
  facts(union("t", u16le, { a: [0x0102, struct({ n: u8 })], b: [3, struct({})] }), {
    ok: [
      [{ t: "a", n: 7 }, "0201 07"],
      [{ t: "b" }, "0300"],
    ],
    cuts: [[1, "t", 0]],
  });
  facts(union("t", i8, { minus: [-1, struct({})], plus: [1, u8] }), {
    ok: [
      [{ t: "minus" }, "ff"],
      [{ t: "plus", value: 3 }, "01 03"],
    ],
  });
  facts(union("t", u64, { big: [2n ** 63n, struct({})], one: [1n, struct({})] }), {
    ok: [
      [{ t: "big" }, "8000000000000000"],
      [{ t: "one" }, "0000000000000001"],
    ],
    badHex: [["0000000000000002", "tag", 0, "t"]],
  });
  facts(union("op", string(4, "ascii"), { get: ["GET ", string(rest)], put: ["PUT ", struct({ n: u8 })] }), {
    ok: [[{ op: "put", n: 7 }, "50555420 07"]],
    badHex: [["50555421 07", "tag", 0, "op"]],
  });
  facts(union("op", string(until(" ")), { get: ["GET", struct({ n: u8 })], delete: ["DELETE", struct({})] }), {
    ok: [
      [{ op: "get", n: 7 }, "47455420 07"],
      [{ op: "delete" }, "44454c45544520"],
    ],
    badHex: [["4720", "tag", 0, "op"]],
  });
  facts(union("t", decimal(2), { one: [1, struct({})], ten: [10, u8] }), {
    ok: [
      [{ t: "one" }, "3031"],
      [{ t: "ten", value: 5 }, "3130 05"],
    ],
    badHex: [
      ["3031 30", "trailing", 2],
      ["3939", "tag", 0, "t"],
      ["3a31", "digits", 0, "t"],
    ],
  });
  facts(union("t", decimal(until(":")), { one: [1, u8], big: [1000, u8] }), {
    ok: [
      [{ t: "one", value: 5 }, "313a 05"],
      [{ t: "big", value: 5 }, "313030303a 05"],
    ],
  });
  facts(union("t", uleb128, { one: [1, u8], big: [300, u8] }), {
    ok: [
      [{ t: "one", value: 5 }, "01 05"],
      [{ t: "big", value: 5 }, "ac02 05"],
    ],
    badHex: [
      ["8100 05", "varint", 0, "t"],
      ["02 05", "tag", 0, "t"],
    ],
    cuts: [[1, "value", 1]],
  });
  facts(union("t", enumeration(u8, { yes: 1, no: 2 }), { a: ["yes", u8], b: ["no", struct({})] }), {
    ok: [
      [{ t: "a", value: 5 }, "01 05"],
      [{ t: "b" }, "02"],
    ],
    badHex: [["03", "value", 0, "t"]],
  });
});

describe("a tag of some bits", () => {
  const Packet = union("kind", bits(4), {
    connect: [1, struct({ reserved: reserved(bits(4)), n: u8 })],
    publish: [3, struct({ dup: bits(1), qos: bits(2), retain: bits(1), topic: string(u8) })],
    only: [7, bits(4)],
  });
  facts(Packet, {
    ok: [
      [{ kind: "connect", n: 9 }, "10 09"],
      [{ kind: "publish", dup: 1, qos: 2, retain: 0, topic: "a" }, "3c 0161"],
      [{ kind: "only", value: 15 }, "7f"],
    ],
    badHex: [
      ["20 09", "tag", 0, "kind"],
      ["11 09", "constant", 0, "reserved"],
    ],
    badValues: [[{ kind: "publish", dup: 1, qos: 4, retain: 0, topic: "a" }, "range", "qos"]],
  });
  facts(
    union("kind", bits(2), {
      a: [0, struct({ x: bits(6) })],
      b: [1, struct({ y: bits(3), z: bits(3) })],
      c: [2, struct({ long: bits(14) })],
    }),
    {
      ok: [
        [{ kind: "a", x: 63 }, "3f"],
        [{ kind: "b", y: 1, z: 2 }, "4a"],
        [{ kind: "c", long: 0x1234 }, "9234"],
      ],
      badHex: [["c0", "tag", 0, "kind"]],
    },
  );
  describe("least significant first", () => {
    const lsb = { bitOrder: "lsb", endian: "little" } as const;
    facts(union("kind", bits(2), { a: [1, struct({ x: bits(6) }, lsb)], b: [2, struct({ y: bits(6) }, lsb)] }), {
      ok: [
        [{ kind: "a", x: 3 }, "0d"],
        [{ kind: "b", y: 63 }, "fe"],
      ],
    });
  });
  it("must lie in the same place in every variant", () => {
    const define = () =>
      compileHere(
        union("kind", bits(4), {
          a: [1, struct({ x: bits(4) })],
          b: [2, struct({ y: bits(4) }, { bitOrder: "lsb" })],
        }),
      );
    expect(failureOf(define)).toMatchObject({ name: "SchemaError", code: "bits" });
  });
});

describe("a variant with many tags", () => {
  const Value = union("type", u8, {
    small: [range(0x00, 0x7f), struct({})],
    text: [range(0xa0, 0xbf), string(field("tag").minus(0xa0))],
    list: [range(0x90, 0x9f), array(u8, field("tag").minus(0x90))],
    nil: [0xc0, struct({})],
    wide: [range(0xd0, 0xd1), struct({ n: u16 })],
  });
  facts(Value, {
    ok: [
      [{ type: "small", tag: 0 }, "00"],
      [{ type: "small", tag: 0x7f }, "7f"],
      [{ type: "text", tag: 0xa2, value: "ab" }, "a2 6162"],
      [{ type: "list", tag: 0x91, value: [5] }, "91 05"],
      [{ type: "nil" }, "c0"],
      [{ type: "wide", tag: 0xd1, n: 7 }, "d1 0007"],
    ],
    encodes: [[{ type: "list", value: [5, 6] }, "92 0506"]],
    badValues: [
      [{ type: "small" }, "missing", "tag"],
      [{ type: "small", tag: 0x80 }, "range", "tag"],
      [{ type: "small", tag: -1 }, "range", "tag"],
      [{ type: "small", tag: 0.5 }, "range", "tag"],
      [{ type: "small", tag: "0" }, "type", "tag"],
      [{ type: "list", value: new Array(16).fill(0) }, "range", "tag"],
      [{ type: "text", tag: 0xa1, value: "ab" }, "mismatch", "tag"],
    ],
    badHex: [
      ["c1", "tag", 0, "type"],
      ["a2 61", "truncated", 1, "value"],
      ["d0 00", "truncated", 1, "n"],
    ],
  });
});

describe("variants of every kind", () => {
  facts(
    union("t", u8, {
      none: [0, magic("x")],
      pad: [1, padding(2)],
      const: [2, constant(u8, 9)],
      inner: [3, union("of", u8, { a: [1, u8], b: [2, struct({ t2: u8 })] })],
      many: [4, array(union("of", u8, { a: [1, u8] }), u8)],
      checked: [5, check(u8, (n) => n !== 7, "not seven")],
    }),
    {
      ok: [
        [{ t: "none" }, "00 78"],
        [{ t: "pad" }, "01 0000"],
        [{ t: "const", value: 9 }, "02 09"],
        [{ t: "inner", value: { of: "a", value: 5 } }, "03 01 05"],
        [{ t: "inner", value: { of: "b", t2: 5 } }, "03 02 05"],
        [{ t: "many", value: [{ of: "a", value: 1 }] }, "04 01 01 01"],
        [{ t: "checked", value: 6 }, "05 06"],
      ],
      badHex: [
        ["00 79", "constant", 1, "value"],
        ["03 03", "tag", 1, "value.of"],
        ["04 01 02", "tag", 2, "value[0].of"],
        ["05 07", "rejected", 1, "value"],
      ],
      badValues: [
        [{ t: "const", value: 8 }, "mismatch", "value"],
        [{ t: "inner", value: { of: "c" } }, "range", "value.of"],
        [{ t: "checked", value: 7 }, "rejected", "value"],
      ],
    },
  );
  describe("with fields that depend on each other and on fields outside", () => {
    const Body = union("t", u8, {
      counted: [1, struct({ n: u8, items: array(u8, field("n")), extra: when(field("../flag"), u8) })],
      sized: [2, bytes(field("../length"))],
    });
    facts(struct({ flag: u8, length: u8, body: Body }), {
      ok: [
        [{ flag: 1, length: 0, body: { t: "counted", n: 2, items: [5, 6], extra: 7 } }, "01 00 01 02 0506 07"],
        [{ flag: 0, length: 0, body: { t: "counted", n: 0, items: [] } }, "00 00 01 00"],
        [{ flag: 0, length: 1, body: { t: "sized", value: Uint8Array.of(5) } }, "00 01 02 05"],
      ],
      encodes: [[{ flag: 0, body: { t: "sized", value: Uint8Array.of(5) } }, "00 01 02 05"]],
      badValues: [
        [{ flag: 0, body: { t: "counted", items: [] } }, "missing", "length"],
        [{ flag: 1, length: 0, body: { t: "counted", items: [] } }, "missing", "body.extra"],
      ],
      badHex: [["01 00 01 02 05", "truncated", 5, "body.items[1]"]],
    });
  });
});

describe("what cannot be a union", () => {
  const U = (variants: unknown, tag: unknown = u8, name = "t") => union(name, tag as never, variants as never);
  it.each([
    ["the same tag twice", () => U({ a: [1, struct({})], b: [1, struct({})] }), "duplicate", "b"],
    ["the same bigint twice", () => U({ a: [1n, struct({})], b: [1n, struct({})] }, u64), "duplicate", "b"],
    ["a tag inside of a range", () => U({ a: [range(0, 9), struct({})], b: [5, struct({})] }), "duplicate", "b"],
    ["a range around a tag", () => U({ a: [5, struct({})], b: [range(0, 9), struct({})] }), "duplicate", "a"],
    ["ranges that overlap", () => U({ a: [range(0, 5), u8], b: [range(5, 9), u8] }), "duplicate", "b"],
    ["a tag that does not fit", () => U({ a: [256, struct({})] }), "argument", "a"],
    ["a tag of another type", () => U({ a: ["x", struct({})] }), "argument", "a"],
    ["a fraction", () => U({ a: [1.5, struct({})] }), "argument", "a"],
    ["a tag of more bits than there are", () => U({ a: [4, struct({ x: bits(6) })] }, bits(2)), "argument", "a"],
    ["a range that does not fit", () => U({ a: [range(0, 256), struct({})] }), "argument", "a"],
    ["a field called as the tag", () => U({ a: [1, struct({ t: u8 })] }), "name", "a"],
    ["a field called tag beside a range", () => U({ a: [range(0, 1), struct({ tag: u8 })] }), "name", "a"],
    ["a tag called __proto__", () => U({ a: [1, struct({})] }, u8, "__proto__"), "name", "a.__proto__"],
    ["a tag called 7", () => U({ a: [1, struct({})] }, u8, "7"), "name", 'a["7"]'],
    ["bytes as a tag", () => U({ a: [Uint8Array.of(1, 2), u8] }, bytes(2)), "argument", "a"],
    ["nothing as a tag", () => U({ a: [undefined, u8] }), "argument", "a"],
    ["null as a tag", () => U({ a: [null, u8] }), "argument", "a"],
    ["no variants", () => U({}), "argument", ""],
    ["a variant without a tag", () => U({ a: struct({}) }), "argument", "a"],
    ["a variant without a schema", () => U({ a: [1] }), "argument", "a"],
    ["no schema for the tag", () => union("t", 5 as never, { a: [1, u8] } as never), "argument", ""],
    ["bits that do not end on a byte", () => U({ a: [1, struct({ x: bits(3) })] }, bits(4)), "bits", "a"],
    ["a reference to a field that is not there", () => U({ a: [1, bytes(field("n"))] }), "reference", "a.value"],
    ["a range the wrong way round", () => range(5, 4), "argument", ""],
  ])("%s", (_, define, code, path) => {
    expect(failureOf(define)).toMatchObject({ name: "SchemaError", code, path });
  });
});

it("says what a tag may be", () => {
  const define = () => union("t", bytes(2), { a: [Uint8Array.of(1, 2) as never, struct({})] });
  expect(failureOf(define).message).toBe(
    "a: has a tag that is 2 bytes 01 02; a tag is a number, text, a boolean or range(from, to)",
  );
});

it.each([
  ["struct", union("t", u8, { a: [1, Hello] }), { t: "a", version: 1, name: "x" }, "01 01 0178"],
  ["range", union("t", u8, { a: [range(1, 2), struct({})] }), { t: "a", tag: 2 }, "02"],
  ["varint", union("t", uleb128, { a: [300, u8] }), { t: "a", value: 1 }, "ac02 01"],
  ["text", union("t", string(until(" ")), { a: ["GET", u8] }), { t: "a", value: 1 }, "47455420 01"],
  ["bits", union("t", bits(4), { a: [1, bits(4)] }), { t: "a", value: 1 }, "11"],
])("a union by %s is read and written in one go", (_, schema, value, hex) => expectOneGo(schema, value, hex));
