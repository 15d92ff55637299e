// Law: what stands between the wire's value and the user's (names, checks, user functions) wraps another op and keeps
// its size, so that a wrapped leaf still shares its neighbours' bounds check.

import { SchemaError, show } from "../errors.js";
import { bare } from "../own.js";
import { isLeaf, type Leaf, type Op } from "../plan.js";
import { copy } from "../runtime/bytes.js";
import { type Reader, STOP } from "../runtime/reader.js";
import type { Writer } from "../runtime/writer.js";
import { quote, type Source } from "../source.js";
import { traits } from "./leaf.js";

/** Between a raw value (as the wrapped op has it) and a value (as the user has it). */
export interface Transform {
  /** Notes a fault and gives STOP when the raw value is refused; `at` is its offset. */
  forward(m: Reader, raw: unknown, at: number): unknown | typeof STOP;
  /** Throws EncodeError when the value is refused. */
  back(w: Writer, value: unknown): unknown;
  /** Asked once the wrapped op has taken the value, so that it sees only complete ones; throws EncodeError. */
  accept?(w: Writer, value: unknown): void;
  emitForward(source: Source, raw: string): string;
  emitBack(source: Source, value: string): string;
  /** What the result is, where it differs from what is wrapped. */
  readonly traits?: Partial<Op>;
}

export function transformed(inner: Op, by: Transform): Op {
  const change = bare(by);
  const {
    numeric: _,
    unsigned: __,
    width: ___,
    emitWidth: ____,
    names: _____,
    hidden: ______,
    ...kept
  } = traits(inner);
  if (inner.derived && !change.traits?.numeric)
    throw new SchemaError(
      "inverse",
      "a checksum or length cannot have another value than its own; wrap what it is made of",
    );
  const op: Op = {
    min: inner.min,
    max: inner.max,
    ...kept,
    ...change.traits,
    decode(m) {
      const at = m.p;
      const saved = m.resume();
      const raw = inner.decode(m);
      if (raw === STOP) return m.leave(undefined, 0, undefined, [saved?.numbers[0] ?? at]);
      return change.forward(m, raw, saved?.numbers[0] ?? at);
    },
    encode(w, value) {
      const at = w.p;
      inner.encode(w, change.back(w, value));
      if (!change.accept) return;
      const end = w.p;
      w.p = at;
      change.accept(w, value);
      w.p = end;
    },
    emitDecode: (source) => change.emitForward(source, inner.emitDecode(source)),
    emitEncode: (source, value) => inner.emitEncode(source, change.emitBack(source, value)),
  };
  if (!isLeaf(inner)) return bare(op);
  const leaf: Leaf = {
    ...op,
    size: inner.size,
    decode(m) {
      if (!m.need(inner.size)) return STOP;
      const value = this.get(m, m.p);
      if (value !== STOP) m.p += inner.size;
      return value;
    },
    get(m, p) {
      const raw = inner.get(m, p);
      return raw === STOP ? STOP : change.forward(m, raw, p);
    },
    put(w, p, value) {
      inner.put(w, p, change.back(w, value));
      change.accept?.(w, value);
    },
    emitGet: (source, base, offset) => change.emitForward(source, inner.emitGet(source, base, offset)),
    emitPut: (source, base, offset, value) => inner.emitPut(source, base, offset, change.emitBack(source, value)),
  };
  return bare(leaf);
}

/** JavaScript for "differs", where `constant` is a literal value; floats tell 0 from -0 and know NaN. */
export function differs(source: Source, value: string, constant: unknown): string {
  if (constant instanceof Uint8Array)
    return `!${source.use("sameBytes", sameBytes)}(${value}, ${source.constant(constant, `new Uint8Array([${constant}])`)})`;
  if (typeof constant === "number" && (constant === 0 || Number.isNaN(constant)))
    return `!Object.is(${value}, ${Object.is(constant, -0) ? "-0" : constant})`;
  return `${value} !== ${literal(constant)}`;
}

/** A value as JavaScript text; for what `constant`, tags and names can be. */
export function literal(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "bigint") return `${value}n`;
  return Object.is(value, -0) ? "-0" : String(value);
}

export function sameBytes(a: unknown, b: Uint8Array): boolean {
  if (!(a instanceof Uint8Array) || a.length !== b.length) return false;
  for (let i = 0; i < b.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function same(a: unknown, b: unknown): boolean {
  return b instanceof Uint8Array ? sameBytes(a, b) : Object.is(a, b);
}

/** The raw value is always `wire`; the user's is always `value` and may be left out. */
export function constantly(inner: Op, wire: unknown, value: unknown, hidden: boolean, ignore: boolean): Op {
  const integer = inner.numeric === "number";
  return transformed(inner, {
    traits: hidden ? { hidden: true } : { constant: { value }, ...(inner.numeric && { numeric: inner.numeric }) },
    forward(m, raw, at) {
      if (ignore || same(raw, wire) || (integer && raw === wire)) {
        if (hidden) return undefined;
        return value instanceof Uint8Array ? value.slice() : value;
      }
      m.fail(
        "constant",
        `must be ${show(wire)}${typeof wire === "number" ? ` (0x${wire.toString(16)})` : ""}`,
        `got ${show(raw)}`,
        at,
      );
      return STOP;
    },
    back(w, given) {
      if (hidden || given === undefined || same(given, value) || (integer && given === value)) return wire;
      throw w.refuse("mismatch", `is always ${show(value)}`, given);
    },
    emitForward(source, raw) {
      const kept = source.store(raw);
      if (!ignore) source.stop(integer ? `${kept} !== ${literal(wire)}` : differs(source, kept, wire));
      return hidden
        ? "undefined"
        : value instanceof Uint8Array
          ? `${source.use("copy", copy)}(${source.constant(value, `new Uint8Array([${value}])`)}, 0, ${value.length})`
          : literal(value);
    },
    emitBack(source, given) {
      if (!hidden)
        source.stop(
          `${given} !== undefined && ${integer ? `${given} !== ${literal(value)}` : differs(source, given, value)}`,
        );
      return wire instanceof Uint8Array ? source.constant(wire, `new Uint8Array([${wire}])`) : literal(wire);
    },
  });
}

/** A whole number that is known to lie in a range when read; others are refused when written. */
export function within(inner: Op, from: number, to: number): Op {
  return transformed(inner, {
    traits: traits(inner),
    forward: (_m, raw) => raw,
    back(w, value) {
      if ((value as number) >= from && (value as number) <= to) return value;
      throw w.refuse("range", `needs a number from ${from} to ${to}`, value);
    },
    emitForward: (_source, raw) => raw,
    emitBack(source, value) {
      source.stop(`!(${value} >= ${from} && ${value} <= ${to})`);
      return value;
    },
  });
}
