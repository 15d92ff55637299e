// Law: what lies at an offset may be read many times, so what is read through offsets counts against the limits. Encode
// puts it behind everything else and then fills in the offset; where something else would take it in there, it is refused.
// Only the interpreter does this.

import { isLeaf, type Op } from "../plan.js";
import { CONTENT, type Extent, laterOf } from "../runtime/later.js";
import { Reader, STOP } from "../runtime/reader.js";
import type { Reads, Writer } from "../runtime/writer.js";
import { type Count, forward, invert, lookUpGiven, readCount } from "./count.js";
import { typedAs } from "./fill.js";
import { presence, putKept } from "./leaf.js";
import { LATER } from "./slots.js";

const named = (from: number, to: number): string => `${from} to ${to}`;

/** What offsets point at and decode takes for a part of something else: all that is read must end where it was written to. */
function taken(reads: Reads, w: Writer, end: number, contents: readonly Extent[]): Extent | undefined {
  // What is too large is refused for that.
  if (w.p - w.start > w.limits.maxMessageSize) return undefined;
  const m = new Reader(w.filled(w.b), w.start, w.limits, true);
  m.bound(w.p, true);
  m.views = true;
  m.extents = [];
  if (reads.decode(m) !== STOP) m.extents.push(named(w.start, m.p));
  const left = new Map<string, number>();
  for (const name of m.extents) left.set(name, (left.get(name) ?? 0) + 1);
  for (const { from, to } of [{ from: w.start, to: end }, ...contents]) {
    const name = named(from, to);
    const times = left.get(name) ?? 0;
    if (times === 0) return contents.find((content) => content.from >= to && content.to > content.from) ?? contents[0];
    left.set(name, times - 1);
  }
  return undefined;
}

/** Something at an offset from the start of the message. */
export function at(offset: Count, content: Op): Op {
  return {
    min: 0,
    max: 0,
    ...presence(content),
    ...(content.greedy && { greedy: true }),
    decode(m: Reader) {
      const saved = m.resume();
      const back = saved?.numbers[0] ?? m.p;
      const from = saved?.numbers[1] ?? readCount(m, offset);
      if (from === STOP) return STOP;
      const { e, hard } = m;
      if (!saved?.numbers.length) {
        if (m.depth >= m.limits.maxDepth) {
          m.fail("limit", `at most ${m.limits.maxDepth} levels of recursion`, "one more");
          return STOP;
        }
        m.p = m.start + (from as number);
        // An offset may point anywhere in the message, out of the window it stands in too.
        if (m.p > m.end) {
          m.e = m.end;
          m.hard = m.final;
          // A limit is met where the offset stands, however many bytes are at hand.
          m.p = (from as number) > m.limits.maxMessageSize ? back : m.end;
          m.short((from as number) - (m.p - m.start), false);
          m.p = back;
          return m.fault ? STOP : m.leave(undefined, 0, undefined, []);
        }
        if (!m.count(1)) return STOP;
      }
      const start = m.start + (from as number);
      m.e = m.end;
      m.hard = m.final;
      const { root } = m;
      m.depth++;
      m.root = m.scopes.length;
      const value = content.decode(m);
      m.depth--;
      m.root = root;
      if (value === STOP) {
        m.announced = 0;
        return m.leave(undefined, 0, undefined, [back, from as number]);
      }
      m.jumped += m.p - start;
      m.extents?.push(named(start, m.p));
      if (m.p > m.far) m.far = m.p;
      if (m.jumped > m.limits.maxMessageSize) {
        m.fail("limit", `at most ${m.limits.maxMessageSize} bytes read through offsets`, `${m.jumped} read`);
        return STOP;
      }
      m.p = back;
      m.e = e;
      m.hard = hard;
      return value;
    },
    encode(w: Writer, value) {
      if (w.depth >= w.limits.maxDepth)
        throw w.fail("limit", `at most ${w.limits.maxDepth} levels of recursion`, "one more");
      w.count(1);
      const depth = w.depth + 1;
      const bound = offset.mode === "ref" ? offset.bound : undefined;
      const given = offset.mode === "fixed" ? offset.n : bound && lookUpGiven(w, bound);
      const later = laterOf(w);
      const slot = bound?.named.slot;
      let place: { readonly place: number } | undefined;
      if (slot && given === undefined) {
        const { places, values } = slot.frame(w);
        if (values[slot.index] === LATER)
          throw w.fail("mismatch", "needs an offset of its own", `"${bound.named.key}" is that of an earlier field`);
        place = later.offsetAt(places[slot.index] as number);
        // Filled in below, once it is known what the message holds.
        values[slot.index] = LATER;
      }
      later.taken = taken;
      const order = later.defer(CONTENT, [], () => {
        const free = w.p - w.start;
        let start = free;
        if (given !== undefined) {
          start = bound ? forward(bound, Number(given)) : Number(given);
          if (!(start >= free))
            throw w.fail("mismatch", `lies behind everything before it, at ${free} or later`, `got ${start}`);
          w.room(start - free);
          w.b.fill(0, w.p, w.start + start);
          w.p = w.start + start;
        }
        w.depth = depth;
        content.encode(w, value);
        later.contents.push({ from: w.start + start, to: w.p, order });
        if (bound && place) {
          const { op } = bound.named;
          const right = invert(w, bound, start);
          if (isLeaf(op)) putKept(w, op, place.place, typedAs(op, right));
        }
      });
    },
    emitDecode(source) {
      source.interpreted = "has `at`";
      return "undefined";
    },
    emitEncode(source) {
      source.interpreted = "has `at`";
    },
  };
}
