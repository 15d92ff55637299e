// Law: a connection ends once, for one reason, whatever happens in which order; then every timer, listener and waiter
// of it is gone.
//
//   open ──► finishing (we said goodbye) ──┬─► closing (closeTimeout runs, input is dropped) ──► closed
//     └────► ended (the peer did) ─────────┘         any failure, abort or timeout ────────────► closed

import { Decoder } from "@wireform/codec";
import { afterReading, type Clock } from "./clock.js";
import {
  type Closed,
  ConnectionError,
  type Deferred,
  deferred,
  fromDecoding,
  fromSystem,
  letGo,
  messageOf,
  peerError,
  quiet,
} from "./errors.js";
import { Handing, type Handler } from "./handing.js";
import { Inbound } from "./inbound.js";
import { type Observed, tell } from "./observe.js";
import type { CheckedOptions } from "./options.js";
import { Outbound, type OutboundOwner } from "./outbound.js";
import type { Port, PortSink } from "./port.js";
import { Reading, type ReadingOwner } from "./reading.js";
import { onAbort } from "./signal.js";
import { FirstBytes } from "./sniff.js";
import { Watch, type Watched } from "./watch.js";

// Shared: a stack for each of a million closed connections would cost more than it tells.
const closedWell = new ConnectionError("closed", "the connection is closed");

/** The life of a connection: what its port reports, what its reader and timers find, and how it ends. */
export class Link<Out, In, Owner extends Observed = Observed>
  implements PortSink, Watched, ReadingOwner, OutboundOwner
{
  readonly port: Port;
  readonly options: CheckedOptions<Out, In>;
  readonly inbound: Inbound<Out>;
  readonly outbound: Outbound<In>;
  readonly reading: Reading<Out>;
  bytesReceived = 0;

  readonly #owner: Owner;
  readonly #clock: Clock;
  readonly #watch: Watch;
  #closed: Closed | undefined;
  #awaited: Deferred<Closed> | undefined;
  readonly #unsubscribe: () => void;

  readonly #handing: Handing<Out, Owner>;
  #closing = false;
  #closeTimer: unknown;
  #holds = 0;
  #closeWhenIdle = false;
  #failure: ConnectionError | undefined;
  #portClosed = false;
  #over = false;
  readonly #first: FirstBytes = new FirstBytes();

  constructor(owner: Owner, port: Port, options: CheckedOptions<Out, In>) {
    this.port = port;
    this.options = options;
    this.#owner = owner;
    this.#clock = options.clock;
    const decoder = new Decoder<Out>(options.receive, options.decoder);
    this.inbound = new Inbound(port, decoder, options.readAhead);
    this.outbound = new Outbound(this, port, options);
    this.reading = new Reading(this.inbound, this);
    this.#handing = new Handing(this.inbound, this.reading, this.outbound, owner, (error) =>
      this.#handlerFailed(error),
    );
    this.#watch = new Watch(options.clock, options.timeouts, options.heartbeat, this);
    this.#unsubscribe = onAbort(options.signal, () => this.abort(options.signal?.reason));
  }

  get closed(): Promise<Closed> {
    if (this.#awaited === undefined) {
      this.#awaited = deferred<Closed>();
      if (this.#closed) this.#awaited.resolve(this.#closed);
    }
    return this.#awaited.promise;
  }

  // What the port reports.

  data(chunk: Uint8Array): boolean {
    this.#heard(chunk.length);
    if (this.#closing) return true;
    if (this.inbound.messages > 0) this.#first.forget();
    else this.#first.see(chunk);
    this.inbound.arrive(chunk);
    return this.#received();
  }

  room(): Uint8Array | undefined {
    return this.#closing ? undefined : this.inbound.room();
  }

  filled(room: Uint8Array, count: number): boolean {
    this.#heard(count);
    if (this.#closing) return true;
    this.inbound.filled(room, count);
    return this.#received();
  }

  #heard(count: number): void {
    this.bytesReceived += count;
    this.#watch.heard();
  }

  #received(): boolean {
    this.serve();
    const { maxReceived } = this.options;
    if (this.bytesReceived > maxReceived) {
      this.fail(peerError("limit", `more than ${maxReceived} bytes received (maxReceived)`));
    }
    return this.inbound.settle();
  }

  sent(): void {
    this.outbound.sent();
  }

  ended(): void {
    this.inbound.end();
    this.serve();
  }

  failed(error: unknown): void {
    const failure = fromSystem(error);
    // A peer that hangs up rudely on our goodbye has still had everything.
    if (this.#closing ? this.outbound.queued > 0 : this.inbound.ended) this.#failure ??= failure;
    this.inbound.end(failure);
    this.outbound.fail(failure);
    this.serve();
  }

  closedByPort(): void {
    this.#portClosed = true;
    if (!this.inbound.ended) this.inbound.end(peerError("reset", "the connection was dropped"));
    this.serve();
    this.#settle();
  }

  // What the watch may know.

  get held(): boolean {
    const unread = this.inbound.byHand && !this.reading.waiting;
    return unread || this.inbound.held || this.inbound.ended || this.#handing.paused;
  }

  get partial(): number {
    return this.inbound.partial;
  }

  get writing(): boolean {
    return this.outbound.writing;
  }

  get accepted(): number {
    return this.outbound.accepted;
  }

  get messages(): number {
    return this.inbound.messages + this.reading.byHand;
  }

  expired(what: string): void {
    this.fail(peerError("timeout", what));
  }

  beat(): void {
    const beat = this.options.heartbeat;
    if (beat === undefined || this.outbound.over || this.outbound.queued >= this.options.maxQueued) return;
    try {
      this.outbound.add(typeof beat.message === "function" ? (beat.message as () => In)() : beat.message);
    } catch (error) {
      this.#handlerFailed(error);
    }
  }

  // Handing out messages.

  handle(handler: Handler<Out, Owner>): void {
    this.#handing.handler = handler;
    this.serve();
  }

  get handling(): boolean {
    return this.#handing.handler !== undefined;
  }

  pause(): void {
    this.#handing.paused = true;
  }

  resume(): void {
    this.#handing.paused = false;
    this.serve();
  }

  /** Gives what has arrived to the handler, or to whoever waits for it. */
  serve(): void {
    if (this.#handing.busy) return;
    if (this.handling) this.#handing.serve();
    else this.reading.arrived();
    this.caughtUp();
    if (this.handling && this.reading.over && !this.#closing) this.#answered();
  }

  /** All is handled: our side finishes too, and does not wait for a peer that spoke nonsense. */
  #answered(): void {
    if (this.#failure) this.beginClose();
    else if (!this.outbound.over) quiet(this.outbound.finish());
  }

  // What reading and sending report.

  progressed(): void {
    this.#watch.wrote();
  }

  drained(): void {
    this.#checkIdle();
  }

  caughtUp(): void {
    this.#watch.served();
    this.#checkIdle();
  }

  left(): void {
    if (this.#portClosed) this.#settle();
  }

  /** The bytes are no messages: reading is over. There is `closeTimeout` to answer that, then the connection is closed. */
  badBytes(error: unknown): ConnectionError {
    const likely = this.inbound.messages === 0 ? this.#first.likely : undefined;
    const failure = fromDecoding(error, likely, this.inbound.ending);
    this.#failure ??= failure;
    this.inbound.abandon();
    if (!this.#portClosed) this.#closeLater(() => this.beginClose());
    return failure;
  }

  // Ending.

  beginClose(): void {
    if (this.#closing || this.#over) return;
    this.#closing = true;
    this.#closeLater(() => {
      const left = this.outbound.queued;
      if (left === 0) this.port.destroy();
      else this.fail(peerError("timeout", `${left} bytes were left unsent when closing (closeTimeout)`));
    });
    this.reading.stop();
    this.inbound.abandon();
    quiet(this.outbound.finish());
    if (this.#portClosed) this.#settle();
  }

  #closeLater(callback: () => void): void {
    if (this.#closeTimer !== undefined) this.#clock.clearTimeout(this.#closeTimer);
    this.#closeTimer = undefined;
    if (this.options.closeTimeout > 0) this.#closeTimer = this.#clock.setTimeout(callback, this.options.closeTimeout);
  }

  abort(why?: unknown): void {
    const text = why === undefined ? "aborted" : `aborted: ${messageOf(why)}`;
    this.fail(new ConnectionError("aborted", text, why));
  }

  /** Ends everything now. The first failure is the one that is told. */
  fail(failure: ConnectionError): void {
    if (this.#over) return;
    this.#failure ??= failure;
    this.#closing = true;
    this.reading.stop(this.#failure);
    this.inbound.abandon();
    this.outbound.fail(this.#failure);
    this.port.reset();
    if (this.#portClosed) this.#settle();
  }

  hold(): () => void {
    this.#holds++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holds--;
      this.#checkIdle();
    };
  }

  closeWhenIdle(): void {
    this.#closeWhenIdle = true;
    this.#checkIdle();
  }

  get #idle(): boolean {
    if (this.#handing.busy || this.#holds > 0 || (this.reading.consumed && !this.reading.waiting)) return false;
    return !this.inbound.held && this.inbound.partial === 0 && this.outbound.queued === 0;
  }

  /** Closes an idle connection if that is wanted, once it is sure that nothing waits to be read. */
  #checkIdle(): void {
    if (!this.#closeWhenIdle || this.#closing || !this.#idle) return;
    this.#closeWhenIdle = false;
    afterReading(this.#clock, () => {
      if (this.#idle) this.beginClose();
      else this.closeWhenIdle();
    });
  }

  #handlerFailed(error: unknown): void {
    tell(this.options.observe, { type: "handler-error", connection: this.#owner, error });
    this.fail(new ConnectionError("aborted", `the message handler failed: ${messageOf(error)}`, error));
  }

  /** Settles `closed`, once the port is gone and nobody is still reading what arrived before. */
  #settle(): void {
    if (this.#over || (this.reading.consumed && !this.reading.over)) return;
    this.reading.judge();
    if (this.#over) return;
    this.#over = true;
    this.#watch.stop();
    this.#unsubscribe();
    if (this.#closeTimer !== undefined) this.#clock.clearTimeout(this.#closeTimer);
    const error = this.#failure ?? (this.#closing ? undefined : this.inbound.cut);
    if (error) letGo(error);
    this.outbound.fail(error ?? closedWell);
    const { maybeTruncated } = this.inbound;
    const closed: Closed = error
      ? { reason: error.code as never, error, maybeTruncated }
      : { reason: "end", maybeTruncated };
    this.#closed = closed;
    this.#awaited?.resolve(closed);
    tell(this.options.observe, { type: "close", connection: this.#owner, closed });
  }
}
