import {
  type AnySchema,
  array,
  bits,
  bool,
  bytes,
  constant,
  DecodeError,
  decimal,
  enumeration,
  f32,
  f64,
  f64le,
  field,
  flag,
  i8,
  i16,
  lazy,
  magic,
  map,
  padding,
  reserved,
  rest,
  SchemaError,
  safe,
  sized,
  string,
  struct,
  u8,
  u16,
  u16le,
  u32,
  u64,
  uleb128,
  until,
  when,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { facts } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";

const of = (...values: number[]): Uint8Array => Uint8Array.of(...values);

const refused = (make: () => unknown): SchemaError => {
  try {
    make();
  } catch (error) {
    if (error instanceof SchemaError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
};

describe("constants of every type", () => {
  facts(constant(u8, 0), {
    ok: [[0, "00"]],
    encodes: [
      [undefined, "00"],
      [-0, "00"],
    ],
    badHex: [
      ["01", "constant"],
      ["", "truncated"],
    ],
    badValues: [
      [1, "mismatch"],
      [null, "mismatch"],
      ["0", "mismatch"],
      [false, "mismatch"],
      [0n, "mismatch"],
      [Number.NaN, "mismatch"],
    ],
  });
  facts(constant(u16, 0xcafe), {
    ok: [[0xcafe, "cafe"]],
    badHex: [
      ["caff", "constant"],
      ["feca", "constant"],
      ["ca", "truncated"],
    ],
  });
  facts(constant(u16le, 0xcafe), { ok: [[0xcafe, "feca"]], badHex: [["cafe", "constant"]] });
  facts(constant(i16, -2), { ok: [[-2, "fffe"]], badHex: [["fffd", "constant"]], badValues: [[65534, "mismatch"]] });
  facts(constant(u64, 0n), {
    ok: [[0n, "0000000000000000"]],
    badHex: [["0000000000000001", "constant"]],
    badValues: [
      [0, "mismatch"],
      [1n, "mismatch"],
    ],
  });
  facts(constant(u64, 0xfeedfacecafebeefn), {
    ok: [[0xfeedfacecafebeefn, "feedfacecafebeef"]],
    badHex: [["feedfacecafebeee", "constant"]],
  });
  facts(constant(safe(u64), 2 ** 52), {
    ok: [[2 ** 52, "0010000000000000"]],
    badHex: [
      ["0010000000000001", "constant"],
      ["0020000000000000", "value"],
    ],
  });
  facts(constant(uleb128, 300), {
    ok: [[300, "ac02"]],
    badHex: [
      ["ad02", "constant"],
      ["ac8200", "varint"],
    ],
  });
  facts(constant(decimal(3), 7), {
    ok: [[7, "303037"]],
    badHex: [
      ["303038", "constant"],
      ["30303a", "digits"],
    ],
  });
  facts(constant(string(0), ""), {
    ok: [["", ""]],
    badValues: [
      ["a", "mismatch"],
      [0, "mismatch"],
      [null, "mismatch"],
    ],
  });
  facts(constant(string(4), "RIFF"), {
    ok: [["RIFF", "52494646"]],
    badHex: [["52494647", "constant"]],
    badValues: [["riff", "mismatch"]],
  });
  facts(constant(string(u8), "é"), {
    ok: [["é", "02c3a9"]],
    badHex: [
      ["03c3a941", "constant"],
      ["02c328", "encoding", 1],
      ["01c3", "encoding", 1],
    ],
  });
  facts(constant(string(until("\n")), 'a"b\\c\u2028'), {
    ok: [['a"b\\c\u2028', "6122625c63e280a80a"]],
    badHex: [["610a", "constant"]],
  });
  facts(constant(bytes(3), of(1, 2, 3)), {
    ok: [[of(1, 2, 3), "010203"]],
    badHex: [["010204", "constant"]],
    badValues: [
      [of(1, 2), "mismatch"],
      [[1, 2, 3], "mismatch"],
      ["abc", "mismatch"],
    ],
  });
  facts(constant(bytes(u8), of()), { ok: [[of(), "00"]], badHex: [["0100", "constant"]] });
  facts(constant(bool, false), {
    ok: [[false, "00"]],
    badHex: [
      ["01", "constant"],
      ["02", "value"],
    ],
    badValues: [[0, "mismatch"]],
  });
  facts(constant(enumeration(u8, { on: 1, off: 2 }), "off"), {
    ok: [["off", "02"]],
    badHex: [
      ["01", "constant"],
      ["03", "value"],
    ],
  });
  facts(constant(map(u8, { decode: (n) => n + 1, encode: (n: number) => n - 1 }), 5), {
    ok: [[5, "04"]],
    badHex: [["05", "constant"]],
  });
});

describe("constant floats", () => {
  facts(constant(f64, 0), {
    ok: [[0, "0000000000000000"]],
    badHex: [["8000000000000000", "constant"]],
    badValues: [[-0, "mismatch"]],
  });
  facts(constant(f64, -0), {
    ok: [[-0, "8000000000000000"]],
    badHex: [["0000000000000000", "constant"]],
    badValues: [[0, "mismatch"]],
  });
  facts(constant(f64, Number.NaN), {
    ok: [[Number.NaN, "7ff8000000000000"]],
    badHex: [["7ff0000000000000", "constant"]],
    badValues: [[0, "mismatch"]],
  });
  facts(constant(f64le, Number.NEGATIVE_INFINITY), { ok: [[Number.NEGATIVE_INFINITY, "000000000000f0ff"]] });
  facts(constant(f32, 0.5), { ok: [[0.5, "3f000000"]], badHex: [["3f000001", "constant"]] });
  it("are refused where the format cannot hold them exactly", () => {
    expect(refused(() => constant(f32, 0.1)).message).toContain("0.1");
    expect(() => constant(f32, Math.fround(0.1))).not.toThrow();
  });
});

describe("in a message", () => {
  const message = struct({
    magic: constant(u32, 0xcafebabe),
    version: constant(bits(4), 2),
    flag: constant(flag, true),
    rest: bits(3),
    name: constant(string(2), "ab"),
    n: u8,
    data: bytes(field("n")),
    tail: constant(bytes(2), of(13, 10)),
  });
  facts(message, {
    ok: [
      [
        { magic: 0xcafebabe, version: 2, flag: true, rest: 5, name: "ab", n: 1, data: of(9), tail: of(13, 10) },
        "cafebabe 2d 6162 01 09 0d0a",
      ],
    ],
    encodes: [[{ rest: 5, data: of(9) }, "cafebabe 2d 6162 01 09 0d0a"]],
    badHex: [
      ["cafebabf 2d 6162 01 09 0d0a", "constant", 0, "magic"],
      ["cafebabe 3d 6162 01 09 0d0a", "constant", 4, "version"],
      ["cafebabe 25 6162 01 09 0d0a", "constant", 4, "flag"],
      ["cafebabe 2d 6163 01 09 0d0a", "constant", 5, "name"],
      ["cafebabe 2d 6162 01 09 0d0b", "constant", 9, "tail"],
      ["cafebabe 2d 6162 02 09 0d0a", "truncated", 10, "tail"],
    ],
    badValues: [
      [{ magic: 1, rest: 5, data: of(9) }, "mismatch", "magic"],
      [{ rest: 5, data: of(9), tail: of(13, 11) }, "mismatch", "tail"],
      [{ rest: 5, data: of(9), name: "AB" }, "mismatch", "name"],
    ],
  });

  it("says what was expected and what was there", () => {
    const codec = compileHere(struct({ n: u8, kind: constant(u16, 0xcafe), text: constant(string(2), "ab") }));
    const fault = (hex: number[]): unknown => {
      const result = codec.safeDecode(Uint8Array.from(hex));
      return result.ok ? "ok" : [result.error.expected, result.error.actual];
    };
    expect(fault([0, 0xca, 0xff, 97, 98])).toEqual(["must be 51966 (0xcafe)", "got 51967"]);
    expect(fault([0, 0xca, 0xfe, 97, 99])).toEqual(['must be "ab"', 'got "ac"']);
    expect(() => codec.encode({ n: 0, text: "xy" as never })).toThrow(
      'text: is always "ab", got "xy" (offset 3, near 00 ca fe at 0)',
    );
  });

  it("can be a length, a condition or a tag", () => {
    const codec = compileHere(
      struct({ n: constant(u8, 2), data: bytes(field("n")), more: when(field("n").is(2), u8) }),
    );
    expect(codec.decode(of(2, 7, 8, 9))).toEqual({ n: 2, data: of(7, 8), more: 9 });
    expect(codec.encode({ data: of(7, 8), more: 9 })).toEqual(of(2, 7, 8, 9));
    expect(() => codec.encode({ data: of(7), more: 9 })).toThrow('"n" is always 2');
  });

  it("gives bytes of their own to every message", () => {
    const given = of(1, 2);
    const codec = compileHere(struct({ tail: constant(bytes(2), given) }));
    given.fill(9);
    const first = codec.decode(of(1, 2));
    first.tail.fill(7);
    expect(codec.decode(of(1, 2)).tail).toEqual(of(1, 2));
    expect(codec.encode({})).toEqual(of(1, 2));
  });
});

describe("a constant that cannot be", () => {
  it("does not fit its schema", () => {
    for (const [schema, value] of [
      [u8, 256],
      [u8, -1],
      [u8, 1n],
      [u8, "1"],
      [u64, 1],
      [string(2), "abc"],
      [bytes(2), of(1)],
      [bool, 1],
      [bits(3), 8],
      [flag, 1],
      [decimal(2), 100],
      [enumeration(u8, { a: 1 }), "b"],
    ] as const)
      expect(refused(() => constant(schema as AnySchema, value)).code).toBe("argument");
  });
  it("is an object, which could never be compared", () => {
    const list = array(u8, 2);
    const object = struct({ a: u8 });
    for (const [schema, value] of [
      [list, [1, 2]],
      [object, { a: 1 }],
      [map(u8, { decode: () => list, encode: () => 1 }), list],
      [u8, undefined],
      [u8, null],
      [map(u8, { decode: () => list, encode: () => 1 }), Symbol("a")],
    ] as const)
      expect(refused(() => constant(schema as AnySchema, value)).code).toBe("argument");
  });
  it("has no schema, or one that needs others", () => {
    for (const schema of [undefined, null, 5, {}, { kind: "u8" }])
      expect(refused(() => constant(schema as never, 1 as never)).code).toBe("argument");
    expect(refused(() => constant(bytes(field("n")), of(1)))).toBeInstanceOf(SchemaError);
  });
});

describe("magic", () => {
  facts(magic("PNG"), {
    ok: [[undefined, "504e47"]],
    badHex: [
      ["504e48", "constant"],
      ["504e", "truncated"],
      ["504e4700", "trailing", 3],
    ],
  });
  facts(magic(""), { ok: [[undefined, ""]] });
  facts(magic("\x89PNG\r\n\x1a\n"), {
    ok: [[undefined, "89504e470d0a1a0a"]],
    badHex: [["c289504e470d0a1a0a", "constant"]],
  });
  facts(magic(Uint8Array.from({ length: 20 }, (_, i) => i)), {
    ok: [[undefined, "000102030405060708090a0b0c0d0e0f10111213"]],
    badHex: [["000102030405060708090a0b0c0d0e0f10111214", "constant"]],
  });
  facts(struct({ start: magic("<"), a: u8, b: u8, end: magic(">") }), {
    ok: [[{ a: 1, b: 2 }, "3c01023e"]],
    encodes: [[{ start: "ignored", a: 1, b: 2, end: 5 }, "3c01023e"]],
    badHex: [
      ["3d01023e", "constant", 0, "start"],
      ["3c01023f", "constant", 3, "end"],
      ["3c0102", "truncated", 3, "end"],
    ],
  });
  facts(array(struct({ head: magic("ab"), n: u8 }), u8), {
    ok: [[[{ n: 1 }, { n: 2 }], "02616201616202"]],
    badHex: [["02616201616302", "constant", 4, "[1].head"]],
  });

  it("keeps the bytes it was defined with", () => {
    const given = of(1, 2);
    const schema = magic(given);
    given.fill(9);
    expect(compileHere(schema).encode(undefined)).toEqual(of(1, 2));
  });
  it("is bytes, or text of bytes", () => {
    for (const value of [5, null, undefined, [1], {}, "→", "\ud800", new ArrayBuffer(2)])
      expect(refused(() => magic(value as never)).code).toBe("argument");
  });
  it("shows what was expected and what was there", () => {
    expect(() => compileHere(magic("PNG")).decode(of(80, 78, 72))).toThrow("must be 50 4e 47, got 50 4e 48 (offset 0");
  });
});

describe("padding of a fixed size", () => {
  facts(padding(0), { ok: [[undefined, ""]] });
  facts(padding(3), {
    ok: [[undefined, "000000"]],
    badHex: [
      ["000100", "constant"],
      ["0000", "truncated"],
    ],
  });
  facts(padding(40), { ok: [[undefined, "00".repeat(40)]], badHex: [[`${"00".repeat(39)}01`, "constant"]] });
  facts(padding(2, { ignore: true }), {
    ok: [[undefined, "0000"]],
    decodes: [["abcd", undefined]],
    badHex: [["ab", "truncated"]],
  });
  facts(struct({ a: u8, p: padding(2), b: u8, q: padding(1, { ignore: true }) }), {
    ok: [[{ a: 1, b: 2 }, "0100000200"]],
    decodes: [["01000002ff", { a: 1, b: 2 }]],
    badHex: [["0100010200", "constant", 1, "p"]],
  });
});

describe("padding to a multiple, counted from the start of the message", () => {
  facts(struct({ name: string(u8), pad: padding({ align: 4 }), n: u8 }), {
    ok: [
      [{ name: "", n: 9 }, "00 000000 09"],
      [{ name: "a", n: 9 }, "0161 0000 09"],
      [{ name: "ab", n: 9 }, "026162 00 09"],
      [{ name: "abc", n: 9 }, "03616263 09"],
      [{ name: "abcd", n: 9 }, "0461626364 000000 09"],
    ],
    badHex: [
      ["0161 0001 09", "constant", 3, "pad"],
      ["0161 ff00 09", "constant", 2, "pad"],
    ],
    cuts: [
      [1, "pad", 1],
      [3, "pad", 1],
    ],
  });
  facts(struct({ a: u8, pad: padding({ align: 2 }, { ignore: true }), b: u8 }), {
    ok: [[{ a: 1, b: 2 }, "010002"]],
    decodes: [["01ee02", { a: 1, b: 2 }]],
  });
  facts(struct({ a: u8, pad: padding({ align: 1 }) }), { ok: [[{ a: 1 }, "01"]] });
  facts(struct({ list: array(struct({ text: string(u8), pad: padding({ align: 4 }) }), 2), end: u8 }), {
    ok: [
      [{ list: [{ text: "abc" }, { text: "d" }], end: 7 }, "03616263 01640000 07"],
      [{ list: [{ text: "ab" }, { text: "" }], end: 7 }, "02616200 00000000 07"],
    ],
    badHex: [["03616263 01640001 07", "constant", 7, "list[1].pad"]],
  });
  facts(struct({ h: u8, body: sized(u8, struct({ text: string(u8), pad: padding({ align: 4 }) })) }), {
    ok: [[{ h: 1, body: { text: "ab" } }, "01 06 026162 000000"]],
  });
  it("is of a whole number of bytes, at least 1; a fixed size at least 0", () => {
    for (const align of [0, -1, 1.5, Number.NaN, "4", undefined])
      expect(refused(() => padding({ align } as never)).code).toBe("argument");
    for (const amount of [-1, 1.5, Number.NaN, "4", undefined, null])
      expect(refused(() => padding(amount as never)).code).toBe("argument");
  });
});

describe("reserved", () => {
  facts(reserved(u8), {
    ok: [[undefined, "00"]],
    badHex: [
      ["01", "constant"],
      ["", "truncated"],
    ],
  });
  facts(reserved(u16, { value: 0xffff }), { ok: [[undefined, "ffff"]], badHex: [["fffe", "constant"]] });
  facts(reserved(u64), { ok: [[undefined, "0000000000000000"]], badHex: [["0000000000000001", "constant"]] });
  facts(reserved(bool), {
    ok: [[undefined, "00"]],
    badHex: [
      ["01", "constant"],
      ["02", "value"],
    ],
  });
  facts(reserved(bytes(3)), { ok: [[undefined, "000000"]], badHex: [["000001", "constant"]] });
  facts(reserved(f32, { value: 0 }), { ok: [[undefined, "00000000"]], badHex: [["80000000", "constant"]] });
  facts(reserved(u16, { ignore: true }), {
    ok: [[undefined, "0000"]],
    decodes: [["abcd", undefined]],
    badHex: [["ab", "truncated"]],
  });
  facts(
    struct({
      a: bits(3),
      unused: reserved(bits(4)),
      b: flag,
      more: reserved(i8, { value: -1 }),
      c: u8,
      rest: reserved(bits(12), { ignore: true }),
      d: bits(4),
    }),
    {
      ok: [[{ a: 5, b: true, c: 7, d: 9 }, "a1 ff 07 0009"]],
      decodes: [["a1 ff 07 abc9", { a: 5, b: true, c: 7, d: 9 }]],
      badHex: [
        ["a3 ff 07 0009", "constant", 0, "unused"],
        ["a1 00 07 0009", "constant", 1, "more"],
      ],
    },
  );
  it("has a zero, or says which value", () => {
    for (const schema of [string(2), f32, bytes(rest), bytes(u8), struct({ a: u8 }), array(u8, 2)])
      expect(refused(() => reserved(schema as AnySchema))).toBeInstanceOf(SchemaError);
    expect(refused(() => reserved(u8, { value: 256 })).code).toBe("argument");
    expect(refused(() => reserved(u8, { value: 1n })).code).toBe("argument");
    expect(refused(() => reserved(null as never)).code).toBe("argument");
  });
  it("cannot be referred to", () => {
    for (const hidden of [reserved(u8), magic("a"), padding(1)])
      expect(refused(() => compileHere(struct({ h: hidden, body: bytes(field("h")) }))).code).toBe("reference");
  });
});

describe("values that are not there", () => {
  it("leave no key behind", () => {
    const codec = compileHere(struct({ m: magic("a"), p: padding(1), r: reserved(u8), n: u8 }));
    expect(Object.keys(codec.decode(of(97, 0, 0, 5)))).toEqual(["n"]);
    expect(compileHere(struct({ m: magic("a") })).decode(of(97))).toEqual({});
  });
  it("are errors in received bytes by whose fault they are", () => {
    expect(() => compileHere(magic("a")).decode(of(98))).toThrow(DecodeError);
    type Tree = { n: number; next?: Tree };
    const tree: AnySchema = struct({
      m: magic("!"),
      n: u8,
      next: when(
        field("n").is(1),
        lazy(() => tree),
      ),
    }) as never;
    const value: Tree = { n: 1, next: { n: 0 } };
    expect(compileHere(tree).decode(of(33, 1, 33, 0))).toEqual(value);
    expect(() => compileHere(tree).decode(of(33, 1, 34, 0))).toThrow("next.m: must be 21, got 22 (offset 2");
  });
});
