// The numbers that an integer schema can carry.

import { numbersOf } from "../../numbers.js";
import type { AnySchema } from "../../schema.js";

export interface Range {
  readonly min: bigint;
  readonly max: bigint;
  /** Whether the values are bigints. */
  readonly big: boolean;
}

/** Longer numbers are no different, and slow. */
const LONGEST = 10n ** 40n;

/** Smallest and largest value of an integer; undefined for what is no integer. */
export function integerRange(schema: AnySchema): Range | undefined {
  const { kind, value, schema: inner } = schema as AnySchema & { value?: unknown; schema?: AnySchema };
  if (kind === "check" || kind === "checksum" || kind === "lengthOf") return inner && integerRange(inner);
  if (kind === "constant") {
    if (typeof value !== "number" && typeof value !== "bigint") return undefined;
    return { min: BigInt(value), max: BigInt(value), big: typeof value === "bigint" };
  }
  const numbers = numbersOf(schema);
  if (!numbers || numbers.float) return undefined;
  const { min, max, big } = numbers;
  return { min: min < -LONGEST ? -LONGEST : min, max: max > LONGEST ? LONGEST : max, big };
}
