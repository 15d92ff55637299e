// Law: a value is written once, front to back, into room that is asked for first.

import { type EncodeCode, EncodeError, hex, type Key, show } from "../errors.js";
import type { Limits } from "../limits.js";
import { Gaps } from "./gaps.js";
import type { Reader } from "./reader.js";

const EMPTY: object = {};

/** Whether somebody has given every object a property; those that were there before a schema was compiled it knows. */
function isPolluted(): boolean {
  for (const _ in EMPTY) return true;
  return false;
}

/** What can read what it has written. */
export interface Reads {
  decode(m: Reader): unknown;
}

interface Writes {
  encode(w: Writer, value: unknown): void;
}

/** What of a message is known only later: see later.ts. */
export interface Unsettled {
  /** Makes it ready for another message. */
  restart(): void;
  /** Keeps `width` bytes for something. */
  keep(width: number): void;
  /** Does what waits for everything else to be written. Given an op, demands that it would read what was written. */
  finish(reads?: Reads): void;
  /** The writer with which all is to be written again, if it is; throws what has failed for good. */
  again(make: () => Writer, failed?: { readonly error: unknown }): Writer | undefined;
}

/** A message being encoded: the bytes so far and the position. */
export class Writer {
  b: Uint8Array;
  /** Position of the next byte to write. */
  p: number;
  /** Where the message starts in `b`. */
  start: number;
  /** Whether `b` belongs to the caller and so cannot grow. */
  fixed: boolean;
  limits: Limits;
  elements = 0;
  depth = 0;
  /** Whether properties must be told from what every object inherits. */
  polluted: boolean = isPolluted();
  /** Structs being encoded, outermost first. */
  readonly scopes: unknown[] = [];
  /** Where the scopes of the current recursion level start. */
  root = 0;
  /** The last position that was aligned; bytes in front of it cannot just move. */
  aligned = -1;
  /** What is known only later, once there is such a thing. */
  later: Unsettled | undefined;
  /** Byte fields of so many bytes or more are lent: their place is kept, and they are sent from where they lie; 0 for none. */
  lends: number = 0;
  /** Set where getters of the value have taken away elements that were counted. */
  changed = false;
  readonly lent: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  readonly gaps: Gaps = new Gaps();
  /** Up to where fields of the last run that failed are written. */
  reached = 0;

  constructor(b: Uint8Array, start: number, limits: Limits, fixed: boolean) {
    this.b = b;
    this.p = start;
    this.start = start;
    this.limits = limits;
    this.fixed = fixed;
  }

  /** Makes a writer that has written a message to its end ready for another. */
  restart(b: Uint8Array): void {
    this.b = b;
    this.p = 0;
    this.elements = 0;
    this.depth = 0;
    this.polluted = isPolluted();
    this.lent.length = 0;
    this.gaps.clear();
    this.reached = 0;
    this.aligned = -1;
    this.later?.restart();
  }

  /** Makes sure that `n` more bytes fit at `p`. */
  room(n: number): void {
    if (this.p + n > this.b.length) this.grow(this.p, n);
  }

  /** A larger buffer with the same bytes and room for `n` more behind `p`. Used by generated code too. */
  grow(p: number, n: number): Uint8Array {
    const size = p + n - this.start;
    if (this.fixed) {
      this.p = p;
      throw this.fail("overflow", `room for ${n} more bytes`, `${this.b.length - p} left in the buffer given`);
    }
    if (size > this.limits.maxMessageSize + 64) {
      this.p = p;
      throw this.fail("limit", `at most ${this.limits.maxMessageSize} bytes in a message`, `${size} to write`);
    }
    const larger = new Uint8Array(p + n + Math.min(size, 2 ** 26));
    larger.set(this.start > 0 ? this.b.subarray(this.start) : this.b, this.start);
    this.b = larger;
    return larger;
  }

  lend(p: number, bytes: Uint8Array): number {
    this.lent.push({ at: p, bytes });
    return p + bytes.length;
  }

  /** The bytes so far with all that was lent in its place, for who looks at them or moves them. */
  filled(b: Uint8Array): Uint8Array {
    while (this.lent.length > 0) {
      const { at, bytes } = this.lent.pop() as (typeof this.lent)[number];
      b.set(bytes, at);
    }
    return b;
  }

  /** Counts `n` more elements against the limit. */
  count(n: number): void {
    this.elements += n;
    if (this.elements > this.limits.maxElements)
      throw this.fail("limit", `at most ${this.limits.maxElements} elements`, `${this.elements} given`);
  }

  fail(code: EncodeCode, expected: string, actual: string, cause?: unknown, at: number = this.p): EncodeError {
    return new EncodeError({ code, keys: [], offset: at - this.start, expected, actual, cause });
  }

  /** An error as it leaves the message, with the bytes around its place. */
  private shown(error: unknown): unknown {
    if (!(error instanceof EncodeError)) return error;
    const { start, gaps } = this;
    const end = Math.max(this.p, this.reached);
    const from = Math.max(start, Math.min(start + error.offset - 4, end - 12));
    if (end <= from) return error;
    const bytes = hex(this.filled(this.b).subarray(0, end), from, 12).split(" ");
    const known = bytes.map((byte, i) => (byte !== "…" && gaps.has(from + i) ? "__" : byte));
    return placed(error, { keys: error.keys, window: `${known.join(" ")} at ${from - start}` });
  }

  /** Like `fail`, for a value of the user's, which is shown. */
  refuse(code: EncodeCode, expected: string, value: unknown, cause?: unknown, at?: number): EncodeError {
    return this.fail(code, expected, `got ${show(value)}`, cause, at);
  }

  /**
   * Encodes a whole message, more than once where what is settled last asks for it, and once more where its value changed
   * meanwhile. An `open` one has something that takes everything up to the end.
   */
  static whole(op: Writes & Reads, value: unknown, make: () => Writer, open: boolean): Writer {
    let w = make();
    try {
      for (let first = true; ; first = false) {
        let failed: { error: unknown } | undefined;
        try {
          op.encode(w, value);
          w.later?.finish(open ? op : undefined);
        } catch (error) {
          if (w.changed && first) {
            w = make();
            continue;
          }
          if (!w.later) throw error;
          failed = { error };
        }
        const next = w.later?.again(make, failed);
        if (!next) break;
        w = next;
      }
      const { maxMessageSize } = w.limits;
      const n = w.p - w.start;
      if (n > maxMessageSize) throw w.fail("limit", `at most ${maxMessageSize} bytes in a message`, `${n} written`);
    } catch (error) {
      throw w.shown(error);
    }
    return w;
  }
}

/** The same error seen from one level further out, which starts `offset` bytes before it; that of a bit field at its first bit. */
export function under(
  error: unknown,
  key: Key,
  offset = 0,
  bits?: { readonly first: number; readonly bit: number },
): unknown {
  if (!(error instanceof EncodeError)) return error;
  const own = error.keys.length === 0 ? bits : undefined;
  return placed(error, {
    keys: [key, ...error.keys],
    offset: error.offset + offset + (own?.first ?? 0),
    bit: own?.bit ?? error.bit,
  });
}

/** The same error with more known of its place. */
function placed(
  error: EncodeError,
  place: Pick<Partial<EncodeError>, "keys" | "offset" | "bit" | "window">,
): EncodeError {
  const { code, keys, offset, bit, expected, actual, cause } = error;
  return new EncodeError({ code, keys, offset, bit, expected, actual, cause, ...place });
}

/**
 * The value's own or class-given property; undefined where there is none. What a polluted Object.prototype adds to
 * every object is not the value's.
 */
export function property(value: object, key: string): unknown {
  const found = (value as Record<string, unknown>)[key];
  if (found === undefined) return undefined;
  if (found === (Object.prototype as unknown as Record<string, unknown>)[key] && !Object.hasOwn(value, key))
    return undefined;
  return found;
}
