// Law: IEEE 754 binary16, 32 and 64. Encoding rounds as the format does (NaN and infinities included) and refuses a
// finite value that would become infinite.

import type { Leaf } from "../plan.js";
import { getF16, getF32, getF64, putF16, putF32, putF64 } from "../runtime/number.js";
import { leaf } from "./leaf.js";

const formats = {
  2: { get: getF16, put: putF16, overflow: 65520 },
  4: { get: getF32, put: putF32, overflow: 3.4028235677973366e38 },
  8: { get: getF64, put: putF64, overflow: Number.POSITIVE_INFINITY },
} as const;

export function float(bytes: 2 | 4 | 8, little: boolean): Leaf {
  const { get, put, overflow } = formats[bytes];
  const name = `F${bytes * 8}`;
  return leaf({
    size: bytes,
    get: (m, p) => get(m.b, p, little),
    put(w, p, value) {
      if (typeof value !== "number") throw w.refuse("type", "needs a number", value);
      if (Math.abs(value) >= overflow && Number.isFinite(value))
        throw w.refuse("range", `needs a number that fits ${bytes * 8} bits of float`, value);
      put(w.b, p, value, little);
    },
    emitGet: (source, base, offset) => `${source.use(`get${name}`, get)}(b, ${base} + ${offset}, ${little})`,
    emitPut(source, base, offset, value) {
      source.stop(
        `typeof ${value} !== "number"${overflow === Number.POSITIVE_INFINITY ? "" : ` || Math.abs(${value}) >= ${overflow} && Number.isFinite(${value})`}`,
      );
      source.line(`${source.use(`put${name}`, put)}(b, ${base} + ${offset}, ${value}, ${little});`);
    },
  });
}
