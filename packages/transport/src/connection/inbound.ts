// Law: messages are decoded one at a time, when somebody asks, so that `use()` counts from the very next one and a
// slow consumer stops the reading. Whether a stream ended well is judged by the decoder, never by the socket.

import type { Codec, Decoder } from "@wireform/codec";
import { ByteQueue } from "./byte-queue.js";
import { type ConnectionError, messageOf, peerError } from "./errors.js";
import type { Port } from "./port.js";

/** No message is complete yet; see {@link Inbound.finished} for whether one may still come. */
export const none: unique symbol = Symbol("none");
export type None = typeof none;

/** The receiving half of a connection: chunks in, messages out on request. */
export class Inbound<Out> {
  readonly #port: Port;
  readonly #readAhead: number;
  readonly #decoder: Decoder<Out>;
  #chunks: Uint8Array[] = [];
  #active: Iterator<Out> | undefined;
  #waiting = 0;
  #paused = false;
  #raw: ByteQueue | undefined;
  #wanted = 0;
  #arrived = 0;
  #ended = false;
  #cut: ConnectionError | undefined;

  messages = 0;
  /** The stream is over, and what was left of it is being decoded. */
  ending = false;
  /** No message will come any more. */
  finished = false;
  /** The last message was ended by the close of the stream, so part of it may be missing. */
  maybeTruncated = false;

  constructor(port: Port, decoder: Decoder<Out>, readAhead: number) {
    this.#port = port;
    this.#decoder = decoder;
    this.#readAhead = readAhead;
  }

  /** True while received bytes wait for the consumer rather than for the peer. */
  get held(): boolean {
    return this.#active !== undefined || this.#chunks.length > 0 || this.#paused;
  }

  /** Bytes of a message, or of what is read by hand, that has begun and is not complete. */
  get partial(): number {
    return this.#raw === undefined ? this.#decoder.buffered : this.#raw.length;
  }

  /** True while bytes are read by hand. */
  get byHand(): boolean {
    return this.#raw !== undefined;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** What cut the stream off, if it did not end politely. */
  get cut(): ConnectionError | undefined {
    return this.#cut;
  }

  /** Accepts a chunk; the caller then lets the consumer pull, and after that calls {@link settle}. */
  arrive(chunk: Uint8Array): void {
    if (this.finished || chunk.length === 0) return;
    this.#arrived += chunk.length;
    if (this.#raw) {
      this.#raw.append(chunk);
      return;
    }
    this.#waiting += chunk.length;
    const first = this.#active === undefined && this.#chunks.length === 0;
    this.#chunks.push(first || !this.#port.lends ? chunk : chunk.slice());
  }

  /** Where the next bytes had best be read to: into the large message that they continue, if there is one. */
  room(): Uint8Array | undefined {
    const busy = this.finished || this.#ended || this.#raw !== undefined || this.held;
    return busy ? undefined : this.#decoder.room();
  }

  /** Accepts bytes that were read to where {@link room} said; like {@link arrive}. */
  filled(room: Uint8Array, count: number): void {
    const next = !this.finished && this.#raw === undefined && this.#active === undefined && this.#chunks.length === 0;
    if (!next || count === 0) {
      this.arrive(room.slice(0, count));
      return;
    }
    this.#arrived += count;
    this.#waiting += count;
    this.#active = this.#decoder.filled(room, count)[Symbol.iterator]();
  }

  /** Pauses the port when enough is waiting. Returns whether the last chunk is free to be reused. */
  settle(): boolean {
    const raw = this.#raw === undefined ? 0 : this.#raw.length;
    const lent = this.#port.lends && (this.#active !== undefined || this.#chunks.length > 0);
    if (!this.#paused && (lent || this.#waiting + raw >= Math.max(this.#readAhead, this.#wanted))) {
      this.#paused = true;
      this.#port.pause();
    }
    return !lent;
  }

  /** The next complete message, or {@link none}. Throws what is wrong with the bytes; after that nothing more comes. */
  pull(): Out | None {
    const message = this.#next();
    if (message !== none) this.messages++;
    return message;
  }

  #next(): Out | None {
    if (this.finished) return none;
    if (this.#raw) this.#leaveRaw();
    for (;;) {
      if (this.#active !== undefined) {
        const result = this.#active.next();
        if (!result.done) {
          if (this.ending) this.maybeTruncated = true;
          return result.value;
        }
        this.#active = undefined;
        if (this.ending) return this.#finish();
      }
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.#active = this.#decoder.push(chunk)[Symbol.iterator]();
        continue;
      }
      this.#waiting = 0;
      if (this.#ended) {
        if (this.#cut) throw this.#judge(this.#cut);
        this.ending = true;
        this.#active = this.#decoder.end()[Symbol.iterator]();
        continue;
      }
      this.#goOn();
      return none;
    }
  }

  /**
   * Gives every complete message to `handle`, until that returns false. It counts them in `messages`, does not throw and
   * takes no more once it is {@link finished}. Throws as {@link pull} does.
   */
  pullEach(handle: (message: Out) => boolean): void {
    for (;;) {
      const message = this.#next();
      if (message === none || !handle(message)) return;
      // The rest of the chunk; not where messages come from elsewhere, because one was put back or the stream has ended.
      if ((this.#active as unknown) === this.#decoder && !this.#decoder.each(handle)) return;
    }
  }

  /**
   * Gives the messages behind the one that was pulled to `handle`, as {@link pullEach} does. Where chunks are lent it stops
   * at the end of this one, which is needed until the next message is asked for: there may be views of it.
   */
  pullMore(handle: (message: Out) => boolean): void {
    const rest = (this.#active as unknown) === this.#decoder;
    if (rest && !this.#decoder.each(handle)) return;
    if (!this.#port.lends) this.pullEach(handle);
  }

  /** Makes a pulled message the next one again. */
  putBack(message: Out): void {
    const rest = this.#active;
    let first = true;
    this.messages--;
    this.#active = {
      next: () => {
        if (!first) return rest?.next() ?? { value: undefined, done: true };
        first = false;
        return { value: message };
      },
    };
  }

  /** The stream is over: politely, or `cut` by an error. What has arrived can still be pulled. */
  end(cut?: ConnectionError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cut = cut;
  }

  /** Forgets everything; the port reads on, into nothing. */
  abandon(): void {
    this.finished = true;
    this.#active = undefined;
    this.#chunks = [];
    this.#raw = undefined;
    this.#waiting = 0;
    this.#goOn();
  }

  use(codec: Codec<Out, never>): void {
    this.#decoder.use(codec);
    // What was a part of a message may be a whole one.
    if (this.#raw === undefined && this.#decoder.buffered > 0) this.#active ??= this.#decoder[Symbol.iterator]();
  }

  /** The undecoded bytes, for reading by hand until the next {@link pull}; the port is asked for `wanted` of them. */
  raw(wanted: number): ByteQueue {
    this.#wanted = wanted;
    if (this.#raw === undefined) {
      this.#raw = new ByteQueue();
      this.#raw.append(this.#decoder.take());
      this.#active = undefined;
      for (const chunk of this.#chunks) this.#raw.append(chunk);
      this.#chunks = [];
      this.#waiting = 0;
    }
    if (this.#raw.length < Math.max(wanted, this.#readAhead)) this.#goOn();
    return this.#raw;
  }

  #leaveRaw(): void {
    const raw = this.#raw as ByteQueue;
    this.#raw = undefined;
    this.#wanted = 0;
    this.#decoder.offset = this.#arrived - raw.length;
    if (raw.length === 0) return;
    this.#waiting = raw.length;
    this.#chunks.unshift(raw.take(raw.length));
  }

  #goOn(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#port.resume();
  }

  #finish(): None {
    this.finished = true;
    return none;
  }

  #judge(cut: ConnectionError): ConnectionError {
    const partial = this.#decoder.buffered;
    if (partial === 0) return cut;
    const text = `cut inside a message, ${partial} bytes of it had arrived: ${messageOf(cut)}`;
    return peerError("truncated", text, cut.cause ?? cut);
  }
}
