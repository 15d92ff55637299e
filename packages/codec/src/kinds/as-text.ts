// One definition in two wire forms: its integers in binary, or as ASCII digits.

import { SchemaError, show } from "../errors.js";
import { until } from "../length.js";
import { numbersOf, type WholeNumbers } from "../numbers.js";
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
import type { SizedSchema } from "./sized.js";
import { lazy } from "./when.js";

/** What is known of an integer that is to be written as text. */
export interface IntegerFacts {
  readonly signed: boolean;
  /** Whether its values are bigints. */
  readonly big: boolean;
  /** The least and the largest of them, bigints where they are. */
  readonly min: number | bigint;
  readonly max: number | bigint;
}

const spaced = ({ signed, big, min, max }: IntegerFacts): AnySchema =>
  decimal(until(" "), { sign: signed ? "minus" : "none", big, min, max });

type Change = (of: AnySchema) => AnySchema;

/** What 0 and 1 stand for, as strict as a bit. */
const zeroOrOne = {
  decode(n: unknown): boolean {
    if (n === 0 || n === 1) return n === 1;
    throw new RangeError(`needs 0 or 1; got ${show(n)}`);
  },
  encode(value: unknown): number {
    if (typeof value === "boolean") return value ? 1 : 0;
    throw new TypeError(`needs a boolean; got ${show(value)}`);
  },
};

/** A window of so many bytes around what may take more or fewer as text: the window of what always fills it can go. */
function unwindowed({ length, content, skip }: SizedSchema<AnySchema, number>, change: Change): AnySchema | undefined {
  if (typeof length !== "number" || !content) return undefined;
  const other = change(content);
  if (other === content) return undefined;
  if (content.facts.min === content.facts.max && !skip) return other;
  throw new SchemaError(
    "argument",
    `asText cannot keep a window of ${length} bytes around numbers, because text takes another size; give it a prefix`,
  );
}

/**
 * The same schema with every integer (lengths, counts, tags, bit fields, booleans and the numbers of typed arrays too) as
 * ASCII digits: by default decimal up to a space, or as `digits` says. Values do not change, nor which there are, so that
 * the two sizes can be compared. Checksums become hexadecimal digits of a fixed width; floats, text and bytes stay. A
 * window of so many bytes goes away around numbers that always fill it, and is refused around others.
 *
 * @example
 * compile(asText(struct({ id: u64, count: u16 }))).encode({ id: 7n, count: 1 })   // "7 1 "
 */
export function asText<S extends AnySchema>(
  schema: S,
  digits: (facts: IntegerFacts) => AnySchema = spaced,
): Schema<Infer<S>, Input<S>, RefsOf<S>, DerivedOf<S>> & Pick<S, "kind"> {
  if (!isSchema(schema)) throw new SchemaError("argument", `asText takes a schema; got ${show(schema)}`);
  // What is met again, by recursion for example, is the same again.
  const known = new Map<AnySchema, AnySchema>();
  const change = (of: AnySchema): AnySchema => {
    const text = known.get(of) ?? changed(of, change, digits);
    known.set(of, text);
    return text;
  };
  return change(schema) as unknown as Schema<Infer<S>, Input<S>>;
}

function changed(of: AnySchema, change: Change, digits: (facts: IntegerFacts) => AnySchema): AnySchema {
  const { get, algorithm, schema: inner } = of as { get?: () => AnySchema; algorithm?: unknown; schema?: AnySchema };
  if (algorithm !== undefined && inner?.facts.integer) {
    const { big } = inner.facts.integer;
    return of["~with"]?.(() => hexadecimal(2 * Math.ceil(inner.facts.max), { big })) ?? of;
  }
  if (get) return lazy(() => change(get()));
  const { integer } = of.facts;
  const windowed = unwindowed(of as never, change);
  if (windowed) return windowed;
  if (of["~with"]) {
    let same = true;
    const text = of["~with"]((part) => {
      const other = change(part);
      same &&= other === part;
      return other;
    });
    return same ? of : text;
  }
  if (!integer) return of;
  const { signed, big, boolean } = integer;
  const { min, max } = boolean ? { min: 0n, max: 1n } : (numbersOf(of) as WholeNumbers);
  const text = digits(big ? { signed, big, min, max } : { signed, big, min: Number(min), max: Number(max) });
  return boolean ? map(text, zeroOrOne) : text;
}
