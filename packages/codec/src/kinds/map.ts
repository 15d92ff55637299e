// The user's own functions between the wire's value and theirs. They must be pure: a failed or cut message is read again.

import { type Key, reason, SchemaError, show } from "../errors.js";
import { labelOf } from "../length.js";
import { traits } from "../ops/leaf.js";
import { type Transform, transformed } from "../ops/transform.js";
import type { Context } from "../plan.js";
import { STOP } from "../runtime/reader.js";
import { property, under } from "../runtime/writer.js";
import {
  type AnySchema,
  type DerivedOf,
  type Infer,
  type Input,
  isSchema,
  node,
  type RefsOf,
  type Schema,
} from "../schema.js";

export interface MapSchema<Out, In, S extends AnySchema> extends Schema<Out, In, RefsOf<S>, DerivedOf<S>> {
  readonly schema: S;
}

/**
 * Another value for the same bytes. What the functions throw becomes a DecodeError or EncodeError with path and offset;
 * where what they throw has `keys`, as those errors have, the path goes on with them.
 *
 * @example
 * map(u32, { decode: (s) => new Date(s * 1000), encode: (d: Date) => d.getTime() / 1000 })
 */
export function map<S extends AnySchema, Out, In = Out>(
  schema: S,
  functions: { decode(value: Infer<S>): Out; encode(value: In): Input<S> },
): MapSchema<Out, In, S> {
  if (!isSchema(schema))
    throw new SchemaError("argument", `map takes a schema and { decode, encode }; got ${show(schema)}`);
  const { decode, encode } = functions ?? {};
  if (typeof decode !== "function" || typeof encode !== "function")
    throw new SchemaError("argument", "map takes two functions, decode and encode");
  return node(
    "map",
    schema.facts,
    { label: labelOf(schema), schema, functions: Object.freeze({ decode, encode }) },
    (_schema: never, context: never) =>
      transformed(
        (context as Context).lower(schema, { bits: (context as Context).bits }),
        mapping(decode as never, encode as never),
      ),
    (change) => map(change(schema) as S, functions) as never,
  );
}

/** Where in the value something thrown says that it is. */
function placeOf(cause: unknown): Key[] {
  const keys = typeof cause === "object" && cause !== null ? property(cause, "keys") : undefined;
  return Array.isArray(keys) ? keys.filter((key) => typeof key === "string" || typeof key === "number") : [];
}

function mapping(decode: (value: unknown) => unknown, encode: (value: unknown) => unknown): Transform {
  return {
    forward(m, raw, at) {
      try {
        return decode(raw);
      } catch (cause) {
        m.fail("rejected", "bytes that its decode function accepts", reason(cause), at, {
          cause,
          within: placeOf(cause),
        });
        return STOP;
      }
    },
    back(w, value) {
      try {
        return encode(value);
      } catch (cause) {
        const fault: unknown = w.fail("rejected", "a value that its encode function accepts", reason(cause), cause);
        throw placeOf(cause).reduceRight<unknown>((error, key) => under(error, key), fault);
      }
    },
    emitForward: (source, raw) => source.attempt(`${source.constant(decode)}(${raw})`, "mapped"),
    emitBack: (source, value) => source.attempt(`${source.constant(encode)}(${value})`, "mapped"),
    traits: { free: true },
  };
}

/** A schema of numbers or texts, of which a type guard lets some through. */
export interface GuardedSchema<Value, S extends AnySchema>
  extends Schema<Value, Value | Extract<Input<S>, undefined>, RefsOf<S>, DerivedOf<S>> {
  readonly schema: S;
}

/**
 * A condition on the value, in both directions. A type guard narrows the type of numbers and texts.
 *
 * @example
 * check(u16, (port) => port !== 0, "must not be port 0")
 * check(u8, (version): version is 4 | 6 => version === 4 || version === 6, "must be 4 or 6")
 */
export function check<S extends AnySchema, const Value extends Infer<S> & (string | number | bigint | boolean)>(
  schema: S,
  predicate: (value: Infer<S>) => value is Value,
  message: string,
): GuardedSchema<Value, S>;
export function check<S extends AnySchema>(schema: S, predicate: (value: Infer<S>) => boolean, message: string): S;
export function check<S extends AnySchema>(schema: S, predicate: (value: Infer<S>) => boolean, message: string): S {
  if (!isSchema(schema))
    throw new SchemaError("argument", `check takes a schema, a function and a message; got ${show(schema)}`);
  if (typeof predicate !== "function" || typeof message !== "string")
    throw new SchemaError("argument", "check takes a function and the message for when it says no");
  const test = predicate as (value: unknown) => boolean;
  const passes = (value: unknown): string | undefined => {
    try {
      return test(value) ? undefined : show(value);
    } catch (error) {
      return reason(error);
    }
  };
  return node(
    "check",
    schema.facts,
    { label: labelOf(schema), schema, predicate, message },
    (_schema: never, context: never) => {
      const inner = (context as Context).lower(schema, { bits: (context as Context).bits });
      const op = transformed(inner, {
        traits: {
          ...traits(inner),
          ...(inner.constant && { constant: inner.constant }),
        },
        forward(m, raw, at) {
          const failed = passes(raw);
          if (failed === undefined) return raw;
          m.fail("rejected", message, `got ${failed}`, at);
          return STOP;
        },
        back: (_w, value) => value,
        accept(w, value) {
          const failed = passes(value);
          if (failed !== undefined) throw w.fail("rejected", message, `got ${failed}`);
        },
        emitForward(source, raw) {
          const kept = source.store(raw);
          source.stop(`!${source.attempt(`${source.constant(test)}(${kept})`, "passes")}`);
          return kept;
        },
        emitBack(source, value) {
          source.stop(`!${source.attempt(`${source.constant(test)}(${value})`, "passes")}`);
          return value;
        },
      });
      return op;
    },
    (change) => check(change(schema), predicate as never, message) as never,
  );
}
