// Many of the same schema.

import { SchemaError, show } from "../errors.js";
import { checkLength, type Length, lengthFacts, type Until, withPrefix } from "../length.js";
import { countedArray, untilArray } from "../ops/array.js";
import { countOf } from "../ops/count.js";
import { part } from "../ops/part.js";
import { type TypedArrayConstructor, typed } from "../ops/typed.js";
import type { Context, Op } from "../plan.js";
import { latin1 } from "../runtime/text.js";
import {
  type AnySchema,
  type DerivedOf,
  type Infer,
  type Input,
  isSchema,
  type LengthNull,
  type LengthRefs,
  node,
  type RefsOf,
  type Schema,
} from "../schema.js";
import { delimitersOf } from "./bytes.js";
import { map } from "./map.js";

export interface ArraySchema<S extends AnySchema, L>
  extends Schema<
    Infer<S>[] | LengthNull<L>,
    readonly Input<S>[] | LengthNull<L>,
    RefsOf<S> | LengthRefs<L>,
    (L extends number ? DerivedOf<S> : never) | LengthRefs<L>
  > {
  readonly kind: "array";
  readonly item: S;
  readonly length: Length;
}

/**
 * Elements by a {@link Length} that counts them: a number, a prefix, a reference, up to a delimiter or a last element, or
 * the rest. For a length in bytes: `sized(length, array(item, rest))`.
 *
 * @example
 * array(u16, u8)   array(Point, field("count"))   array(Label, until((label) => label === ""))
 */
export function array<S extends AnySchema, const L extends Length>(
  item: S,
  length: L | Until<Infer<S>>,
): ArraySchema<S, L> {
  if (!isSchema(item)) throw new SchemaError("argument", `array takes a schema and a length; got ${show(item)}`);
  checkLength(length, "array");
  if (item.facts.bits !== undefined && item.facts.bits % 8 !== 0)
    throw new SchemaError(
      "bits",
      `array elements are whole bytes, not ${item.facts.bits} bits; put the bits into a struct`,
    );
  if (item.facts.greedy) throw new SchemaError("end", onlyOne);
  if ((length as { kind?: string }).kind === "rest" && item.facts.max === 0)
    throw new SchemaError("end", "elements without bytes never reach the end; give their number");
  const facts = lengthFacts(length, item.facts, item.facts.uses);
  return node(
    "array",
    facts,
    { item, length },
    (_schema: never, context: never) => lowerArray(item, length, facts, context),
    (change) => array<AnySchema, Length>(change(item), withPrefix(length, change)) as never,
  );
}

const onlyOne = "an element takes everything up to the end, so that there can be no second; give it a length";

function lowerArray(item: AnySchema, length: Length, bounds: { min: number; max: number }, context: Context): Op {
  const count = countOf(context, length);
  const lowered = context.lower(item, { element: true });
  const op = item.facts.uses.length === 0 ? part(lowered) : lowered;
  if (op.greedy) throw new SchemaError("end", onlyOne);
  if (count.mode === "rest") return untilArray({ kind: "until", delimiters: [], orEnd: true }, [], op, bounds);
  if (count.mode === "until") return untilArray(length as Until, delimitersOf(length as Until, latin1), op, bounds);
  return countedArray(count, op, bounds);
}

/** The typed array of each format. */
export interface TypedArrays {
  u8: Uint8Array;
  i8: Int8Array;
  u16: Uint16Array;
  i16: Int16Array;
  u32: Uint32Array;
  i32: Int32Array;
  u64: BigUint64Array;
  i64: BigInt64Array;
  f32: Float32Array;
  f64: Float64Array;
}
type TypedKind = keyof TypedArrays | `${keyof TypedArrays}le`;
type TypedArrayOf<K extends TypedKind> = TypedArrays[K extends `${infer Name extends keyof TypedArrays}le`
  ? Name
  : K & keyof TypedArrays];

const constructors = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  u64: BigUint64Array,
  i64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
};

export interface TypedArraySchema<T, L> extends Schema<T, T, LengthRefs<L>, LengthRefs<L>> {
  readonly kind: "typedArray";
  readonly item: AnySchema;
  readonly length: Length;
}

/**
 * Numbers of one format as a typed array, copied at once: twice as fast as an array of numbers, and compact. Takes 8, 16,
 * 32 and 64 bits, and f32 and f64, in both byte orders. The length counts numbers.
 *
 * @example
 * typedArray(u16, u32)   // a Uint16Array, whose length stands in front in four bytes
 */
export function typedArray<const K extends TypedKind, const L extends Length>(
  item: AnySchema & { readonly kind: K },
  length: L,
): TypedArraySchema<TypedArrayOf<K>, L> {
  const name = item?.kind?.replace(/le$/, "") as keyof TypedArrays;
  if (!isSchema(item) || !Object.hasOwn(constructors, name))
    throw new SchemaError(
      "argument",
      `typedArray takes ${Object.keys(constructors).join(", ")} or their le forms; got ${show(item?.kind ?? item)}`,
    );
  checkLength(length, "typedArray");
  const { kind } = length as { kind?: string };
  if (kind === "until" || kind === "nullable")
    throw new SchemaError("argument", "typedArray takes a number, a prefix, a reference or rest as its length");
  const facts = lengthFacts(length, item.facts);
  return node(
    "typedArray",
    facts,
    { item, length },
    (_schema: never, context: never) =>
      typed(
        countOf(context, length),
        constructors[name] as unknown as TypedArrayConstructor,
        item.kind.endsWith("le"),
        facts,
      ),
    (change) => {
      const counted = withPrefix(length, change);
      const other = change(item);
      return (
        other === item ? typedArray(item as never, counted) : copied(other, counted, constructors[name] as never)
      ) as never;
    },
  );
}

/** A typed array of which each number is written for itself. */
function copied(item: AnySchema, length: Length, make: Uint8ArrayConstructor): AnySchema {
  return map(array(item, length as number), {
    decode(values: readonly number[]) {
      const numbers = make.from(values);
      const wrong = values.findIndex((value, i) => value !== numbers[i]);
      if (wrong >= 0) throw new RangeError(`needs numbers of ${make.name}; got ${show(values[wrong])}`);
      return numbers;
    },
    encode(value: unknown) {
      if (value instanceof make) return Array.from<unknown>(value);
      throw new TypeError(`needs a ${make.name}; got ${show(value)}`);
    },
  });
}
