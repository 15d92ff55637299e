// What is there only sometimes, only by name, or only elsewhere: conditions, recursion, offsets, and the way out.

import { SchemaError, show } from "../errors.js";
import { labelOf } from "../length.js";
import { at as atOp } from "../ops/at.js";
import { bindCondition, countOf } from "../ops/count.js";
import { type CustomFunctions, custom as customOp } from "../ops/custom.js";
import { lazy as lazyOp } from "../ops/lazy.js";
import { when as whenOp } from "../ops/when.js";
import { own } from "../own.js";
import type { Context, Op } from "../plan.js";
import { asCondition, type Condition, type Ref, usesOf } from "../reference.js";
import {
  type AnySchema,
  type DerivedOf,
  facts,
  type Infer,
  type Input,
  isSchema,
  node,
  type RefsOf,
  type Schema,
} from "../schema.js";

export interface WhenSchema<P extends string, S extends AnySchema>
  extends Schema<Infer<S> extends void ? Infer<S> : Infer<S> | undefined, Input<S> | undefined, P | RefsOf<S>> {
  readonly condition: Condition<P>;
  readonly schema: S;
}

/**
 * A field that is there only if earlier fields say so. It is absent from the value otherwise.
 *
 * @example
 * struct({ qos: bits(2), rest: reserved(bits(6)), packetId: when(field("qos").atLeast(1), u16) })
 */
export function when<const P extends string, S extends AnySchema>(
  condition: Condition<P> | Ref<P>,
  schema: S,
): WhenSchema<P, S> {
  const asked = asCondition(condition);
  if (!isSchema(schema)) throw new SchemaError("argument", `when takes a condition and a schema; got ${show(schema)}`);
  if (schema.facts.bits !== undefined && schema.facts.bits % 8 !== 0)
    throw new SchemaError(
      "bits",
      "a condition cannot stand on a bit field, because the bits beside it would move; put whole bytes under it",
    );
  return node(
    "when",
    facts(0, schema.facts.max, {
      greedy: schema.facts.greedy,
      endless: schema.facts.endless,
      uses: [...usesOf(asked), ...schema.facts.uses],
    }),
    { label: labelOf(schema), condition: asked, schema },
    (_schema: never, context: never) => whenOp(bindCondition(context, asked), (context as Context).lower(schema)),
    (change) => when(condition, change(schema)) as never,
  );
}

export interface LazySchema<S extends AnySchema> extends Schema<Infer<S>, Input<S>> {
  readonly kind: "lazy";
  readonly get: () => S;
}

/**
 * A schema that is asked for when it is first compiled, so that it can contain itself. It cannot refer to fields around it.
 *
 * @example
 * type Tree = { value: number; children: Tree[] };
 * const Tree: Schema<Tree> = struct({ value: u8, children: array(lazy(() => Tree), u8) });
 */
export function lazy<S extends AnySchema>(get: () => S): LazySchema<S> {
  if (typeof get !== "function")
    throw new SchemaError("argument", `lazy takes a function that returns a schema; got ${show(get)}`);
  return node("lazy", facts(0, Number.POSITIVE_INFINITY), { get }, (_schema: never, context: never) =>
    lowerLazy(get, context),
  );
}

/** So many recursive schemas, each met while the one before is lowered, can only be the same made again and again. */
const NESTED = 128;

function lowerLazy(get: () => AnySchema, context: Context): Op {
  const schema = get();
  if (!isSchema(schema))
    throw new SchemaError("recursion", `lazy's function must return a schema; got ${show(schema)}`);
  if (schema.kind === "lazy")
    throw new SchemaError("recursion", "lazy's function returns another lazy schema; return what it stands for");
  let known = context.recursive.get(schema);
  if (!known) {
    if (schema.facts.uses.length > 0)
      throw new SchemaError(
        "reference",
        `a recursive schema cannot refer to "${schema.facts.uses[0]?.path}" outside of itself`,
      );
    const within = [...context.recursive.values()].filter(({ op }) => op === undefined).length / 2;
    if (context.recursive.has(get) || within > NESTED)
      throw new SchemaError(
        "recursion",
        "lazy's function returns another schema on each call; make the schema once and return that",
      );
    known = { op: undefined };
    context.recursive.set(schema, known).set(get, known);
    known.op = context.lower(schema, { scope: undefined, recursive: true, little: false });
    context.recursive.delete(get);
  }
  const target = known;
  return lazyOp(() => target.op as Op, schema.facts.min, schema.facts.greedy || target.op?.greedy === true);
}

export interface AtSchema<S extends AnySchema, O>
  extends Schema<
    Infer<S>,
    Input<S>,
    RefsOf<S> | (O extends Ref<infer P> ? P : never),
    DerivedOf<S> | (O extends Ref<infer P> ? P : never)
  > {
  readonly offset: O;
  readonly schema: S;
}

/**
 * Something at an offset in bytes from the start of the message, after which reading goes on where it was. Encode puts it
 * behind everything else and fills the offset in; a given offset must lie there too.
 *
 * @example
 * struct({ nameAt: u32, name: at(field("nameAt"), string(u8)) })
 */
export function at<const O extends number | Ref, S extends AnySchema>(offset: O, schema: S): AtSchema<S, O> {
  const ref = typeof offset === "number" ? undefined : (offset as Ref);
  if (ref ? ref.kind !== "field" : !Number.isSafeInteger(offset) || (offset as number) < 0)
    throw new SchemaError("argument", `at takes an offset of at least 0 or field("…"); got ${show(offset)}`);
  if (!isSchema(schema)) throw new SchemaError("argument", `at takes an offset and a schema; got ${show(schema)}`);
  return node(
    "at",
    // Where it lies is counted by nobody else; on the way in it may lie in bytes of others.
    facts(0, schema.facts.max, {
      uses: [...(ref ? [{ path: ref.path, derives: true }] : []), ...schema.facts.uses],
      greedy: schema.facts.greedy,
      endless: schema.facts.greedy,
    }),
    { label: labelOf(schema), offset, schema },
    (_schema: never, context: never) => {
      const count = countOf(context, offset as number);
      if (count.mode === "ref" && !("get" in count.bound.named.op))
        throw new SchemaError("argument", `at needs an offset field of fixed size, not "${ref?.path}"`);
      return atOp(count, (context as Context).lower(schema, { scope: undefined }));
    },
    (change) => at(offset, change(schema)) as never,
  );
}

export interface CustomOptions<Out, In> {
  /** How people call it. */
  readonly name: string;
  /**
   * Reads the value at the start of `bytes`, which are a view: gives it with its size in bytes, or how many more bytes it
   * needs at the least. `end` says that none will follow. Throw when the bytes are wrong.
   */
  decode(bytes: Uint8Array, end: boolean): { value: Out; size: number } | { needed: number };
  /** The bytes of a value. Throw when it is wrong. */
  encode(value: In): Uint8Array;
  /** The fewest bytes; 0 unless said. */
  readonly min?: number;
  /** The most bytes; no limit unless said. */
  readonly max?: number;
}

export interface CustomSchema<Out, In = Out> extends Schema<Out, In> {
  readonly kind: "custom";
}

/** The way out, for what nothing else describes: two functions between bytes and values. */
export function custom<Out, In = Out>(options: CustomOptions<Out, In>): CustomSchema<Out, In> {
  const { name, decode, encode, min = 0, max = Number.POSITIVE_INFINITY } = own(options ?? {});
  if (typeof name !== "string" || typeof decode !== "function" || typeof encode !== "function")
    throw new SchemaError("argument", "custom takes a name and two functions, decode and encode");
  if (!Number.isSafeInteger(min) || min < 0 || !(max >= min))
    throw new SchemaError("argument", `custom's min and max are sizes in order; got ${show(min)} and ${show(max)}`);
  const functions = { decode, encode, min, max } as unknown as CustomFunctions;
  return node("custom", facts(min, max), { label: name, functions: Object.freeze(functions) }, () =>
    customOp(functions),
  );
}
