import { array, bytes, compile, custom, rest, sized, struct, u8, u16 } from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { expectOneGo } from "./support/calls.ts";
import { facts, failureOf } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";
import { fromHex } from "./support/shared-data.ts";

/** Bytes up to one below 128, as base-128 digits, the least first. */
const Digits = custom<number[]>({
  name: "digits",
  min: 1,
  decode(bytes) {
    const end = bytes.findIndex((byte) => byte < 128);
    if (end < 0) return { needed: 1 };
    if (bytes[0] === 0x99) throw new RangeError("nothing starts with 0x99");
    return { value: [...bytes.subarray(0, end + 1)].map((byte) => byte & 127), size: end + 1 };
  },
  encode(digits) {
    if (digits.length === 0) throw new RangeError("needs a digit");
    return Uint8Array.from(digits, (digit, i) => (i < digits.length - 1 ? digit | 128 : digit));
  },
});

describe("two functions between bytes and values", () => {
  facts(Digits, {
    ok: [
      [[5], "05"],
      [[5, 6, 7], "85 86 07"],
    ],
    badHex: [
      ["85 86", "truncated", 0],
      ["99 01", "rejected", 0],
      ["01 02", "trailing", 1],
    ],
    badValues: [[[], "rejected"]],
  });
  facts(struct({ n: u8, list: array(Digits, u8), z: u16 }), {
    ok: [[{ n: 1, list: [[5], [6, 7]], z: 9 }, "01 02 05 86 07 0009"]],
    badHex: [
      ["01 02 05 9901 0009", "rejected", 3, "list[1]"],
      ["01 02 05 86", "truncated", 3, "list[1]"],
    ],
    badValues: [[{ n: 1, list: [[5], []], z: 9 }, "rejected", "list[1]"]],
  });
  facts(sized(u8, Digits), {
    ok: [[[5, 6], "02 85 06"]],
    badHex: [
      ["01 85 06", "truncated", 1],
      ["03 85 06 07", "length", 3],
    ],
  });
  it("tells what was thrown, as cause too", () => {
    const codec = compileHere(struct({ at: u16, digits: Digits }));
    const decode = failureOf(() => codec.decode(fromHex("00019901")));
    expect(decode).toMatchObject({
      name: "DecodeError",
      path: "digits",
      offset: 2,
      actual: "nothing starts with 0x99",
    });
    for (const run of [() => codec.decode(fromHex("00019901")), () => codec.encode({ at: 1, digits: [] })])
      try {
        run();
        expect.unreachable();
      } catch (error) {
        expect((error as Error).cause).toBeInstanceOf(RangeError);
      }
  });
  it("is told whether more bytes can follow", () => {
    const ends: boolean[] = [];
    const All = custom<number>({
      name: "all",
      decode(bytes, end) {
        ends.push(end);
        return end ? { value: bytes.length, size: bytes.length } : { needed: 1 };
      },
      encode: (n) => new Uint8Array(n),
    });
    expect(compileHere(All).decode(new Uint8Array(3))).toBe(3);
    expect(compileHere(sized(u8, All)).decode(fromHex("020000"))).toBe(2);
    expect(ends).toEqual([true, true]);
    expect(compileHere(All).read(new Uint8Array(3))).toEqual({ needed: 1 });
  });
  it("asks for as many more bytes as it needs at the least", () => {
    const Ten = custom<number>({
      name: "ten",
      decode: (bytes) => (bytes.length < 10 ? { needed: 10 - bytes.length } : { value: 10, size: 10 }),
      encode: () => new Uint8Array(10),
    });
    expect(compileHere(struct({ n: u8, ten: Ten })).read(new Uint8Array(4))).toEqual({ needed: 7 });
    expect(failureOf(() => compileHere(struct({ n: u8, ten: Ten })).decode(new Uint8Array(4)))).toMatchObject({
      code: "truncated",
      path: "ten",
      expected: "needs 10 bytes",
      actual: "3 left",
    });
    const Endless = custom<number>({
      name: "endless",
      decode: () => ({ needed: 2 ** 30 }),
      encode: () => new Uint8Array(),
    });
    expect(failureOf(() => compileHere(Endless).read(new Uint8Array(1)))).toMatchObject({ code: "limit" });
  });
});

describe("functions that do not keep to what was agreed", () => {
  const given = (result: unknown, bounds: object = {}) =>
    custom<unknown>({ name: "odd", decode: () => result as never, encode: () => result as never, ...bounds });
  it.each([
    [undefined],
    [null],
    [5],
    ["bytes"],
    [{}],
    [{ value: 1 }],
    [{ value: 1, size: -1 }],
    [{ value: 1, size: 1.5 }],
    [{ value: 1, size: Number.NaN }],
    [{ value: 1, size: "1" }],
    [{ value: 1, size: 3 }],
    [{ needed: 0 }],
    [{ needed: -1 }],
    [{ needed: 0.5 }],
    [{ needed: Number.NaN }],
    [{ needed: Number.POSITIVE_INFINITY }],
    [{ needed: "1" }],
  ])("give %j for bytes", (result) => {
    const codec = compileHere(struct({ head: u8, odd: given(result) }));
    const want = { name: "DecodeError", code: "rejected", path: "odd", offset: 1 };
    expect(failureOf(() => codec.decode(fromHex("000102")))).toMatchObject(want);
    expect(failureOf(() => codec.read(fromHex("000102")))).toMatchObject(want);
    expect(failureOf(() => codec.encode({ head: 1, odd: 1 }))).toMatchObject({ ...want, name: "EncodeError" });
  });
  it("take more or fewer bytes than they promised", () => {
    for (const size of [1, 3]) {
      const odd = given({ value: 1, size }, { min: 2, max: 2 });
      expect(failureOf(() => compileHere(array(odd, u8)).decode(fromHex("0101020304")))).toMatchObject({
        code: "rejected",
        path: "[0]",
      });
      const wrong = given(new Uint8Array(size), { min: 2, max: 2 });
      expect(failureOf(() => compileHere(array(wrong, u8)).encode([1]))).toMatchObject({
        code: "rejected",
        path: "[0]",
      });
    }
  });
  it("throw what is not an error", () => {
    const throws = (what: unknown) =>
      custom<number>({
        name: "odd",
        decode() {
          throw what;
        },
        encode() {
          throw what;
        },
      });
    for (const [what, actual] of [
      ["a word", "a word"],
      [undefined, "undefined"],
      [Object.create(null), "an object"],
    ]) {
      const codec = compileHere(throws(what));
      expect(failureOf(() => codec.decode(fromHex("01")))).toMatchObject({ code: "rejected", actual });
      expect(failureOf(() => codec.encode(1))).toMatchObject({ code: "rejected", actual });
    }
  });
  it("fail in a codec of their own", () => {
    const inner = compile(struct({ deep: u8 }));
    const Nested = custom<{ deep: number }>({
      name: "nested",
      decode: (bytes) => ({ value: inner.decode(bytes.subarray(0, 2)), size: 2 }),
      encode: (value) => inner.encode(value),
    });
    const codec = compileHere(struct({ head: u16, nested: Nested }));
    expect(failureOf(() => codec.decode(fromHex("00000102")))).toMatchObject({
      code: "rejected",
      path: "nested",
      offset: 2,
    });
    expect(failureOf(() => codec.encode({ head: 1, nested: { deep: 300 } }))).toMatchObject({
      code: "rejected",
      path: "nested",
      offset: 2,
    });
  });
});

describe("what cannot be custom", () => {
  const functions = { name: "x", decode: () => ({ needed: 1 }), encode: () => new Uint8Array() };
  it.each([
    ["without a name", { ...functions, name: undefined }],
    ["without decode", { ...functions, decode: 5 }],
    ["without encode", { ...functions, encode: undefined }],
    ["less than nothing", { ...functions, min: -1 }],
    ["a part of a byte", { ...functions, min: 0.5 }],
    ["less at the most than at the least", { ...functions, min: 3, max: 2 }],
    ["at the most not a number", { ...functions, max: Number.NaN }],
  ])("%s", (_, options) => {
    expect(failureOf(() => custom(options as never))).toMatchObject({ name: "SchemaError", code: "argument" });
  });
});

it("its bytes are a view, and what it encodes is copied", () => {
  const kept: Uint8Array[] = [];
  const own = Uint8Array.of(1, 2);
  const View = custom<number>({
    name: "view",
    decode(bytes) {
      kept.push(bytes);
      return { value: bytes[0] as number, size: 2 };
    },
    encode: () => own,
  });
  const wire = Uint8Array.of(9, 8, 7);
  expect(compileHere(struct({ v: View, rest: bytes(rest) })).decode(wire)).toEqual({ v: 9, rest: Uint8Array.of(7) });
  expect(kept[0]?.buffer).toBe(wire.buffer);
  const encoded = compileHere(View).encode(1);
  own.fill(0);
  expect(encoded).toEqual(Uint8Array.of(1, 2));
});

it("custom is read and written in one go", () => expectOneGo(Digits, [5, 6], "85 06"));
