import {
  array,
  at,
  bytes,
  Decoder,
  decimal,
  field,
  lazy,
  lengthOf,
  rest,
  type Schema,
  sized,
  string,
  struct,
  typedArray,
  u8,
  u16,
  u32,
  u64,
  uleb128,
  union,
  until,
  when,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { failureOf } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";
import { fromHex } from "./support/shared-data.ts";

describe("limits", () => {
  it("are on unless said otherwise", () => {
    expect(compileHere(u8).limits).toEqual({ maxMessageSize: 16 * 2 ** 20, maxElements: 2 ** 20, maxDepth: 64 });
    expect(compileHere(u8, { limits: { maxDepth: 3 } }).limits.maxElements).toBe(2 ** 20);
    expect(compileHere(u8, { limits: { maxDepth: undefined } as never }).limits.maxDepth).toBe(64);
    expect(Object.isFrozen(compileHere(u8).limits)).toBe(true);
  });
});

describe("the size of a message", () => {
  const limits = { maxMessageSize: 8 };
  it.each([
    ["bytes", bytes(u8), zeroes(7), zeroes(8), ""],
    ["a string", string(u8), "x".repeat(7), "x".repeat(8), ""],
    ["text up to a delimiter", string(until("\n")), "x".repeat(7), "x".repeat(8), ""],
    ["an array", array(u16, u16), [1, 2, 3], [1, 2, 3, 4], undefined],
    ["a typed array", typedArray(u16, u16), Uint16Array.of(1, 2, 3), Uint16Array.of(1, 2, 3, 4), ""],
    ["a window", sized(u8, bytes(rest)), zeroes(7), zeroes(8), ""],
    ["the rest", bytes(rest), zeroes(8), zeroes(9), undefined],
    ["a struct", struct({ a: u32, b: bytes(u8) }), { a: 1, b: zeroes(3) }, { a: 1, b: zeroes(4) }, "b"],
    ["a derived length", struct({ n: u8, b: bytes(field("n")) }), { n: 7, b: zeroes(7) }, { n: 8, b: zeroes(8) }, "b"],
    [
      "a range",
      struct({ n: lengthOf(u8, { from: "b" }), b: bytes(rest) }),
      { n: 7, b: zeroes(7) },
      { n: 8, b: zeroes(8) },
      "n",
    ],
    [
      "a union",
      union("t", u8, { a: [1, bytes(u8)] }),
      { t: "a", value: zeroes(6) },
      { t: "a", value: zeroes(7) },
      "value",
    ],
  ])("of %s is kept to, in both directions", (_, schema, most, more, path) => {
    const codec = compileHere(schema as never, { limits });
    const free = compileHere(schema as never);
    const wire = codec.encode(most as never);
    expect(wire.length).toBe(8);
    expect(codec.decode(wire)).toEqual(most);
    expect(codec.write(most as never, new Uint8Array(20), 5)).toBe(13);
    for (const run of [
      () => codec.encode(more as never),
      () => codec.size(more as never),
      () => codec.write(more as never, new Uint8Array(20), 5),
    ])
      expect(failureOf(run)).toMatchObject({ name: "EncodeError", code: "limit" });
    const long = free.encode(more as never);
    const error = failureOf(() => codec.decode(long));
    expect(error).toMatchObject({ name: "DecodeError", code: "limit" });
    if (path !== undefined) expect(error.path).toBe(path);
  });

  it("is counted from the start of each message", () => {
    const codec = compileHere(bytes(u8), { limits });
    const memory = new Uint8Array(100);
    memory[50] = 7;
    expect(codec.read(memory, 50)).toEqual({ value: zeroes(7), offset: 58 });
    memory[50] = 8;
    expect(failureOf(() => codec.read(memory, 50))).toMatchObject({ code: "limit", offset: 51 });
  });

  it.each([
    ["bytes", bytes(u32), "ffffffff"],
    ["a string", string(u32), "ffffffff"],
    ["a window", sized(u32, bytes(rest)), "ffffffff"],
    ["a range", struct({ n: lengthOf(u32, { from: "b" }), b: bytes(rest) }), "ffffffff"],
    ["digits", bytes(decimal(10)), "34323934393637323935"],
    ["a varint", bytes(uleb128), "ffffffff0f"],
    ["64 bits", bytes(u64), "00000000ffffffff"],
    ["all 64 bits", bytes(u64), "ffffffffffffffff"],
    ["an offset", struct({ p: u32, x: at(field("p"), u8) }), "ffffffff"],
  ])("announced as 2^32-1 by %s is refused before there is room for it", (_, schema, hex) => {
    const codec = compileHere(schema as never);
    const long = new Uint8Array(4096);
    long.set(fromHex(hex));
    for (const wire of [fromHex(hex), long]) {
      expect(failureOf(() => codec.decode(wire))).toMatchObject({ name: "DecodeError", code: "limit" });
      expect(failureOf(() => codec.read(wire))).toMatchObject({ name: "DecodeError", code: "limit" });
      expect(failureOf(() => [...new Decoder(codec).push(wire)])).toMatchObject({ name: "DecodeError", code: "limit" });
    }
  });

  it("up to 2^32 may be allowed, and is still not made room for before it is there", () => {
    const codec = compileHere(bytes(u32), { limits: { maxMessageSize: 2 ** 32 } });
    expect(codec.read(fromHex("fffffff0"))).toEqual({ needed: 0xfffffff0 });
    const before = process.memoryUsage().arrayBuffers;
    const decoder = new Decoder(codec);
    expect([...decoder.push(fromHex("fffffff0"))]).toEqual([]);
    for (let i = 0; i < 100; i++) expect([...decoder.push(new Uint8Array(1000))]).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 2 ** 20);
  });
});

describe("the number of elements", () => {
  const limits = { maxElements: 6 };
  const Row = struct({ cells: array(u8, u8), numbers: typedArray(u8, u8) });
  it("is shared by all arrays of a message, nested and side by side", () => {
    const codec = compileHere(struct({ rows: array(Row, u8), more: array(struct({}), u8) }), { limits });
    const row = (n: number, m: number) => ({ cells: new Array<number>(n).fill(1), numbers: new Uint8Array(m) });
    const most = { rows: [row(1, 1), row(1, 0)], more: [{}] };
    expect(codec.decode(codec.encode(most))).toEqual(most);
    for (const [more, path] of [
      [{ rows: [row(1, 1), row(1, 0)], more: [{}, {}] }, "more"],
      [{ rows: [row(1, 1), row(1, 2)], more: [] }, "rows[1].numbers"],
      [{ rows: [row(1, 1), row(3, 0)], more: [] }, "rows[1].cells"],
    ] as const) {
      expect(failureOf(() => codec.encode(more))).toMatchObject({ name: "EncodeError", code: "limit", path });
      const wire = compileHere(struct({ rows: array(Row, u8), more: array(struct({}), u8) })).encode(more);
      expect(failureOf(() => codec.decode(wire))).toMatchObject({ name: "DecodeError", code: "limit", path });
    }
  });
  it("counts elements up to a delimiter and to the end, one by one", () => {
    for (const schema of [
      array(u8, rest),
      array(u8, until("\0")),
      array(
        u8,
        until((n) => n === 0),
      ),
    ]) {
      const codec = compileHere(schema, { limits });
      expect(failureOf(() => codec.decode(new Uint8Array(9).fill(1)))).toMatchObject({ code: "limit", offset: 6 });
      expect(failureOf(() => codec.encode([...new Array<number>(7).fill(1), 0]))).toMatchObject({ code: "limit" });
    }
  });
  it("counts elements that may take no bytes, where they are known to only as they are read", () => {
    const schema = struct({ on: u8, list: array(struct({ x: when(field("../on"), u8) }), u32) });
    const codec = compileHere(schema);
    expect(failureOf(() => codec.decode(fromHex("00ffffffff")))).toMatchObject({ code: "limit", path: "list" });
    expect(codec.decode(fromHex("0000000003"))).toEqual({ on: 0, list: [{}, {}, {}] });
    const endless = compileHere(struct({ on: u8, list: array(struct({ x: when(field("../on"), u8) }), rest) }), {
      limits,
    });
    expect(failureOf(() => endless.decode(fromHex("0001")))).toMatchObject({ code: "length", path: "list" });
  });
});

describe("the depth", () => {
  interface Tree {
    kids: Tree[];
  }
  const Tree: Schema<Tree> = struct({
    kids: array(
      lazy(() => Tree),
      u8,
    ),
  });
  it("is the one of the Decoder, where that sets another", () => {
    const codec = compileHere(Tree);
    const wire = new Uint8Array(12).fill(1, 0, 11);
    expect([...new Decoder(codec).push(wire)]).toHaveLength(1);
    expect(failureOf(() => [...new Decoder(codec, { maxDepth: 10 }).push(wire)])).toMatchObject({ code: "limit" });
  });
  it("counts recursion by lazy and by offset together", () => {
    interface Node {
      p: number;
      next: Node[];
    }
    const Node: Schema<Node> = struct({
      p: u8,
      next: at(
        field("p"),
        array(
          lazy(() => Node),
          u8,
        ),
      ),
    }) as never;
    const codec = compileHere(Node, { limits: { maxDepth: 5 } });
    expect(codec.decode(fromHex("01 01 03 01 05 00".replaceAll(" ", "")))).toEqual({
      p: 1,
      next: [{ p: 3, next: [{ p: 5, next: [] }] }],
    });
    expect(failureOf(() => codec.decode(fromHex("01 01 03 01 05 01 07 00".replaceAll(" ", ""))))).toMatchObject({
      code: "limit",
    });
  });
});

function zeroes(n: number): Uint8Array {
  return new Uint8Array(n);
}
