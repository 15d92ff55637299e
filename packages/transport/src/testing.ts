// Law: what a test sees is the real connection; only the wire and the time are made of cardboard.

import type { Clock } from "./connection/clock.js";
import { Connection } from "./connection/connection.js";
import type { TransportEvent } from "./connection/observe.js";
import type { ConnectionOptions } from "./connection/options.js";
import type { Endpoint, Port, PortSink } from "./connection/port.js";

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Time that passes only when told to. */
export class VirtualClock implements Clock {
  #now = 0;
  #order = 0;
  readonly #timers = new Set<Timer>();
  #deferred: (() => void)[] = [];
  #polls: (() => void)[] = [];

  /** Called before a silent peer is judged: what `feed` gives it here counts as having been in time. */
  onPoll: (() => void) | undefined;

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, milliseconds: number): unknown {
    const timer: Timer = { at: this.#now + milliseconds, order: ++this.#order, callback };
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as Timer);
  }

  /** Timers that are still running; 0 when nothing leaks. */
  get pending(): number {
    return this.#timers.size;
  }

  defer(callback: () => void): void {
    if (this.#deferred.length === 0) setImmediate(() => this.turn());
    this.#deferred.push(callback);
  }

  afterPoll(callback: () => void): void {
    if (this.#polls.length === 0) setImmediate(() => this.#poll());
    this.#polls.push(callback);
  }

  #poll(): void {
    if (this.#polls.length > 0) this.onPoll?.();
    for (const callback of this.#polls.splice(0)) callback();
  }

  /** Ends the turn now: what was gathered is written. */
  turn(): void {
    for (const callback of this.#deferred.splice(0)) callback();
  }

  /** Lets `milliseconds` pass, running what falls due on the way, in order. */
  advance(milliseconds: number): void {
    const until = this.#now + milliseconds;
    this.turn();
    for (;;) {
      let next: Timer | undefined;
      for (const timer of this.#timers) {
        if (timer.at > until) continue;
        if (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
      }
      if (!next) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      while (this.#polls.length > 0) this.#poll();
      this.turn();
    }
    this.#now = until;
  }
}

/** A wire of cardboard: remembers what was written, and takes as much of it as the test says. */
export class TestPort implements Port {
  readonly remote: Endpoint = { address: "test" };
  readonly local: Endpoint = { address: "test" };
  readonly lends: boolean;
  readonly passesOn = false;
  /** Every write so far, each as the bytes that left together. */
  readonly writes: Uint8Array[] = [];
  /** True while the connection does not want to read. */
  paused = false;
  /** How our side ended it: `end` after finish(), `destroy` or `reset`. */
  ending: "end" | "destroy" | "reset" | undefined;
  sink: PortSink | undefined;

  #stalled = false;
  #unfinished: number[] = [];
  #taken = 0;
  #peerEnded = false;
  #closed = false;

  constructor(lends = false) {
    this.lends = lends;
  }

  open(sink: PortSink): void {
    this.sink = sink;
    if (this.#closed) sink.closedByPort();
  }

  write(chunks: readonly Uint8Array[]): void {
    const bytes = join(chunks);
    this.writes.push(bytes);
    this.#unfinished.push(bytes.length);
    if (!this.#stalled) this.accept(bytes.length);
  }

  unsent(): number {
    return this.#unfinished.reduce((sum, size) => sum + size, -this.#taken);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  end(): void {
    this.ending ??= "end";
    if (this.#peerEnded) this.close();
  }

  destroy(): void {
    this.ending = "destroy";
    this.close();
  }

  reset(): void {
    this.ending = "reset";
    this.close();
  }

  /** From now on the system takes nothing, as behind a peer that does not read. */
  stall(): void {
    this.#stalled = true;
  }

  /** The system takes so many more bytes; all, if not said. */
  accept(bytes: number = this.unsent()): void {
    this.#taken += Math.min(bytes, this.unsent());
    while (this.#unfinished.length > 0 && this.#taken >= (this.#unfinished[0] as number)) {
      this.#taken -= this.#unfinished.shift() as number;
      this.sink?.sent();
    }
  }

  /** The peer says goodbye. */
  peerEnds(): void {
    this.#peerEnded = true;
    this.sink?.ended();
    if (this.ending === "end") this.close();
  }

  /** The wire is gone. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.sink?.closedByPort();
  }
}

/** A connection with its wire and its time in your hands. */
export interface Embedded<Out, In> {
  readonly connection: Connection<Out, In>;
  readonly port: TestPort;
  readonly clock: VirtualClock;
  /** Everything that an observer is told. */
  readonly events: TransportEvent[];
  /** The peer sends these chunks, each as one read. */
  feed(...chunks: Uint8Array[]): void;
  /** The peer says goodbye (FIN). */
  end(): void;
  /** The peer drops the connection (RST). */
  reset(): void;
  /** Time passes, in milliseconds; promises that became due are run before this resolves. */
  advance(milliseconds: number): Promise<void>;
  /** Ends the turn and lets promises run. */
  settle(): Promise<void>;
  /** All bytes written since the last call. */
  written(): Uint8Array;
}

/** What to embed: the options of a connection, and whether chunks lie in a buffer that is overwritten after each read. */
export type EmbedOptions<Out, In> = ConnectionOptions<Out, In> & { readonly lends?: boolean | undefined };

/**
 * A connection over nothing: feed it bytes, let time pass, see its messages, writes and events.
 *
 * @example
 * ```ts
 * const { connection, feed, written, advance } = embed({ receive: message, send: message });
 * connection.onMessage((m) => void connection.send(m));
 * feed(Uint8Array.of(0, 1), Uint8Array.of(65));
 * await advance(0);
 * written(); // 00 01 41
 * ```
 */
export function embed<Out, In>(options: EmbedOptions<Out, In>): Embedded<Out, In> {
  const clock = (options.clock as VirtualClock | undefined) ?? new VirtualClock();
  const port = new TestPort(options.lends ?? false);
  const events: TransportEvent[] = [];
  const observe = (event: TransportEvent): void => {
    events.push(event);
    options.observe?.(event);
  };
  const connection = new Connection<Out, In>(port, { ...options, clock, observe });
  const shared = new Uint8Array(256 * 1024);
  let seen = 0;

  /** Gives a chunk as a client's socket does: right into a large message, or in a buffer that is used again. */
  const lend = (chunk: Uint8Array): void => {
    const room = port.sink?.room();
    const buffer = room ?? shared;
    const count = Math.min(buffer.length, chunk.length);
    buffer.set(chunk.subarray(0, count));
    if (room) port.sink?.filled(room, count);
    else if (port.sink?.data(shared.subarray(0, count))) shared.fill(0xee);
    if (count < chunk.length) lend(chunk.subarray(count));
  };

  const settle = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.turn();
    }
  };
  return {
    connection,
    port,
    clock,
    events,
    feed(...chunks) {
      for (const chunk of chunks) {
        if (!port.lends) port.sink?.data(chunk);
        else lend(chunk);
      }
    },
    end: () => port.peerEnds(),
    reset() {
      port.sink?.failed(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
      port.close();
    },
    async advance(milliseconds) {
      await settle();
      clock.advance(milliseconds);
      await settle();
    },
    settle,
    written() {
      const bytes = join(port.writes.slice(seen));
      seen = port.writes.length;
      return bytes;
    },
  };
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    joined.set(chunk, offset);
    offset += chunk.length;
  }
  return joined;
}
