import {
  type AnySchema,
  bytes,
  decimal,
  type EncodingName,
  field,
  i8,
  nullable,
  rest,
  SchemaError,
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
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { exact, type Facts, facts, failureOf } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";
import { describeShared, fromHex, toHex } from "./support/shared-data.ts";

const of = (...values: number[]): Uint8Array => Uint8Array.of(...values);
const hexOf = (text: string): string => toHex(new TextEncoder().encode(text));

const notBytes: Facts["badValues"] = [
  "ab",
  [1, 2],
  { length: 2, 0: 1, 1: 2 },
  new ArrayBuffer(2),
  new DataView(new ArrayBuffer(2)),
  new Uint16Array(1),
  new Int8Array(2),
  null,
  undefined,
  12,
  true,
  {},
].map((value) => [value, "type"]);
const notText: Facts["badValues"] = [1, 1n, null, undefined, true, {}, ["a"], of(65), new String("a"), Symbol("a")].map(
  (value) => [value, "type"],
);

describe("bytes", () => {
  facts(bytes(0), { ok: [[of(), ""]], badValues: [[of(1), "length"]], badHex: [["00", "trailing", 0]] });
  facts(bytes(3), {
    ok: [[of(1, 2, 255), "0102ff"]],
    badValues: [...(notBytes ?? []), [of(), "length"], [of(1, 2), "length"], [of(1, 2, 3, 4), "length"]],
    badHex: [
      ["0102", "truncated"],
      ["01020304", "trailing", 3],
    ],
  });
  const long = Uint8Array.from({ length: 300 }, (_, i) => i);
  facts(bytes(300), { ok: [[long, toHex(long)]] });
  facts(bytes(u8), {
    ok: [
      [of(), "00"],
      [of(7), "0107"],
      [new Uint8Array(255), `ff${"00".repeat(255)}`],
    ],
    badValues: [...(notBytes ?? []), [new Uint8Array(256), "range"]],
    badHex: [
      ["05010203", "truncated", 1],
      ["", "truncated"],
      ["0001", "trailing", 1],
    ],
  });
  facts(bytes(u16le), {
    ok: [
      [of(9), "010009"],
      [long, `2c01${toHex(long)}`],
    ],
    badHex: [["ffff00", "truncated", 2]],
  });
  // More than a message may be is refused before anything is waited for.
  facts(bytes(u32), {
    ok: [[of(1), "0000000101"]],
    badHex: [
      ["ffffffff00", "limit", 4],
      ["01000000", "limit", 4],
    ],
  });
  facts(bytes(u64), {
    ok: [[of(1), "000000000000000101"]],
    badHex: [
      ["ffffffffffffffff00", "limit"],
      ["0020000000000000", "limit"],
    ],
  });
  facts(bytes(i8), {
    ok: [[of(1), "0101"]],
    badHex: [
      ["ff", "length"],
      ["80", "length"],
    ],
    badValues: [[new Uint8Array(128), "range"]],
  });
  facts(bytes(uleb128), {
    ok: [
      [of(), "00"],
      [long, `ac02${toHex(long)}`],
    ],
  });
  facts(bytes(nullable(i8)), {
    ok: [
      [null, "ff"],
      [of(), "00"],
      [of(1), "0101"],
    ],
    badHex: [["fe", "length"]],
    badValues: [[undefined, "type"]],
  });
  facts(bytes(nullable(u8, 3)), {
    ok: [
      [null, "03"],
      [of(1, 2), "020102"],
    ],
    badValues: [[of(1, 2, 3), "length"]],
  });
  facts(bytes(until("\0")), {
    ok: [
      [of(), "00"],
      [of(1, 2), "010200"],
      [long.subarray(1, 256), `${toHex(long.subarray(1, 256))}00`],
    ],
    badValues: [...(notBytes ?? []), [of(1, 0, 2), "delimiter"], [of(0), "delimiter"]],
    badHex: [
      ["0102", "truncated"],
      ["", "truncated"],
      ["010001", "trailing", 2],
    ],
  });
  facts(bytes(rest), {
    ok: [
      [of(), ""],
      [of(1, 2), "0102"],
      [long, toHex(long)],
    ],
    badValues: notBytes ?? [],
    open: true,
  });
  facts(sized(u8, bytes(rest)), {
    ok: [
      [of(), "00"],
      [of(1, 2), "020102"],
    ],
  });
  facts(struct({ n: u8, body: bytes(field("n").times(2).plus(1)) }), {
    ok: [[{ n: 1, body: of(1, 2, 3) }, "01010203"]],
    badValues: [
      [{ n: 1, body: of(1, 2) }, "length", "body"],
      [{ n: 2, body: of(1, 2, 3) }, "mismatch", "n"],
      [{ body: of() }, "length", "body"],
    ],
    badHex: [["020102", "truncated", 1, "body"]],
  });
});

describe("who owns the bytes", () => {
  const message = struct({ a: bytes(2), b: bytes(u8), c: bytes(until("\0")), d: bytes(rest) });
  const hex = `0102 28${"07".repeat(40)} 030400 ${"0506".repeat(20)}`.replaceAll(" ", "");
  const parts = ["a", "b", "c", "d"] as const;

  it("decodes copies, each with a buffer of its own, whatever the input is", () => {
    const plain = fromHex(hex);
    const shared = new Uint8Array(new SharedArrayBuffer(plain.length));
    shared.set(plain);
    for (const input of [plain, Buffer.from(plain), shared]) {
      const value = compileHere(message).decode(input);
      for (const part of parts) {
        expect(value[part].constructor).toBe(Uint8Array);
        expect(value[part].buffer).toBeInstanceOf(ArrayBuffer);
        expect(value[part].buffer.byteLength).toBe(value[part].length);
      }
      const before = exact(value);
      input.fill(0xee);
      expect(exact(value)).toBe(before);
    }
  });

  it("decodes views into the input where they are asked for", () => {
    const memory = new Uint8Array(hex.length / 2 + 5);
    const input = memory.subarray(5);
    for (const view of [input, Buffer.from(memory.buffer, 5), new DataView(memory.buffer, 5)]) {
      input.set(fromHex(hex));
      const value = compileHere(message, { views: true }).decode(view);
      for (const part of parts) {
        expect(value[part].buffer).toBe(memory.buffer);
        expect(value[part].constructor).toBe(Uint8Array);
      }
      expect(exact(value)).toBe(exact(compileHere(message).decode(view)));
      input.fill(0xee);
      expect(value.a).toEqual(of(0xee, 0xee));
    }
  });

  it("never gives the same buffer to two encodes", () => {
    const codec = compileHere(message);
    const value = codec.decode(fromHex(hex));
    const first = codec.encode(value);
    const second = codec.encode({ ...value, a: of(8, 9) });
    expect(toHex(first)).toBe(hex);
    expect(first.buffer).not.toBe(second.buffer);
    second.fill(0);
    expect(toHex(first)).toBe(hex);
    const tail = compileHere(bytes(rest));
    const given = of(1, 2, 3);
    const encoded = tail.encode(given);
    given.fill(9);
    expect(encoded).toEqual(of(1, 2, 3));
  });

  it("encodes any Uint8Array: a Buffer, a view, shared memory, a subclass, a frozen object", () => {
    class Mine extends Uint8Array {}
    const shared = new Uint8Array(new SharedArrayBuffer(2));
    shared.set([1, 2]);
    for (const body of [Buffer.from([1, 2]), of(0, 1, 2, 3).subarray(1, 3), shared, Mine.of(1, 2)])
      expect(toHex(compileHere(struct({ body: bytes(u8) })).encode(Object.freeze({ body })))).toBe("020102");
  });
});

describe("UTF-8, strictly", () => {
  facts(string(u8), {
    ok: [
      ["", "00"],
      ["a", "0161"],
      ["é", "02c3a9"],
      ["€", "03e282ac"],
      ["😀", "04f09f9880"],
      ["a\0b", "03610062"],
      ["\ufeffx", "04efbbbf78"],
      ["\ufeff", "03efbbbf"],
      ["\uffff", "03efbfbf"],
      ["\u{10ffff}", "04f48fbfbf"],
      ["\u07ff\u0800", "05dfbfe0a080"],
      ["\ud7ff\ue000", "06ed9fbfee8080"],
      ["x".repeat(255), `ff${"78".repeat(255)}`],
      ["é".repeat(127), `fe${"c3a9".repeat(127)}`],
    ],
    badValues: [
      ...(notText ?? []),
      ["x".repeat(256), "range"],
      ["é".repeat(128), "range"],
      ["\ud800", "encoding"],
      ["a\udc00b", "encoding"],
      ["\udc00\ud800", "encoding"],
      ["x".repeat(100) + "\ud800", "encoding"],
    ],
    badHex: [
      ["02c080", "encoding", 1],
      ["02c1bf", "encoding", 1],
      ["03e0809f", "encoding", 1],
      ["04f08080af", "encoding", 1],
      ["03eda080", "encoding", 1],
      ["03edbfbf", "encoding", 1],
      ["04f4908080", "encoding", 1],
      ["05f888808080", "encoding", 1],
      ["0180", "encoding", 1],
      ["02e282", "encoding", 1],
      ["01c3", "encoding", 1],
      ["03e28241", "encoding", 1],
      ["01ff", "encoding", 1],
      ["01fe", "encoding", 1],
      // A code point that is cut by the length, though its last byte follows.
      ["01c3a9", "encoding", 1],
      [`29${"78".repeat(40)}ff`, "encoding", 1],
      [`29${"78".repeat(40)}c3`, "encoding", 1],
      ["03c3a9", "truncated", 1],
    ],
  });
  facts(string(4), {
    ok: [
      ["😀", "f09f9880"],
      ["abcd", "61626364"],
    ],
    badValues: [
      ["abc", "length"],
      ["abcde", "length"],
      ["€€", "length"],
      ["\ud83d", "encoding"],
    ],
    badHex: [
      ["f09f98", "truncated"],
      ["616262e2", "encoding"],
    ],
  });
  facts(string(0), { ok: [["", ""]], badValues: [["a", "length"]] });
  facts(string(rest), {
    ok: [
      ["", ""],
      ["é", "c3a9"],
    ],
    badHex: [["c3", "encoding"]],
    open: true,
  });
  facts(string(u16), {
    ok: [
      ["a".repeat(5000), `1388${"61".repeat(5000)}`],
      ["€".repeat(3000), `2328${"e282ac".repeat(3000)}`],
    ],
  });
});

describe("one byte a character", () => {
  facts(string(u8, "ascii"), {
    ok: [
      ["", "00"],
      ["\0\t~\x7f", "0400097e7f"],
      ["x".repeat(100), `64${"78".repeat(100)}`],
    ],
    badValues: [
      ...(notText ?? []),
      ["é", "encoding"],
      ["\x80", "encoding"],
      ["x".repeat(100) + "é", "encoding"],
      ["\ud800", "encoding"],
    ],
    badHex: [
      ["0180", "encoding", 1],
      [`65${"78".repeat(100)}c3`, "encoding", 1],
    ],
  });
  // ISO 8859-1: 0x80 to 0x9f are control characters, not the windows-1252 of browsers.
  const high = String.fromCharCode(...Array.from({ length: 128 }, (_, i) => 128 + i));
  facts(string(128, "latin1"), {
    ok: [[high, toHex(Uint8Array.from({ length: 128 }, (_, i) => 128 + i))]],
    badValues: [["€".repeat(128), "encoding"]],
  });
  facts(string(u8, "latin1"), {
    ok: [
      ["é\x80\x9fÿ\0", "05e9809fff00"],
      ["\x80", "0180"],
    ],
    badValues: [
      ["€", "encoding"],
      ["Ā", "encoding"],
      ["x".repeat(60) + "Ā", "encoding"],
    ],
  });
});

describe("UTF-16", () => {
  facts(string(u8, "utf16be"), {
    ok: [
      ["A", "020041"],
      ["é€", "0400e920ac"],
      ["😀", "04d83dde00"],
      ["\ufeffx", "04feff0078"],
      ["a\0b", "06006100000062"],
      ["Ā\u0100", "0401000100"],
      ["x".repeat(127), `fe${"0078".repeat(127)}`],
    ],
    badValues: [...(notText ?? []), ["\ud800", "encoding"], ["\udc00x", "encoding"], ["x".repeat(128), "range"]],
    badHex: [
      ["0100", "encoding", 1],
      ["03004100", "encoding", 1],
      ["02d800", "encoding", 1],
      ["04de00d83d", "encoding", 1],
      ["04d83d0041", "encoding", 1],
    ],
  });
  facts(string(u8, "utf16le"), {
    ok: [
      ["A", "024100"],
      ["é€", "04e900ac20"],
      ["😀", "043dd800de"],
      ["\ufeffx", "04fffe7800"],
      ["Ā", "020001"],
    ],
    badValues: [["\udfff", "encoding"]],
    badHex: [
      ["0200d8", "encoding", 1],
      ["03410041", "encoding", 1],
    ],
  });
  facts(string(4, "utf16le"), {
    ok: [["ab", "61006200"]],
    badValues: [
      ["a", "length"],
      ["abc", "length"],
    ],
  });
  // A delimiter is two bytes at an even distance; U+0100 and its like put 00 00 across two characters.
  facts(string(until("\0"), "utf16be"), {
    ok: [
      ["", "0000"],
      ["Ab", "004100620000"],
      ["\u0100\u0001", "010000010000"],
      ["Ā".repeat(40), `${"0100".repeat(40)}0000`],
      ["\u0a00", "0a000000"],
    ],
    badValues: [
      ["a\0b", "delimiter"],
      ["\0", "delimiter"],
    ],
    badHex: [
      ["0041", "truncated"],
      ["004100", "truncated"],
      ["d8000000", "encoding"],
    ],
  });
  facts(string(until("\0"), "utf16le"), {
    ok: [
      ["", "0000"],
      ["Ab", "410062000000"],
      ["\u0100\u0001", "000101000000"],
      ["a\u6100", "6100" + "0061" + "0000"],
    ],
    badValues: [["a\0", "delimiter"]],
    badHex: [
      ["410000", "truncated"],
      ["00d80000", "encoding"],
    ],
  });
  facts(struct({ a: u8, b: string(until("\r\n"), "utf16le"), c: u8 }), {
    ok: [
      [{ a: 1, b: "\u0d00\u0a00x", c: 2 }, "01 000d 000a 7800 0d000a00 02"],
      [{ a: 1, b: "\r", c: 2 }, "01 0d00 0d000a00 02"],
    ],
    badValues: [[{ a: 1, b: "\r\n", c: 2 }, "delimiter", "b"]],
  });
  it("cannot fill a width that ends in mid-character", () => {
    for (const encoding of ["utf16be", "utf16le"] as const) expect(() => string(3, encoding)).toThrow(SchemaError);
  });
});

describe("characters that may not stand in it", () => {
  const topic = string(u16, { without: "\0#+" });
  const long = "é/".repeat(40);
  facts(topic, {
    ok: [
      ["", "0000"],
      ["a/b", "0003612f62"],
      ["sensors/abcdefgh/temperature", "001c73656e736f72732f61626364656667682f74656d7065726174757265"],
      ["é€😀", "0009c3a9e282acf09f9880"],
      [long, `0078${"c3a92f".repeat(40)}`],
    ],
    badValues: [
      ["a+", "encoding", ""],
      ["#", "encoding", ""],
      ["é#", "encoding", ""],
      [`${long}\0`, "encoding", ""],
      [`${"a".repeat(30)}+`, "encoding", ""],
      ["\ud800", "encoding", ""],
      [1, "type", ""],
    ],
    badHex: [
      ["00012b", "encoding", 2],
      ["0003c3a900", "encoding", 2],
      [`0079${"c3a92f".repeat(40)}23`, "encoding", 2],
      ["0001ff", "encoding", 2],
      ["0002ff2b", "encoding", 2],
    ],
  });
  facts(string(6, { without: "\0", pad: "\0", encoding: "latin1" }), {
    ok: [
      ["é", "e90000000000"],
      ["", "000000000000"],
    ],
    badValues: [["a\0b", "encoding", ""]],
    badHex: [["610062000000", "encoding", 0]],
  });
  facts(string(until("\r\n"), { without: "\r\n", encoding: "ascii" }), {
    ok: [["OK", "4f4b0d0a"]],
    badValues: [["O\nK", "encoding", ""]],
    badHex: [["4f0a4b0d0a", "encoding", 0]],
  });

  it("says what they are", () => {
    const codec = compileHere(topic);
    expect(() => codec.encode("a#")).toThrow(/utf8 without "\\u0000#\+"|utf8 without "\0#\+"/);
    expect(() => codec.decode(Uint8Array.of(0, 1, 0x23))).toThrow(/needs valid utf8 without/);
  });

  it("takes ASCII characters only, for encodings of one byte", () => {
    for (const without of ["", "é", "\ud800"]) expect(() => string(u8, { without })).toThrow(SchemaError);
    expect(() => string(u8, { without: "a", encoding: "utf16be" })).toThrow(/encoding of one byte/);
  });
});

describe("fixed width with padding", () => {
  facts(string(5, { pad: " " }), {
    ok: [
      ["", "2020202020"],
      ["ab", "6162202020"],
      ["abcde", "6162636465"],
      ["a b", "6120622020"],
      [" a", "2061202020"],
      ["é", "c3a9202020"],
    ],
    badValues: [
      ...(notText ?? []),
      ["abcdef", "length"],
      ["ab ", "delimiter"],
      [" ", "delimiter"],
      ["ééé", "length"],
      ["\ud800", "encoding"],
    ],
    badHex: [
      ["61622020", "truncated"],
      ["e282202020", "encoding"],
      ["20202020c3", "encoding"],
    ],
  });
  facts(string(5, { pad: "0", padSide: "start", encoding: "ascii" }), {
    ok: [
      ["", "3030303030"],
      ["12", "3030303132"],
      ["12345", "3132333435"],
      ["10", "3030303130"],
    ],
    badValues: [
      ["012", "delimiter"],
      ["0", "delimiter"],
      ["123456", "length"],
      ["é", "encoding"],
    ],
  });
  facts(string(4, { pad: "\0" }), {
    ok: [
      ["", "00000000"],
      ["ab", "61620000"],
      ["a\0b", "61006200"],
      ["\0b", "00620000"],
    ],
    badValues: [["ab\0", "delimiter"]],
  });
  facts(string(40, { pad: " ", encoding: "latin1" }), {
    ok: [
      ["é".repeat(30), "e9".repeat(30) + "20".repeat(10)],
      ["x".repeat(40), "78".repeat(40)],
    ],
  });
  facts(string(40, { pad: "*", padSide: "start" }), { ok: [["é".repeat(15), "2a".repeat(10) + "c3a9".repeat(15)]] });
  facts(
    struct({ a: u8, name: string(4, { pad: "." }), b: u8, title: string(3, { pad: " ", padSide: "start" }), c: u8 }),
    {
      ok: [[{ a: 1, name: "x", b: 2, title: "y", c: 3 }, "01 782e2e2e 02 202079 03"]],
      cuts: [
        [3, "name", 1],
        [7, "title", 6],
      ],
      badValues: [
        [{ a: 1, name: "toolong", b: 2, title: "", c: 3 }, "length", "name"],
        [{ a: 1, name: "", b: 2, title: "long", c: 3 }, "length", "title"],
      ],
    },
  );
  it("is refused at its place, inside of others too", () => {
    const name = string(4, { pad: " ", encoding: "ascii" });
    const codec = compileHere(struct({ a: u32, inner: struct({ b: u8, name }) }));
    for (const bad of ["é", "ab ", "abcde"])
      expect(failureOf(() => codec.encode({ a: 1, inner: { b: 2, name: bad } }))).toMatchObject({ offset: 5 });
  });
  it("is refused where it cannot be taken off again", () => {
    expect(() => string(u8, { pad: " " })).toThrow(/fixed length/);
    for (const pad of ["", "ab", "é", "\ud800"]) expect(() => string(4, { pad })).toThrow(SchemaError);
    expect(() => string(4, { pad: " ", encoding: "utf16le" })).toThrow(/encoding of one byte/);
    expect(() => string(4, { pad: " ", padSide: "left" as never })).toThrow(/padSide/);
  });
});

describe("up to a delimiter", () => {
  facts(string(until("\r\n")), {
    ok: [
      ["", "0d0a"],
      ["GET /", "474554202f0d0a"],
      ["a\rb", "610d620d0a"],
      ["a\nb", "610a620d0a"],
      ["a\r", "610d0d0a"],
      ["\n", "0a0d0a"],
      ["x".repeat(500), `${"78".repeat(500)}0d0a`],
    ],
    badValues: [...(notText ?? []), ["a\r\nb", "delimiter"], ["\r\n", "delimiter"]],
    badHex: [
      ["61", "truncated"],
      ["610d", "truncated"],
      ["ff0d0a", "encoding"],
      ["0d0a61", "trailing", 2],
    ],
  });
  facts(string(until("aba")), {
    ok: [
      ["x", "78616261"],
      ["a", "61616261"],
      ["b", "62616261"],
    ],
    badValues: [
      ["ab", "delimiter"],
      ["xab", "delimiter"],
      ["xaba", "delimiter"],
    ],
  });
  facts(string(until("aab")), {
    ok: [
      ["a", "61616162"],
      ["aa", "6161616162"],
    ],
    badValues: [["aab", "delimiter"]],
  });
  // Encoding writes the first; decoding takes whichever comes first, and the longest of those that stand there.
  facts(string(until(["\r\n", "\n"])), {
    ok: [
      ["a", "610d0a"],
      ["a\r", "610d0d0a"],
      ["", "0d0a"],
      ["a\rb", "610d620d0a"],
    ],
    decodes: [
      ["610a", "a"],
      ["0a", ""],
      ["610d620a", "a\rb"],
    ],
    badValues: [
      ["a\n", "delimiter"],
      ["\n", "delimiter"],
      ["a\nb", "delimiter"],
    ],
    badHex: [
      ["610a0a", "trailing", 2],
      ["610d", "truncated"],
    ],
  });
  facts(string(until(["\n", "\r\n"])), {
    ok: [
      ["a", "610a"],
      ["", "0a"],
    ],
    decodes: [["610d0a", "a"]],
    badValues: [["a\r", "delimiter"]],
  });
  facts(string(until(["END", "\0\0"])), {
    ok: [["a\0", "6100454e44"]],
    decodes: [["610000", "a"]],
    badValues: [
      ["a\0\0", "delimiter"],
      ["THE END", "delimiter"],
    ],
  });
  facts(string(until(";", { max: 3 })), {
    ok: [
      ["", "3b"],
      ["abc", "6162633b"],
    ],
    badValues: [
      ["abcd", "length"],
      ["éé", "length"],
    ],
    badHex: [
      ["616263643b", "limit"],
      ["61626364", "limit"],
      ["616263", "truncated"],
      ["616263646566", "limit"],
    ],
  });
  facts(string(until("\r\n", { max: 3 })), {
    ok: [["abc", "6162630d0a"]],
    badHex: [
      ["616263640d0a", "limit"],
      ["6162636465", "limit"],
      ["6162630d", "truncated"],
    ],
  });
  facts(string(until("\n", { orEnd: true })), {
    ok: [
      ["a", "610a"],
      ["", "0a"],
    ],
    decodes: [
      ["61", "a"],
      ["", ""],
    ],
    badHex: [["610a61", "trailing", 2]],
    open: true,
  });
  facts(sized(u8, string(until(",", { orEnd: true }))), { ok: [["a", "02612c"]], decodes: [["0161", "a"]] });
  facts(string(until("\n", { orEnd: true, max: 2 })), {
    ok: [["ab", "61620a"]],
    decodes: [["6162", "ab"]],
    badHex: [
      ["616263", "limit"],
      ["6162630a", "limit"],
    ],
    open: true,
  });
  facts(string(until(Uint8Array.of(0xff, 0xfe)), "latin1"), {
    ok: [
      ["é", "e9fffe"],
      ["ÿ", "fffffe"],
    ],
    badValues: [["ÿþ", "delimiter"]],
  });
  facts(string(until("é")), {
    ok: [["a", "61c3a9"]],
    badValues: [["é", "delimiter"]],
    badHex: [["61e9", "truncated"]],
  });
  facts(string(until("é"), "latin1"), { ok: [["a", "61e9"]] });
  facts(struct({ key: string(until(": ")), value: string(until("\r\n")), end: u8 }), {
    ok: [[{ key: "Host", value: "a:b: c", end: 7 }, `${hexOf("Host: a:b: c\r\n")}07`]],
    cuts: [
      [3, "key", 0],
      [5, "key", 0],
      [9, "value", 6],
      [14, "end", 14],
    ],
    badValues: [[{ key: "a: ", value: "", end: 0 }, "delimiter", "key"]],
  });

  it("is refused where there is none, an empty one, the same twice, or one the encoding lacks", () => {
    for (const end of ["", of(), []]) expect(() => until(end)).toThrow(SchemaError);
    expect(() => until(["\n", "\n"])).toThrow(SchemaError);
    // What encoding writes in front of a line feed would be read as the longer one.
    expect(() => until(["\r", "\r\n"])).toThrow(/put "\\r\\n" first/);
    expect(() => until([of(0), of(0, 0)])).toThrow(SchemaError);
    expect(() => until(1 as never)).toThrow(SchemaError);
    for (const max of [-1, 0.5, Number.NaN, "3" as never]) expect(() => until("\n", { max })).toThrow(SchemaError);
    expect(() => compileHere(string(until("é"), "ascii"))).toThrow(/cannot be written in ascii/);
    expect(() => compileHere(string(until("€"), "latin1"))).toThrow(/cannot be written in latin1/);
    expect(() => compileHere(string(until("\ud800")))).toThrow(SchemaError);
    expect(() => string(until(() => true))).toThrow(/cannot end by a function/);
    expect(() => bytes(until(() => true))).toThrow(/cannot end by a function/);
  });
});

describe("a delimiter that is cut", () => {
  it("is waited for, one byte at the least", () => {
    const codec = compileHere(string(until("\r\n")));
    expect([..."abc\r"].map((_, i, all) => codec.read(new TextEncoder().encode(all.slice(0, i + 1).join(""))))).toEqual(
      [{ needed: 1 }, { needed: 1 }, { needed: 1 }, { needed: 1 }],
    );
  });
  it("is not taken for the shorter one as long as it can become the longer one", () => {
    const codec = compileHere(string(until(["\r\n", "\r"])));
    expect(codec.read(of(97, 13))).toEqual({ needed: 1 });
    expect(codec.read(of(97, 13, 10))).toEqual({ value: "a", offset: 3 });
    expect(codec.read(of(97, 13, 98))).toEqual({ value: "a", offset: 2 });
    expect(codec.decode(of(97, 13))).toBe("a");
  });
});

describe("content that is longer than its prefix can say", () => {
  it.each([
    ["text", string(u8), "x".repeat(256)],
    ["bytes", bytes(u8), new Uint8Array(256)],
  ])("is refused where it begins: %s", (_, of, value) => {
    const codec = compileHere(struct({ a: u16, of }));
    expect(failureOf(() => codec.encode({ a: 1, of: value } as never))).toMatchObject({ code: "range", offset: 2 });
  });
});

describe("a length that cannot be", () => {
  it("says null by a number that its prefix cannot hold", () => {
    for (const length of [
      nullable(u8),
      nullable(u8, 256),
      nullable(u64),
      nullable(i8, -129),
      nullable(uleb128),
      nullable(decimal(3)),
    ])
      expect(() => compileHere(bytes(length) as AnySchema)).toThrow(
        /nullable's -?[0-9]+, which means nothing, does not fit/,
      );
    for (const length of [
      nullable(u8, 255),
      nullable(i8, -128),
      nullable(u64, 7),
      nullable(decimal(3, { sign: "minus" })),
    ])
      expect(() => compileHere(bytes(length) as AnySchema)).not.toThrow();
  });
  it("is refused by bytes and by string", () => {
    const bad: unknown[] = [
      -1,
      1.5,
      Number.NaN,
      2 ** 53,
      "5",
      null,
      undefined,
      {},
      [],
      of(1),
      Number.POSITIVE_INFINITY,
    ];
    for (const length of bad) {
      expect(() => bytes(length as never)).toThrow(SchemaError);
      expect(() => string(length as never)).toThrow(SchemaError);
    }
    expect(() => compileHere(bytes(string(1) as AnySchema))).toThrow(/a length prefix must be a whole number/);
    expect(() => compileHere(bytes(field("n")) as AnySchema)).toThrow(SchemaError);
  });
  it("is refused with an encoding that there is not", () => {
    for (const encoding of ["utf-8", "UTF8", "windows-1252", "constructor", "__proto__", ""])
      expect(() => string(u8, encoding as EncodingName)).toThrow(SchemaError);
  });
});

interface TextRow extends Partial<Record<EncodingName, string>> {
  text: string;
}

describeShared<{ cases: TextRow[]; invalid: { encoding: EncodingName; hex: string }[] }>(
  "the same text in five encodings",
  "protocols-facts/text.json",
  ({ cases, invalid }) => {
    for (const encoding of ["utf8", "ascii", "latin1", "utf16be", "utf16le"] as const) {
      const has = cases.flatMap((row) => (row[encoding] === undefined ? [] : [[row.text, row[encoding]] as const]));
      const lacks = cases.filter((row) => row[encoding] === undefined);
      const prefixed = (hex: string) => (hex.length / 2).toString(16).padStart(2, "0") + hex;
      facts(string(u8, encoding), {
        ok: has.map(([text, hex]) => [text, prefixed(hex)]),
        badValues: lacks.map((row) => [row.text, "encoding"]),
        badHex: invalid.filter((row) => row.encoding === encoding).map((row) => [prefixed(row.hex), "encoding", 1]),
      });
    }
  },
);
