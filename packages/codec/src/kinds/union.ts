// One of several schemas, chosen by a tag in front.

import { inside, SchemaError, show } from "../errors.js";
import { labelOf } from "../length.js";
import { BitRun } from "../ops/bit-run.js";
import { union as unionOp, type Variant } from "../ops/choice.js";
import { leaf } from "../ops/leaf.js";
import { constantly, within } from "../ops/transform.js";
import type { BitPlace, Context, Op } from "../plan.js";
import {
  type AnySchema,
  type DerivedByAll,
  type DerivedOf,
  entriesOf,
  type Fields,
  facts,
  type Infer,
  type Input,
  isSchema,
  node,
  type OuterDerived,
  type OuterRefs,
  type RefsOf,
  type Schema,
  type Simplify,
  type StructIn,
  type StructOut,
  type Unknown,
  type Use,
} from "../schema.js";
import { quote } from "../source.js";
import { checkFits } from "./constant.js";
import type { MapSchema } from "./map.js";
import { type StructSchema, struct } from "./struct.js";

/** Tags that are whole numbers from `from` to `to`. The value then has a field `tag` with the number itself. */
export interface TagRange {
  readonly kind: "range";
  readonly from: number;
  readonly to: number;
}

/**
 * Several whole numbers as the tag of one variant, which then has a field `tag` with the number itself.
 *
 * @example
 * union("type", u8, { small: [range(0x00, 0x7f), struct({})], nil: [0xc0, struct({})] })
 */
export function range(from: number, to: number): TagRange {
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from > to)
    throw new SchemaError("argument", `range takes two whole numbers in order; got ${show(from)} and ${show(to)}`);
  return Object.freeze({ kind: "range", from, to });
}

type Tag = string | number | bigint | boolean;
/** A tag and what follows it. */
export type VariantOf<T = Tag> = readonly [tag: (T & Tag) | TagRange, schema: AnySchema];
export type Variants<T = Tag> = { readonly [name: string]: VariantOf<T> };

type IsStruct = { readonly kind: "struct" };
/** The fields of a variant that is not a struct, besides its name. */
type ValueFields<T, S extends AnySchema> = T extends TagRange ? { tag: Schema<number>; value: S } : { value: S };

/** Of a schema that is only known as `Schema<T>`, nothing but its value is known. */
type Opaque = Schema<Any, Any>;
// biome-ignore lint/suspicious/noExplicitAny: what every schema of anything is compared with
type Any = any;

type VariantOut<T, S extends AnySchema> = AnySchema extends S
  ? { [key: string]: unknown }
  : S extends IsStruct
    ? (T extends TagRange ? { tag: number } : unknown) & Infer<S>
    : Opaque extends S
      ? (T extends TagRange ? { tag: number } : unknown) & { value: Infer<S> }
      : StructOut<ValueFields<T, S>>;
type VariantIn<T, S extends AnySchema> = AnySchema extends S
  ? { readonly [key: string]: unknown }
  : S extends IsStruct
    ? (T extends TagRange ? { readonly tag: number } : unknown) & Input<S>
    : Opaque extends S
      ? (T extends TagRange ? { readonly tag: number } : unknown) & { readonly value: Input<S> }
      : StructIn<ValueFields<T, S>>;

/** The variants themselves; where a value refers to a field that is not beside it, a compile error that names it. */
type CheckedVariants<Name extends string, V extends Variants> = [
  { [K in keyof V]: UnknownBeside<Name, V[K]> }[keyof V],
] extends [never]
  ? V
  : {
      [K in keyof V & string]: [UnknownBeside<Name, V[K]>] extends [never]
        ? V[K]
        : readonly [V[K][0], `there is no field "${UnknownBeside<Name, V[K]>}" beside this value`];
    };
type UnknownBeside<Name extends string, V extends VariantOf> = V[1] extends IsStruct
  ? never
  : Unknown<RefsOf<V[1]>, { readonly [N in Name | (V[0] extends TagRange ? "tag" : never)]: AnySchema }>;

type VariantRefs<S extends AnySchema> = S extends IsStruct ? RefsOf<S> : OuterRefs<{ value: S }>;
type VariantsDerive<V extends Variants> = DerivedByAll<{
  [K in keyof V & string]: Schema<unknown, unknown, never, VariantDerived<V[K][1]>>;
}>;
type VariantDerived<S extends AnySchema> = S extends IsStruct ? DerivedOf<S> : OuterDerived<{ value: S }>;

// Its types are written out here because a name for them would be shown in place of what they are.
export interface UnionSchema<Name extends string, V extends Variants>
  extends Schema<
    { [K in keyof V & string]: Simplify<{ [N in Name]: K } & VariantOut<V[K][0], V[K][1]>> }[keyof V & string],
    { [K in keyof V & string]: Simplify<{ readonly [N in Name]: K } & VariantIn<V[K][0], V[K][1]>> }[keyof V & string],
    { [K in keyof V]: VariantRefs<V[K][1]> }[keyof V],
    VariantsDerive<V>
  > {
  readonly kind: "union";
  readonly tagName: Name;
  readonly tag: AnySchema;
  readonly variants: V;
}

const TAGS: readonly string[] = ["number", "bigint", "string", "boolean"];
const isRange = (tag: VariantOf[0]): tag is TagRange => (tag as TagRange | null | undefined)?.kind === "range";

/** The struct whose fields stand beside the tag: the variant itself, or what it checks. */
function structOf(schema: AnySchema): StructSchema<Fields> | undefined {
  if (schema.kind === "check") return structOf((schema as MapSchema<unknown, unknown, AnySchema>).schema);
  return schema.kind === "struct" ? (schema as StructSchema<Fields>) : undefined;
}

/** The fields of a variant behind the tag: a struct's own, or the value. */
const fieldsOf = (schema: AnySchema): [string, AnySchema][] =>
  Object.entries(structOf(schema)?.fields ?? { value: schema });

/** A variant with other fields in place of its own, checked as it was. */
function over(schema: AnySchema, fields: Fields): AnySchema {
  const inner = structOf(schema);
  if (inner && inner !== schema) return schema["~with"]?.((checked) => over(checked, fields)) as AnySchema;
  return struct(fields as never, inner?.options) as never;
}

/**
 * A tag in front decides what follows. The value has the variant's name under `tagName`, and a struct's fields beside it;
 * what is not a struct stands under `value`.
 *
 * @example
 * union("type", u8, { hello: [1, struct({ name: string(u8) })], bye: [2, struct({})] })
 * // { type: "hello"; name: string } | { type: "bye" }
 */
export function union<const Name extends string, T extends AnySchema, const V extends Variants<Infer<T>>>(
  tagName: Name,
  tag: T,
  variants: CheckedVariants<Name, V>,
): UnionSchema<Name, V> {
  if (!isSchema(tag)) throw new SchemaError("argument", `union takes a schema for its tag; got ${show(tag)}`);
  const list = entriesOf(variants as Variants, "union").map(([name, variant]): [string, VariantOf] => {
    if (!Array.isArray(variant) || variant.length !== 2 || !isSchema(variant[1]))
      throw new SchemaError("argument", "is not [tag, schema]", [name]);
    return [name, Object.freeze([variant[0], variant[1]] as VariantOf)];
  });
  for (const [name, [value]] of list)
    if (!isRange(value) && !TAGS.includes(typeof value))
      throw new SchemaError(
        "argument",
        `has a tag that is ${show(value)}; a tag is a number, text, a boolean or range(from, to)`,
        [name],
      );
  if (list.length === 0) throw new SchemaError("argument", "union needs at least one variant");
  const seen = new Map<unknown, string>();
  const uses: Use[] = [];
  let min = Number.POSITIVE_INFINITY;
  let max = 0;
  let greedy = false;
  let endless = false;
  for (const [name, variant] of list) {
    const [value] = variant;
    if (isRange(value)) {
      for (const [other, owner] of seen)
        if (typeof other === "number" && other >= value.from && other <= value.to)
          throw new SchemaError("duplicate", `has the tag ${other}, as "${owner}" has`, [name]);
      for (const [otherName, other] of list) {
        if (otherName === name) break;
        if (isRange(other[0]) && other[0].from <= value.to && value.from <= other[0].to)
          throw new SchemaError("duplicate", `has tags of "${otherName}" too`, [name]);
      }
    } else {
      const owner =
        seen.get(value) ??
        list.find(
          ([otherName, [other]]) =>
            otherName !== name &&
            isRange(other) &&
            typeof value === "number" &&
            value >= other.from &&
            value <= other.to,
        )?.[0];
      if (owner !== undefined)
        throw new SchemaError("duplicate", `has the tag ${show(value)}, as "${owner}" has`, [name]);
      seen.set(value, name);
    }
    const whole = variantStruct(tagName, tag, name, variant);
    if (whole.facts.lead)
      throw new SchemaError("bits", `its tag and first bit fields lack ${whole.facts.lead} bits of whole bytes`, [
        name,
      ]);
    uses.push(...whole.facts.uses);
    min = Math.min(min, whole.facts.min);
    max = Math.max(max, whole.facts.max);
    greedy ||= whole.facts.greedy;
    endless ||= whole.facts.endless;
  }
  return node(
    "union",
    facts(min, max, { uses, greedy, endless }),
    { tagName, tag, variants: Object.freeze(Object.fromEntries(list)) },
    (_schema: never, context: never) => lowerUnion(tagName, tag, list, context),
    (change) =>
      union(
        tagName,
        change(tag),
        Object.fromEntries(
          list.map(([name, [value, schema]]) => [name, [value, inside(name, () => change(schema))]]),
        ) as never,
      ) as never,
  );
}

/** A variant with its tag as the first field, checked like any struct. */
function variantStruct(tagName: string, tag: AnySchema, name: string, [value, schema]: VariantOf): AnySchema {
  const own = fieldsOf(schema);
  const first: [string, AnySchema][] = isRange(value)
    ? [
        [tagName, nameOnly(name)],
        ["tag", rangeTag(tag, value)],
      ]
    : [[tagName, tagField(tag, value, name)]];
  const clash = own.find(([key]) => first.some(([taken]) => taken === key));
  if (clash) throw new SchemaError("name", `has a field "${clash[0]}" of its own, as its tag has`, [name]);
  return inside(name, () => {
    for (const each of isRange(value) ? [value.from, value.to] : [value]) checkFits(tag, each, "the tag");
    return over(schema, Object.fromEntries([...first, ...own]));
  });
}

/** The tag of one variant: `wire` in the bytes, the variant's name in the value. */
const tagField = (tag: AnySchema, wire: unknown, name: string): AnySchema =>
  node("tag", tag.facts, { label: labelOf(tag) }, (_schema: never, context: never) =>
    constantly((context as Context).lower(tag, { bits: (context as Context).bits }), wire, name, false, false),
  );

/** The tag of a variant that has many. */
const rangeTag = (tag: AnySchema, { from, to }: TagRange): AnySchema =>
  node("tag", tag.facts, { label: labelOf(tag) }, (_schema: never, context: never) =>
    within((context as Context).lower(tag, { bits: (context as Context).bits }), from, to),
  );

/** The variant's name, which no byte stands for. */
const nameOnly = (name: string): AnySchema =>
  node("name", facts(0, 0), {}, () =>
    constantly(
      leaf({ size: 0, get: () => name, put: () => undefined, emitGet: () => quote(name), emitPut: () => undefined }),
      name,
      name,
      false,
      false,
    ),
  );

function lowerUnion(tagName: string, tag: AnySchema, list: readonly [string, VariantOf][], context: Context): Op {
  const variants: Variant[] = list.map(([name, variant]) => {
    const whole = variantStruct(tagName, tag, name, variant);
    const op = inside(name, () => context.lower(whole));
    const [value] = variant;
    return { name, op, tags: isRange(value) ? [] : [value], range: isRange(value) ? value : undefined };
  });
  const peek = context.lower(tag, {
    scope: undefined,
    bits: tag.facts.bits === undefined ? undefined : tagPlace(tag.facts.bits, list),
  });
  return unionOp(tagName, peek, { variants, otherwise: undefined });
}

/** Where a tag of some bits lies: alike in all variants, or it could not be read before the variant is known. */
function tagPlace(width: number, list: readonly [string, VariantOf][]): BitPlace {
  const places = list.map(([, [, schema]]) => {
    const { endian = "big", bitOrder = "msb" } = structOf(schema)?.options ?? {};
    let run = width;
    for (const [, field] of fieldsOf(schema)) {
      if (field.facts.bits === undefined) break;
      run += field.facts.bits;
    }
    // From the first byte on, only its own bytes matter; otherwise those of the whole run.
    const plain = (bitOrder === "msb") === (endian === "big");
    const size = plain ? Math.ceil(width / 8) : run / 8;
    return { size, lowest: bitOrder === "msb" ? size * 8 - width : 0, little: endian === "little" };
  });
  const [first] = places as [(typeof places)[number]];
  if (
    places.some((place) => place.size !== first.size || place.lowest !== first.lowest || place.little !== first.little)
  ) {
    throw new SchemaError(
      "bits",
      "the tag's bits lie in different places in different variants; give all variants the same endian and bitOrder, and bit fields of the same size",
    );
  }
  return new BitRun(first.size, first.little).place(first.lowest);
}
