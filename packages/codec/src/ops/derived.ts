// Law: a derived field is filled in when left out and must be right when given; dropping it changes no byte.

import { isLeaf, type Named, type Op, type Scope } from "../plan.js";
import { ZEROES } from "../runtime/bytes.js";
import type { Checksum } from "../runtime/checksum.js";
import { property, SUMS, under, type Writer } from "../runtime/writer.js";
import type { Source } from "../source.js";
import { LATER } from "./count.js";
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
function checkGiven(w: Writer, given: unknown, right: number | bigint, what: string, at: number): void {
  if (given === undefined || given === right || w.trusting) return;
  if (typeof given !== typeof right)
    throw w.refuse("type", `needs a ${typeof right}, or nothing`, given, undefined, at);
  throw w.refuse("mismatch", `${what} is ${right}; leave it out`, given, undefined, at);
}

const typedAs = (op: Op, n: number): number | bigint => (op.numeric === "bigint" ? BigInt(n) : n);

/** Puts a value in the place that was kept for it, widening the place where it needs more. */
export function fill(w: Writer, op: Op, at: number, value: number | bigint): void {
  if (!isLeaf(op)) w.widen(at, op.min, op.width?.(Number(value)) as number);
  const end = w.p;
  w.p = at;
  if (isLeaf(op)) op.put(w, at, value);
  else op.encode(w, value);
  w.p = end;
}

/** A length whose range is written. */
function measure(w: Writer, value: object, { entry, from, to, own }: Range, marks: number[]): void {
  const { op, key } = entry;
  let n = (marks[to] as number) - (marks[from] as number);
  if (own && op.width) {
    // The length counts its own bytes, whose number depends on it.
    n -= w.keptAt(marks[entry.before] as number, op.min);
    let width = op.min;
    while (op.width(n + width) > width) width++;
    n += width;
  }
  const right = typedAs(op, n);
  const at = marks[entry.before] as number;
  try {
    checkGiven(w, property(value, key), right, `the length of "${op.derived?.from}" to "${op.derived?.to}"`, at);
    fill(w, op, at, right);
  } catch (error) {
    throw under(error, key);
  }
}

/** Fields that lengths and counts refer to. */
function finishSlots(w: Writer, value: object, scope: Scope, base: number): void {
  for (let i = 0; i < scope.slots.length; i++) {
    const { named, keys } = scope.slots[i] as Scope["slots"][number];
    const derived = w.values[base + i];
    if (derived === LATER) continue;
    const at = w.places[base + i] as number;
    let given: unknown = value;
    for (const key of keys) given = typeof given === "object" && given !== null ? property(given, key) : undefined;
    try {
      if (derived === undefined && given === undefined)
        throw w.fail(
          "missing",
          "needs a value, because nothing that was written tells it",
          "there is none",
          undefined,
          at,
        );
      const right = derived === undefined ? (given as number) : typedAs(named.op, derived);
      checkGiven(w, given, right, "what it counts", at);
      fill(w, named.op, at, right);
    } catch (error) {
      throw keys.reduceRight<unknown>((inner, key) => under(inner, key), error);
    }
  }
}

const checksumOf = (op: Op) => op.derived?.checksum as NonNullable<NonNullable<Op["derived"]>["checksum"]>;

function putChecksum(w: Writer, value: object, { entry, from, to, size }: Range, marks: number[]): void {
  const { key, op } = entry;
  const { algorithm, big } = checksumOf(op);
  const at = marks[entry.before] as number;
  const right = checksumOver(algorithm, big, w.filled(w.b), marks[from] as number, marks[to] as number, at, size);
  try {
    checkGiven(
      w,
      property(value, key),
      right,
      `the ${algorithm.name} of "${op.derived?.from}" to "${op.derived?.to}"`,
      at,
    );
    fill(w, op, at, right);
  } catch (error) {
    throw under(error, key);
  }
}

/** The outermost struct that fills in some field of this one or of the structs in it, if any does. */
export function awaited(names: ReadonlyMap<string, Named>, scope: Scope): Scope | undefined {
  let host: Scope | undefined;
  for (const { op, slot } of names.values()) {
    for (const found of [slot?.scope, op.names && awaited(op.names, scope)])
      if (found && found.depth < (host ?? scope).depth) host = found;
  }
  return host;
}

/**
 * The end of a struct: fields that others tell, then lengths (whose ranges have their widths now), then checksums (whose
 * ranges have their bytes now). Where a struct outside fills in fields of this one, that waits for it.
 */
export function finish(w: Writer, value: object, plan: Layout, scope: Scope, base: number, marks: number[]): void {
  finishSlots(w, value, scope, base);
  w.settle(w.root + scope.depth);
  if (plan.lengths.length + plan.checksums.length === 0) return;
  const sums = () => {
    for (const range of plan.checksums) putChecksum(w, value, range, marks);
  };
  const run = () => {
    for (const range of plan.lengths) measure(w, value, range, marks);
    // Offsets are known only when the whole message is written.
    if (plan.checksums.length > 0 && w.late.some((place) => place >= start)) w.defer(SUMS, marks, sums);
    else sums();
  };
  const start = Math.min(...marks);
  const host = awaited(scope.names, scope);
  if (host) w.defer(w.root + host.depth, marks, run);
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
  if (isLeaf(op)) {
    op.emitPut(source, at, 0, value);
    return;
  }
  source.place("widened");
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
    source.line(
      `if (${slot.value} === undefined) ${slot.value} = ${given}; else if (${given} !== undefined && ${given} !== ${slot.value}) ${source.givingUp}`,
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
  const { algorithm, big } = checksumOf(entry.op);
  const name = source.constant(algorithm, algorithm.source, /^\w+/.exec(algorithm.source ?? "")?.[0]);
  const bytes = source.direction === "encode" ? "w.filled(b)" : "b";
  return `${source.use("checksumOver", checksumOver)}(${name}, ${big}, ${bytes}, ${from}, ${to}, ${hole}, ${size})`;
}
