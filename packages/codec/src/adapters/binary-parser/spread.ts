// The fields of some fields beside the others, as binary-parser leaves them.

import { type AnySchema, EncodeError, map } from "../../index.js";
import { bare } from "../../own.js";
import type { Op } from "../../plan.js";
import { STOP } from "../../runtime/reader.js";
import { node } from "../../schema.js";

/** The fields of `parts` beside the others; where one of those is in error, its path is what it is in the value. */
export function spread(whole: AnySchema, parts: readonly string[]): AnySchema {
  const plain = map(whole, {
    decode(value: Record<string, unknown>) {
      const result: Record<string, unknown> = {};
      for (const key of Object.keys(value))
        if (parts.includes(key)) Object.assign(result, value[key]);
        else result[key] = value[key];
      return result;
    },
    encode: (value: object) => ({ ...value, ...Object.fromEntries(parts.map((key) => [key, value])) }),
  });
  const lower = (_schema: never, context: never): Op => {
    const op = plain["~lower"](plain as never, context) as Op;
    return bare({
      ...op,
      decode(m) {
        const value = op.decode(m);
        // The last key that was noted is of this struct, those before it lie inside.
        const { keys } = m;
        if (value === STOP && keys.length > 1 && parts.includes(String(keys.at(-1)))) keys.pop();
        return value;
      },
      encode(w, value) {
        try {
          op.encode(w, value);
        } catch (error) {
          throw beside(error, parts);
        }
      },
    } satisfies Op);
  };
  const { label, schema, functions } = plain as unknown as Record<string, unknown>;
  return node("map", plain.facts, { label, schema, functions }, lower, (change) => spread(change(whole), parts));
}

/** An error without the name that only the schema has. */
function beside(error: unknown, parts: readonly string[]): unknown {
  if (!(error instanceof EncodeError) || error.keys.length < 2 || !parts.includes(String(error.keys[0]))) return error;
  const { code, keys, offset, bit, expected, actual, cause } = error;
  return new EncodeError({ code, keys: keys.slice(1), offset, bit, expected, actual, cause });
}
