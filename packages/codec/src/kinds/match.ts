// One of several schemas, chosen by an earlier field.

import { SchemaError, show } from "../errors.js";
import { type Choice, match as matchOp, type Variant } from "../ops/choice.js";
import { bind, type Context, type Op } from "../plan.js";
import type { Ref } from "../reference.js";
import {
  type AnySchema,
  type DerivedOf,
  entriesOf,
  facts,
  type Infer,
  type Input,
  isSchema,
  node,
  type RefsOf,
  type Schema,
  type Use,
} from "../schema.js";

/** Cases of a {@link match}, by the value of the field; a whole number is written as a decimal key. */
export type Cases = { readonly [value: string]: AnySchema };

/** The cases and `otherwise`, if there is one. */
type Any<C extends Cases, O> = C[keyof C] | Extract<O, AnySchema>;

export interface MatchSchema<P extends string, C extends Cases, O>
  extends Schema<Infer<Any<C, O>>, Input<Any<C, O>>, P | RefsOf<Any<C, O>>, DerivedOf<Any<C, O>>> {
  readonly kind: "match";
  readonly ref: Ref<P>;
  readonly cases: C;
  readonly otherwise: O;
}

/**
 * An earlier field decides what stands here. Keys are its values; `otherwise` stands for all others, which are refused
 * without it.
 *
 * @example
 * struct({ type: u8, length: u16, body: sized(field("length"), match(field("type"), { 1: Hello, 2: Move }, bytes(rest))) })
 */
export function match<const P extends string, const C extends Cases, const O extends AnySchema | undefined = undefined>(
  ref: Ref<P>,
  cases: C,
  otherwise?: O,
): MatchSchema<P, C, O> {
  if (ref?.kind !== "field") throw new SchemaError("argument", `match takes field("…"); got ${show(ref)}`);
  if (ref.steps.length > 0) throw new SchemaError("argument", "match takes the field itself, without arithmetic");
  const list = entriesOf(cases, "match");
  for (const [key, schema] of list)
    if (!isSchema(schema)) throw new SchemaError("argument", `is not a schema; got ${show(schema)}`, [key]);
  if (otherwise !== undefined && !isSchema(otherwise))
    throw new SchemaError("argument", `match's otherwise is a schema; got ${show(otherwise)}`);
  const all = [...list.map(([, schema]) => schema), ...(otherwise ? [otherwise as AnySchema] : [])];
  if (all.length === 0) throw new SchemaError("argument", "match needs at least one case");
  const own: Use = { path: ref.path, derives: false };
  return node(
    "match",
    facts(Math.min(...all.map((s) => s.facts.min)), Math.max(...all.map((s) => s.facts.max)), {
      uses: [own, ...all.flatMap((s) => s.facts.uses)],
      greedy: all.some((s) => s.facts.greedy),
      endless: all.some((s) => s.facts.endless),
    }),
    { ref, cases: Object.freeze({ ...cases }), otherwise },
    (_schema: never, context: never) => lowerMatch(ref, list, otherwise as AnySchema | undefined, context),
    (change) =>
      match(
        ref,
        Object.fromEntries(list.map(([key, schema]) => [key, change(schema)])),
        otherwise && change(otherwise as AnySchema),
      ) as never,
  );
}

function lowerMatch(
  ref: Ref,
  list: readonly [string, AnySchema][],
  otherwise: AnySchema | undefined,
  context: Context,
): Op {
  const bound = bind(context, ref);
  const typed = (key: string): unknown => {
    const { numeric } = bound.named.op;
    if (numeric === undefined) return key === "true" ? true : key === "false" ? false : key;
    if (!/^(-?\d+|0x[\da-f]+)$/i.test(key))
      throw new SchemaError("argument", `the case "${key}" is not a whole number, but "${ref.path}" is`);
    return numeric === "bigint" ? BigInt(key) : Number(key);
  };
  const boolean = (key: string): unknown[] =>
    bound.named.op.numeric === undefined && (key === "true" || key === "false") ? [typed(key), key] : [typed(key)];
  const variants: Variant[] = list.map(([key, schema]) => {
    try {
      return { name: key, op: context.lower(schema), tags: boolean(key), range: undefined };
    } catch (error) {
      throw error instanceof SchemaError ? error.within(key) : error;
    }
  });
  const choice: Choice = {
    variants: otherwise
      ? [...variants, { name: "otherwise", op: context.lower(otherwise), tags: [], range: undefined }]
      : variants,
    otherwise: otherwise ? variants.length : undefined,
  };
  return matchOp(bound, choice);
}
