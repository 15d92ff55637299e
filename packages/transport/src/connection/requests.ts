// Law: every request is answered exactly once: by its reply, its timeout, its signal or the end of the connection.
// Without ids, replies belong to requests in the order they were sent, so a request given up keeps its place in line.

import { checkCount, checkFunction, checkMilliseconds, checkNames } from "./check.js";
import { type Clock, systemClock } from "./clock.js";
import type { Connection } from "./connection.js";
import { ConnectionError, type Deferred, deferred, OptionError, quiet } from "./errors.js";
import { Fifo } from "./fifo.js";
import { onAbort } from "./signal.js";

/** What tells one request from another. */
export type RequestId = number | bigint | string;

/** How replies find their requests. */
export interface RequestsOptions<Out, In> {
  /** By an id that both carry; leave it out if the peer replies in order. */
  readonly id?:
    | {
        readonly request: (message: In) => RequestId;
        /** `undefined` for a message that is no reply. */
        readonly reply: (message: Out) => RequestId | undefined;
      }
    | undefined;
  /** In order: tells replies from other messages; all are replies unless said otherwise. */
  readonly isReply?: ((message: Out) => boolean) | undefined;
  /** Milliseconds that each request may take, 0 for ever; 30 s unless said otherwise. */
  readonly timeout?: number | undefined;
  /** Requests on their way at one time; the others wait their turn. 1024 unless said otherwise. */
  readonly maxInFlight?: number | undefined;
  /** Where ids from `nextId()` begin anew; 2^31 - 1 unless said otherwise. */
  readonly maxId?: number | undefined;
  /** Gets messages that answer nothing: notifications, replies that came too late. */
  readonly other?: ((message: Out) => void) | undefined;
  /** Another time than the real one, for tests. */
  readonly clock?: Clock | undefined;
}

/** How to wait for one reply. */
export interface RequestOptions {
  /** Milliseconds, 0 for ever, instead of the common timeout. */
  readonly timeout?: number | undefined;
  /** Gives the request up, with the signal's reason; its reply will be ignored. */
  readonly signal?: AbortSignal | undefined;
}

interface Pending<Out> {
  readonly reply: Deferred<Out>;
  readonly leave: () => void;
  over: boolean;
}

/** Requests and their replies over one connection. Made by {@link requests}. */
export class Requests<Out, In> {
  readonly #peer: Connection<Out, In>;
  readonly #options: RequestsOptions<Out, In>;
  readonly #clock: Clock;
  readonly #timeout: number;
  readonly #maxInFlight: number;
  readonly #maxId: number;
  readonly #byId = new Map<RequestId, Pending<Out>>();
  readonly #inOrder = new Fifo<Pending<Out>>();
  readonly #waiting = new Fifo<() => void>();
  #ended: ConnectionError | undefined;
  #lastId = 0;
  #unmatched = 0;

  /** Use {@link requests}. */
  constructor(peer: Connection<Out, In>, options: RequestsOptions<Out, In>) {
    checkNames("requests", options, ["id", "isReply", "timeout", "maxInFlight", "maxId", "other", "clock"]);
    checkFunction("other", options.other);
    checkFunction("isReply", options.isReply);
    if (options.id) {
      checkNames("id", options.id, ["request", "reply"]);
      checkFunction("id.request", options.id.request ?? null);
      checkFunction("id.reply", options.id.reply ?? null);
      if (options.isReply)
        throw new OptionError("isReply", "is for replies in order; with id, id.reply says undefined");
    }
    this.#peer = peer;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#timeout = checkMilliseconds("timeout", options.timeout, 30_000);
    this.#maxInFlight = checkCount("maxInFlight", options.maxInFlight, 1024, 1, Number.POSITIVE_INFINITY);
    this.#maxId = checkCount("maxId", options.maxId, 2 ** 31 - 1, 1, Number.MAX_SAFE_INTEGER);
    peer.onMessage((message) => this.#arrived(message));
    void peer.closed.then(({ error }) => this.#end(error));
  }

  /** Requests on their way. */
  get inFlight(): number {
    return this.#byId.size + this.#inOrder.length;
  }

  /** Replies that answered nothing, and messages that were none. */
  get unmatched(): number {
    return this.#unmatched;
  }

  /** An id that no request on its way has: 1, 2, … `maxId`, then 1 again. */
  nextId(): number {
    do this.#lastId = this.#lastId >= this.#maxId ? 1 : this.#lastId + 1;
    while (this.#byId.has(this.#lastId));
    return this.#lastId;
  }

  /**
   * Sends a request and resolves with its reply. Rejects with ConnectionError `timeout`, with the connection's own error
   * when that ends first, with the signal's reason, or with `busy` when another request on its way has the same id.
   */
  request(message: In, options: RequestOptions = {}): Promise<Out> {
    const { signal } = options;
    const milliseconds = checkMilliseconds("timeout", options.timeout, this.#timeout);
    const reply = deferred<Out>();
    let timer: unknown;
    let begun = false;
    const pending: Pending<Out> = {
      reply,
      over: false,
      leave: () => {
        pending.over = true;
        unsubscribe();
        if (timer !== undefined) this.#clock.clearTimeout(timer);
      },
    };
    const giveUp = (error: unknown): void => {
      if (pending.over) return;
      pending.leave();
      reply.reject(error);
      if (begun) this.#forget(pending, id);
    };
    let id: RequestId | undefined;
    const unsubscribe = onAbort(signal, () => queueMicrotask(() => giveUp(signal?.reason)));
    if (signal?.aborted) {
      giveUp(signal.reason);
      return reply.promise;
    }
    if (milliseconds > 0) {
      timer = this.#clock.setTimeout(() => {
        giveUp(new ConnectionError("timeout", `no reply within ${milliseconds} ms`));
      }, milliseconds);
    }
    const begin = (): void => {
      if (pending.over) {
        this.#next();
        return;
      }
      try {
        if (this.#ended) throw this.#ended;
        if (!this.#peer.writable) throw new ConnectionError("closed", "nothing can be asked after finish() or close()");
        id = this.#enter(message, pending);
        begun = true;
        void this.#peer.send(message);
      } catch (error) {
        this.#inOrder.takeBack(pending);
        giveUp(error);
      }
    };
    if (this.inFlight < this.#maxInFlight && this.#waiting.length === 0) begin();
    else this.#waiting.push(begin);
    return quiet(reply.promise);
  }

  #enter(message: In, pending: Pending<Out>): RequestId | undefined {
    const { id } = this.#options;
    if (!id) {
      this.#inOrder.push(pending);
      return undefined;
    }
    const own = id.request(message);
    if (this.#byId.has(own)) throw new ConnectionError("busy", `a request with the id ${own} is on its way already`);
    this.#byId.set(own, pending);
    return own;
  }

  /** A request given up: with ids its place is free at once, in order only if it was never sent. */
  #forget(pending: Pending<Out>, id: RequestId | undefined): void {
    if (id === undefined) return;
    if (this.#byId.get(id) === pending) this.#byId.delete(id);
    this.#next();
  }

  #arrived(message: Out): void {
    const pending = this.#match(message);
    if (pending === undefined || pending.over) {
      this.#unmatched++;
      this.#options.other?.(message);
    } else {
      pending.leave();
      pending.reply.resolve(message);
    }
    if (this.#waiting.length > 0) this.#next();
  }

  #match(message: Out): Pending<Out> | undefined {
    const { id, isReply } = this.#options;
    if (!id) return isReply === undefined || isReply(message) ? this.#inOrder.shift() : undefined;
    const key = id.reply(message);
    if (key === undefined) return undefined;
    const pending = this.#byId.get(key);
    this.#byId.delete(key);
    return pending;
  }

  #next(): void {
    while (this.#waiting.length > 0 && this.inFlight < this.#maxInFlight) this.#waiting.shift()?.();
  }

  #end(error: ConnectionError | undefined): void {
    this.#ended = error ?? new ConnectionError("closed", "the connection was closed before the reply came");
    for (const pending of [...this.#byId.values(), ...this.#inOrder.take()]) {
      if (pending.over) continue;
      pending.leave();
      pending.reply.reject(this.#ended);
    }
    this.#byId.clear();
    for (const begin of this.#waiting.take()) begin();
  }
}

/**
 * Requests and replies over a connection, which from now on is read by this. Without `id`, replies come in order.
 *
 * @example
 * ```ts
 * const calls = requests(peer, { id: { request: (m) => m.id, reply: (m) => m.id }, timeout: 5000 });
 * const reply = await calls.request({ id: calls.nextId(), method: "get" });
 * const lines = requests(other);                 // answered in the order they were asked
 * const pong = await lines.request("PING");
 * ```
 */
export function requests<Out, In>(
  peer: Connection<Out, In>,
  options: RequestsOptions<Out, In> = {},
): Requests<Out, In> {
  return new Requests(peer, options);
}
