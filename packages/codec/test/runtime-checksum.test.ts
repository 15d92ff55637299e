import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { crc } from "../src/kinds/crc.js";
import * as checksums from "../src/runtime/checksum.js";
import { type Checksum, type CrcParameters, compute } from "../src/runtime/checksum.js";
import { failureOf } from "./support/facts.js";
import { describeShared, fromHex } from "./support/shared-data.js";

const { crc8, crc16ccitt, crc16modbus, crc32, crc32c, crc64xz } = checksums;
const { adler32, fletcher16, internetChecksum, lrc, sum8, xor8 } = checksums;

const digits = new TextEncoder().encode("123456789");

const named: [Checksum, string, number | bigint][] = [
  [crc8, "crc8", 0xf4],
  [crc16ccitt, "crc16ccitt", 0x29b1],
  [crc16modbus, "crc16modbus", 0x4b37],
  [crc32, "crc32", 0xcbf43926],
  [crc32c, "crc32c", 0xe3069283],
  [crc64xz, "crc64xz", 0x995dc9bbdf1939fan],
  [adler32, "adler32", 0x091e01de],
  [fletcher16, "fletcher16", 0x1ede],
  [internetChecksum, "internetChecksum", 0xf62a],
  [lrc, "lrc", 0x23],
  [sum8, "sum8", 0xdd],
  [xor8, "xor8", 0x31],
];

const some: CrcParameters<32> = { width: 32, poly: 1, init: 2, refin: true, refout: true, xorout: 3 };

/** One bit at a time, straight from the Rocksoft model. */
function bitwise(parameters: CrcParameters, bytes: Uint8Array): bigint {
  const { refin, refout } = parameters;
  const width = BigInt(parameters.width);
  const [poly, init, xorout] = [BigInt(parameters.poly), BigInt(parameters.init), BigInt(parameters.xorout)];
  let register = init;
  for (const byte of bytes) {
    for (let i = 0; i < 8; i++) {
      const input = BigInt((byte >> (refin ? i : 7 - i)) & 1);
      const top = (register >> (width - 1n)) & 1n;
      register = BigInt.asUintN(Number(width), register << 1n);
      if (top !== input) register ^= poly;
    }
  }
  const turned = [...register.toString(2).padStart(Number(width), "0")].reverse().join("");
  return (refout ? BigInt(`0b${turned}`) : register) ^ xorout;
}

const anyCrc: fc.Arbitrary<CrcParameters> = fc.integer({ min: 1, max: 128 }).chain((width) => {
  const register = fc.bigInt({ min: 0n, max: (1n << BigInt(width)) - 1n });
  return fc.record({
    width: fc.constant(width),
    poly: register,
    init: register,
    refin: fc.boolean(),
    refout: fc.boolean(),
    xorout: register,
  });
});

/** What the source of a checksum makes, given the exports of the module. */
function evaluate(source: string | undefined): Checksum {
  return new Function(...Object.keys(checksums), `return ${source}`)(...Object.values(checksums));
}

function inPieces(algorithm: Checksum, bytes: Uint8Array, cuts: number[]): number | bigint {
  let state = algorithm.begin();
  let at = 0;
  for (const cut of [...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length]) {
    state = algorithm.update(state, bytes, at, cut);
    at = cut;
  }
  return algorithm.end(state);
}

describe("checksum", () => {
  it.each(named)("%o of 123456789", (algorithm, name, value) => {
    expect(compute(algorithm, digits)).toBe(value);
    expect(algorithm.name).toBe(name);
    expect(evaluate(algorithm.source)).toBe(algorithm);
  });

  it("covers only the bytes asked for", () => {
    const framed = fromHex(`ffff${"313233343536373839"}ff`);
    expect(compute(crc32, framed, 2, 11)).toBe(0xcbf43926);
    expect(compute(crc32, framed.subarray(2), 0, 9)).toBe(0xcbf43926);
    expect(compute(crc64xz, framed.subarray(2, 11))).toBe(0x995dc9bbdf1939fan);
    expect(compute(crc32, Buffer.from("123456789"))).toBe(0xcbf43926);
    expect(compute(crc32, framed, 5, 5)).toBe(0);
  });

  it.each(named)("%o is the same at every two and three pieces", (algorithm) => {
    const bytes = Uint8Array.from({ length: 41 }, (_, i) => (i * 197 + 91) & 0xff);
    const whole = compute(algorithm, bytes);
    for (let i = 0; i <= bytes.length; i++) {
      for (let j = i; j <= bytes.length; j++) expect(inPieces(algorithm, bytes, [i, j])).toBe(whole);
    }
  });

  it("is the same in any pieces", () => {
    const algorithm = fc.oneof(
      fc.constantFrom(...named.map(([algorithm]) => algorithm)),
      anyCrc.map((p) => crc(p)),
    );
    fc.assert(
      fc.property(algorithm, fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(200)), (algorithm, bytes, cuts) => {
        expect(inPieces(algorithm, bytes, cuts)).toBe(compute(algorithm, bytes));
      }),
    );
  });

  it("can go on from a kept state twice", () => {
    for (const [algorithm] of named) {
      const state = algorithm.update(algorithm.begin(), digits, 0, 5);
      const first = algorithm.end(algorithm.update(state, digits, 5, 9));
      expect(algorithm.end(algorithm.update(state, digits, 5, 9))).toBe(first);
    }
  });

  it("carries into the internet checksum as often as the carry itself carries", () => {
    expect(compute(internetChecksum, fromHex(`${"ffff".repeat(0x101)}0100ff`))).toBe(0xfffe);
  });

  it("does not overflow over long runs of ff", () => {
    const bytes = new Uint8Array(200_001).fill(0xff);
    let [low, high, words, fletcherLow, fletcherHigh] = [1n, 0n, 0n, 0n, 0n];
    for (let i = 0; i < bytes.length; i++) {
      low += 255n;
      high += low;
      fletcherLow += 255n;
      fletcherHigh += fletcherLow;
      words += i % 2 ? 0xffn : 0xff00n;
    }
    while (words > 0xffffn) words = (words & 0xffffn) + (words >> 16n);
    expect(compute(adler32, bytes)).toBe(Number(((high % 65521n) << 16n) | (low % 65521n)));
    expect(compute(fletcher16, bytes)).toBe(Number(((fletcherHigh % 255n) << 8n) | (fletcherLow % 255n)));
    expect(compute(internetChecksum, bytes)).toBe(Number(words) ^ 0xffff);
    for (const algorithm of [adler32, fletcher16, internetChecksum]) {
      expect(inPieces(algorithm, bytes, [1, 3801, 32769, 99_999])).toBe(compute(algorithm, bytes));
    }
  });
});

describe("crc", () => {
  it("is the bitwise model, whatever the parameters", () => {
    fc.assert(
      fc.property(anyCrc, fc.uint8Array({ maxLength: 40 }), (parameters, bytes) => {
        expect(BigInt(compute(crc(parameters), bytes))).toBe(bitwise(parameters, bytes));
      }),
      { numRuns: 500 },
    );
  });

  it("gives a number up to 32 bits and a bigint above", () => {
    expectTypeOf(crc(some)).toEqualTypeOf<Checksum<number>>();
    expectTypeOf(crc({ ...some, width: 33 })).toEqualTypeOf<Checksum<bigint>>();
    expectTypeOf(crc({ ...some, width: 8 as number })).toEqualTypeOf<Checksum<number | bigint>>();
    expectTypeOf(compute(crc32, digits)).toEqualTypeOf<number>();
    expectTypeOf(compute(crc64xz, digits)).toEqualTypeOf<bigint>();
    expect(compute(crc(some), digits)).toBeTypeOf("number");
    expect(compute(crc({ ...some, width: 33 }), digits)).toBeTypeOf("bigint");
  });

  it("takes a bigint for a narrow register and a number for a wide one", () => {
    const asBigint = crc({ ...some, poly: 0x04c11db7n, init: 0xffffffffn, xorout: 0xffffffffn });
    expect(compute(asBigint, digits)).toBe(0xcbf43926);
    const wide = { width: 40, poly: 0x0004820009, init: 0, refin: false, refout: false, xorout: 0xffffffffff } as const;
    expect(compute(crc(wide), digits)).toBe(0xd4164fc646n);
  });

  it("has a source that makes it again", () => {
    fc.assert(
      fc.property(anyCrc, fc.option(fc.string({ unit: "binary" }), { nil: undefined }), (parameters, name) => {
        const algorithm = crc(name === undefined ? parameters : { ...parameters, name });
        const again = evaluate(algorithm.source);
        expect(again.source).toBe(algorithm.source);
        expect([again.name, again.width]).toEqual([name ?? `crc${parameters.width}`, parameters.width]);
        expect(compute(again, digits)).toBe(compute(algorithm, digits));
      }),
    );
  });

  const refused: [string, unknown][] = [
    ["width", 0],
    ["width", 129],
    ["width", 8.5],
    ["width", Number.NaN],
    ["width", "8"],
    ["poly", 0x100000000],
    ["poly", -1],
    ["poly", 0.5],
    ["init", 0x100000000n],
    ["init", -1n],
    ["init", undefined],
    ["xorout", 2 ** 32],
    ["xorout", Number.NaN],
    ["xorout", "0"],
    ["refin", undefined],
    ["refout", 1],
  ];
  it.each(refused)("refuses %s %s by name", (key, value) => {
    const wrong = { ...some, [key]: value } as CrcParameters;
    const error = failureOf(() => crc(wrong));
    expect(error).toMatchObject({ name: "SchemaError", code: "argument" });
    expect(error.message).toContain(`crc: ${key} must be`);
  });

  it("refuses a number too large to be exact", () => {
    expect(() => crc({ ...some, width: 64, poly: 2 ** 60 })).toThrow("crc: poly must be");
  });

  type Row = Record<"name" | "poly" | "init" | "xorout", string> &
    Record<"refin" | "refout", boolean> & { width: number } & Record<keyof typeof inputs, string>;
  const inputs = {
    check: digits,
    empty: new Uint8Array(0),
    zero4: new Uint8Array(4),
    ones4: new Uint8Array(4).fill(0xff),
    bytes0to255: Uint8Array.from({ length: 256 }, (_, i) => i),
  };
  describeShared<{ algorithms: Row[] }>("catalogue", "protocols-facts/crc.json", ({ algorithms }) => {
    it.each(algorithms)("$name", ({ width, poly, init, refin, refout, xorout, name, ...row }) => {
      const parse = (hex: string) => BigInt(`0x${hex}`);
      const algorithm = crc({
        width,
        poly: parse(poly),
        init: parse(init),
        refin,
        refout,
        xorout: parse(xorout),
        name,
      });
      for (const [column, bytes] of Object.entries(inputs)) {
        expect([column, BigInt(compute(algorithm, bytes))]).toEqual([
          column,
          parse(row[column as keyof typeof inputs]),
        ]);
      }
    });
  });
});

interface ChecksumFacts {
  cases: { algorithm: string; name: string; hex: string; value: string }[];
}
describeShared<ChecksumFacts>("checksum facts", "protocols-facts/checksums.json", ({ cases }) => {
  const offered: Record<string, Checksum> = { internet: internetChecksum, adler32, fletcher16, lrc, xor8, sum8 };
  for (const { algorithm, name, hex, value } of cases) {
    const found = offered[algorithm];
    it.skipIf(found === undefined)(`${algorithm}: ${name}${found ? "" : " (not among ours)"}`, () => {
      expect(compute(found!, fromHex(hex))).toBe(Number.parseInt(value, 16));
    });
  }
});
