import {
  array,
  bits,
  bool,
  bytes,
  enumeration,
  f32,
  field,
  flag,
  i8,
  magic,
  nullable,
  padding,
  rest,
  string,
  struct,
  u8,
  u16,
  u32,
  u48,
  u64,
  when,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { expectOneGo } from "./support/calls.ts";
import { facts, failureOf } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";

describe("a field that is there only sometimes", () => {
  facts(struct({ on: u8, x: when(field("on"), u16), z: u8 }), {
    ok: [
      [{ on: 0, z: 9 }, "00 09"],
      [{ on: 1, x: 5, z: 9 }, "01 0005 09"],
      [{ on: 255, x: 0, z: 9 }, "ff 0000 09"],
    ],
    encodes: [[{ on: 0, x: undefined, z: 9 }, "00 09"]],
    badValues: [
      [{ on: 0, x: 5, z: 9 }, "unexpected", "x"],
      [{ on: 0, x: null, z: 9 }, "unexpected", "x"],
      [{ on: 1, z: 9 }, "missing", "x"],
      [{ on: 1, x: undefined, z: 9 }, "missing", "x"],
      [{ on: 1, x: null, z: 9 }, "type", "x"],
    ],
    cuts: [[1, "z", 1]],
    badHex: [["01 00", "truncated", 1, "x"]],
  });

  it("has no key when it is not there", () => {
    const codec = compileHere(struct({ on: u8, x: when(field("on"), u8), y: when(field("on").is(2), u8), z: u8 }));
    expect(Object.keys(codec.decode(Uint8Array.of(0, 9)))).toEqual(["on", "z"]);
    expect(Object.keys(codec.decode(Uint8Array.of(1, 5, 9)))).toEqual(["on", "x", "z"]);
    expect(Object.keys(codec.decode(Uint8Array.of(2, 5, 6, 9)))).toEqual(["on", "x", "y", "z"]);
  });

  it("keeps the order of keys among many that may be absent", () => {
    const names = ["a", "b", "c", "d", "e"];
    const fields = Object.fromEntries(names.map((name, i) => [name, when(field("set").has(1 << i), u8)]));
    const codec = compileHere(struct({ set: u8, ...fields, end: u8 } as never)) as unknown as {
      decode(bytes: Uint8Array): object;
      encode(value: object): Uint8Array;
    };
    for (let set = 0; set < 32; set++) {
      const present = names.filter((_, i) => set & (1 << i));
      const bytes = Uint8Array.of(set, ...present.map((name) => name.charCodeAt(0)), 9);
      const value = codec.decode(bytes);
      expect(Object.keys(value)).toEqual(["set", ...present, "end"]);
      expect(codec.encode(value)).toEqual(bytes);
    }
  });
});

describe("every way to ask", () => {
  const asked = (condition: Parameters<typeof when>[0], number = u8 as never) =>
    struct({ n: number, x: when(condition as never, u8) } as never);
  facts(asked(field("n").is(3)), {
    ok: [
      [{ n: 3, x: 1 }, "03 01"],
      [{ n: 2 }, "02"],
    ],
  });
  facts(asked(field("n").isNot(3)), {
    ok: [
      [{ n: 2, x: 1 }, "02 01"],
      [{ n: 3 }, "03"],
    ],
  });
  facts(asked(field("n").atLeast(3)), {
    ok: [
      [{ n: 3, x: 1 }, "03 01"],
      [{ n: 2 }, "02"],
    ],
  });
  facts(asked(field("n").atMost(3)), {
    ok: [
      [{ n: 3, x: 1 }, "03 01"],
      [{ n: 4 }, "04"],
    ],
  });
  facts(asked(field("n").has(0x81)), {
    ok: [
      [{ n: 0x83, x: 1 }, "83 01"],
      [{ n: 0x80 }, "80"],
      [{ n: 1 }, "01"],
    ],
  });
  facts(asked(field("n").minus(2).is(1)), {
    ok: [
      [{ n: 3, x: 1 }, "03 01"],
      [{ n: 1 }, "01"],
    ],
  });
  facts(asked(field("n").times(2).plus(1).atLeast(7)), {
    ok: [
      [{ n: 3, x: 1 }, "03 01"],
      [{ n: 2 }, "02"],
    ],
  });
  facts(asked(field("n").minus(2)), {
    ok: [
      [{ n: 3, x: 1 }, "03 01"],
      [{ n: 2 }, "02"],
    ],
  });
  facts(asked(field("n").is(-1), i8 as never), {
    ok: [
      [{ n: -1, x: 1 }, "ff 01"],
      [{ n: 1 }, "01"],
    ],
  });
  facts(asked(field("n").has(0x80000000), u32 as never), {
    ok: [
      [{ n: 0x80000001, x: 1 }, "80000001 01"],
      [{ n: 0x7fffffff }, "7fffffff"],
    ],
  });
  facts(asked(field("n").has(0x100000001), u48 as never), {
    ok: [
      [{ n: 0x100000001, x: 1 }, "000100000001 01"],
      [{ n: 1 }, "000000000001"],
      [{ n: 0x100000000 }, "000100000000"],
    ],
  });
  describe("a bigint", () => {
    const one = "0000000000000001";
    facts(asked(field("n"), u64 as never), {
      ok: [
        [{ n: 1n, x: 1 }, `${one} 01`],
        [{ n: 0n }, "00".repeat(8)],
      ],
    });
    facts(asked(field("n").is(1n), u64 as never), {
      ok: [
        [{ n: 1n, x: 1 }, `${one} 01`],
        [{ n: 0n }, "00".repeat(8)],
      ],
    });
    facts(asked(field("n").is(1), u64 as never), {
      ok: [
        [{ n: 1n, x: 1 }, `${one} 01`],
        [{ n: 0n }, "00".repeat(8)],
      ],
    });
    facts(asked(field("n").isNot(1), u64 as never), {
      ok: [
        [{ n: 0n, x: 1 }, `${"00".repeat(8)} 01`],
        [{ n: 1n }, one],
      ],
    });
    facts(asked(field("n").atLeast(1), u64 as never), {
      ok: [
        [{ n: 1n, x: 1 }, `${one} 01`],
        [{ n: 0n }, "00".repeat(8)],
      ],
    });
    facts(asked(field("n").atMost(0n), u64 as never), {
      ok: [
        [{ n: 0n, x: 1 }, `${"00".repeat(8)} 01`],
        [{ n: 1n }, one],
      ],
    });
    facts(asked(field("n").has(1), u64 as never), {
      ok: [
        [{ n: 2n ** 63n + 1n, x: 1 }, "8000000000000001 01"],
        [{ n: 2n ** 63n }, "8000000000000000"],
      ],
    });
    facts(asked(field("n").plus(1).is(2), u64 as never), {
      ok: [
        [{ n: 1n, x: 1 }, `${one} 01`],
        [{ n: 0n }, "00".repeat(8)],
      ],
    });
  });
  facts(struct({ kind: enumeration(u8, { none: 0, some: 1 }), x: when(field("kind").is("some"), u8) }), {
    ok: [
      [{ kind: "some", x: 1 }, "01 01"],
      [{ kind: "none" }, "00"],
    ],
  });
  facts(struct({ on: bool, x: when(field("on"), u8), y: when(field("on").is(false), u8) }), {
    ok: [
      [{ on: true, x: 1 }, "01 01"],
      [{ on: false, y: 2 }, "00 02"],
    ],
  });
  facts(struct({ a: flag, n: bits(7), x: when(field("a"), u8) }), {
    ok: [
      [{ a: true, n: 1, x: 5 }, "81 05"],
      [{ a: false, n: 1 }, "01"],
    ],
  });
  facts(struct({ f: f32, x: when(field("f").atLeast(1.5), u8) }), {
    ok: [
      [{ f: 1.5, x: 1 }, "3fc00000 01"],
      [{ f: 1 }, "3f800000"],
    ],
  });
  facts(struct({ s: string(nullable(i8)), x: when(field("s").isNot(null), u8) }), {
    ok: [
      [{ s: "", x: 1 }, "00 01"],
      [{ s: null }, "ff"],
    ],
  });
});

describe("conditions joined", () => {
  facts(struct({ a: u8, b: u8, x: when(field("a").is(1).and(field("b")), u8) }), {
    ok: [
      [{ a: 1, b: 1, x: 5 }, "01 01 05"],
      [{ a: 1, b: 0 }, "01 00"],
      [{ a: 2, b: 1 }, "02 01"],
    ],
  });
  facts(struct({ a: u8, b: u8, x: when(field("a").is(1).or(field("b").is(1)), u8) }), {
    ok: [
      [{ a: 1, b: 0, x: 5 }, "01 00 05"],
      [{ a: 0, b: 1, x: 5 }, "00 01 05"],
      [{ a: 0, b: 0 }, "00 00"],
    ],
  });
  facts(struct({ a: u8, b: u8, c: u8, x: when(field("a").is(1).or(field("b").is(1)).and(field("c").is(1)), u8) }), {
    ok: [
      [{ a: 1, b: 0, c: 1, x: 5 }, "01 00 01 05"],
      [{ a: 1, b: 0, c: 0 }, "01 00 00"],
      [{ a: 0, b: 0, c: 1 }, "00 00 01"],
    ],
  });
});

describe("what stands under a condition", () => {
  facts(struct({ on: u8, x: when(field("on"), struct({ n: u8, items: array(u8, field("n")) })) }), {
    ok: [
      [{ on: 1, x: { n: 2, items: [5, 6] } }, "01 02 0506"],
      [{ on: 0 }, "00"],
    ],
    badValues: [[{ on: 1, x: { items: [300] } }, "range", "x.items[0]"]],
    badHex: [["01 02 05", "truncated", 3, "x.items[1]"]],
  });
  facts(struct({ on: u8, x: when(field("on"), padding(2)), y: when(field("on"), magic("!")), z: u8 }), {
    ok: [
      [{ on: 1, z: 9 }, "01 0000 21 09"],
      [{ on: 0, z: 9 }, "00 09"],
    ],
    badHex: [["01 0001 21 09", "constant", 1, "x"]],
  });
  // What nothing tells must be given, and may be anything.
  facts(struct({ on: u8, n: u8, x: when(field("on"), bytes(field("n"))) }), {
    ok: [
      [{ on: 1, n: 1, x: Uint8Array.of(5) }, "01 01 05"],
      [{ on: 0, n: 5 }, "00 05"],
    ],
    encodes: [[{ on: 1, x: Uint8Array.of(5) }, "01 01 05"]],
    badValues: [[{ on: 0 }, "missing", "n"]],
  });
  facts(struct({ a: u8, b: when(field("a"), u8), c: when(field("b"), u8) }), {
    ok: [
      [{ a: 0 }, "00"],
      [{ a: 1, b: 0 }, "01 00"],
      [{ a: 1, b: 1, c: 1 }, "01 01 01"],
    ],
  });
  facts(struct({ on: u8, x: when(field("on"), bytes(rest)) }), {
    ok: [
      [{ on: 0 }, "00"],
      [{ on: 1, x: Uint8Array.of(5) }, "01 05"],
    ],
    open: true,
  });
  facts(
    struct({
      on: u8,
      x: struct({ y: when(field("../on"), u8) }),
      list: array(struct({ z: when(field("../on"), u8) }), 2),
    }),
    {
      ok: [
        [{ on: 1, x: { y: 5 }, list: [{ z: 6 }, { z: 7 }] }, "01 05 06 07"],
        [{ on: 0, x: {}, list: [{}, {}] }, "00"],
      ],
    },
  );
});

describe("what cannot be a condition", () => {
  const asked = (condition: unknown, n: unknown = u8) => struct({ n, x: when(condition as never, u8) } as never);
  it.each([
    ["a word", () => when("n" as never, u8), "argument", ""],
    ["a function", () => when((() => true) as never, u8), "argument", ""],
    ["no schema", () => when(field("n"), 5 as never), "argument", ""],
    ["over some bits", () => when(field("n"), bits(3)), "bits", ""],
    ["on a later field", () => struct({ x: when(field("n"), u8), n: u8 } as never), "reference", "x"],
    ["on itself", () => struct({ x: when(field("x"), u8) } as never), "reference", "x"],
    ["on a field that is not there", () => asked(field("m")), "reference", "x"],
    ["joined with one that is not there", () => asked(field("n").is(1).and(field("m"))), "reference", "x"],
    ["on padding", () => asked(field("n"), padding(1)), "reference", "x"],
    ["a number that is a word", () => asked(field("n").is("1")), "argument", "x"],
    ["a number that is a truth", () => asked(field("n").is(true)), "argument", "x"],
    ["a number that is a fraction", () => asked(field("n").is(1.5)), "argument", "x"],
    ["a mask of a fraction", () => asked(field("n").has(0.5)), "argument", "x"],
    ["a mask of nothing", () => asked(field("n").has(0)), "argument", "x"],
    ["a mask over a word", () => asked(field("n").has(1), string(u8)), "argument", "x"],
    ["at least a word", () => asked(field("n").atLeast("a" as never), string(u8)), "argument", "x"],
    ["greedy and followed by a field", () => struct({ n: u8, x: when(field("n"), bytes(rest)), y: u8 }), "end", "x"],
  ])("%s", (_, define, code, path) => {
    expect(failureOf(() => compileHere(define() as never))).toMatchObject({ name: "SchemaError", code, path });
  });
});

it("a condition is read and written in one go", () => {
  expectOneGo(struct({ on: u8, x: when(field("on"), u16) }), { on: 1, x: 5 }, "01 0005");
  expectOneGo(struct({ on: u8, x: when(field("on"), u16) }), { on: 0 }, "00");
  expectOneGo(
    struct({ n: u64, x: when(field("n").has(1).or(field("n").is(2)), u8) }),
    { n: 2n, x: 1 },
    "0000000000000002 01",
  );
});
