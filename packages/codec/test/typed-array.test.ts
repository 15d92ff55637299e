import {
  f32,
  f32le,
  f64,
  f64le,
  field,
  i8,
  i16,
  i16le,
  i32,
  i32le,
  i64,
  i64le,
  rest,
  sized,
  struct,
  typedArray,
  u8,
  u16,
  u16le,
  u24,
  u32,
  u32le,
  u64,
  u64le,
  until,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { expectOneGo } from "./support/calls.ts";
import { facts, failureOf } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";
import { fromHex, toHex } from "./support/shared-data.ts";

describe("every format, in both byte orders", () => {
  facts(typedArray(u8, u8), { ok: [[Uint8Array.of(1, 255), "02 01ff"]] });
  facts(typedArray(i8, u8), { ok: [[Int8Array.of(1, -1), "02 01ff"]] });
  facts(typedArray(u16, u8), { ok: [[Uint16Array.of(1, 0xff00), "02 0001 ff00"]] });
  facts(typedArray(u16le, u8), { ok: [[Uint16Array.of(1, 0xff00), "02 0100 00ff"]] });
  facts(typedArray(i16, u8), { ok: [[Int16Array.of(1, -2), "02 0001 fffe"]] });
  facts(typedArray(i16le, u8), { ok: [[Int16Array.of(1, -2), "02 0100 feff"]] });
  facts(typedArray(u32, u8), { ok: [[Uint32Array.of(0x01020304), "01 01020304"]] });
  facts(typedArray(u32le, u8), { ok: [[Uint32Array.of(0x01020304), "01 04030201"]] });
  facts(typedArray(i32, u8), { ok: [[Int32Array.of(-2), "01 fffffffe"]] });
  facts(typedArray(i32le, u8), { ok: [[Int32Array.of(-2), "01 feffffff"]] });
  facts(typedArray(u64, u8), { ok: [[BigUint64Array.of(0x0102030405060708n), "01 0102030405060708"]] });
  facts(typedArray(u64le, u8), {
    ok: [[BigUint64Array.of(0x0102030405060708n), "01 0807060504030201"]],
  });
  facts(typedArray(i64, u8), { ok: [[BigInt64Array.of(-2n), "01 fffffffffffffffe"]] });
  facts(typedArray(i64le, u8), { ok: [[BigInt64Array.of(-2n), "01 feffffffffffffff"]] });
  facts(typedArray(f32, u8), { ok: [[Float32Array.of(1, -0), "02 3f800000 80000000"]] });
  facts(typedArray(f32le, u8), { ok: [[Float32Array.of(1, -0), "02 0000803f 00000080"]] });
  facts(typedArray(f64, u8), { ok: [[Float64Array.of(1.5), "01 3ff8000000000000"]] });
  facts(typedArray(f64le, u8), { ok: [[Float64Array.of(1.5), "01 000000000000f83f"]] });
});

describe("numbers by every length", () => {
  facts(typedArray(u16, 2), {
    ok: [[Uint16Array.of(1, 2), "0001 0002"]],
    badValues: [
      [Uint16Array.of(1), "length"],
      [[1, 2], "type"],
      [Int16Array.of(1, 2), "type"],
      [Uint8Array.of(1, 2), "type"],
      [new DataView(new ArrayBuffer(4)), "type"],
      [undefined, "type"],
    ],
    badHex: [["0001 00", "truncated", 0]],
  });
  facts(struct({ n: u8, of: typedArray(u16, field("n").times(2)) }), {
    ok: [[{ n: 1, of: Uint16Array.of(1, 2) }, "01 0001 0002"]],
    badValues: [[{ of: Uint16Array.of(1) }, "length", "of"]],
  });
  facts(typedArray(u16, rest), {
    ok: [
      [new Uint16Array(0), ""],
      [Uint16Array.of(1, 2), "0001 0002"],
    ],
    open: true,
  });
  it("to the end, of which a part is left over", () => {
    const codec = compileHere(typedArray(u16, rest));
    expect(failureOf(() => codec.decode(fromHex("000100")))).toMatchObject({ code: "length", offset: 0 });
    expect(codec.read(fromHex("000100"))).toEqual({ needed: 1 });
  });
  facts(sized(u8, typedArray(u32le, rest)), {
    ok: [[Uint32Array.of(1), "04 01000000"]],
    badHex: [["05 01000000 00", "length", 1]],
  });
});

describe("bits that are not numbers", () => {
  it("NaN payloads and signs are kept", () => {
    for (const [schema, hex] of [
      [typedArray(f32, rest), "7fc00001ffc12345ff800000"],
      [typedArray(f64le, rest), "010000000000f87fefbeadde0000f8ff"],
    ] as const) {
      const codec = compileHere(schema);
      expect(toHex(codec.encode(codec.decode(fromHex(hex)) as never))).toBe(hex);
    }
  });
});

describe("memory", () => {
  it("a decoded array has memory of its own, whatever the alignment it came from", () => {
    const codec = compileHere(typedArray(u32le, 2));
    const memory = new Uint8Array(11);
    for (const offset of [0, 1, 2, 3]) {
      const view = memory.subarray(offset, offset + 8);
      view.set([1, 0, 0, 0, 2, 0, 0, 0]);
      const value = codec.decode(view);
      expect([...value]).toEqual([1, 2]);
      view.fill(0xff);
      expect([...value]).toEqual([1, 2]);
      expect(value.buffer.byteLength).toBe(8);
    }
  });

  it("a view into larger memory is encoded as itself, and left as it was", () => {
    const codec = compileHere(typedArray(u16, u8));
    const memory = Uint16Array.of(9, 1, 2, 9);
    expect(toHex(codec.encode(memory.subarray(1, 3)))).toBe("0200010002");
    expect([...memory]).toEqual([9, 1, 2, 9]);
  });

  it("a count of 2^32-1 is refused before there is room for it", () => {
    for (const limits of [{}, { maxElements: 2 ** 32 }]) {
      const codec = compileHere(typedArray(f64, u32), { limits });
      for (const hex of ["ffffffff", `ffffffff${"00".repeat(64)}`])
        expect(failureOf(() => codec.decode(fromHex(hex)))).toMatchObject({ name: "DecodeError", code: "limit" });
    }
  });

  it("its numbers count as elements", () => {
    const codec = compileHere(typedArray(u8, u8), { limits: { maxElements: 2 } });
    expect(codec.decode(fromHex("020102"))).toEqual(Uint8Array.of(1, 2));
    expect(failureOf(() => codec.decode(fromHex("03010203")))).toMatchObject({ code: "limit" });
    expect(failureOf(() => codec.encode(new Uint8Array(3)))).toMatchObject({ code: "limit" });
  });
});

describe("what cannot be", () => {
  it.each([
    ["24 bits", () => typedArray(u24 as never, u8)],
    ["a struct", () => typedArray(struct({}) as never, u8)],
    ["a delimiter", () => typedArray(u8, until("\0"))],
    ["a fraction", () => typedArray(u8, 1.5)],
    ["nothing", () => typedArray(undefined as never, u8)],
  ])("%s is refused at definition", (_, define) => {
    expect(failureOf(define)).toMatchObject({ name: "SchemaError", code: "argument" });
  });
  it("is read and written in one go", () => expectOneGo(typedArray(u16, rest), Uint16Array.of(1, 2), "0001 0002"));
});
