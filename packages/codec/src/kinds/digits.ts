// Whole numbers written as ASCII text.

import { SchemaError, show } from "../errors.js";
import { checkLength, type Length, type Until } from "../length.js";
import { digitsUntil, fixedDigits, isDigit } from "../ops/digits.js";
import { own } from "../own.js";
import type { Bounds, DigitsFormat } from "../runtime/digits.js";
import { latin1 } from "../runtime/text.js";
import { checkOption, facts, node, type Schema } from "../schema.js";
import { delimitersOf } from "./bytes.js";

export interface DigitsOptions {
  /** Signs in front: none (the default), a minus, either, or always one. */
  readonly sign?: "none" | "minus" | "either" | "always";
  /** What fills a fixed width on the left: "0" (the default) or a space. */
  readonly pad?: "0" | " ";
  /** Whether leading zeros are accepted before a delimiter; they are not by default. */
  readonly zeros?: boolean;
  /** Letters of hexadecimal: encode writes "lower" (the default) or "upper", and decode refuses the other; "any" accepts both and writes lower. */
  readonly letters?: "lower" | "upper" | "any";
  /** Values as bigint of any size. */
  readonly big?: boolean;
  /** Most digits before a delimiter; as many as `min` and `max` have, otherwise 20 by default and 4096 for bigints. */
  readonly maxDigits?: number;
  /** The least number; what the digits and the sign can say, unless it is given. */
  readonly min?: number | bigint;
  /** The largest number, likewise. */
  readonly max?: number | bigint;
}

/** A number in text; `format` says how it is written. */
export interface DigitsSchema<T extends number | bigint = number> extends Schema<T> {
  readonly format: DigitsFormat;
  readonly length: number | Until;
  readonly bounds?: Bounds | undefined;
}

/** Makes text numbers of one base. */
export interface DigitsKind {
  (length: number | Until, options: DigitsOptions & { readonly big: true }): DigitsSchema<bigint>;
  (length: number | Until, options?: DigitsOptions & { readonly big?: false }): DigitsSchema;
  (length: number | Until, options?: DigitsOptions): DigitsSchema<number | bigint>;
}

/** The bounds that were asked for, within what can be written at all. */
function boundsOf(kind: string, sign: string, big: boolean, { min, max }: DigitsOptions): Bounds | undefined {
  if (min === undefined && max === undefined) return undefined;
  const bound = (name: string, given: unknown, otherwise: bigint): bigint => {
    const whole = typeof given === "bigint" || Number.isSafeInteger(given);
    const n = given === undefined ? otherwise : whole ? BigInt(given as number) : undefined;
    if (n === undefined || (!big && (n > SAFE || n < -SAFE)) || (sign === "none" && n < 0n))
      throw new SchemaError("argument", `${kind}'s ${name} is a whole number that it can say; got ${show(given)}`);
    return n;
  };
  const most = big ? 10n ** 4096n - 1n : SAFE;
  const least = bound("min", min, sign === "none" ? 0n : -most);
  const largest = bound("max", max, most);
  if (least > largest)
    throw new SchemaError("argument", `${kind}'s min is at most its max; got ${least} and ${largest}`);
  return Object.freeze(big ? { min: least, max: largest } : { min: Number(least), max: Number(largest) });
}

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** How many digits the longer of both has. */
const longest = ({ min, max }: Bounds, base: number): number =>
  Math.max(...[min, max].map((n) => (n < 0 ? -n : n).toString(base).length));

function digits(
  kind: string,
  base: DigitsFormat["base"],
  length: number | Until,
  given: DigitsOptions = {},
): DigitsSchema {
  const options = own(given);
  const { sign = "none", pad = "0", zeros = false, letters = "lower", big = false } = options;
  checkLength(length as Length, kind);
  checkOption(`${kind}'s sign`, sign, ["none", "minus", "either", "always"]);
  checkOption(`${kind}'s pad`, pad, ["0", " "]);
  checkOption(`${kind}'s letters`, letters, ["lower", "upper", "any"]);
  const bounds = boundsOf(kind, sign, big, options);
  const enough = bounds && !zeros ? longest(bounds, base) : big ? 4096 : 20;
  const maxDigits = options.maxDigits ?? enough;
  if (!Number.isInteger(maxDigits) || maxDigits < 1)
    throw new SchemaError("argument", `${kind}'s maxDigits is a whole number of at least 1; got ${show(maxDigits)}`);
  if (typeof length === "number") {
    if (length < 1 || length > 4096)
      throw new SchemaError("argument", `${kind} takes a width from 1 to 4096 characters; got ${length}`);
    const format: DigitsFormat = Object.freeze({ base, sign, pad, zeros, letters, big, maxDigits: length });
    return node(kind, facts(length, length), { format, length, bounds }, () => fixedDigits(length, format, bounds));
  }
  const format: DigitsFormat = Object.freeze({ base, sign, pad, zeros, letters, big, maxDigits });
  if (length.kind !== "until" || length.delimiters.length !== 1)
    throw new SchemaError("argument", `${kind} takes a width or until(delimiter) with one delimiter`);
  if (length.max !== undefined || length.orEnd)
    throw new SchemaError("argument", `${kind} ends at its delimiter only; say how long it may be with maxDigits`);
  const [delimiter] = delimitersOf(length, latin1) as [Uint8Array];
  if (isDigit(delimiter[0] as number, format))
    throw new SchemaError(
      "argument",
      `${kind} cannot end at ${show(length.delimiters[0])}, which could be part of the number`,
    );
  return node(kind, facts(1 + delimiter.length, maxDigits + 1 + delimiter.length), { format, length, bounds }, () =>
    digitsUntil(delimiter, format, bounds),
  );
}

/**
 * A whole number in decimal ASCII digits: of a fixed width, or up to a delimiter.
 *
 * @example
 * sized(decimal(5), Message)                    // "00012" in front of 12 bytes
 * bytes(decimal(until("\r\n"), { sign: "minus" }))
 */
export const decimal: DigitsKind = ((length, options) => digits("decimal", 10, length, options)) as DigitsKind;
/** A whole number in hexadecimal digits: of a fixed width, or up to a delimiter. */
export const hexadecimal: DigitsKind = ((length, options) => digits("hexadecimal", 16, length, options)) as DigitsKind;
/** A whole number in octal digits: of a fixed width, or up to a delimiter. */
export const octal: DigitsKind = ((length, options) => digits("octal", 8, length, options)) as DigitsKind;
