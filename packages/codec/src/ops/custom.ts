// Law: the way out for what no other op describes. The user's functions see bytes and values only, are passed in as
// arguments, and what they throw becomes an error with path and offset.

import { DecodeError, EncodeError } from "../errors.js";
import type { Op } from "../plan.js";
import { type Reader, STOP } from "../runtime/reader.js";
import type { Writer } from "../runtime/writer.js";

/** The user's functions. */
export interface CustomFunctions {
  /** The value at the start of `bytes` and its size; or how many more bytes it needs at the least. `end` says that none will follow. */
  decode(bytes: Uint8Array, end: boolean): { value: unknown; size: number } | { needed: number };
  encode(value: unknown): Uint8Array;
}

/** One call of the user's decode. */
export function callDecode(
  m: Reader,
  functions: CustomFunctions,
  b: Uint8Array,
  p: number,
  end: number,
  hard: boolean,
): unknown | typeof STOP {
  let result: ReturnType<CustomFunctions["decode"]>;
  try {
    result = functions.decode(b.subarray(p, end), hard);
  } catch (cause) {
    m.fail(
      "rejected",
      "bytes that its decode function accepts",
      cause instanceof Error ? cause.message : String(cause),
      p,
      { cause },
    );
    return STOP;
  }
  if ("needed" in result) {
    m.short(end - p + Math.max(1, result.needed));
    return STOP;
  }
  if (!(Number.isInteger(result.size) && result.size >= 0 && p + result.size <= end)) {
    m.fail("rejected", `a size from 0 to ${end - p} from its decode function`, `got ${result.size}`, p);
    return STOP;
  }
  m.p = p + result.size;
  return result.value;
}

export function custom(functions: CustomFunctions, bounds: { min: number; max: number }): Op {
  return {
    ...bounds,
    decode: (m: Reader) => callDecode(m, functions, m.b, m.p, m.e, m.hard),
    encode(w: Writer, value) {
      let bytes: Uint8Array;
      try {
        bytes = functions.encode(value);
      } catch (cause) {
        if (cause instanceof EncodeError || cause instanceof DecodeError) throw cause;
        throw w.fail(
          "rejected",
          "a value that its encode function accepts",
          cause instanceof Error ? cause.message : String(cause),
          cause,
        );
      }
      if (!(bytes instanceof Uint8Array)) throw w.fail("rejected", "a Uint8Array from its encode function", bytes);
      w.room(bytes.length);
      w.b.set(bytes, w.p);
      w.p += bytes.length;
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
      const bytes = source.store(`${source.constant(functions)}.encode(${value})`, "bytes");
      source.stop(`!(${bytes} instanceof Uint8Array)`);
      source.need(`${bytes}.length`);
      source.line(`b.set(${bytes}, p);`);
      source.advance(`${bytes}.length`);
    },
  };
}
