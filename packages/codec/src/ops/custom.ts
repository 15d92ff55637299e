// Law: the way out for what no other op describes. The user's functions see bytes and values only, are passed in as
// arguments, and what they throw, or give that is not what was agreed, becomes an error with path and offset.

import { reason, show } from "../errors.js";
import type { Op } from "../plan.js";
import { isWhole } from "../runtime/bytes.js";
import { type Reader, STOP } from "../runtime/reader.js";
import { property, type Writer } from "../runtime/writer.js";
import { emitLength, LIES } from "./content.js";

/** The user's functions, and the sizes that they promise. */
export interface CustomFunctions {
  /** The value at the start of `bytes` and its size; or how many more bytes it needs at the least. `end` says that none will follow. */
  decode(bytes: Uint8Array, end: boolean): { value: unknown; size: number } | { needed: number };
  encode(value: unknown): Uint8Array;
  readonly min: number;
  readonly max: number;
}

/** One call of the user's decode. */
export function callDecode(
  m: Reader,
  { decode, min, max }: CustomFunctions,
  b: Uint8Array,
  p: number,
  end: number,
  hard: boolean,
): unknown | typeof STOP {
  try {
    const result = decode(b.subarray(p, end), hard) ?? {};
    const value = property(result, "value");
    const size = property(result, "size");
    const needed = property(result, "needed");
    if (needed !== undefined && Number.isSafeInteger(needed) && (needed as number) >= 1) {
      m.short(end - p + (needed as number), false);
      return STOP;
    }
    const most = Math.min(max, end - p);
    if (needed === undefined && Number.isInteger(size) && (size as number) >= min && (size as number) <= most) {
      m.p = p + (size as number);
      return value;
    }
    const got = needed === undefined ? `a size of ${show(size)}` : `${show(needed)} needed`;
    m.fail("rejected", `from its decode function a size from ${min} to ${most}, or 1 or more needed`, `got ${got}`, p);
  } catch (cause) {
    m.fail("rejected", "bytes that its decode function accepts", reason(cause), p, { cause });
  }
  return STOP;
}

export function custom(functions: CustomFunctions): Op {
  const { encode, min, max } = functions;
  return {
    min,
    max,
    free: true,
    decode: (m: Reader) => callDecode(m, functions, m.b, m.p, m.e, m.hard),
    encode(w: Writer, value) {
      let bytes: Uint8Array;
      try {
        bytes = encode(value);
      } catch (cause) {
        throw w.fail("rejected", "a value that its encode function accepts", reason(cause), cause);
      }
      if (!(bytes instanceof Uint8Array)) throw w.refuse("rejected", "a Uint8Array from its encode function", bytes);
      const n = bytes.length;
      if (!isWhole(bytes, n)) throw w.fail("rejected", LIES, `got ${n}`);
      if (n < min || n > max) throw w.refuse("rejected", `from ${min} to ${max} bytes from its encode function`, bytes);
      w.room(n);
      w.b.set(bytes, w.p);
      w.p += n;
    },
    emitDecode(source) {
      // The reader's own end is not kept by generated code, so a shortage is left to the interpreter.
      const value = source.store(
        `${source.use("callDecode", callDecode)}(r, ${source.constant(functions)}, b, p, ${source.end}, ${source.hard})`,
      );
      source.stop(`${value} === ${source.use("STOP", STOP)}`);
      source.line("p = r.p;");
      return value;
    },
    emitEncode(source, value) {
      const bytes = source.attempt(`${source.constant(encode)}(${value})`, "bytes");
      source.stop(`!(${bytes} instanceof Uint8Array)`);
      const n = emitLength(source, bytes);
      if (min > 0) source.stop(`${n} < ${min}`);
      if (max !== Number.POSITIVE_INFINITY) source.stop(`${n} > ${max}`);
      source.need(n);
      source.line(`b.set(${bytes}, p);`);
      source.advance(n);
    },
  };
}
