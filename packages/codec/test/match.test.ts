import {
  array,
  at,
  bits,
  bool,
  bytes,
  check,
  constant,
  enumeration,
  f64,
  field,
  flag,
  i8,
  magic,
  map,
  match,
  padding,
  rest,
  sized,
  string,
  struct,
  u8,
  u16,
  u64,
  union,
  until,
  when,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { expectOneGo } from "./support/calls.ts";
import { facts, failureOf } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";

describe("a tag among the earlier fields", () => {
  const Body = match(field("type"), { 1: struct({ n: u8 }), 2: string(u8) });
  facts(struct({ type: u8, flags: u8, body: Body }), {
    ok: [
      [{ type: 1, flags: 9, body: { n: 5 } }, "01 09 05"],
      [{ type: 2, flags: 9, body: "ab" }, "02 09 026162"],
    ],
    badValues: [
      [{ type: 3, flags: 9, body: "ab" }, "range", "body"],
      [{ type: 1, flags: 9, body: "ab" }, "type", "body"],
      [{ type: 1, flags: 9 }, "missing", "body"],
      [{ flags: 9, body: "ab" }, "missing", "type"],
      [{ type: 1, flags: 9, body: {} }, "missing", "body.n"],
    ],
    badHex: [
      ["03 09 00", "tag", 2, "body"],
      ["01 09", "truncated", 2, "body.n"],
      ["01 09 05 00", "trailing", 3],
    ],
  });
});

describe("tags of every kind", () => {
  facts(
    struct({ type: enumeration(u8, { text: 1, raw: 2 }), body: match(field("type"), { text: string(u8), raw: u16 }) }),
    {
      ok: [
        [{ type: "text", body: "a" }, "01 0161"],
        [{ type: "raw", body: 7 }, "02 0007"],
      ],
      badHex: [["03", "value", 0, "type"]],
    },
  );
  facts(
    struct({ verb: string(until(" ")), body: match(field("verb"), { GET: struct({}), "": u8, constructor: u16 }) }),
    {
      ok: [
        [{ verb: "GET", body: {} }, "47455420"],
        [{ verb: "", body: 7 }, "20 07"],
        [{ verb: "constructor", body: 7 }, "636f6e7374727563746f7220 0007"],
      ],
      badHex: [["746f537472696e6720", "tag", 9, "body"]],
    },
  );
  facts(struct({ id: u64, body: match(field("id"), { 1: u8, "18446744073709551615": u16 }) }), {
    ok: [
      [{ id: 1n, body: 7 }, "0000000000000001 07"],
      [{ id: 2n ** 64n - 1n, body: 7 }, "ffffffffffffffff 0007"],
    ],
    badHex: [["0000000000000002 07", "tag", 8, "body"]],
  });
  facts(struct({ on: bool, body: match(field("on"), { true: u8, false: u16 }) }), {
    ok: [
      [{ on: true, body: 7 }, "01 07"],
      [{ on: false, body: 7 }, "00 0007"],
    ],
  });
  facts(struct({ on: flag, kind: bits(7), body: match(field("kind"), { 1: u8, 127: u16 }) }), {
    ok: [[{ on: true, kind: 127, body: 7 }, "ff 0007"]],
  });
  facts(struct({ n: i8, body: match(field("n"), { "-1": u8, 0: u16 }) }), {
    ok: [
      [{ n: -1, body: 7 }, "ff 07"],
      [{ n: 0, body: 7 }, "00 0007"],
    ],
  });
  // What a function made of it may be a number too.
  const fromOne = map(u8, { decode: (n) => n + 1, encode: (n: number) => n - 1 });
  facts(struct({ n: fromOne, body: match(field("n"), { 1: u8, 2: u16 }) }), {
    ok: [
      [{ n: 1, body: 7 }, "00 07"],
      [{ n: 2, body: 7 }, "01 0007"],
    ],
    badHex: [["02 07", "tag", 1, "body"]],
  });
  const big = map(u8, { decode: (n) => BigInt(n), encode: (n: bigint) => Number(n) });
  facts(struct({ n: big, body: match(field("n"), { 1: u8 }, u16) }), {
    ok: [
      [{ n: 1n, body: 7 }, "01 07"],
      [{ n: 2n, body: 7 }, "02 0007"],
    ],
  });
  facts(struct({ digit: string(1), body: match(field("digit"), { 1: u8, 2: u16 }) }), {
    ok: [[{ digit: "2", body: 7 }, "32 0007"]],
  });
  facts(struct({ kind: constant(u8, 2), body: match(field("kind"), { 1: u16, 2: u8 }) }), {
    ok: [[{ kind: 2, body: 7 }, "02 07"]],
    encodes: [[{ body: 7 }, "02 07"]],
  });
});

it("a tag that lies elsewhere: a byte looked at before it is read", () => {
  const schema = struct({ first: at(0, u8), line: match(field("first"), { 60: string(until("\n")) }, string(u8)) });
  const codec = compileHere(schema);
  expect(codec.decode(Uint8Array.of(60, 97, 10))).toEqual({ first: 60, line: "<a" });
  expect(codec.decode(Uint8Array.of(1, 97))).toEqual({ first: 1, line: "a" });
});

describe("numbers that are no plain integers", () => {
  const half = { decode: (n: number) => n / 2, encode: (n: number) => n * 2 };
  facts(
    struct({ k: enumeration(u8, { a: 1 }, { unknown: "pass" }), m: match(field("k"), { a: u8, 2: u16 }, bytes(rest)) }),
    {
      ok: [
        [{ k: "a", m: 5 }, "01 05"],
        [{ k: 2, m: 5 }, "02 0005"],
        [{ k: 3, m: Uint8Array.of(5) }, "03 05"],
      ],
      open: true,
    },
  );
  facts(struct({ k: map(u8, half), m: match(field("k"), { 1: u8, 1.5: u16 }) }), {
    ok: [
      [{ k: 1, m: 5 }, "02 05"],
      [{ k: 1.5, m: 5 }, "03 0005"],
    ],
    badHex: [["04 05", "tag", 1, "m"]],
  });
  facts(struct({ k: map(u8, { decode: BigInt, encode: Number }), m: match(field("k"), { 2: u16 }) }), {
    ok: [[{ k: 2n, m: 5 }, "02 0005"]],
  });
  facts(struct({ k: f64, m: match(field("k"), { 2: u8, "-0.5": u16 }) }), {
    ok: [
      [{ k: 2, m: 5 }, "4000000000000000 05"],
      [{ k: -0.5, m: 5 }, "bfe0000000000000 0005"],
    ],
    badHex: [["7ff8000000000000 05", "tag", 8, "m"]],
  });
  facts(struct({ n: u8, k: string(field("n")), m: match(field("k"), { 1: u8, true: u16 }) }), {
    ok: [
      [{ n: 1, k: "1", m: 5 }, "01 31 05"],
      [{ n: 4, k: "true", m: 5 }, "04 74727565 0005"],
    ],
  });
  facts(struct({ n: u8, k: when(field("n"), enumeration(u8, { a: 1 })), m: match(field("k"), { a: u16 }, u8) }), {
    ok: [
      [{ n: 1, k: "a", m: 5 }, "01 01 0005"],
      [{ n: 0, m: 5 }, "00 05"],
    ],
  });
});

describe("other tags", () => {
  facts(struct({ type: u8, length: u8, body: sized(field("length"), match(field("type"), { 1: u8 }, bytes(rest))) }), {
    ok: [
      [{ type: 1, length: 1, body: 7 }, "01 01 07"],
      [{ type: 9, length: 2, body: Uint8Array.of(5, 6) }, "09 02 0506"],
      [{ type: 9, length: 0, body: new Uint8Array(0) }, "09 00"],
    ],
    badHex: [
      ["01 02 0708", "length", 3, "body"],
      ["01 00", "truncated", 2, "body"],
    ],
    badValues: [[{ type: 9, length: 1, body: Uint8Array.of(5, 6) }, "mismatch", "length"]],
  });
});

describe("cases without a value, or with only one", () => {
  facts(struct({ t: u8, x: match(field("t"), { 0: padding(2), 1: u16, 2: constant(u8, 9), 3: magic("") }), z: u8 }), {
    ok: [
      [{ t: 0, z: 5 }, "00 0000 05"],
      [{ t: 1, x: 7, z: 5 }, "01 0007 05"],
      [{ t: 2, x: 9, z: 5 }, "02 09 05"],
      [{ t: 3, z: 5 }, "03 05"],
    ],
    badValues: [
      [{ t: 0, x: 1, z: 5 }, "unexpected", "x"],
      [{ t: 1, z: 5 }, "missing", "x"],
      [{ t: 2, x: 8, z: 5 }, "mismatch", "x"],
    ],
    badHex: [["00 0001 05", "constant", 1, "x"]],
  });
  facts(struct({ t: u8, x: match(field("t"), { 0: padding(1), 1: magic("!") }) }), {
    ok: [
      [{ t: 0 }, "00 00"],
      [{ t: 1 }, "01 21"],
    ],
  });
  facts(struct({ t: u8, on: u8, x: match(field("t"), { 0: when(field("on"), u8), 1: u16 }) }), {
    ok: [
      [{ t: 0, on: 0 }, "00 00"],
      [{ t: 0, on: 1, x: 5 }, "00 01 05"],
      [{ t: 1, on: 0, x: 5 }, "01 00 0005"],
    ],
  });
});

describe("a tag further out", () => {
  facts(struct({ type: u8, items: array(struct({ v: match(field("../type"), { 1: u8, 2: u16 }) }), u8) }), {
    ok: [
      [{ type: 1, items: [{ v: 5 }, { v: 6 }] }, "01 02 05 06"],
      [{ type: 2, items: [{ v: 5 }] }, "02 01 0005"],
    ],
  });
  facts(struct({ head: struct({ type: u8 }), v: match(field("head.type"), { 1: u8, 2: u16 }) }), {
    ok: [[{ head: { type: 2 }, v: 5 }, "02 0005"]],
  });
  facts(
    struct({
      type: u8,
      v: match(field("type"), { 1: union("t", u8, { a: [7, match(field("../type"), { 1: u8 })] }) }),
    }),
    {
      ok: [[{ type: 1, v: { t: "a", value: 5 } }, "01 07 05"]],
    },
  );
});

describe("what cannot be a match", () => {
  it.each([
    ["no cases", () => match(field("t"), {}), "argument", ""],
    ["a case without a schema", () => match(field("t"), { 1: 5 as never }), "argument", '["1"]'],
    ["arithmetic", () => match(field("t").plus(1), { 1: u8 }), "argument", ""],
    ["no reference", () => match("t" as never, { 1: u8 }), "argument", ""],
    ["a case that is no number", () => struct({ t: u8, x: match(field("t"), { one: u8 }) }), "argument", "x.one"],
    ["a case that is a fraction", () => struct({ t: u8, x: match(field("t"), { 1.5: u8 }) }), "argument", 'x["1.5"]'],
    [
      "the same number twice",
      () => struct({ t: u8, x: match(field("t"), { 1: u8, "01": u16 }) }),
      "duplicate",
      'x["01"]',
    ],
    [
      "one in hexadecimal",
      () => struct({ t: u64, x: match(field("t"), { 1: u8, "0x1": u16 }) }),
      "duplicate",
      'x["0x1"]',
    ],
    ["a case out of range", () => struct({ t: u8, x: match(field("t"), { 300: u8 }) }), "argument", 'x["300"]'],
    [
      "a name that there is not",
      () => struct({ t: enumeration(u8, { a: 1 }), x: match(field("t"), { b: u8 }) }),
      "argument",
      "x.b",
    ],
    ["a number for a boolean", () => struct({ t: bool, x: match(field("t"), { 1: u8 }) }), "argument", 'x["1"]'],
    ["a word for a boolean", () => struct({ t: bool, x: match(field("t"), { yes: u8 }) }), "argument", "x.yes"],
    ["text of another length", () => struct({ t: string(2), x: match(field("t"), { abc: u8 }) }), "argument", "x.abc"],
    [
      "what a check refuses",
      () => struct({ t: check(u8, (n) => n < 4, "must be small"), x: match(field("t"), { 4: u8 }) }),
      "argument",
      'x["4"]',
    ],
    ["a later tag", () => struct({ x: match(field("t"), { 1: u8 }), t: u8 } as never), "reference", "x"],
    ["a tag without a value", () => struct({ t: padding(1), x: match(field("t"), { 1: u8 }) }), "reference", "x"],
    [
      "cases that take all, followed by a field",
      () => struct({ t: u8, x: match(field("t"), { 1: bytes(rest) }), y: u8 }),
      "end",
      "x",
    ],
  ])("%s", (_, define, code, path) => {
    expect(failureOf(() => compileHere(define() as never))).toMatchObject({ name: "SchemaError", code, path });
  });
});

it("says why a case is never chosen, and what to do", () => {
  const of = (key: string) => struct({ t: u8, x: match(field("t"), { 1: u8, [key]: u16 }) });
  expect(failureOf(() => compileHere(of("300"))).message).toBe(
    'x["300"]: is never chosen, because "t" needs a whole number from 0 to 255; take the case out, or write a value that "t" can have',
  );
  expect(failureOf(() => compileHere(of("01"))).message).toBe(
    'x["01"]: is the same value of "t" as the case "1"; keep one',
  );
});

it("a match is read and written in one go", () => {
  expectOneGo(struct({ t: u8, x: match(field("t"), { 1: u8 }, u16) }), { t: 2, x: 5 }, "02 0005");
  expectOneGo(struct({ t: constant(u8, 1), x: match(field("t"), { 1: u8 }) }), { t: 1, x: 5 }, "01 05");
});
