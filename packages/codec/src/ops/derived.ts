// Law: a derived field is filled in when left out and must be right when given; dropping it changes no byte.

import { show } from "../errors.js";
import { isLeaf, type Op, type Scope } from "../plan.js";
import { ZEROES } from "../runtime/bytes.js";
import type { Checksum } from "../runtime/checksum.js";
import { moveMarks, property, under, type Writer } from "../runtime/writer.js";
import type { Source } from "../source.js";
import type { Entry, Layout, Range } from "./struct-layout.js";

/** The checksum of a range; the field itself, `size` bytes at `hole`, counts as zeroes where it lies inside. */
export function checksumOver(
  algorithm: Checksum,
  big: boolean,
  b: Uint8Array,
  from: number,
  to: number,
  hole: number,
  size: number,
): number | bigint {
  let state = algorithm.begin();
  if (hole >= from && hole < to) {
    state = algorithm.update(state, b, from, hole);
    state = algorithm.update(state, ZEROES, 0, size);
    state = algorithm.update(state, b, hole + size, to);
  } else state = algorithm.update(state, b, from, to);
  const value = algorithm.end(state);
  return big ? BigInt(value) : Number(value);
}

/** Refuses a given value that is not the derived one. */
export function checkGiven(w: Writer, value: object, key: string, right: number | bigint, what: string): void {
  const given = property(value, key);
  if (given === undefined) return;
  if (typeof given !== "number" && typeof given !== "bigint")
    throw under(w.fail("type", `needs a ${typeof right}, or nothing`, given), key);
  if (given !== right) throw under(w.fail("mismatch", `${what} is ${right}; leave it out`, given), key);
}

const typedAs = (op: Op, n: number): number | bigint => (op.numeric === "bigint" ? BigInt(n) : n);

/** Puts a value in the place that was kept for it, widening the place where it needs more. */
export function fill(w: Writer, op: Op, at: number, value: number | bigint, marks: number[]): void {
  if (isLeaf(op)) return op.put(w, at, value);
  const width = op.width?.(Number(value)) as number;
  const by = w.shift(at, op.min, width);
  if (by !== 0) moveMarks(marks, at, by);
  const end = w.p;
  w.p = at;
  op.encode(w, value);
  w.p = end;
}

/** A length whose range is written. */
export function measure(w: Writer, value: object, { entry, from, to, own }: Range, marks: number[]): void {
  const { op, key } = entry;
  let n = (marks[to] as number) - (marks[from] as number);
  if (own && op.width) {
    // The length counts its own bytes, whose number depends on it.
    n -= op.min;
    let width = op.min;
    while (op.width(n + width) > width) width++;
    n += width;
  }
  const right = typedAs(op, n);
  checkGiven(w, value, key, right, `the length of "${op.derived?.from}" to "${op.derived?.to}"`);
  try {
    fill(w, op, marks[entry.before] as number, right, marks);
  } catch (error) {
    throw under(error, key);
  }
}

/** Fields that lengths and counts refer to. */
export function finishSlots(w: Writer, value: object, scope: Scope, base: number, marks: number[]): void {
  for (let i = 0; i < scope.slots.length; i++) {
    const { named, keys } = scope.slots[i] as Scope["slots"][number];
    const derived = w.values[base + i];
    let holder: unknown = value;
    for (const key of keys.slice(0, -1))
      holder = typeof holder === "object" && holder !== null ? property(holder, key) : undefined;
    const given = typeof holder === "object" && holder !== null ? property(holder, named.key) : undefined;
    const at = (error: unknown): unknown => keys.reduceRight((inner, key) => under(inner, key), error);
    if (derived === undefined && given === undefined)
      throw at(w.fail("missing", "needs a value, because nothing that was written tells it", "there is none"));
    const right = derived === undefined ? (given as number) : typedAs(named.op, derived);
    if (given !== undefined && given !== right)
      throw at(
        w.fail(
          typeof given === typeof right ? "mismatch" : "type",
          `is ${show(right)} by what it counts; leave it out`,
          given,
        ),
      );
    try {
      fill(w, named.op, w.places[base + i] as number, right, marks);
    } catch (error) {
      throw at(error);
    }
  }
}

function putChecksum(w: Writer, value: object, { entry, from, to, size }: Range, marks: number[]): void {
  const { algorithm, big } = entry.op.derived?.checksum as NonNullable<NonNullable<Op["derived"]>["checksum"]>;
  const at = marks[entry.before] as number;
  const right = checksumOver(algorithm, big, w.b, marks[from] as number, marks[to] as number, at, size);
  checkGiven(
    w,
    value,
    entry.key,
    right,
    `the ${algorithm.name} of "${entry.op.derived?.from}" to "${entry.op.derived?.to}"`,
  );
  if (isLeaf(entry.op)) entry.op.put(w, at, right);
}

/** The struct outside whose end some field of this one waits for, if any. */
export const awaited = (plan: Layout, scope: Scope): Scope | undefined =>
  plan.entries.find((entry: Entry) => entry.named.slot && entry.named.slot.scope !== scope)?.named.slot?.scope;

/** Checksums, once every byte they cover is final; that may be at the end of the struct outside. */
export function finishChecksums(w: Writer, value: object, plan: Layout, scope: Scope, marks: number[]): void {
  const depth = w.root + scope.depth;
  while (w.pending.length > 0 && w.pending[w.pending.length - 1]?.depth === depth) w.pending.pop()?.run();
  const run = () => {
    for (const range of plan.checksums) putChecksum(w, value, range, marks);
  };
  const host = plan.checksums.length > 0 ? awaited(plan, scope) : undefined;
  if (host) w.pending.push({ depth: w.root + host.depth, marks, run });
  else run();
}

/** Puts `value` (a variable) in the place kept at `at`; `later` are positions behind it that move along. */
export function emitFill(
  source: Source,
  op: Op,
  at: string,
  value: string,
  reserved: string,
  later: readonly string[],
): void {
  if (isLeaf(op)) return op.emitPut(source, at, 0, value);
  const width = source.store(
    op.emitWidth?.(source, op.numeric === "bigint" ? `Number(${value})` : value) as string,
    "width",
  );
  source.block(`if (${width} !== ${reserved}) {`, () => {
    source.line("w.p = p;");
    const by = source.store(`w.shift(${at}, ${reserved}, ${width})`, "by");
    source.line("b = w.b; p = w.p;");
    for (const place of later) source.line(`if (${place} > ${at}) ${place} += ${by};`);
  });
  const end = source.store("p", "end");
  source.line(`p = ${at};`);
  op.emitEncode(source, value);
  source.line(`p = ${end};`);
}

export function emitMeasure(
  source: Source,
  { entry, from, to, own }: Range,
  marks: readonly string[],
  given: string,
  reserved: string,
): void {
  const { op } = entry;
  const n = source.name("n");
  source.line(`let ${n} = ${marks[to]} - ${marks[from]};`);
  if (own && op.width) {
    const width = source.name("width");
    source.line(`${n} -= ${reserved};`);
    source.line(`let ${width} = ${op.min};`);
    source.line(`while (${op.emitWidth?.(source, `(${n} + ${width})`)} > ${width}) ${width}++;`);
    source.line(`${n} += ${width};`);
  }
  if (op.numeric === "bigint") source.line(`${n} = BigInt(${n});`);
  source.stop(`${given} !== undefined && ${given} !== ${n}`);
  emitFill(
    source,
    op,
    marks[entry.before] as string,
    n,
    reserved,
    source.places.slice(source.places.indexOf(marks[entry.before] as string) + 1),
  );
}

export function emitSlots(source: Source, scope: Scope): void {
  for (const { named } of scope.slots) {
    const slot = source.slots.get(named) as { place: string; value: string };
    const given = source.given.get(named) as string;
    const { op } = named;
    if (op.numeric === "bigint") source.line(`if (${slot.value} !== undefined) ${slot.value} = BigInt(${slot.value});`);
    source.line(
      `if (${slot.value} === undefined) ${slot.value} = ${given}; else if (${given} !== undefined && ${given} !== ${slot.value}) return -1;`,
    );
    source.stop(`${slot.value} === undefined`);
    emitFill(
      source,
      op,
      slot.place,
      slot.value,
      String(op.min),
      source.places.slice(source.places.indexOf(slot.place) + 1),
    );
  }
}

export function emitChecksums(source: Source, plan: Layout, marks: readonly string[]): void {
  for (const { entry, from, to, size } of plan.checksums) {
    const right = source.store(
      emitChecksum(source, entry, marks[from] as string, marks[to] as string, marks[entry.before] as string, size),
      "sum",
    );
    const given = source.given.get(entry.named) as string;
    source.stop(`${given} !== undefined && ${given} !== ${right}`);
    if (isLeaf(entry.op)) entry.op.emitPut(source, marks[entry.before] as string, 0, right);
  }
}

export function emitChecksum(
  source: Source,
  entry: Entry,
  from: string,
  to: string,
  hole: string,
  size: number,
): string {
  const { algorithm, big } = entry.op.derived?.checksum as NonNullable<NonNullable<Op["derived"]>["checksum"]>;
  return `${source.use("checksumOver", checksumOver)}(${source.constant(algorithm, algorithm.source)}, ${big}, b, ${from}, ${to}, ${hole}, ${size})`;
}
