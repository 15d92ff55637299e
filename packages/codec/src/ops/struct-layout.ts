// Law: what a struct does is decided once, here: which fields form a run, where windows open and close, which positions
// must be remembered, and when what can be checked. Running and emitting both follow these steps.

import { SchemaError } from "../errors.js";
import { isLeaf, type Leaf, type Named, type Op } from "../plan.js";
import { maker } from "../runtime/template.js";

export interface Entry {
  readonly key: string;
  readonly op: Op;
  readonly named: Named;
  readonly hidden: boolean;
  /** Whether a position around it is remembered. */
  marked: boolean;
  /** Whether every object has a property of its name, without having it of its own. */
  readonly careful: boolean;
  /** Marks for the positions in front of it and behind it, or -1. */
  before: number;
  after: number;
}

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
}

export type Step =
  | {
      readonly do: "run";
      size: number;
      readonly items: { readonly entry: Entry; readonly leaf: Leaf; readonly offset: number }[];
      /** The same side by side, where no field needs more than its own bytes: the loop over them is the interpreter's hottest. */
      plain?: Plain;
    }
  | { readonly do: "field"; readonly entry: Entry }
  | ({ readonly do: "open" } & Range)
  | { readonly do: "close"; readonly entry: Entry; readonly last: Entry }
  | ({ readonly do: "verify" } & Range);

/** A run of which every field has a value and no position is remembered. */
export interface Plain {
  readonly gets: readonly Leaf["get"][];
  readonly puts: readonly Leaf["put"][];
  readonly keys: readonly string[];
  /** A struct further out may yet derive one of them, after this one is laid out. */
  readonly names: readonly Named[];
  readonly offsets: readonly number[];
}

function plainOf(
  items: readonly { readonly entry: Entry; readonly leaf: Leaf; readonly offset: number }[],
): Plain | undefined {
  if (items.some(({ entry: { op, hidden, marked, careful } }) => hidden || marked || careful || op.derived))
    return undefined;
  return {
    gets: items.map(({ leaf }) => leaf.get),
    puts: items.map(({ leaf }) => leaf.put),
    keys: items.map(({ entry }) => entry.key),
    names: items.map(({ entry }) => entry.named),
    offsets: items.map(({ offset }) => offset),
  };
}

export interface Layout {
  readonly entries: readonly Entry[];
  readonly steps: readonly Step[];
  /** How many positions are remembered. */
  readonly marks: number;
  /** Lengths, and checksums, in the order in which they can be computed. */
  readonly lengths: readonly Range[];
  readonly checksums: readonly Range[];
  /** Makes an object with every key up to the first that may be absent. */
  readonly make: () => Record<string, unknown>;
  /** Whether bytes must be zero before fields are put. */
  readonly zero: boolean;
}

export function layout(entries: readonly Entry[]): Layout {
  let marks = 0;
  const index = (key: string): number => entries.findIndex((entry) => entry.key === key);
  const ranges: (Range & { first: number; last: number; at: number; read: number })[] = [];
  entries.forEach((entry, at) => {
    const { derived } = entry.op;
    if (!derived) return;
    const first = index(derived.from);
    const last = index(derived.to);
    for (const edge of [entries[first], entries[last]] as [Entry, Entry])
      if (isLeaf(edge.op) && edge.op.place) checkAligned(entries, edge, edge === entries[first], entry.key);
    const own = entries[at] as Entry;
    if (derived.checksum && isLeaf(own.op) && own.op.place && first <= at && at <= last) checkAlone(entries, own);
    if (own.before < 0) own.before = marks++;
    const from = entries[first] as Entry;
    const to = entries[last] as Entry;
    if (from.before < 0) from.before = marks++;
    if (to.after < 0) to.after = marks++;
    ranges.push({
      entry,
      from: from.before,
      to: to.after,
      size: isLeaf(entry.op) ? entry.op.size : 0,
      own: first <= at && at <= last,
      ahead: first > at,
      first,
      last,
      at,
      // Where the field itself has been read.
      read: lastOfRun(entries, at),
    });
  });
  for (const entry of entries) entry.marked = entry.before >= 0 || entry.after >= 0;
  const windows = ranges.filter((range) => !range.entry.op.derived?.checksum && range.last > range.read);
  for (const a of windows) {
    for (const b of windows) {
      if (opens(a) < opens(b) && opens(b) <= a.last && a.last < b.last) {
        throw new SchemaError(
          "reference",
          `its range overlaps that of "${b.entry.key}"; one must lie inside the other`,
          [a.entry.key],
        );
      }
    }
  }
  const steps: Step[] = [];
  let run: Extract<Step, { do: "run" }> | undefined;
  const push = (step: Step): void => {
    run = step.do === "run" ? step : undefined;
    steps.push(step);
  };
  entries.forEach((entry, at) => {
    for (const range of windows.filter((w) => opens(w) === at).sort((a, b) => b.last - a.last))
      push({ do: "open", ...range });
    if (isLeaf(entry.op)) {
      if (!run) push({ do: "run", size: 0, items: [] });
      const current = run as unknown as Extract<Step, { do: "run" }>;
      const previous = current.items[current.items.length - 1];
      // Bit fields of one run share their bytes; a new run of bits starts at its own place.
      const shares = entry.op.place && previous?.leaf.place && sharesRun(previous.leaf, entry.op);
      const offset = shares ? previous.offset : current.size;
      current.items.push({ entry, leaf: entry.op, offset });
      if (!shares) current.size += entry.op.size;
    } else push({ do: "field", entry });
    for (const range of windows.filter((w) => w.last === at).sort((a, b) => opens(b) - opens(a)))
      push({ do: "close", entry: range.entry, last: entry });
    for (const range of ranges.filter((r) => !windows.includes(r) && Math.max(r.last, r.read) === at))
      push({ do: "verify", ...range });
  });
  for (const step of steps) {
    const plain = step.do === "run" ? plainOf(step.items) : undefined;
    if (step.do === "run" && plain) step.plain = plain;
  }
  return {
    entries,
    steps,
    marks,
    lengths: inOrder(
      ranges.filter((range) => !range.entry.op.derived?.checksum),
      (covered) => covered.size === 0,
    ),
    checksums: inOrder(
      ranges.filter((range) => range.entry.op.derived?.checksum),
      () => true,
    ),
    make: maker(upToOptional(entries).map((entry) => entry.key)),
    zero: entries.some(
      (entry) => entry.named.slot || entry.op.derived || (isLeaf(entry.op) && (entry.op.place || entry.op.names)),
    ),
  };
}

/** The field at which a length's window opens: the start of its range, or right behind the length where it covers itself. */
const opens = (range: { first: number; read: number }): number => Math.max(range.first, range.read + 1);

/** Bit fields that share bytes are read together: the last of those that the field at an index is one of. */
function lastOfRun(entries: readonly Entry[], at: number): number {
  const own = entries[at]?.op as Leaf;
  let last = at;
  while (own.place && entries[last + 1] && sharesRun(own, entries[last + 1]?.op as Leaf)) last++;
  return last;
}

const sharesRun = (a: Leaf, b: Leaf): boolean => a.place?.run === b.place?.run;

/** Fields before the first that may be absent; the value's keys keep the order of the fields. */
export function upToOptional(entries: readonly Entry[]): readonly Entry[] {
  const first = entries.findIndex((entry) => entry.op.optional);
  return (first < 0 ? entries : entries.slice(0, first)).filter((entry) => !entry.op.hidden);
}

function checkAligned(entries: readonly Entry[], edge: Entry, first: boolean, key: string): void {
  const at = entries.indexOf(edge);
  const neighbour = entries[first ? at - 1 : at + 1];
  if (neighbour && isLeaf(neighbour.op) && neighbour.op.place && sharesRun(neighbour.op, edge.op as Leaf)) {
    throw new SchemaError(
      "bits",
      `its range ${first ? "starts" : "ends"} at "${edge.key}", in the middle of a run of bit fields`,
      [key],
    );
  }
}

/** Bits that count as zeroes for their own checksum would take the rest of their bytes with them. */
function checkAlone(entries: readonly Entry[], own: Entry): void {
  const other = entries.find(
    (entry) => entry !== own && isLeaf(entry.op) && entry.op.place && sharesRun(entry.op, own.op as Leaf),
  );
  if (other)
    throw new SchemaError(
      "bits",
      `covers itself, but shares its bytes with "${other.key}"; end its range in front of these bits`,
      [own.key],
    );
}

/** A checksum that covers another one is computed after it, as is a length that covers one of variable width. */
function inOrder<R extends Range & { first: number; last: number; at: number }>(
  ranges: R[],
  changes: (covered: R) => boolean,
): R[] {
  const rest = [...ranges];
  const order: R[] = [];
  while (rest.length > 0) {
    const i = rest.findIndex((a) => !rest.some((b) => b !== a && changes(b) && a.first <= b.at && b.at <= a.last));
    if (i < 0)
      throw new SchemaError("reference", "covers a field that covers it too, so that none can be computed first", [
        (rest[0] as R).entry.key,
      ]);
    order.push(...rest.splice(i, 1));
  }
  return order;
}
