// Law: a field that is there only under a condition is absent, not undefined, when it is not; and encode refuses a value
// that the condition says cannot be there.

import type { Op } from "../plan.js";
import { type Reader, STOP } from "../runtime/reader.js";
import type { Writer } from "../runtime/writer.js";
import { type BoundCondition, emitHolds, holds, lookUp, lookUpAsked } from "./count.js";

export function when(condition: BoundCondition, inner: Op): Op {
  const needsValue = !inner.hidden && !inner.constant && !inner.optional;
  return {
    min: 0,
    max: inner.max,
    ...(inner.hidden ? { hidden: true } : { optional: true }),
    ...(inner.greedy && { greedy: true }),
    emitHint: (value) => `(${value} === undefined ? 0 : ${inner.min} + (${inner.emitHint?.(value) ?? 0} || 0))`,
    decode(m: Reader) {
      if (!m.resume() && !holds(condition, (bound) => lookUp(m, bound))) return undefined;
      const value = inner.decode(m);
      return value === STOP ? m.leave(undefined, 0, undefined) : value;
    },
    encode(w: Writer, value) {
      if (holds(condition, (bound) => lookUpAsked(w, bound))) {
        if (value === undefined && needsValue)
          throw w.fail("missing", "needs a value, because its condition holds", "there is none");
        inner.encode(w, value);
      } else if (value !== undefined)
        throw w.refuse("unexpected", "cannot have a value, because its condition does not hold", value);
    },
    emitDecode(source) {
      const value = source.name("value");
      source.line(`let ${value};`);
      source.block(`if (${emitHolds(source, condition)}) {`, () =>
        source.line(`${value} = ${inner.emitDecode(source)};`),
      );
      return value;
    },
    emitEncode(source, value) {
      source.block(
        `if (${emitHolds(source, condition)}) {`,
        () => {
          if (needsValue) source.stop(`${value} === undefined`);
          inner.emitEncode(source, value);
        },
        value === "undefined" ? "}" : `} else if (${value} !== undefined) ${source.givingUp}`,
      );
    },
  };
}
