import {
  type AnySchema,
  array,
  bytes,
  constant,
  decimal,
  field,
  i16,
  i32,
  i64,
  magic,
  nullable,
  rest,
  sized,
  string,
  struct,
  u8,
  u16,
  u32,
  u64,
  uleb128,
  until,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { expectOneGo } from "./support/calls.ts";
import { facts, failureOf } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";
import { fromHex, toHex } from "./support/shared-data.ts";

const Point = struct({ x: i16, y: i16 });

describe("elements by a number", () => {
  facts(array(u16, 3), {
    ok: [[[1, 2, 3], "0001 0002 0003"]],
    badValues: [
      [[1, 2], "length"],
      [[1, 2, 3, 4], "length"],
      [[1, 2, 65536], "range", "[2]"],
      [[1, "2", 3], "type", "[1]"],
      [null, "type"],
      [undefined, "type"],
      ["abc", "type"],
      [{ length: 3, 0: 1, 1: 2, 2: 3 }, "type"],
      [Uint16Array.of(1, 2, 3), "type"],
      [new Set([1, 2, 3]), "type"],
    ],
    badHex: [
      ["0001 0002 00", "truncated", 4, "[2]"],
      ["0001 0002 0003 00", "trailing", 6],
    ],
    cuts: [
      [0, "[0]", 0],
      [3, "[1]", 2],
    ],
  });
  facts(array(u8, 0), { ok: [[[], ""]] });
});

describe("elements by a prefix", () => {
  facts(array(Point, u16), {
    ok: [
      [[], "0000"],
      [[{ x: 1, y: -1 }], "0001 0001ffff"],
      [
        [
          { x: 0, y: 0 },
          { x: 256, y: 2 },
        ],
        "0002 00000000 01000002",
      ],
    ],
    badValues: [
      [[{ x: 1 }], "missing", "[0].y"],
      [
        [
          { x: 1, y: 2 },
          { x: 40000, y: 0 },
        ],
        "range",
        "[1].x",
      ],
      [[null], "type", "[0]"],
    ],
    badHex: [["0002 00010002 0003", "truncated", 8, "[1].y"]],
  });
  facts(array(u8, u64), {
    ok: [[[7], "0000000000000001 07"]],
    badHex: [
      ["ffffffffffffffff 00", "limit", 0],
      ["0000000000100001 00", "limit", 8],
    ],
  });
  facts(array(string(u8), uleb128), { ok: [[["", "ab"], "02 00 026162"]] });
  facts(array(u8, decimal(until(";"))), { ok: [[[1, 2], "323b 0102"]] });
  facts(array(u8, i32), { ok: [[[1], "00000001 01"]], badHex: [["ffffffff 01", "length", 0]] });
  facts(array(array(u8, u8), u8), { ok: [[[[1], [], [2, 3]], "03 01 01 00 02 0203"]] });

  it("refuses more elements than the prefix can count", () => {
    expect(failureOf(() => compileHere(array(u8, u8)).encode(new Array(256).fill(0)))).toMatchObject({
      code: "range",
      path: "",
    });
  });

  it("keeps holes and undefined out, and names the first", () => {
    // biome-ignore lint/suspicious/noSparseArray: that is what is tested
    const sparse = [1, , 3] as number[];
    expect(failureOf(() => compileHere(array(u8, u8)).encode(sparse))).toMatchObject({ code: "type", path: "[1]" });
    expect(failureOf(() => compileHere(array(Point, 1)).encode(new Array(1)))).toMatchObject({
      code: "type",
      path: "[0]",
    });
  });
});

describe("elements that may be null altogether", () => {
  facts(array(u8, nullable(i32)), {
    ok: [
      [null, "ffffffff"],
      [[], "00000000"],
      [[1, 2], "00000002 0102"],
    ],
    badHex: [["fffffffe", "length", 0]],
    badValues: [[undefined, "type"]],
  });
  facts(array(u8, nullable(i64)), {
    ok: [
      [null, "ffffffffffffffff"],
      [[1], "0000000000000001 01"],
    ],
  });
  facts(array(string(u8), nullable(u8, 255)), {
    ok: [
      [null, "ff"],
      [["a"], "01 0161"],
    ],
    badValues: [[new Array(255).fill(""), "length"]],
  });
});

describe("elements to the end", () => {
  facts(array(u16, rest), {
    ok: [
      [[], ""],
      [[1, 2], "0001 0002"],
    ],
    badHex: [["0001 00", "truncated", 2, "[1]"]],
    open: true,
  });
  describe("of a window of bytes", () => {
    facts(struct({ points: sized(u8, array(Point, rest)), after: u8 }), {
      ok: [
        [{ points: [], after: 9 }, "00 09"],
        [{ points: [{ x: 1, y: 2 }], after: 9 }, "04 00010002 09"],
      ],
      badHex: [["05 00010002 00 09", "truncated", 5, "points[1].x"]],
    });
    facts(sized(u16, array(string(u8), rest)), {
      ok: [[["a", "", "bc"], "0006 0161 00 026263"]],
      badHex: [["0002 0261", "truncated", 3, "[0]"]],
    });
  });
  it("cannot be without bytes, nor greedy", () => {
    expect(failureOf(() => array(struct({}), rest))).toMatchObject({ name: "SchemaError", code: "end" });
    expect(failureOf(() => array(bytes(rest), u8))).toMatchObject({ name: "SchemaError", code: "end" });
  });
});

describe("elements up to a delimiter", () => {
  facts(array(string(until(",")), until("\n")), {
    ok: [
      [[], "0a"],
      [["a", "", "b"], "612c 2c 622c 0a"],
    ],
    badValues: [
      [["\n"], "delimiter", "[0]"],
      [["a", "\nb"], "delimiter", "[1]"],
      [["a,b"], "delimiter", "[0]"],
    ],
    badHex: [["612c 62", "truncated", 2, "[1]"]],
  });
  facts(array(u16, until(Uint8Array.of(0xff, 0xff))), {
    ok: [[[1, 0xfffe], "0001 fffe ffff"]],
    badValues: [[[1, 0xffff], "delimiter", "[1]"]],
  });
  facts(array(u8, until(["\r\n", "\n"])), {
    ok: [[[1, 2], "0102 0d0a"]],
    decodes: [["0102 0a", [1, 2]]],
    badValues: [[[0x0a], "delimiter", "[0]"]],
  });
  facts(array(u8, until("\0", { orEnd: true })), {
    ok: [
      [[1, 2], "0102 00"],
      [[], "00"],
    ],
    decodes: [
      ["0102", [1, 2]],
      ["", []],
    ],
    open: true,
  });
  facts(array(u8, until("\0", { max: 3 })), {
    ok: [[[1, 2, 3], "010203 00"]],
    badValues: [[[1, 2, 3, 4], "length"]],
    badHex: [["01020304 00", "limit", 3, "[3]"]],
  });
});

describe("elements up to the one that is the last", () => {
  const Label = string(u8);
  facts(
    array(
      Label,
      until((label) => label === ""),
    ),
    {
      ok: [
        [[""], "00"],
        [["ab", "c", ""], "026162 0163 00"],
      ],
      badValues: [
        [[], "length"],
        [["ab"], "length"],
        [["", "a", ""], "length"],
      ],
      badHex: [["0161", "truncated", 2, "[1]"]],
    },
  );
  facts(
    array(
      u8,
      until((_, index) => index === 2),
    ),
    { ok: [[[0, 0, 0], "000000"]] },
  );
  facts(
    array(
      u8,
      until((n) => n === 0, { max: 2 }),
    ),
    {
      ok: [[[1, 0], "0100"]],
      badValues: [[[1, 2, 0], "length"]],
      badHex: [["010200", "limit", 2, "[2]"]],
    },
  );
  facts(
    sized(
      u8,
      array(
        u8,
        until((n) => n === 0, { orEnd: true }),
      ),
    ),
    {
      ok: [
        [[1, 0], "02 0100"],
        [[1, 2], "02 0102"],
        [[], "00"],
      ],
      badValues: [[[0, 1], "length"]],
    },
  );
  it("gives the function each element once, with its index, and takes what it throws for a refusal", () => {
    const seen: [unknown, number][] = [];
    const codec = compileHere(
      array(
        u8,
        until((n: number, index) => {
          seen.push([n, index]);
          if (n === 9) throw new Error("not nine");
          return n === 0;
        }),
      ),
    );
    expect(codec.decode(fromHex("050600"))).toEqual([5, 6, 0]);
    expect(seen).toEqual([
      [5, 0],
      [6, 1],
      [0, 2],
    ]);
    const decode = failureOf(() => codec.decode(fromHex("0509")));
    expect(decode).toMatchObject({ name: "DecodeError", code: "rejected", path: "[1]", offset: 1, actual: "not nine" });
    expect(failureOf(() => codec.encode([9, 0]))).toMatchObject({
      name: "EncodeError",
      code: "rejected",
      actual: "not nine",
    });
  });
});

describe("elements of every kind", () => {
  facts(array(constant(u8, 7), 2), { ok: [[[7, 7], "0707"]], badHex: [["0708", "constant", 1, "[1]"]] });
  facts(array(struct({ start: magic("x"), n: u8 }), u8), { ok: [[[{ n: 1 }, { n: 2 }], "02 7801 7802"]] });
  facts(struct({ n: u8, items: array(sized(u8, bytes(rest)), field("n")), z: u8 }), {
    ok: [[{ n: 2, items: [Uint8Array.of(1), new Uint8Array(0)], z: 9 }, "02 0101 00 09"]],
  });
});

describe("what costs more than it weighs", () => {
  const limits = { maxElements: 10 };
  it("elements without bytes are counted, by the million", () => {
    const codec = compileHere(array(struct({}), u32));
    expect(codec.decode(fromHex("00100000"))).toHaveLength(2 ** 20);
    expect(failureOf(() => codec.decode(fromHex("00100001")))).toMatchObject({
      code: "limit",
      path: "",
      offset: 4,
      actual: "1048577 announced",
    });
    expect(failureOf(() => codec.decode(fromHex("ffffffff")))).toMatchObject({ code: "limit", path: "" });
    expect(failureOf(() => codec.encode(new Array(2 ** 20 + 1).fill({})))).toMatchObject({ code: "limit" });
  });

  it("nested elements without bytes share one count", () => {
    const codec = compileHere(array(array(struct({}), u8), u8), { limits });
    expect(codec.decode(fromHex("020404"))).toEqual([
      [{}, {}, {}, {}],
      [{}, {}, {}, {}],
    ]);
    expect(failureOf(() => codec.decode(fromHex("020405")))).toMatchObject({ code: "limit", path: "[1]", offset: 3 });
    expect(
      failureOf(() =>
        codec.encode([
          [{}, {}, {}, {}],
          [{}, {}, {}, {}, {}],
        ]),
      ),
    ).toMatchObject({
      code: "limit",
      path: "[1]",
    });
  });

  it("the count starts anew with each message", () => {
    const codec = compileHere(array(u8, u8), { limits });
    for (let i = 0; i < 3; i++) {
      expect(codec.decode(fromHex("0a01010101010101010101"))).toHaveLength(10);
      expect(codec.encode(new Array(10).fill(1))).toHaveLength(11);
      expect(failureOf(() => codec.decode(fromHex("0b0101010101010101010101")))).toMatchObject({ code: "limit" });
    }
  });

  it.each([
    ["u8", array(u8, u32)],
    ["strings", array(string(u8), u32)],
    ["structs", array(Point, u32)],
    ["arrays", array(array(u8, u8), u32)],
    ["windows", array(sized(u8, array(u8, rest)), u32)],
  ])("a count of 2^32-1 %s is refused before there is room for them, whether bytes are there or not", (_, schema) => {
    for (const limits of [{}, { maxElements: 2 ** 32 }]) {
      const codec = compileHere(schema as never, { limits });
      const before = process.memoryUsage().heapUsed;
      expect(failureOf(() => codec.decode(fromHex("ffffffff")))).toMatchObject({ name: "DecodeError", code: "limit" });
      expect(failureOf(() => codec.decode(fromHex(`ffffffff${"00".repeat(64)}`)))).toMatchObject({ code: "limit" });
      expect(failureOf(() => codec.read(fromHex("ffffffff")))).toMatchObject({ code: "limit" });
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(16 * 2 ** 20);
    }
  });

  it("nested arrays that each announce all that is left are refused, not tried", () => {
    const codec = compileHere(array(array(array(u8, u16), u16), u16));
    const bomb = fromHex("ffff".repeat(500));
    expect(failureOf(() => codec.decode(bomb))).toMatchObject({ name: "DecodeError" });
  });

  it("an array given as a proxy or frozen is an array", () => {
    const codec = compileHere(array(u8, u8));
    expect(toHex(codec.encode(Object.freeze([1, 2])))).toBe("020102");
    expect(toHex(codec.encode(new Proxy([1, 2], {})))).toBe("020102");
    class Numbers extends Array<number> {}
    expect(toHex(codec.encode(Numbers.of(1, 2)))).toBe("020102");
  });
});

describe("an array that changes while it is read", () => {
  const changing = (change: (list: number[]) => void): number[] => {
    const list = [1, 2, 3];
    const get = () => {
      change(list);
      return 1;
    };
    return Object.defineProperty(list, 0, { get, configurable: true });
  };
  it.each([
    ["a count", array(u16, u8), "01 0001", "03 0001 0002 0003"],
    ["a field", struct({ n: u8, list: array(u16, field("n")) }), "01 0001", "03 0001 0002 0003"],
    ["the end", array(u16, rest), "0001", "0001 0002 0003"],
    ["a delimiter", array(u16, until("!")), "0001 21", "0001 0002 0003 21"],
    [
      "the last one",
      array(
        u16,
        until((n: number) => n === 3),
      ),
      undefined,
      "0001 0002 0003",
    ],
  ] as const)("by %s agrees with what is written", (_, schema, fewer, more) => {
    const codec = compileHere<AnySchema>(schema);
    const encoded = (list: number[]) => toHex(codec.encode(schema.kind === "struct" ? { list } : list));
    const shrunk = () => encoded(changing((list) => list.splice(1)));
    if (fewer === undefined) expect(failureOf(shrunk)).toMatchObject({ name: "EncodeError" });
    else expect(shrunk()).toBe(fewer.replaceAll(" ", ""));
    if (fewer !== undefined) expect(encoded(changing((list) => list.push(9)))).toBe(more.replaceAll(" ", ""));
    expect(encoded([1, 2, 3])).toBe(more.replaceAll(" ", ""));
  });
  it("is refused where it does so every time", () => {
    const value = {
      get list() {
        return changing((list) => list.splice(1));
      },
    };
    const codec = compileHere(struct({ list: array(u16, u8) }));
    expect(failureOf(() => codec.encode(value))).toMatchObject({ code: "type", path: "list[1]" });
  });
});

describe("arrays are read and written in one go", () => {
  it.each([
    ["prefix", array(string(u8), u16), ["a"], "0001 0161"],
    ["null", array(u8, nullable(i32)), null, "ffffffff"],
    ["until one of two", sized(u8, array(u8, until(["\r\n", "\n"]))), [1], "03 01 0d0a"],
    [
      "until the last",
      array(
        u8,
        until((n) => n === 0),
      ),
      [1, 0],
      "0100",
    ],
    ["until a delimiter", array(u8, until("\0")), [1], "0100"],
    ["rest", array(u16, rest), [1], "0001"],
    ["or end", array(u8, until("\0", { orEnd: true })), [1], "0100"],
    ["without bytes", array(struct({}), u8), [{}], "01"],
  ])("%s", (_, schema, value, hex) => expectOneGo(schema, value, hex));
});
