// Windows: content that ends where a length says.

import { SchemaError, show } from "../errors.js";
import { checkLength, type Length, lengthFacts, type Nullable, type Until, withPrefix } from "../length.js";
import { countOf } from "../ops/count.js";
import { delimitedWindow, restWindow, sizedWindow } from "../ops/window.js";
import { own } from "../own.js";
import type { Context, Op } from "../plan.js";
import { utf8 } from "../runtime/text.js";
import {
  type AnySchema,
  type DerivedOf,
  facts,
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

export interface SizedOptions {
  /** Bytes that the content leaves over are skipped instead of refused; encode fills a fixed size with zeroes. */
  readonly skip?: boolean;
}

export interface SizedSchema<S extends AnySchema, L>
  extends Schema<
    Infer<S> | LengthNull<L>,
    Input<S> | LengthNull<L>,
    RefsOf<S> | LengthRefs<L>,
    (L extends Nullable ? never : DerivedOf<S>) | LengthRefs<L>
  > {
  readonly kind: "sized";
  readonly length: Length;
  readonly content: S;
  readonly skip: boolean;
}

/**
 * Content in a window of so many bytes: a frame. A window in front of which its length stands is the usual
 * length-prefixed message.
 *
 * @example
 * sized(u16, Body)   sized(decimal(5), Body)   sized(field("length").minus(4), Body)   sized(u16, array(u32, rest))
 */
export function sized<const L extends Length, S extends AnySchema>(
  length: L,
  content: S,
  options: SizedOptions = {},
): SizedSchema<S, L> {
  checkLength(length, "sized");
  if (!isSchema(content)) throw new SchemaError("argument", `sized takes a length and a schema; got ${show(content)}`);
  if ((length as Until).kind === "until" && (length as Until).last)
    throw new SchemaError("argument", "sized cannot end by a function");
  if (content.facts.bits !== undefined && content.facts.bits % 8 !== 0)
    throw new SchemaError("bits", "a window holds whole bytes; put the bits into a struct");
  const skip = own(options).skip === true;
  if (typeof length === "number" && (content.facts.min > length || (content.facts.max < length && !skip))) {
    throw new SchemaError(
      "argument",
      `a window of ${length} bytes cannot hold content of ${content.facts.min}${content.facts.max === content.facts.min ? "" : ` to ${content.facts.max}`} bytes`,
    );
  }
  const outer = lengthFacts(length, { min: 0, max: 1 }, content.facts.uses);
  const known =
    typeof length === "number"
      ? { min: length, max: length }
      : {
          min: outer.min + ((length as Nullable).kind === "nullable" ? 0 : content.facts.min),
          max: isSchema(length) ? length.facts.max + (skip ? Number.POSITIVE_INFINITY : content.facts.max) : outer.max,
        };
  return node(
    "sized",
    facts(known.min, known.max, {
      greedy: outer.greedy || content.facts.endless,
      endless: content.facts.endless,
      uses: outer.uses,
    }),
    { length, content, skip },
    (_schema: never, context: never) => lowerSized(length, content, { ...known, skip }, context),
    (change) => sized(withPrefix(length, change) as L, change(content), options) as never,
  );
}

function lowerSized(
  length: Length,
  content: AnySchema,
  options: { min: number; max: number; skip: boolean },
  context: Context,
): Op {
  const count = countOf(context, length);
  const op = context.lower(content);
  if (count.mode === "rest") return restWindow(op, options);
  if (count.mode === "until") return delimitedWindow(length as Until, delimitersOf(length as Until, utf8), op, options);
  if (count.mode === "prefix" && !("get" in count.op) && !count.op.width)
    throw new SchemaError(
      "argument",
      `sized cannot have ${(length as AnySchema).kind} in front, because the width of its values is not known; use it as a field and refer to it`,
    );
  return sizedWindow(count, op, options);
}
