// Fields that follow from the bytes of others: checksums, and lengths of several fields.

import { SchemaError, show } from "../errors.js";
import { labelOf } from "../length.js";
import { derivedFrom } from "../ops/derived.js";
import { bare, own } from "../own.js";
import { type Context, isLeaf, lowerNumber, type Op } from "../plan.js";
import type { Checksum } from "../runtime/checksum.js";
import { type AnySchema, type Infer, isSchema, node, type Schema } from "../schema.js";
import { alone, checkFits } from "./constant.js";
import type { Covering } from "./struct.js";

/** The fields that are covered, from the first to the last, both included. Without `to`, all up to the end of the struct. */
export interface FieldRange<From extends string = string, To extends string = string> {
  readonly from: From;
  readonly to?: To;
}

/** The names in a range; no name stands for the end of the struct. */
type FromOf<R extends FieldRange> = R["from"];
type ToOf<R extends FieldRange> = R extends { readonly to: infer To extends string } ? To : never;

export interface CoveringSchema<S extends AnySchema, From extends string, To extends string>
  extends Schema<Infer<S>, Infer<S> | undefined, From | To>,
    Covering {
  readonly schema: S;
  readonly range: FieldRange<From, To>;
}

export interface ChecksumSchema<S extends AnySchema, From extends string, To extends string>
  extends CoveringSchema<S, From, To> {
  readonly algorithm: Checksum;
}

function checkRange(schema: AnySchema, range: FieldRange, what: string): void {
  if (!isSchema(schema)) throw new SchemaError("argument", `${what} takes an integer schema; got ${show(schema)}`);
  if (typeof range?.from !== "string" || !["string", "undefined"].includes(typeof own(range).to))
    throw new SchemaError("argument", `${what} covers { from: "field", to: "field" }; got ${show(range)}`);
}

/** What a range says of itself in a struct. */
function covering(range: FieldRange, bounds: boolean): Covering {
  const { from, to } = own(range);
  return {
    range: Object.freeze(bare({ from, ...(to !== undefined && { to }) })),
    "~bounds"(keys, at) {
      const first = keys.indexOf(from);
      const last = to === undefined ? keys.length - 1 : keys.indexOf(to);
      const own = [keys[at] as string];
      if (first < 0 || last < 0)
        throw new SchemaError(
          "reference",
          `its range names "${first < 0 ? from : to}", which is not a field of this struct`,
          own,
        );
      if (first > last)
        throw new SchemaError("reference", `its range ends before it starts ("${from}" to "${keys[last]}")`, own);
      return bounds && last > at ? keys[last] : undefined;
    },
  };
}

/** The last key of the struct that is being lowered, where the range does not say one. */
const lastKey = (context: Context, range: FieldRange): string =>
  own(range).to ?? (context.scope?.keys[context.scope.keys.length - 1] as string);

/**
 * A checksum over a range of fields of the same struct. It is checked on decode and filled in on encode. Where the range
 * includes the checksum itself, its own bytes count as zeroes.
 *
 * @example
 * struct({ kind: u8, body: bytes(u16), crc: checksum(u32, crc32, { from: "kind", to: "body" }) })
 */
export function checksum<S extends AnySchema, const R extends FieldRange>(
  schema: S,
  algorithm: Checksum,
  range: R,
): ChecksumSchema<S, FromOf<R>, ToOf<R>> {
  checkRange(schema, range, "checksum");
  if (typeof algorithm?.update !== "function")
    throw new SchemaError("argument", `checksum takes an algorithm such as crc32; got ${show(algorithm)}`);
  const { numeric } = alone(schema);
  const largest = 2n ** BigInt(algorithm.width) - 1n;
  if (numeric) checkFits(schema, numeric === "bigint" ? largest : Number(largest), `the largest ${algorithm.name}`);
  return node(
    "checksum",
    schema.facts,
    { label: algorithm.name, schema, algorithm, ...covering(range, false) },
    (_schema: never, context: never) => {
      const op = inStruct(context, schema, "checksum");
      if (!isLeaf(op)) throw new SchemaError("argument", `a checksum needs a field of fixed size, not ${schema.kind}`);
      return {
        ...op,
        derived: derivedFrom(range.from, lastKey(context, range), { algorithm, big: op.numeric === "bigint" }),
      };
    },
    (change) => checksum(change(schema), algorithm, range) as never,
  );
}

function inStruct(context: Context, schema: AnySchema, what: string): Op {
  if (!context.scope) throw new SchemaError("reference", `${what} covers fields of a struct, but stands in none`);
  if (context.bits) {
    const op = context.lower(schema, { bits: context.bits });
    if (op.numeric === undefined)
      throw new SchemaError("argument", `${what} must be a whole number, not ${schema.kind}`);
    return op;
  }
  return lowerNumber(context, schema, what);
}

/**
 * The length in bytes of a range of fields of the same struct. Decoding reads the range in a window of that size;
 * encoding fills the length in.
 *
 * @example
 * struct({ length: lengthOf(u16, { from: "topic" }), topic: string(u8), payload: bytes(rest) })
 */
export function lengthOf<S extends AnySchema, const R extends FieldRange>(
  schema: S,
  range: R,
): CoveringSchema<S, FromOf<R>, ToOf<R>> {
  checkRange(schema, range, "lengthOf");
  return node(
    "lengthOf",
    schema.facts,
    { label: labelOf(schema), schema, ...covering(range, true) },
    (_schema: never, context: never) => {
      const op = inStruct(context, schema, "lengthOf");
      if (!isLeaf(op) && !op.width)
        throw new SchemaError(
          "argument",
          `lengthOf cannot be ${schema.kind}, because the width of its values is not known`,
        );
      return { ...op, derived: derivedFrom(range.from, lastKey(context, range)) };
    },
    (change) => lengthOf(change(schema), range) as never,
  );
}
