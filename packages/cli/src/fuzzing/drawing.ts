// Values are drawn by what a schema says of itself; where its functions refuse all of them, people are told what helps.

import { Failure } from "../failure.js";

/** The failure in place of what drawing values threw; anything else as it is. */
export function undrawn(error: unknown, schema: string): unknown {
  const { name, message } = error as Error;
  if (name !== "SchemaError") return error;
  const why = message.replace(/; (?:give some|say its values) with overrides$/, "");
  return new Failure(
    "schema",
    `${schema} cannot be tried: ${why}`,
    "Its functions refuse what is made up. A test of your own can say what they take: overrides, in @wireform/codec/fast-check.",
    error,
  );
}
