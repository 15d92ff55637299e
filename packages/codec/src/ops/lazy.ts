// Law: recursion has a depth limit, and a recursive schema sees no fields of what surrounds it. Where the stack ends
// before the limit, that is a limit too; so levels are as few calls as they can be.

import { deeper } from "../errors.js";
import type { Op } from "../plan.js";
import { type Reader, STOP } from "../runtime/reader.js";
import type { Writer } from "../runtime/writer.js";
import { decodePart } from "./part.js";

/**
 * Whether the engine ran out of stack, as V8, JavaScriptCore and SpiderMonkey say it. Asked where there is none left: a
 * call may throw again, for a level further out to catch, but a regexp would end the process.
 */
function isOverflow(error: unknown): boolean {
  const message = error instanceof Error && error.message;
  return typeof message === "string" && (message.includes("call stack") || message.includes("too much recursion"));
}

const FEWER = "fewer levels of recursion";

/** What is said of it; throws, for a level further out to catch, until there is room to go on with. */
const noRoom = (depth: number): string => `the stack has no room for level ${depth + deeper(50) - 49}`;

/** An op that is looked up when it is first used, because it contains itself; `min` is known before. */
export function lazy(target: () => Op, min: number, greedy: boolean): Op {
  return {
    min,
    ...(greedy && { greedy }),
    max: Number.POSITIVE_INFINITY,
    apart: true,
    decode(m: Reader) {
      m.resume();
      const { root, depth } = m;
      if (depth >= m.limits.maxDepth)
        return m.fail("limit", `at most ${m.limits.maxDepth} levels of recursion`, "one more") || STOP;
      m.depth = depth + 1;
      m.root = m.scopes.length;
      let value: unknown = STOP;
      try {
        value = m.generated ? decodePart(m, target()) : target().decode(m);
      } catch (error) {
        if (!isOverflow(error)) throw error;
        // What was noted further in, on the way out, may lack keys.
        m.fault = undefined;
        m.keys = [];
        m.fail("limit", FEWER, noRoom(depth));
      }
      m.depth = depth;
      m.root = root;
      return value === STOP ? m.leave(undefined, 0, undefined) : value;
    },
    encode(w: Writer, value) {
      const { root, depth } = w;
      if (depth >= w.limits.maxDepth)
        throw w.fail("limit", `at most ${w.limits.maxDepth} levels of recursion`, "one more");
      w.depth = depth + 1;
      w.root = w.scopes.length;
      try {
        target().encode(w, value);
      } catch (error) {
        if (!isOverflow(error)) throw error;
        throw w.fail("limit", FEWER, noRoom(depth));
      }
      w.depth = depth;
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
