import {
  type AnySchema,
  array,
  at,
  bytes,
  checksum,
  compute,
  crc32,
  Decoder,
  decimal,
  Encoder,
  field,
  lazy,
  magic,
  map,
  rest,
  type Schema,
  sized,
  string,
  struct,
  u8,
  u16,
  u16le,
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
import { fromHex, toHex } from "./support/shared-data.ts";

const bytesOf = (hex: string) => fromHex(hex.replaceAll(" ", ""));

/** The value encodes as the bytes, with and without its offsets, and they decode as the value. */
function expectBoth(schema: Parameters<typeof compileHere>[0], value: object, hex: string): void {
  const codec = compileHere(schema);
  expect(toHex(codec.encode(value))).toBe(hex.replaceAll(" ", ""));
  expect(codec.size(value)).toBe(bytesOf(hex).length);
  expect(codec.decode(bytesOf(hex))).toEqual(value);
  const framed = Uint8Array.of(0xa5, 0xa5, ...bytesOf(hex), 0xa5);
  expect(codec.read(framed, 2)).toEqual({ value, offset: framed.length - 1 });
}

describe("something at an offset", () => {
  const Named = struct({ nameAt: u16, n: u8, name: at(field("nameAt"), string(u8)) });
  it("stands behind everything else, and its offset is filled in", () => {
    expectBoth(Named, { nameAt: 3, n: 7, name: "ab" }, "0003 07 026162");
    expect(toHex(compileHere(Named).encode({ n: 7, name: "ab" }))).toBe("000307026162");
  });
  it("may lie further behind, over bytes that mean nothing", () => {
    expect(compileHere(Named).decode(bytesOf("0005 07 ffff 026162"))).toEqual({ nameAt: 5, n: 7, name: "ab" });
    expect(toHex(compileHere(Named).encode({ nameAt: 5, n: 7, name: "ab" }))).toBe("0005070000026162");
  });
  it("is one of each: two cannot follow from one offset", () => {
    const codec = compileHere(struct({ o: u8, a: at(field("o"), u8), b: at(field("o"), u8) }));
    expect(codec.decode(bytesOf("01 05"))).toEqual({ o: 1, a: 5, b: 5 });
    expect(failureOf(() => codec.encode({ a: 1, b: 1 }))).toMatchObject({
      code: "mismatch",
      path: "b",
      message: 'b: needs an offset of its own, "o" is that of an earlier field (offset 1, near __ at 0)',
    });
    expect(failureOf(() => codec.encode({ o: 3, a: 1, b: 1 }))).toMatchObject({
      message: "b: lies behind everything before it, at 4 or later, got 3 (offset 4, near __ at 0)",
    });
  });
  it("must be given where it decides something before it is known", () => {
    const asked = compileHere(struct({ o: u8, x: at(field("o"), u8), y: when(field("o").atLeast(1), u8) }));
    expect(toHex(asked.encode({ o: 2, x: 5, y: 6 }))).toBe("020605");
    expect(failureOf(() => asked.encode({ x: 5, y: 6 }))).toMatchObject({ code: "missing", path: "y" });
  });
  it("may lie in what was read already", () => {
    expect(compileHere(Named).decode(bytesOf("0002 00"))).toEqual({ nameAt: 2, n: 0, name: "" });
  });
  it("cannot be put where other bytes are", () => {
    expect(failureOf(() => compileHere(Named).encode({ nameAt: 2, n: 7, name: "ab" }))).toMatchObject({
      name: "EncodeError",
      code: "mismatch",
      path: "name",
    });
  });
  it("is counted from the start of the message, wherever that lies", () => {
    const message = bytesOf("0003 07 026162");
    const memory = new Uint8Array(32);
    memory.set(message, 9);
    expect(compileHere(Named).decode(memory.subarray(9, 15))).toMatchObject({ name: "ab" });
    const into = new Uint8Array(16);
    expect(compileHere(Named).write({ n: 7, name: "ab" }, into, 5)).toBe(11);
    expect(toHex(into.subarray(5, 11))).toBe(toHex(message));
  });
  it("through arithmetic, in a bigint, in little-endian", () => {
    expectBoth(struct({ p: u16le, x: at(field("p").plus(1), u8) }), { p: 1, x: 9 }, "0100 09");
    expectBoth(struct({ p: u8, x: at(field("p").times(2), u8), y: u8 }), { p: 1, x: 9, y: 5 }, "01 05 09");
    expectBoth(struct({ p: u64, x: at(field("p"), u8) }), { p: 8n, x: 9 }, "0000000000000008 09");
    expectBoth(struct({ p: decimal(4), x: at(field("p"), u8) }), { p: 4, x: 9 }, "30303034 09");
  });
  it("at a fixed offset", () => {
    expectBoth(struct({ n: u8, x: at(4, u16) }), { n: 7, x: 9 }, "07 000000 0009");
  });
});

describe("many offsets", () => {
  const Entry = struct({ at: u8, item: at(field("at"), string(u8)) });
  it("in an array, in order", () => {
    expectBoth(
      array(Entry, u8),
      [
        { at: 3, item: "a" },
        { at: 5, item: "bc" },
      ],
      "02 03 05 0161 026263",
    );
  });
  it("that point at the same bytes are all read", () => {
    expect(compileHere(array(Entry, u8)).decode(bytesOf("02 03 03 0161"))).toEqual([
      { at: 3, item: "a" },
      { at: 3, item: "a" },
    ]);
  });
  it("in what is pointed at", () => {
    const Outer = struct({ p: u8, x: at(field("p"), struct({ n: u8, q: u8, y: at(field("q"), u8), z: u8 })) });
    expectBoth(Outer, { p: 1, x: { n: 5, q: 4, y: 7, z: 6 } }, "01 05 04 06 07");
    expectBoth(
      array(Outer, 2),
      [
        { p: 2, x: { n: 5, q: 8, y: 7, z: 6 } },
        { p: 5, x: { n: 1, q: 9, y: 3, z: 2 } },
      ],
      "02 05 05 08 06 01 09 02 07 03",
    );
  });
  it("that refer to fields and lengths in what they point at", () => {
    const Table = struct({ n: u8, items: array(u16, field("n")) });
    expectBoth(
      struct({ p: u8, table: at(field("p"), Table), last: u8 }),
      { p: 2, table: { n: 2, items: [1, 2] }, last: 9 },
      "02 09 02 0001 0002",
    );
  });
  it("of variants and windows", () => {
    const Part = union("t", u8, {
      here: [0, u8],
      there: [1, struct({ p: u8, x: at(field("p"), sized(u8, bytes(rest))) })],
    });
    expectBoth(
      array(Part, u8),
      [
        { t: "there", p: 5, x: Uint8Array.of(7) },
        { t: "here", value: 9 },
      ],
      "02 01 05 00 09 01 07",
    );
    expectBoth(
      struct({ frame: sized(uleb128, struct({ p: u8, x: at(field("p"), u8), y: u8 })), end: u8 }),
      { frame: { p: 4, x: 9, y: 5 }, end: 6 },
      "02 04 05 06 09",
    );
  });
  it("under a checksum, which is computed when they are known", () => {
    const schema = struct({ p: u32, crc: checksum(u32, crc32, { from: "p", to: "p" }), x: at(field("p"), u8) });
    const codec = compileHere(schema);
    const wire = codec.encode({ x: 9 });
    expect(codec.decode(wire)).toEqual({ p: 8, crc: compute(crc32, bytesOf("00000008")), x: 9 });
    expect(failureOf(() => codec.encode({ crc: 5, x: 9 }))).toMatchObject({ code: "mismatch", path: "crc", offset: 4 });
    const nested = compileHere(struct({ all: checksum(u32, crc32, { from: "list" }), list: array(schema, u8), z: u8 }));
    const value = { list: [{ x: 1 }, { x: 2 }], z: 9 };
    expect(nested.decode(nested.encode(value))).toMatchObject(value);
    expect(failureOf(() => nested.encode({ list: [{ x: 1 }, { x: 2, crc: 7 }], z: 9 }))).toMatchObject({
      code: "mismatch",
      path: "list[1].crc",
    });
  });
});

describe("beside what takes everything up to the end", () => {
  const Choice = union("type", u8, { all: [1, string(rest)], one: [2, u8] });
  const Table = struct({ p: u8, x: at(field("p"), u8), v: Choice });
  const Line = struct({ p: u8, x: at(field("p"), u8), line: string(until("\n", { orEnd: true })) });
  const Deep = struct({ p: u8, x: at(field("p"), struct({ q: u8, y: at(field("q"), string(u8)), z: bytes(rest) })) });
  const refused: Record<string, readonly [AnySchema, unknown, string]> = {
    "a field of the rest": [
      struct({ p: u8, x: at(field("p"), u8), r: bytes(rest) }),
      { x: 1, r: new Uint8Array(2) },
      "x",
    ],
    "a field of the rest without bytes": [
      struct({ p: u8, x: at(field("p"), u8), r: bytes(rest) }),
      { x: 1, r: new Uint8Array(0) },
      "x",
    ],
    "a field of the rest in a variant": [Table, { x: 1, v: { type: "all", value: "abc" } }, "x"],
    "a field of the rest that what lies behind would make invalid": [
      Table,
      { x: 0xff, v: { type: "all", value: "abc" } },
      "x",
    ],
    "elements up to the end": [
      struct({ p: u8, x: at(field("p"), u8), list: array(u16, rest) }),
      { x: 1, list: [1] },
      "x",
    ],
    "a field of the rest in what an offset points at": [Deep, { x: { y: "ab", z: new Uint8Array(1) } }, "x.y"],
    "what follows a first one that is empty": [
      struct({ p: u8, none: at(field("p"), struct({})), q: u8, x: at(field("q"), u8), r: bytes(rest) }),
      { none: {}, x: 1, r: new Uint8Array(2) },
      "x",
    ],
  };
  it.each(Object.entries(refused))("is refused where it would be taken in: %s", (_, [schema, value, path]) => {
    const codec = compileHere(schema as never);
    const refusal = { name: "EncodeError", code: "mismatch", path };
    expect(failureOf(() => codec.encode(value as never))).toMatchObject(refusal);
    expect(failureOf(() => codec.size(value as never))).toMatchObject(refusal);
    expect(failureOf(() => codec.write(value as never, new Uint8Array(64)))).toMatchObject(refusal);
    expect(failureOf(() => new Encoder(codec).pieces(value as never, 1))).toMatchObject(refusal);
  });

  const taken: Record<string, readonly [AnySchema, unknown, string]> = {
    "a line, which gets its delimiter": [Line, { p: 4, x: 9, line: "ab" }, "04 61620a 09"],
    "another variant": [Table, { p: 3, x: 9, v: { type: "one", value: 5 } }, "03 02 05 09"],
    "nothing at the offset": [
      struct({ p: u8, x: at(field("p"), struct({})), r: bytes(rest) }),
      { p: 3, x: {}, r: Uint8Array.of(7, 8) },
      "03 07 08",
    ],
    "a condition that does not hold": [
      struct({ n: u8, p: u8, x: at(field("p"), u8), r: when(field("n").is(1), bytes(rest)) }),
      { n: 0, p: 2, x: 9 },
      "00 02 09",
    ],
    "the rest at the last offset": [
      struct({
        p: u8,
        x: at(field("p"), union("t", u8, { a: [0, struct({ q: u8, y: at(field("q"), u8) })], b: [1, bytes(rest)] })),
      }),
      { p: 1, x: { t: "a", q: 3, y: 9 } },
      "01 00 03 09",
    ],
    "a window, which has an end": [
      struct({ p: u8, x: at(field("p"), u8), r: sized(u8, bytes(rest)) }),
      { p: 3, x: 9, r: Uint8Array.of(7) },
      "03 01 07 09",
    ],
  };
  it.each(Object.entries(taken))("stands where nothing takes it in: %s", (_, [schema, value, hex]) => {
    const codec = compileHere(schema as never);
    expect(toHex(codec.encode(value as never))).toBe(hex.replaceAll(" ", ""));
    expect(codec.decode(bytesOf(hex))).toEqual(value);
    expect(Buffer.concat(new Encoder(codec).pieces(value as never, 1)).toString("hex")).toBe(hex.replaceAll(" ", ""));
  });

  it("is decoded all the same, for some formats point into the rest", () => {
    const schema = struct({ p: u8, x: at(field("p"), u8), r: bytes(rest) });
    expect(compileHere(schema).decode(bytesOf("02 07 09"))).toEqual({ p: 2, x: 9, r: Uint8Array.of(7, 9) });
  });
  it("is refused for its size where that is too large", () => {
    const schema = struct({ p: u8, kind: u8, tail: at(field("p"), bytes(rest)) });
    const codec = compileHere(schema, { limits: { maxMessageSize: 1 } });
    const value = { kind: 0, tail: new Uint8Array(0) };
    expect(failureOf(() => codec.encode(value))).toMatchObject({ code: "limit" });
    expect(failureOf(() => codec.size(value))).toMatchObject({ code: "limit" });
  });

  it("costs in proportion to how many there are", () => {
    const Many = struct({ list: array(struct({ p: u32, x: at(field("p"), u8) }), u32), v: Choice });
    const value = { list: Array.from({ length: 100_000 }, () => ({ x: 1 })), v: { type: "one", value: 5 } };
    expect(compileHere(Many).encode(value as never).length).toBe(4 + 500_000 + 2);
  });
});

describe("what is wrong with a value at an offset", () => {
  it.each([
    [struct({ p: u8, x: at(field("p"), u8) }), { x: 300 }, "range", "x", 1],
    [struct({ p: u8, x: at(field("p"), u8) }), {}, "missing", "x", undefined],
    [struct({ p: u8, x: at(field("p"), string(u8)) }), { x: 5 }, "type", "x", undefined],
    [
      struct({ p: u8, x: at(field("p"), u8), pad: bytes(255) }),
      { x: 5, pad: new Uint8Array(255) },
      "range",
      "x",
      undefined,
    ],
    [
      array(struct({ p: u8, x: at(field("p"), struct({ y: u8 })) }), 2),
      [{ x: { y: 1 } }, { x: { y: 300 } }],
      "range",
      "[1].x.y",
      3,
    ],
    [
      array(struct({ p: u8, x: at(field("p"), struct({ q: u8, y: at(field("q"), array(u8, u8)) })) }), 2),
      [{ x: { y: [1] } }, { x: { y: [1, 2, 300] } }],
      "range",
      "[1].x.y[2]",
      undefined,
    ],
  ])("is told with its whole path: %#", (schema, value, code, path, offset) => {
    const error = failureOf(() => compileHere(schema as never).encode(value as never));
    expect(error).toMatchObject({ name: "EncodeError", code, path, ...(offset !== undefined && { offset }) });
  });
  it("what a map throws there too, after as many calls as it takes", () => {
    const codec = compileHere(
      struct({
        p: u8,
        x: at(
          field("p"),
          map(u8, {
            decode: (n) => n,
            encode: (): number => {
              throw new Error("no");
            },
          }),
        ),
      }),
    );
    expect(failureOf(() => codec.encode({ x: 1 }))).toMatchObject({ code: "rejected", path: "x", actual: "no" });
  });
});

describe("bytes that point anywhere", () => {
  const Named = struct({ p: u32, name: at(field("p"), string(u8)) });
  it.each([
    ["00000005", "truncated", "name"],
    ["00000006 01", "truncated", "name"],
    ["ffffffff 00", "limit", "name"],
    ["00000004 05 61", "truncated", "name"],
  ])("out of range: %s", (hex, code, path) => {
    expect(failureOf(() => compileHere(Named).decode(bytesOf(hex)))).toMatchObject({ name: "DecodeError", code, path });
  });
  it("ask for the bytes that are missing", () => {
    const codec = compileHere(Named);
    expect(codec.read(bytesOf("00000010"))).toEqual({ needed: 12 });
    const { needed } = codec.read(bytesOf("00000004")) as { needed: number };
    expect(needed).toBe(1);
    expect(codec.read(bytesOf("00000004 03 61"))).toEqual({ needed: 2 });
  });
  it("out of a window, into the message", () => {
    const schema = struct({ frame: sized(u8, struct({ p: u8, x: at(field("p"), u8) })), tail: bytes(2) });
    expect(compileHere(schema).decode(bytesOf("01 03 05 06"))).toEqual({
      frame: { p: 3, x: 6 },
      tail: Uint8Array.of(5, 6),
    });
  });
  describe("the rest of the message from an offset on", () => {
    const Tail = struct({ p: u8, tail: at(field("p"), bytes(rest)) });
    const schemas = {
      "in a struct": [Tail, "02 ff 0506", { p: 2, tail: Uint8Array.of(5, 6) }],
      "out of a window": [
        struct({ frame: sized(u8, Tail) }),
        "01 03 ff 0506",
        { frame: { p: 3, tail: Uint8Array.of(5, 6) } },
      ],
      "behind a tag": [union("type", u8, { a: [1, Tail] }), "01 02 05", { type: "a", p: 2, tail: Uint8Array.of(5) }],
      "under a condition": [
        struct({ n: u8, x: when(field("n").is(1), at(2, string(rest))) }),
        "01 ff 61",
        { n: 1, x: "a" },
      ],
    } as const satisfies Record<string, readonly [AnySchema, string, unknown]>;
    it.each(Object.entries(schemas))("%s ends with the stream and not before", (_, [schema, hex, value]) => {
      expect(schema.facts.greedy).toBe(true);
      const codec = compileHere(schema as AnySchema);
      const decoder = new Decoder<unknown>(codec);
      for (const byte of bytesOf(hex)) expect([...decoder.push(Uint8Array.of(byte))]).toEqual([]);
      expect([...decoder.end()]).toEqual([value]);
      expect(codec.read(bytesOf(hex))).toEqual({ needed: 1 });
    });
  });
  it("arrive in any chunks", () => {
    const schema = struct({
      head: magic("H"),
      frame: sized(
        u8,
        struct({ p: u8, x: at(field("p"), struct({ s: string(u8), q: u8, y: at(field("q"), string(until("\0"))) })) }),
      ),
      tail: u16,
    });
    const codec = compileHere(schema);
    const value = { frame: { x: { s: "hello", y: "world" } }, tail: 7 };
    const wire = codec.encode(value as never);
    const want = codec.decode(wire);
    expect(want).toMatchObject(value);
    for (let size = 1; size <= wire.length; size++) {
      const decoder = new Decoder(codec);
      const got: unknown[] = [];
      for (let i = 0; i < wire.length; i += size) got.push(...decoder.push(wire.subarray(i, i + size)));
      expect(got, `chunks of ${size}`).toEqual([want]);
      expect([...decoder.end()]).toEqual([]);
    }
  });

  interface Loop {
    p: number;
    next: Loop;
  }
  const Loop: Schema<Loop> = struct({
    p: u8,
    next: at(
      field("p"),
      lazy(() => Loop),
    ),
  }) as never;
  it("in circles are stopped by the depth", () => {
    expect(failureOf(() => compileHere(Loop).decode(bytesOf("00")))).toMatchObject({ code: "limit" });
    expect(failureOf(() => compileHere(Loop).decode(bytesOf("01 00")))).toMatchObject({ code: "limit" });
    const deep = compileHere(Loop, { limits: { maxDepth: 1024 } });
    expect(failureOf(() => deep.decode(bytesOf("00")))).toMatchObject({ code: "limit" });
  });
  it("twice each, so that they double at each step, are stopped by the count", () => {
    const Twice: Schema<any> = struct({
      p: u8,
      a: at(
        field("p"),
        lazy(() => Twice),
      ),
      b: at(
        field("p"),
        lazy(() => Twice),
      ),
    }) as never;
    expect(
      failureOf(() => compileHere(Twice, { limits: { maxElements: 10_000 } }).decode(bytesOf("00"))),
    ).toMatchObject({
      code: "limit",
    });
  });
  it("at the same large thing again and again are stopped by what they would read together", () => {
    const schema = array(struct({ p: u16, x: at(field("p"), bytes(u16)) }), u16);
    const codec = compileHere(schema, { limits: { maxMessageSize: 100_000 } });
    const count = 200;
    const offset = 2 + 2 * count;
    const wire = new Uint8Array(offset + 2 + 5000);
    const view = new DataView(wire.buffer);
    view.setUint16(0, count);
    for (let i = 0; i < count; i++) view.setUint16(2 + 2 * i, offset);
    view.setUint16(offset, 5000);
    expect(failureOf(() => codec.decode(wire))).toMatchObject({ code: "limit", path: "[19].x" });
  });
});

it("says in its source why there is no code", () => {
  const codec = compileHere(struct({ p: u8, x: at(field("p"), u8) }));
  if (codec.mode === "jit")
    expect(codec.source).toMatch(/^\/\/ There is no decode function: this schema has `at`, .*interpreted\./);
  else expect(codec.source).toBe("");
});

describe("what cannot be an offset", () => {
  it.each([
    ["less than nothing", () => at(-1, u8), "argument"],
    ["a fraction", () => at(0.5, u8), "argument"],
    ["a schema", () => at(u8 as never, u8), "argument"],
    ["without content", () => at(0, 5 as never), "argument"],
    ["a field of variable width", () => struct({ p: uleb128, x: at(field("p"), u8) }), "argument"],
    ["text", () => struct({ p: string(1), x: at(field("p"), u8) }), "inverse"],
    [
      "of the rest, with something else behind it",
      () => struct({ p: u8, q: u8, x: at(field("p"), bytes(rest)), y: at(field("q"), u8) }),
      "end",
    ],
    ["of the rest, once for each element", () => array(struct({ p: u8, x: at(field("p"), bytes(rest)) }), u8), "end"],
    ["a later field", () => struct({ x: at(field("p"), u8), p: u8 } as never), "reference"],
    [
      "of what reads fields around it",
      () => struct({ n: u8, x: at(0, struct({ b: bytes(field("../n")) })) }),
      "reference",
    ],
  ])("%s", (_, define, code) => {
    expect(failureOf(() => compileHere(define() as never))).toMatchObject({ name: "SchemaError", code });
  });
});
