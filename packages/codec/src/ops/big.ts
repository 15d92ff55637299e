// Law: 64 bits are bigints, or numbers that are refused past 2^53 where the schema says safe.

import type { Leaf } from "../plan.js";
import { getBig, putBig } from "../runtime/number.js";
import { STOP } from "../runtime/reader.js";
import { type IntegerFormat, integer, rangeOf } from "./integer.js";
import { leaf } from "./leaf.js";

export function bigInteger(format: IntegerFormat): Leaf {
  const { signed, little } = format;
  const min = signed ? -(2n ** 63n) : 0n;
  const max = signed ? 2n ** 63n - 1n : 2n ** 64n - 1n;
  return leaf({
    size: 8,
    numeric: "bigint",
    get: (m, p) => getBig(m.b, p, little, signed),
    put(w, p, value) {
      if (typeof value !== "bigint") throw w.refuse("type", "needs a bigint", value);
      if (value < min || value > max) throw w.refuse("range", `needs a bigint from ${min} to ${max}`, value);
      putBig(w.b, p, value, little);
    },
    emitGet: (source, base, offset) => `${source.use("getBig", getBig)}(b, ${base} + ${offset}, ${little}, ${signed})`,
    emitPut(source, base, offset, value) {
      source.stop(`typeof ${value} !== "bigint" || ${value} < ${min}n || ${value} > ${max}n`);
      source.line(`${source.use("putBig", putBig)}(b, ${base} + ${offset}, ${value}, ${little});`);
    },
  });
}

export function safeInteger(format: IntegerFormat): Leaf {
  const { signed, little } = format;
  const { min, max } = rangeOf(format);
  const whole = integer(format);
  return leaf({
    ...whole,
    get(m, p) {
      const value = whole.get(m, p) as number;
      if (value >= min && value <= max) return value;
      m.fail("value", "a whole number of at most 2^53 - 1 in size", `${getBig(m.b, p, little, signed)}`, p);
      return STOP;
    },
    emitGet(source, base, offset) {
      const kept = source.store(whole.emitGet(source, base, offset));
      source.stop(`${kept} > ${max} || ${kept} < ${min}`);
      return kept;
    },
  });
}
