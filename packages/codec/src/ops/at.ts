// Law: what lies at an offset may be read many times, so what is read through offsets counts against the limits. Encode
// puts it behind everything else and then fills in the offset. Only the interpreter does this.

import { isLeaf, type Op } from "../plan.js";
import { CONTENT, laterOf } from "../runtime/later.js";
import { type Reader, STOP } from "../runtime/reader.js";
import type { Writer } from "../runtime/writer.js";
import { type Count, forward, invert, lookUpGiven, readCount } from "./count.js";
import { typedAs } from "./fill.js";
import { presence } from "./leaf.js";
import { LATER } from "./slots.js";

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
      const late = later.late.length;
      const slot = bound?.named.slot;
      if (slot && given === undefined) {
        const { places, values } = slot.frame(w);
        later.late.push(places[slot.index] as number);
        // Filled in below, once it is known what the message holds.
        values[slot.index] = LATER;
      }
      later.defer(CONTENT, [], () => {
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
        if (bound && given === undefined) {
          const { op } = bound.named;
          const right = invert(w, bound, start);
          if (isLeaf(op)) op.put(w, later.late[late] as number, typedAs(op, right));
        }
      });
    },
    emitDecode(source) {
      source.interpreted = true;
      return "undefined";
    },
    emitEncode(source) {
      source.interpreted = true;
    },
  };
}
