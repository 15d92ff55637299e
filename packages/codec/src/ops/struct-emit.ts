// Law: generated structs are one object literal each, with keys in the order of the fields, built from variables that
// later fields can refer to.

import { isIdentifier } from "../errors.js";
import { type Entry, type Ranges, type Scope, sharesRun } from "../plan.js";
import { isName, quote, type Source } from "../source.js";
import type { Layout } from "./struct-layout.js";

/** A property name as JavaScript text. */
export const keyText = (key: string): string => (isIdentifier(key) ? key : quote(key));

/** A property of a value as JavaScript text. */
export const member = (value: string, key: string): string =>
  isIdentifier(key) ? `${value}.${key}` : `${value}[${quote(key)}]`;

type Items = Extract<Layout["steps"][number], { do: "run" }>["items"];

/** An object literal of fields and their variables. */
const object = (fields: readonly (readonly [Entry, string])[]): string =>
  `{ ${fields.map(([entry, name]) => `${keyText(entry.key)}: ${name}`).join(", ")} }`;

function declareMarks(source: Source, { ranges }: Layout): string[] {
  const marks = Array.from({ length: ranges?.marks ?? 0 }, () => source.name("mark"));
  if (marks.length > 0) source.line(`let ${marks.map((mark) => `${mark} = 0`).join(", ")};`);
  return marks;
}

/** Writes `mark = expression` for the positions around a field that are asked for. */
function setMark(source: Source, marks: readonly string[], index: number, expression: string): void {
  if (index < 0) return;
  source.line(`${marks[index]} = ${expression};`);
  source.places.push(marks[index] as string);
}

export function emitStructDecode(source: Source, plan: Layout): string {
  const marks = declareMarks(source, plan);
  const fields: [Entry, string][] = [];
  const keep = (entry: Entry, value: string): void => {
    if (entry.op.hidden) {
      if (value !== "undefined") source.line(`${value};`);
      return;
    }
    const name = isName(value) ? value : source.store(value, entry.key);
    source.vars.set(entry.named, name);
    fields.push([entry, name]);
  };
  for (const step of plan.steps) {
    if (step.do === "run") {
      source.need(step.size);
      // Where nothing else needs the values, they are read right inside the object literal.
      const last = step === plan.steps[plan.steps.length - 1] && !plan.entries.some((entry) => entry.op.optional);
      const base = last ? source.store("p", "from") : "p";
      loadShared(source, step.items, base, 0);
      for (const { entry, leaf, offset } of step.items) {
        const value = leaf.emitGet(source, base, offset);
        if (last && !entry.hidden && !entry.named.read && !entry.op.derived) fields.push([entry, value]);
        else keep(entry, value);
        setMark(source, marks, entry.before, `${base} + ${offset}`);
        setMark(source, marks, entry.after, `${base} + ${offset + leaf.size}`);
      }
      source.advance(step.size);
    } else if (step.do === "field") {
      setMark(source, marks, step.entry.before, "p");
      keep(step.entry, step.entry.op.emitDecode(source));
      setMark(source, marks, step.entry.after, "p");
    } else step.emitDecode(source, marks);
  }
  return emitConditional(source, fields);
}

/** Bytes that more than one bit field reads are loaded into variables. */
function loadShared(source: Source, items: Items, base: string, start: number): void {
  items.forEach(({ leaf, offset }, i) => {
    if (!sharesRun(leaf, items[i - 1]?.leaf) && sharesRun(leaf, items[i + 1]?.leaf))
      leaf.place?.run.load(source, base, start + offset);
  });
}

/** A struct of fixed size at `base + offset`, as an object literal. */
export function emitFixedGet(source: Source, plan: Layout, base: string, offset: number): string {
  const [step] = plan.steps;
  const fields: [Entry, string][] = [];
  const items = step?.do === "run" ? step.items : [];
  loadShared(source, items, base, offset);
  for (const { entry, leaf, offset: at } of items) {
    const value = leaf.emitGet(source, base, offset + at);
    if (entry.hidden) continue;
    const name = entry.named.read && !isName(value) ? source.store(value, entry.key) : value;
    source.vars.set(entry.named, name);
    fields.push([entry, name]);
  }
  return object(fields);
}

/** The object of a struct; fields that are absent have no key at all. */
function emitConditional(source: Source, fields: readonly [Entry, string][]): string {
  const optional = fields.filter(([entry]) => entry.op.optional);
  if (optional.length === 0) return object(fields);
  if (optional.length <= 2) {
    // One literal per case keeps every shape a shape of its own, made at once.
    const cases = (rest: readonly [Entry, string][], present: readonly [Entry, string][]): string => {
      const [next, ...others] = rest;
      if (!next) return object(fields.filter((field) => !field[0].op.optional || present.includes(field)));
      return `${next[1]} === undefined ? ${cases(others, present)} : ${cases(others, [...present, next])}`;
    };
    return `(${cases(optional, [])})`;
  }
  const first = fields.indexOf(optional[0] as [Entry, string]);
  const value = source.store(object(fields.slice(0, first)), "value");
  for (const [entry, name] of fields.slice(first)) {
    source.line(`${entry.op.optional ? `if (${name} !== undefined) ` : ""}${member(value, entry.key)} = ${name};`);
  }
  return value;
}

/** Reads a property, unless it is only there because somebody polluted Object.prototype. */
function emitGiven(source: Source, value: string, entry: Entry): string {
  const found = source.name(entry.key);
  const { op, named } = entry;
  const omittable = op.constant || op.optional || op.derived || named.slot;
  const inherited = `${found} === ${member("Object.prototype", entry.key)}`;
  const own = `Object.hasOwn(${value}, ${quote(entry.key)})`;
  source.line(`${omittable ? "let" : "const"} ${found} = ${member(value, entry.key)};`);
  if (omittable) source.line(`if (${found} !== undefined && ${inherited} && !${own}) ${found} = undefined;`);
  else source.stop(`${inherited} && (${found} === undefined || !${own})`);
  return found;
}

/** With `at`, a fixed struct at a position of its own; otherwise at `p`, which moves behind it. */
export function emitStructEncode(
  source: Source,
  plan: Layout,
  scope: Scope | undefined,
  value: string,
  at?: { base: string; offset: number },
): void {
  source.stop(`typeof ${value} !== "object" || ${value} === null`);
  const marks = declareMarks(source, plan);
  scope?.slots?.emitBegin(source);
  for (const entry of plan.entries) {
    if (entry.op.hidden) continue;
    const found = emitGiven(source, value, entry);
    const slot = source.slots.get(entry.named);
    source.given.set(entry.named, found);
    source.vars.set(entry.named, slot ? `(${slot.value} ?? ${found})` : found);
  }
  const reserved = new Map<Entry, string>();
  for (const step of plan.steps) {
    if (step.do === "run") {
      if (!at) source.need(step.size);
      emitRun(source, step.items, marks, at ?? { base: "p", offset: 0 });
      if (!at) source.advance(step.size);
    } else if (step.do === "field") {
      const { entry } = step;
      const slot = source.slots.get(entry.named);
      setMark(source, marks, entry.before, "p");
      if (slot || entry.op.derived) {
        if (slot) {
          source.line(`${slot.place} = p;`);
          source.places.push(slot.place);
        }
        const width = entry.op.derived ? (plan.ranges as Ranges).emitWidth(source, entry) : String(entry.op.min);
        reserved.set(entry, width);
        source.need(width);
        source.advance(width);
      } else entry.op.emitEncode(source, source.given.get(entry.named) ?? "undefined");
      setMark(source, marks, entry.after, "p");
    }
  }
  if (!scope) return;
  scope.slots?.emitEnd(source);
  plan.ranges?.emitEnd(source, scope, marks, reserved);
}

function emitRun(
  source: Source,
  items: Items,
  marks: readonly string[],
  { base, offset: start }: { base: string; offset: number },
): void {
  const put = ({ entry, leaf, offset }: Items[number]): void => {
    const place = start + offset === 0 ? base : `${base} + ${start + offset}`;
    setMark(source, marks, entry.before, place);
    setMark(source, marks, entry.after, `${base} + ${start + offset + leaf.size}`);
    const slot = source.slots.get(entry.named);
    if (slot) {
      source.line(`${slot.place} = ${place};`);
      source.places.push(slot.place);
    } else if (!entry.op.derived)
      leaf.emitPut(source, base, start + offset, source.given.get(entry.named) ?? "undefined");
  };
  for (let i = 0; i < items.length; ) {
    const first = items[i] as Items[number];
    let end = i + 1;
    if (first.leaf.place) {
      while (sharesRun(first.leaf, items[end]?.leaf)) end++;
      const shared = items.slice(i, end);
      first.leaf.place.run.together(source, base, start + first.offset, () => shared.forEach(put));
    } else put(first);
    i = end;
  }
}

/** The bytes beyond the fewest that a struct's fields will take, as a guess from below. */
export function emitStructHint(plan: Layout, value: string): string {
  const parts = plan.entries.flatMap((entry) => {
    const hinted = entry.hidden ? undefined : entry.op.emitHint?.(`${value}?.[${quote(entry.key)}]`);
    return hinted === undefined || hinted === "0" ? [] : [`(${hinted} || 0)`];
  });
  return parts.join(" + ") || "0";
}
