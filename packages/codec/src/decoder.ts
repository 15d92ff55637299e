// Law: a message comes out with the chunk that completes it, and no byte is looked at more than a few times, however the
// bytes were cut. What lies whole in a chunk is decoded in place. What straddles chunks is gathered in one buffer and
// read by the interpreter, which goes on where it stopped and leaves to generated code what parts are there; the whole
// is tried again only while what was tried in vain stays in proportion.

import { type Codec, type Engine, engineOf } from "./compile.js";
import { DecodeError, SchemaError, show } from "./errors.js";
import { type Limits, limitsOf } from "./limits.js";
import { type DecoderOptions, Recovery, roomier } from "./resync.js";
import { Reader, STOP } from "./runtime/reader.js";

const NOTHING: Uint8Array = new Uint8Array(0);
const LARGE = 65536;
/** A peer that has sent a message of some size gets room for another one at once, up to this. */
const EARNED = 2 ** 20 + 64;

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
  /** The message that straddles chunks, as far as it is there. */
  private held: Uint8Array = NOTHING;
  private size = 0;
  /** Where the interpreter is in it. */
  private paused: Reader | undefined;
  private missing = 1;
  private earned = 0;
  private final = false;
  private readonly recovery: Recovery;
  private fatal: DecodeError | undefined;

  constructor(codec: Codec<Out, never>, options: DecoderOptions = {}) {
    const { overlong } = options;
    if (overlong !== undefined && overlong !== "refuse" && overlong !== "skip")
      throw new SchemaError("argument", `Decoder's overlong is "refuse" or "skip"; got ${show(overlong)}`);
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
    return this.size + this.to - this.at;
  }

  /** How many more bytes the next message needs at the least; 1 or more. */
  get needed(): number {
    return this.size > 0 ? Math.max(1, this.missing - (this.to - this.at)) : 1;
  }

  /** Offset in the stream of the next message's first byte. */
  get offset(): number {
    return this.base + this.at - this.size;
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
    if (this.at < this.to) this.keep();
    this.base += this.to;
    this.chunk = chunk;
    this.at = 0;
    this.to = chunk.length;
    if (this.size > 0 && chunk.length < this.missing) {
      // Far from complete: nothing to decode yet.
      this.gather(chunk.length);
      this.missing -= chunk.length;
    }
    return this;
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
    bytes.set(this.held.subarray(0, this.size));
    bytes.set(this.chunk.subarray(this.at, this.to), this.size);
    this.at = this.to;
    this.drop();
    return bytes;
  }

  /** Decodes everything from the next message on with another codec; may be called while iterating. */
  use<Next>(codec: Codec<Next, never>): Decoder<Next> {
    this.adopt(codec);
    this.paused = undefined;
    this.missing = 0;
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
    if (this.fatal) throw this.fatal;
    for (;;) {
      if (this.recovery.active && !this.recover()) return { done: true, value: undefined };
      if (this.size === 0 && this.at === this.to) return { done: true, value: undefined };
      const value = this.size === 0 ? this.inPlace() : this.gathered();
      if (value !== STOP) return { done: false, value: value as Out };
      // A fault has been dealt with (or thrown); anything else waits for more bytes.
      if (!this.recovery.active) return { done: true, value: undefined };
    }
  }

  /** One attempt by generated code; STOP when it cannot. */
  private quick(b: Uint8Array, p: number, end: number, owned: boolean): unknown {
    const { decode, run } = this;
    if (!decode) return STOP;
    run.elements = 0;
    run.depth = 0;
    run.start = p;
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
    m.owned = b === this.held && b.length > LARGE;
    m.generated = this.engine.part;
    return m;
  }

  /** A message that starts in the chunk; if it does not end there, what there is of it is kept. */
  private inPlace(): unknown {
    const { chunk, at, to } = this;
    if (this.decode) {
      const value = this.quick(chunk, at, to, false);
      if (value === STOP) {
        this.gather(to - at);
        return this.resume(to - at);
      }
      this.progress(this.run.p);
      return value;
    }
    const m = this.reader(chunk, at, to, this.base);
    const value = this.engine.op.decode(m);
    if (value !== STOP) {
      this.progress(Math.max(m.p, m.far));
      return value;
    }
    if (m.fault) return this.bad(m);
    this.missing = m.needed;
    this.gather(to - at);
    return STOP;
  }

  private progress(end: number): void {
    if (end === this.at) throw this.stuck();
    this.at = end;
  }

  private stuck(): DecodeError {
    this.fatal = new DecodeError({
      code: "length",
      keys: [],
      offset: this.offset,
      expected: "a message of at least one byte",
      actual: "the schema takes none, so that there would be no end of messages",
    });
    return this.fatal;
  }

  /** A message that started in an earlier chunk. */
  private gathered(): unknown {
    do {
      const left = this.to - this.at;
      if (left < this.missing && !this.final) {
        this.gather(left);
        this.missing -= left;
        return STOP;
      }
      // More than is missing is taken along, so that the interpreter need not stop at every byte; what turns out to
      // belong to the next message is given back to the chunk.
      // Not beyond what there is room for, though: it would be copied once more.
      const along = Math.min(Math.max(this.size, 4096), this.held.length - this.size);
      const added = this.final ? left : Math.min(left, Math.max(this.missing, along, 1));
      this.gather(added);
      const { paused, size } = this;
      if (!paused || (!paused.eased && paused.vain <= size)) {
        const value = this.quick(this.held, 0, size, this.held.length > LARGE);
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
    const { held, size } = this;
    let m = this.paused;
    if (m) m.more(held, size, this.final);
    else {
      m = this.reader(held, 0, size, this.offset);
      m.vain = size;
    }
    m.owned = held.length > LARGE;
    this.paused = m;
    const value = this.engine.op.decode(m);
    if (value !== STOP) return this.delivered(value, Math.max(m.p, m.far), added);
    if (m.fault) return this.bad(m);
    this.missing = m.needed;
    return STOP;
  }

  /** The straddling message has ended: what has come behind it is given back to the chunk. */
  private delivered(value: unknown, end: number, added: number): unknown {
    if (end === 0) throw this.stuck();
    this.earned = Math.min(Math.max(end, this.earned >> 1), EARNED);
    const over = this.size - end;
    const back = Math.min(over, added);
    this.at -= back;
    // Only at the end of the stream are bytes of earlier chunks left behind the message.
    const kept = this.held.slice(end, end + over - back);
    this.drop();
    if (kept.length > 0) {
      this.held = kept;
      this.size = kept.length;
    }
    return value;
  }

  /** Forgets the straddling message; a large buffer, or one that views point into, is not used again. */
  private drop(): void {
    if (this.held.length > LARGE || this.engine.views) this.held = NOTHING;
    this.size = 0;
    this.paused = undefined;
    this.missing = 0;
  }

  /** Copies `n` bytes of the chunk behind the straddling message. */
  private gather(n: number): void {
    const { chunk, at, size } = this;
    if (size + n > this.held.length) this.held = roomier(this.held.subarray(0, size), n, this.missing, this.earned);
    if (n > 32) this.held.set(at === 0 && n === chunk.length ? chunk : chunk.subarray(at, at + n), size);
    else for (let i = 0; i < n; i++) this.held[size + i] = chunk[at + i] as number;
    this.size = size + n;
    this.at = at + n;
  }

  /** Takes over what is left of a chunk, because another comes or because it must be searched together with what is held. */
  private keep(): void {
    const left = this.to - this.at;
    if (this.size === 0) this.missing = 0;
    this.gather(left);
    this.missing = Math.max(0, this.missing - left);
  }

  /** A bad message: an error, unless there is a policy that goes on. */
  private bad(m: Reader): typeof STOP {
    const error = m.error();
    if (!this.recovery.begin(error, m.announced)) {
      this.fatal = error;
      throw error;
    }
    this.merge();
    return STOP;
  }

  /** Puts what is held and what is left of the chunk into one chunk. */
  private merge(): void {
    if (this.size === 0) return;
    const { base, at } = this;
    const start = base + at - this.size;
    const bytes = this.take();
    this.chunk = bytes;
    this.at = 0;
    this.to = bytes.length;
    this.base = start;
  }

  /** Passes over what is bad, as far as it is there; true when the next message may start. */
  private recover(): boolean {
    if (this.recovery.searching) this.merge();
    const at = this.recovery.pass(this.chunk.subarray(0, this.to), this.at, this.final);
    const { given } = this.recovery;
    if (given) {
      this.fatal = given;
      throw given;
    }
    this.at = at;
    return !this.recovery.active;
  }
}
