import {
  array,
  bits,
  bytes,
  constant,
  field,
  flag,
  i16,
  lazy,
  magic,
  map,
  padding,
  reserved,
  rest,
  type Schema,
  string,
  struct,
  u8,
  u16,
  u32,
  u64,
  when,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { facts, failureOf } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";
import { fromHex, toHex } from "./support/shared-data.ts";

const Point = struct({ x: i16, y: i16 });

describe("fields in order", () => {
  facts(struct({}), { ok: [[{}, ""]], badValues: [[5, "type"]] });
  facts(struct({ b: u8, a: u16, ünï: u8, constructor: u8 }), {
    ok: [[{ b: 1, a: 2, ünï: 4, constructor: 5 }, "01 0002 04 05"]],
    badValues: [[{ b: 1, a: 2, ünï: 4 }, "missing", "constructor"]],
    cuts: [
      [0, "b", 0],
      [2, "a", 1],
      [3, "ünï", 3],
    ],
  });
  facts(struct({ at: Point, name: string(u8), then: struct({ deep: struct({ n: u32 }) }) }), {
    ok: [[{ at: { x: 1, y: -1 }, name: "a", then: { deep: { n: 7 } } }, "0001 ffff 0161 00000007"]],
    badValues: [
      [{ at: { x: 1, y: 40000 }, name: "a", then: { deep: { n: 7 } } }, "range", "at.y"],
      [{ at: { x: 1, y: 1 }, name: "a", then: { deep: {} } }, "missing", "then.deep.n"],
      [{ at: { x: 1, y: 1 }, name: "a", then: null }, "type", "then"],
      [{ at: 3, name: "a", then: { deep: { n: 7 } } }, "type", "at"],
      [{ at: { x: 1, y: 1 }, name: "\ud800", then: { deep: { n: 7 } } }, "encoding", "name"],
    ],
    cuts: [
      [1, "at.x", 0],
      [3, "at.y", 2],
      [5, "name", 5],
      [9, "then.deep.n", 6],
    ],
  });

  it("keep their order in the value, whatever order they were given in", () => {
    const codec = compileHere(struct({ z: u8, a: u8, m: when(field("a").atLeast(1), u8), b: u8 }));
    const wire = codec.encode({ b: 4, m: 3, a: 2, z: 1 });
    expect(toHex(wire)).toBe("01020304");
    expect(Object.keys(codec.decode(wire))).toEqual(["z", "a", "m", "b"]);
    expect(Object.keys(codec.decode(fromHex("010004")))).toEqual(["z", "a", "b"]);
  });

  it("a hundred of them", () => {
    const names = Array.from({ length: 100 }, (_, i) => `field${i}`);
    const codec = compileHere(struct(Object.fromEntries(names.map((name) => [name, u16]))));
    const value = Object.fromEntries(names.map((name, i) => [name, i]));
    expect(Object.keys(codec.decode(codec.encode(value)))).toEqual(names);
  });

  it("fields that the schema does not have are not written", () => {
    expect(toHex(compileHere(struct({ a: u8 })).encode({ a: 1, b: 2 } as never))).toBe("01");
  });
});

describe("fields without a value have no key", () => {
  facts(
    struct({
      start: magic("AB"),
      a: bits(3),
      unused: reserved(bits(4)),
      b: flag,
      gap: padding(2),
      n: u8,
      pad: padding({ align: 4 }),
    }),
    {
      ok: [[{ a: 5, b: true, n: 7 }, "4142 a1 0000 07 0000"]],
      badHex: [
        ["4143 a1 0000 07 0000", "constant", 0, "start"],
        ["4142 a3 0000 07 0000", "constant", 2, "unused"],
        ["4142 a1 0100 07 0000", "constant", 3, "gap"],
        ["4142 a1 0000 07 0001", "constant", 7, "pad"],
      ],
    },
  );
});

describe("where an error is", () => {
  const Move = struct({ move: struct({ at: u32, path: array(Point, u16) }) });
  const codec = compileHere(Move);
  const wire = codec.encode({ move: { at: 1, path: [1, 2, 3, 4].map((n) => ({ x: n, y: n })) } });

  it("is told by path and offset, with what was needed, what there was, and the bytes around it", () => {
    const error = failureOf(() => codec.decode(wire.subarray(0, 19)));
    expect(error).toMatchObject({
      name: "DecodeError",
      code: "truncated",
      path: "move.path[3].x",
      keys: ["move", "path", 3, "x"],
      offset: 18,
      expected: "needs 2 bytes",
      actual: "1 left",
    });
    expect(error.message).toBe("move.path[3].x: needs 2 bytes, 1 left (offset 18, near 00 03 00 03 00 at 14)");
  });

  it("counts offsets from the start of the buffer that was given, not of the memory it lies in", () => {
    const memory = new Uint8Array(64);
    memory.set(wire.subarray(0, 19), 20);
    expect(failureOf(() => codec.decode(memory.subarray(20, 39)))).toMatchObject({ offset: 18 });
  });

  it("on encode is the place where its first byte would have gone", () => {
    const value = {
      move: {
        at: 1,
        path: [
          { x: 1, y: 2 },
          { x: 3, y: 1e6 },
        ],
      },
    };
    expect(failureOf(() => codec.encode(value))).toMatchObject({
      name: "EncodeError",
      code: "range",
      path: "move.path[1].y",
      keys: ["move", "path", 1, "y"],
      offset: 12,
      actual: "got 1000000",
    });
  });

  it("names the first bit of a bit field", () => {
    const bitty = compileHere(struct({ a: bits(3), b: constant(bits(5), 9), c: u8 }));
    expect(failureOf(() => bitty.decode(fromHex("0a00")))).toMatchObject({ path: "b", offset: 0, bit: 3 });
  });

  it("quotes a key that is not a plain word, and cuts a long one", () => {
    const odd = compileHere(struct({ 'a "b"': u8, ["-".repeat(65536)]: u8 }));
    expect(failureOf(() => odd.decode(fromHex("")))).toMatchObject({ path: '["a \\"b\\""]', keys: ['a "b"'] });
    expect(failureOf(() => odd.decode(fromHex("00"))).path).toBe(`["${"-".repeat(64)}…"]`);
    expect(odd.decode(fromHex("0102"))).toEqual({ 'a "b"': 1, ["-".repeat(65536)]: 2 });
  });

  it("shows the bytes around it", () => {
    const result = codec.safeDecode(wire.subarray(0, 19));
    if (result.ok) throw new Error("accepted");
    expect(result.error).toBeInstanceOf(Error);
    expect(result.error.window).toBe("00 03 00 03 00 at 14");
  });
});

describe("objects of every make", () => {
  const Shape = struct({ kind: u8, at: Point, tags: array(string(u8), u8) });
  const codec = compileHere(Shape);
  const plain = { kind: 1, at: { x: 2, y: 3 }, tags: ["a"] };
  const wire = "01 0002 0003 01 0161".replaceAll(" ", "");

  it("frozen and sealed", () => {
    const frozen = Object.freeze({ kind: 1, at: Object.freeze({ x: 2, y: 3 }), tags: Object.freeze(["a"]) });
    expect(toHex(codec.encode(frozen))).toBe(wire);
    expect(toHex(codec.encode(Object.seal({ ...plain })))).toBe(wire);
  });

  it("without a prototype", () => {
    expect(toHex(codec.encode(Object.assign(Object.create(null), plain)))).toBe(wire);
  });

  it("instances of classes with getters", () => {
    class Place {
      get x() {
        return 2;
      }
      get y() {
        return 3;
      }
    }
    class Figure {
      kind = 1;
      at = new Place();
      get tags() {
        return ["a"];
      }
    }
    expect(toHex(codec.encode(new Figure()))).toBe(wire);
  });

  it("proxies", () => {
    expect(toHex(codec.encode(new Proxy(plain, {})))).toBe(wire);
    const made = new Proxy({}, { get: (_, key) => (plain as Record<PropertyKey, unknown>)[key] });
    expect(toHex(codec.encode(made as never))).toBe(wire);
  });

  it("what a getter throws comes out as it is", () => {
    const sly = {
      kind: 1,
      tags: [],
      get at(): never {
        throw new RangeError("mine");
      },
    };
    expect(() => codec.encode(sly)).toThrow(new RangeError("mine"));
    expect(toHex(codec.encode(plain))).toBe(wire);
  });

  it.each([
    ["a Map", new Map(Object.entries(plain)), "missing", "kind"],
    ["an array", [1, { x: 2, y: 3 }, ["a"]], "missing", "kind"],
    ["a string", "kind", "type", ""],
    ["a function", () => plain, "type", ""],
    ["null", null, "type", ""],
    ["nothing", undefined, "type", ""],
    ["a symbol", Symbol("x"), "type", ""],
    ["a bigint", 5n, "type", ""],
  ])("%s is refused", (_, value, code, path) => {
    expect(failureOf(() => codec.encode(value as never))).toMatchObject({ name: "EncodeError", code, path });
  });

  it("what Object.prototype was polluted with is not part of any of them", () => {
    const prototype = Object.prototype as Record<string, unknown>;
    prototype["kind"] = 9;
    prototype["extra"] = 9;
    try {
      expect(failureOf(() => codec.encode({ at: plain.at, tags: [] } as never))).toMatchObject({
        code: "missing",
        path: "kind",
      });
      expect(toHex(codec.encode(plain))).toBe(wire);
      expect(toHex(codec.encode({ ...plain, kind: 9 }))).toBe(`09${wire.slice(2)}`);
      const optional = compileHere(struct({ on: u8, extra: when(field("on"), u8) }));
      expect(toHex(optional.encode({ on: 0 }))).toBe("00");
      expect(Object.keys(optional.decode(fromHex("00")))).toEqual(["on"]);
      const derived = compileHere(struct({ kind: u8, body: bytes(field("kind")) }));
      expect(toHex(derived.encode({ body: Uint8Array.of(1) }))).toBe("0101");
      expect(codec.decode(fromHex(wire))).toEqual(plain);
    } finally {
      delete prototype["kind"];
      delete prototype["extra"];
    }
  });
});

describe("two messages at once", () => {
  it("the bytes of the first are not touched by the second", () => {
    const codec = compileHere(struct({ n: u32, body: bytes(rest) }));
    const first = codec.encode({ n: 1, body: Uint8Array.of(1, 2, 3) });
    const second = codec.encode({ n: 2, body: Uint8Array.of(4, 5, 6) });
    expect(toHex(first)).toBe("00000001010203");
    expect(toHex(second)).toBe("00000002040506");
    expect(first.buffer).not.toBe(second.buffer);
  });

  it("decoded bytes are copies, unless views were asked for", () => {
    const schema = struct({ body: bytes(3) });
    const wire = Uint8Array.of(1, 2, 3);
    const copied = compileHere(schema).decode(wire).body;
    const viewed = compileHere(schema, { views: true }).decode(wire).body;
    wire.fill(9);
    expect(toHex(copied)).toBe("010203");
    expect(toHex(viewed)).toBe("090909");
  });

  it("a message within a message, of the same codec, in both directions", () => {
    type Nest = { n: number; inner: Nest | null };
    const calls: string[] = [];
    const Nest: Schema<Nest> = struct({
      n: u8,
      inner: map(bytes(u8), {
        decode(b): Nest | null {
          calls.push(`decode ${b.length}`);
          return b.length > 0 ? codec.decode(b) : null;
        },
        encode(value: Nest | null) {
          calls.push(`encode ${value?.n}`);
          return value ? codec.encode(value) : new Uint8Array(0);
        },
      }),
    });
    const codec = compileHere(Nest);
    const value = { n: 1, inner: { n: 2, inner: { n: 3, inner: null } } };
    const wire = codec.encode(value);
    expect(toHex(wire)).toBe("010402020300");
    expect(calls).toEqual(["encode 2", "encode 3", "encode undefined"]);
    calls.length = 0;
    expect(codec.decode(wire)).toEqual(value);
    expect(calls).toEqual(["decode 4", "decode 2", "decode 0"]);
  });
});

describe("a struct that stands nowhere special", () => {
  facts(array(struct({ n: u64, tail: magic("!") }), 2), {
    ok: [[[{ n: 1n }, { n: 2n }], "0000000000000001 21 0000000000000002 21"]],
  });
  it("has a bound that its messages keep to", () => {
    const codec = compileHere(struct({ a: u8, b: string(u8), c: when(field("a"), u16) }));
    expect(codec.bound).toEqual({ min: 2, max: Number.POSITIVE_INFINITY });
    expect(compileHere(struct({ a: u8, b: bits(4), c: bits(4), d: u16 })).bound).toEqual({ min: 4, max: 4 });
    expect(compileHere(lazy(() => struct({ a: u8 }))).bound.min).toBe(0);
  });
});
