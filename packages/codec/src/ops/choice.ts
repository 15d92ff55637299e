// Law: a tag decides which of several schemas follows. In a union the tag stands first and is read again as the first
// field of its variant, so that tag and fields share one bounds check; in a match it is an earlier field.

import { show } from "../errors.js";
import type { Bound, Op } from "../plan.js";
import { type Reader, STOP } from "../runtime/reader.js";
import { property, under, type Writer } from "../runtime/writer.js";
import { quote, type Source } from "../source.js";
import { emitAsked, lookUp, lookUpAsked } from "./count.js";
import { member } from "./struct-emit.js";
import { literal } from "./transform.js";

/** One of the schemas and the tags that choose it: exact values, or whole numbers from `from` to `to`. */
export interface Variant {
  readonly name: string;
  readonly op: Op;
  readonly tags: readonly unknown[];
  readonly range: { readonly from: number; readonly to: number } | undefined;
}

export interface Choice {
  readonly variants: readonly Variant[];
  /** What any other tag chooses; without it, other tags are refused. */
  readonly otherwise: number | undefined;
}

const bounds = ({ variants }: Choice): Pick<Op, "min" | "max" | "greedy"> => ({
  min: Math.min(...variants.map((v) => v.op.min)),
  max: Math.max(...variants.map((v) => v.op.max)),
  ...(variants.some((v) => v.op.greedy) && { greedy: true }),
});

function picker({ variants, otherwise }: Choice): (tag: unknown) => number | undefined {
  const exact = new Map<unknown, number>();
  variants.forEach((variant, i) => {
    for (const tag of variant.tags) exact.set(tag, i);
  });
  const ranges = variants.flatMap((variant, i) => (variant.range ? [{ ...variant.range, i }] : []));
  return (tag) =>
    exact.get(tag) ?? ranges.find(({ from, to }) => (tag as number) >= from && (tag as number) <= to)?.i ?? otherwise;
}

const names = ({ variants }: Choice): string => variants.map((v) => show(v.name)).join(", ");

/** Emits one branch per variant, chosen by the value in `tag`. */
function emitSwitch(
  source: Source,
  { variants, otherwise }: Choice,
  tag: string,
  branch: (variant: Variant, index: number) => void,
): void {
  const other = otherwise === undefined ? undefined : variants[otherwise];
  source.block(`switch (${tag}) {`, () => {
    variants.forEach((variant, i) => {
      if (variant.tags.length === 0) return;
      const cases = variant.tags.map((value) => `case ${literal(value)}:`).join(" ");
      source.block(`${cases} {`, () => {
        branch(variant, i);
        source.line("break;");
      });
    });
    source.block("default: {", () => {
      let open = 0;
      variants.forEach((variant, i) => {
        if (!variant.range) return;
        source.line(
          `${open++ > 0 ? "} else " : ""}if (${tag} >= ${variant.range.from} && ${tag} <= ${variant.range.to}) {`,
        );
        branch(variant, i);
      });
      if (open > 0) source.line("} else {");
      if (other) branch(other, otherwise as number);
      else source.stop();
      if (open > 0) source.line("}");
    });
  });
}

/** A tag in front, read by `peek`; every variant's op starts with the tag as a field. */
export function union(tagName: string, peek: Op, choice: Choice): Op {
  const pick = picker(choice);
  const byName = new Map(choice.variants.map((variant) => [variant.name, variant]));
  const choose = (m: Reader): number | typeof STOP => {
    const at = m.p;
    const tag = peek.decode(m);
    if (tag === STOP) return STOP;
    const picked = pick(tag);
    m.p = at;
    if (picked !== undefined) return picked;
    return m.fail("tag", `needs one of the tags of ${names(choice)}`, `got ${show(tag)}`) || STOP;
  };
  return {
    ...bounds(choice),
    decode(m: Reader) {
      const saved = m.resume();
      const index = saved && saved.index >= 0 ? saved.index : choose(m);
      if (index === STOP) return m.leave(m.fault ? tagName : undefined, -1, undefined);
      const value = (choice.variants[index] as Variant).op.decode(m);
      return value === STOP ? m.leave(undefined, index, undefined) : value;
    },
    encode(w: Writer, value) {
      if (typeof value !== "object" || value === null) throw w.refuse("type", "needs an object", value);
      const name = property(value, tagName);
      const variant = byName.get(name as string);
      if (!variant)
        throw under(w.refuse(name === undefined ? "missing" : "range", `needs one of ${names(choice)}`, name), tagName);
      variant.op.encode(w, value);
    },
    emitDecode(source) {
      const value = source.name("value");
      source.line(`let ${value};`);
      const at = source.store("p", "at");
      const tag = source.store(peek.emitDecode(source), "tag");
      source.line(`p = ${at};`);
      emitSwitch(source, choice, tag, (variant) => source.line(`${value} = ${variant.op.emitDecode(source)};`));
      return value;
    },
    emitEncode(source, value) {
      source.stop(`typeof ${value} !== "object" || ${value} === null`);
      // What a polluted Object.prototype gives to every object is not the value's.
      const tag = source.store(member(value, tagName), "tag");
      source.stop(`${tag} === ${member("Object.prototype", tagName)} && !Object.hasOwn(${value}, ${quote(tagName)})`);
      source.block(`switch (${tag}) {`, () => {
        for (const variant of choice.variants) {
          source.block(`case ${quote(variant.name)}: {`, () => {
            variant.op.emitEncode(source, value);
            source.line("break;");
          });
        }
        source.line(`default: ${source.givingUp}`);
      });
    },
  };
}

/** A tag among the earlier fields. */
export function match(bound: Bound, choice: Choice): Op {
  const pick = picker(choice);
  const refuse = (tag: unknown): [string, string] => [
    `needs "${bound.named.key}" to be one of ${choice.variants.map((v) => v.name).join(", ")}`,
    `it is ${show(tag)}`,
  ];
  const hidden = choice.variants.every((variant) => variant.op.hidden);
  const optional = choice.variants.some(({ op }) => op.optional || op.hidden || op.constant);
  return {
    ...bounds(choice),
    free: true,
    ...(hidden ? { hidden } : optional && { optional }),
    decode(m: Reader) {
      const saved = m.resume();
      const tag = saved ? undefined : lookUp(m, bound);
      const index = saved ? saved.index : pick(tag);
      if (index === undefined) {
        m.fail("tag", ...refuse(tag));
        return STOP;
      }
      const value = (choice.variants[index] as Variant).op.decode(m);
      return value === STOP ? m.leave(undefined, index, undefined) : value;
    },
    encode(w: Writer, value) {
      const tag = lookUpAsked(w, bound);
      const index = pick(tag);
      if (index === undefined) throw w.fail("range", ...refuse(tag));
      const { op } = choice.variants[index] as Variant;
      if (value === undefined && !op.hidden && !op.constant && !op.optional)
        throw w.fail("missing", "needs a value", "there is none");
      if (value !== undefined && op.hidden) throw w.refuse("unexpected", "cannot have a value here", value);
      op.encode(w, value);
    },
    emitDecode(source) {
      const value = source.name("value");
      source.line(`let ${value};`);
      emitSwitch(source, choice, emitAsked(source, bound), (variant) =>
        source.line(`${value} = ${variant.op.emitDecode(source)};`),
      );
      return value;
    },
    emitEncode(source, value) {
      emitSwitch(source, choice, emitAsked(source, bound), ({ op }) => {
        if (op.hidden && value !== "undefined") source.stop(`${value} !== undefined`);
        op.emitEncode(source, value);
      });
    },
  };
}
