// Law: a struct is its fields in order, nothing between them. Neighbours of fixed size share one bounds check; fields that
// follow from others (lengths, counts, checksums) get their place in passing and their bytes when those are known.

import {
  type Between,
  type Entry,
  isLeaf,
  type Leaf,
  type Named,
  type Op,
  type Open,
  type Ranges,
  type Scope,
} from "../plan.js";
import { type Reader, STOP } from "../runtime/reader.js";
import { property, under, type Writer } from "../runtime/writer.js";
import { bitsOf, keepPlace } from "./leaf.js";
import { emitFixedGet, emitStructDecode, emitStructEncode, emitStructHint } from "./struct-emit.js";
import { type Layout, layout, type Plain, type Step } from "./struct-layout.js";

/** The op of a struct whose fields are lowered. */
export function struct(entries: readonly Entry[], scope: Scope, bounds: Pick<Op, "min" | "max" | "greedy">): Op {
  const plan = layout(entries);
  const names = new Map(entries.map((entry) => [entry.key, entry.named]));
  const fixed =
    entries.every((entry) => isLeaf(entry.op) && !entry.op.derived) &&
    scope.slots === undefined &&
    !entries.some((entry) => entry.op.optional);
  const op: Op = {
    ...bounds,
    names,
    decode: decoder(plan),
    encode: (w, value) => encode(w, value, plan, scope),
    emitDecode: (source) => emitStructDecode(source, plan),
    emitEncode: (source, value) => emitStructEncode(source, plan, scope, value),
    emitHint: (value) => emitStructHint(plan, value),
  };
  return fixed && plan.steps.length <= 1 ? { ...op, ...fixedStruct(plan, bounds.min) } : op;
}

function fixedStruct(plan: Layout, size: number): Omit<Leaf, keyof Op> & Pick<Leaf, "get" | "encode"> {
  const step = plan.steps[0];
  const items = step?.do === "run" ? step.items : [];
  return {
    size,
    // Nothing in it looks at the structs around it, which therefore need not know of it.
    encode(w, value) {
      w.room(size);
      this.put(w, w.p, value);
      w.p += size;
    },
    get(m, p) {
      const value = plan.make();
      const plain = step?.do === "run" ? step.plain : undefined;
      let k = plain ? getPlain(m, p, plain, value) : 0;
      const stopped = plain !== undefined && k < plain.gets.length;
      for (; k < items.length; k++) {
        const { entry, leaf, offset } = items[k] as Run["items"][number];
        const field = stopped ? STOP : leaf.get(m, p + offset);
        if (field === STOP) return unread(m, leaf, p + offset).leave(entry.key, 0, undefined);
        if (!entry.hidden) value[entry.key] = field;
      }
      return value;
    },
    put(w, p, value) {
      if (typeof value !== "object" || value === null) throw w.refuse("type", "needs an object", value);
      if (plan.zero) w.b.fill(0, p, p + size);
      if (step?.do === "run") putRun(w, p, value, step, []);
    },
    emitGet: (source, base, offset) => emitFixedGet(source, plan, base, offset),
    emitPut(source, base, offset, value) {
      const before = source.store(base, "base");
      emitStructEncode(source, plan, undefined, value, { base: before, offset });
    },
  };
}

type Run = Extract<Step, { do: "run" }>;

/** Decodes in a single call, which keeps little on the stack, for the sake of recursion. */
function decoder({ steps, make, ranges }: Layout): Op["decode"] {
  return function decode(m) {
    const saved = m.resume();
    const value = (saved?.value ?? make()) as Record<string, unknown>;
    const marks = (saved?.numbers ?? noMarks(ranges)) as number[];
    const open = ranges && { value, marks, ends: [] };
    const first = saved?.index ?? 0;
    m.scopes.push(value);
    for (let i = 0; i < first; i++) {
      const step = steps[i] as Step;
      if (step.do === "between") step.again?.(m, open as Open);
    }
    for (let i = first; i < steps.length; i++) {
      const step = steps[i] as Step;
      if (step.do === "run") {
        if (!m.need(step.size)) {
          if (m.fault?.code === "truncated") return partial(m, step, value);
          reckon(m, steps, i, open);
          return m.leave(undefined, i, value, marks);
        }
        const stopped = getRun(m, step, value, marks);
        if (stopped !== undefined) return m.leave(stopped, i, value, marks);
      } else if (step.do === "field") {
        const { entry } = step;
        if (entry.before >= 0 && (i > first || !saved)) marks[entry.before] = m.p;
        const field = entry.op.decode(m);
        if (field === STOP) {
          reckon(m, steps, i, open);
          return m.leave(entry.key, i, value, marks);
        }
        if (!entry.op.hidden && (field !== undefined || !entry.op.optional)) value[entry.key] = field;
        if (entry.after >= 0) marks[entry.after] = m.p;
      } else if (!step.decode(m, open as Open)) {
        reckon(m, steps, i, open);
        m.scopes.pop();
        m.glimpse({ decode }, { index: i + 1, value, numbers: marks });
        return m.leave(step.key, i, value, marks);
      }
    }
    m.scopes.pop();
    return value;
  };
}

/** Reads fields of fixed size, which are there; gives the key of the one that is wrong, if one is. */
function getRun(
  m: Reader,
  { items, plain, size }: Run,
  value: Record<string, unknown>,
  marks: number[],
): string | undefined {
  const p = m.p;
  // What stops the quick loop is noted by the other, which says where.
  let k = plain ? getPlain(m, p, plain, value) : 0;
  const stopped = plain !== undefined && k < plain.gets.length;
  for (; k < items.length; k++) {
    const { entry, leaf, offset } = items[k] as Run["items"][number];
    const field = stopped ? STOP : leaf.get(m, p + offset);
    if (field === STOP) {
      unread(m, leaf, p + offset);
      return entry.key;
    }
    if (!entry.hidden) value[entry.key] = field;
    if (entry.marked) {
      if (entry.before >= 0) marks[entry.before] = p + offset;
      if (entry.after >= 0) marks[entry.after] = p + offset + leaf.size;
    }
  }
  m.p = p + size;
  return undefined;
}

/** Adds to a size that is beyond the limit what follows step `i`; where that is not fixed, or in a window, the size is not known. */
function reckon(m: Reader, steps: readonly Step[], i: number, open: Open | undefined): void {
  if (m.announced === 0) return;
  const { end } = steps[i] as Partial<Between>;
  for (const step of steps.slice((end ? steps.indexOf(end) : i) + 1)) {
    if (step.do === "run") m.announced += step.size;
    else if (step.do === "field")
      m.announced += step.entry.op.min === step.entry.op.max ? step.entry.op.min : Number.NaN;
  }
  if (open?.ends.length || Number.isNaN(m.announced)) m.announced = 0;
}

const NONE: number[] = [];

/** Room for the positions that are remembered. */
const noMarks = (ranges: Ranges | undefined): number[] => (ranges ? new Array<number>(ranges.marks).fill(0) : NONE);

/** The input ends inside a run: what is there is still read, so that the error names the field that is cut. */
function partial(m: Reader, step: Run, value: Record<string, unknown>): typeof STOP {
  m.fault = undefined;
  const p = m.p;
  for (const { entry, leaf, offset } of step.items) {
    m.p = p + offset;
    const field = leaf.decode(m);
    if (field === STOP) return unread(m, leaf, p + offset).leave(entry.key, 0, value);
    // What is there can be seen by those that look at the fields before them.
    if (!entry.hidden) value[entry.key] = field;
  }
  return STOP;
}

/** Points what is wrong with a bit field at its first bit; where bytes are missing, that may be one of them. */
function unread(m: Reader, leaf: Leaf, p: number): Reader {
  const { fault } = m;
  const bits = fault?.offset === p && fault.bit === undefined && fault.code !== "truncated" ? bitsOf(leaf) : undefined;
  if (fault && bits) {
    fault.offset = p + bits.first;
    fault.bit = bits.bit;
  }
  return m;
}

function putRun(w: Writer, p: number, value: object, run: Run, marks: number[]): void {
  const { items, plain } = run;
  let k = 0;
  try {
    if (plain && !w.polluted) {
      const { puts, keys, names, offsets } = plain;
      for (; k < puts.length; k++) {
        const field = (value as Record<string, unknown>)[keys[k] as string];
        if (field === undefined || (names[k] as Named).slot) break;
        (puts[k] as Leaf["put"])(w, p + (offsets[k] as number), field);
      }
    }
    for (; k < items.length; k++) {
      const { entry, leaf, offset } = items[k] as Run["items"][number];
      if (entry.marked) {
        if (entry.before >= 0) marks[entry.before] = p + offset;
        if (entry.after >= 0) marks[entry.after] = p + offset + leaf.size;
      }
      const { slot } = entry.named;
      if (!slot && !entry.op.derived) {
        leaf.put(w, p + offset, given(w, value, entry));
        continue;
      }
      if (slot) slot.frame(w).places[slot.index] = p + offset;
      keepPlace(w, leaf, p + offset);
    }
  } catch (error) {
    const { entry, leaf, offset } = items[k] as Run["items"][number];
    w.reached = Math.max(w.reached, p + offset);
    throw under(error, entry.key, offset, bitsOf(leaf));
  }
}

/** Reads fields side by side; the index of the first that stops, or how many there are. */
function getPlain(m: Reader, p: number, { gets, keys, offsets }: Plain, value: Record<string, unknown>): number {
  let k = 0;
  for (; k < gets.length; k++) {
    const field = (gets[k] as Leaf["get"])(m, p + (offsets[k] as number));
    if (field === STOP) break;
    value[keys[k] as string] = field;
  }
  return k;
}

/** The value's property for a field; missing is an error unless the field can do without. */
function given(w: Writer, value: object, { key, op, careful }: Entry): unknown {
  if (op.hidden) return undefined;
  const found = w.polluted || careful ? property(value, key) : (value as Record<string, unknown>)[key];
  if (found === undefined && !op.constant && !op.optional) throw w.fail("missing", "needs a value", "there is none");
  return found;
}

function encode(w: Writer, value: unknown, plan: Layout, scope: Scope): void {
  if (typeof value !== "object" || value === null) throw w.refuse("type", "needs an object", value);
  const { ranges } = plan;
  const { slots } = scope;
  const marks = noMarks(ranges);
  w.scopes.push(value);
  ranges?.begin(w, marks);
  slots?.begin(w);
  for (const step of plan.steps) {
    if (step.do === "run") {
      w.room(step.size);
      const p = w.p;
      if (plan.zero) w.b.fill(0, p, p + step.size);
      putRun(w, p, value, step, marks);
      w.p = p + step.size;
    } else if (step.do === "field") {
      const { entry } = step;
      const { slot } = entry.named;
      if (entry.before >= 0) marks[entry.before] = w.p;
      try {
        if (slot || entry.op.derived) {
          if (slot) slot.frame(w).places[slot.index] = w.p;
          w.later?.keep(entry.op.min);
        } else entry.op.encode(w, given(w, value, entry));
      } catch (error) {
        throw under(error, entry.key);
      }
      if (entry.after >= 0) marks[entry.after] = w.p;
    }
  }
  slots?.end(w, value);
  ranges?.end(w, value, scope, marks);
  w.scopes.pop();
}
