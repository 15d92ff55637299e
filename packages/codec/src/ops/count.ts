// Law: a length is read before what it measures, and on the way out is derived from it: a prefix is written or patched,
// a referenced field is filled in through the same arithmetic run backwards.

import { isWord, SchemaError, show } from "../errors.js";
import { type Length, lengthLabel, type Nullable } from "../length.js";
import { bare } from "../own.js";
import { type Bound, bind, type Context, isLeaf, lowerNumber, type Op } from "../plan.js";
import type { Condition, Test } from "../reference.js";
import { asCondition, operators } from "../reference.js";
import { type Reader, STOP } from "../runtime/reader.js";
import { property, type Writer } from "../runtime/writer.js";
import { isSchema } from "../schema.js";
import { quote, type Source } from "../source.js";
import { refusal, typedAs } from "./fill.js";
import { bindDerived, LATER } from "./slots.js";
import { literal } from "./transform.js";

/** A Length with its schemas lowered and its fields found; delimiters and rest are left to the op that has them. */
export type Count =
  | { readonly mode: "fixed"; readonly n: number }
  | { readonly mode: "prefix"; readonly op: Op; readonly nothing: number | undefined }
  | { readonly mode: "ref"; readonly bound: Bound }
  | { readonly mode: "rest" }
  | { readonly mode: "until" };

export function countOf(context: Context, length: Length): Count {
  if (typeof length === "number") return { mode: "fixed", n: length };
  if (isSchema(length)) return { mode: "prefix", op: prefix(context, length), nothing: undefined };
  const of = length as Exclude<Length, number>;
  if (of.kind === "nullable") {
    const { prefix: schema, nothing } = of as Nullable;
    const op = prefix(context, schema);
    checkNothing(op, nothing, schema.kind);
    return { mode: "prefix", op, nothing };
  }
  if (of.kind === "field") {
    const bound = bindDerived(context, of as never);
    if (bound.named.op.derived)
      throw new SchemaError(
        "reference",
        `${lengthLabel(length)} already follows from a range of fields; bound that range instead`,
      );
    return { mode: "ref", bound };
  }
  return { mode: of.kind as "rest" | "until" };
}

const prefix = (context: Context, schema: Parameters<typeof lowerNumber>[1]): Op =>
  lowerNumber(context, schema, "a length prefix");

/** Refuses a value for "there is nothing" that the prefix cannot hold. */
function checkNothing(op: Op, nothing: number, kind: string): void {
  const why = refusal(op, typedAs(op, nothing));
  if (why !== undefined)
    throw new SchemaError("argument", `nullable's ${nothing}, which means nothing, does not fit ${kind}: ${why}`);
}

/** The value of a referenced field while decoding. */
export function lookUp(m: Reader, { named, scope, keys }: Bound): unknown {
  if (named.op.constant) return named.op.constant.value;
  let value = m.scopes[m.root + scope.depth];
  for (const key of keys) value = (value as Record<string, unknown>)[key];
  return value;
}

/** The value of a referenced field while encoding: as far as it was given, is constant, or is derived already. */
export function lookUpGiven(w: Writer, { named, scope, keys }: Bound): unknown {
  if (named.op.constant) return named.op.constant.value;
  if (named.slot?.scope === scope) {
    const derived = named.slot.frame(w).values[named.slot.index];
    if (derived !== undefined && derived !== LATER) return typedAs(named.op, derived);
  }
  let value: unknown = w.scopes[w.root + scope.depth];
  for (const key of keys) value = typeof value === "object" && value !== null ? property(value, key) : undefined;
  return value;
}

/** The value of a field that decides what comes next; one that follows from later bytes must be given for that. */
export function lookUpAsked(w: Writer, bound: Bound): unknown {
  const value = lookUpGiven(w, bound);
  if (value === undefined && followsLater(bound))
    throw w.fail("missing", `needs "${bound.named.key}" to be given, because what tells it stands behind`, "it is not");
  return value;
}

const followsLater = ({ named }: Bound): boolean => named.slot !== undefined || named.op.derived !== undefined;

const expression = (source: Source, bound: Bound): string =>
  bound.named.op.constant ? literal(bound.named.op.constant.value) : (source.vars.get(bound.named) as string);

/** The value of a field that decides what comes next, as JavaScript. */
export function emitAsked(source: Source, bound: Bound): string {
  const value = expression(source, bound);
  if (source.direction === "decode" || bound.named.op.constant || !followsLater(bound)) return value;
  const kept = source.store(value, "asked");
  source.stop(`${kept} === undefined`);
  return kept;
}

/** {@link forward} as JavaScript. */
const emitForward = (value: string, { steps }: Bound): string =>
  steps.reduce((text, [name, n]) => `(${text} ${operators[name]} ${n})`, value);

export function forward(bound: Bound, value: number): number {
  for (const [name, n] of bound.steps) value = name === "plus" ? value + n : name === "minus" ? value - n : value * n;
  return value;
}

/** A length as a number, or STOP; `nothing` decodes as -1. */
export function readCount(m: Reader, count: Count): number | typeof STOP {
  if (count.mode === "fixed") return count.n;
  if (count.mode !== "prefix" && count.mode !== "ref") return 0;
  const at = m.p;
  const raw = count.mode === "prefix" ? count.op.decode(m) : lookUp(m, count.bound);
  if (raw === STOP) return STOP;
  const value = count.mode === "ref" ? forward(count.bound, Number(raw)) : Number(raw);
  if (count.mode === "prefix" && count.nothing === value) return -1;
  if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) return value;
  m.fail(value < 0 ? "length" : "limit", "a length of at least 0 and at most 2^53 - 1", `got ${show(raw)}`, at);
  return STOP;
}

export function emitReadCount(source: Source, count: Count): string {
  if (count.mode === "fixed") return String(count.n);
  if (count.mode !== "prefix" && count.mode !== "ref") return "0";
  const raw = count.mode === "prefix" ? count.op.emitDecode(source) : expression(source, count.bound);
  const op = count.mode === "prefix" ? count.op : count.bound.named.op;
  let value = op.numeric === "bigint" ? `Number(${raw})` : raw;
  if (count.mode === "ref") value = emitForward(value, count.bound);
  const kept = isWord(value) ? value : source.store(value, "length");
  const unsigned =
    (op as { unsigned?: boolean }).unsigned &&
    (count.mode === "prefix" || count.bound.steps.every(([name]) => name !== "minus"));
  if (count.mode === "prefix" && count.nothing !== undefined)
    source.stop(`!(${kept} >= 0 || ${kept} === ${count.nothing})`);
  else if (!unsigned) source.stop(`!(${kept} >= 0 && ${kept} <= 9007199254740991)`);
  return kept;
}

/** The value that a field must have for its arithmetic to give `length`. */
export function invert(w: Writer, { named, steps }: Bound, length: number): number {
  let value = length;
  for (let i = steps.length - 1; i >= 0; i--) {
    const [name, n] = steps[i] as (typeof steps)[number];
    value = name === "plus" ? value - n : name === "minus" ? value + n : value / n;
    if (!Number.isInteger(value))
      throw w.fail("length", `needs a length that is a multiple of ${n}, as "${named.key}" counts it`, `got ${length}`);
  }
  return value;
}

/** Sets the field that a length refers to, or checks what is set. */
export function derive(w: Writer, bound: Bound, length: number): void {
  const { named } = bound;
  const value = invert(w, bound, length);
  if (named.op.constant) {
    if (BigInt(named.op.constant.value as number) !== BigInt(value))
      throw w.fail("length", `"${named.key}" is always ${show(named.op.constant.value)}`, `needs ${value}`);
    return;
  }
  const { slot } = named;
  if (!slot) return;
  const { values } = slot.frame(w);
  const known = values[slot.index];
  if (known !== undefined && known !== value)
    throw w.fail(
      "mismatch",
      `"${named.key}" is ${known === LATER ? "an offset" : known} by an earlier field`,
      `needs ${value} here`,
    );
  values[slot.index] = value;
}

export function emitDerive(source: Source, { named, steps }: Bound, length: string): void {
  let value = length;
  for (let i = steps.length - 1; i >= 0; i--) {
    const [name, n] = steps[i] as (typeof steps)[number];
    value = source.store(`${value} ${name === "plus" ? "-" : name === "minus" ? "+" : "/"} ${n}`, "n");
    if (name === "times") source.stop(`!Number.isInteger(${value})`);
  }
  if (named.op.constant) {
    source.stop(`${value} !== ${Number(named.op.constant.value)}`);
    return;
  }
  if (named.op.numeric === "bigint") value = source.store(`BigInt(${value})`, "n");
  const slot = source.slots.get(named);
  if (slot)
    source.line(
      `if (${slot.value} === undefined) ${slot.value} = ${value}; else if (${slot.value} !== ${value}) ${source.givingUp}`,
    );
}

/** Writes a length that is known before what it measures; `nothing` is given as -1. */
export function writeCount(w: Writer, count: Count, n: number): void {
  if (count.mode === "fixed") {
    if (n !== count.n) throw w.fail("length", `needs a length of ${count.n}`, `got ${n}`);
  } else if (count.mode === "prefix") {
    if (n === count.nothing && n >= 0) throw w.fail("length", `a length of ${n} means null`, `got ${n}`);
    count.op.encode(w, typedAs(count.op, n < 0 ? (count.nothing as number) : n));
  } else if (count.mode === "ref") derive(w, count.bound, n);
}

export function emitWriteCount(source: Source, count: Count, n: string): void {
  if (count.mode === "fixed") source.stop(`${n} !== ${count.n}`);
  else if (count.mode === "prefix") {
    if (count.nothing !== undefined && count.nothing >= 0) source.stop(`${n} === ${count.nothing}`);
    const value =
      count.op.numeric === "bigint" ? source.store(`BigInt(${n})`) : isWord(n) ? n : source.store(n, "length");
    count.op.emitEncode(source, value);
  } else if (count.mode === "ref") emitDerive(source, count.bound, n);
}

/** The length that means null, if there is one. */
export const nothingOf = (count: Count): number | undefined => (count.mode === "prefix" ? count.nothing : undefined);

/** Counts `n` more elements against the limit. */
export function emitCounting(source: Source, n: string): void {
  const m = source.direction === "decode" ? "r" : "w";
  source.line(`${m}.elements += ${n};`);
  source.stop(`${m}.elements > ${m}.limits.maxElements`);
}

/** Reads a length and what `read` makes of so much; null where the length says that there is nothing. */
export function emitMeasured(source: Source, count: Count, read: (n: string) => string): string {
  const n = emitReadCount(source, count);
  const nothing = nothingOf(count);
  if (nothing === undefined) return read(n);
  const value = source.name("value");
  source.line(`let ${value} = null;`);
  source.block(`if (${n} !== ${nothing}) {`, () => source.line(`${value} = ${read(n)};`));
  return value;
}

/** Writes what `write` writes, or for null the length that says that there is nothing. */
export function emitUnlessNull(source: Source, count: Count, value: string, write: () => void): void {
  if (count.mode !== "prefix" || count.nothing === undefined) {
    write();
    return;
  }
  const { op, nothing } = count;
  const nought = (): void =>
    op.emitEncode(source, source.store(op.numeric === "bigint" ? `${nothing}n` : String(nothing), "nothing"));
  source.block(`if (${value} === null) {`, nought, "} else {");
  source.block("", write);
}

/** Bytes to keep free for a prefix in front of something of about `n` bytes. */
export const widthOf = (op: Op, n: number): number => (isLeaf(op) ? op.size : (op.width?.(n) ?? op.min));

/** A condition with its fields found. */
export interface BoundCondition {
  readonly bound?: Bound;
  readonly test?: Test;
  readonly join?: readonly ["and" | "or", BoundCondition, BoundCondition];
}

export function bindCondition(context: Context, given: Condition): BoundCondition {
  const condition = asCondition(given);
  if (condition.join)
    return bare({
      join: [condition.join[0], bindCondition(context, condition.join[1]), bindCondition(context, condition.join[2])],
    });
  const bound = bind(context, condition.ref as never);
  return bare(condition.test ? { bound, test: fitting(bound, condition.test) } : { bound });
}

/** The test with its value as the field has it; refused where the field could never have it. */
function fitting({ named, steps }: Bound, [name, given]: Test): Test {
  const refuse = (needs: string): never => {
    throw new SchemaError("argument", `field("${named.key}").${name} needs ${needs}; got ${show(given)}`);
  };
  const numeric = steps.length > 0 ? "number" : named.op.numeric;
  const whole = typeof given === "bigint" || Number.isSafeInteger(given);
  if (name === "has") {
    if (numeric === undefined) refuse("a whole number as its field");
    if (!Number.isSafeInteger(given) || (given as number) <= 0) refuse("a mask of at least one bit");
    return [name, given];
  }
  if (numeric !== undefined && !whole) refuse("a whole number, as its field is one");
  if (name !== "is" && name !== "isNot" && typeof given !== "number" && typeof given !== "bigint")
    refuse("a number to compare with");
  if (numeric === undefined) return [name, given];
  return [name, numeric === "bigint" ? BigInt(given as number) : Number(given)];
}

/** Whether all bits of the mask are set; bitwise operators alone see 32 bits with a sign. */
function hasBits(value: unknown, mask: number): boolean {
  if (typeof value === "number" && mask < 2 ** 31) return (value & mask) === mask;
  if (typeof value !== "bigint" && !Number.isInteger(value)) return false;
  return (BigInt(value as number) & BigInt(mask)) === BigInt(mask);
}

/** Whether the condition holds; `value` finds the value of a field. */
export function holds({ bound, test, join }: BoundCondition, value: (bound: Bound) => unknown): boolean {
  if (join) {
    const both = [holds(join[1], value), holds(join[2], value)] as const;
    return join[0] === "and" ? both[0] && both[1] : both[0] || both[1];
  }
  const found =
    (bound as Bound).steps.length > 0 ? forward(bound as Bound, Number(value(bound as Bound))) : value(bound as Bound);
  if (!test) return Boolean(found);
  const [name, given] = test;
  if (name === "is") return found === given;
  if (name === "isNot") return found !== given;
  if (name === "has") return hasBits(found, given as number);
  return name === "atLeast" ? (found as number) >= (given as number) : (found as number) <= (given as number);
}

/** The condition as JavaScript. */
export function emitHolds(source: Source, { bound, test, join }: BoundCondition): string {
  if (join) return `(${emitHolds(source, join[1])} ${join[0] === "and" ? "&&" : "||"} ${emitHolds(source, join[2])})`;
  const { named, steps } = bound as Bound;
  let value = emitAsked(source, bound as Bound);
  const big = named.op.numeric === "bigint" && steps.length === 0;
  if (named.op.numeric === "bigint" && steps.length > 0) value = `Number(${value})`;
  value = emitForward(value, bound as Bound);
  if (!test) return `(!!${value})`;
  const [name, given] = test;
  const text = typeof given === "string" ? quote(given) : literal(given);
  if (name === "is" || name === "isNot") return `(${value} ${name === "is" ? "===" : "!=="} ${text})`;
  if (name === "has")
    return big || (given as number) >= 2 ** 31
      ? `((BigInt(${value}) & ${text}n) === ${text}n)`
      : `((${value} & ${text}) === ${text})`;
  return `(${value} ${name === "atLeast" ? ">=" : "<="} ${text})`;
}
