// One of several schemas, chosen by an earlier field.

import { inside, SchemaError, show } from "../errors.js";
import { type Choice, match as matchOp, type Variant } from "../ops/choice.js";
import { refusal } from "../ops/fill.js";
import { bind, type Context, type Op } from "../plan.js";
import type { Ref } from "../reference.js";
import {
  type AnySchema,
  type DerivedByAll,
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

/** Cases of a {@link match}, by the value of the field; numbers are written as JavaScript writes them. */
export type Cases = { readonly [value: string]: AnySchema };

/** The cases and `otherwise`, if there is one. */
type Any<C extends Cases, O> = C[keyof C] | Extract<O, AnySchema>;

export interface MatchSchema<P extends string, C extends Cases, O>
  extends Schema<
    Infer<Any<C, O>>,
    Input<Any<C, O>>,
    P | RefsOf<Any<C, O>>,
    DerivedByAll<O extends AnySchema ? C & { readonly otherwise: O } : C>
  > {
  readonly kind: "match";
  readonly ref: Ref<P>;
  readonly cases: C;
  readonly otherwise: O;
}

/**
 * An earlier field decides what stands here. Keys are its values, of which there are no two alike and none that the field
 * cannot have; `otherwise` stands for all others, which are refused without it.
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
        Object.fromEntries(list.map(([key, schema]) => [key, inside(key, () => change(schema))])),
        otherwise && change(otherwise as AnySchema),
      ) as never,
  );
}

/** The values of a field that a case stands for. */
function tagsOf(key: string, op: Op, path: string): unknown[] {
  const type = op.constant ? typeof op.constant.value : op.numeric;
  const number = type === "number" || type === "bigint";
  if (number && !/^(-?\d+|0x[\da-f]+)$/i.test(key))
    throw new SchemaError("argument", `the case "${key}" is not a whole number, but "${path}" is`);
  const all: unknown[] = number
    ? [type === "bigint" ? BigInt(key) : Number(key)]
    : [
        key,
        ...(key === "true" || key === "false" ? [key === "true"] : []),
        ...(String(Number(key)) === key && key !== "NaN" ? [Number(key)] : []),
        ...(/^(0|-?[1-9]\d*)$/.test(key) ? [BigInt(key)] : []),
      ];
  // A constant is one of many where a schema is used at several places.
  if (op.constant || op.free || op.optional) return all;
  const refusals = all.map((value) => {
    try {
      return refusal(op, value);
    } catch {
      // It also depends on fields around it.
      return undefined;
    }
  });
  const tags = all.filter((_, i) => refusals[i] === undefined);
  if (tags.length > 0) return tags;
  throw new SchemaError(
    "argument",
    `is never chosen, because "${path}" ${refusals[0]}; take the case out, or write a value that "${path}" can have`,
  );
}

function lowerMatch(
  ref: Ref,
  list: readonly [string, AnySchema][],
  otherwise: AnySchema | undefined,
  context: Context,
): Op {
  const bound = bind(context, ref);
  const cases = new Map<unknown, string>();
  const variants: Variant[] = list.map(([key, schema]) =>
    inside(key, () => {
      const tags = tagsOf(key, bound.named.op, ref.path);
      for (const tag of tags) {
        const other = cases.get(tag);
        if (other !== undefined)
          throw new SchemaError("duplicate", `is the same value of "${ref.path}" as the case "${other}"; keep one`);
        cases.set(tag, key);
      }
      return { name: key, op: context.lower(schema), tags, range: undefined };
    }),
  );
  const choice: Choice = {
    variants: otherwise
      ? [...variants, { name: "otherwise", op: context.lower(otherwise), tags: [], range: undefined }]
      : variants,
    otherwise: otherwise ? variants.length : undefined,
  };
  return matchOp(bound, choice);
}
