// Law: fixed-width integers, both byte orders, as numbers: up to 48 bits, or 64 for those of safe size. Nothing wraps.

import type { Leaf } from "../plan.js";
import type { Source } from "../source.js";
import { leaf } from "./leaf.js";

export interface IntegerFormat {
  readonly bytes: 1 | 2 | 3 | 4 | 5 | 6 | 8;
  readonly signed: boolean;
  readonly little: boolean;
  /** 8 bytes as a number instead of a bigint. */
  readonly safe?: boolean;
}

/** Smallest and largest value of a number format. */
export function rangeOf(format: IntegerFormat): { min: number; max: number } {
  if (format.safe) return { min: format.signed ? Number.MIN_SAFE_INTEGER : 0, max: Number.MAX_SAFE_INTEGER };
  const bits = format.bytes * 8;
  return format.signed ? { min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 } : { min: 0, max: 2 ** bits - 1 };
}

type Get = (m: { readonly b: Uint8Array }, p: number) => number;

/** Position of the byte of significance `i` (0 is the least). */
const at = (format: IntegerFormat, i: number): number => (format.little ? i : format.bytes - 1 - i);

// Each width gets a function of its own, so that the interpreter's loop calls straight-line code.
function getter(format: IntegerFormat): Get {
  const { bytes, signed, little } = format;
  const [i0, i1, i2, i3, i4, i5, i6, i7] = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => at(format, i)) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const low3 = (b: Uint8Array, p: number): number =>
    ((b[p + i2] as number) << 16) | ((b[p + i1] as number) << 8) | (b[p + i0] as number);
  const low4 = (b: Uint8Array, p: number): number => (((b[p + i3] as number) << 24) | low3(b, p)) >>> 0;
  const high2 = (b: Uint8Array, p: number): number => ((b[p + i5] as number) << 8) | (b[p + i4] as number);
  const high4 = (b: Uint8Array, p: number): number =>
    ((b[p + i7] as number) << 24) | ((b[p + i6] as number) << 16) | high2(b, p);
  const HIGH = 0x100000000;
  switch (bytes) {
    case 1:
      return signed ? ({ b }, p) => ((b[p] as number) << 24) >> 24 : ({ b }, p) => b[p] as number;
    case 2:
      if (signed) return ({ b }, p) => (((b[p + i1] as number) << 24) >> 16) | (b[p + i0] as number);
      return little
        ? ({ b }, p) => ((b[p + 1] as number) << 8) | (b[p] as number)
        : ({ b }, p) => ((b[p] as number) << 8) | (b[p + 1] as number);
    case 3:
      return signed ? ({ b }, p) => (low3(b, p) << 8) >> 8 : ({ b }, p) => low3(b, p);
    case 4:
      return signed ? ({ b }, p) => low4(b, p) | 0 : ({ b }, p) => low4(b, p);
    case 5:
      return signed
        ? ({ b }, p) => (((b[p + i4] as number) << 24) >> 24) * HIGH + low4(b, p)
        : ({ b }, p) => (b[p + i4] as number) * HIGH + low4(b, p);
    case 6:
      return signed
        ? ({ b }, p) => ((high2(b, p) << 16) >> 16) * HIGH + low4(b, p)
        : ({ b }, p) => high2(b, p) * HIGH + low4(b, p);
    default:
      return signed
        ? ({ b }, p) => high4(b, p) * HIGH + low4(b, p)
        : ({ b }, p) => (high4(b, p) >>> 0) * HIGH + low4(b, p);
  }
}

function emitGet(format: IntegerFormat, source: Source, base: string, offset: number): string {
  const { bytes, signed } = format;
  const byte = (i: number): string => source.byte(base, offset + at(format, i));
  const join = (from: number, to: number): string => {
    const parts: string[] = [];
    for (let i = to; i >= from; i--) parts.push(i === from ? byte(i) : `${byte(i)} << ${(i - from) * 8}`);
    return parts.join(" | ");
  };
  if (bytes === 1) return signed ? `${byte(0)} << 24 >> 24` : byte(0);
  if (bytes === 2) return signed ? `(${byte(1)} << 24 >> 16 | ${byte(0)})` : `(${join(0, 1)})`;
  if (bytes === 3) return signed ? `((${join(0, 2)}) << 8 >> 8)` : `(${join(0, 2)})`;
  const low = `(${join(0, 3)})`;
  if (bytes === 4) return signed ? low : `(${low} >>> 0)`;
  const high = `(${join(4, bytes - 1)})`;
  const shift = 64 - bytes * 8;
  const top = signed ? (shift > 0 ? `(${high} << ${shift} >> ${shift})` : high) : `(${high} >>> 0)`;
  return `(${top} * 4294967296 + (${low} >>> 0))`;
}

export function integer(format: IntegerFormat): Leaf {
  const { bytes } = format;
  const { min, max } = rangeOf(format);
  const at0 = at(format, 0);
  const at1 = at(format, 1);
  const step = format.little ? 1 : -1;
  return leaf({
    size: bytes,
    numeric: "number",
    unsigned: !format.signed,
    get: getter(format),
    put(w, p, value) {
      if (typeof value !== "number") throw w.refuse("type", "needs a number", value);
      if (!(value >= min && value <= max && Number.isInteger(value)))
        throw w.refuse("range", `needs a whole number from ${min} to ${max}`, value);
      const { b } = w;
      if (bytes === 1) b[p] = value;
      else if (bytes === 2) {
        b[p + at0] = value;
        b[p + at1] = value >>> 8;
      } else {
        let low = value >>> 0;
        let q = p + at0;
        for (let i = 0; i < bytes; i++) {
          if (i === 4) low = Math.floor(value / 0x100000000);
          b[q] = low;
          low >>= 8;
          q += step;
        }
      }
    },
    emitGet: (source, base, offset) => emitGet(format, source, base, offset),
    emitPut(source, base, offset, value) {
      const bits = bytes * 8;
      if (bytes <= 3)
        source.stop(
          format.signed ? `${value} << ${32 - bits} >> ${32 - bits} !== ${value}` : `(${value} & ${max}) !== ${value}`,
        );
      else if (bytes === 4) source.stop(format.signed ? `(${value} | 0) !== ${value}` : `${value} >>> 0 !== ${value}`);
      else source.stop(`!(Number.isInteger(${value}) && ${value} >= ${min} && ${value} <= ${max})`);
      const high = bytes > 4 ? source.store(`Math.floor(${value} / 4294967296)`) : "";
      for (let i = bytes - 1; i >= 0; i--) {
        const from = i < 4 ? value : high;
        const shift = (i % 4) * 8;
        source.line(`${source.byte(base, offset + at(format, i))} = ${shift === 0 ? from : `${from} >>> ${shift}`};`);
      }
    },
  });
}
