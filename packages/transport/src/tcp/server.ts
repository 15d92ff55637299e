// Law: one bad peer never disturbs another, and no error of any of them is ever nobody's.

import { checkCount, checkFunction, checkSignal } from "../connection/check.js";
import { systemClock } from "../connection/clock.js";
import { Connection } from "../connection/connection.js";
import { ConnectionError, type Deferred, deferred, messageOf } from "../connection/errors.js";
import { type Observed, type Observer, tell } from "../connection/observe.js";
import { type CheckedOptions, type ConnectionOptions, checkOptions } from "../connection/options.js";
import type { Endpoint } from "../connection/port.js";
import type { WaitOptions } from "../connection/reading.js";
import { onAbort, orAborted } from "../connection/signal.js";
import { published } from "./diagnostics.js";
import { checkSocket, checkTls, connectionOptions, placeOf, type SocketOptions } from "./options.js";
import { type Bound, type BoundSink, bind, type ServerTls, type SocketPort } from "./tcp.js";

/** Everything that can be chosen for a server. Options of a connection hold for each one it accepts. */
export interface ListenOptions<Out, In> extends ConnectionOptions<Out, In>, SocketOptions {
  /** TLS options as node:tls takes them: at least a key and a certificate. */
  readonly tls?: ServerTls | undefined;
  /** Connections that the system may hold ready; the system's default unless said otherwise. */
  readonly backlog?: number | undefined;
  /** Connections at one time, 0 refuses all; 10,000 unless said otherwise. */
  readonly maxConnections?: number | undefined;
  /** Connections from one address at one time; unlimited by default. */
  readonly maxPerAddress?: number | undefined;
}

/** What to do with a peer. When its promise settles, the peer is closed; a rejection aborts that peer and is observed. */
export type PeerHandler<Out, In> = (peer: Connection<Out, In>, server: Server<Out, In>) => unknown;

/** What a server has counted. */
export interface ServerCounters {
  readonly accepted: number;
  readonly refused: number;
  /** Connections that were let in and failed before they were ready (TLS). */
  readonly lost: number;
  readonly open: number;
  /** Errors of the listening socket, such as EMFILE; it goes on listening. */
  readonly errors: number;
  /** Of all connections, closed ones included. */
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly messagesReceived: number;
  readonly messagesSent: number;
}

/** A listening server. Made by {@link listen}. */
export class Server<Out, In = Out> {
  /** Resolves when nothing is listening and no connection is left. */
  readonly closed: Promise<void>;

  readonly #options: ListenOptions<Out, In>;
  readonly #checked: CheckedOptions<Out, In>;
  readonly #handler: PeerHandler<Out, In>;
  readonly #observer: Observer;
  readonly #peers = new Set<Connection<Out, In>>();
  readonly #addresses = new Map<string, number>();
  readonly #done: Deferred<void> = deferred<void>();
  readonly #maxConnections: number;
  readonly #maxPerAddress: number;
  #bound: Bound | undefined;
  #unsubscribe = (): void => {};
  #draining = false;
  #unbound = false;
  #open = 0;
  #accepted = 0;
  #refused = 0;
  #lost = 0;
  #errors = 0;
  readonly #past = { bytesReceived: 0, bytesSent: 0, messagesReceived: 0, messagesSent: 0 };

  /** Use {@link listen}. */
  constructor(options: ListenOptions<Out, In>, handler: PeerHandler<Out, In>) {
    checkFunction("handler", handler ?? null);
    this.#options = options;
    this.#handler = handler;
    const publish = published(options.observe);
    this.#observer = (event) => {
      publish(event);
      if (event.type === "close") this.#gone(event.connection);
    };
    this.#maxConnections = checkCount("maxConnections", options.maxConnections, 10_000, 0, Number.POSITIVE_INFINITY);
    this.#maxPerAddress = checkCount(
      "maxPerAddress",
      options.maxPerAddress,
      Number.POSITIVE_INFINITY,
      1,
      Number.POSITIVE_INFINITY,
    );
    this.closed = this.#done.promise;
    checkListen(options);
    this.#checked = checkOptions({ ...connectionOptions(options), signal: undefined, observe: this.#observer });
  }

  /** Where it listens: with the port that was free if 0 was asked for. */
  get address(): Endpoint {
    return this.#bound?.address ?? {};
  }

  /** The port it listens on; 0 for a Unix socket or pipe. */
  get port(): number {
    return this.address.port ?? 0;
  }

  /** The connections that are open now. */
  get connections(): ReadonlySet<Connection<Out, In>> {
    return this.#peers;
  }

  get counters(): ServerCounters {
    const sum = { ...this.#past };
    for (const peer of this.#peers) addTo(sum, peer);
    return {
      accepted: this.#accepted,
      refused: this.#refused,
      lost: this.#lost,
      open: this.#open,
      errors: this.#errors,
      ...sum,
    };
  }

  /**
   * Stops listening and lets the work in hand finish: idle connections are closed at once, busy ones as soon as they are
   * idle, and what is left after `deadline` milliseconds is aborted. Resolves when nothing is left. A signal stops only
   * the waiting.
   */
  drain(deadline: number, options?: WaitOptions): Promise<void> {
    checkCount("deadline", deadline, 0, 0, 2 ** 31 - 1);
    checkSignal("signal", options?.signal);
    return orAborted(this.#drain(deadline), options?.signal);
  }

  async #drain(deadline: number): Promise<void> {
    const clock = this.#options.clock ?? systemClock;
    this.#stopListening();
    for (const peer of [...this.#peers]) peer.closeWhenIdle();
    const timer = clock.setTimeout(() => {
      for (const peer of [...this.#peers]) peer.abort(`the server was still busy with it after ${deadline} ms (drain)`);
    }, deadline);
    await this.closed;
    clock.clearTimeout(timer);
  }

  /** Stops listening and closes every connection well: what is queued to them is still sent. */
  close(options?: WaitOptions): Promise<void> {
    checkSignal("signal", options?.signal);
    this.#stopListening();
    for (const peer of [...this.#peers]) void peer.close();
    return orAborted(this.closed, options?.signal);
  }

  /** Stops listening and aborts every connection. */
  async abort(why?: unknown): Promise<void> {
    this.#stopListening();
    for (const peer of [...this.#peers]) peer.abort(why);
    await this.closed;
  }

  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal Binds; called once by {@link listen}. */
  start(): Promise<this> {
    const { options, socket } = { options: this.#options, socket: checkListen(this.#options) };
    const { signal, timeouts } = options;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const handshake = timeouts?.handshake || 10_000;
      const binding = { ...socket, tls: checkTls<ServerTls>(options.tls), backlog: options.backlog, handshake };
      const opened = (bound: Bound): void => {
        this.#bound = bound;
        this.#unsubscribe = onAbort(signal, () => void this.abort(signal?.reason));
        resolve(this);
      };
      bind(binding, this.#sink(), opened, (error, more) => {
        reject(
          new ConnectionError("connect", `cannot listen on ${placeOf(socket)}: ${messageOf(error)}${more}`, error),
        );
      });
    });
  }

  #sink(): BoundSink {
    return {
      admit: (remote) => this.#admit(remote),
      accepted: (port) => this.#accept(port),
      lost: (remote, error) => {
        this.#lost++;
        this.#leave(remote);
        tell(this.#observer, { type: "refused", remote, why: messageOf(error) });
      },
      failed: (error) => {
        this.#errors++;
        tell(this.#observer, { type: "server-error", error });
      },
      closed: () => {
        this.#unbound = true;
        this.#settle();
      },
    };
  }

  #admit(remote: Endpoint): boolean {
    const key = remote.address ?? "";
    const fromThere = this.#addresses.get(key) ?? 0;
    let why: string | undefined;
    if (this.#draining) why = "the server is closing";
    else if (this.#open >= this.#maxConnections) why = `there are ${this.#open} connections (maxConnections)`;
    else if (fromThere >= this.#maxPerAddress) why = `there are ${fromThere} connections from ${key} (maxPerAddress)`;
    if (why !== undefined) {
      this.#refused++;
      tell(this.#observer, { type: "refused", remote, why });
      return false;
    }
    this.#open++;
    this.#addresses.set(key, fromThere + 1);
    return true;
  }

  #leave(remote: Endpoint): void {
    const key = remote.address ?? "";
    const left = (this.#addresses.get(key) ?? 1) - 1;
    if (left > 0) this.#addresses.set(key, left);
    else this.#addresses.delete(key);
    this.#open--;
    this.#settle();
  }

  #accept(port: SocketPort): void {
    this.#accepted++;
    const peer = new Connection<Out, In>(port, this.#checked);
    this.#peers.add(peer);
    if (this.#draining) peer.closeWhenIdle();
    let result: unknown;
    try {
      result = this.#handler(peer, this);
    } catch (error) {
      this.#handlerFailed(peer, error);
      return;
    }
    if (typeof (result as Promise<unknown> | undefined)?.then === "function") {
      (result as Promise<unknown>).then(
        () => void peer.close(),
        (error) => this.#handlerFailed(peer, error),
      );
    }
  }

  /** A failure of the connection that the handler passed on is told by `close`; anything else is the handler's own. */
  #handlerFailed(peer: Connection<Out, In>, error: unknown): void {
    if (error instanceof ConnectionError) {
      void peer.close();
      return;
    }
    tell(this.#observer, { type: "handler-error", connection: peer, error });
    peer.abort(error);
  }

  #gone(peer: Observed): void {
    this.#peers.delete(peer as Connection<Out, In>);
    addTo(this.#past, peer);
    this.#leave(peer.remote);
  }

  #stopListening(): void {
    if (this.#draining) return;
    this.#draining = true;
    this.#unsubscribe();
    this.#bound?.close();
  }

  #settle(): void {
    if (this.#unbound && this.#open === 0) this.#done.resolve();
  }
}

type Sum = Record<"bytesReceived" | "bytesSent" | "messagesReceived" | "messagesSent", number>;

function addTo(sum: Sum, { counters }: Observed): void {
  const { bytesReceived, bytesSent, messagesReceived, messagesSent } = counters;
  sum.bytesReceived += bytesReceived;
  sum.bytesSent += bytesSent;
  sum.messagesReceived += messagesReceived;
  sum.messagesSent += messagesSent;
}

function checkListen<Out, In>(options: ListenOptions<Out, In>) {
  checkCount("backlog", options.backlog, 511, 1, 2 ** 31 - 1);
  return checkSocket("listen", options, 0, ["tls", "backlog", "maxConnections", "maxPerAddress"]);
}

/**
 * Listens on 127.0.0.1 (unless told otherwise), a Unix socket or a named pipe, and gives every peer to `handler`.
 * Rejects with ConnectionError `connect` when it cannot, with OptionError for a bad option. The server's `signal`
 * aborts it and all its connections.
 *
 * @example
 * ```ts
 * const server = await listen({ port: 7000, receive: message, send: message }, async (peer) => {
 *   for await (const m of peer) await peer.send(m);   // echo, with back-pressure both ways
 * });
 * await server.drain(5000);
 * ```
 */
export async function listen<Out, In>(
  options: ListenOptions<Out, In>,
  handler: PeerHandler<Out, In>,
): Promise<Server<Out, In>> {
  return await new Server(options, handler).start();
}
