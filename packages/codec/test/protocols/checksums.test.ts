// Every algorithm of the catalogue as a field of a message, of as many bits as it has.

import {
  type AnySchema,
  adler32,
  array,
  bits,
  bytes,
  type Checksum,
  checksum,
  crc16modbus,
  crc as crcOf,
  field,
  fletcher16,
  hexadecimal,
  internetChecksum,
  lrc,
  reserved,
  struct,
  sum8,
  u8,
  u16,
  u16le,
  u24,
  u32,
  u40,
  u64,
  xor8,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { compileHere } from "../support/mode.ts";
import { describeShared, fromHex } from "../support/shared-data.ts";
import { prove, refused } from "./prove.ts";

interface Algorithm {
  readonly name: string;
  readonly width: number;
  readonly poly: string;
  readonly init: string;
  readonly refin: boolean;
  readonly refout: boolean;
  readonly xorout: string;
  readonly check: string;
  readonly empty: string;
  readonly zero4: string;
  readonly ones4: string;
  readonly bytes0to255: string;
}

const inputs = {
  check: "313233343536373839",
  empty: "",
  zero4: "00000000",
  ones4: "ffffffff",
  bytes0to255: Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0")).join(""),
} as const;

const whole: { readonly [width: number]: AnySchema } = { 8: u8, 16: u16, 24: u24, 32: u32, 40: u40, 64: u64 };

/** Data behind its length, then the checksum; where that ends inside a byte, zero bits up to the end. */
function message(algorithm: Checksum): AnySchema {
  const { width } = algorithm;
  const crc = checksum(whole[width] ?? bits(width), algorithm, { from: "data", to: "data" });
  const fields: { [name: string]: AnySchema } = { length: u16, data: bytes(field("length")), crc };
  if (width % 8 !== 0) fields["unused"] = reserved(bits(8 - (width % 8)));
  return struct(fields);
}

describeShared<{ algorithms: readonly Algorithm[] }>("CRC catalogue", "protocols-facts/crc.json", ({ algorithms }) => {
  const fits = algorithms.filter(({ width }) => width <= 64);

  it("has 110 algorithms, of which only the one of 82 bits is wider than any field", () => {
    expect([algorithms.length, fits.length]).toEqual([110, 109]);
  });

  it.each(fits.map((row) => [row.name, row] as const))("%s in a message", (_, row) => {
    const number = (hex: string): bigint => BigInt(`0x${hex}`);
    const { name, width, refin, refout } = row;
    const parameters = { poly: number(row.poly), init: number(row.init), xorout: number(row.xorout) };
    const codec = compileHere(message(crcOf({ name, width, refin, refout, ...parameters })));
    for (const [kind, data] of Object.entries(inputs)) {
      const crc = number(row[kind as keyof typeof inputs]);
      const tail = (crc << BigInt((8 - (width % 8)) % 8)).toString(16).padStart(Math.ceil(width / 8) * 2, "0");
      const wire = `${(data.length / 2).toString(16).padStart(4, "0")}${data}${tail}`;
      const value = { length: data.length / 2, data: fromHex(data), crc: width > 48 ? crc : Number(crc) };
      prove(codec, wire, value, { derived: ["length", "crc"], damage: kind === "check" });
      if (data === "") continue;
      const damaged = fromHex(wire);
      (damaged[2] as number) ^= 1;
      expect([refused(codec, damaged).code, refused(codec, damaged).path]).toEqual(["checksum", "crc"]);
    }
  });
});

const named: { readonly [name: string]: Checksum } = {
  internet: internetChecksum,
  adler32,
  fletcher16,
  lrc,
  xor8,
  sum8,
};

describeShared<{ cases: readonly { algorithm: string; name: string; hex: string; value: string }[] }>(
  "checksums",
  "protocols-facts/checksums.json",
  ({ cases }) => {
    const known = cases.filter(({ algorithm }) => named[algorithm]);

    it("are of nine algorithms, of which three are not ours", () => {
      const others = new Set(cases.filter(({ algorithm }) => !named[algorithm]).map(({ algorithm }) => algorithm));
      expect(others).toEqual(new Set(["fletcher32", "fletcher64", "bsd16"]));
      expect([cases.length, known.length]).toEqual([28, 21]);
    });

    it.each(known.map((row) => [row.algorithm, row.name, row] as const))("%s: %s", (algorithm, _, row) => {
      const codec = compileHere(message(named[algorithm] as Checksum));
      const head = (row.hex.length / 2).toString(16).padStart(4, "0");
      const value = { length: row.hex.length / 2, data: fromHex(row.hex), crc: Number.parseInt(row.value, 16) };
      prove(codec, head + row.hex + row.value, value, { derived: ["length", "crc"] });
    });
  },
);

describe("where a checksum stands", () => {
  it.each<[string, AnySchema, string, object, readonly string[]]>([
    [
      "in front of what it covers, which brings its length along",
      struct({ sum: checksum(u8, sum8, { from: "data", to: "data" }), data: bytes(u8) }),
      "e609313233343536373839",
      { sum: 0xe6, data: fromHex(inputs.check) },
      ["sum"],
    ],
    [
      "in the middle of what it covers, as zeroes",
      struct({ before: u8, sum: checksum(u8, sum8, { from: "before" }), behind: u8 }),
      "010302",
      { before: 1, sum: 3, behind: 2 },
      ["sum"],
    ],
    [
      "behind another one that it covers",
      struct({
        data: bytes(4),
        inner: checksum(u8, xor8, { from: "data", to: "data" }),
        outer: checksum(u8, sum8, { from: "data", to: "inner" }),
      }),
      "01020304040e",
      { data: fromHex("01020304"), inner: 4, outer: 0x0e },
      ["inner", "outer"],
    ],
    [
      "in front of another one that covers it",
      struct({
        outer: checksum(u8, sum8, { from: "inner", to: "data" }),
        inner: checksum(u8, xor8, { from: "data", to: "data" }),
        data: bytes(4),
      }),
      "0e0401020304",
      { outer: 0x0e, inner: 4, data: fromHex("01020304") },
      ["inner", "outer"],
    ],
    [
      "behind every block of two bytes",
      array(struct({ data: bytes(2), crc: checksum(u16le, crc16modbus, { from: "data", to: "data" }) }), 2),
      "0207411202074112",
      [
        { data: fromHex("0207"), crc: 0x1241 },
        { data: fromHex("0207"), crc: 0x1241 },
      ],
      ["crc"],
    ],
    [
      "over a length that follows from what it covers",
      struct({ length: u8, data: bytes(field("length")), sum: checksum(u8, sum8, { from: "length", to: "data" }) }),
      "02010205",
      { length: 2, data: fromHex("0102"), sum: 5 },
      ["length", "sum"],
    ],
    [
      "as digits",
      struct({
        data: bytes(2),
        sum: checksum(hexadecimal(2, { letters: "upper" }), sum8, { from: "data", to: "data" }),
      }),
      "7e414246",
      { data: fromHex("7e41"), sum: 0xbf },
      ["sum"],
    ],
  ])("%s", (_, schema, wire, value, derived) => {
    prove(compileHere(schema), wire, value, { derived });
  });
});
