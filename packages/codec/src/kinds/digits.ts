// Whole numbers written as ASCII text.

import { SchemaError, show } from "../errors.js";
import { checkLength, type Length, type Until } from "../length.js";
import { digitsUntil, fixedDigits, isDigit } from "../ops/digits.js";
import { own } from "../own.js";
import type { DigitsFormat } from "../runtime/digits.js";
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
  /** Most digits before a delimiter; 20 by default, 4096 for bigints. */
  readonly maxDigits?: number;
}

/** A number in text; `format` says how it is written. */
export interface DigitsSchema<T extends number | bigint = number> extends Schema<T> {
  readonly format: DigitsFormat;
  readonly length: number | Until;
}

/** Makes text numbers of one base. */
export interface DigitsKind {
  (length: number | Until, options: DigitsOptions & { readonly big: true }): DigitsSchema<bigint>;
  (length: number | Until, options?: DigitsOptions & { readonly big?: false }): DigitsSchema;
  (length: number | Until, options?: DigitsOptions): DigitsSchema<number | bigint>;
}

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
  const maxDigits = options.maxDigits ?? (big ? 4096 : 20);
  if (!Number.isInteger(maxDigits) || maxDigits < 1)
    throw new SchemaError("argument", `${kind}'s maxDigits is a whole number of at least 1; got ${show(maxDigits)}`);
  if (typeof length === "number") {
    if (length < 1 || length > 4096)
      throw new SchemaError("argument", `${kind} takes a width from 1 to 4096 characters; got ${length}`);
    const format: DigitsFormat = Object.freeze({ base, sign, pad, zeros, letters, big, maxDigits: length });
    return node(kind, facts(length, length), { format, length }, () => fixedDigits(length, format));
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
  return node(kind, facts(1 + delimiter.length, maxDigits + 1 + delimiter.length), { format, length }, () =>
    digitsUntil(delimiter, format),
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
