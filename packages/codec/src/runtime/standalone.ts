// Law: what a printed module stands on when nothing is behind it. It tells missing bytes from wrong ones and near which
// place, but not in which field: for that, decode the same bytes with the codec.

import type { Limits } from "../limits.js";
import { STOP } from "./reader.js";

export { checksumOver } from "../ops/derived.js";
export { sameBytes } from "../ops/transform.js";
export { readTyped, writeTyped } from "../ops/typed.js";
export { copy, delimiterAt, delimiterBegins, find, lay, put, sameAt, shift, take } from "./bytes.js";
export * from "./checksum.js";
export { endOfDigits, formatDigits, parseDigits, putDecimal, putText } from "./digits.js";
export { except } from "./except.js";
export { getBig, getF16, getF32, getF64, putBig, putF16, putF32, putF64 } from "./number.js";
export { STOP } from "./reader.js";
export * from "./text.js";
export { readVarint, writeVarint } from "./varint.js";
export { property } from "./writer.js";

type DecodeMessage = (b: Uint8Array, p: number, e: number, r: Reading, hard: boolean) => unknown;
type EncodeMessage = (w: Writing, b: Uint8Array, p: number, value: unknown) => number;

/** The bytes are no message. `code` is "truncated", "trailing", "limit" or "invalid", `offset` how far they were read when that showed. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
  readonly code: "truncated" | "trailing" | "limit" | "invalid";
  readonly offset: number;

  constructor(code: DecodeError["code"], offset: number, what: string) {
    super(`${what} (offset ${offset})`);
    this.code = code;
    this.offset = offset;
  }
}

/** The value cannot be written. `code` is "limit" or "invalid", `offset` how many bytes were written when that showed. */
export class EncodeError extends Error {
  override readonly name = "EncodeError";
  readonly code: "limit" | "invalid";
  readonly offset: number;

  constructor(code: EncodeError["code"], offset: number, what: string, cause?: unknown) {
    super(`${what} (offset ${offset})`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.offset = offset;
  }
}

/** A message being read. */
class Reading {
  p = 0;
  start = 0;
  /** Where the bytes at hand end. */
  e = 0;
  elements = 0;
  depth = 0;
  readonly views = false;
  readonly owned = false;
  readonly limits: Limits;
  /** After STOP: how many more bytes are needed at the least, or what is wrong. */
  needed = 0;
  error: DecodeError | undefined;

  constructor(limits: Limits) {
    this.limits = limits;
  }

  begin(start: number, end: number): void {
    this.start = start;
    this.e = end;
    this.elements = 0;
    this.depth = 0;
  }

  /** What was noted, and is then forgotten. */
  forget(): { needed: number; error: DecodeError | undefined } {
    const { needed, error } = this;
    this.needed = 0;
    this.error = undefined;
    return { needed, error };
  }

  /** Of `n` bytes from `p` on not all are there; `hard` says that none can follow. */
  short(p: number, n: number, hard: boolean): typeof STOP {
    const { maxMessageSize } = this.limits;
    if (p - this.start + n > maxMessageSize)
      this.error = new DecodeError("limit", p, `more than the ${maxMessageSize} bytes that a message may have`);
    else if (hard) this.error = new DecodeError("truncated", p, `needs ${n} bytes, which are not all there`);
    else this.needed = p + n - this.e;
    return STOP;
  }

  /** What stands at `p`, or soon behind it, is wrong; whoever is told so from further in keeps to that. */
  stop(p: number): typeof STOP {
    if (this.error || this.needed > 0) return STOP;
    const { maxElements, maxDepth } = this.limits;
    this.error =
      this.elements > maxElements
        ? new DecodeError("limit", p, `more than the ${maxElements} elements that a message may have`)
        : this.depth > maxDepth
          ? new DecodeError("limit", p, `more than the ${maxDepth} levels that a message may have`)
          : new DecodeError("invalid", p, "these bytes are not what a message has here");
    return STOP;
  }
}

/** A value being written. */
class Writing {
  b: Uint8Array = new Uint8Array(4096);
  p = 0;
  readonly start = 0;
  elements = 0;
  depth = 0;
  readonly limits: Limits;
  readonly lends: number = 0;
  error: EncodeError | undefined;

  constructor(limits: Limits) {
    this.limits = limits;
  }

  begin(b: Uint8Array): void {
    this.b = b;
    this.elements = 0;
    this.depth = 0;
    this.error = undefined;
  }

  /** A larger buffer with the same bytes and room for `n` more behind `p`. */
  grow(p: number, n: number): Uint8Array {
    const { maxMessageSize } = this.limits;
    if (p + n > maxMessageSize + 64)
      throw new EncodeError("limit", p, `more than the ${maxMessageSize} bytes that a message may have`);
    const larger = new Uint8Array(Math.max(p + n, Math.min(this.b.length * 2, p + n + 2 ** 26)));
    larger.set(this.b);
    this.b = larger;
    return larger;
  }

  filled(b: Uint8Array): Uint8Array {
    return b;
  }

  stop(p: number): -1 {
    const { maxElements, maxDepth } = this.limits;
    this.error ??=
      this.elements > maxElements
        ? new EncodeError("limit", p, `more than the ${maxElements} elements that a message may have`)
        : this.depth > maxDepth
          ? new EncodeError("limit", p, `more than the ${maxDepth} levels that a message may have`)
          : new EncodeError("invalid", p, "the value is not what a message has here");
    return -1;
  }
}

const bytesOf = (input: unknown): Uint8Array => {
  if (input instanceof Uint8Array) return input;
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  if (input instanceof ArrayBuffer) return new Uint8Array(input);
  throw new TypeError("needs a Uint8Array, a Buffer, an ArrayBuffer or a DataView");
};

/** Decodes bytes that are one message. */
export function makeDecode(message: DecodeMessage, limits: Limits): (bytes: unknown) => unknown {
  const r = new Reading(limits);
  return function decode(bytes) {
    const b = bytesOf(bytes);
    const e = Math.min(b.length, limits.maxMessageSize);
    r.begin(0, e);
    const value = message(b, 0, e, r, e === b.length);
    if (value === STOP) throw r.forget().error;
    if (r.p !== b.length) throw new DecodeError("trailing", r.p, `${b.length - r.p} bytes left behind the message`);
    return value;
  };
}

/** Reads one message at an offset: its value and the offset behind it, or how many more bytes it needs at the least. */
export function makeRead(
  message: DecodeMessage,
  limits: Limits,
): (bytes: unknown, offset?: number) => { value: unknown; offset: number } | { needed: number } {
  const r = new Reading(limits);
  return function read(bytes, offset = 0) {
    const b = bytesOf(bytes);
    if (!Number.isInteger(offset) || offset < 0 || offset > b.length)
      throw new RangeError(`the offset is from 0 to ${b.length}`);
    const e = Math.min(b.length, offset + limits.maxMessageSize);
    r.begin(offset, e);
    const value = message(b, offset, e, r, false);
    if (value !== STOP) return { value, offset: r.p };
    const { needed, error } = r.forget();
    if (error) throw error;
    return { needed };
  };
}

/** Larger buffers are not kept for the next message. */
const KEPT = 65536;

/** Encodes a value; `guess` says about how many bytes it will take. */
export function makeEncode(
  message: EncodeMessage,
  limits: Limits,
  guess?: (value: unknown) => number,
): (value: unknown) => Uint8Array {
  let idle: Writing | undefined;
  return function encode(value) {
    // A getter of the value may encode something else meanwhile.
    const w = idle ?? new Writing(limits);
    idle = undefined;
    let end = -1;
    let cause: unknown;
    try {
      if (guess) {
        const size = guess(value);
        w.begin(new Uint8Array(size <= KEPT ? size : 64));
      } else w.begin(w.b.length > KEPT ? new Uint8Array(4096) : w.b);
      end = message(w, w.b, 0, value);
    } catch (thrown) {
      if (thrown instanceof EncodeError) throw thrown;
      cause = thrown;
    }
    idle = w;
    if (end < 0) throw w.error ?? new EncodeError("invalid", 0, "the value is not what a message has", cause);
    if (end > limits.maxMessageSize)
      throw new EncodeError("limit", end, `more than the ${limits.maxMessageSize} bytes that a message may have`);
    return guess && end === w.b.length ? w.b : w.b.slice(0, end);
  };
}

/** Encodes values that always take so many bytes. */
export function makeFixed(message: EncodeMessage, limits: Limits, size: number): (value: unknown) => Uint8Array {
  const slow = makeEncode(message, limits);
  const w = new Writing(limits);
  const none = w.b;
  return function encode(value) {
    const b = new Uint8Array(size);
    w.elements = 0;
    try {
      if (message(w, b, 0, value) === size && w.b === none) return b;
    } catch {
      // The same trouble is met again.
    }
    // More room was asked for than is used, or something is wrong.
    w.b = none;
    return slow(value);
  };
}
