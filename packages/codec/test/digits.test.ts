import {
  type AnySchema,
  array,
  bytes,
  decimal,
  field,
  hexadecimal,
  octal,
  SchemaError,
  sized,
  string,
  struct,
  u8,
  union,
  until,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { type Facts, facts } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";
import { toHex } from "./support/shared-data.ts";

const latin1 = (text: string): string => toHex(Uint8Array.from(text, (c) => c.charCodeAt(0)));
const { MAX_SAFE_INTEGER: max } = Number;

/** The same table with text where there would be hex. */
type TextFacts = Pick<Facts, "badValues" | "cuts"> & {
  ok?: [unknown, string][];
  decodes?: [string, unknown][];
  encodes?: [unknown, string][];
  digits?: string[];
  badText?: [string, NonNullable<Facts["badHex"]>[number][1], number?, string?][];
};

const textFacts = (
  schema: AnySchema,
  { ok = [], decodes = [], encodes = [], digits = [], badText = [], ...table }: TextFacts,
): void =>
  facts(schema, {
    ...table,
    ok: ok.map(([value, text]) => [value, latin1(text)]),
    decodes: decodes.map(([text, value]) => [latin1(text), value]),
    encodes: encodes.map(([value, text]) => [value, latin1(text)]),
    badHex: [
      ...digits.map((text) => [latin1(text), "digits"] as const),
      ...badText.map(([text, ...rest]) => [latin1(text), ...rest] as const),
    ],
  });

const notWhole: Facts["badValues"] = [
  [Number.NaN, "range"],
  [0.5, "range"],
  [Number.POSITIVE_INFINITY, "range"],
  [2 ** 53, "range"],
  [1n, "type"],
  ["1", "type"],
  [true, "type"],
  [null, "type"],
  [undefined, "type"],
  [{}, "type"],
];

describe("from min to max", () => {
  textFacts(decimal(3, { max: 255 }), {
    ok: [
      [0, "000"],
      [255, "255"],
    ],
    badValues: [
      [256, "range"],
      [-1, "range"],
    ],
    digits: ["256", "999"],
  });
  textFacts(decimal(until(";"), { sign: "minus", min: -300, max: -5 }), {
    ok: [
      [-300, "-300;"],
      [-5, "-5;"],
    ],
    badValues: [
      [-301, "range"],
      [-4, "range"],
      [0, "range"],
    ],
    digits: ["-301;", "-4;", "5;", "-1000;"],
  });
  textFacts(hexadecimal(until(";"), { big: true, max: 2n ** 64n - 1n }), {
    ok: [[2n ** 64n - 1n, "ffffffffffffffff;"]],
    badValues: [
      [2n ** 64n, "range"],
      [-1n, "range"],
      [1, "type"],
    ],
    digits: ["10000000000000000;"],
  });
  textFacts(decimal(until(";"), { zeros: true, min: 10, max: 20 }), {
    ok: [[10, "10;"]],
    decodes: [["0000020;", 20]],
    digits: ["09;", "21;"],
  });
  textFacts(bytes(decimal(until(";"), { max: 3 })), {
    ok: [[Uint8Array.of(0x61, 0x62, 0x63), "3;abc"]],
    badValues: [[new Uint8Array(4), "range"]],
    digits: ["4;abcd"],
  });

  it("counts no more digits than the bounds have", () => {
    const codec = compileHere(decimal(until(";"), { max: 255 }));
    expect(codec.read(new TextEncoder().encode("255"))).toEqual({ needed: 1 });
    expect(() => codec.read(new TextEncoder().encode("2550"))).toThrow("at most 3 digits");
  });
});

describe("fixed width, filled with zeroes", () => {
  textFacts(decimal(5), {
    ok: [
      [0, "00000"],
      [7, "00007"],
      [12, "00012"],
      [99999, "99999"],
    ],
    encodes: [[-0, "00000"]],
    badValues: [...(notWhole ?? []), [100000, "range"], [-1, "range"]],
    digits: [
      "    7",
      "0000a",
      "-0001",
      "+0001",
      "1e003",
      "0x012",
      "1.000",
      "1,000",
      "\0\0\0\0\0",
      "0000/",
      "0000:",
      "00 07",
      "\xb20000",
    ],
    badText: [
      ["0007", "truncated"],
      ["000071", "trailing", 5],
    ],
    cuts: [[4, "", 0]],
  });
  textFacts(decimal(1), {
    ok: [
      [0, "0"],
      [9, "9"],
    ],
    badValues: [[10, "range"]],
    digits: [" ", "-", "+"],
  });
  textFacts(decimal(16), {
    ok: [[max, "9007199254740991"]],
    digits: ["9007199254740992", "9007199254740993", "9999999999999999"],
  });
  textFacts(decimal(20), { ok: [[max, "00009007199254740991"]], digits: ["18446744073709551615"] });
  textFacts(decimal(20, { big: true }), {
    ok: [
      [0n, "00000000000000000000"],
      [2n ** 53n + 1n, "00009007199254740993"],
      [2n ** 64n - 1n, "18446744073709551615"],
    ],
    badValues: [
      [10n ** 20n, "range"],
      [-1n, "range"],
      [1, "type"],
      ["1", "type"],
    ],
  });
  textFacts(hexadecimal(4), {
    ok: [
      [0, "0000"],
      [255, "00ff"],
      [0xbeef, "beef"],
    ],
    badValues: [
      [65536, "range"],
      [-1, "range"],
    ],
    digits: ["00FF", "beeF", "0x1f", "00fg", "00f`", "00@f"],
  });
  textFacts(hexadecimal(4, { letters: "upper" }), {
    ok: [
      [0xbeef, "BEEF"],
      [10, "000A"],
    ],
    digits: ["beef", "000a", "000G"],
  });
  textFacts(hexadecimal(4, { letters: "any" }), {
    ok: [[0xbeef, "beef"]],
    decodes: [
      ["BEEF", 0xbeef],
      ["BeEf", 0xbeef],
    ],
  });
  textFacts(hexadecimal(16), { ok: [[max, "001fffffffffffff"]], digits: ["0020000000000000", "ffffffffffffffff"] });
  textFacts(hexadecimal(16, { big: true, letters: "upper" }), { ok: [[2n ** 64n - 1n, "FFFFFFFFFFFFFFFF"]] });
  textFacts(octal(7), {
    ok: [
      [0o644, "0000644"],
      [0o7777777, "7777777"],
    ],
    badValues: [[0o10000000, "range"]],
    digits: ["0000648", "0000009"],
  });
  textFacts(octal(24, { big: true }), { ok: [[2n ** 64n - 1n, "001777777777777777777777"]] });
});

describe("fixed width with a sign", () => {
  textFacts(decimal(4, { sign: "minus" }), {
    ok: [
      [0, "0000"],
      [12, "0012"],
      [-12, "-012"],
      [9999, "9999"],
      [-999, "-999"],
    ],
    encodes: [[-0, "0000"]],
    badValues: [
      [10000, "range"],
      [-1000, "range"],
    ],
    digits: ["-000", "+012", "--12", "-1-2", "0-12", "---1", "-   ", "   -"],
  });
  textFacts(decimal(4, { sign: "minus", zeros: true }), {
    ok: [
      [0, "0000"],
      [-1, "-001"],
    ],
    decodes: [["-000", 0]],
  });
  textFacts(decimal(4, { sign: "either" }), {
    ok: [
      [12, "0012"],
      [-12, "-012"],
    ],
    decodes: [
      ["+012", 12],
      ["+000", 0],
    ],
    digits: ["-000", "++12", "+-12"],
  });
  textFacts(decimal(4, { sign: "always" }), {
    ok: [
      [0, "+000"],
      [12, "+012"],
      [-12, "-012"],
      [999, "+999"],
    ],
    encodes: [[-0, "+000"]],
    badValues: [
      [1000, "range"],
      [-1000, "range"],
    ],
    digits: ["0012", "-000", " +12"],
  });
  textFacts(hexadecimal(4, { sign: "minus" }), {
    ok: [
      [-255, "-0ff"],
      [65535, "ffff"],
    ],
  });
  textFacts(decimal(1, { sign: "always" }), { badValues: [[0, "range"]], digits: ["+", "-", "0"] });
});

describe("fixed width, filled with spaces", () => {
  textFacts(decimal(5, { pad: " " }), {
    ok: [
      [0, "    0"],
      [7, "    7"],
      [12345, "12345"],
    ],
    encodes: [[-0, "    0"]],
    badValues: [
      [100000, "range"],
      [-1, "range"],
    ],
    digits: ["00007", "   07", "7    ", " 7   ", "  7 8", "     ", "\t\t\t\t7", "   -7"],
    badText: [["    ", "truncated"]],
  });
  textFacts(decimal(5, { pad: " ", zeros: true }), {
    ok: [[7, "    7"]],
    decodes: [
      ["00007", 7],
      ["   07", 7],
    ],
  });
  textFacts(decimal(5, { pad: " ", sign: "minus" }), {
    ok: [
      [-7, "   -7"],
      [-1234, "-1234"],
    ],
    badValues: [[-12345, "range"]],
    digits: ["-   7", "   -0", "    -", "  -07"],
  });
  textFacts(decimal(5, { pad: " ", sign: "always" }), {
    ok: [
      [7, "   +7"],
      [0, "   +0"],
    ],
    digits: ["    7"],
  });
  textFacts(octal(6, { pad: " " }), { ok: [[0o644, "   644"]], digits: ["000644"] });
  textFacts(hexadecimal(3, { pad: " ", big: true }), { ok: [[10n, "  a"]] });
});

describe("up to a delimiter", () => {
  textFacts(decimal(until("\r\n")), {
    ok: [
      [0, "0\r\n"],
      [7, "7\r\n"],
      [10, "10\r\n"],
      [99, "99\r\n"],
      [12345, "12345\r\n"],
      [2 ** 32, "4294967296\r\n"],
      [max, "9007199254740991\r\n"],
    ],
    encodes: [[-0, "0\r\n"]],
    badValues: [...(notWhole ?? []), [-1, "range"]],
    digits: [
      "\r\n",
      "00\r\n",
      "007\r\n",
      "-1\r\n",
      "+1\r\n",
      " 1\r\n",
      "1 \r\n",
      "1a\r\n",
      "a1\r\n",
      "1.0\r\n",
      "1e3\r\n",
      "12\rx",
      "12\n",
      "9007199254740992\r\n",
      "9007199254740993\r\n",
      "99999999999999999999\r\n",
      "111111111111111111111\r\n",
      "1".repeat(60),
      "1".repeat(60) + "\r\n",
    ],
    badText: [
      ["", "truncated"],
      ["12", "truncated"],
      ["12\r", "truncated"],
      ["12\r\n3", "trailing", 4],
    ],
  });
  textFacts(decimal(until(":"), { sign: "minus" }), {
    ok: [
      [0, "0:"],
      [-1, "-1:"],
      [-42, "-42:"],
      [-max, "-9007199254740991:"],
      [max, "9007199254740991:"],
    ],
    encodes: [[-0, "0:"]],
    digits: ["-:", "-0:", "-00:", "-07:", "07:", "--1:", "+1:", "1-:", "-9007199254740992:", ":"],
    badText: [
      ["-", "truncated"],
      ["-1", "truncated"],
    ],
  });
  textFacts(decimal(until(":"), { sign: "either" }), {
    ok: [
      [5, "5:"],
      [-5, "-5:"],
    ],
    decodes: [
      ["+5:", 5],
      ["+0:", 0],
    ],
    digits: ["-0:", "+:", "+-5:"],
  });
  textFacts(decimal(until(":"), { sign: "always" }), {
    ok: [
      [5, "+5:"],
      [0, "+0:"],
      [-5, "-5:"],
    ],
    encodes: [[-0, "+0:"]],
    digits: ["5:", "0:", "-0:", ":"],
  });
  textFacts(decimal(until(":"), { zeros: true, sign: "minus" }), {
    ok: [[7, "7:"]],
    decodes: [
      ["007:", 7],
      ["00:", 0],
      ["-0:", 0],
      ["-007:", -7],
    ],
  });
  textFacts(decimal(until(":"), { maxDigits: 3 }), {
    ok: [[999, "999:"]],
    badValues: [[1000, "range"]],
    digits: ["1000:", "1000", "12345678:"],
  });
  textFacts(decimal(until("\r\n"), { maxDigits: 3 }), {
    ok: [[999, "999\r\n"]],
    digits: ["1000\r\n", "10000\r\n", "1000", "100000"],
  });
  textFacts(decimal(until(":"), { maxDigits: 3, zeros: true }), {
    ok: [[1, "1:"]],
    decodes: [["001:", 1]],
    digits: ["0001:"],
  });
  textFacts(decimal(until(":"), { big: true, sign: "minus" }), {
    ok: [
      [0n, "0:"],
      [2n ** 64n, "18446744073709551616:"],
      [-(2n ** 53n) - 1n, "-9007199254740993:"],
      [10n ** 300n, `1${"0".repeat(300)}:`],
    ],
    badValues: [
      [1, "type"],
      [10n ** 4096n, "range"],
    ],
    digits: ["-0:", "01:", ":"],
  });
  textFacts(hexadecimal(until(";")), {
    ok: [
      [0, "0;"],
      [255, "ff;"],
      [0x1a2b, "1a2b;"],
    ],
    digits: ["FF;", "0f;", "g;", "0x1;"],
  });
  textFacts(hexadecimal(until("\r\n"), { letters: "any", zeros: true }), {
    ok: [[255, "ff\r\n"]],
    decodes: [
      ["FF\r\n", 255],
      ["0Ff\r\n", 255],
    ],
  });
  textFacts(hexadecimal(until("\n"), { letters: "upper", big: true }), {
    ok: [[2n ** 64n - 1n, "FFFFFFFFFFFFFFFF\n"]],
    digits: ["ff\n"],
  });
  textFacts(octal(until("\0")), { ok: [[0o644, "644\0"]], digits: ["648\0", "0644\0", "644 "] });
  textFacts(octal(until(" ")), { ok: [[8, "10 "]] });
  textFacts(decimal(until(Uint8Array.of(0xff, 0x00))), { ok: [[12, "12\xff\0"]], digits: ["12\xff\x01"] });
});

describe("asks for more before it refuses what could still become a number", () => {
  const codec = compileHere(decimal(until("\r\n"), { sign: "minus", maxDigits: 5 }));
  const read = (text: string) => codec.read(Uint8Array.from(text, (c) => c.charCodeAt(0)));
  it("needs the delimiter at the least", () => {
    for (const text of ["", "-", "1", "-1", "12345"]) expect(read(text)).toMatchObject({ needed: 2 });
    expect(read("12345\r")).toEqual({ needed: 1 });
  });
  it("gives up on digits that are too many, whatever follows", () => {
    for (const text of ["1234567", "-123456", "1".repeat(1000)]) expect(() => read(text)).toThrow("at most 5 digits");
  });
});

describe("integers like any other", () => {
  textFacts(bytes(decimal(3)), {
    ok: [
      [Uint8Array.of(65, 66), "002AB"],
      [new Uint8Array(), "000"],
    ],
    digits: ["0 2AB", "-02AB"],
    badText: [["003AB", "truncated", 3]],
    badValues: [[new Uint8Array(1000), "range"]],
  });
  // A netstring, RFC 1 of D. J. Bernstein's, without its comma.
  textFacts(string(decimal(until(":"))), {
    ok: [
      ["", "0:"],
      ["hello world!", "12:hello world!"],
      ["é", "2:\xc3\xa9"],
    ],
    digits: ["05:hello", ":", "-1:a", "5" + "a:hello"],
  });
  textFacts(string(hexadecimal(4, { letters: "upper" }), "ascii"), { ok: [["x".repeat(26), `001A${"x".repeat(26)}`]] });
  textFacts(array(u8, decimal(until("\n"), { big: true })), { ok: [[[48, 49], "2\n01"]] });
  textFacts(sized(decimal(5), struct({ a: u8, rest: string(u8) })), {
    ok: [[{ a: 65, rest: "hi" }, "00004A\x02hi"]],
    badText: [
      ["00003A\x02hi", "truncated", 7, "rest"],
      ["00005A\x02hi!", "length", 9],
    ],
  });
  const counted = struct({ n: decimal(2), sign: u8, items: array(hexadecimal(2), field("n")) });
  textFacts(counted, {
    ok: [
      [{ n: 3, sign: 33, items: [1, 255, 16] }, "03!01ff10"],
      [{ n: 0, sign: 33, items: [] }, "00!"],
    ],
    badValues: [
      [{ n: 2, sign: 33, items: [1, 2, 3] }, "mismatch", "n"],
      [{ sign: 33, items: [256] }, "range", "items[0]"],
    ],
    badText: [
      ["03!01ff", "truncated", 7, "items[2]"],
      ["02!01fF", "digits", 5, "items[1]"],
      ["x2!0101", "digits", 0, "n"],
    ],
  });
  const lines = struct({ n: decimal(until("\r\n")), body: bytes(field("n").minus(1)), end: u8 });
  textFacts(lines, {
    ok: [
      [{ n: 11, body: Uint8Array.from("0123456789", (c) => c.charCodeAt(0)), end: 33 }, "11\r\n0123456789!"],
      [{ n: 1, body: new Uint8Array(), end: 33 }, "1\r\n!"],
    ],
    badText: [["0\r\n!", "length", 3, "body"]],
  });
  const tagged = union("code", decimal(3), { ok: [200, struct({ n: u8 })], missing: [404, struct({})] });
  textFacts(tagged, {
    ok: [
      [{ code: "ok", n: 65 }, "200A"],
      [{ code: "missing" }, "404"],
    ],
    badText: [
      ["500", "tag", 0, "code"],
      ["40x", "digits", 0, "code"],
      ["2", "truncated", 0, "code"],
    ],
    badValues: [[{ code: "gone" }, "range", "code"]],
  });
});

describe("a definition that cannot be", () => {
  const refused = (make: () => unknown, text: RegExp) => {
    expect(make).toThrow(SchemaError);
    expect(make).toThrow(text);
  };
  it("has no width, or too much of one", () => {
    for (const width of [0, -1, 1.5, Number.NaN, 5000]) refused(() => decimal(width), /decimal takes a/);
  });
  it("ends at something that could be part of the number", () => {
    refused(() => decimal(until("0")), /could be part of the number/);
    refused(() => decimal(until("5\n")), /could be part of the number/);
    refused(() => decimal(until("-"), { sign: "minus" }), /could be part of the number/);
    refused(() => decimal(until("+"), { sign: "always" }), /could be part of the number/);
    refused(() => hexadecimal(until("a")), /could be part of the number/);
    refused(() => hexadecimal(until("F")), /could be part of the number/);
    expect(compileHere(decimal(until("-"))).encode(7)).toEqual(Uint8Array.of(55, 45));
    expect(compileHere(octal(until("8"))).encode(7)).toEqual(Uint8Array.of(55, 56));
    expect(compileHere(decimal(until("a"))).encode(7)).toEqual(Uint8Array.of(55, 97));
  });
  it("ends in more than one way, by a prefix, by a function, or not at all", () => {
    refused(() => decimal(until(["\r\n", "\n"])), /one delimiter/);
    refused(() => decimal(u8 as never), /a width or until/);
    refused(() => decimal(until(() => true) as never), /one delimiter/);
    refused(() => decimal("5" as never), /takes a/);
    refused(() => decimal(undefined as never), /takes a/);
  });
  it("has a delimiter that is no byte", () => {
    refused(() => decimal(until("→")), /→/);
  });
  it("ends by a delimiter that has rules of its own", () => {
    refused(() => decimal(until(":", { max: 3 })), /maxDigits/);
    refused(() => decimal(until(":", { orEnd: true })), /ends at its delimiter only/);
  });
  it("has options with a misspelt value", () => {
    refused(() => decimal(3, { sign: "plus" as never }), /sign/);
    refused(() => decimal(3, { pad: "x" as never }), /pad/);
    refused(() => hexadecimal(3, { letters: "Upper" as never }), /letters/);
    refused(() => decimal(until(":"), { maxDigits: 0 }), /maxDigits/);
  });
});
