// What zod knows about a value, asked in both directions: decoding runs the zod schema forwards, encoding backwards.

import * as z from "zod/v4/core";
import { type AnySchema, type Infer, type Input, type Key, type MapSchema, map, SchemaError } from "../../index.js";

export interface RefinedSchema<S extends AnySchema, Z extends z.$ZodType>
  extends MapSchema<z.output<Z>, z.output<Z>, S> {}

/** What zod found, with the path to it. */
class Refusal extends Error {
  readonly keys: readonly Key[];

  constructor({ issues }: z.$ZodError) {
    const [first] = issues;
    super(first?.message ?? "refused");
    this.keys = (first?.path ?? []).filter((key) => typeof key !== "symbol");
    this.cause = issues;
  }
}

function value<T>(result: z.util.SafeParseResult<T>): T {
  if (result.success) return result.data;
  throw new Refusal(result.error);
}

/** What can only be run forwards, as a path in the zod schema; undefined where there is nothing of the kind. */
function oneWay(schema: z.$ZodType, path: string, seen: Set<unknown>): string | undefined {
  const def = schema._zod.def as unknown as { readonly type: string } & Readonly<Record<string, unknown>>;
  if (def.type === "transform" || def.type === "catch") return `${path === "" ? "it" : path} has a ${def.type}`;
  if (seen.has(schema) || def.type === "lazy") return undefined;
  seen.add(schema);
  const parts = Object.entries(def).flatMap(([name, part]): [string, unknown][] => {
    if (name === "shape") return Object.entries(part as object).map(([key, of]) => [`${path}.${key}`, of]);
    return Array.isArray(part) ? part.map((of: unknown) => [path, of]) : [[path, part]];
  });
  for (const [at, part] of parts) {
    if (typeof part !== "object" || part === null || !("_zod" in part) || !("run" in (part._zod as object))) continue;
    const found = oneWay(part as z.$ZodType, at.replace(/^\./, ""), seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * A schema whose values zod checks or changes: a check, a brand, a rule across fields, or a codec such as dates. It runs in
 * both directions, and what it refuses is a DecodeError or EncodeError with code "rejected", with zod's path behind ours.
 *
 * @example
 * const Timestamp = refined(u32, z.codec(z.int(), z.date(), {
 *   decode: (seconds) => new Date(seconds * 1000),
 *   encode: (date) => date.getTime() / 1000,
 * }))
 */
export function refined<S extends AnySchema, Z extends z.$ZodType<unknown, Input<S>>>(
  schema: S,
  zod: Z,
): RefinedSchema<S, Z> {
  if (typeof zod !== "object" || zod === null || !("_zod" in zod))
    throw new SchemaError("argument", "refined takes a schema and a schema of zod 4");
  const found = oneWay(zod, "", new Set());
  if (found !== undefined)
    throw new SchemaError(
      "inverse",
      `a refinement runs in both directions, but ${found}, which only runs forwards; use z.codec`,
    );
  return map<S, z.output<Z>>(schema, {
    decode: (decoded: Infer<S>) => value(z.safeDecode(zod, decoded as z.input<Z>)),
    encode: (given) => value(z.safeEncode(zod, given)) as Input<S>,
  });
}
