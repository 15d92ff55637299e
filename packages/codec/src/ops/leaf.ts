// Law: a leaf has a fixed size and knows only how to get and put at a position; the bounds check around it is written
// here once, and structs and arrays share one check among many leaves.

import { bare } from "../own.js";
import type { Leaf, Op } from "../plan.js";
import { type Reader, STOP } from "../runtime/reader.js";
import type { Writer } from "../runtime/writer.js";
import type { Source } from "../source.js";

/** Completes a leaf: whole-value decode and encode in terms of get and put. */
export function leaf(spec: Pick<Leaf, "size" | "get" | "put" | "emitGet" | "emitPut"> & Partial<Leaf>): Leaf {
  const size = spec.size;
  return bare({
    min: size,
    max: size,
    decode(m: Reader): unknown {
      if (!m.need(size)) return STOP;
      const value = this.get(m, m.p);
      if (value !== STOP) m.p += size;
      return value;
    },
    encode(w: Writer, value: unknown): void {
      w.room(size);
      this.put(w, w.p, value);
      w.p += size;
    },
    emitDecode(source: Source): string {
      source.need(size);
      const value = source.store(this.emitGet(source, "p", 0));
      source.advance(size);
      return value;
    },
    emitEncode(source: Source, value: string): void {
      source.need(size);
      this.emitPut(source, "p", 0, value);
      source.advance(size);
    },
    ...spec,
  } as Leaf);
}

/** Where the first bit of a bit field is, and its last byte. */
export const bitsOf = ({
  place,
}: Leaf): { readonly first: number; readonly last: number; readonly bit: number } | undefined =>
  place?.width === undefined ? undefined : place.run.locate(place, place.width);

/** The bytes of a leaf at `at`; of a bit field, those with bits of its own. */
function spanOf(leaf: Leaf, at: number): { readonly at: number; readonly size: number } {
  const bits = bitsOf(leaf);
  if (!bits) return { at, size: leaf.size };
  const { first, last } = bits;
  // In little endian the first bit is in the last byte.
  return { at: at + Math.min(first, last), size: Math.abs(last - first) + 1 };
}

/** Notes that a leaf at `at` is filled in later. */
export function keepPlace(w: Writer, leaf: Leaf, at: number): void {
  const { at: place, size } = spanOf(leaf, at);
  w.gaps.open(place, size);
}

/** Puts a value into the place that was kept for it. */
export function putKept(w: Writer, leaf: Leaf, at: number, value: unknown): void {
  leaf.put(w, at, value);
  const { at: place, size } = spanOf(leaf, at);
  w.gaps.close(place, size);
}

/** Whether there is a value where another op stands in a window or elsewhere: never, always, or only sometimes. */
export function presence({ hidden, optional, constant, free }: Op): Partial<Op> {
  return { ...(hidden ? { hidden } : (optional || constant) && { optional: true }), ...(free && { free }) };
}

/** What an op that wraps another passes on of it. */
export function traits(op: Op): Partial<Op> {
  return {
    ...(op.numeric && { numeric: op.numeric }),
    ...(op.unsigned && { unsigned: true }),
    ...(op.width && { width: op.width }),
    ...(op.emitWidth && { emitWidth: op.emitWidth }),
    ...(op.emitHint && { emitHint: op.emitHint }),
    ...(op.hidden && { hidden: true }),
    ...(op.optional && { optional: true }),
    ...(op.free && { free: true }),
    ...(op.derived && { derived: op.derived }),
    ...(op.names && { names: op.names }),
    ...(op.framed && { framed: true }),
    ...(op.greedy && { greedy: true }),
    ...("place" in op && op.place ? { place: op.place } : {}),
  };
}
