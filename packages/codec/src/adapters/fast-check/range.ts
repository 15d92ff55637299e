// The numbers that an integer schema can carry.

import { type IntegerFormat, rangeOf } from "../../ops/integer.js";
import type { DigitsFormat } from "../../runtime/digits.js";
import { type VarintFormat, varintRange } from "../../runtime/varint.js";
import type { AnySchema } from "../../schema.js";

export interface Range {
  readonly min: bigint;
  readonly max: bigint;
  /** Whether the values are bigints. */
  readonly big: boolean;
}

/** The format of a number, whichever kind of number it is. */
export type NumberFormat = IntegerFormat | VarintFormat | DigitsFormat;

const power = (base: number, n: number): bigint => BigInt(base) ** BigInt(Math.max(0, n));
const safe = BigInt(Number.MAX_SAFE_INTEGER);

function digitsRange({ base, sign, big, maxDigits }: DigitsFormat, width: number | undefined): Range {
  // Longer numbers are no different, and slow.
  const digits = Math.min(maxDigits, width ?? maxDigits, 40);
  const behindSign = width === undefined ? digits : digits - 1;
  let max = power(base, sign === "always" ? behindSign : digits) - 1n;
  let min = sign === "none" ? 0n : 1n - power(base, behindSign);
  if (!big && max > safe) max = safe;
  if (!big && min < -safe) min = -safe;
  return { min, max, big };
}

/** Smallest and largest value of an integer; undefined for what is no integer. */
export function integerRange(schema: AnySchema): Range | undefined {
  const { kind, format, width, signed, value, length } = schema as AnySchema & {
    format?: NumberFormat;
    width?: number;
    signed?: boolean;
    value?: unknown;
    length?: unknown;
  };
  const inner = (schema as { schema?: AnySchema }).schema;
  if (kind === "check" || kind === "checksum" || kind === "lengthOf") return inner && integerRange(inner);
  if (kind === "constant") {
    if (typeof value !== "number" && typeof value !== "bigint") return undefined;
    return { min: BigInt(value), max: BigInt(value), big: typeof value === "bigint" };
  }
  if (kind === "bits") {
    const n = BigInt(width as number);
    const big = (width as number) > 48;
    return signed ? { min: -(1n << (n - 1n)), max: (1n << (n - 1n)) - 1n, big } : { min: 0n, max: (1n << n) - 1n, big };
  }
  if (!format) return undefined;
  if ("form" in format) return { ...varintRange(format), big: format.big };
  if ("base" in format) return digitsRange(format, typeof length === "number" ? length : undefined);
  if (!("signed" in format)) return undefined;
  if (format.bytes === 8 && !format.safe)
    return format.signed
      ? { min: -(1n << 63n), max: (1n << 63n) - 1n, big: true }
      : { min: 0n, max: (1n << 64n) - 1n, big: true };
  const { min, max } = rangeOf(format);
  return { min: BigInt(min), max: BigInt(max), big: false };
}
