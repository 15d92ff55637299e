// Law: not enough bytes is an answer, not an error. Every read first asks `need`; on the way out of a shortage each
// open op saves where it was, and on the way back in takes that up again, so that no byte is read twice.

import { type DecodeCode, DecodeError, hex, type Key } from "../errors.js";
import type { Limits } from "../limits.js";
import { own } from "../own.js";

/** What an op returns when it cannot go on: bytes are missing (`needed`) or wrong (`fault`). Generated code uses it too. Other copies of this package have the same. */
export const STOP: unique symbol = Symbol.for("@wireform/codec stop");

/** Generated code that decodes at `p`: gives the value, with the end in `r.p`; STOP when the interpreter must say why. */
export type Decode = (b: Uint8Array, p: number, e: number, r: Reader, hard: boolean) => unknown;

interface Fault {
  code: DecodeCode;
  offset: number;
  bit: number | undefined;
  expected: string;
  actual: string;
  cause: unknown;
  /** Keys that lead on from the place to what is wrong inside of the value. */
  within: readonly Key[] | undefined;
}

/** What an op keeps across a shortage. */
export interface Saved {
  /** Which step or element it was at. */
  index: number;
  /** Positions and other numbers. */
  numbers: readonly number[];
  /** The value as far as it is built. */
  value: unknown;
}

/** One message being decoded, by the interpreter: the bytes, the position and what is open. */
export class Reader {
  b: Uint8Array;
  /** Position of the next byte, from the start of the message's bytes in `b`. */
  p: number;
  /** End of the innermost window. */
  e = 0;
  /** True when no bytes can follow those at hand: a window is open, or the input has ended. */
  hard = false;
  readonly limits: Limits;
  /** Where the message starts in `b`. */
  start: number;
  /** What to add to a position to get an offset in the stream. */
  base = 0;
  /** Whether bytes fields are views into `b` instead of copies. */
  views = false;
  /** Whether `b` belongs to this message alone, so that a field that is most of it may have it. */
  owned = false;
  elements = 0;
  depth = 0;
  /** End of the bytes at hand, and whether none will follow: `e` and `hard` outside of every window. */
  end = 0;
  final = false;
  /** Whether there are bytes past the largest message. */
  past = false;
  /** Bytes read through `at`, which may read the same place many times. */
  jumped = 0;
  /** End of the furthest byte read through `at`. */
  far = 0;
  /** Where set, from where to where that was; for encode, which looks whether all is read as it was written. */
  extents: string[] | undefined;
  /** Structs being decoded, outermost first. */
  scopes: unknown[] = [];
  /** Where the scopes of the current recursion level start. */
  root = 0;
  /** After STOP without a fault: how many more bytes are needed at the least. */
  needed = 0;
  /** Size of the message where it is known to be beyond the limit; 0 otherwise. */
  announced = 0;
  fault: Fault | undefined;
  /** Keys of the place of the fault, innermost first. */
  keys: Key[] = [];
  /** Where set, what is verified is noted here and wrong lengths and checksums do not end the message; for pictures. */
  verified: { offset: number; key: Key; want: number | bigint; ok: boolean; checksum: boolean }[] | undefined;
  saved: Saved[] = [];
  /** The memory of the bytes last viewed: to ask bytes for theirs takes as long as all the rest of a view. */
  private viewed: Uint8Array | undefined;
  private memory: ArrayBufferLike | undefined;
  private origin = 0;
  resuming = false;
  /** Generated code of what can be decoded by itself; there is none where everything is interpreted. */
  generated: ((part: object) => Decode | undefined) | undefined;
  /** Bytes that generated code has read in vain, and whether it has read some part to its end. */
  vain = 0;
  eased = false;

  constructor(b: Uint8Array, start: number, limits: Limits, hard: boolean) {
    this.b = b;
    this.p = start;
    this.start = start;
    this.limits = limits;
    this.bound(b.length, hard);
  }

  /** Makes a reader that has read a message to its end ready for another. */
  restart(b: Uint8Array, start: number, final: boolean): void {
    this.b = b;
    this.p = start;
    this.start = start;
    this.bound(b.length, final);
    this.elements = 0;
    this.jumped = 0;
    this.far = 0;
    this.root = 0;
  }

  /** Sets where the bytes end. Those past the largest message are as good as not there, so that its limit is met first. */
  bound(end: number, final: boolean): void {
    const most = this.start + this.limits.maxMessageSize;
    this.e = Math.min(end, most);
    this.end = this.e;
    this.past = end > most;
    this.hard = final && !this.past;
    this.final = this.hard;
  }

  /** True when `n` bytes are there; otherwise the shortage or the fault is noted. */
  need(n: number): boolean {
    return this.p + n <= this.e || this.short(n);
  }

  /** Notes that `n` bytes from here are not there, `known` where no more than those are asked for. Always false. */
  short(n: number, known = true): false {
    // In this order, so that a size past 2^53 is rounded alike wherever the message starts.
    const end = this.p - this.start + n;
    if (end > this.limits.maxMessageSize) {
      this.announced = known ? end : 0;
      return this.fail("limit", `at most ${this.limits.maxMessageSize} bytes in a message`, `${end} announced`);
    }
    if (this.hard) {
      const left = this.e - this.p;
      return this.fail("truncated", `needs ${n} ${n === 1 ? "byte" : "bytes"}`, `${left} left`);
    }
    this.needed = this.p + n - this.e;
    return false;
  }

  /** Notes that it ends here only if no more bytes follow, which is not known yet. Always false. */
  unended(): false {
    if (this.past) return this.fail("limit", `at most ${this.limits.maxMessageSize} bytes in a message`, "more follow");
    this.needed = 1;
    return false;
  }

  /** Notes what is wrong at `at`. Always false, so that an op can `return STOP`. */
  fail(
    code: DecodeCode,
    expected: string,
    actual: string,
    at: number = this.p,
    more: { bit?: number; cause?: unknown; within?: readonly Key[] } = {},
  ): false {
    const { bit, cause, within } = own(more);
    this.fault ??= { code, offset: at, bit, expected, actual, cause, within };
    return false;
  }

  /**
   * For pictures: of a window that is cut, what is there is read too, and what comes of that forgotten. `state` is where
   * the op that reads it goes on.
   */
  glimpse(op: { decode(m: Reader): unknown }, state?: Saved): void {
    if (!this.verified || this.fault?.code !== "truncated") return;
    const { fault, keys, p, e, hard } = this;
    const known = this.verified.length;
    this.fault = undefined;
    this.keys = [];
    if (state) this.saved.push(state);
    this.resuming = state !== undefined;
    op.decode(this);
    this.resuming = false;
    this.verified.length = known;
    Object.assign(this, { fault, keys, p, e, hard });
  }

  /** True when the message that was read is all there is; otherwise the fault is noted. */
  whole(): boolean {
    const end = Math.max(this.p, this.far);
    const left = this.b.length - end;
    const size = `${end} ${end === 1 ? "byte" : "bytes"}`;
    return left === 0 || this.fail("trailing", `ends after ${size}`, `${left} more`, end);
  }

  /** Counts `n` more elements against the limit. */
  count(n: number): boolean {
    this.elements += n;
    return (
      this.elements <= this.limits.maxElements ||
      this.fail("limit", `at most ${this.limits.maxElements} elements`, `${this.elements} announced`)
    );
  }

  /** The bytes from `from` to `to` where they are. */
  view(b: Uint8Array, from: number, to: number): Uint8Array {
    if (b !== this.viewed) {
      this.viewed = b;
      this.memory = b.buffer;
      this.origin = b.byteOffset;
    }
    return new Uint8Array(this.memory as ArrayBufferLike, this.origin + from, to - from);
  }

  /** Makes it ready for generated code to read a message at `start`. */
  begin(start: number): void {
    this.elements = 0;
    this.depth = 0;
    this.start = start;
  }

  /** Leaves an op that could not finish: keeps its state for a resume, or notes its key on the path of the fault. */
  leave(key: Key | undefined, index: number, value: unknown, numbers: readonly number[] = []): typeof STOP {
    if (this.fault) {
      if (key !== undefined) this.keys.push(key);
      // Who knows how long the elements behind one are.
      if (typeof key === "number") this.announced = 0;
    } else this.saved.push({ index, value, numbers });
    return STOP;
  }

  /** The state to take up again, or undefined when the op starts afresh. */
  resume(): Saved | undefined {
    if (!this.resuming) return undefined;
    const saved = this.saved.pop();
    if (this.saved.length === 0) this.resuming = false;
    return saved;
  }

  /** Makes the next `decode` of the same op go on where it stopped, with more bytes behind the old ones. */
  more(b: Uint8Array, end: number, final: boolean): void {
    this.b = b;
    this.bound(end, final);
    this.needed = 0;
    this.scopes.length = 0;
    this.root = 0;
    this.resuming = this.saved.length > 0;
  }

  error(): DecodeError {
    const fault = this.fault as Fault;
    const from = Math.max(this.start, Math.min(fault.offset, this.end) - 4);
    return new DecodeError({
      code: fault.code,
      keys: [...[...this.keys].reverse(), ...(fault.within ?? [])],
      offset: fault.offset + this.base,
      bit: fault.bit,
      expected: fault.expected,
      actual: fault.actual,
      window: this.end > from ? `${hex(this.b.subarray(0, this.end), from, 12)} at ${from + this.base}` : "",
      cause: fault.cause,
    });
  }
}
