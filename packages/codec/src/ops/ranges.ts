// Law: which fields cover which is decided once: where their windows open and close, which positions must be remembered,
// in which order they can be computed, and when what can be checked.

import { SchemaError } from "../errors.js";
import { type Entry, isLeaf, type Leaf, sharesRun } from "../plan.js";

/** A field that covers others, with the marks of its range. */
export interface Range {
  readonly entry: Entry;
  readonly from: number;
  readonly to: number;
  /** Bytes of the covering field itself, where fixed. */
  readonly size: number;
  /** Whether it covers itself. */
  readonly own: boolean;
  /** Whether all that it covers stands behind it. */
  readonly ahead: boolean;
  /** Indices of the first and the last field that it covers, of its own, and of the one with which it has been read. */
  readonly first: number;
  readonly last: number;
  readonly at: number;
  readonly read: number;
}

export interface RangeLayout {
  readonly marks: number;
  readonly ranges: readonly Range[];
  /** Lengths of what stands behind them: it is read in a window. */
  readonly windows: readonly Range[];
  /** Lengths, and checksums, in the order in which they can be computed. */
  readonly lengths: readonly Range[];
  readonly checksums: readonly Range[];
}

export function layOutRanges(entries: readonly Entry[]): RangeLayout {
  let marks = 0;
  const index = (key: string): number => entries.findIndex((entry) => entry.key === key);
  const ranges: Range[] = [];
  entries.forEach((entry, at) => {
    const { derived } = entry.op;
    if (!derived) return;
    const first = index(derived.from);
    const last = index(derived.to);
    const from = entries[first] as Entry;
    const to = entries[last] as Entry;
    checkEdge(from, entries[first - 1], `starts at "${from.key}"`, entry.key);
    checkEdge(to, entries[last + 1], `ends at "${to.key}"`, entry.key);
    const own = first <= at && at <= last;
    if (derived.checksum && own) checkAlone(entries, entry);
    if (entry.before < 0) entry.before = marks++;
    if (from.before < 0) from.before = marks++;
    if (to.after < 0) to.after = marks++;
    const size = isLeaf(entry.op) ? entry.op.size : 0;
    const read = lastOfRun(entries, at);
    ranges.push({ entry, from: from.before, to: to.after, size, own, ahead: first > at, first, last, at, read });
  });
  for (const entry of entries) entry.marked = entry.before >= 0 || entry.after >= 0;
  const lengths = ranges.filter((range) => !range.entry.op.derived?.checksum);
  const windows = lengths.filter((range) => range.last > range.read);
  for (const a of windows)
    for (const b of windows)
      if (opens(a) < opens(b) && opens(b) <= a.last && a.last < b.last)
        throw new SchemaError(
          "reference",
          `its range overlaps that of "${b.entry.key}"; one must lie inside the other`,
          [a.entry.key],
        );
  return {
    marks,
    ranges,
    windows,
    lengths: inOrder(lengths, (covered) => covered.size === 0),
    checksums: inOrder(
      ranges.filter((range) => range.entry.op.derived?.checksum),
      () => true,
    ),
  };
}

/** The field at which a length's window opens: the start of its range, or right behind the length where it covers itself. */
export const opens = (range: Range): number => Math.max(range.first, range.read + 1);

/** Bit fields that share bytes are read together: the last of those that the field at an index is one of. */
function lastOfRun(entries: readonly Entry[], at: number): number {
  const own = entries[at]?.op as Leaf;
  let last = at;
  while (own.place && sharesRun(own, entries[last + 1]?.op)) last++;
  return last;
}

/** Refuses a range that begins or ends among bit fields that share bytes. */
function checkEdge(edge: Entry, neighbour: Entry | undefined, where: string, key: string): void {
  if (sharesRun(edge.op, neighbour?.op))
    throw new SchemaError("bits", `its range ${where}, in the middle of a run of bit fields`, [key]);
}

/** Bits that count as zeroes for their own checksum would take the rest of their bytes with them. */
function checkAlone(entries: readonly Entry[], own: Entry): void {
  const other = entries.find((entry) => entry !== own && sharesRun(own.op, entry.op));
  if (other)
    throw new SchemaError(
      "bits",
      `covers itself, but shares its bytes with "${other.key}"; end its range in front of these bits`,
      [own.key],
    );
}

/** A checksum that covers another one is computed after it, as is a length that covers one of variable width. */
function inOrder(ranges: readonly Range[], changes: (covered: Range) => boolean): Range[] {
  const rest = [...ranges];
  const order: Range[] = [];
  while (rest.length > 0) {
    const i = rest.findIndex((a) => !rest.some((b) => b !== a && changes(b) && a.first <= b.at && b.at <= a.last));
    if (i < 0)
      throw new SchemaError("reference", "covers a field that covers it too, so that none can be computed first", [
        (rest[0] as Range).entry.key,
      ]);
    order.push(...rest.splice(i, 1));
  }
  return order;
}
