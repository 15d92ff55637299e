// Lengths of several fields that something asks before it can be known how long those are, so that they must be given:
// guessed, measured on the bytes that follow from the guess, and guessed again until both are the same. Encode has the
// last word, as over every value.

import { type AnySchema, type Codec, compile, type FieldRange, lengthOf, padding, struct, u64 } from "../../index.js";
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

/** What is put in front is as long as a multiple of this, so that nothing behind is aligned in another way. */
const ALIGNED = 64;

/** A function that tells how long the fields are that some lengths cover. Throws where that hangs on what stands around. */
function ruler(entries: Entries, asked: ReadonlyMap<string, LengthSchema>): (values: Values) => Values {
  const lengths = [...asked];
  const size = 8 * lengths.length;
  // Plain numbers in their place may say anything; others in front of all measure, and end what takes the rest of a range.
  const front = lengths.map(([key, { range }]) => {
    const { from, to = entries.at(-1)?.[0] as string } = range;
    return [`length of ${key}`, lengthOf(u64, { from, to })];
  });
  const fields = entries.map(([key, schema]) => [key, asked.get(key)?.schema ?? schema]);
  const fill = ["filling", padding(ALIGNED * Math.ceil(size / ALIGNED) - size)];
  const schema = struct(Object.fromEntries([...front, fill, ...fields]) as Fields) as AnySchema;
  const codec = compile(schema, { mode: "interpret" }) as Codec<unknown, unknown>;
  return (values) => {
    const bytes = codec.encode(values);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const found = lengths.map(([key, { schema }], i) => {
      const length = view.getBigUint64(8 * i);
      return [key, integerRange(schema)?.big ? length : Number(length)];
    });
    return Object.fromEntries(found);
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
