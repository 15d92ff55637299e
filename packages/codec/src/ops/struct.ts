// Law: a struct is its fields in order, nothing between them. Neighbours of fixed size share one bounds check; fields that
// follow from others (lengths, counts, checksums) get their place in passing and their bytes when those are known.

import { show } from "../errors.js";
import { isLeaf, type Leaf, type Named, type Op, type Scope } from "../plan.js";
import { type Reader, STOP } from "../runtime/reader.js";
import { property, under, type Writer } from "../runtime/writer.js";
import { firstBit } from "./bits.js";
import { checksumOver, finish } from "./derived.js";
import { emitFixedGet, emitStructDecode, emitStructEncode, emitStructHint } from "./struct-emit.js";
import { type Entry, type Layout, layout, type Plain, type Range, type Step } from "./struct-layout.js";

/** The op of a struct whose fields are lowered. */
export function struct(entries: readonly Entry[], scope: Scope, bounds: Pick<Op, "min" | "max" | "greedy">): Op {
  const plan = layout(entries);
  const names = new Map(entries.map((entry) => [entry.key, entry.named]));
  const fixed =
    entries.every((entry) => isLeaf(entry.op) && !entry.op.derived) &&
    scope.slots.length === 0 &&
    !entries.some((entry) => entry.op.optional);
  const op: Op = {
    ...bounds,
    names,
    decode: (m) => decode(m, plan),
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

/** How many bytes from here the window of a length ends: no sum with positions, in which sizes past 2^53 would be rounded. */
const leftOf = (m: Reader, { entry, from }: Range, value: Record<string, unknown>, marks: readonly number[]): number =>
  Number(value[entry.key]) - (m.p - (marks[from] as number));

function open(m: Reader, ends: { e: number; hard: boolean }[], left: number): void {
  ends.push({ e: m.e, hard: m.hard });
  // Only for a glimpse does it end where the bytes do.
  m.e = Math.min(m.p + left, m.e);
  m.hard = true;
}

type Run = Extract<Step, { do: "run" }>;

function decode(m: Reader, plan: Layout): unknown {
  const { steps, make, marks: count } = plan;
  const saved = m.resume();
  const value = (saved?.value ?? make()) as Record<string, unknown>;
  const marks = (saved?.numbers ?? (count > 0 ? new Array<number>(count).fill(0) : [])) as number[];
  const ends: { e: number; hard: boolean }[] = [];
  const first = saved?.index ?? 0;
  m.scopes.push(value);
  // Windows that were open when it stopped.
  for (let i = 0; i < first; i++) {
    const step = steps[i] as Step;
    if (step.do === "open") open(m, ends, leftOf(m, step, value, marks));
    else if (step.do === "close") Object.assign(m, ends.pop());
  }
  for (let i = first; i < steps.length; i++) {
    const step = steps[i] as Step;
    if (step.do === "run") {
      if (!m.need(step.size)) {
        if (m.fault?.code === "truncated") return partial(m, step, value);
        reckon(m, steps, i, ends.length > 0);
        return m.leave(undefined, i, value, marks);
      }
      const p = m.p;
      const { items, plain } = step;
      // What stops the quick loop is noted by the other, which says where.
      let k = plain ? getPlain(m, p, plain, value) : 0;
      const stopped = plain !== undefined && k < plain.gets.length;
      for (; k < items.length; k++) {
        const { entry, leaf, offset } = items[k] as Run["items"][number];
        const field = stopped ? STOP : leaf.get(m, p + offset);
        if (field === STOP) return unread(m, leaf, p + offset).leave(entry.key, i, value, marks);
        if (!entry.hidden) value[entry.key] = field;
        if (entry.marked) {
          if (entry.before >= 0) marks[entry.before] = p + offset;
          if (entry.after >= 0) marks[entry.after] = p + offset + leaf.size;
        }
      }
      m.p = p + step.size;
    } else if (step.do === "field") {
      const { entry } = step;
      if (entry.before >= 0 && (i > first || !saved)) marks[entry.before] = m.p;
      const field = entry.op.decode(m);
      if (field === STOP) {
        reckon(m, steps, i, ends.length > 0);
        return m.leave(entry.key, i, value, marks);
      }
      if (!entry.op.hidden && (field !== undefined || !entry.op.optional)) value[entry.key] = field;
      if (entry.after >= 0) marks[entry.after] = m.p;
    } else if (step.do === "open") {
      if (step.ahead) marks[step.from] = m.p;
      const left = leftOf(m, step, value, marks);
      if (left < 0) {
        m.fail(
          "length",
          `covers at least ${m.p - (marks[step.from] as number)} bytes`,
          `got ${show(value[step.entry.key])}`,
          marks[step.entry.before],
        );
        return m.leave(step.entry.key, i, value, marks);
      }
      if (!m.need(left)) {
        reckon(m, steps, i, ends.length > 0);
        m.scopes.pop();
        m.glimpse({ decode: (m) => decode(m, plan) }, { index: i + 1, value, numbers: marks });
        return m.leave(step.entry.key, i, value, marks);
      }
      open(m, ends, left);
    } else if (step.do === "close") {
      if (m.p !== m.e) {
        m.fail("length", `ends where "${step.entry.key}" says`, `${m.e - m.p} bytes are left`);
        return m.leave(step.last.key, i, value, marks);
      }
      Object.assign(m, ends.pop());
    } else {
      const { entry, from, to } = step;
      const want = expected(m.b, step, marks);
      const got = value[entry.key];
      const ok = agree(want, got);
      const code = entry.op.derived?.checksum ? "checksum" : "length";
      const { key, before } = entry;
      m.verified?.push({ offset: marks[before] as number, key, want, ok, checksum: code === "checksum" });
      if (!ok && !m.verified) {
        m.fail(
          code,
          `${code} of ${(marks[to] as number) - (marks[from] as number)} bytes is ${shown(want)}`,
          `got ${shown(got as number)}`,
          marks[entry.before],
        );
        return m.leave(entry.key, i, value, marks);
      }
    }
  }
  m.scopes.pop();
  return value;
}

/** Adds to a size that is beyond the limit what follows step `i`; where that is not fixed, or in a window, the size is not known. */
function reckon(m: Reader, steps: readonly Step[], i: number, windowed: boolean): void {
  if (m.announced === 0) return;
  const opened = steps[i] as Step;
  let next = i + 1;
  if (opened.do === "open")
    while (!(steps[next - 1]?.do === "close" && (steps[next - 1] as typeof opened).entry === opened.entry)) next++;
  for (const step of steps.slice(next)) {
    const { min, max } =
      step.do === "run" ? { min: step.size, max: step.size } : step.do === "field" ? step.entry.op : none;
    m.announced += min === max ? min : Number.NaN;
  }
  if (windowed || Number.isNaN(m.announced)) m.announced = 0;
}

const none = { min: 0, max: 0 };

/** Lengths and checksums are numbers or bigints, whichever their field has. */
const agree = (want: number | bigint, got: unknown): boolean => BigInt(want) === BigInt(got as number);

const shown = (value: number | bigint): string => `0x${value.toString(16)}`;

function expected(
  b: Uint8Array,
  { entry, from, to, size }: Extract<Step, { do: "verify" }>,
  marks: readonly number[],
): number | bigint {
  const start = marks[from] as number;
  const end = marks[to] as number;
  const { checksum } = entry.op.derived as NonNullable<Op["derived"]>;
  return checksum
    ? checksumOver(checksum.algorithm, checksum.big, b, start, end, marks[entry.before] as number, size)
    : end - start;
}

/** The input ends inside a run: what is there is still read, so that the error names the field that is cut. */
function partial(m: Reader, step: Run, value: Record<string, unknown>): typeof STOP {
  m.fault = undefined;
  const p = m.p;
  for (const { entry, leaf, offset } of step.items) {
    m.p = p + offset;
    if (leaf.decode(m) === STOP) return unread(m, leaf, p + offset).leave(entry.key, 0, value);
  }
  return STOP;
}

/** Points what is wrong with a bit field at its first bit; where bytes are missing, that may be one of them. */
function unread(m: Reader, { place }: Leaf, p: number): Reader {
  const { fault } = m;
  if (place?.width !== undefined && fault?.offset === p && fault.bit === undefined && fault.code !== "truncated") {
    const { byte, bit } = firstBit(place, place.width);
    fault.offset = p + byte;
    fault.bit = bit;
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
      if (slot) w.places[(w.bases[w.root + slot.scope.depth] as number) + slot.index] = p + offset;
      else if (!entry.op.derived) leaf.put(w, p + offset, given(w, value, entry));
    }
  } catch (error) {
    const { entry, offset } = items[k] as Run["items"][number];
    throw under(error, entry.key, offset);
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
  const base = w.places.length;
  for (let i = 0; i < scope.slots.length; i++) {
    w.places.push(0);
    w.values.push(undefined);
  }
  w.scopes.push(value);
  w.bases.push(base);
  const marks: number[] = plan.marks > 0 ? new Array(plan.marks).fill(0) : [];
  w.live.push(marks);
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
          if (slot) w.places[(w.bases[w.root + slot.scope.depth] as number) + slot.index] = w.p;
          w.keep(entry.op.min);
        } else entry.op.encode(w, given(w, value, entry));
      } catch (error) {
        throw under(error, entry.key);
      }
      if (entry.after >= 0) marks[entry.after] = w.p;
    }
  }
  finish(w, value, plan, scope, base, marks);
  w.scopes.pop();
  w.bases.pop();
  w.live.pop();
  if (scope.slots.length === 0) return;
  w.places.length = base;
  w.values.length = base;
}
