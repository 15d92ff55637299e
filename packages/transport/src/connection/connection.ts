// Law: a connection is a decoder and an encoder over a port. It does no I/O, owns its iterator, settles `closed` exactly
// once, and lets no failure escape except to whoever waits for it.

import type { Codec } from "@wireform/codec";
import { checkFunction, checkSignal } from "./check.js";
import { type Closed, ConnectionError, quiet } from "./errors.js";
import { Link } from "./link.js";
import { type Counters, type Observed, tell } from "./observe.js";
import { type ConnectionOptions, checkOptions } from "./options.js";
import type { Outbound } from "./outbound.js";
import type { Endpoint, Port } from "./port.js";
import type { BatchOptions, Reading, UntilOptions, WaitOptions } from "./reading.js";
import { onAbort, orAborted } from "./signal.js";

let lastId = 0;

/**
 * A peer that sends messages and can be sent messages.
 *
 * @example
 * ```ts
 * const peer = await connect({ port: 7000, receive: message, send: message });
 * await peer.send({ type: "hello", version: 1, name: "ada" });
 * await peer.finish();                        // we are done; replies still arrive
 * for await (const reply of peer) show(reply);
 * const { reason } = await peer.closed;       // "end"
 * ```
 */
export class Connection<Out, In = Out> implements AsyncIterable<Out>, Observed {
  /** Counts up from 1 in this process. */
  readonly id: number = ++lastId;
  readonly #link: Link<Out, In, Connection<Out, In>>;
  readonly #outbound: Outbound<In>;
  readonly #reading: Reading<Out>;
  readonly #highWater: number;
  /** Below so many queued bytes there is nothing to consider after sending. */
  readonly #easy: number;
  readonly #maxSent: number;

  /** Usually called for you by `connect`, `listen` and `attach`. Throws OptionError, which names the bad option. */
  constructor(port: Port, options: ConnectionOptions<Out, In>) {
    const checked = checkOptions(options);
    this.#link = new Link<Out, In, Connection<Out, In>>(this, port, checked);
    this.#outbound = this.#link.outbound;
    this.#reading = this.#link.reading;
    this.#highWater = checked.highWater;
    this.#easy = checked.maxSent === Number.POSITIVE_INFINITY ? checked.highWater : 0;
    this.#maxSent = checked.maxSent;
    port.open(this.#link);
    tell(checked.observe, { type: "open", connection: this });
  }

  /** Resolves, never rejects, when the connection is over, with why. */
  get closed(): Promise<Closed> {
    return this.#link.closed;
  }

  /** Where the peer is. */
  get remote(): Endpoint {
    return this.#link.port.remote;
  }

  /** Where we are. */
  get local(): Endpoint {
    return this.#link.port.local;
  }

  /** What went through so far. */
  get counters(): Counters {
    return {
      bytesReceived: this.#link.bytesReceived,
      bytesSent: this.#outbound.sentBytes,
      messagesReceived: this.#link.inbound.messages,
      messagesSent: this.#outbound.messages,
      writes: this.#outbound.writes,
      queued: this.#outbound.queued,
      partial: this.#link.inbound.partial,
    };
  }

  /** True while messages can be sent: not finished, not closed. */
  get writable(): boolean {
    return !this.#outbound.over;
  }

  /** True when the last message was ended by the close of the stream, so that part of it may be missing. */
  get maybeTruncated(): boolean {
    return this.#link.inbound.maybeTruncated;
  }

  /**
   * Sends a message. It is encoded now, gathers with the other messages of this turn and leaves with them by one write.
   * The promise resolves when more may be sent: await it, and memory stays bounded whatever the peer does. It rejects
   * with ConnectionError when the connection is over, and may be ignored. A value that cannot be encoded throws the
   * codec's EncodeError at once, and nothing of it is sent. Byte fields of 16 KiB and more go by reference: leave them
   * alone until flushed.
   *
   * With `signal`, a message that still waits in our queue when it aborts is taken back and never sent.
   */
  send(message: In, options?: WaitOptions): Promise<void> {
    const outbound = this.#outbound;
    if (outbound.barred) return this.#refuse();
    if (options?.signal) return this.#sendRevocable(() => outbound.pieces(message), options.signal);
    return outbound.add(message) < this.#easy ? sent : this.#room();
  }

  /** Sends messages one after the other, waiting whenever the peer is slow. Resolves when more may be sent. */
  async sendMany(messages: Iterable<In> | AsyncIterable<In>, options?: WaitOptions): Promise<void> {
    const signal = options?.signal;
    if (Array.isArray(messages)) {
      // As below, without an iterator, which takes a tenth of the time.
      for (let i = 0; i < messages.length; i++) {
        signal?.throwIfAborted();
        if (this.#easy > 0) i = this.#outbound.addEasy(messages, i);
        if (i === messages.length) return;
        const room = this.send(messages[i]);
        if (room !== sent) await orAborted(room, signal);
      }
    } else if (Symbol.iterator in messages) {
      for (const message of messages) {
        signal?.throwIfAborted();
        const room = this.send(message);
        if (room !== sent) await orAborted(room, signal);
      }
    } else {
      for await (const message of messages) {
        signal?.throwIfAborted();
        await orAborted(this.send(message), signal);
      }
    }
  }

  /** Sends bytes that are no message of the codec; otherwise as `send`. From 16 KiB on they go by reference, unless there is a `signal`. */
  sendBytes(bytes: Uint8Array, options?: WaitOptions): Promise<void> {
    if (this.#outbound.barred) return this.#refuse();
    if (options?.signal) return this.#sendRevocable(() => [bytes.slice()], options.signal);
    this.#outbound.addBytes(bytes);
    return this.#room();
  }

  /** Resolves when the system has accepted all that was sent; that is not yet the peer's having it. */
  flush(options?: WaitOptions): Promise<void> {
    return orAborted(this.#outbound.flush(), options?.signal);
  }

  /** Messages one by one. Leaving the loop keeps the connection open; a later loop goes on with the next message. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Out> {
    return this.messages();
  }

  /** The same, with a signal that stops only the waiting. */
  messages(options?: WaitOptions): AsyncIterableIterator<Out> {
    this.#expectNoHandler();
    return this.#reading.messages(options);
  }

  /** Messages in arrays of whatever is complete: the fastest loop, one promise a chunk. */
  batches(options?: BatchOptions): AsyncIterableIterator<Out[]> {
    this.#expectNoHandler();
    return this.#reading.batches(options);
  }

  /**
   * Calls `handler` for every message from now on, synchronously, chunk by chunk; answers leave by one write a chunk.
   * What the handler throws, or a promise it returns rejects with, aborts this connection and no other. When the peer
   * has finished and all is handled, our side finishes too.
   *
   * @example
   * ```ts
   * peer.onMessage((m) => void peer.send(m));   // echo
   * ```
   */
  onMessage(handler: (message: Out, peer: Connection<Out, In>) => unknown): this {
    checkFunction("handler", handler);
    this.#expectNoHandler();
    if (this.#reading.consumed) throw new ConnectionError("busy", "messages are already being read in a loop");
    this.#link.handle(handler);
    return this;
  }

  /** Hands out no more messages to `onMessage` until `resume()`, not even of the chunk in hand. */
  pause(): void {
    this.#link.pause();
  }

  /** Goes on at once with what has waited. */
  resume(): void {
    this.#link.resume();
  }

  /** Exactly `count` bytes, undecoded. Rejects with `truncated` when the stream ends before. */
  readExactly(count: number, options?: WaitOptions): Promise<Uint8Array> {
    this.#expectNoHandler();
    return this.#reading.exactly(count, options);
  }

  /** The undecoded bytes up to and including `delimiter`; within `maxBytes`, else it rejects with `limit`. */
  readUntil(delimiter: Uint8Array, options?: UntilOptions): Promise<Uint8Array> {
    this.#expectNoHandler();
    return this.#reading.until(delimiter, options);
  }

  /** Switches codecs at the next message, in either direction or both: for protocols that change in mid-stream. */
  use(codecs: { readonly receive?: Codec<Out, never>; readonly send?: Codec<unknown, In> }): void {
    if (codecs.send) this.#outbound.use(codecs.send);
    if (!codecs.receive) return;
    this.#link.inbound.use(codecs.receive);
    this.#link.serve();
  }

  /** Says that we are done sending, after what is queued; what the peer sends still arrives. Resolves when flushed. */
  finish(options?: WaitOptions): Promise<void> {
    return orAborted(this.#outbound.finish(), options?.signal);
  }

  /**
   * Ends the connection well: no more messages are read, what is queued is sent, goodbye is said and waited for, all
   * within `closeTimeout`. Resolves when the connection is over; does nothing when it already is.
   */
  close(options?: WaitOptions): Promise<void> {
    this.#link.beginClose();
    return orAborted(
      this.closed.then(() => {}),
      options?.signal,
    );
  }

  /** Ends the connection now, with a RST where the transport has one. What is queued is lost. */
  abort(why?: unknown): void {
    this.#link.abort(why);
  }

  /** Tells `drain` and `closeWhenIdle` that this connection is busy until the returned function is called. */
  hold(): () => void {
    return this.#link.hold();
  }

  /** Closes as soon as nothing is being received, handled or sent. */
  closeWhenIdle(): void {
    this.#link.closeWhenIdle();
  }

  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #expectNoHandler(): void {
    if (this.#link.handling) throw new ConnectionError("busy", "messages already go to onMessage");
  }

  #refuse(): Promise<void> {
    const why = this.#outbound.obstacle();
    if (why.code === "limit") this.#link.fail(why);
    return quiet(Promise.reject(why));
  }

  #room(): Promise<void> {
    const { sentBytes, queued } = this.#outbound;
    if (sentBytes + queued > this.#maxSent) {
      const why = new ConnectionError("limit", `more than ${this.#maxSent} bytes sent (maxSent)`);
      this.#link.fail(why);
      return quiet(Promise.reject(why));
    }
    return queued < this.#highWater ? sent : this.#outbound.room();
  }

  #sendRevocable(pieces: () => Uint8Array[], signal: AbortSignal): Promise<void> {
    checkSignal("signal", signal);
    if (signal.aborted) return quiet(Promise.reject(signal.reason));
    const revoke = this.#outbound.addRevocable(pieces());
    const room = this.#room();
    if (room === sent) return sent;
    const unsubscribe = onAbort(signal, () => revoke());
    room.then(unsubscribe, unsubscribe);
    return orAborted(room, signal);
  }
}

const sent: Promise<void> = Promise.resolve();
