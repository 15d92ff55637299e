import {
  array,
  bits,
  bytes,
  check,
  compile,
  decimal,
  field,
  hexadecimal,
  i32,
  lengthOf,
  magic,
  nullable,
  padding,
  quicVarint,
  rest,
  sized,
  string,
  struct,
  typedArray,
  u8,
  u16,
  u32,
  u64,
  uleb128,
  union,
  until,
  zigzag,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { expectOneGo } from "./support/calls.ts";
import { facts, failureOf } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";
import { fromHex, toHex } from "./support/shared-data.ts";

const Pair = struct({ a: u8, b: bytes(rest) });

describe("a window by a prefix", () => {
  facts(sized(u16, Pair), {
    ok: [
      [{ a: 1, b: Uint8Array.of(2, 3) }, "0003 01 0203"],
      [{ a: 1, b: new Uint8Array(0) }, "0001 01"],
    ],
    badHex: [
      ["0000", "truncated", 2, "a"],
      ["0003 01 02", "truncated", 2],
      ["0001 01 ff", "trailing", 3],
    ],
    badValues: [
      [{ a: 256, b: new Uint8Array(0) }, "range", "a"],
      [{ a: 1, b: new Uint8Array(65535) }, "range"],
    ],
    cuts: [[1, "", 0]],
  });
  facts(sized(u8, struct({ n: u16 })), {
    ok: [[{ n: 7 }, "02 0007"]],
    badHex: [
      ["03 0007 00", "length", 3],
      ["01 00", "truncated", 1, "n"],
    ],
  });
  facts(sized(uleb128, Pair), { ok: [[{ a: 1, b: Uint8Array.of(2) }, "02 01 02"]] });
  facts(sized(decimal(5), Pair), { ok: [[{ a: 1, b: Uint8Array.of(2) }, "3030303032 01 02"]] });
  facts(sized(hexadecimal(until("\r\n")), Pair), { ok: [[{ a: 1, b: Uint8Array.of(2) }, "320d0a 01 02"]] });
  facts(sized(u64, Pair), {
    ok: [[{ a: 1, b: Uint8Array.of(2) }, "0000000000000002 01 02"]],
    badHex: [["ffffffffffffffff 01", "limit", 0]],
  });
  facts(sized(i32, Pair), {
    ok: [[{ a: 1, b: Uint8Array.of(2) }, "00000002 01 02"]],
    badHex: [["ffffffff 01", "length", 0]],
  });
  facts(sized(zigzag, Pair), { ok: [[{ a: 1, b: Uint8Array.of(2) }, "04 01 02"]], badHex: [["03 01", "length", 0]] });
  facts(sized(u8, bytes(rest)), { ok: [[Uint8Array.of(5), "01 05"]] });
  facts(sized(u8, sized(u8, sized(u8, Pair))), {
    ok: [[{ a: 1, b: Uint8Array.of(2) }, "04 03 02 01 02"]],
    badHex: [
      ["04 03 03 01 02", "truncated", 3],
      ["04 02 02 01 02", "truncated", 3],
    ],
  });

  it.each([
    [uleb128, [126, 127, 128, 16382, 16383, 16384]],
    [quicVarint, [62, 63, 64, 16382, 16383, 16384]],
    [decimal(until(":")), [8, 9, 10, 98, 99, 100]],
  ] as const)("a prefix of variable width grows with what it holds", (prefix, sizes) => {
    for (const content of [bytes(rest), array(string(u8), rest), struct({ n: u16, rest: array(u8, rest) })]) {
      for (const n of sizes) {
        const value =
          content.kind === "bytes"
            ? new Uint8Array(n)
            : content.kind === "array"
              ? new Array<string>(n).fill("")
              : { n: 1, rest: new Array<number>(n - 2).fill(0) };
        const codec = compileHere(sized(prefix as never, content as never) as never);
        const wire = codec.encode(value as never);
        expect(codec.size(value as never)).toBe(wire.length);
        const { offset } = compileHere(prefix as never).read(wire) as { offset: number };
        expect(wire.length - offset).toBe(n);
        expect(codec.decode(wire)).toEqual(value);
      }
    }
  });

  it("a prefix that cannot say how wide it will be is refused, with what to do instead", () => {
    const wide = check(uleb128, (n) => n !== 7, "not seven");
    const codec = compileHere(sized(wide, Pair));
    expect(toHex(codec.encode({ a: 1, b: Uint8Array.of(2) }))).toBe("020102");
    expect(failureOf(() => codec.encode({ a: 1, b: new Uint8Array(6) }))).toMatchObject({ code: "rejected" });
  });
});

describe("a window by a number", () => {
  facts(sized(4, Pair), {
    ok: [[{ a: 1, b: Uint8Array.of(2, 3, 4) }, "01 020304"]],
    badValues: [
      [{ a: 1, b: Uint8Array.of(2) }, "length"],
      [{ a: 1, b: Uint8Array.of(2, 3, 4, 5) }, "length"],
    ],
  });
  facts(sized(4, struct({ n: u8, s: string(u8) }), { skip: true }), {
    ok: [
      [{ n: 1, s: "a" }, "01 0161 00"],
      [{ n: 1, s: "" }, "01 00 0000"],
    ],
    decodes: [["01 00 ffff", { n: 1, s: "" }]],
    badValues: [[{ n: 1, s: "abc" }, "length"]],
    badHex: [["01 03 6162", "truncated", 2, "s"]],
  });
  facts(struct({ head: sized(3, bytes(rest)), tail: u8 }), {
    ok: [[{ head: Uint8Array.of(1, 2, 3), tail: 4 }, "010203 04"]],
  });
  facts(sized(0, struct({})), { ok: [[{}, ""]] });
});

describe("a window by a field", () => {
  facts(struct({ length: u16, kind: u8, body: sized(field("length").minus(1), Pair) }), {
    ok: [[{ length: 3, kind: 9, body: { a: 1, b: Uint8Array.of(2) } }, "0003 09 01 02"]],
    encodes: [[{ kind: 9, body: { a: 1, b: Uint8Array.of(2) } }, "0003 09 01 02"]],
    badValues: [[{ length: 4, kind: 9, body: { a: 1, b: Uint8Array.of(2) } }, "mismatch", "length"]],
    badHex: [
      ["0000 09", "length", 3, "body"],
      ["0001 09", "truncated", 3, "body.a"],
    ],
  });
  facts(struct({ words: bits(4), kind: bits(4), body: sized(field("words").times(2), Pair) }), {
    ok: [[{ words: 1, kind: 9, body: { a: 1, b: Uint8Array.of(2) } }, "19 01 02"]],
    badValues: [[{ kind: 9, body: { a: 1, b: new Uint8Array(0) } }, "length", "body"]],
  });
});

describe("a window that may be null", () => {
  facts(sized(nullable(i32), Pair), {
    ok: [
      [null, "ffffffff"],
      [{ a: 1, b: new Uint8Array(0) }, "00000001 01"],
    ],
    badHex: [["fffffffe", "length", 0]],
    badValues: [[undefined, "type"]],
  });
  facts(sized(nullable(u8, 0), Pair), {
    ok: [
      [null, "00"],
      [{ a: 1, b: new Uint8Array(0) }, "01 01"],
    ],
  });
  facts(sized(nullable(u8, 0), bytes(rest)), { badValues: [[new Uint8Array(0), "length"]] });
  facts(sized(nullable(zigzag), Pair), {
    ok: [
      [null, "01"],
      [{ a: 1, b: new Uint8Array(0) }, "02 01"],
    ],
  });
  facts(struct({ n: u8, x: sized(nullable(u8, 255), struct({ s: bytes(field("../n")) })) }), {
    ok: [[{ n: 2, x: { s: Uint8Array.of(5, 6) } }, "02 02 0506"]],
    badValues: [[{ x: null }, "missing", "n"]],
  });
});

describe("a window up to a delimiter", () => {
  facts(sized(until("\r\n"), struct({ key: string(until(":")), value: string(rest) })), {
    ok: [[{ key: "a", value: "b" }, "613a62 0d0a"]],
    badValues: [
      [{ key: "a", value: "b\r\nc" }, "delimiter"],
      [{ key: "a:", value: "b" }, "delimiter", "key"],
    ],
    badHex: [
      ["6162 0d0a", "truncated", 0, "key"],
      ["613a62 0d", "truncated", 0],
    ],
  });
  facts(sized(until("\0", { max: 3 }), bytes(rest)), {
    ok: [[Uint8Array.of(1, 2, 3), "010203 00"]],
    badValues: [[Uint8Array.of(1, 2, 3, 4), "length"]],
    badHex: [
      ["01020304 00", "limit", 0],
      ["01020304", "limit", 0],
    ],
  });
  facts(sized(until(["\r\n", "\n"]), bytes(rest)), {
    ok: [[Uint8Array.of(1), "01 0d0a"]],
    decodes: [["01 0a", Uint8Array.of(1)]],
    open: true,
  });
  facts(sized(until("\n", { orEnd: true }), Pair), {
    ok: [[{ a: 1, b: Uint8Array.of(2) }, "01 02 0a"]],
    decodes: [["01 02", { a: 1, b: Uint8Array.of(2) }]],
    open: true,
  });
  facts(sized(until("\n"), struct({ n: u8 }), { skip: true }), {
    ok: [[{ n: 1 }, "01 0a"]],
    decodes: [["01 0203 0a", { n: 1 }]],
  });
  facts(sized(until("\n"), struct({ n: u8 })), { badHex: [["01 02 0a", "length", 1]] });
});

describe("a window of what is left", () => {
  facts(struct({ n: u8, body: sized(rest, Pair) }), {
    ok: [[{ n: 1, body: { a: 2, b: Uint8Array.of(3) } }, "01 02 03"]],
    open: true,
  });
  it("that its content does not fill is refused, or skipped where that was asked for", () => {
    expect(failureOf(() => compileHere(sized(rest, struct({ n: u8 }))).decode(fromHex("0102")))).toMatchObject({
      code: "length",
      offset: 1,
      actual: "1 bytes are left over",
    });
    expect(compileHere(sized(rest, struct({ n: u8 }), { skip: true })).decode(fromHex("0102"))).toEqual({ n: 1 });
  });
});

describe("what lies in a window stays in it", () => {
  facts(struct({ inner: sized(u8, array(string(u8), rest)), tail: u8 }), {
    ok: [[{ inner: ["a"], tail: 9 }, "02 0161 09"]],
    badHex: [["02 0261 62 09", "truncated", 2, "inner[0]"]],
  });
  facts(struct({ inner: sized(u8, string(until("\0"))), tail: u8 }), {
    ok: [[{ inner: "a", tail: 0 }, "02 6100 00"]],
    badHex: [["01 61 00", "truncated", 1, "inner"]],
  });
  facts(struct({ inner: sized(u8, uleb128), tail: u8 }), {
    ok: [[{ inner: 300, tail: 1 }, "02 ac02 01"]],
    badHex: [["01 ac 02", "truncated", 1, "inner"]],
  });
  facts(struct({ inner: sized(u8, typedArray(u16, rest)), tail: u8 }), {
    ok: [[{ inner: Uint16Array.of(1), tail: 9 }, "02 0001 09"]],
    badHex: [["03 0001 02 09", "length", 1, "inner"]],
  });
  facts(struct({ inner: sized(u8, union("t", u8, { a: [1, u16], b: [2, bytes(rest)] })), tail: u8 }), {
    ok: [
      [{ inner: { t: "a", value: 5 }, tail: 9 }, "03 01 0005 09"],
      [{ inner: { t: "b", value: Uint8Array.of(5) }, tail: 9 }, "02 02 05 09"],
    ],
    badHex: [
      ["02 01 0005", "truncated", 2, "inner.value"],
      ["04 01 0005 09", "length", 4, "inner"],
      ["00 01", "truncated", 1, "inner.t"],
    ],
  });
  facts(struct({ a: u8, inner: sized(u8, struct({ n: u8, pad: padding({ align: 4 }) })), z: u8 }), {
    ok: [[{ a: 1, inner: { n: 5 }, z: 9 }, "01 02 05 00 09"]],
  });
  facts(sized(u8, magic("AB")), { badHex: [["02 4143", "constant", 1]] });

  it("an announcement of 2^32-1 bytes is refused at once, whether they come or not", () => {
    for (const schema of [sized(u32, Pair), sized(u32, bytes(rest)), sized(u32, array(u8, rest)), bytes(u32)]) {
      const codec = compileHere(schema as never);
      for (const hex of ["ffffffff", `ffffffff${"00".repeat(100)}`]) {
        expect(failureOf(() => codec.decode(fromHex(hex)))).toMatchObject({ code: "limit", offset: 4 });
        expect(failureOf(() => codec.read(fromHex(hex)))).toMatchObject({ code: "limit" });
      }
    }
  });

  it("an announcement within the limits asks for exactly the bytes that are missing", () => {
    const codec = compileHere(sized(u32, Pair));
    expect(codec.read(fromHex("00100000"))).toEqual({ needed: 0x100000 });
    expect(codec.read(fromHex("0010000001"))).toEqual({ needed: 0xfffff });
    expect(codec.read(fromHex("0010"))).toEqual({ needed: 2 });
  });
});

describe("bytes that stand at multiples, in a window whose prefix grows", () => {
  const schema = sized(uleb128, struct({ text: string(u8), pad: padding({ align: 4 }), z: u8 }));
  it.each([0, 3, 120, 122, 126, 127, 128, 129, 200])("behind %i characters", (n) => {
    const codec = compileHere(schema);
    const value = { text: "x".repeat(n), z: 9 };
    const wire = codec.encode(value);
    expect(codec.decode(wire)).toEqual(value);
    expect((wire.length - 1) % 4).toBe(0);
  });
  it.each([123, 124, 125])("behind %i characters there is none that agrees with itself", (n) => {
    // A prefix of one byte would have to count 128, and one of two bytes 127.
    const codec = compileHere(schema);
    expect(failureOf(() => codec.encode({ text: "x".repeat(n), z: 9 }))).toMatchObject({ code: "length" });
  });
  it("has one form where two agree with themselves", () => {
    const schema = struct({
      n: lengthOf(decimal(until(":")), { from: "inner", to: "text" }),
      inner: struct({
        m: lengthOf(decimal(until(":")), { from: "m" }),
        frame: sized(u16, struct({ pad: padding({ align: 4 }), x: u8 })),
        s: string(rest),
      }),
      text: string(rest),
    });
    for (let n = 80; n < 140; n++) {
      const value = { inner: { frame: { x: 0 }, s: "xxx" }, text: "x".repeat(n) };
      const [jit, interpret] = (["jit", "interpret"] as const).map((mode) => compile(schema, { mode }).encode(value));
      expect(jit, `${n} characters`).toEqual(interpret);
    }
  });
  it("in a struct whose length and count grow", () => {
    const Padded = struct({ text: string(u8), pad: padding({ align: 4 }) });
    const counted = compileHere(
      struct({
        size: lengthOf(uleb128, { from: "count", to: "end" }),
        count: uleb128,
        items: array(Padded, field("count")),
        end: u8,
      }),
    );
    for (const n of [0, 1, 15, 16, 17, 31, 32, 33, 127, 128, 129]) {
      const value = { items: Array.from({ length: n }, (_, i) => ({ text: "x".repeat(i % 7) })), end: 9 };
      const wire = counted.encode(value);
      const decoded = counted.decode(wire);
      expect(decoded).toMatchObject({ ...value, count: n });
      expect(counted.encode(decoded)).toEqual(wire);
    }
  });
});

describe("what cannot be a window", () => {
  it.each([
    ["too small for its content", () => sized(1, u16), "argument"],
    ["too large for its content", () => sized(3, u16), "argument"],
    ["a fraction", () => sized(1.5, u16), "argument"],
    ["less than nothing", () => sized(-1, u16), "argument"],
    ["over some bits", () => sized(1, bits(3)), "bits"],
    ["by some bits", () => sized(bits(4), u8), "bits"],
    [
      "up to the last of something",
      () =>
        sized(
          until(() => true),
          u8,
        ),
      "argument",
    ],
    ["by a word", () => sized("4" as never, u8), "argument"],
    ["by text", () => compileHere(sized(string(2) as never, u8)), "argument"],
    ["without content", () => sized(u8, 5 as never), "argument"],
    ["up to nothing", () => until(""), "argument"],
    ["up to one of the same", () => until(["a", "a"]), "duplicate"],
  ])("%s", (_, define, code) => {
    expect(failureOf(define)).toMatchObject({ name: "SchemaError", code });
  });
});

it.each([
  ["prefix", sized(u16, Pair), { a: 1, b: Uint8Array.of(2) }, "0002 01 02"],
  ["varint", sized(uleb128, Pair), { a: 1, b: Uint8Array.of(2) }, "02 01 02"],
  ["null", sized(nullable(i32), Pair), null, "ffffffff"],
  ["delimiter", sized(until(["\r\n", "\n"]), Pair), { a: 1, b: Uint8Array.of(2) }, "01 02 0d0a"],
  ["or end", sized(until("\n", { orEnd: true }), Pair), { a: 1, b: Uint8Array.of(2) }, "01 02 0a"],
  ["skip", sized(4, struct({ n: u8 }), { skip: true }), { n: 1 }, "01 000000"],
])("a window by %s is read and written in one go", (_, schema, value, hex) => expectOneGo(schema, value, hex));

it("what ends early is read in one go too", () => {
  let calls = 0;
  const counted = check(u8, () => ++calls > 0, "counted");
  compileHere(struct({ n: counted, line: sized(until(["\r\n", "\n"]), bytes(rest)) })).decode(fromHex("01020a"));
  compileHere(struct({ n: counted, line: sized(until("\n", { orEnd: true }), bytes(rest)) })).decode(fromHex("0102"));
  compileHere(struct({ n: counted, line: string(until(["\r\n", "\n"])) })).decode(fromHex("01610a"));
  compileHere(struct({ n: counted, line: string(until("\n", { orEnd: true })) })).decode(fromHex("0161"));
  compileHere(struct({ n: counted, list: array(u8, until("\n", { orEnd: true })) })).decode(fromHex("0161"));
  expect(calls).toBe(5);
});
