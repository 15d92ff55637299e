// Law: numbers that go into a typed array are copied at once and turned round where the byte order differs.

import type { Op } from "../plan.js";
import { isWhole } from "../runtime/bytes.js";
import { HOST_LITTLE } from "../runtime/number.js";
import { type Reader, STOP } from "../runtime/reader.js";
import type { Writer } from "../runtime/writer.js";
import { emitLength, LIES } from "./content.js";
import { type Count, emitCounting, emitReadCount, emitWriteCount, readCount, writeCount } from "./count.js";

export type TypedArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;
export type TypedArrayConstructor = {
  new (buffer: ArrayBuffer): TypedArray;
  readonly BYTES_PER_ELEMENT: number;
  readonly name: string;
};

/** Turns round every `size` bytes from `from` to `to`. */
export function swap(b: Uint8Array, from: number, to: number, size: number): void {
  for (let p = from; p < to; p += size) {
    for (let i = 0, j = size - 1; i < j; i++, j--) {
      const byte = b[p + i] as number;
      b[p + i] = b[p + j] as number;
      b[p + j] = byte;
    }
  }
}

export function readTyped(
  b: Uint8Array,
  from: number,
  to: number,
  make: TypedArrayConstructor,
  little: boolean,
): TypedArray {
  const bytes = new Uint8Array(to - from);
  bytes.set(b.subarray(from, to));
  if (little !== HOST_LITTLE) swap(bytes, 0, bytes.length, make.BYTES_PER_ELEMENT);
  return new make(bytes.buffer);
}

/** Writes numbers of `size` bytes each up to `end`. */
export function writeTyped(
  b: Uint8Array,
  p: number,
  end: number,
  value: TypedArray,
  size: number,
  little: boolean,
): void {
  b.set(new Uint8Array(value.buffer, value.byteOffset, end - p), p);
  if (little !== HOST_LITTLE) swap(b, p, end, size);
}

/** `count` numbers of one format; undefined counts up to the end of what surrounds them. */
export function typed(
  count: Count,
  make: TypedArrayConstructor,
  little: boolean,
  bounds: { min: number; max: number },
): Op {
  const size = make.BYTES_PER_ELEMENT;
  const toEnd = count.mode === "rest";
  const type = `${make.name}`;
  const partial = (m: Reader, left: number): typeof STOP => {
    m.fail("length", `needs a multiple of ${size} bytes`, `${left} left`);
    return STOP;
  };
  return {
    ...bounds,
    decode(m: Reader) {
      let n = m.resume()?.numbers[0];
      if (n === undefined) {
        if (toEnd) {
          if (!m.hard) {
            m.unended();
            return STOP;
          }
          if ((m.e - m.p) % size !== 0) return partial(m, m.e - m.p);
          n = (m.e - m.p) / size;
        } else {
          const read = readCount(m, count);
          if (read === STOP) return m.leave(undefined, 0, undefined);
          n = read;
        }
        if (!m.count(n)) return STOP;
      }
      if (!m.need(n * size)) return m.leave(undefined, 0, undefined, [n]);
      const value = readTyped(m.b, m.p, m.p + n * size, make, little);
      m.p += n * size;
      return value;
    },
    encode(w: Writer, value) {
      if (!(value instanceof make)) throw w.refuse("type", `needs a ${type}`, value);
      const n = value.length;
      if (!isWhole(value, n)) throw w.fail("length", LIES, `got ${n}`);
      w.count(n);
      writeCount(w, count, n);
      w.room(n * size);
      writeTyped(w.b, w.p, w.p + n * size, value, size, little);
      w.p += n * size;
    },
    emitDecode(source) {
      if (toEnd && source.hard !== "true") source.stop(`!${source.hard}`, {});
      if (toEnd) source.stop(`(${source.end} - p) % ${size} !== 0`);
      const n = toEnd ? source.store(`(${source.end} - p) / ${size}`, "n") : emitReadCount(source, count);
      source.need(`${n} * ${size}`);
      emitCounting(source, n);
      const value = source.store(`${source.use("readTyped", readTyped)}(b, p, p + ${n} * ${size}, ${type}, ${little})`);
      source.advance(`${n} * ${size}`);
      return value;
    },
    emitEncode(source, value) {
      source.stop(`!(${value} instanceof ${type})`);
      const n = emitLength(source, value);
      emitCounting(source, n);
      emitWriteCount(source, count, n);
      source.need(`${n} * ${size}`);
      source.line(`${source.use("writeTyped", writeTyped)}(b, p, p + ${n} * ${size}, ${value}, ${size}, ${little});`);
      source.advance(`${n} * ${size}`);
    },
  };
}
