// One definition in two wire forms: its integers in binary, or as ASCII digits.

import { SchemaError, show } from "../errors.js";
import { until } from "../length.js";
import {
  type AnySchema,
  type DerivedOf,
  type Infer,
  type Input,
  isSchema,
  type RefsOf,
  type Schema,
} from "../schema.js";
import { decimal, hexadecimal } from "./digits.js";
import { map } from "./map.js";
import { lazy } from "./when.js";

/** What is known of an integer that is to be written as text. */
export interface IntegerFacts {
  readonly signed: boolean;
  /** Whether its values are bigints. */
  readonly big: boolean;
}

const spaced = ({ signed, big }: IntegerFacts): AnySchema =>
  big
    ? decimal(until(" "), { sign: signed ? "minus" : "none", big: true })
    : decimal(until(" "), { sign: signed ? "minus" : "none" });

/**
 * The same schema with every integer (lengths, counts, tags and bit fields too) as ASCII digits: by default decimal up to
 * a space, or as `digits` says. Values do not change, so that the two sizes can be compared. Checksums become
 * hexadecimal digits of a fixed width; floats, text and bytes stay.
 *
 * @example
 * compile(asText(struct({ id: u64, count: u16 }))).encode({ id: 7n, count: 1 })   // "7 1 "
 */
export function asText<S extends AnySchema>(
  schema: S,
  digits: (facts: IntegerFacts) => AnySchema = spaced,
): Schema<Infer<S>, Input<S>, RefsOf<S>, DerivedOf<S>> & Pick<S, "kind"> {
  if (!isSchema(schema)) throw new SchemaError("argument", `asText takes a schema; got ${show(schema)}`);
  const recursive = new Map<unknown, AnySchema>();
  const change = (of: AnySchema): AnySchema => {
    const { get, algorithm, schema: inner } = of as { get?: () => AnySchema; algorithm?: unknown; schema?: AnySchema };
    if (algorithm !== undefined && inner) {
      return of["~with"]?.(() => hexadecimal(2 * Math.ceil(inner.facts.max))) ?? of;
    }
    if (get) {
      const known = recursive.get(get) ?? lazy(() => change(get()));
      recursive.set(get, known);
      return known;
    }
    if (of["~with"]) return of["~with"](change);
    const { integer } = of.facts;
    if (!integer) return of;
    if (!integer.boolean) return digits(integer);
    return map(digits(integer), { decode: (n) => n === 1, encode: (value: boolean) => (value ? 1 : 0) });
  };
  return change(schema) as unknown as Schema<Infer<S>, Input<S>>;
}
