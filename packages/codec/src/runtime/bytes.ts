// Law: what is decoded does not pin the bytes it came from, unless views were asked for.

import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

// Looked up once: what is written to is now a Buffer and now not, which makes finding the method cost as much as calling it.
const set = Uint8Array.prototype.set;

/** The same bytes with nothing of a Buffer about them: one kind of array is read faster than two, and copied from at once. */
export const plain = (b: Uint8Array): Uint8Array =>
  b.constructor === Uint8Array ? b : new Uint8Array(b.buffer, b.byteOffset, b.length);

/** A copy of the bytes from `from` to `to`, always a plain Uint8Array with a buffer of its own. */
export function copy(b: Uint8Array, from: number, to: number): Uint8Array {
  const n = to - from;
  // Buffer's slice is a view. A slice of shared memory is not shared.
  if (n > 8 && b.constructor === Uint8Array) return b.slice(from, to);
  const bytes = new Uint8Array(n);
  if (n > 32) bytes.set(b.subarray(from, to));
  else for (let i = 0; i < n; i++) bytes[i] = b[from + i] as number;
  return bytes;
}

/** The bytes from `from` to `to`: a copy; or a view, where the reader hands out views or they are most of what it owns. */
export function take(m: Reader, b: Uint8Array, from: number, to: number): Uint8Array {
  if (m.views) return m.view(b, from, to);
  return m.owned && 2 * (to - from) > b.length
    ? new Uint8Array(b.buffer, b.byteOffset + from, to - from)
    : copy(b, from, to);
}

/** Puts all of `bytes` at `p`. */
export function put(b: Uint8Array, p: number, bytes: Uint8Array, n: number = bytes.length): number {
  if (n > 24) set.call(b, bytes, p);
  else for (let i = 0; i < n; i++) b[p + i] = bytes[i] as number;
  return p + n;
}

/** Puts the bytes of a value at `p`; where the writer lends large ones, only their place is kept. */
export function lay(w: Writer, b: Uint8Array, p: number, bytes: Uint8Array, n: number = bytes.length): number {
  return w.lends > 0 && n >= w.lends ? w.lend(p, bytes) : put(b, p, bytes, n);
}

/** Whether there are `n` elements, as a class made of a typed array may say otherwise. */
export const isWhole = (elements: { readonly [i: number]: unknown }, n: number): boolean =>
  (n === 0 || elements[n - 1] !== undefined) && elements[n] === undefined;

export function sameAt(b: Uint8Array, p: number, bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (b[p + i] !== bytes[i]) return false;
  return true;
}

/** Position of the first delimiter that lies in [from, end), at a multiple of `unit` from `origin`; -1 when there is none. */
export function find(
  b: Uint8Array,
  origin: number,
  from: number,
  end: number,
  delimiters: readonly Uint8Array[],
  unit: number,
): number {
  let first = -1;
  for (const delimiter of delimiters) {
    // Nothing past `end` is looked at, nor past where another delimiter stands.
    const last = first < 0 ? end - delimiter.length : Math.min(end - delimiter.length, first - 1);
    const byte = delimiter[0] as number;
    let within: Uint8Array | undefined;
    for (let p = from; p <= last; p++) {
      if (b[p] !== byte) {
        // Short texts are scanned here; long ones by the engine's memchr.
        if (p - from < 32) continue;
        within ??= b.subarray(0, last + 1);
        p = within.indexOf(byte, p);
        if (p < 0 || p > last) break;
      }
      if ((p - origin) % unit === 0 && sameAt(b, p, delimiter)) {
        first = p;
        break;
      }
    }
  }
  return first;
}

/** Bytes of the longest delimiter that stands at `p`. */
export function delimiterAt(b: Uint8Array, p: number, end: number, delimiters: readonly Uint8Array[]): number {
  let size = 0;
  for (const delimiter of delimiters)
    if (delimiter.length > size && p + delimiter.length <= end && sameAt(b, p, delimiter)) size = delimiter.length;
  return size;
}

/** Whether the bytes from `p` to `end` are the beginning of a delimiter that is longer than they are. */
export function delimiterBegins(b: Uint8Array, p: number, end: number, delimiters: readonly Uint8Array[]): boolean {
  for (const delimiter of delimiters)
    if (delimiter.length > end - p && sameAt(b, p, delimiter.subarray(0, end - p))) return true;
  return false;
}

/** Makes the `reserved` bytes at `at` `width` bytes wide by moving what follows; returns by how much it moved. */
export function shift(
  w: Pick<Writer, "b" | "p" | "filled" | "grow">,
  at: number,
  reserved: number,
  width: number,
): number {
  const by = width - reserved;
  if (w.p + by > w.b.length) w.grow(w.p, by);
  w.filled(w.b).copyWithin(at + width, at + reserved, w.p);
  w.p += by;
  return by;
}

/** Zeroes, as many as needed, for fields that a checksum takes as zero. */
export const ZEROES: Uint8Array = new Uint8Array(64);
