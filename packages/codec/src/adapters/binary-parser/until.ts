// Law: what a function finds the end of is read as far as it says, the same however the bytes come. One that asks for the
// bytes behind is asked again when all are there: at the end of the input, not before.

import { type AnySchema, array, custom, type Length, until } from "../../index.js";
import type { Until } from "../../length.js";
import { countedArray, untilArray } from "../../ops/array.js";
import { countOf } from "../../ops/count.js";
import { part } from "../../ops/part.js";
import type { Context, Leaf, Op } from "../../plan.js";
import { take } from "../../runtime/bytes.js";
import { type Reader, STOP } from "../../runtime/reader.js";
import type { Writer } from "../../runtime/writer.js";
import { node } from "../../schema.js";
import type { Source as Text } from "../../source.js";
import { DECODE_ONLY, decodeOnlyText, looksAround, type Told, threw } from "./decode-only.js";
import { growing, Look } from "./look.js";
import { bindSight, emitSight, type List, type Source } from "./sight.js";

const BEHIND = "has functions that look at the bytes behind";

const NONE = new Uint8Array(0);

/** Stands for bytes that are not all there yet: notes that they were asked for. */
class Later implements ProxyHandler<Uint8Array> {
  asked = false;
  readonly bytes: Uint8Array = new Proxy(NONE, this);

  private ask(): never {
    this.asked = true;
    throw new Error(decodeOnlyText("its readUntil function looks at the bytes behind"));
  }
  get(): never {
    return this.ask();
  }
  has(): never {
    return this.ask();
  }
  set(): never {
    return this.ask();
  }
  ownKeys(): never {
    return this.ask();
  }
  getOwnPropertyDescriptor(): never {
    return this.ask();
  }
  defineProperty(): never {
    return this.ask();
  }
  deleteProperty(): never {
    return this.ask();
  }
  getPrototypeOf(): never {
    return this.ask();
  }
  setPrototypeOf(): never {
    return this.ask();
  }
}

/** What a function says of an item without the bytes behind it; throws where it asks for them. */
function without(told: Told, look: Look, item: unknown, later: Later): boolean {
  later.asked = false;
  const result = Boolean(told.fn.call(look.self, item, later.bytes));
  if (later.asked) later.bytes.length;
  return result;
}

/** The same where nothing is decoded, and so nothing to be seen. */
function blindly(told: Told, item: unknown): boolean {
  const look = new Look(told.sight, undefined);
  try {
    const result = without(told, look, item, new Later());
    if (!look.looked) return result;
  } catch (error) {
    if (!look.looked) throw error;
  }
  throw looksAround(told.what);
}

/** What a function says of an item that ends at `m.p`; STOP where that is not known yet, or is an error. */
function ends(m: Reader, told: Told, look: Look, item: unknown, at: number, later: Later): boolean | typeof STOP {
  const { fn } = told;
  try {
    if (fn.length < 2) return without(told, look, item, later);
  } catch {
    // What it threw may come of what stood for the bytes behind.
  }
  if (!m.final) {
    try {
      return without(told, look, item, later);
    } catch {
      m.unended();
      return STOP;
    }
  }
  try {
    return Boolean(fn.call(look.self, item, m.b.subarray(m.p, m.end)));
  } catch (cause) {
    return threw(m, told.what, cause, at);
  }
}

/** Bytes up to one that a function finds, which stays; or all up to the end. */
export function bytesUntil(told: Told, why: string): AnySchema {
  const encode = (): never => {
    throw new Error(decodeOnlyText(why));
  };
  const plain = custom<Uint8Array>({
    name: "bytes(until a function)",
    decode(bytes, end) {
      const found = bytes.findIndex((byte) => blindly(told, byte));
      if (found < 0 && !end) return { needed: 1 };
      const size = found < 0 ? bytes.length : found;
      return { value: bytes.slice(0, size), size };
    },
    encode,
  });
  const { label, functions } = plain as unknown as Record<string, unknown>;
  return node("custom", plain.facts, { label, functions }, (_schema: never, context: never) =>
    bytesOp(told, why, context),
  );
}

/** Where bytes end for generated code, which never tells what is behind; -1 where the interpreter must say. */
function scan(told: Told, source: Source, b: Uint8Array, from: number, end: number, hard: boolean): number {
  const look = new Look(told.sight, source);
  const later = new Later();
  let p = from;
  try {
    while (p < end && !without(told, look, b[p], later)) p++;
  } catch {
    return -1;
  } finally {
    look.close();
  }
  return p < end || hard ? p : -1;
}

function bytesOp(told: Told, why: string, context: Context): Op {
  const { sight, fn } = told;
  const bound = bindSight(context, sight);
  const generated = (b: Uint8Array, p: number, end: number, hard: boolean, found: () => readonly unknown[]): number =>
    scan(told, found, b, p, end, hard);
  return {
    min: 0,
    max: Number.POSITIVE_INFINITY,
    free: true,
    decode(m) {
      const from = m.resume()?.numbers[0] ?? m.p;
      const look = new Look(sight, m);
      const later = new Later();
      // What was looked at before stays behind: the position moves along while it is scanned.
      for (let ended: boolean | typeof STOP = false; !ended; ) {
        if (m.p === m.e) {
          if (m.hard) break;
          m.unended();
          ended = STOP;
        } else ended = ends(m, told, look, m.b[m.p], m.p, later);
        if (ended === STOP) {
          look.close();
          return m.leave(undefined, 0, undefined, [from]);
        }
        if (!ended) m.p++;
      }
      look.close();
      return take(m, m.b, from, m.p);
    },
    encode(w: Writer) {
      throw w.fail("rejected", DECODE_ONLY, decodeOnlyText(why));
    },
    emitDecode(source) {
      if (fn.length > 1) source.interpreted = BEHIND;
      const seen = emitSight(source, sight, bound);
      const end = source.store(`${source.constant(generated)}(b, p, ${source.end}, ${source.hard}, ${seen})`, "end");
      source.stop(`${end} < 0`);
      const value = source.store(`${source.use("take", take)}(r, b, p, ${end})`, "bytes");
      source.line(`p = ${end};`);
      return value;
    },
    emitEncode: (source) => source.stop(),
  };
}

/**
 * An array of which functions see the elements so far, in `list`: those of its elements, or one that says which is the
 * last. It can be encoded where that one asks for nothing but the element.
 */
export function arrayOf(item: AnySchema, length: Length | Told, list: List | undefined): AnySchema {
  const told = typeof length === "object" && "fn" in length ? length : undefined;
  const by: Length = told ? until((value) => blindly(told, value)) : (length as Length);
  const plain = array(item, by);
  if (!list && !told) return plain;
  return node(
    "array",
    plain.facts,
    { item, length: by },
    (_schema: never, given: never) => {
      const context = given as Context;
      const lowered = context.lower(item, { element: true });
      const inner = item.facts.uses.length === 0 ? part(lowered) : lowered;
      const op = list ? noted(inner, list) : inner;
      const bounds = { min: plain.facts.min, max: plain.facts.max };
      const count = countOf(context, by);
      const { mode } = count;
      if (mode !== "rest" && mode !== "until") return kept(countedArray(count, op, bounds), list);
      const end = mode === "rest" ? ({ kind: "until", delimiters: [], orEnd: true } as const) : (by as Until);
      const whole = untilArray(end, [], op, bounds);
      return kept(told ? { ...whole, ...untilTold(context, op, told) } : whole, list);
    },
    (change) => arrayOf(change(item), length, list),
  );
}

/** Notes each element where functions find it. */
function noted(item: Op, list: List): Op {
  const note = (m: Reader, value: unknown): void => {
    if (value !== STOP) list.lists.get(m.scopes[m.scopes.length - 1] as object)?.push(value);
  };
  // Elements of fixed size would be read without this.
  const { get, put, size, emitGet, emitPut, ...plain } = item as Leaf;
  return {
    ...plain,
    decode(m) {
      const value = item.decode(m);
      note(m, value);
      return value;
    },
    encode: (w, value) => item.encode(w, value),
    emitDecode(source) {
      const value = source.store(item.emitDecode(source), "item");
      const known = source.vars.get(list);
      if (known) source.line(`${known}.push(${value});`);
      return value;
    },
  };
}

/** Makes room for the elements of {@link noted}. */
function kept(whole: Op, list: List | undefined): Op {
  if (!list) return whole;
  return {
    ...whole,
    decode(m) {
      const around = m.scopes[m.scopes.length - 1] as object;
      if (!m.resuming) list.lists.set(around, []);
      const value = whole.decode(m);
      if (value !== STOP) list.lists.delete(around);
      return value;
    },
    emitDecode(source) {
      source.vars.set(list, source.store("[]", "seen"));
      return whole.emitDecode(source);
    },
  };
}

/** The elements up to the one that a function calls the last. */
function untilTold(context: Context, item: Op, told: Told): Pick<Op, "decode" | "emitDecode"> {
  const { sight, fn, name, hash } = told;
  const bound = bindSight(context, sight);
  /** What all calls for one array have in common: the array as they see it, and what stands for the bytes behind. */
  const begin = (values: unknown[]) => ({ shown: growing(values, hash), later: new Later() });
  const generated = (
    value: unknown,
    { shown, later }: ReturnType<typeof begin>,
    found: () => readonly unknown[],
  ): boolean => {
    const look = new Look(sight, found, name, shown);
    try {
      return without(told, look, value, later);
    } finally {
      look.close();
    }
  };
  return {
    decode(m) {
      const saved = m.resume();
      const values = (saved?.value as unknown[]) ?? [];
      const { shown, later } = begin(values);
      // Where it stopped: in front of an element, in it, or behind it, before it was known whether it is the last.
      let stage = saved?.index ?? 0;
      let at = saved?.numbers[0] ?? m.p;
      for (;;) {
        if (stage === 0) {
          at = m.p;
          if (!m.count(1)) return STOP;
        }
        if (stage < 2) {
          const value = item.decode(m);
          if (value === STOP) return m.leave(values.length, 1, values, [at]);
          values.push(value);
        }
        stage = 0;
        const look = new Look(sight, m, name, shown);
        const ended = ends(m, told, look, values[values.length - 1], at, later);
        look.close();
        if (ended === STOP) return m.leave(values.length - 1, 2, values, [at]);
        if (ended) return values;
      }
    },
    emitDecode(source: Text) {
      if (fn.length > 1) source.interpreted = BEHIND;
      const values = source.store("[]", "values");
      const begun = source.store(`${source.constant(begin)}(${values})`, "begun");
      const seen = emitSight(source, sight, bound);
      source.block("for (;;) {", () => {
        source.line("r.elements++;");
        source.stop("r.elements > r.limits.maxElements");
        const value = source.store(item.emitDecode(source), "item");
        source.line(`${values}.push(${value});`);
        const ended = source.attempt(`${source.constant(generated)}(${value}, ${begun}, ${seen})`, "ended");
        source.line(`if (${ended}) break;`);
      });
      return values;
    },
  };
}
