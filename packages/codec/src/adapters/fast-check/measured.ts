// Lengths of several fields that something asks before it can be known how long those are, so that they must be given:
// guessed, measured on the bytes that follow from the guess, and guessed again until both are the same. Encode has the
// last word, as over every value.

import { type AnySchema, type Codec, compile, type FieldRange, struct } from "../../index.js";
import type { Fields } from "../../schema.js";
import { Rejected } from "./draw.js";
import { integerRange } from "./range.js";

type Entries = readonly (readonly [string, AnySchema])[];
type Values = Record<string, unknown>;

/** After so many guesses there is none that is right: what is there at one length takes another. */
const GUESSES = 8;

/** The length of several fields. */
export interface LengthSchema extends AnySchema {
  readonly schema: AnySchema;
  readonly range: FieldRange;
}

/** The length of several fields that a schema is, as itself or checked. */
export function lengthIn(schema: AnySchema): LengthSchema | undefined {
  if (schema.kind === "lengthOf") return schema as LengthSchema;
  return schema.kind === "check" ? lengthIn((schema as LengthSchema).schema) : undefined;
}

/** A function that tells how long the fields are that some lengths cover. Throws where that hangs on what stands around. */
function ruler(entries: Entries, asked: ReadonlyMap<string, LengthSchema>): (values: Values) => Values {
  const keys = entries.map(([key]) => key);
  // Plain numbers in their place may say anything.
  const fields = entries.map(([key, schema]) => [key, asked.get(key)?.schema ?? schema]);
  const schema = struct(Object.fromEntries(fields) as Fields) as AnySchema;
  const codec = compile(schema, { mode: "interpret" }) as Codec<unknown, unknown>;
  return (values) => {
    const { children } = codec.inspect(codec.encode(values));
    const lengths = [...asked].map(
      ([
        key,
        {
          schema,
          range: { from, to },
        },
      ]) => {
        const covered = keys.slice(keys.indexOf(from), to === undefined ? keys.length : keys.indexOf(to) + 1);
        const nodes = children.filter((node) => covered.includes(node.key as string));
        const [start, end] = [Math.min(...nodes.map((n) => n.start)), Math.max(...nodes.map((n) => n.end))];
        const length = nodes.length === 0 ? 0 : end - start;
        return [key, integerRange(schema)?.big ? BigInt(length) : length];
      },
    );
    return Object.fromEntries(lengths);
  };
}

/** Makes values from guessed lengths, again and again until the lengths are right. */
export function measured(
  entries: Entries,
  asked: ReadonlyMap<string, LengthSchema>,
): (make: (lengths: Values) => Values, guess: Values) => Values {
  let measure: ((values: Values) => Values) | undefined;
  return (make, guess) => {
    let lengths = guess;
    for (let i = 0; i < GUESSES; i++) {
      const values = make(lengths);
      let found: Values;
      try {
        measure ??= ruler(entries, asked);
        found = measure(values);
      } catch {
        return values;
      }
      if (Object.keys(found).every((key) => found[key] === lengths[key])) return values;
      lengths = found;
    }
    throw new Rejected("lengths");
  };
}
