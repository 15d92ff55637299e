import {
  type AnySchema,
  array,
  bits,
  bool,
  bytes,
  checksum,
  constant,
  crc32,
  decimal,
  field,
  lengthOf,
  match,
  quicVarint,
  rest,
  sized,
  sleb128,
  string,
  struct,
  u8,
  u16,
  u16le,
  u24,
  u32,
  u64,
  uleb128,
  union,
  until,
  when,
  zigzag,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { expectOneGo } from "./support/calls.ts";
import { facts, failureOf } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";
import { fromHex, toHex } from "./support/shared-data.ts";

const zeroes = (n: number): Uint8Array => new Uint8Array(n);
const hexOf = (n: number): string => "00".repeat(n);

describe("a length that refers to a field", () => {
  facts(struct({ n: u8, body: bytes(field("n")) }), {
    ok: [
      [{ n: 0, body: zeroes(0) }, "00"],
      [{ n: 3, body: Uint8Array.of(1, 2, 3) }, "03 010203"],
    ],
    encodes: [[{ body: Uint8Array.of(9) }, "01 09"]],
    badValues: [
      [{ n: 2, body: Uint8Array.of(1, 2, 3) }, "mismatch", "n"],
      [{ n: 3n, body: Uint8Array.of(1, 2, 3) }, "type", "n"],
      [{ n: "3", body: Uint8Array.of(1, 2, 3) }, "type", "n"],
      [{ n: 3 }, "missing", "body"],
      [{ body: zeroes(256) }, "range", "n"],
    ],
    badHex: [["03 0102", "truncated", 1, "body"]],
    cuts: [[0, "n", 0]],
  });

  describe("less a header", () => {
    facts(struct({ n: u16, body: bytes(field("n").minus(4)) }), {
      ok: [
        [{ n: 4, body: zeroes(0) }, "0004"],
        [{ n: 6, body: Uint8Array.of(1, 2) }, "0006 0102"],
      ],
      badHex: [["0003", "length", 2, "body"]],
      badValues: [[{ n: 2, body: Uint8Array.of(1, 2) }, "mismatch", "n"]],
    });
  });

  describe("plus what it leaves out", () => {
    facts(struct({ n: u8, body: bytes(field("n").plus(1)) }), {
      ok: [[{ n: 0, body: Uint8Array.of(7) }, "00 07"]],
      badValues: [[{ body: zeroes(0) }, "range", "n"]],
    });
  });

  describe("in words, counted from behind a header", () => {
    facts(struct({ words: u8, body: bytes(field("words").times(4).minus(8)) }), {
      ok: [
        [{ words: 2, body: zeroes(0) }, "02"],
        [{ words: 3, body: Uint8Array.of(1, 2, 3, 4) }, "03 01020304"],
      ],
      badValues: [
        [{ body: zeroes(3) }, "length", "body"],
        [{ words: 3, body: zeroes(8) }, "mismatch", "words"],
      ],
      badHex: [["01", "length", 1, "body"]],
    });
  });

  describe("in one more than its half", () => {
    facts(struct({ n: u8, items: array(u8, field("n").plus(1).times(2)) }), {
      ok: [[{ n: 1, items: [1, 2, 3, 4] }, "01 01020304"]],
      badValues: [[{ items: [1, 2, 3] }, "length", "items"]],
    });
  });
});

describe("fields of every width that follow from a length", () => {
  const body = { body: Uint8Array.of(5, 6) };
  facts(struct({ n: u64, body: bytes(field("n")) }), {
    ok: [[{ n: 2n, ...body }, "0000000000000002 0506"]],
    encodes: [[body, "0000000000000002 0506"]],
    badValues: [
      [{ n: 3n, ...body }, "mismatch", "n"],
      [{ n: 2, ...body }, "type", "n"],
    ],
    badHex: [
      ["ffffffffffffffff 00", "limit", 8, "body"],
      ["0020000000000000 00", "limit", 8, "body"],
    ],
  });
  facts(struct({ n: u16le, body: bytes(field("n")) }), { ok: [[{ n: 2, ...body }, "0200 0506"]] });
  facts(struct({ n: decimal(until(":")), body: bytes(field("n")) }), {
    ok: [
      [{ n: 2, ...body }, "323a 0506"],
      [{ n: 10, body: zeroes(10) }, `31303a ${hexOf(10)}`],
      [{ n: 100, body: zeroes(100) }, `3130303a ${hexOf(100)}`],
    ],
  });
  facts(struct({ n: decimal(3), body: bytes(field("n")) }), {
    ok: [[{ n: 2, ...body }, "303032 0506"]],
    badValues: [[{ body: zeroes(1000) }, "range", "n"]],
  });
  facts(struct({ n: uleb128, body: bytes(field("n")) }), {
    ok: [
      [{ n: 127, body: zeroes(127) }, `7f ${hexOf(127)}`],
      [{ n: 128, body: zeroes(128) }, `8001 ${hexOf(128)}`],
    ],
  });
  facts(struct({ version: bits(4), n: bits(4), body: bytes(field("n").times(4)) }), {
    ok: [[{ version: 4, n: 1, body: Uint8Array.of(1, 2, 3, 4) }, "41 01020304"]],
    badValues: [[{ version: 4, body: zeroes(64) }, "range", "n"]],
  });

  it.each([
    [127, "7f"],
    [128, "8001"],
    [16383, "ff7f"],
    [16384, "808001"],
  ])("a varint in front of %i bytes is %s, whichever field refers to it", (n, hex) => {
    for (const schema of [
      struct({ n: uleb128, body: bytes(field("n")) }),
      struct({ n: lengthOf(uleb128, { from: "body" }), body: bytes(rest) }),
    ]) {
      const codec = compileHere(schema);
      const wire = hex + hexOf(n);
      expect(toHex(codec.encode({ body: zeroes(n) }))).toBe(wire);
      expect(codec.size({ body: zeroes(n) })).toBe(wire.length / 2);
      expect(codec.decode(fromHex(wire))).toEqual({ n, body: zeroes(n) });
    }
  });

  it("widens a place in the middle and moves what stands behind it, checksums and lengths included", () => {
    const schema = struct({
      total: lengthOf(u16, { from: "count" }),
      count: uleb128,
      items: array(u8, field("count")),
      sum: checksum(u32, crc32, { from: "total", to: "items" }),
      tail: u8,
    });
    const codec = compileHere(schema);
    for (const n of [0, 1, 127, 128, 300]) {
      const value = { items: new Array<number>(n).fill(7), tail: 9 };
      const wire = codec.encode(value);
      const total = (n < 128 ? 1 : 2) + n + 4 + 1;
      expect(wire.length).toBe(2 + total);
      expect(codec.decode(wire)).toMatchObject({ total, count: n, tail: 9 });
    }
  });
});

describe("a width that the value decides", () => {
  const far = struct({ n: sleb128, body: bytes(field("n").plus(700)) });
  facts(far, {
    ok: [
      [{ n: -700, body: zeroes(0) }, "c47a"],
      [{ n: -64, body: zeroes(636) }, `40 ${hexOf(636)}`],
      [{ n: -65, body: zeroes(635) }, `bf7f ${hexOf(635)}`],
    ],
  });
  facts(struct({ n: zigzag, body: bytes(field("n").plus(700)) }), {
    ok: [[{ n: -700, body: zeroes(0) }, "f70a"]],
    encodes: [[{ body: zeroes(635) }, `8101 ${hexOf(635)}`]],
  });

  // Nothing tells it when it is absent.
  const given = (n: AnySchema) => struct({ has: bool, n, body: when(field("has"), bytes(field("n") as never)), z: u8 });
  const odd = [Symbol.iterator, "1", {}, 1.5, Number.NaN, Number.POSITIVE_INFINITY];
  const values = (ns: readonly unknown[]) => ns.map((n) => ({ has: false, n, z: 1 }));
  facts(given(uleb128({ big: true })), {
    ok: [
      [{ has: false, n: 2n ** 56n - 1n, z: 1 }, "00 ffffffffffffff7f 01"],
      [{ has: false, n: 2n ** 64n - 1n, z: 1 }, "00 ffffffffffffffffff01 01"],
    ],
    badValues: values(odd).map((value) => [value, "type", "n"]),
  });
  facts(given(sleb128({ big: true })), {
    ok: [[{ has: false, n: -(2n ** 55n) - 1n, z: 1 }, "00 ffffffffffffffbf7f 01"]],
  });
  facts(given(decimal(until(" "), { big: true })), {
    ok: [
      [{ has: false, n: 10n ** 17n - 1n, z: 1 }, `00 ${"39".repeat(17)} 20 01`],
      [{ has: false, n: 10n ** 400n, z: 1 }, `00 31${"30".repeat(400)} 20 01`],
    ],
    badValues: values(odd).map((value) => [value, "type", "n"]),
  });
  facts(given(uleb128), {
    badValues: [
      ...values(odd.slice(0, 3)).map((value) => [value, "type", "n"] as const),
      ...values(odd.slice(3)).map((value) => [value, "range", "n"] as const),
    ],
  });
});

describe("several that refer to one field", () => {
  const Pair = struct({ n: u8, a: array(u8, field("n")), b: array(u16, field("n")) });
  facts(Pair, {
    ok: [[{ n: 2, a: [1, 2], b: [3, 4] }, "02 0102 00030004"]],
    badValues: [
      [{ a: [1, 2], b: [3] }, "mismatch", "b"],
      [{ n: 1, a: [1, 2], b: [3, 4] }, "mismatch", "n"],
    ],
  });

  describe("in elements of an array", () => {
    facts(struct({ width: u8, rows: array(struct({ cells: array(u8, field("../width")) }), u8) }), {
      ok: [
        [{ width: 2, rows: [{ cells: [1, 2] }, { cells: [3, 4] }] }, "02 02 0102 0304"],
        [{ width: 5, rows: [] }, "05 00"],
        [{ width: 0, rows: [{ cells: [] }] }, "00 01"],
      ],
      encodes: [[{ rows: [{ cells: [1] }] }, "01 01 01"]],
      badValues: [
        [{ rows: [{ cells: [1, 2] }, { cells: [3] }] }, "mismatch", "rows[1].cells"],
        [{ rows: [] }, "missing", "width"],
        [{ width: 3, rows: [{ cells: [1, 2] }] }, "mismatch", "width"],
      ],
      badHex: [["02 01 01", "truncated", 3, "rows[0].cells[1]"]],
    });
  });

  describe("two structs further out", () => {
    facts(struct({ n: u8, a: struct({ b: struct({ c: bytes(field("../../n")) }) }) }), {
      ok: [[{ n: 1, a: { b: { c: Uint8Array.of(8) } } }, "01 08"]],
      badValues: [[{ n: 2, a: { b: { c: Uint8Array.of(8) } } }, "mismatch", "n"]],
    });
  });
});

describe("a field of an earlier struct", () => {
  const Header = struct({ kind: u8, length: u16 });
  facts(struct({ header: Header, body: bytes(field("header.length").minus(3)) }), {
    ok: [[{ header: { kind: 1, length: 5 }, body: Uint8Array.of(1, 2) }, "01 0005 0102"]],
    encodes: [[{ header: { kind: 1 }, body: Uint8Array.of(1, 2) }, "01 0005 0102"]],
    badValues: [
      [{ header: { kind: 1, length: 2 }, body: Uint8Array.of(1, 2) }, "mismatch", "header.length"],
      [{ header: { length: 5 }, body: Uint8Array.of(1, 2) }, "missing", "header.kind"],
      [{ body: Uint8Array.of(1, 2) }, "missing", "header"],
      [{ header: 5, body: Uint8Array.of(1, 2) }, "type", "header"],
      [{ header: { kind: 1 }, body: zeroes(65533) }, "range", "header.length"],
    ],
    badHex: [["01 0002", "length", 3, "body"]],
  });

  describe("that has a checksum over it", () => {
    const Checked = struct({ length: u16, crc: checksum(u32, crc32, { from: "length", to: "length" }) });
    facts(struct({ header: Checked, body: bytes(field("header.length")) }), {
      ok: [[{ header: { length: 5, crc: 0x31b3e670 }, body: zeroes(5) }, "0005 31b3e670 0000000000"]],
      badValues: [
        [{ header: { crc: 1 }, body: zeroes(5) }, "mismatch", "header.crc"],
        [{ header: { length: 4 }, body: zeroes(5) }, "mismatch", "header.length"],
      ],
      badHex: [["0005 31b3e671 0000000000", "checksum", 2, "header.crc"]],
    });
    it("fills both in", () => {
      const codec = compileHere(struct({ header: Checked, body: bytes(field("header.length")) }));
      expect(toHex(codec.encode({ header: {}, body: zeroes(5) }))).toBe("000531b3e6700000000000");
    });
  });

  describe("two structs deep, under a checksum of the struct between", () => {
    const Outer = struct({
      inner: struct({ length: u16 }),
      crc: checksum(u32, crc32, { from: "inner", to: "inner" }),
    });
    const schema = struct({ outer: Outer, body: bytes(field("outer.inner.length")) });
    facts(schema, {
      ok: [[{ outer: { inner: { length: 5 }, crc: 0x31b3e670 }, body: zeroes(5) }, "0005 31b3e670 0000000000"]],
      encodes: [[{ outer: { inner: {} }, body: zeroes(5) }, "0005 31b3e670 0000000000"]],
      badValues: [[{ outer: { inner: {}, crc: 7 }, body: zeroes(5) }, "mismatch", "outer.crc"]],
    });
  });

  describe("of variable width, under a length of its own struct", () => {
    const codec = compileHere(
      struct({
        header: struct({ size: lengthOf(u8, { from: "size", to: "count" }), count: uleb128 }),
        items: array(u8, field("header.count")),
      }),
    );
    it.each([
      [3, "0203"],
      [127, "027f"],
      [128, "038001"],
    ])("with %i items starts with %s", (n, head) => {
      const wire = codec.encode({ header: {}, items: new Array<number>(n).fill(0) });
      expect(toHex(wire)).toBe(head + hexOf(n));
      expect(codec.decode(wire).header).toEqual({ size: head.length / 2, count: n });
    });
  });

  describe("inside a window", () => {
    facts(struct({ header: sized(u8, struct({ n: u16 })), body: bytes(field("header.n")) }), {
      ok: [[{ header: { n: 1 }, body: Uint8Array.of(7) }, "02 0001 07"]],
      encodes: [[{ header: {}, body: Uint8Array.of(7) }, "02 0001 07"]],
    });
    it("of variable width cannot be filled in later, because the window's length is written by then", () => {
      const error = failureOf(() =>
        compileHere(struct({ header: sized(u8, struct({ n: uleb128 })), body: bytes(field("header.n")) })),
      );
      expect(error).toMatchObject({ name: "SchemaError", code: "inverse", path: "body" });
      expect(error.message).toContain("header.n");
    });
    it("stays where it is when the window's prefix turns out wider", () => {
      const codec = compileHere(
        struct({ header: sized(uleb128, struct({ n: u8, name: string(u8) })), body: bytes(field("header.n")) }),
      );
      const name = "x".repeat(200);
      const wire = codec.encode({ header: { name }, body: Uint8Array.of(1, 2, 3) });
      expect(toHex(wire)).toBe(`ca0103c8${"78".repeat(200)}010203`);
      expect(codec.decode(wire)).toEqual({ header: { n: 3, name }, body: Uint8Array.of(1, 2, 3) });
    });
  });
});

describe("a length in a parent's header that covers several siblings", () => {
  const Message = struct({
    header: struct({
      kind: u8,
      length: u16,
      crc: checksum(u32, crc32, { from: "kind", to: "length" }),
    }),
    body: sized(field("header.length"), struct({ name: string(u8), parts: array(u16, u8), rest: bytes(rest) })),
  });
  it("is filled in from all of them, and the header's checksum covers it", () => {
    const codec = compileHere(Message);
    const value = { header: { kind: 1 }, body: { name: "ab", parts: [1, 2], rest: Uint8Array.of(9) } };
    const wire = codec.encode(value);
    expect(toHex(wire.subarray(0, 3))).toBe("010009");
    expect(toHex(wire.subarray(7))).toBe("0261620200010002" + "09");
    expect(codec.decode(wire)).toMatchObject({ ...value, header: { kind: 1, length: 9 } });
    for (let bit = 0; bit < 7 * 8; bit++) {
      const flipped = wire.slice();
      (flipped[bit >> 3] as number) ^= 1 << (bit & 7);
      expect(codec.safeDecode(flipped).ok, `bit ${bit}`).toBe(false);
    }
  });
});

describe("lengthOf", () => {
  describe("over all that follows", () => {
    facts(struct({ n: lengthOf(u16, { from: "kind" }), kind: u8, body: bytes(rest) }), {
      ok: [
        [{ n: 1, kind: 7, body: zeroes(0) }, "0001 07"],
        [{ n: 3, kind: 7, body: Uint8Array.of(1, 2) }, "0003 07 0102"],
      ],
      badValues: [
        [{ n: 2, kind: 7, body: zeroes(0) }, "mismatch", "n"],
        [{ n: 1n, kind: 7, body: zeroes(0) }, "type", "n"],
      ],
      badHex: [
        ["0000 07", "truncated", 2, "kind"],
        ["0001 07 ff", "trailing", 3],
      ],
    });
  });

  describe("over a range that ends before the struct does", () => {
    facts(struct({ n: lengthOf(u8, { from: "a", to: "b" }), a: u8, b: bytes(rest), after: u8 }), {
      ok: [[{ n: 3, a: 1, b: Uint8Array.of(2, 3), after: 4 }, "03 01 0203 04"]],
    });
  });

  describe("that covers itself", () => {
    facts(struct({ n: lengthOf(u16, { from: "n" }), body: bytes(rest) }), {
      ok: [
        [{ n: 2, body: zeroes(0) }, "0002"],
        [{ n: 4, body: Uint8Array.of(1, 2) }, "0004 0102"],
      ],
      badHex: [["0001", "length", 0, "n"]],
    });
    facts(struct({ magic: constant(u8, 0xaa), n: lengthOf(u8, { from: "magic" }), body: bytes(rest) }), {
      ok: [[{ magic: 0xaa, n: 3, body: Uint8Array.of(1) }, "aa 03 01"]],
      badHex: [["aa 01 01", "length", 1, "n"]],
    });
    it.each([
      [126, "7f"],
      [127, "8101"],
      [16381, "ff7f"],
      [16382, "818001"],
    ])("as a varint in front of %i bytes is %s", (n, hex) => {
      const codec = compileHere(struct({ n: lengthOf(uleb128, { from: "n" }), body: bytes(rest) }));
      const wire = codec.encode({ body: zeroes(n) });
      expect(toHex(wire)).toBe(hex + hexOf(n));
      expect(codec.decode(wire)).toEqual({ n: wire.length, body: zeroes(n) });
    });
  });

  describe("of variable width", () => {
    it.each([
      [62, "3f"],
      [63, "4040"],
      [16382, "7fff"],
      [16383, "80004000"],
    ])("as a QUIC varint over a byte and %i bytes is %s", (n, hex) => {
      const codec = compileHere(struct({ n: lengthOf(quicVarint, { from: "a" }), a: u8, body: bytes(rest) }));
      const wire = codec.encode({ a: 1, body: zeroes(n) });
      expect(toHex(wire)).toBe(`${hex}01${hexOf(n)}`);
      expect(codec.decode(wire)).toMatchObject({ a: 1, body: zeroes(n) });
    });
    it.each([3, 60, 120, 126, 127, 128, 500])("moves a nested struct of %i characters as a whole", (n) => {
      const Inner = struct({ text: string(u8), count: u8, items: array(u8, field("count")) });
      const codec = compileHere(
        struct({
          n: lengthOf(uleb128, { from: "inner" }),
          inner: Inner,
          crc: checksum(u32, crc32, { from: "n", to: "inner" }),
        }),
      );
      const text = "x".repeat(Math.min(n, 255));
      const value = { inner: { text, items: new Array<number>(Math.min(n, 255)).fill(1) } };
      const wire = codec.encode(value);
      expect(codec.decode(wire)).toMatchObject(value);
    });
  });

  describe("inside the range of another", () => {
    facts(
      struct({
        outer: lengthOf(u8, { from: "inner", to: "c" }),
        inner: lengthOf(u8, { from: "a", to: "b" }),
        a: u8,
        b: bytes(rest),
        c: bytes(rest),
        d: u8,
      }),
      {
        ok: [
          [{ outer: 5, inner: 3, a: 1, b: Uint8Array.of(2, 3), c: Uint8Array.of(4), d: 5 }, "05 03 01 0203 04 05"],
          [{ outer: 2, inner: 1, a: 1, b: zeroes(0), c: zeroes(0), d: 5 }, "02 01 01 05"],
        ],
        badHex: [
          ["02 03 01 0203 04 05", "truncated", 2, "inner"],
          ["00 03 01", "truncated", 1, "inner"],
        ],
      },
    );
    it.each([10, 125, 126, 127, 128, 200])("with varints around %i bytes", (n) => {
      const codec = compileHere(
        struct({
          outer: lengthOf(uleb128, { from: "inner", to: "c" }),
          inner: lengthOf(uleb128, { from: "b", to: "b" }),
          b: bytes(rest),
          c: u8,
          crc: checksum(u32, crc32, { from: "outer", to: "c" }),
        }),
      );
      const wire = codec.encode({ b: zeroes(n), c: 1 });
      const inner = n;
      const outer = (n < 128 ? 1 : 2) + n + 1;
      expect(codec.decode(wire)).toMatchObject({ outer, inner, b: zeroes(n), c: 1 });
      expect(wire.length).toBe((outer < 128 ? 1 : 2) + outer + 4);
    });
  });

  describe("behind what it covers", () => {
    facts(struct({ kind: u8, text: string(until("\0")), n: lengthOf(u8, { from: "kind", to: "text" }) }), {
      ok: [[{ kind: 1, text: "ab", n: 4 }, "01 616200 04"]],
      encodes: [[{ kind: 1, text: "ab" }, "01 616200 04"]],
      badHex: [["01 616200 05", "length", 4, "n"]],
      badValues: [[{ kind: 1, text: "ab", n: 5 }, "mismatch", "n"]],
    });
    describe("itself included", () => {
      facts(struct({ text: string(until("\0")), n: lengthOf(u16, { from: "text", to: "n" }) }), {
        ok: [[{ text: "ab", n: 5 }, "616200 0005"]],
        badHex: [["616200 0006", "length", 3, "n"]],
      });
    });
    describe("of variable width", () => {
      it.each([126, 127, 200])("over %i bytes and its end", (n) => {
        const codec = compileHere(
          struct({ text: string(until("\0")), n: lengthOf(uleb128, { from: "text", to: "text" }), z: u8 }),
        );
        const text = "x".repeat(n);
        const wire = codec.encode({ text, z: 1 });
        expect(codec.decode(wire)).toEqual({ text, n: n + 1, z: 1 });
      });
    });
  });

  describe("apart from what it covers", () => {
    facts(struct({ n: lengthOf(u8, { from: "body", to: "body" }), kind: u8, body: bytes(rest), end: u8 }), {
      ok: [[{ n: 2, kind: 9, body: Uint8Array.of(1, 2), end: 3 }, "02 09 0102 03"]],
      badHex: [["05 09 0102 03", "truncated", 2, "n"]],
    });
  });

  describe("as some bits", () => {
    facts(struct({ kind: bits(4), n: lengthOf(bits(12), { from: "body" }), body: bytes(rest) }), {
      ok: [[{ kind: 5, n: 2, body: Uint8Array.of(1, 2) }, "5002 0102"]],
      badValues: [[{ kind: 5, body: zeroes(4096) }, "range", "n"]],
    });
  });

  describe("as digits", () => {
    facts(struct({ n: lengthOf(decimal(5), { from: "n" }), body: string(rest) }), {
      ok: [[{ n: 7, body: "ab" }, "3030303037 6162"]],
    });
    it.each([8, 9, 97, 98])("with a delimiter, in front of %i bytes", (n) => {
      const codec = compileHere(struct({ n: lengthOf(decimal(until(" ")), { from: "n" }), body: bytes(rest) }));
      const wire = codec.encode({ body: zeroes(n) });
      expect(codec.decode(wire)).toEqual({ n: wire.length, body: zeroes(n) });
    });
  });

  it("of 64 bits is a bigint, and an absurd one is refused before anything is made room for", () => {
    const codec = compileHere(struct({ n: lengthOf(u64, { from: "body" }), body: bytes(rest) }));
    expect(toHex(codec.encode({ body: Uint8Array.of(1) }))).toBe("000000000000000101");
    expect(failureOf(() => codec.decode(fromHex("ffffffffffffffff00")))).toMatchObject({ code: "limit", path: "n" });
  });

  it("has siblings that are written and read in one go", () => {
    expectOneGo(
      struct({ n: lengthOf(uleb128, { from: "a", to: "b" }), a: u8, b: bytes(rest), c: u24 }),
      { n: 3, a: 1, b: Uint8Array.of(2, 3), c: 4 },
      "03 01 0203 000004",
    );
    expectOneGo(
      struct({ h: struct({ n: uleb128, crc: checksum(u32, crc32, { from: "n", to: "n" }) }), b: bytes(field("h.n")) }),
      { h: { n: 0, crc: 0xd202ef8d }, b: zeroes(0) },
      "00 d202ef8d",
    );
  });
});

describe("a derived field that decides something before it is known", () => {
  const both = (schema: AnySchema, value: unknown, hex: string): void =>
    it(`must be given: ${hex}`, () => {
      const codec = compileHere(schema);
      expect(toHex(codec.encode(value))).toBe(hex);
      expect(codec.decode(fromHex(hex))).toEqual(value);
    });

  const Early = struct({ n: u8, extra: when(field("n").atLeast(1), u8), body: bytes(field("n")) });
  both(Early, { n: 0, body: zeroes(0) }, "00");
  both(Early, { n: 2, extra: 7, body: Uint8Array.of(1, 2) }, "02070102");
  facts(Early, {
    badValues: [
      [{ body: Uint8Array.of(1, 2) }, "missing", "extra"],
      [{ extra: 7, body: Uint8Array.of(1, 2) }, "missing", "extra"],
      [{ n: 2, body: Uint8Array.of(1, 2) }, "missing", "extra"],
      [{ n: 0, extra: 7, body: zeroes(0) }, "unexpected", "extra"],
      [{ n: 1, extra: 7, body: Uint8Array.of(1, 2) }, "mismatch", "n"],
    ],
  });

  const Which = struct({ n: u8, which: match(field("n"), { 1: u8 }, u16), body: bytes(field("n")) });
  both(Which, { n: 1, which: 7, body: Uint8Array.of(1) }, "010701");
  facts(Which, { badValues: [[{ which: 7, body: Uint8Array.of(1) }, "missing", "which"]] });

  const Range = struct({
    n: lengthOf(u8, { from: "body" }),
    extra: when(field("n").atLeast(2), u8),
    body: bytes(rest),
  });
  both(Range, { n: 2, extra: 7, body: Uint8Array.of(1, 2) }, "02070102");
  facts(Range, { badValues: [[{ extra: 7, body: Uint8Array.of(1, 2) }, "missing", "extra"]] });

  describe("and one that is known", () => {
    facts(struct({ n: u64, body: bytes(field("n")), extra: when(field("n").is(2n), u8) }), {
      ok: [
        [{ n: 2n, body: Uint8Array.of(1, 2), extra: 7 }, "0000000000000002 0102 07"],
        [{ n: 1n, body: Uint8Array.of(1) }, "0000000000000001 01"],
      ],
      encodes: [[{ body: Uint8Array.of(1, 2), extra: 7 }, "0000000000000002 0102 07"]],
      badValues: [
        [{ body: Uint8Array.of(1, 2) }, "missing", "extra"],
        [{ body: Uint8Array.of(1), extra: 7 }, "unexpected", "extra"],
      ],
    });
    facts(struct({ n: u64, body: bytes(field("n")), extra: match(field("n"), { 2: u8, 1: u16 }) }), {
      ok: [[{ n: 1n, body: Uint8Array.of(1), extra: 7 }, "0000000000000001 01 0007"]],
      encodes: [[{ body: Uint8Array.of(1, 2), extra: 7 }, "0000000000000002 0102 07"]],
      badValues: [[{ body: zeroes(0), extra: 7 }, "range", "extra"]],
    });
  });
});

describe("a reference out of a variant", () => {
  facts(
    struct({
      n: u8,
      body: union("type", u8, { text: [1, struct({ s: string(field("../n")) })], raw: [2, bytes(field("../n"))] }),
    }),
    {
      ok: [
        [{ n: 2, body: { type: "text", s: "ab" } }, "02 01 6162"],
        [{ n: 1, body: { type: "raw", value: Uint8Array.of(5) } }, "01 02 05"],
      ],
      encodes: [[{ body: { type: "text", s: "ab" } }, "02 01 6162"]],
      badValues: [[{ n: 3, body: { type: "text", s: "ab" } }, "mismatch", "n"]],
    },
  );
});

describe("a constant as a length", () => {
  facts(struct({ n: constant(u8, 2), body: bytes(field("n")) }), {
    ok: [[{ n: 2, body: Uint8Array.of(1, 2) }, "02 0102"]],
    badValues: [
      [{ body: zeroes(3) }, "length", "body"],
      [{ n: 3, body: zeroes(3) }, "mismatch", "n"],
    ],
    badHex: [["03 010203", "constant", 0, "n"]],
  });
});

describe("what is wrong with a given length is told at its place", () => {
  it.each([
    ["a referred field", struct({ a: u16, n: u8, b: bytes(field("n")) }), { a: 1, n: 9, b: zeroes(1) }, 2],
    ["lengthOf", struct({ a: u16, n: lengthOf(u8, { from: "b" }), b: bytes(rest) }), { a: 1, n: 9, b: zeroes(1) }, 2],
  ])("%s", (_, schema, value, offset) => {
    const error = failureOf(() => compileHere(schema).encode(value as never));
    expect(error).toMatchObject({ code: "mismatch", path: "n", offset, actual: "got 9" });
    expect(error.message).toContain("1");
  });
});
