// What codecs are called with: containers of bytes, exotic objects, wrong arguments, and messages as large as limits allow.

import { runInNewContext } from "node:vm";
import {
  type AnySchema,
  array,
  bits,
  bytes,
  custom,
  decimal,
  Encoder,
  field,
  flag,
  lengthOf,
  map,
  padding,
  rest,
  SchemaError,
  sized,
  string,
  struct,
  typedArray,
  u8,
  u16,
  u32,
  uleb128,
  union,
  until,
  when,
} from "@wireform/codec";
import { describe, expect, it, vi } from "vitest";
import { exact, facts, failureOf } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";
import { fromHex, toHex } from "./support/shared-data.ts";

const of = (...values: number[]): Uint8Array => Uint8Array.of(...values);

const message = struct({
  n: u8,
  body: bytes(field("n")),
  name: string(u8),
  a: bits(4),
  on: flag,
  b: bits(3),
  size: uleb128,
  line: string(until("\n")),
  inner: union("type", u8, { one: [1, struct({ x: u16 })], two: [2, u8] }),
  list: array(struct({ v: u8 }), u8),
  more: when(field("n").atLeast(1), u8),
});
const value = {
  n: 2,
  body: of(1, 2),
  name: "é",
  a: 9,
  on: true,
  b: 5,
  size: 300,
  line: "ok",
  inner: { type: "one" as const, x: 515 },
  list: [{ v: 7 }, { v: 8 }],
  more: 6,
};
const hex = "02 0102 02c3a9 9d ac02 6f6b0a 01 0203 02 07 08 06".replaceAll(" ", "");
const encoded = (given: unknown): string => toHex(compileHere<AnySchema>(message).encode(given));

describe("encode takes any object that has the fields", () => {
  it("frozen, sealed, without a prototype, with fields from a class", () => {
    const freeze = (object: unknown): unknown => {
      if (typeof object === "object" && object !== null && !(object instanceof Uint8Array))
        Object.values(object).forEach(freeze);
      return object instanceof Uint8Array ? object : Object.freeze(object);
    };
    class Message {
      readonly #line = "ok";
      constructor(given: typeof value) {
        const { line: _, list: __, ...own } = given;
        Object.assign(this, own);
      }
      get line(): string {
        return this.#line;
      }
    }
    class Listed extends Message {
      get list(): { v: number }[] {
        return [{ v: 7 }, { v: 8 }];
      }
    }
    expect(encoded(freeze(structuredClone(value)))).toBe(hex);
    expect(encoded(Object.seal({ ...value }))).toBe(hex);
    expect(encoded(Object.assign(Object.create(null), value))).toBe(hex);
    expect(encoded(new Listed(value))).toBe(hex);
    expect(encoded(Object.create(value))).toBe(hex);
  });

  it("from another realm, or behind a Proxy", () => {
    const foreign = runInNewContext(`({ ...${JSON.stringify({ ...value, body: undefined })} })`);
    expect(encoded(Object.assign(foreign, { body: value.body }))).toBe(hex);
    const read = vi.fn((target: object, key: string | symbol) => Reflect.get(target, key));
    expect(encoded(new Proxy(value, { get: read }))).toBe(hex);
    expect(new Set(read.mock.calls.map(([, key]) => key))).toEqual(new Set(Object.keys(value)));
  });

  it("arrays of any kind, but nothing that only looks like one", () => {
    class List extends Array {}
    expect(encoded({ ...value, list: List.from(value.list) })).toBe(hex);
    expect(encoded({ ...value, list: Object.freeze([...value.list]) })).toBe(hex);
    expect(encoded({ ...value, list: new Proxy(value.list, {}) })).toBe(hex);
    for (const list of [{ length: 1, 0: { v: 1 } }, new Set([{ v: 1 }]), "ab", of(1), null, undefined, 2])
      expect(failureOf(() => encoded({ ...value, list }))).toMatchObject({ name: "EncodeError", path: "list" });
    // A hole is a value that is missing.
    expect(failureOf(() => encoded({ ...value, list: new Array(3) }))).toMatchObject({ code: "type", path: "list[0]" });
  });

  it("and changes none of it", () => {
    const given = {
      body: of(1, 2),
      name: "é",
      a: 9,
      on: true,
      b: 5,
      size: 300,
      line: "ok",
      inner: { type: "one", x: 515 },
      list: [{ v: 7 }, { v: 8 }],
      more: 6,
    };
    const before = exact(given);
    expect(encoded(given)).toBe(hex);
    expect(exact(given)).toBe(before);
  });

  it("and lets what a getter throws through as it is", () => {
    const trouble = new Error("from a getter");
    const given = {
      ...value,
      get name(): string {
        throw trouble;
      },
    };
    expect(() => encoded(given)).toThrow(trouble);
    expect(encoded(value)).toBe(hex);
  });

  it("and works again after a value it refused, and while a getter encodes with the same codec", () => {
    expect(() => encoded({ ...value, b: 8 })).toThrow();
    expect(encoded(value)).toBe(hex);
    const codec = compileHere<AnySchema>(message);
    let nested = "";
    const given = {
      ...value,
      get name(): string {
        nested ||= toHex(codec.encode({ ...value, line: "nested" }));
        return "é";
      },
    };
    expect(toHex(codec.encode(given))).toBe(hex);
    expect(nested).toBe(hex.replace("6f6b0a", `${toHex(new TextEncoder().encode("nested"))}0a`));
  });
});

describe("typed arrays whose class lies about their length", () => {
  const say = <T extends new (n: number) => object>(Base: T, key: string, length: unknown) => {
    const lie = new Base(2);
    Object.defineProperty(lie, key, { get: () => length });
    return lie;
  };
  for (const length of [30, 1, 0, -1, Number.NaN])
    it(`by saying ${length}: no byte of another message is sent`, () => {
      const lie = say(Uint8Array, "length", length) as Uint8Array;
      for (const schema of [bytes(rest), bytes(u8), bytes(30), bytes(2), bytes(until("!"))]) {
        const codec = compileHere(schema);
        compileHere(bytes(rest)).encode(Buffer.from("SECRET".repeat(7)));
        for (const encode of [
          () => codec.encode(lie),
          () => codec.write(lie, new Uint8Array(99)),
          () => new Encoder(codec).pieces(lie, 8),
        ])
          expect(failureOf(encode)).toMatchObject({ name: "EncodeError", code: "length" });
      }
      const own = custom({ name: "own", decode: (b) => ({ value: b[0], size: 1 }), encode: () => lie });
      expect(failureOf(() => compileHere(own).encode(1))).toMatchObject({ name: "EncodeError", code: "rejected" });
      const numbers = compileHere(typedArray(u16, u8));
      expect(failureOf(() => numbers.encode(say(Uint16Array, "length", length) as Uint16Array))).toMatchObject({
        name: "EncodeError",
        code: "length",
      });
    });
  it("in bytes alone is of no account", () => {
    const lie = say(Uint16Array, "byteLength", 30) as Uint16Array;
    expect(toHex(compileHere(typedArray(u16, u8)).encode(lie))).toBe("0200000000");
  });
});

describe("functions of the schema are called once for what succeeds", () => {
  let calls = 0;
  const count = <T>(value: T): T => {
    calls++;
    return value;
  };
  const Mapped = map(u8, { decode: count, encode: count<number> });
  const called = (run: () => unknown): number => {
    calls = 0;
    run();
    return calls;
  };
  it.each<[string, AnySchema, object]>([
    ["digits", struct({ m: Mapped, d: decimal(until(" ")) }), { m: 1, d: 12 }],
    ["long text", struct({ m: Mapped, s: string(u16) }), { m: 1, s: "x".repeat(60_000) }],
    ["long text beyond ASCII", struct({ m: Mapped, s: string(u16) }), { m: 1, s: "é".repeat(20_000) }],
    ["a varint", struct({ m: Mapped, n: uleb128({ big: true }) }), { m: 1, n: 2n ** 60n }],
    ["padding", struct({ m: Mapped, s: string(u8), p: padding({ align: 8 }) }), { m: 1, s: "ab" }],
    ["a length in front", struct({ n: lengthOf(uleb128, { from: "s" }), m: Mapped, s: string(u8) }), { m: 1, s: "a" }],
  ])("also where %s is written to just the room there is", (_, schema, value) => {
    const codec = compileHere(schema);
    const wire = codec.encode(value);
    expect(called(() => codec.encode(value))).toBe(1);
    expect(called(() => codec.size(value))).toBe(1);
    expect(called(() => codec.decode(wire))).toBe(1);
    for (const offset of [0, 7, 2 ** 20 + 1]) {
      const into = new Uint8Array(offset + wire.length + 3).fill(0xa5);
      const room = into.subarray(0, offset + wire.length);
      expect(called(() => expect(codec.write(value, room, offset)).toBe(room.length))).toBe(1);
      expect(toHex(into.subarray(offset))).toBe(`${toHex(wire)}a5a5a5`);
      expect(into.subarray(0, offset).every((byte) => byte === 0xa5)).toBe(true);
      expect(failureOf(() => codec.write(value, room.subarray(0, -1), offset))).toMatchObject({ code: "overflow" });
    }
  });
});

describe("arguments that are wrong are TypeErrors and RangeErrors of the caller", () => {
  const codec = compileHere<AnySchema>(message);
  it("decode and read take bytes", () => {
    for (const input of [undefined, null, "ab", 5, [1, 2], {}, { length: 0 }, new Date(), Symbol("x"), () => 1]) {
      expect(() => codec.decode(input as never)).toThrow(TypeError);
      expect(() => codec.safeDecode(input as never)).toThrow(TypeError);
      expect(() => codec.read(input as never)).toThrow(TypeError);
    }
  });
  it("bytes of any view: elements of more than one byte are their bytes", () => {
    expect(compileHere(bytes(4)).decode(new Uint16Array(fromHex("01020304").buffer))).toEqual(of(1, 2, 3, 4));
    expect(compileHere(bytes(4)).decode(runInNewContext("new Uint8Array([1, 2, 3, 4])"))).toEqual(of(1, 2, 3, 4));
    expect(compileHere(bytes(4)).decode(runInNewContext("new Uint8Array([1, 2, 3, 4]).buffer"))).toEqual(
      of(1, 2, 3, 4),
    );
  });
  it("read's offset lies in the bytes", () => {
    const b = fromHex(hex);
    expect(codec.read(b, b.length)).toEqual({ needed: expect.any(Number) });
    for (const offset of [-1, b.length + 1, 0.5, Number.NaN, "0", null])
      expect(() => codec.read(b, offset as never)).toThrow(RangeError);
  });
  it("write takes a Uint8Array, of any kind and in any memory, and an offset in it", () => {
    const shared = new Uint8Array(new SharedArrayBuffer(40));
    for (const into of [new Uint8Array(40), Buffer.alloc(40), shared, new Uint8Array(new ArrayBuffer(60), 9, 40)]) {
      expect(codec.write(value, into, 3)).toBe(3 + hex.length / 2);
      expect(toHex(into.subarray(3, 3 + hex.length / 2))).toBe(hex);
    }
    for (const into of [new ArrayBuffer(40), new DataView(new ArrayBuffer(40)), [], null, undefined, "x"])
      expect(() => codec.write(value, into as never)).toThrow(TypeError);
    for (const offset of [-1, 41, 0.5, Number.NaN, "0", null])
      expect(() => codec.write(value, new Uint8Array(40), offset as never)).toThrow(RangeError);
  });
  it("compile takes a schema, a mode and limits that there are", () => {
    for (const schema of [undefined, null, 5, "u8", {}, { kind: "u8" }, () => 1])
      expect(() => compileHere(schema as never)).toThrow(SchemaError);
    expect(() => compileHere(u8, { mode: "fast" as never })).toThrow(SchemaError);
    for (const limits of [
      { maxMessageSize: -1 },
      { maxElements: 1.5 },
      { maxDepth: Number.NaN },
      { maxDepth: 1025 },
      { maxMessageSize: "1" },
      { maxSize: 1 },
    ])
      expect(() => compileHere(u8, { limits: limits as never })).toThrow(SchemaError);
  });
});

describe("messages as large as the limit allows, and one byte more", () => {
  const limits = { maxMessageSize: 6 };
  facts(bytes(6), { ok: [[of(1, 2, 3, 4, 5, 6), "010203040506"]] }, { limits });
  facts(
    bytes(7),
    {
      badValues: [[new Uint8Array(7), "limit"]],
      badHex: [
        ["01020304050607", "limit"],
        ["01", "limit"],
      ],
    },
    { limits },
  );
  facts(
    bytes(u8),
    {
      ok: [[of(1, 2, 3, 4, 5), "050102030405"]],
      badValues: [[new Uint8Array(6), "limit"]],
      badHex: [
        ["06010203040506", "limit", 1],
        ["06", "limit", 1],
        ["ff", "limit", 1],
      ],
    },
    { limits },
  );
  facts(
    string(u8),
    {
      ok: [["é€", "05c3a9e282ac"]],
      badValues: [
        ["€€", "limit"],
        ["x".repeat(255), "limit"],
      ],
    },
    { limits },
  );
  facts(
    string(until("\n")),
    {
      ok: [["abcde", "61626364650a"]],
      badValues: [["abcdef", "limit"]],
      badHex: [["6162636465660a", "limit"]],
    },
    { limits },
  );
  facts(
    bytes(rest),
    {
      ok: [[of(1, 2, 3, 4, 5, 6), "010203040506"]],
      badValues: [[new Uint8Array(7), "limit"]],
      badHex: [["01020304050607", "limit"]],
      open: true,
    },
    { limits },
  );
  facts(
    struct({ a: u32, b: uleb128 }),
    {
      ok: [[{ a: 1, b: 300 }, "00000001ac02"]],
      badValues: [[{ a: 1, b: 16384 }, "limit"]],
      badHex: [["00000001808001", "limit", 4, "b"]],
    },
    { limits },
  );
  facts(
    struct({ a: u32, b: decimal(3) }),
    { badValues: [[{ a: 1, b: 2 }, "limit"]], badHex: [["00000001303032", "limit"]] },
    { limits },
  );
  facts(
    struct({ a: string(u8), p: padding({ align: 4 }) }),
    {
      ok: [[{ a: "abc" }, "03616263"]],
      badValues: [[{ a: "abcd" }, "limit"]],
      badHex: [["0461626364000000", "limit", 5, "p"]],
    },
    { limits },
  );
  facts(
    array(u16, u8),
    {
      ok: [[[1, 2], "0200010002"]],
      badValues: [[[1, 2, 3], "limit"]],
      badHex: [
        ["03000100020003", "limit", 1],
        ["ff", "limit", 1],
      ],
    },
    { limits },
  );
  facts(
    struct({ a: u8 }),
    { ok: [[{ a: 1 }, "01"]], badHex: [["", "truncated", 0, "a"]] },
    { limits: { maxMessageSize: 1 } },
  );

  it("does not wait for a byte that would be one too many", () => {
    const line = compileHere(string(until("\n")), { limits });
    expect(line.read(of(97, 98, 99, 100, 101))).toEqual({ needed: 1 });
    expect(failureOf(() => line.read(of(97, 98, 99, 100, 101, 102)))).toMatchObject({ code: "limit" });
    // What ends where the input does may have ended here.
    for (const schema of [
      bytes(rest),
      string(until("\n", { orEnd: true })),
      array(u8, rest),
      typedArray(u16, rest),
      sized(rest, struct({ all: bytes(rest) })),
    ]) {
      const codec = compileHere<AnySchema>(schema, { limits });
      expect(codec.read(of(1, 2, 3, 4, 5, 6))).toEqual({ needed: 1 });
      expect(failureOf(() => codec.read(of(1, 2, 3, 4, 5, 6, 7)))).toMatchObject({ code: "limit" });
      expect(() => codec.decode(of(1, 2, 3, 4, 5, 6))).not.toThrow();
    }
  });

  it("counts elements of all arrays of a message together, on both ways", () => {
    const lists = compileHere(array(array(u8, u8), u8), { limits: { maxElements: 6 } });
    expect(lists.decode(of(2, 2, 1, 2, 2, 3, 4))).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(failureOf(() => lists.decode(of(2, 2, 1, 2, 3, 3, 4, 5)))).toMatchObject({ code: "limit", path: "[1]" });
    expect(
      lists.encode([
        [1, 2],
        [3, 4],
      ]),
    ).toEqual(of(2, 2, 1, 2, 2, 3, 4));
    expect(
      failureOf(() =>
        lists.encode([
          [1, 2],
          [3, 4, 5],
        ]),
      ),
    ).toMatchObject({ code: "limit", path: "[1]" });
    // Every message starts from nothing.
    for (let i = 0; i < 5; i++)
      expect(
        lists.size([
          [1, 2],
          [3, 4],
        ]),
      ).toBe(7);
  });
});
