// What the numbers of a schema can be: whole ones with their range, or floats.

import { type IntegerFormat, rangeOf } from "./ops/integer.js";
import type { Bounds, DigitsFormat } from "./runtime/digits.js";
import { type VarintFormat, varintRange } from "./runtime/varint.js";
import type { AnySchema } from "./schema.js";

export interface WholeNumbers {
  readonly float: false;
  readonly min: bigint;
  readonly max: bigint;
  /** Whether the values are bigints. */
  readonly big: boolean;
}

export interface Floats {
  readonly float: true;
}

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Whole numbers of `bits` bits. */
function wide(bits: number, signed: boolean, big: boolean): WholeNumbers {
  const span = 1n << BigInt(signed ? bits - 1 : bits);
  return { float: false, min: signed ? -span : 0n, max: span - 1n, big };
}

function written({ base, sign, big, maxDigits }: DigitsFormat, width: unknown, bounds?: Bounds): WholeNumbers {
  const most = (digits: number): bigint => BigInt(base) ** BigInt(Math.max(0, digits)) - 1n;
  const cut = (value: bigint): bigint => (big || value <= SAFE ? value : SAFE);
  // A sign takes one of the characters of a fixed width.
  const behind = typeof width === "number" ? maxDigits - 1 : maxDigits;
  const min = sign === "none" ? 0n : -cut(most(behind));
  const max = cut(most(sign === "always" ? behind : maxDigits));
  if (!bounds) return { float: false, min, max, big };
  const [least, largest] = [BigInt(bounds.min), BigInt(bounds.max)];
  return { float: false, min: min > least ? min : least, max: max < largest ? max : largest, big };
}

/** The numbers of a schema that is itself a number; undefined for every other. */
export function numbersOf(schema: AnySchema): WholeNumbers | Floats | undefined {
  const { kind, format, width, signed, length, bounds } = schema as AnySchema & {
    format?: IntegerFormat | VarintFormat | DigitsFormat | { readonly bytes: number };
    width?: number;
    signed?: boolean;
    length?: unknown;
    bounds?: Bounds;
  };
  if (kind === "bits") return wide(width as number, signed === true, (width as number) > 48);
  if (!format) return undefined;
  if ("base" in format) return written(format, length, bounds);
  if ("form" in format) {
    const { min, max } = varintRange(format);
    return { float: false, min: BigInt(min), max: BigInt(max), big: format.big };
  }
  if (!("signed" in format)) return { float: true };
  if (format.bytes === 8 && !format.safe) return wide(64, format.signed, true);
  const { min, max } = rangeOf(format);
  return { float: false, min: BigInt(min), max: BigInt(max), big: false };
}
