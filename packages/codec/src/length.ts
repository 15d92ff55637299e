// Law: one idea of length, learnt once. Bytes, strings, arrays and windows all end by a number, a prefix, a reference,
// a delimiter, or the end of what surrounds them.

import { SchemaError, show } from "./errors.js";
import { bare, own } from "./own.js";
import { operators, type Ref } from "./reference.js";
import { type AnySchema, type Facts, isSchema, type Schema, type Use } from "./schema.js";

/** Ends at a delimiter, or at the element (a `T`) that satisfies a predicate. */
export interface Until<in T = unknown> {
  readonly kind: "until";
  /** Any of these ends it; encode writes the first. Text takes the encoding of what it ends. */
  readonly delimiters: readonly (string | Uint8Array)[];
  /** For arrays: true for the last element, which belongs to the value. */
  readonly last?: ((item: T, index: number) => boolean) | undefined;
  /** Most bytes before the delimiter. */
  readonly max?: number | undefined;
  /** Whether the end of the surroundings will do too. */
  readonly orEnd?: boolean | undefined;
}

/** Everything up to the end of the window, or of the connection. */
export interface Rest {
  readonly kind: "rest";
}

/** A prefix with a value that means "there is nothing", which decodes as null. */
export interface Nullable {
  readonly kind: "nullable";
  readonly prefix: AnySchema;
  readonly nothing: number;
}

// biome-ignore lint/suspicious/noExplicitAny: a prefix may be a number or a bigint, with any reference
export type Prefix = Schema<any, any, any, any>;

/** How long something is: a number, an integer schema in front, a reference, a delimiter, or the rest. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the elements are
export type Length = number | Prefix | Ref | Until<any> | Rest | Nullable;

/** Takes everything up to the end of the surrounding window, message or connection. */
export const rest: Rest = Object.freeze({ kind: "rest" });

const startsWith = (whole: string | Uint8Array, start: string | Uint8Array): boolean =>
  typeof whole === typeof start && [...start].every((unit, i) => unit === whole[i]);

/**
 * Ends at a delimiter (any bytes or text, or one of several), which is not part of the value; or, for an array, at the
 * element for which the function answers true, which is its last.
 *
 * @example
 * string(until("\r\n", { max: 512 }))
 */
export function until<T = unknown>(
  end: string | Uint8Array | readonly (string | Uint8Array)[] | ((item: T, index: number) => boolean),
  given: { max?: number; orEnd?: boolean } = {},
): Until<T> {
  const options = own(given);
  if (options.max !== undefined && !(Number.isSafeInteger(options.max) && options.max >= 0)) {
    throw new SchemaError("argument", `until's max is a number of bytes, at least 0; got ${show(options.max)}`);
  }
  if (typeof end === "function")
    return Object.freeze(bare({ kind: "until" as const, delimiters: [], last: end, ...options }));
  const delimiters = Array.isArray(end) ? [...(end as (string | Uint8Array)[])] : [end as string | Uint8Array];
  if (
    delimiters.length === 0 ||
    delimiters.some((d) => !(typeof d === "string" || d instanceof Uint8Array) || d.length === 0)
  ) {
    throw new SchemaError("argument", "until takes a delimiter of at least one byte, or a function for arrays");
  }
  delimiters.forEach((d, i) => {
    if (delimiters.findIndex((other) => String(other) === String(d) && typeof other === typeof d) !== i)
      throw new SchemaError("duplicate", `until names the delimiter ${show(d)} twice`);
    if (i > 0 && startsWith(d, delimiters[0] as string | Uint8Array))
      throw new SchemaError(
        "argument",
        `until writes its first delimiter, ${show(delimiters[0])}; ${show(d)} starts with it and would be read where other bytes follow, so put ${show(d)} first`,
      );
  });
  return Object.freeze(
    bare({
      kind: "until" as const,
      delimiters: Object.freeze(delimiters.map((d) => (typeof d === "string" ? d : d.slice()))),
      ...options,
    }),
  );
}

/**
 * A length prefix that can say "nothing": where it has the value `nothing`, there is null and no content.
 *
 * @example
 * bytes(nullable(i32))   // PostgreSQL, Kafka: -1 is null
 */
export function nullable(prefix: Prefix, nothing = -1): Nullable {
  if (!isSchema(prefix)) throw new SchemaError("argument", `nullable takes an integer schema; got ${show(prefix)}`);
  if (!Number.isSafeInteger(nothing))
    throw new SchemaError("argument", `nullable's value for nothing is a whole number; got ${show(nothing)}`);
  return Object.freeze({ kind: "nullable", prefix, nothing });
}

/** A length with its prefix, if it has one, changed. */
export function withPrefix(length: Length, change: (prefix: AnySchema) => AnySchema): Length {
  if (isSchema(length)) return change(length);
  const { kind } = length as Partial<Nullable>;
  if (kind !== "nullable") return length;
  const { prefix, nothing } = length as Nullable;
  return nullable(change(prefix), nothing);
}

/** Refuses what is not a Length; `what` names the kind that was given it. */
export function checkLength(length: Length, what: string): void {
  if (typeof length === "number") {
    if (!Number.isSafeInteger(length) || length < 0)
      throw new SchemaError(
        "argument",
        `${what} takes a whole number of at least 0 as its length; got ${show(length)}`,
      );
    return;
  }
  if (isSchema(length)) {
    if (length.facts.bits !== undefined && length.facts.bits % 8 !== 0)
      throw new SchemaError(
        "bits",
        `${what} cannot have ${length.facts.bits} bits as its length prefix; make them a field and refer to it`,
      );
    return;
  }
  const kind = (length as { kind?: unknown } | null | undefined)?.kind;
  if (kind !== "field" && kind !== "until" && kind !== "rest" && kind !== "nullable") {
    throw new SchemaError(
      "argument",
      `${what} takes a length: a number, an integer schema, field("…"), until(…), nullable(…) or rest; got ${show(length)}`,
    );
  }
}

/** The references and the size of `length` itself, and of `unit`-sized things (min to max bytes each) that it counts. */
export function lengthFacts(length: Length, unit: { min: number; max: number }, own: readonly Use[] = []): Facts {
  const times = (n: number, size: number): number => (n === 0 || size === 0 ? 0 : n * size);
  const base = { greedy: false, endless: false, uses: own };
  if (typeof length === "number") return { ...base, min: times(length, unit.min), max: times(length, unit.max) };
  const prefix = isSchema(length) ? length : length.kind === "nullable" ? length.prefix : undefined;
  const most = times(Number.POSITIVE_INFINITY, unit.max);
  if (prefix)
    return { ...base, min: prefix.facts.min, max: prefix.facts.max + most, uses: [...own, ...prefix.facts.uses] };
  const other = length as Ref | Until | Rest;
  if (other.kind === "field")
    return { ...base, min: 0, max: most, uses: [...own, { path: other.path, derives: true }] };
  if (other.kind === "rest") return { ...base, min: 0, max: most, greedy: true };
  const delimiter =
    other.delimiters.length === 0 || other.orEnd ? 0 : Math.min(...other.delimiters.map((d) => d.length));
  return {
    ...base,
    min: other.last && !other.orEnd ? unit.min : delimiter,
    max:
      other.max === undefined
        ? Number.POSITIVE_INFINITY
        : other.max + Math.max(0, ...other.delimiters.map((d) => d.length * 4)),
    greedy: other.orEnd === true,
  };
}

/** How a person would write it: `u8`, `field("n")`, `until("\r\n")`. */
export function lengthLabel(length: Length): string {
  if (typeof length === "number") return String(length);
  if (isSchema(length)) return labelOf(length);
  const of = length as Ref | Until | Rest | Nullable;
  if (of.kind === "field") return of.path + of.steps.map(([name, n]) => operators[name] + n).join("");
  if (of.kind === "nullable") return `nullable ${labelOf(of.prefix)}`;
  return of.kind === "rest"
    ? "rest"
    : `until ${of.last ? "last" : of.delimiters.map((d) => (typeof d === "string" ? JSON.stringify(d) : `[${d}]`)).join(" or ")}`;
}

/** How a person would write a schema, in a word or two. */
export function labelOf(schema: AnySchema): string {
  const { label, length } = schema as { label?: string; length?: Length };
  const kind = label ?? schema.kind;
  // A schema that can also be called has the length of a function.
  return length === undefined || typeof schema === "function" ? kind : `${kind}(${lengthLabel(length)})`;
}
