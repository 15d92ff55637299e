// The laws of DESIGN.md, section 5, one by one.

import {
  type AnySchema,
  array,
  bits,
  bytes,
  check,
  checksum,
  compile,
  crc32,
  DecodeError,
  Decoder,
  decimal,
  EncodeError,
  enumeration,
  f64,
  field,
  flag,
  i8,
  i16,
  i24,
  i32,
  i40,
  i48,
  i64,
  lazy,
  lengthOf,
  magic,
  map,
  match,
  rest,
  type Schema,
  SchemaError,
  safe,
  sized,
  string,
  struct,
  u8,
  u16,
  u24,
  u32,
  u40,
  u48,
  u64,
  uleb128,
  union,
  until,
  when,
} from "@wireform/codec";
import { type LawName, properties } from "@wireform/codec/fast-check";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exact, failureOf } from "./support/facts.ts";
import { compileHere, mode } from "./support/mode.ts";
import { runs, seed } from "./support/runs.ts";
import { fromHex, toHex } from "./support/shared-data.ts";

const Point = struct({ x: i16, y: i16 });
const Body = union("type", u8, {
  hello: [1, struct({ version: u8, name: string(u8) })],
  move: [2, struct({ at: u32, path: array(Point, u16) })],
  note: [3, struct({ urgent: flag, level: bits(7), text: when(field("urgent"), string(u16)), tail: f64 })],
});
const Frame = struct({
  magic: magic("WF"),
  length: lengthOf(u16, { from: "id", to: "crc" }),
  id: uleb128,
  body: Body,
  crc: checksum(u32, crc32, { from: "id", to: "body" }),
});

const otherMode = mode === "interpret" ? "jit" : "interpret";
const holds = (schema: AnySchema, ...names: LawName[]): void => {
  const laws = properties(compileHere(schema));
  for (const name of names) fc.assert(laws[name] as NonNullable<(typeof laws)[LawName]>, { numRuns: runs(40), seed });
};

describe("1. the interpreter is the specification; compiled code must agree", () => {
  test("on values, refused values, damaged bytes and every field of every error", () => {
    holds(Frame, "modesAgree", "mutatedInput");
  });

  test("on the order of keys, on -0 and on what is absent", () => {
    const schema = struct({ z: f64, a: u8, m: when(field("a").is(1), u8), b: u8 });
    const bytes = fromHex("8000000000000000 00 07".replaceAll(" ", ""));
    for (const one of ["jit", "interpret"] as const)
      expect(exact(compile(schema, { mode: one }).decode(bytes))).toBe("{ z: -0, a: 0, b: 7 }");
  });
});

describe("2. not enough bytes is an answer, not an error", () => {
  test("every beginning of a message needs at least one byte more, at most those that are missing", () => {
    holds(Frame, "honestPrefixes");
  });

  test("only the end makes it an error, and short data is never returned", () => {
    const codec = compileHere(struct({ name: string(u8) }));
    const decoder = new Decoder(codec);
    expect([...decoder.push(fromHex("0561"))]).toEqual([]);
    expect(decoder.needed).toBe(4);
    expect(codec.read(fromHex("0561"))).toEqual({ needed: 4 });
    expect(failureOf(() => decoder.end())).toMatchObject({ code: "truncated", path: "name" });
    holds(Frame, "truncation");
  });
});

describe("3. every message comes out with the chunk that completes it", () => {
  test("whatever the chunks", () => {
    holds(Frame, "promptEmission", "splitInvariance", "damagedStreams");
  });

  test("and every byte is looked at a few times, with 200000 strings of one message in chunks of 64 bytes", () => {
    const count = 200_000;
    let calls = 0;
    const counted = map(string(u8), {
      decode(text) {
        calls++;
        return text;
      },
      encode: (text: string) => text,
    });
    const codec = compileHere(array(counted, u32));
    const bytes = codec.encode(Array.from({ length: count }, (_, i) => String(i % 10)));
    calls = 0;
    const decoder = new Decoder(codec);
    const messages: unknown[][] = [];
    for (let at = 0; at < bytes.length; at += 64)
      for (const message of decoder.push(bytes.subarray(at, at + 64))) messages.push(message);
    expect(messages.map((message) => message.length)).toEqual([count]);
    // Once by the interpreter, and by generated code at each doubling of what is there.
    expect(calls).toBeLessThan(4 * count);
  });
});

describe("4. messages before a bad one are delivered first", () => {
  test("then the error, then the decoder is spent", () => {
    const decoder = new Decoder(compileHere(struct({ a: check(u8, (n) => n < 9, "below 9"), b: u8 })));
    const seen: unknown[] = [];
    const read = () => {
      for (const message of decoder.push(fromHex("0102 0304 0905 0102".replaceAll(" ", "")))) seen.push(message);
    };
    const error = failureOf(read);
    expect(error).toMatchObject({ code: "rejected", path: "a", offset: 4 });
    expect(seen).toEqual([
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ]);
    for (const again of [read, () => decoder.end(), () => decoder.next()]) expect(failureOf(again)).toEqual(error);
  });
});

describe("5. limits are on by default and checked before memory is spent", () => {
  const huge: readonly (readonly [what: string, schema: AnySchema, hex: string])[] = [
    ["bytes", bytes(u32), "ffffffff"],
    ["a string", string(u32), "ffffffff"],
    ["elements of 4 bytes", array(u32, u32), "ffffffff"],
    ["elements without bytes", array(struct({}), u32), "ffffffff"],
    ["elements of elements", array(array(struct({}), u32), u8), `02 000fffff 000fffff`],
    ["a window", sized(u32, bytes(rest)), "ffffffff"],
    ["a length that stands elsewhere", struct({ n: u32, data: bytes(field("n")) }), "ffffffff"],
    ["a length in digits", bytes(decimal(until(":"))), toHex(new TextEncoder().encode("99999999999:"))],
  ];
  for (const [what, schema, hex] of huge)
    test(`${what}, announced beyond the limit`, () => {
      const codec = compileHere(schema);
      const input = fromHex(hex.replaceAll(" ", ""));
      const before = process.memoryUsage().arrayBuffers;
      expect(failureOf(() => codec.decode(input))).toMatchObject({ name: "DecodeError", code: "limit" });
      expect(failureOf(() => codec.read(input))).toMatchObject({ code: "limit" });
      expect(failureOf(() => [...new Decoder(codec).push(input)])).toMatchObject({ code: "limit" });
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
    });

  test("recursion", () => {
    type Nest = { inner: Nest[] };
    const Nest: Schema<Nest> = struct({
      inner: array(
        lazy(() => Nest),
        u8,
      ),
    });
    const codec = compileHere(Nest);
    let value: Nest = { inner: [] };
    for (let i = 0; i < 1000; i++) value = { inner: [value] };
    expect(failureOf(() => codec.encode(value))).toMatchObject({ name: "EncodeError", code: "limit" });
    expect(failureOf(() => codec.decode(new Uint8Array(1000).fill(1)))).toMatchObject({ code: "limit" });
  });

  test("what a message of unknown end retains", () => {
    const decoder = new Decoder(compileHere(string(until("\n")), { limits: { maxMessageSize: 1000 } }));
    const read = () => {
      for (let i = 0; i < 100; i++) [...decoder.push(new Uint8Array(100).fill(0x61))];
    };
    expect(failureOf(read)).toMatchObject({ code: "limit" });
    expect(decoder.buffered).toBeLessThanOrEqual(1100);
  });

  test("to the byte", () => {
    holds(Frame, "bounded");
  });
});

describe("6. decoding undoes encoding, and encoding decoding", () => {
  test("values, canonical bytes, sizes, and fields that follow from others", () => {
    holds(Frame, "roundTrip", "canonical", "size", "derived");
  });
});

describe("7. errors say whose fault and where", () => {
  const codec = compileHere(Frame);
  const value = { id: 1, body: { type: "move", at: 7, path: [1, 2, 3, 4].map((x) => ({ x, y: -x })) } } as const;
  const wire = codec.encode(value);

  test("your value", () => {
    const path = value.body.path.map((point, i) => (i === 3 ? { ...point, x: 40000 } : point));
    const error = failureOf(() => codec.encode({ ...value, body: { ...value.body, path } }));
    expect(error).toMatchObject({
      name: "EncodeError",
      code: "range",
      path: "body.path[3].x",
      keys: ["body", "path", 3, "x"],
      offset: 24,
    });
    expect(error.message).toContain("body.path[3].x");
    expect(error.message).toContain("40000");
    expect(error.message).toContain("offset 24, near 00 01 ff ff 00 02 ff fe 00 03 ff fd at 12");
  });

  test("their bytes", () => {
    const point = compileHere(struct({ path: array(Point, u16) }));
    const error = failureOf(() => point.decode(fromHex("0002 0001 0002 0003 00".replaceAll(" ", ""))));
    expect(error).toMatchObject({ name: "DecodeError", code: "truncated", path: "path[1].y", offset: 8 });
    expect(error.message).toMatch(/^path\[1\]\.y: .*offset 8/);
    expect(error.message).toContain("near 00 02 00 03 00 at 4");
    const damaged = wire.slice();
    (damaged[damaged.length - 1] as number) ^= 1;
    expect(failureOf(() => codec.decode(damaged))).toMatchObject({ code: "checksum", path: "crc" });
  });

  test("your definition, while defining", () => {
    expect(() => struct({ data: bytes(field("lenght" as never)) } as never)).toThrow(
      expect.objectContaining({ name: "SchemaError", code: "reference", path: "data" }),
    );
    expect(() => struct({ inner: struct({ a: bits(3), b: u8 }) })).toThrow(SchemaError);
  });

  test("absolute in a stream, and recognised by code", () => {
    const decoder = new Decoder(compileHere(struct({ a: u8, kind: enumeration(u8, { one: 1 }) })));
    const error = failureOf(() => [...decoder.push(fromHex("0001000100010009"))]);
    expect(error).toMatchObject({ code: "value", path: "kind", offset: 7 });
    expect(new DecodeError({ code: "value", keys: [], offset: 0, expected: "", actual: "" })).toBeInstanceOf(Error);
    expect(new EncodeError({ code: "type", keys: [], offset: 0, expected: "", actual: "" }).code).toBe("type");
  });
});

describe("8. a value that does not fit throws with its path; nothing wraps, truncates or shifts", () => {
  const numbers: Record<string, readonly [AnySchema, max: number]> = {
    u8: [u8, 2 ** 8],
    u16: [u16, 2 ** 16],
    u24: [u24, 2 ** 24],
    u32: [u32, 2 ** 32],
    u40: [u40, 2 ** 40],
    u48: [u48, 2 ** 48],
    i8: [i8, 2 ** 7],
    i16: [i16, 2 ** 15],
    i24: [i24, 2 ** 23],
    i32: [i32, 2 ** 31],
    i40: [i40, 2 ** 39],
    i48: [i48, 2 ** 47],
    "safe(u64)": [safe(u64), 2 ** 53],
    "safe(i64)": [safe(i64), 2 ** 53],
    "bits(8)": [bits(8), 2 ** 8],
    uleb128: [uleb128, 2 ** 53],
    "decimal(4)": [decimal(4), 10 ** 4],
  };
  for (const [name, [schema, past]] of Object.entries(numbers))
    test(name, () => {
      const codec = compileHere(struct({ before: u8, list: array(struct({ n: schema }), u8) }) as AnySchema);
      const least = /^i|\(i/.test(name) ? -past - 1 : -1;
      for (const n of [past, past * 256, least, 0.5, 1e300, Number.NaN, Infinity, -Infinity, 1n, "1", null, {}, true])
        expect(
          failureOf(() => codec.encode({ before: 1, list: [{ n: 0 }, { n }] })),
          String(n),
        ).toMatchObject({
          name: "EncodeError",
          path: "list[1].n",
        });
      expect(failureOf(() => codec.encode({ before: 1, list: [{ n: 0 }, {}] }))).toMatchObject({
        code: "missing",
        path: "list[1].n",
      });
    });

  test("64 bits, texts and bytes that are too long, arrays of another length", () => {
    const wrong: readonly (readonly [AnySchema, unknown])[] = [
      [u64, 1n << 64n],
      [u64, -1n],
      [i64, 1n << 63n],
      [u64, 1],
      [string(u8), "x".repeat(256)],
      [string(3), "four"],
      [string(4), "abc"],
      [string(u8, "ascii"), "é"],
      [string(u8), "\ud800"],
      [string(until("\n")), "a\nb"],
      [bytes(3), new Uint8Array(4)],
      [bytes(u8), new Uint8Array(256)],
      [bytes(u8), [1, 2]],
      [array(u8, 2), [1, 2, 3]],
      [array(u8, u8), new Array(256).fill(0)],
      [sized(2, u16), 65536],
    ];
    for (const [schema, it] of wrong) {
      const codec = compileHere(struct({ it: schema }) as AnySchema);
      expect(
        failureOf(() => codec.encode({ it })),
        exact(it),
      ).toMatchObject({ name: "EncodeError", path: "it" });
    }
  });
});

describe("9. the text of a schema never becomes code", () => {
  const marked = globalThis as { wireformWasHere?: unknown };
  const evil = [
    "constructor",
    "toString",
    "hasOwnProperty",
    "prototype",
    "a;b",
    'a"b',
    "a'b",
    "a`${wireformWasHere = 1}`b",
    "*/ wireformWasHere = 1 /*",
    "\n wireformWasHere = 1 //",
    "\u2028wireformWasHere = 1",
    "\\",
    "]; wireformWasHere = 1; [",
    "if",
    "v",
    "b",
    "p",
    "r",
    "w",
    "STOP",
    "\ud800",
    "x".repeat(65536),
  ];

  /** Round trips in both modes, with the same key order and nothing run. */
  function expectHarmless(schema: AnySchema, value: unknown): void {
    const [here, other] = [compileHere(schema), compile(schema, { mode: otherMode })];
    const encoded = here.encode(value);
    expect(toHex(other.encode(value))).toBe(toHex(encoded));
    expect(exact(here.decode(encoded))).toBe(exact(value));
    expect(exact(other.decode(encoded))).toBe(exact(value));
    expect(marked.wireformWasHere).toBe(undefined);
  }

  test("names of fields", () => {
    for (const name of evil) expectHarmless(struct({ [name]: u8, last: u8 }), { [name]: 1, last: 2 });
    expectHarmless(
      struct(Object.fromEntries(evil.map((name) => [name, u16]))),
      Object.fromEntries(evil.map((name, i) => [name, i])),
    );
    for (const name of ["__proto__", "", "0", "17"])
      expect(() => struct({ [name === "__proto__" ? "x" : name]: u8, ["__proto__"]: u8 } as never)).toThrow(
        SchemaError,
      );
  });

  test("names of variants, enumerations, references and tags", () => {
    for (const name of evil) {
      expectHarmless(union(name, u8, { [name]: [1, struct({ a: u8 })] }), { [name]: name, a: 7 });
      expectHarmless(enumeration(u8, { [name]: 3 }), name);
      const of = field(name.replace(/[./]/g, "_") || "x");
      const key = of.path;
      expectHarmless(
        struct({ [key]: u8, body: when(of.is(1), match(of, { 1: u8 })), n: bytes(2) } as never) as AnySchema,
        { [key]: 1, body: 9, n: new Uint8Array(2) },
      );
    }
  });

  test("constants, delimiters and messages", () => {
    for (const text of evil.filter((name) => name.length < 100 && !/[\ud800\u2028]/.test(name))) {
      expectHarmless(struct({ m: magic(text), s: string(until(text)) }) as AnySchema, { s: "-" });
      expectHarmless(
        check(u8, (n) => n < 3, text),
        2,
      );
    }
  });

  test("any name at all", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ unit: "binary", minLength: 1 }), { minLength: 1, maxLength: 3 }),
        (names) => {
          let schema: AnySchema;
          try {
            schema = struct(Object.fromEntries(names.map((name) => [name, u8])));
          } catch (error) {
            if (error instanceof SchemaError) return;
            throw error;
          }
          expectHarmless(schema, Object.fromEntries(names.map((name, i) => [name, i])));
        },
      ),
      { numRuns: runs(25), seed },
    );
  });
});

describe("10. the decoder pins no chunk", () => {
  const schema = struct({ head: u8, data: bytes(u8) });
  const hex = "07 04 01020304".replaceAll(" ", "");

  test("decoded bytes are copies, so that the chunk can be used again", () => {
    for (const cut of [0, 3, 6]) {
      const chunk = fromHex(hex);
      const decoder = new Decoder(compileHere(schema));
      const messages = [...decoder.push(chunk.subarray(0, cut)), ...decoder.push(chunk.subarray(cut))];
      chunk.fill(0xee);
      expect(messages).toEqual([{ head: 7, data: Uint8Array.of(1, 2, 3, 4) }]);
      expect(messages[0]?.data.buffer).not.toBe(chunk.buffer);
      expect(messages[0]?.data.buffer.byteLength).toBe(4);
    }
  });

  test("views are asked for, and never into what the decoder writes again", () => {
    const codec = compileHere(schema, { views: true });
    const chunk = fromHex(hex + hex);
    const [whole] = [...new Decoder(codec).push(chunk)];
    expect(whole?.data.buffer).toBe(chunk.buffer);
    const decoder = new Decoder(codec);
    const messages = Array.from(chunk, (byte) => [...decoder.push(Uint8Array.of(byte))]).flat();
    expect(messages.map(({ data }) => toHex(data))).toEqual(["01020304", "01020304"]);
  });
});
