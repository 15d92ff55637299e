// Law: a message comes out with the chunk that completes it, and no byte is looked at more than a few times, however the
// bytes were cut. What lies whole in a chunk is decoded in place. What straddles chunks is gathered in one buffer and
// read by the interpreter, which goes on where it stopped and leaves to generated code what parts are there; the whole
// is tried again only while what was tried in vain stays in proportion.

import { type Codec, type Engine, engineOf } from "./compile.js";
import { type DecodeError, SchemaError, show } from "./errors.js";
import { Held } from "./held.js";
import { type Limits, limitsOf } from "./limits.js";
import { type DecoderOptions, endless, Recovery } from "./resync.js";
import { plain } from "./runtime/bytes.js";
import { Reader, STOP } from "./runtime/reader.js";

const NOTHING: Uint8Array = new Uint8Array(0);
const misused = (text: string): SchemaError => new SchemaError("argument", text);

/**
 * A codec fed with chunks, as TCP or anything else cuts them.
 *
 * @example
 * const decoder = new Decoder(message);
 * for (const m of decoder.push(chunk)) handle(m);
 * for (const m of decoder.end()) handle(m);       // throws if a message was cut short
 */
export class Decoder<Out> implements Iterable<Out> {
  private engine!: Engine;
  private limits!: Limits;
  private readonly options: DecoderOptions;
  private decode: Engine["decode"];
  /** What generated code reads with. */
  private run!: Reader;
  /** The chunk being read, and the part of it that is left. */
  private chunk: Uint8Array = NOTHING;
  private at = 0;
  private to = 0;
  /** Offset in the stream of the chunk's first byte. */
  private base = 0;
  /** The message that straddles chunks. */
  private readonly held: Held = new Held();
  /** Where the interpreter is in it. */
  private paused: Reader | undefined;
  private final = false;
  private readonly recovery: Recovery;
  private fatal: DecodeError | undefined;

  constructor(codec: Codec<Out, never>, options: DecoderOptions = {}) {
    this.options = options;
    this.recovery = new Recovery(options, () => this.limits.maxMessageSize);
    this.adopt(codec);
  }

  private adopt(codec: Codec<unknown, never>): void {
    const { resync: _, overlong: __, onSkip: ___, ...limits } = this.options;
    this.engine = engineOf(codec);
    this.limits = limitsOf({ ...this.engine.limits, ...limits });
    this.decode = this.engine.decode;
    this.run = new Reader(NOTHING, 0, this.limits, false);
    this.run.views = this.engine.views;
  }

  /** Bytes skipped so far, by resync or as over-long. */
  get skipped(): number {
    return this.recovery.skipped;
  }

  /** Bytes received that no message has used yet. */
  get buffered(): number {
    return this.held.size + this.to - this.at;
  }

  /** How many more bytes the next message needs at the least; 1 or more. */
  get needed(): number {
    return this.held.size > 0 ? Math.max(1, this.held.missing - (this.to - this.at)) : 1;
  }

  /**
   * Offset in the stream of the next message's first byte. To be set by who reads bytes without the decoder; throws
   * SchemaError "argument" while it has some itself.
   */
  get offset(): number {
    return this.base + this.at - this.held.size;
  }

  set offset(offset: number) {
    const right = this.buffered === 0 && Number.isSafeInteger(offset) && offset >= 0;
    if (!right) throw misused(`offset is a whole number, set while nothing is buffered; got ${show(offset)}`);
    this.base = offset - this.at;
  }

  /**
   * Takes a chunk and gives the messages that are complete. They are decoded one by one as they are asked for, so that
   * those before a bad one come out first; then DecodeError is thrown, and the decoder is spent. The chunk may be used
   * for other things once all have been asked for.
   */
  push(chunk: Uint8Array): Iterable<Out> {
    if (this.fatal) throw this.fatal;
    if (!(chunk instanceof Uint8Array)) throw new TypeError(`push takes a Uint8Array; got ${show(chunk)}`);
    this.final = false;
    this.held.withdraw();
    if (this.at < this.to) this.held.keep(this.chunk, this.at, this.to - this.at);
    return this.turnTo(plain(chunk), this.to);
  }

  /** Begins with a chunk that stands so many bytes behind the start of the last one. */
  private turnTo(chunk: Uint8Array, passed: number): this {
    this.base += passed;
    this.chunk = chunk;
    this.at = 0;
    this.to = chunk.length;
    return this;
  }

  /**
   * Memory for the next bytes of a large message that has begun: what is read right into it need not be copied. It is good
   * until the next call of anything but `filled`; undefined where there is none, and bytes go to `push`.
   */
  room(): Uint8Array | undefined {
    return this.fatal || this.at < this.to || this.recovery.active ? undefined : this.held.room();
  }

  /** Takes the first `n` bytes of {@link room} as `push` would. Throws SchemaError "argument" where there are not so many. */
  filled(room: Uint8Array, n: number): Iterable<Out> {
    if (!(n >= 0 && n <= room.length)) throw misused(`filled takes 0 to ${room.length} bytes; got ${show(n)}`);
    // The decoder has gone on meanwhile, and may use that memory.
    if (!this.held.filled(room, n)) return this.push(room.slice(0, n));
    this.final = false;
    return this.turnTo(NOTHING, this.to + n);
  }

  /** Says that no bytes will follow. Gives what that completes; throws DecodeError "truncated" when a message was cut short. */
  end(): Iterable<Out> {
    if (this.fatal) throw this.fatal;
    this.final = true;
    const first = this.next();
    const decoder = this;
    // Asked for at once, so that a cut message is not overlooked by who does not look.
    return (function* () {
      for (let result = first; !result.done; result = decoder.next()) yield result.value;
    })();
  }

  /** Hands over the bytes that no message has used, and forgets them. */
  take(): Uint8Array {
    const bytes = new Uint8Array(this.buffered);
    bytes.set(this.held.bytes.subarray(0, this.held.size));
    bytes.set(this.chunk.subarray(this.at, this.to), this.held.size);
    this.at = this.to;
    this.held.drop(this.engine.views);
    this.paused = undefined;
    return bytes;
  }

  /** Decodes everything from the next message on with another codec; may be called while iterating. */
  use<Next>(codec: Codec<Next, never>): Decoder<Next> {
    this.adopt(codec);
    this.paused = undefined;
    this.held.forget();
    return this as unknown as Decoder<Next>;
  }

  [Symbol.iterator](): Iterator<Out> {
    return this as unknown as Iterator<Out>;
  }

  /** Leaves the rest for later. Part of the iterator. */
  return(): IteratorResult<Out> {
    return { done: true, value: undefined };
  }

  /** The next complete message. Part of the iterator. */
  next(): IteratorResult<Out> {
    const value = this.complete();
    return value === STOP ? { done: true, value: undefined } : { done: false, value: value as Out };
  }

  /**
   * Calls `handle` with the messages that are complete, one by one as they are decoded, until it returns false: what is
   * left waits for another call. Returns whether it came to the end. The same as a loop, with less to do for each message;
   * throws as the loop does.
   */
  each(handle: (message: Out) => unknown): boolean {
    for (let value = this.complete(); value !== STOP; value = this.complete())
      if (handle(value as Out) === false || !this.handOut(handle)) return false;
    return true;
  }

  /**
   * Gives `handle` the messages that lie whole in the chunk, as far as generated code can tell and for as long as nothing
   * else is done to the decoder meanwhile; `complete` goes on from there. Returns whether more are taken.
   */
  private handOut(handle: (message: Out) => unknown): boolean {
    const { decode, run, chunk, to, final } = this;
    const { maxMessageSize } = this.limits;
    // Asked once a chunk: limits are no small integers to the engine.
    const small = to <= maxMessageSize;
    if (!decode || this.held.size > 0) return true;
    run.owned = false;
    for (let at = this.at; at < to; ) {
      run.begin(at);
      const whole = small || to - at <= maxMessageSize;
      const value = decode(chunk, at, whole ? to : at + maxMessageSize, run, whole && final);
      if (value === STOP) return true;
      if (run.p === at) this.spend(endless(this.offset));
      at = this.at = run.p;
      if (handle(value as Out) === false) return false;
      if (this.at !== at || this.run !== run || this.chunk !== chunk) return true;
    }
    return true;
  }

  /** The next complete message; STOP when there is none. */
  private complete(): unknown {
    if (this.fatal) throw this.fatal;
    for (;;) {
      if (this.recovery.active && !this.recover()) return STOP;
      const { size } = this.held;
      if (size === 0 && this.at === this.to) return STOP;
      const value = size === 0 ? this.inPlace() : this.gathered();
      // A fault has been dealt with (or thrown); anything else waits for more bytes.
      if (value !== STOP || !this.recovery.active) return value;
    }
  }

  /** One attempt by generated code; STOP when it cannot. */
  private quick(b: Uint8Array, p: number, end: number, owned: boolean): unknown {
    const { decode, run } = this;
    if (!decode) return STOP;
    run.begin(p);
    run.owned = owned;
    // Bytes past the largest message are as good as not there.
    const most = p + this.limits.maxMessageSize;
    return decode(b, p, Math.min(end, most), run, this.final && end <= most);
  }

  private reader(b: Uint8Array, start: number, end: number, base: number): Reader {
    const m = new Reader(b, start, this.limits, this.final);
    m.bound(end, this.final);
    m.base = base;
    m.views = this.engine.views;
    m.generated = this.engine.part;
    return m;
  }

  /** A message that starts in the chunk; if it does not end there, what there is of it is kept. */
  private inPlace(): unknown {
    const { chunk, at, to } = this;
    const m = this.decode ? undefined : this.reader(chunk, at, to, this.base);
    const value = m ? this.engine.op.decode(m) : this.quick(chunk, at, to, false);
    if (value !== STOP) {
      const end = m ? Math.max(m.p, m.far) : this.run.p;
      if (end === at) this.spend(endless(this.offset));
      this.at = end;
      return value;
    }
    if (m?.fault) return this.bad(m);
    if (m) this.held.missing = m.needed;
    this.gather(to - at);
    return m ? STOP : this.resume(to - at);
  }

  private spend(error: DecodeError): never {
    this.fatal = error;
    throw error;
  }

  /** A message that started in an earlier chunk. */
  private gathered(): unknown {
    const { held } = this;
    do {
      const left = this.to - this.at;
      if (left < held.missing && !this.final) {
        this.gather(left);
        held.missing -= left;
        return STOP;
      }
      // More than is missing is taken along, so that the interpreter need not stop at every byte; what turns out to
      // belong to the next message is given back to the chunk.
      // Not beyond what there is room for, though: it would be copied once more.
      const along = Math.min(Math.max(held.size, 4096), held.free);
      const added = this.final ? left : Math.min(left, Math.max(held.missing, along, 1));
      this.gather(added);
      const { paused } = this;
      const { size } = held;
      if (!paused || (!paused.eased && paused.vain <= size)) {
        const value = this.quick(held.bytes, 0, size, held.large);
        if (value !== STOP) return this.delivered(value, this.run.p, added);
        if (paused) paused.vain += size;
      }
      const value = this.resume(added);
      if (value !== STOP || this.recovery.active) return value;
    } while (this.at < this.to);
    return STOP;
  }

  /** Goes on with the straddling message, of which `added` bytes are new. */
  private resume(added: number): unknown {
    const { held } = this;
    const { bytes, size } = held;
    const m = this.paused ?? this.reader(bytes, 0, size, this.offset);
    if (m === this.paused) m.more(bytes, size, this.final);
    else m.vain = size;
    m.owned = held.large;
    this.paused = m;
    const value = this.engine.op.decode(m);
    if (value !== STOP) return this.delivered(value, Math.max(m.p, m.far), added);
    if (m.fault) return this.bad(m);
    held.missing = m.needed;
    return STOP;
  }

  /** The straddling message has ended: what has come behind it is given back to the chunk. */
  private delivered(value: unknown, end: number, added: number): unknown {
    if (end === 0) this.spend(endless(this.offset));
    this.at -= this.held.deliver(end, added, this.engine.views);
    this.paused = undefined;
    return value;
  }

  /** Copies `n` bytes of the chunk behind the straddling message. */
  private gather(n: number): void {
    this.held.gather(this.chunk, this.at, n);
    this.at += n;
  }

  /** A bad message: an error, unless there is a policy that goes on. */
  private bad(m: Reader): typeof STOP {
    const error = m.error();
    if (!this.recovery.begin(error, m.announced)) this.spend(error);
    this.merge();
    return STOP;
  }

  /** Puts what is held and what is left of the chunk into one chunk. */
  private merge(): void {
    const start = this.offset;
    if (this.held.size > 0) this.turnTo(this.take(), start - this.base);
  }

  /** Passes over what is bad, as far as it is there; true when the next message may start. */
  private recover(): boolean {
    if (this.recovery.searching) this.merge();
    const at = this.recovery.pass(this.chunk.subarray(0, this.to), this.at, this.final);
    if (this.recovery.given) this.spend(this.recovery.given);
    this.at = at;
    return !this.recovery.active;
  }
}
