// Where binary-parser 2.3 and Wireform differ on purpose: what it does, and what is right.

import { setFlagsFromString } from "node:v8";
import { array, bits, bytes, field, i8, rest, type Schema, sized, string, struct, u8, u16, u32 } from "@wireform/codec";
import { fromBinaryParser } from "@wireform/codec/binary-parser";
import { describe, expect, it } from "vitest";
import { compileHere } from "../support/mode.ts";
import { fromHex } from "../support/shared-data.ts";
import { Parser } from "./parser.ts";

const start = (): Parser => Parser.start();
const parse = (parser: Parser, hex: string): unknown => parser.parse(Buffer.from(fromHex(hex)));
/** What its own parser becomes here. */
const ours = (parser: Parser) => compileHere(fromBinaryParser(parser).schema as Schema<unknown>);
const decodeError = (fields: object) => expect.objectContaining({ name: "DecodeError", ...fields });

describe("binary-parser differs", () => {
  it("leaves its root object in dictionary mode; ours is fast", () => {
    setFlagsFromString("--allow-natives-syntax");
    const isFast = new Function("object", "return %HasFastProperties(object)") as (object: unknown) => boolean;
    const parser = start().uint8("a").uint8("b");
    expect(isFast(parse(parser, "0102"))).toBe(false);
    expect(isFast(ours(parser).decode(fromHex("0102")))).toBe(true);
  });

  it("ignores an assertion of 0; here it is a constant", () => {
    const parser = start().uint8("a", { assert: 0 });
    expect(parse(parser, "07")).toEqual({ a: 7 });
    expect(() => ours(parser).decode(fromHex("07"))).toThrow(decodeError({ code: "constant", path: "a" }));
    expect(ours(parser).encode({})).toEqual(fromHex("00"));
  });

  it("ignores an assertion of an empty text; here it is a constant", () => {
    const parser = start().string("a", { zeroTerminated: true, assert: "" });
    expect(parse(parser, "6100")).toEqual({ a: "a" });
    expect(() => ours(parser).decode(fromHex("6100"))).toThrow(decodeError({ code: "constant", path: "a" }));
  });

  it("cannot assert 64 bits; here it is a constant", () => {
    const parser = start().uint64("a", { assert: 5n });
    expect(() => parse(parser, "0000000000000005")).toThrow("must be a string, number or a function");
    expect(ours(parser).decode(fromHex("0000000000000005"))).toEqual({ a: 5n });
  });

  it("says the expected value of an assertion as the actual one; we say both", () => {
    const parser = start().uint8("a", { assert: 7 });
    expect(() => parse(parser, "09")).toThrow("Assertion error: vars.a is 7");
    expect(() => ours(parser).decode(fromHex("09"))).toThrow(
      decodeError({ expected: "must be 7 (0x7)", actual: "got 9" }),
    );
  });

  it("has no UTF-16 and fails with base64 only when it decodes; here UTF-16 is an encoding and base64 is refused at once", () => {
    expect(() => start().string("a", { length: 2, encoding: "utf-16le" })).toThrow("Invalid encoding");
    expect(compileHere(string(2, "utf16le")).decode(fromHex("6100"))).toBe("a");
    const parser = start().string("a", { length: 2, encoding: "base64" });
    expect(() => parse(parser, "6100")).toThrow(RangeError);
    expect(() => fromBinaryParser(parser)).toThrow(expect.objectContaining({ name: "SchemaError", path: "a" }));
  });

  it("gives short data for a text that is cut; here it is an error, or a number of bytes that are needed", () => {
    const parser = start().uint8("n").string("name", { length: "n" });
    expect(parse(parser, "036164")).toEqual({ n: 3, name: "ad" });
    expect(() => ours(parser).decode(fromHex("036164"))).toThrow(decodeError({ code: "truncated", path: "name" }));
    expect(ours(parser).read(fromHex("036164"))).toEqual({ needed: 1 });
  });

  it("gives short data for bytes that are cut; here it is an error", () => {
    const parser = start().buffer("data", { length: 4 });
    expect(parse(parser, "01")).toEqual({ data: Buffer.of(1) });
    expect(() => ours(parser).decode(fromHex("01"))).toThrow(decodeError({ code: "truncated", path: "data" }));
  });

  it("reads the same bytes twice behind what takes everything; here that is refused at definition", () => {
    const parser = start().buffer("a", { readUntil: "eof" }).buffer("b", { readUntil: "eof" });
    expect(parse(parser, "0102")).toEqual({ a: Buffer.of(1, 2), b: Buffer.of(1, 2) });
    expect(() => fromBinaryParser(parser)).toThrow(expect.objectContaining({ name: "SchemaError", path: "a" }));
    expect(() => struct({ a: bytes(rest), b: bytes(rest) })).toThrow(
      expect.objectContaining({ code: "end", path: "a" }),
    );
  });

  it("reads past a length in bytes that is no multiple of an element; here that is an error", () => {
    const parser = start().array("a", { type: "uint16be", lengthInBytes: 3 }).uint8("b");
    expect(parse(parser, "0001000205")).toEqual({ a: [1, 2], b: 5 });
    expect(() => ours(parser).decode(fromHex("00010005"))).toThrow(decodeError({ code: "truncated", path: "a[1]" }));
  });

  it("takes a length of 0 for none; here it is one", () => {
    expect(() => start().buffer("a", { length: 0 })).toThrow("must be defined");
    expect(compileHere(struct({ a: bytes(0), b: u8 })).decode(fromHex("07"))).toEqual({ a: new Uint8Array(0), b: 7 });
  });

  it("takes a negative length for an empty array; here it is an error", () => {
    const parser = start().int8("n").array("a", { type: "uint8", length: "n" });
    expect(parse(parser, "ff")).toEqual({ n: -1, a: [] });
    expect(() => ours(parser).decode(fromHex("ff"))).toThrow(decodeError({ code: "length", path: "a" }));
    expect(() => compileHere(array(u8, i8)).decode(fromHex("ff"))).toThrow(decodeError({ code: "length" }));
  });

  it("takes what functions give for counts as JavaScript does; here it must be a whole number", () => {
    for (const [count, elements] of [
      [Number.NaN, 0],
      ["text", 0],
      [1.5, 2],
    ]) {
      const parser = start().array("a", { type: "uint8", length: () => count });
      expect((parse(parser, "0102") as { a: number[] }).a).toHaveLength(elements as number);
      expect(() => ours(parser).decode(fromHex("0102"))).toThrow(decodeError({ code: "rejected", path: "a" }));
    }
  });

  it("lets functions change what was read; here that is an error", () => {
    const parser = start()
      .uint8("a")
      .buffer("b", {
        length(this: { a: number }) {
          this.a = 5;
          return 1;
        },
      });
    expect(parse(parser, "0102")).toMatchObject({ a: 5 });
    expect(() => ours(parser).decode(fromHex("0102"))).toThrow(decodeError({ code: "rejected", path: "b" }));
  });

  it("asks for a count again for each element's $index; here it is asked once", () => {
    let asked = 0;
    const length = (): number => {
      asked++;
      return 2;
    };
    const parser = start()
      .useContextVars()
      .array("a", { length, type: start().uint8("x") });
    parse(parser, "0102");
    expect(asked).toBe(3);
    asked = 0;
    ours(parser).decode(fromHex("0102"));
    expect(asked).toBe(1);
  });

  it("makes millions of elements of four bytes; here a limit is on", () => {
    const parser = start().uint32("n").array("a", { type: start(), length: "n" });
    expect((parse(parser, "00200000") as { a: unknown[] }).a).toHaveLength(2 ** 21);
    expect(() => ours(parser).decode(fromHex("00200000"))).toThrow(decodeError({ code: "limit", path: "a" }));
  });

  it("takes little-endian bits from the end of a big-endian number; here both axes can be said", () => {
    const parser = start().endianness("little").bit4("a").bit12("b");
    expect(parse(parser, "1234")).toEqual({ a: 4, b: 0x123 });
    expect(ours(parser).decode(fromHex("1234"))).toEqual({ a: 4, b: 0x123 });
    const of = (options: object) => compileHere(struct({ a: bits(4), b: bits(12) }, options)).decode(fromHex("1234"));
    expect(of({ endian: "little", bitOrder: "lsb" })).toEqual({ a: 2, b: 0x341 });
    expect(of({})).toEqual({ a: 1, b: 0x234 });
  });

  it("lets a name given later change an earlier parser; what was translated stays as it was", () => {
    start().namely("differencesItem").uint8("x");
    const item = start().namely("differencesItem").uint8("x");
    const parser = start().array("a", { type: "differencesItem", length: 1 });
    const codec = compileHere(
      fromBinaryParser(parser, { aliases: { differencesItem: item } }).schema as Schema<unknown>,
    );
    start().namely("differencesItem").uint16("x");
    expect(parse(parser, "0102")).toEqual({ a: [{ x: 258 }] });
    expect(codec.decode(fromHex("01"))).toEqual({ a: [{ x: 1 }] });
  });

  it("ignores fields added after the first parse, and changes options it is given; here both are frozen", () => {
    const parser = start().uint8("a");
    expect(parse(parser, "0102")).toEqual({ a: 1 });
    parser.uint8("b");
    expect(parse(parser, "0102")).toEqual({ a: 1 });
    const options = {};
    const shared = start().bit4("a", options).bit8("b", options).bit4("c");
    expect(options).toEqual({ length: 8 });
    expect(parse(shared, "123456")).not.toEqual({ a: 1, b: 0x23, c: 4 });
    expect(Object.isFrozen(struct({ a: u8 }))).toBe(true);
  });

  it("refuses element types without an order and buffers that are no view; here neither is a question", () => {
    expect(() => start().endianness("big").array("a", { type: "uint16", length: 1 })).toThrow("is unknown");
    const parser = start().uint8("a");
    expect(() => parser.parse(new ArrayBuffer(1))).toThrow(TypeError);
    expect(ours(parser).decode(new ArrayBuffer(1))).toEqual({ a: 0 });
  });

  it("gives functions the class of bytes that it is given; here they get plain bytes, whatever is decoded", () => {
    const parser = start().buffer("a", { length: 2, formatter: (bytes: Uint8Array) => bytes.toString() });
    const data = Buffer.from("ab");
    expect(parser.parse(data)).toEqual({ a: "ab" });
    expect(parser.parse(new Uint8Array(data))).toEqual({ a: "97,98" });
    expect(ours(parser).decode(data)).toEqual({ a: "97,98" });
    const careful = start().buffer("a", { length: 2, formatter: (bytes: Uint8Array) => Buffer.from(bytes).toString() });
    expect(ours(careful).decode(data)).toEqual(parser.parse(data));
  });

  it("finds no case for a tag of 64 bits or of text; here it is compared by what it says", () => {
    for (const [field, hex] of [
      [start().uint64("tag"), "0000000000000001"],
      [start().string("tag", { length: 1 }), "31"],
    ] as const) {
      const parser = field.choice("a", { tag: "tag", choices: { 1: "uint8" }, defaultChoice: "int8" });
      expect(parse(parser, `${hex}ff`)).toMatchObject({ a: -1 });
      expect(ours(parser).decode(fromHex(`${hex}ff`))).toMatchObject({ a: 255 });
    }
  });

  it("drops a byte order mark and replaces what is no UTF-8; here one is kept and the other refused", () => {
    const parser = start().string("a", { greedy: true });
    expect(parse(parser, "efbbbf61")).toEqual({ a: "a" });
    expect(ours(parser).decode(fromHex("efbbbf61"))).toEqual({ a: "\ufeffa" });
    expect(parse(parser, "61ff")).toEqual({ a: "a\ufffd" });
    expect(() => ours(parser).decode(fromHex("61ff"))).toThrow(decodeError({ code: "encoding", path: "a" }));
  });

  it("takes bytes from 0x80 up for ASCII; here they are refused", () => {
    const parser = start().string("a", { length: 1, encoding: "ascii" });
    expect((parse(parser, "e9") as { a: string }).a).toBe("é");
    expect(() => ours(parser).decode(fromHex("e9"))).toThrow(decodeError({ code: "encoding", path: "a" }));
  });

  it("says of a number that is cut neither which nor where; we say both", () => {
    const parser = start().nest("head", { type: start().uint8("a").uint32("b") });
    expect(() => parse(parser, "010203")).toThrow("Offset is outside the bounds of the DataView");
    expect(() => ours(parser).decode(fromHex("010203"))).toThrow(
      decodeError({ code: "truncated", path: "head.b", offset: 1 }),
    );
  });

  it("ignores bytes that are left over; here they are an error", () => {
    const parser = start().uint8("a");
    expect(parse(parser, "0102")).toEqual({ a: 1 });
    expect(() => ours(parser).decode(fromHex("0102"))).toThrow(decodeError({ code: "trailing", offset: 1 }));
    expect(ours(parser).read(fromHex("0102"))).toEqual({ value: { a: 1 }, offset: 1 });
    const inside = struct({ n: u8, body: sized(field("n"), struct({ a: u16 })) });
    expect(() => compileHere(inside).decode(fromHex("03000102"))).toThrow(
      decodeError({ code: "length", path: "body" }),
    );
  });

  it("loses a field called __proto__; here it is refused at definition", () => {
    const parser = start().uint8("__proto__").uint8("a");
    expect(Object.entries(parse(parser, "0102") as object)).toEqual([["a", 2]]);
    expect(() => fromBinaryParser(parser)).toThrow(expect.objectContaining({ name: "SchemaError", path: "__proto__" }));
  });

  it("needs the length of an array of numbers to be in the value; here it may be left out and is filled in", () => {
    const parser = start().uint32("n").array("a", { type: "uint8", length: "n" });
    expect(ours(parser).encode({ a: [1, 2] })).toEqual(fromHex("000000020102"));
    expect(ours(parser).decode(fromHex("000000020102"))).toEqual(parse(parser, "000000020102"));
    expect(compileHere(array(u8, u32)).encode([1, 2])).toEqual(fromHex("000000020102"));
  });
});
