// Law: whole numbers past 4 bytes have two halves. 64 bits are bigints, or numbers that are refused past 2^53 where the
// schema says safe. Nothing wraps.

import type { Leaf } from "../plan.js";
import { getBig, putBig } from "../runtime/number.js";
import { STOP } from "../runtime/reader.js";
import { at, checkInteger, emitPutBytes, type Get, type IntegerFormat, integer, putBytes, rangeOf } from "./integer.js";
import { leaf } from "./leaf.js";

export function bigInteger(format: IntegerFormat): Leaf {
  const { signed, little } = format;
  const min = signed ? -(2n ** 63n) : 0n;
  const max = signed ? 2n ** 63n - 1n : 2n ** 64n - 1n;
  return leaf({
    size: 8,
    numeric: "bigint",
    get: (m, p) => getBig(m.b, p, little, signed),
    put(w, p, value) {
      if (typeof value !== "bigint") throw w.refuse("type", "needs a bigint", value);
      if (value < min || value > max) throw w.refuse("range", `needs a bigint from ${min} to ${max}`, value);
      putBig(w.b, p, value, little);
    },
    emitGet: (source, base, offset) => `${source.use("getBig", getBig)}(b, ${base} + ${offset}, ${little}, ${signed})`,
    emitPut(source, base, offset, value) {
      source.stop(`typeof ${value} !== "bigint" || ${value} < ${min}n || ${value} > ${max}n`);
      source.line(`${source.use("putBig", putBig)}(b, ${base} + ${offset}, ${value}, ${little});`);
    },
  });
}

const HIGH = 0x100000000;

// As in integer.ts, each width gets a function of its own; what they call is the same for all.
function getter(format: IntegerFormat): Get {
  const { bytes, signed } = format;
  const [i0, i1, i2, i3, i4] = [0, 1, 2, 3, 4].map((i) => at(format, i)) as [number, number, number, number, number];
  const [i5, i6, i7] = [5, 6, 7].map((i) => at(format, i)) as [number, number, number];
  const low = (b: Uint8Array, p: number): number =>
    (((b[p + i3] as number) << 24) |
      ((b[p + i2] as number) << 16) |
      ((b[p + i1] as number) << 8) |
      (b[p + i0] as number)) >>>
    0;
  const high = (b: Uint8Array, p: number): number => ((b[p + i5] as number) << 8) | (b[p + i4] as number);
  const full = (b: Uint8Array, p: number): number =>
    ((b[p + i7] as number) << 24) | ((b[p + i6] as number) << 16) | high(b, p);
  if (bytes === 5)
    return signed
      ? ({ b }, p) => (((b[p + i4] as number) << 24) >> 24) * HIGH + low(b, p)
      : ({ b }, p) => (b[p + i4] as number) * HIGH + low(b, p);
  if (bytes === 6)
    return signed
      ? ({ b }, p) => ((high(b, p) << 16) >> 16) * HIGH + low(b, p)
      : ({ b }, p) => high(b, p) * HIGH + low(b, p);
  return signed ? ({ b }, p) => full(b, p) * HIGH + low(b, p) : ({ b }, p) => (full(b, p) >>> 0) * HIGH + low(b, p);
}

/** A whole number of 5, 6 or 8 bytes: a high part and 4 bytes below it. */
export function wideInteger(format: IntegerFormat): Leaf {
  const { bytes, signed, little } = format;
  const { min, max } = rangeOf(format);
  const top: IntegerFormat = { bytes: (bytes - 4) as 1 | 2 | 4, signed, little };
  const bottom: IntegerFormat = { bytes: 4, signed: false, little };
  const [high, low] = [integer(top), integer(bottom)];
  const [highAt, lowAt] = little ? [4, 0] : [0, bytes - 4];
  return leaf({
    size: bytes,
    numeric: "number",
    unsigned: !signed,
    get: getter(format),
    put(w, p, value) {
      checkInteger(w, value, min, max);
      putBytes(w.b, p, value, format);
    },
    emitGet: (source, base, offset) =>
      `(${high.emitGet(source, base, offset + highAt)} * ${HIGH} + ${low.emitGet(source, base, offset + lowAt)})`,
    emitPut(source, base, offset, value) {
      source.stop(`!(Number.isInteger(${value}) && ${value} >= ${min} && ${value} <= ${max})`);
      emitPutBytes(source, base, offset + highAt, source.store(`Math.floor(${value} / ${HIGH})`), top);
      emitPutBytes(source, base, offset + lowAt, value, bottom);
    },
  });
}

/** 8 bytes whose value must be safe to have as a number. */
export function safeInteger(format: IntegerFormat): Leaf {
  const { signed, little } = format;
  const { min, max } = rangeOf(format);
  const whole = wideInteger(format);
  return leaf({
    ...whole,
    get(m, p) {
      const value = whole.get(m, p) as number;
      if (value >= min && value <= max) return value;
      m.fail("value", "a whole number of at most 2^53 - 1 in size", `${getBig(m.b, p, little, signed)}`, p);
      return STOP;
    },
    emitGet(source, base, offset) {
      const kept = source.store(whole.emitGet(source, base, offset));
      source.stop(`${kept} > ${max} || ${kept} < ${min}`);
      return kept;
    },
  });
}
