// Law: a derived field is filled in when left out and must be right when given; dropping it changes no byte.

import { EncodeError } from "../errors.js";
import { limitsOf } from "../limits.js";
import { isLeaf, type Op } from "../plan.js";
import { shift } from "../runtime/bytes.js";
import { laterOf } from "../runtime/later.js";
import { Writer } from "../runtime/writer.js";
import type { Source } from "../source.js";
import { putKept } from "./leaf.js";

/** Why an op does not take a value, asked while something is defined; undefined where it does. */
export function refusal(op: Op, value: unknown, w: Writer = scratch()): string | undefined {
  try {
    op.encode(w, value);
  } catch (error) {
    if (error instanceof EncodeError) return error.expected;
    throw error;
  }
  return undefined;
}

export const scratch = (): Writer => new Writer(new Uint8Array(64), 0, limitsOf(), false);

/** A whole number as the values of an op are. */
export const typedAs = (op: Op, n: number): number | bigint => (op.numeric === "bigint" ? BigInt(n) : n);

/** Refuses a given value that is not the derived one. */
export function checkGiven(w: Writer, given: unknown, right: number | bigint, what: string, at: number): void {
  if (given === undefined || given === right || laterOf(w).trusting) return;
  if (typeof given !== typeof right)
    throw w.refuse("type", `needs a ${typeof right}, or nothing`, given, undefined, at);
  throw w.refuse("mismatch", `${what} is ${right}; leave it out`, given, undefined, at);
}

/** Puts a value in the place that was kept for it, widening the place where it needs more. */
export function fill(w: Writer, op: Op, at: number, value: number | bigint): void {
  // What is no such number has no width, and is refused below.
  if (!isLeaf(op) && typeof value === op.numeric) laterOf(w).widen(at, op.min, op.width?.(value) as number);
  const end = w.p;
  w.p = at;
  if (isLeaf(op)) putKept(w, op, at, value);
  else {
    op.encode(w, value);
    w.gaps.close(at);
  }
  w.p = end;
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
  const width = source.store(op.emitWidth?.(source, value) as string, "width");
  source.block(`if (${width} !== ${reserved}) {`, () => {
    source.line("w.p = p;");
    const by = source.store(`${source.use("shift", shift)}(w, ${at}, ${reserved}, ${width})`, "by");
    source.line("b = w.b; p = w.p;");
    for (const place of later) source.line(`if (${place} > ${at}) ${place} += ${by};`);
  });
  const end = source.store("p", "end");
  source.line(`p = ${at};`);
  op.emitEncode(source, value);
  source.line(`p = ${end};`);
}

/** Like {@link emitFill}, where the place has a variable of its own among those that move. */
export const emitFillPlace = (source: Source, op: Op, place: string, value: string, reserved: string): void =>
  emitFill(source, op, place, value, reserved, source.places.slice(source.places.indexOf(place) + 1));
