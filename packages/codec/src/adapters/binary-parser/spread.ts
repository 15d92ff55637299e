import { type AnySchema, map } from "../../index.js";

/** The fields of some fields beside the others, as binary-parser leaves them. */
export function spread(whole: AnySchema, parts: readonly string[]): AnySchema {
  return map(whole, {
    decode(value: Record<string, unknown>) {
      const result: Record<string, unknown> = {};
      for (const key of Object.keys(value))
        if (parts.includes(key)) Object.assign(result, value[key]);
        else result[key] = value[key];
      return result;
    },
    encode: (value: object) => ({ ...value, ...Object.fromEntries(parts.map((key) => [key, value])) }),
  });
}
