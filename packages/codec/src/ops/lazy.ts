// Law: recursion has a depth limit, and a recursive schema sees no fields of what surrounds it.

import type { Op } from "../plan.js";
import { type Reader, STOP } from "../runtime/reader.js";
import type { Writer } from "../runtime/writer.js";
import { decodePart } from "./part.js";

/** Whether the engine ran out of stack, as V8, JavaScriptCore and SpiderMonkey say it. */
function isOverflow(error: unknown): boolean {
  return error instanceof Error && /call stack|too much recursion/.test(error.message);
}

/** An op that is looked up when it is first used, because it contains itself; `min` is known before. */
export function lazy(target: () => Op, min: number, greedy: boolean): Op {
  return {
    min,
    ...(greedy && { greedy }),
    max: Number.POSITIVE_INFINITY,
    apart: true,
    decode(m: Reader) {
      m.resume();
      if (m.depth >= m.limits.maxDepth) {
        m.fail("limit", `at most ${m.limits.maxDepth} levels of recursion`, "one more");
        return STOP;
      }
      const { root } = m;
      m.depth++;
      m.root = m.scopes.length;
      let value: unknown = STOP;
      try {
        value = decodePart(m, target());
      } catch (error) {
        if (!isOverflow(error)) throw error;
        m.fail("limit", "fewer levels of recursion", `the stack has no room for level ${m.depth}`);
      }
      m.depth--;
      m.root = root;
      return value === STOP ? m.leave(undefined, 0, undefined) : value;
    },
    encode(w: Writer, value) {
      if (w.depth >= w.limits.maxDepth)
        throw w.fail("limit", `at most ${w.limits.maxDepth} levels of recursion`, "one more");
      const { root } = w;
      w.depth++;
      w.root = w.scopes.length;
      try {
        target().encode(w, value);
      } catch (error) {
        if (!isOverflow(error)) throw error;
        throw w.fail("limit", "fewer levels of recursion", `the stack has no room for level ${w.depth}`);
      }
      w.depth--;
      w.root = root;
    },
    emitDecode(source) {
      source.stop("++r.depth > r.limits.maxDepth");
      const value = source.attempt(`${source.function(target())}(b, p, ${source.end}, r, ${source.hard})`, "value");
      source.stop(`${value} === ${source.use("STOP", STOP)}`);
      source.line("r.depth--;");
      source.line("p = r.p;");
      return value;
    },
    emitEncode(source, value) {
      source.stop("++w.depth > w.limits.maxDepth");
      source.line(`p = ${source.function(target())}(w, b, p, ${value});`);
      source.stop("p < 0");
      source.line("w.depth--;");
      source.line("b = w.b;");
    },
  };
}
