// Law: bytes that a function unwraps are a message of their own, with offsets of their own, in which functions still see
// the message around; what they hold counts against the same limits.

import { type AnySchema, compile, rest, sized } from "../../index.js";
import { labelOf } from "../../length.js";
import { transformed } from "../../ops/transform.js";
import { type Context, lower, type Op } from "../../plan.js";
import { Reader, STOP } from "../../runtime/reader.js";
import { node } from "../../schema.js";
import { DECODE_ONLY, decodeOnlyText, threw } from "./decode-only.js";
import { inherit } from "./sight.js";

/** How bytes are unwrapped, and what is in them. */
export interface Wrapped {
  readonly wrapper: Function;
  /** What the function has as its `this`: with binary-parser the parser that is asked. */
  readonly self: unknown;
  readonly content: AnySchema;
  /** Whether functions in it look around. */
  readonly looks: boolean;
  readonly why: string;
}

/** What is in bytes once a function has unwrapped them. */
export function unwrapped(bytes: AnySchema, wrapped: Wrapped): AnySchema {
  const { wrapper, self, content, looks, why } = wrapped;
  const unwrap = (outer: unknown): Uint8Array => {
    const inner = wrapper.call(self, outer) as unknown;
    if (inner instanceof Uint8Array) return inner;
    throw new TypeError("its wrapper function gives no Uint8Array");
  };
  let codec: ReturnType<typeof compile<AnySchema>> | undefined;
  const alone = (outer: unknown): unknown => {
    codec ??= compile(sized(rest, content, { skip: true }));
    return codec.decode(unwrap(outer)) as unknown;
  };
  // Lowered when it is first met: it may contain itself.
  let op: Op | undefined;
  const within = (m: Reader, outer: unknown): unknown => {
    op ??= lower(content);
    const inner = new Reader(unwrap(outer), 0, m.limits, true);
    inherit(inner, m);
    inner.views = m.views;
    inner.elements = m.elements;
    inner.depth = m.depth + 1;
    const value = inner.depth > m.limits.maxDepth ? STOP : op.decode(inner);
    m.elements = inner.elements;
    if (value !== STOP) return value;
    if (inner.fault) throw inner.error();
    m.fail("limit", `at most ${m.limits.maxDepth} levels of recursion`, "one more");
    return STOP;
  };
  const encode = (): never => {
    throw new Error(decodeOnlyText(why));
  };
  return node(
    "map",
    bytes.facts,
    { label: labelOf(bytes), schema: bytes, functions: Object.freeze({ decode: alone, encode }) },
    (_schema: never, context: never) =>
      transformed((context as Context).lower(bytes), {
        forward(m, outer, at) {
          try {
            return looks ? within(m, outer) : alone(outer);
          } catch (cause) {
            return threw(m, "wrapper", cause, at);
          }
        },
        back(w) {
          throw w.fail("rejected", DECODE_ONLY, decodeOnlyText(why));
        },
        emitForward(source, outer) {
          if (looks) source.interpreted = "has functions in wrapped bytes";
          return source.attempt(`${source.constant(alone)}(${outer})`, "unwrapped");
        },
        emitBack(source, value) {
          source.stop();
          return value;
        },
        traits: { free: true },
      }),
    (change) => unwrapped(change(bytes), wrapped),
  );
}
