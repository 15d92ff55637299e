// Law: what a struct does is decided once, here: which fields form a run, where windows open and close, which positions
// must be remembered, and when what can be checked. Running and emitting both follow these steps.

import { type Between, type Entry, isLeaf, type Leaf, type Named, type Ranges, sharesRun } from "../plan.js";
import { maker } from "../runtime/template.js";

export type Step =
  | {
      readonly do: "run";
      size: number;
      readonly items: { readonly entry: Entry; readonly leaf: Leaf; readonly offset: number }[];
      /** The same side by side, where no field needs more than its own bytes: the loop over them is the interpreter's hottest. */
      plain?: Plain;
    }
  | { readonly do: "field"; readonly entry: Entry }
  | Between;

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
  /** Where fields cover others. */
  readonly ranges: Ranges | undefined;
  /** Makes an object with every key up to the first that may be absent. */
  readonly make: () => Record<string, unknown>;
  /** Whether bytes must be zero before fields are put. */
  readonly zero: boolean;
}

export function layout(entries: readonly Entry[]): Layout {
  const ranges = entries.find(({ op }) => op.derived)?.op.derived?.layOut(entries);
  const steps: Step[] = [];
  let run: Extract<Step, { do: "run" }> | undefined;
  const push = (step: Step): void => {
    run = step.do === "run" ? step : undefined;
    steps.push(step);
  };
  entries.forEach((entry, at) => {
    ranges?.before(at).forEach(push);
    if (isLeaf(entry.op)) {
      if (!run) push({ do: "run", size: 0, items: [] });
      const current = run as unknown as Extract<Step, { do: "run" }>;
      const previous = current.items[current.items.length - 1];
      // Bit fields of one run share their bytes; a new run of bits starts at its own place.
      const shares = previous && sharesRun(previous.leaf, entry.op);
      const offset = shares ? previous.offset : current.size;
      current.items.push({ entry, leaf: entry.op, offset });
      if (!shares) current.size += entry.op.size;
    } else push({ do: "field", entry });
    ranges?.after(at).forEach(push);
  });
  for (const step of steps) {
    const plain = step.do === "run" ? plainOf(step.items) : undefined;
    if (step.do === "run" && plain) step.plain = plain;
  }
  return {
    entries,
    steps,
    ranges,
    make: maker(upToOptional(entries).map((entry) => entry.key)),
    zero: entries.some(
      (entry) => entry.named.slot || entry.op.derived || (isLeaf(entry.op) && (entry.op.place || entry.op.names)),
    ),
  };
}

/** Fields before the first that may be absent; the value's keys keep the order of the fields. */
export function upToOptional(entries: readonly Entry[]): readonly Entry[] {
  const first = entries.findIndex((entry) => entry.op.optional);
  return (first < 0 ? entries : entries.slice(0, first)).filter((entry) => !entry.op.hidden);
}
