// Law: whole numbers of up to 4 bytes, both byte orders. Nothing wraps.

import { own } from "../own.js";
import type { Leaf } from "../plan.js";
import type { Writer } from "../runtime/writer.js";
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
  if (own(format).safe) return { min: format.signed ? Number.MIN_SAFE_INTEGER : 0, max: Number.MAX_SAFE_INTEGER };
  const bits = format.bytes * 8;
  return format.signed ? { min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 } : { min: 0, max: 2 ** bits - 1 };
}

export type Get = (m: { readonly b: Uint8Array }, p: number) => number;

/** Position of the byte of significance `i` (0 is the least). */
export const at = ({ little, bytes }: IntegerFormat, i: number): number => (little ? i : bytes - 1 - i);

// Each width gets a function of its own, so that the interpreter's loop calls straight-line code.
function getter(format: IntegerFormat): Get {
  const { bytes, signed, little } = format;
  const [i0, i1, i2, i3] = [0, 1, 2, 3].map((i) => at(format, i)) as [number, number, number, number];
  const low3 = (b: Uint8Array, p: number): number =>
    ((b[p + i2] as number) << 16) | ((b[p + i1] as number) << 8) | (b[p + i0] as number);
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
    default:
      return signed
        ? ({ b }, p) => ((b[p + i3] as number) << 24) | low3(b, p)
        : ({ b }, p) => (((b[p + i3] as number) << 24) | low3(b, p)) >>> 0;
  }
}

function emitGet(format: IntegerFormat, source: Source, base: string, offset: number): string {
  const { bytes, signed } = format;
  const parts: string[] = [];
  for (let i = bytes - 1; i >= 0; i--) {
    const byte = source.byte(base, offset + at(format, i));
    // The sign is the top bit of the top byte.
    if (signed && i === bytes - 1) parts.push(`${byte} << 24${bytes < 4 ? ` >> ${32 - bytes * 8}` : ""}`);
    else parts.push(i > 0 ? `${byte} << ${i * 8}` : byte);
  }
  if (bytes === 1 && !signed) return parts[0] as string;
  const value = `(${parts.join(" | ")})`;
  return bytes === 4 && !signed ? `(${value} >>> 0)` : value;
}

/** Writes the bytes of a whole number. */
export function putBytes(b: Uint8Array, p: number, value: number, format: IntegerFormat): void {
  const step = format.little ? 1 : -1;
  let low = value >>> 0;
  for (let i = 0, q = p + at(format, 0); i < format.bytes; i++, q += step) {
    if (i === 4) low = Math.floor(value / 0x100000000);
    b[q] = low;
    low >>= 8;
  }
}

export function emitPutBytes(
  source: Source,
  base: string,
  offset: number,
  value: string,
  { bytes, little }: Pick<IntegerFormat, "bytes" | "little">,
): void {
  for (let i = bytes - 1; i >= 0; i--)
    source.line(
      `${source.byte(base, offset + (little ? i : bytes - 1 - i))} = ${i === 0 ? value : `${value} >>> ${i * 8}`};`,
    );
}

/** Refuses what is not a whole number in the range of a format. */
export function checkInteger(w: Writer, value: unknown, min: number, max: number): asserts value is number {
  if (typeof value !== "number") throw w.refuse("type", "needs a number", value);
  if (!(value >= min && value <= max && Number.isInteger(value)))
    throw w.refuse("range", `needs a whole number from ${min} to ${max}`, value);
}

/** A whole number of up to 4 bytes. */
export function integer(format: IntegerFormat): Leaf {
  const { bytes, signed } = format;
  const { min, max } = rangeOf(format);
  const at0 = at(format, 0);
  const at1 = at(format, 1);
  return leaf({
    size: bytes,
    numeric: "number",
    unsigned: !signed,
    get: getter(format),
    put(w, p, value) {
      checkInteger(w, value, min, max);
      const { b } = w;
      if (bytes === 1) b[p] = value;
      else if (bytes === 2) {
        b[p + at0] = value;
        b[p + at1] = value >>> 8;
      } else putBytes(b, p, value, format);
    },
    emitGet: (source, base, offset) => emitGet(format, source, base, offset),
    emitPut(source, base, offset, value) {
      const spare = 32 - bytes * 8;
      if (bytes === 4) source.stop(signed ? `(${value} | 0) !== ${value}` : `${value} >>> 0 !== ${value}`);
      else source.stop(signed ? `${value} << ${spare} >> ${spare} !== ${value}` : `(${value} & ${max}) !== ${value}`);
      emitPutBytes(source, base, offset, value, format);
    },
  });
}
