// Law: a value is written once, front to back. What is known only later (lengths, counts, checksums) gets its place
// first and its bytes when they are known; a place whose width depends on its value is widened by moving what follows.

import { type EncodeCode, EncodeError, type Key, show } from "../errors.js";
import type { Limits } from "../limits.js";

const EMPTY: object = {};

/** Whether somebody has given every object a property; those that were there before a schema was compiled it knows. */
function isPolluted(): boolean {
  for (const _ in EMPTY) return true;
  return false;
}

/** A message being encoded: the bytes so far, the position, and the fields that wait for their value. */
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
  /** Structs being encoded, outermost first, and for each where its slots start. */
  readonly scopes: unknown[] = [];
  readonly bases: number[] = [];
  /** Where the scopes of the current recursion level start. */
  root = 0;
  /** Derived fields of the open structs: where they stand and their value, undefined until it is known. */
  readonly places: number[] = [];
  readonly values: (number | undefined)[] = [];
  /** Positions that open structs remember. */
  readonly live: number[][] = [];
  /** Where room was kept for what varies in width, in order, and how much where an earlier attempt has told. */
  private readonly kept: number[] = [];
  private widths: number[] = [];
  private stale = false;
  /** Whether given lengths and checksums are taken on trust, because widths are still being found out. */
  trusting = false;
  /** The last position that was aligned; bytes in front of it cannot just move. */
  aligned = -1;
  /** Byte fields of so many bytes or more are lent: their place is kept, and they are sent from where they lie. */
  lends: number = Number.POSITIVE_INFINITY;
  readonly lent: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  /** Places of offsets that `at` fills in at the very end. */
  readonly late: number[] = [];
  /** What waits for the end of something around it, in the order in which it was put off. */
  private readonly pending: { until: number; order: number; marks: number[]; run: () => void }[] = [];
  private orders = 0;
  /** What was put off and then failed; set when everything is done again, to learn the path to it. */
  private failing: Late | undefined;

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
    this.kept.length = 0;
    this.late.length = 0;
    this.lent.length = 0;
    this.aligned = -1;
    this.orders = 0;
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
    const larger = new Uint8Array(Math.max(p + n, Math.min(this.b.length * 2, p + n + 2 ** 26)));
    larger.set(this.b);
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

  /** Like `fail`, for a value of the user's, which is shown. */
  refuse(code: EncodeCode, expected: string, value: unknown, cause?: unknown, at?: number): EncodeError {
    return this.fail(code, expected, `got ${show(value)}`, cause, at);
  }

  /** Keeps `width` bytes for what is known later, or more where it was wider before. */
  keep(width: number): void {
    const n = this.widths[this.kept.length] ?? width;
    this.kept.push(this.p);
    this.room(n);
    this.b.fill(0, this.p, this.p + n);
    this.p += n;
  }

  /** How many bytes were kept at `at`, where `width` were asked for. */
  keptAt(at: number, width: number): number {
    return this.widths[this.kept.lastIndexOf(at)] ?? width;
  }

  /** Makes the bytes kept at `at` as many as they must be; where that would break an alignment, all is written again. */
  widen(at: number, asked: number, width: number): void {
    const reserved = this.keptAt(at, asked);
    if (width !== reserved && this.aligned > at) {
      this.widths[this.kept.lastIndexOf(at)] = width;
      this.stale = true;
    }
    this.shift(at, reserved, width);
  }

  /** Makes the `reserved` bytes at `at` `width` bytes wide by moving what follows; returns by how much it moved. */
  shift(at: number, reserved: number, width: number): number {
    const by = width - reserved;
    if (by === 0) return 0;
    this.room(Math.max(0, by));
    this.filled(this.b).copyWithin(at + width, at + reserved, this.p);
    this.p += by;
    for (const marks of [this.places, this.late, ...this.live, ...this.pending.map((put) => put.marks)])
      for (let i = 0; i < marks.length; i++) if ((marks[i] as number) > at) (marks[i] as number) += by;
    for (let i = this.kept.length - 1; i >= 0 && (this.kept[i] as number) > at; i--) (this.kept[i] as number) += by;
    return by;
  }

  /** Puts off what needs bytes that are not final yet: until the struct at a depth ends, or {@link CONTENT} or {@link SUMS}. */
  defer(until: number, marks: number[], run: () => void): void {
    const order = this.orders++;
    if (this.failing?.order === order) throw this.failing.error;
    this.pending.push({ until, order, marks, run });
  }

  /** Does what was put off until now. */
  settle(until: number): void {
    for (;;) {
      const i = this.pending.findIndex((put) => put.until === until);
      if (i < 0) return;
      const [{ order, marks, run }] = this.pending.splice(i, 1) as [(typeof this.pending)[number]];
      this.live.push(marks);
      try {
        run();
      } catch (error) {
        throw error instanceof Late ? error : new Late(order, error);
      }
      this.live.pop();
    }
  }

  /**
   * Encodes a whole message. What fails late is met a second time where it was put off, because the path to it is known
   * there; and widths that alignment depends on are known the second time.
   */
  static whole(op: { encode(w: Writer, value: unknown): void }, value: unknown, make: () => Writer): Writer {
    let failing: Late | undefined;
    const widths: number[] = [];
    let trusting = false;
    for (let attempts = 1; ; attempts++) {
      const w = make();
      w.failing = failing;
      w.widths = widths;
      w.trusting = trusting;
      try {
        op.encode(w, value);
        w.settle(CONTENT);
        w.settle(SUMS);
        if (!w.stale && !trusting) return w;
        trusting = w.stale;
        if (attempts > 16)
          throw w.fail("length", "a length that does not change the padding it counts", "it always does");
      } catch (error) {
        // What was given is held against the bytes only when they stand where they will stay.
        trusting = w.stale || (attempts === 1 && w.aligned >= 0 && w.kept.length > 0);
        if (trusting && attempts <= 16) continue;
        if (!(error instanceof Late)) throw error;
        if (failing && error.order >= failing.order) throw error.error;
        failing = error;
      }
    }
  }
}

/** Until everything else is written: what offsets point at; and then, checksums over those offsets. */
export const CONTENT = -1;
export const SUMS = -2;

/** What went wrong in something that was put off. */
class Late {
  readonly order: number;
  readonly error: unknown;

  constructor(order: number, error: unknown) {
    this.order = order;
    this.error = error;
  }
}

/** The same error seen from one level further out, which starts `offset` bytes before it. */
export function under(error: unknown, key: Key, offset = 0): unknown {
  if (!(error instanceof EncodeError)) return error;
  return new EncodeError({
    code: error.code,
    keys: [key, ...error.keys],
    offset: error.offset + offset,
    expected: error.expected,
    actual: error.actual,
    cause: error.cause,
  });
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
