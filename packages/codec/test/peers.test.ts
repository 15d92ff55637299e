// What broke others, numbered as the research on peers lists it; each in its smallest form. More of each stands in the files
// of its kind.

import {
  type AnySchema,
  array,
  bits,
  bytes,
  check,
  checksum,
  compile,
  constant,
  crc32,
  Decoder,
  enumeration,
  f16,
  f64,
  field,
  i8,
  i32,
  lazy,
  magic,
  map,
  rest,
  type Schema,
  SchemaError,
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
} from "@wireform/codec";
import { expect, it } from "vitest";
import { failureOf } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";
import { fromHex, toHex } from "./support/shared-data.ts";

const of = (hex: string): Uint8Array => fromHex(hex.replaceAll(" ", ""));
const encoded = (schema: AnySchema, value: unknown): string => toHex(compileHere<AnySchema>(schema).encode(value));
const decoded = (schema: AnySchema, hex: string): unknown => compileHere<AnySchema>(schema).decode(of(hex));
const refusedBytes = (schema: AnySchema, hex: string) => failureOf(() => decoded(schema, hex));
const refusedValue = (schema: AnySchema, value: unknown) => failureOf(() => encoded(schema, value));
/** What comes out of the bytes between each two positions, push by push. */
const pushed = (schema: AnySchema, stream: Uint8Array, cuts: readonly number[]): unknown[][] => {
  const decoder = new Decoder(compileHere<AnySchema>(schema));
  return [...cuts, stream.length].map((to, i) => [...decoder.push(stream.subarray(i === 0 ? 0 : cuts[i - 1], to))]);
};

const Message = struct({ kind: u8, text: string(u8), list: array(u16, u8) });
const message = { kind: 7, text: "hé", list: [1, 2] };
const wire = of("07 0368c3a9 02 0001 0002");

it("T1 a message comes out with its last byte, wherever the chunks end", () => {
  const all = Array.from(wire, (_, i) => i);
  expect(pushed(Message, wire, all.slice(1)).map((out) => out.length)).toEqual([...all.slice(1).map(() => 0), 1]);
  for (const a of all) for (const b of all) if (a <= b) expect(pushed(Message, wire, [a, b]).flat()).toEqual([message]);
});

it("T2 a chunk smaller than one object, and bytes behind an object", () => {
  const stream = Uint8Array.of(...wire, ...wire, 7);
  expect(pushed(Message, stream, [2, wire.length + 3]).flat()).toEqual([message, message]);
  expect(compileHere(Message).read(stream, wire.length)).toEqual({ value: message, offset: 2 * wire.length });
  expect(refusedBytes(Message, toHex(stream))).toMatchObject({ code: "trailing", offset: wire.length });
});

it("T3 no byte of a message in small chunks is looked at again and again", () => {
  let looks = 0;
  const Counted = array(
    check(u8, () => ++looks > 0, "never"),
    u16,
  );
  const stream = Uint8Array.of(0x9c, 0x40, ...new Uint8Array(40_000));
  const cuts = Array.from({ length: stream.length >> 6 }, (_, i) => 64 * (i + 1));
  expect(pushed(Counted, stream, cuts).flat()[0]).toHaveLength(40_000);
  expect(looks).toBeLessThan(4 * 40_000);
});

it("T4 cut at any byte it is an error that says where, never short data", () => {
  const codec = compileHere(Message);
  for (let n = 0; n < wire.length; n++) {
    const cut = wire.subarray(0, n);
    expect(failureOf(() => codec.decode(cut))).toMatchObject({
      code: "truncated",
      path: expect.stringMatching(/./),
      offset: expect.any(Number),
    });
    expect(codec.read(cut)).toEqual({ needed: expect.any(Number) });
  }
});

it.each<[string, AnySchema, string, string]>([
  ["more than is left", bytes(u8), "05 01", "truncated"],
  ["2^32 - 1", bytes(u32), "ffffffff 00", "limit"],
  ["a negative one", bytes(i8), "ff", "length"],
  ["2^24 elements without bytes", array(struct({}), u32), "01000000", "limit"],
  ["as many in each of many arrays", array(array(struct({}), u32), u8), "02 000fffff 000fffff", "limit"],
  ["a varint without end", uleb128, "ff ff ff ff ff ff ff ff ff ff ff", "varint"],
  ["a varint past 64 bits", uleb128({ big: true }), "ff ff ff ff ff ff ff ff ff 02", "value"],
  ["a varint in a longer form", bytes(uleb128), "80 00", "varint"],
])("T5 a length that is %s is refused", (_, schema, hex, code) =>
  expect(refusedBytes(schema, hex)).toMatchObject({ name: "DecodeError", code }),
);
it("T5 a length of 0 is nothing", () => expect(decoded(bytes(u8), "00")).toEqual(new Uint8Array(0)));

type Nest = { in: Nest[] };
const Nest: Schema<Nest> = struct({
  in: array(
    lazy(() => Nest),
    u8,
  ),
});
it("T6 recursion of 10^5 levels meets a limit, not the end of the stack", () => {
  expect(refusedBytes(Nest, "01".repeat(100_000))).toMatchObject({ code: "limit" });
  let value: Nest = { in: [] };
  for (let i = 0; i < 100_000; i++) value = { in: [value] };
  expect(refusedValue(Nest, value)).toMatchObject({ code: "limit" });
});

it.each<[string, AnySchema, object, string]>([
  ["4 + 12", struct({ a: bits(4), b: bits(12) }), { a: 1, b: 0x234 }, "12 34"],
  ["4 + 12, from the other end", struct({ a: bits(4), b: bits(12) }, { bitOrder: "lsb" }), { a: 4, b: 0x123 }, "12 34"],
  [
    "3 + 13, little-endian",
    struct({ a: bits(3), b: bits(13) }, { endian: "little", bitOrder: "lsb" }),
    { a: 2, b: 0x682 },
    "12 34",
  ],
  ["7 + 32 + 1", struct({ a: bits(7), b: bits(32), c: bits(1) }), { a: 9, b: 0xfffffffe, c: 1 }, "13 fffffffd"],
  ["60 + 4", struct({ a: bits(60), b: bits(4) }), { a: 2n ** 60n - 1n, b: 0 }, "ffffffff fffffff0"],
  ["signed", struct({ a: bits(4, { signed: true }), b: bits(4) }), { a: -1, b: 1 }, "f1"],
])("T7 bit fields: %s", (_, schema, value, hex) => {
  expect(encoded(schema, value)).toBe(hex.replaceAll(" ", ""));
  expect(decoded(schema, hex)).toEqual(value);
});

it("T8 text is kept as it is or refused", () => {
  expect(decoded(string(u8), "04 efbbbf61")).toBe("\ufeffa");
  for (const hex of ["02 c080", "01 ff", "03 eda080"])
    expect(refusedBytes(string(u8), hex)).toMatchObject({ code: "encoding" });
  expect(pushed(string(u8), of("02 c3a9"), [2]).flat()).toEqual(["é"]);
  expect(decoded(string(until("\0"), "utf16be"), "0100 0001 0000")).toBe("\u0100\u0001");
  expect(decoded(string(u8), "03 610062")).toBe("a\0b");
  expect(refusedBytes(string(until("\0")), "6162")).toMatchObject({ code: "truncated" });
  expect(decoded(string(1, "latin1"), "80")).toBe("\u0080");
  expect(refusedBytes(string(2, { pad: " " }), "61 c3")).toMatchObject({ code: "encoding" });
});

it("T9 what takes the rest ends with its window, and nothing may follow it", () => {
  const Framed = struct({ frame: sized(u8, struct({ list: array(u8, rest) })), next: u8 });
  expect(decoded(Framed, "02 0506 09")).toEqual({ frame: { list: [5, 6] }, next: 9 });
  expect(() => struct({ list: array(u8, rest), next: u8 })).toThrow(SchemaError);
});

it("T10 a window that its content does not fill is refused, unless the rest is to be skipped", () => {
  expect(refusedBytes(sized(u8, array(u16, rest)), "03 000100")).toMatchObject({ code: "truncated" });
  expect(refusedBytes(sized(u8, u8), "02 0506")).toMatchObject({ code: "length" });
  expect(decoded(sized(u8, u8, { skip: true }), "02 0506")).toBe(5);
});

it.each<[AnySchema, string, string]>([
  [constant(u8, 0), "01", "must be 0 (0x0), got 1"],
  [constant(string(u8), ""), "0161", 'must be "", got "a"'],
  [constant(u64, 0n), "0000000000000001", "must be 0n, got 1n"],
  [constant(f64, Number.NaN), "0000000000000000", "must be NaN (0xNaN), got 0"],
  [constant(f64, -0), "0000000000000000", "must be -0"],
  [magic("\u0000"), "01", "must be 00, got 01"],
])("T11 constants that are falsy are constants: %o", (schema, hex, text) =>
  expect(refusedBytes(schema, hex).message).toContain(text),
);

it("T12 bytes are copies unless views were asked for, whatever they came in", () => {
  const buffer = of("a5 02 0506 a5");
  const inside = buffer.subarray(1, 4);
  const kept = compileHere(bytes(u8)).decode(inside);
  const view = compileHere(bytes(u8), { views: true }).decode(inside);
  for (const input of [Buffer.from(inside), inside.slice().buffer, new DataView(buffer.buffer, 1, 3)])
    expect(compileHere(bytes(u8)).decode(input)).toEqual(of("0506"));
  buffer.fill(9);
  expect([toHex(kept), toHex(view)]).toEqual(["0506", "0909"]);
});

it.each<[AnySchema, unknown, string]>([
  [u8, 256, "range"],
  [u8, 1.5, "range"],
  [u8, Number.NaN, "range"],
  [u8, -1, "range"],
  [uleb128, 2 ** 53, "range"],
  [u64, 1, "type"],
])("T13 %o does not take %s", (schema, value, code) =>
  expect(refusedValue(struct({ x: schema }), { x: value })).toMatchObject({ name: "EncodeError", code, path: "x" }),
);

it("T14 a length is filled in, and must be right when it is given; what else is missing is refused", () => {
  const Counted = struct({ n: u8, body: bytes(field("n")) });
  expect(encoded(Counted, { body: of("0506") })).toBe("020506");
  expect(refusedValue(Counted, { n: 3, body: of("0506") })).toMatchObject({ code: "mismatch", path: "n" });
  expect(refusedValue(Counted, { n: 3 })).toMatchObject({ path: "body" });
});

it("T15 text longer than its width is refused", () => {
  expect(refusedValue(struct({ a: string(2), b: u8 }), { a: "abc", b: 1 })).toMatchObject({
    code: "length",
    path: "a",
  });
  expect(refusedValue(string(2, { pad: " " }), "aé")).toMatchObject({ code: "length" });
});

it("T16 what was encoded is not touched by what is encoded later or meanwhile", () => {
  const inner = compileHere(string(u8));
  const Outer = compileHere(
    struct({ a: map(bytes(u8), { decode: inner.decode, encode: inner.encode }), b: string(u8) }),
  );
  const first = Outer.encode({ a: "x", b: "y" });
  Outer.encode({ a: "long", b: "er" });
  expect(toHex(first)).toBe("0201780179");
});

it("T17 a function of the schema is called once for a value", () => {
  let calls = 0;
  const once = (n: number) => n + 0 * calls++;
  const codec = compileHere(struct({ m: map(u8, { decode: once, encode: once }), s: string(u16) }));
  const value = { m: 1, s: "é" };
  codec.decode(codec.encode(value));
  codec.write(value, new Uint8Array(5));
  expect(calls).toBe(3);
});

it.each<[AnySchema, unknown, string]>([
  [struct({ a: bits(4), b: bits(12) }, { endian: "little" }), { a: 1, b: 0x234 }, "34 12"],
  [f64, -0, "8000000000000000"],
  [f64, Number.NEGATIVE_INFINITY, "fff0000000000000"],
  [f16, 2 ** -24, "0001"],
  [f64, Number.NaN, "7ff8000000000000"],
])("T18 %o: %o comes back as it was", (schema, value, hex) => {
  expect(encoded(schema, value)).toBe(hex.replaceAll(" ", ""));
  expect(decoded(schema, hex)).toEqual(value);
});

it("T19 no name is code, or means something else to JavaScript", () => {
  const name = "constructor\u2028*/`${1}";
  expect(decoded(struct({ [name]: u8 }), "05")).toEqual({ [name]: 5 });
  expect(decoded(enumeration(u8, { ["__proto__"]: 1 }), "01")).toBe("__proto__");
  expect(() => struct({ ["__proto__"]: u8 })).toThrow(SchemaError);
});

it("T20 without generated code all is the same", () => {
  const codec = compile(Message, { mode: "interpret" });
  expect([codec.mode, codec.source, toHex(codec.encode(message))]).toEqual(["interpret", "", toHex(wire)]);
});

it("T21 a schema cannot be changed, and changes nothing that it was given", () => {
  const fields = Object.freeze({ a: u8 });
  const options = Object.freeze({ endian: "little" } as const);
  const schema = struct(fields, options);
  expect([schema, schema.fields, schema.facts, schema.options].every(Object.isFrozen)).toBe(true);
  expect(options).toEqual({ endian: "little" });
});

it("T22 both ways of compiling tell the same values, key orders and errors", () => {
  const Told = struct({
    b: u8,
    a: union("t", u8, { x: [1, struct({ v: i32 })] }),
    sum: checksum(u32, crc32, { from: "b" }),
  });
  const story = (of: "jit" | "interpret", hex: string) => {
    const answer = compile(Told, { mode: of }).safeDecode(fromHex(hex));
    return answer.ok ? JSON.stringify(answer.value) : answer.error.message;
  };
  const right = encoded(Told, { b: 5, a: { t: "x", v: -1 } });
  for (const hex of [right, right.slice(2), `${right}00`, right.replace("01", "02"), ""])
    expect(story("jit", hex)).toBe(story("interpret", hex));
});

it("T23 what encode takes is looser than what decode gives", () => {
  const Loose = compileHere(struct({ v: constant(u8, 1), n: u8, body: bytes(field("n")) }));
  const full: { v: 1; n: number; body: Uint8Array } = Loose.decode(Loose.encode({ body: of("05") }));
  expect(full).toEqual({ v: 1, n: 1, body: of("05") });
});

it("T24 a decoder keeps no chunk for a few bytes of it", () => {
  const decoder = new Decoder(compileHere(bytes(u8)));
  const chunk = new Uint8Array(65536).fill(1);
  const [first] = [...decoder.push(chunk)] as [Uint8Array];
  expect(first.buffer.byteLength).toBe(1);
  expect([...decoder.push(of("09 01"))]).toEqual([]);
  expect(decoder.buffered).toBe(2);
});
