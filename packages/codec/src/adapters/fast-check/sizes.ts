// How long drawn content may be, and what makes it that long.

import { type AnySchema, compile, type Length, type Nullable, type Ref, type Until } from "../../index.js";
import { isSchema } from "../../schema.js";
import { agree, Rejected, type Scope } from "./draw.js";
import { integerRange } from "./range.js";

/** What a Length allows. */
export interface Sizes {
  readonly min: number;
  readonly max: number;
  /** An allowed size as near to `natural` as may be. */
  fit(scope: Scope | undefined, natural: number): number;
  /** Whether there may be nothing. */
  readonly nullable: boolean;
}

/** Long enough to cross the widths of prefixes of one byte, short enough to draw many. */
const LONGEST = 300;

/** Whether a schema that stands alone encodes a value. */
export function accepts(schema: AnySchema, value: unknown): boolean {
  try {
    compile(schema, { mode: "interpret" }).encode(value);
    return true;
  } catch {
    return false;
  }
}

/** The lengths that a prefix can carry. */
function carried(prefix: AnySchema): number[] {
  const range = integerRange(prefix);
  const checked = prefix.kind === "check" || prefix.kind === "map";
  if (range && !checked) {
    const max = range.max < BigInt(LONGEST) ? Number(range.max) : LONGEST;
    const min = range.min > 0n ? Number(range.min) : 0;
    return Array.from({ length: Math.max(0, max - min + 1) }, (_, i) => min + i);
  }
  return Array.from({ length: LONGEST + 1 }, (_, i) => i).filter((n) => accepts(prefix, range?.big ? BigInt(n) : n));
}

export function sizesOf(length: Length): Sizes {
  const free = (max: number): Sizes => ({
    min: 0,
    max,
    fit: (_scope, natural) => Math.min(natural, max),
    nullable: false,
  });
  if (typeof length === "number") return { min: length, max: length, fit: () => length, nullable: false };
  if (isSchema(length)) return prefixSizes(length, undefined);
  const of = length as Ref | Until | Nullable;
  if (of.kind === "nullable") return prefixSizes((of as Nullable).prefix, (of as Nullable).nothing);
  if (of.kind === "field")
    return { min: 0, max: LONGEST, fit: (scope, natural) => agree(scope, of as Ref, natural), nullable: false };
  return free(of.kind === "until" ? Math.min((of as Until).max ?? LONGEST, LONGEST) : LONGEST);
}

function prefixSizes(prefix: AnySchema, nothing: number | undefined): Sizes {
  const sizes = carried(prefix).filter((n) => n !== nothing);
  const last = sizes[sizes.length - 1];
  return {
    min: sizes[0] ?? 0,
    max: last ?? 0,
    nullable: nothing !== undefined,
    fit(_scope, natural) {
      if (last === undefined) throw new Rejected("length");
      if (sizes[natural] === natural) return natural;
      return sizes.findLast((n) => n <= natural) ?? (sizes[0] as number);
    },
  };
}

/** As many items as asked for, by leaving some out or repeating them. */
export function resized<T>(items: readonly T[], n: number): T[] {
  if (items.length === 0 && n > 0) throw new Rejected("nothing to repeat");
  return Array.from({ length: n }, (_, i) => items[i % items.length] as T);
}
