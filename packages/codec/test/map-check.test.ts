import {
  array,
  bits,
  bytes,
  check,
  checksum,
  compile,
  crc32,
  Decoder,
  field,
  lengthOf,
  map,
  match,
  rest,
  sized,
  string,
  struct,
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
import { facts, failureOf } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";
import { fromHex, toHex } from "./support/shared-data.ts";

const Seconds = map(u32, { decode: (s) => new Date(s * 1000), encode: (d: Date) => d.getTime() / 1000 });

describe("another value for the same bytes", () => {
  facts(Seconds, {
    ok: [[new Date(1000), "00000001"]],
    badValues: [
      [new Date(1500), "range"],
      [new Date(-1000), "range"],
      [new Date(Number.NaN), "range"],
      ["1970", "rejected"],
      [null, "rejected"],
    ],
    cuts: [[3, "", 0]],
  });
  facts(
    struct({
      at: Seconds,
      tags: map(array(string(u8), u8), { decode: (l) => new Set(l), encode: (s: Set<string>) => [...s] }),
    }),
    {
      ok: [[{ at: new Date(0), tags: new Set(["a", "b"]) }, "00000000 02 0161 0162"]],
      badHex: [["00000000 02 0161", "truncated", 7, "tags[1]"]],
      badValues: [[{ at: new Date(0), tags: new Set([1]) }, "type", "tags[0]"]],
    },
  );
  facts(
    map(struct({ x: u8, y: u8 }), {
      decode: ({ x, y }) => [x, y] as [number, number],
      encode: ([x, y]: [number, number]) => ({ x, y }),
    }),
    { ok: [[[1, 2], "01 02"]], badValues: [[[1, 300], "range", "y"]] },
  );
  facts(struct({ a: bits(4), b: map(bits(4), { decode: (n) => n - 8, encode: (n: number) => n + 8 }) }), {
    ok: [[{ a: 1, b: -8 }, "10"]],
    badValues: [[{ a: 1, b: 8 }, "range", "b"]],
  });
  it("may be null, undefined or false", () => {
    for (const value of [null, undefined, false, 0, "", Number.NaN]) {
      const codec = compileHere(struct({ x: map(u8, { decode: () => value, encode: () => 1 }) }));
      const decoded = codec.decode(fromHex("01"));
      expect(decoded).toEqual({ x: value });
      expect(Object.keys(decoded)).toEqual(["x"]);
    }
  });
});

describe("functions are called once for each value", () => {
  const counted = () => {
    const calls: string[] = [];
    const schema = map(u8, {
      decode(n) {
        calls.push(`decode ${n}`);
        return n;
      },
      encode(n: number) {
        calls.push(`encode ${n}`);
        return n;
      },
    });
    return { calls, schema };
  };
  it.each([
    ["struct", (s: typeof u8) => struct({ x: s, y: u8 }), { x: 1, y: 2 }, "0102"],
    ["array", (s: typeof u8) => array(s, u16), [1], "000101"],
    ["rest", (s: typeof u8) => array(s, rest), [1], "01"],
    ["until", (s: typeof u8) => array(s, until("\0")), [1], "0100"],
    [
      "until the last",
      (s: typeof u8) =>
        array(
          s,
          until((n) => n === 1),
        ),
      [1],
      "01",
    ],
    ["window", (s: typeof u8) => sized(uleb128, s), 1, "0101"],
    [
      "wide window",
      (s: typeof u8) => sized(uleb128, struct({ x: s, b: bytes(200) })),
      { x: 1, b: new Uint8Array(200) },
      `c90101${"00".repeat(200)}`,
    ],
    ["union", (s: typeof u8) => union("t", u8, { a: [9, struct({ x: s })] }), { t: "a", x: 1 }, "0901"],
    ["match", (s: typeof u8) => struct({ t: u8, x: match(field("t"), { 9: s }) }), { t: 9, x: 1 }, "0901"],
    ["when", (s: typeof u8) => struct({ t: u8, x: when(field("t"), s) }), { t: 9, x: 1 }, "0901"],
    [
      "checksum",
      (s: typeof u8) => struct({ x: s, c: checksum(u32, crc32, { from: "x", to: "x" }) }),
      { x: 1, c: 0xa505df1b },
      "01a505df1b",
    ],
    ["length", (s: typeof u8) => struct({ n: lengthOf(uleb128, { from: "x" }), x: s }), { n: 1, x: 1 }, "0101"],
    ["count", (s: typeof u8) => struct({ n: u8, x: array(s, field("n")) }), { n: 1, x: [1] }, "0101"],
  ])("in a %s", (_, make, value, hex) => {
    const { calls, schema } = counted();
    const codec = compileHere(make(schema as never) as never);
    expect(toHex(codec.encode(value as never))).toBe(hex);
    expect(calls).toEqual(["encode 1"]);
    expect(codec.decode(fromHex(hex))).toEqual(value);
    expect(calls).toEqual(["encode 1", "decode 1"]);
    expect([...new Decoder(codec).push(fromHex(hex))].length).toBeLessThanOrEqual(1);
    codec.write(value as never, new Uint8Array(300), 3);
    expect(calls.filter((call) => call === "encode 1")).toHaveLength(2);
    codec.size(value as never);
    expect(calls.filter((call) => call === "encode 1")).toHaveLength(3);
  });
});

describe("what functions throw", () => {
  const boom = new TypeError("boom");
  const Throws = map(u8, {
    decode(): number {
      throw boom;
    },
    encode(): number {
      throw boom;
    },
  });
  const codec = compileHere(struct({ head: u16, list: array(Throws, u8) }));
  it("is refused where it was met, with the cause", () => {
    for (const [run, name] of [
      [() => codec.decode(fromHex("00000109")), "DecodeError"],
      [() => codec.encode({ head: 1, list: [9] }), "EncodeError"],
      [() => codec.read(fromHex("00000109")), "DecodeError"],
    ] as const) {
      expect(failureOf(run)).toMatchObject({ name, code: "rejected", path: "list[0]", offset: 3, actual: "boom" });
      try {
        run();
      } catch (error) {
        expect((error as Error).cause).toBe(boom);
      }
    }
    expect(codec.safeDecode(fromHex("00000109"))).toMatchObject({ ok: false, error: { code: "rejected" } });
  });
  it("whatever it is", () => {
    for (const what of ["word", 5, null, undefined, Symbol("s"), Object.create(null)]) {
      const odd = compileHere(
        map(u8, {
          decode(): number {
            throw what;
          },
          encode(): number {
            throw what;
          },
        }),
      );
      expect(failureOf(() => odd.decode(fromHex("01")))).toMatchObject({ name: "DecodeError", code: "rejected" });
      expect(failureOf(() => odd.encode(1))).toMatchObject({ name: "EncodeError", code: "rejected" });
    }
  });
  it("leaves the codec as good as before", () => {
    const sometimes = compileHere(
      array(
        map(u8, {
          decode(n) {
            if (n === 9) throw boom;
            return n;
          },
          encode(n: number) {
            if (n === 9) throw boom;
            return n;
          },
        }),
        u8,
      ),
    );
    for (let i = 0; i < 3; i++) {
      expect(failureOf(() => sometimes.decode(fromHex("020109")))).toMatchObject({ path: "[1]" });
      expect(sometimes.decode(fromHex("020102"))).toEqual([1, 2]);
      expect(failureOf(() => sometimes.encode([1, 9]))).toMatchObject({ path: "[1]" });
      expect(toHex(sometimes.encode([1, 2]))).toBe("020102");
    }
  });
});

describe("a message inside of another", () => {
  it("may use the same codec, while that is at work", () => {
    const Nested: ReturnType<typeof make> = make();
    function make() {
      return map(bytes(u8), {
        decode: (b): unknown => (b.length === 0 ? null : codec.decode(b)),
        encode: (value: unknown): Uint8Array => (value === null ? new Uint8Array() : codec.encode(value as never)),
      });
    }
    const codec = compileHere(struct({ n: u16, before: Nested, list: array(Nested, u8), after: u32 }));
    const leaf = { n: 1, before: null, list: [], after: 2 };
    const value = {
      n: 3,
      before: leaf,
      list: [
        { ...leaf, n: 4 },
        { ...leaf, before: { ...leaf, n: 5 } },
      ],
      after: 6,
    };
    const wire = codec.encode(value);
    expect(codec.decode(wire)).toEqual(value);
    expect(codec.size(value)).toBe(wire.length);
    const into = new Uint8Array(wire.length + 7);
    expect(codec.write(value, into, 7)).toBe(into.length);
    expect(into.subarray(7)).toEqual(wire);
    expect([...new Decoder(codec).push(Uint8Array.of(...wire, ...wire))]).toEqual([value, value]);
  });
  it("refused in its own codec says where in both", () => {
    const inner = compile(struct({ deep: array(u8, u8) }));
    const codec = compileHere(
      struct({
        head: u8,
        inner: map(bytes(u8), { decode: (b) => inner.decode(b), encode: (v: { deep: number[] }) => inner.encode(v) }),
      }),
    );
    expect(failureOf(() => codec.decode(fromHex("00020501")))).toMatchObject({ code: "rejected", offset: 1 });
    expect(failureOf(() => codec.decode(fromHex("00020501"))).path).toMatch(/^inner/);
    expect(failureOf(() => codec.encode({ head: 0, inner: { deep: [1, 300] } })).path).toMatch(/^inner/);
  });
});

describe("a condition on a value", () => {
  facts(struct({ port: check(u16, (port) => port !== 0, "must not be port 0"), z: u8 }), {
    ok: [[{ port: 1, z: 2 }, "0001 02"]],
    badHex: [["0000 02", "rejected", 0, "port"]],
    badValues: [
      [{ port: 0, z: 2 }, "rejected", "port"],
      [{ port: "1", z: 2 }, "type", "port"],
    ],
  });
  facts(
    array(
      check(struct({ a: u8, b: u8 }), ({ a, b }) => a <= b, "in order"),
      u8,
    ),
    {
      ok: [[[{ a: 1, b: 1 }], "01 0101"]],
      badHex: [["02 0101 0201", "rejected", 3, "[1]"]],
      badValues: [[[{ a: 2, b: 1 }], "rejected", "[0]"]],
    },
  );
  facts(struct({ n: check(u8, (n) => n <= 2, "at most 2"), items: array(u8, field("n")) }), {
    ok: [[{ n: 2, items: [1, 2] }, "02 0102"]],
    encodes: [[{ items: [1] }, "01 01"]],
    badHex: [["03 010203", "rejected", 0, "n"]],
    badValues: [[{ items: [1, 2, 3] }, "rejected", "n"]],
  });
  facts(struct({ n: check(lengthOf(u8, { from: "body" }), (n) => n <= 2, "at most 2"), body: bytes(rest) }), {
    ok: [[{ n: 2, body: Uint8Array.of(1, 2) }, "02 0102"]],
    badHex: [["03 010203", "rejected", 0, "n"]],
    badValues: [[{ body: new Uint8Array(3) }, "rejected", "n"]],
  });
  facts(
    struct({ n: check(u64, (n) => n < 3n, "below 3"), body: check(bytes(field("n")), (b) => b[0] !== 9, "not nine") }),
    {
      ok: [[{ n: 1n, body: Uint8Array.of(5) }, "0000000000000001 05"]],
      badHex: [
        ["0000000000000003 010203", "rejected", 0, "n"],
        ["0000000000000001 09", "rejected", 8, "body"],
      ],
    },
  );
  it("says its message, and the value", () => {
    const codec = compileHere(check(u8, (n) => n < 5, "must be below 5"));
    expect(failureOf(() => codec.decode(fromHex("07")))).toMatchObject({
      expected: "must be below 5",
      actual: "got 7",
    });
    expect(failureOf(() => codec.encode(7)).message).toContain("must be below 5");
  });
  it("that throws is not met", () => {
    const codec = compileHere(
      check(
        u8,
        () => {
          throw new Error("cannot tell");
        },
        "told",
      ),
    );
    for (const run of [() => codec.decode(fromHex("01")), () => codec.encode(1)])
      expect(failureOf(run)).toMatchObject({ code: "rejected", expected: "told", actual: "got cannot tell" });
  });
  it("is asked once for each value", () => {
    let calls = 0;
    const codec = compileHere(
      struct({
        n: u8,
        items: array(
          check(u8, () => ++calls > 0, "counted"),
          field("n"),
        ),
      }),
    );
    const wire = codec.encode({ items: [1, 2, 3] });
    expect(calls).toBe(3);
    codec.decode(wire);
    expect(calls).toBe(6);
  });
});

describe("what cannot be mapped or checked", () => {
  const identity = { decode: (x: never) => x, encode: (x: never) => x };
  it.each([
    ["no schema", () => map(5 as never, identity), "argument"],
    ["no functions", () => map(u8, {} as never), "argument"],
    ["nothing to check", () => check(undefined as never, () => true, "x"), "argument"],
    ["no condition", () => check(u8, 5 as never, "x"), "argument"],
    ["no message", () => check(u8, () => true, undefined as never), "argument"],
    ["a checksum", () => struct({ a: u8, c: map(checksum(u32, crc32, { from: "a" }), identity) } as never), "inverse"],
    [
      "a length of a range",
      () => struct({ n: map(lengthOf(u8, { from: "b" }), identity), b: bytes(rest) } as never),
      "inverse",
    ],
    ["a length that is referred to", () => struct({ n: map(u8, identity), b: bytes(field("n")) } as never), "inverse"],
    [
      "a header that is referred into",
      () => struct({ h: map(struct({ n: u8 }), identity), b: bytes(field("h.n")) } as never),
      "reference",
    ],
  ])("%s", (_, define, code) => {
    expect(failureOf(() => compileHere(define() as never))).toMatchObject({ name: "SchemaError", code });
  });
});
