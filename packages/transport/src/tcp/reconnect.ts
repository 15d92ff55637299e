// Law: clients that lost the same server do not come back in the same moment.

import { checkCount, checkFunction, checkMilliseconds, checkNames, checkNumber } from "../connection/check.js";
import { systemClock } from "../connection/clock.js";
import type { Connection } from "../connection/connection.js";
import { ConnectionError, type Deferred, deferred } from "../connection/errors.js";
import { tell } from "../connection/observe.js";
import { onAbort } from "../connection/signal.js";
import { type ConnectOptions, checkConnect, connect } from "./connect.js";
import { published } from "./diagnostics.js";

/** How long to wait between attempts. */
export interface Backoff {
  /** Milliseconds before the first retry; 1000 unless said otherwise. */
  readonly initial?: number | undefined;
  /** What each delay is multiplied by to get the next; 2 unless said otherwise. */
  readonly factor?: number | undefined;
  /** No delay is longer, in milliseconds; 30,000 unless said otherwise. */
  readonly max?: number | undefined;
  /** The part of each delay that is left to chance, 0 to 1; 1 unless said otherwise, so from nothing to all of it. */
  readonly jitter?: number | undefined;
  /** Attempts in a row that may fail; without end unless said otherwise. */
  readonly attempts?: number | undefined;
  /** A connection that lasted so many milliseconds starts the delays anew; 5000 unless said otherwise. */
  readonly stable?: number | undefined;
  /** Where chance comes from: 0 ≤ x < 1. */
  readonly random?: (() => number) | undefined;
}

/** Options of a connection that is made again whenever it is lost. */
export interface ReconnectOptions<Out, In> extends ConnectOptions<Out, In> {
  readonly backoff?: Backoff | undefined;
}

/** A standing wish to be connected. */
export interface Reconnection<Out, In> extends AsyncDisposable {
  /** The connection there is now, if there is one. */
  readonly current: Connection<Out, In> | undefined;
  /** Resolves when it was stopped, rejects when `attempts` ran out; may be ignored. */
  readonly done: Promise<void>;
  /** Closes the connection and makes no other. */
  stop(): Promise<void>;
}

/** The delay before retry number `retry` (from 0), in milliseconds. */
export function backoffDelay(retry: number, backoff: Backoff = {}): number {
  const { initial = 1000, factor = 2, max = 30_000, jitter = 1, random = Math.random } = backoff;
  const delay = Math.min(max, initial * factor ** Math.min(retry, 1000));
  return delay * (1 - jitter * random());
}

function checkBackoff(backoff: Backoff | undefined): void {
  if (backoff === undefined) return;
  const names = ["initial", "factor", "max", "jitter", "attempts", "stable", "random"];
  checkNames("backoff", backoff, names);
  checkMilliseconds("backoff.initial", backoff.initial, 0);
  checkMilliseconds("backoff.max", backoff.max, 0);
  checkMilliseconds("backoff.stable", backoff.stable, 0);
  checkNumber("backoff.factor", backoff.factor, 2, 1, 1000);
  checkNumber("backoff.jitter", backoff.jitter, 1, 0, 1);
  checkCount("backoff.attempts", backoff.attempts, 1, 1, Number.POSITIVE_INFINITY);
  checkFunction("backoff.random", backoff.random);
}

/**
 * Stays connected until stopped: connects, gives each connection to `session`, and connects anew when it is over or cannot
 * be made. When the session's promise settles its connection is closed; a session without one lasts as long as the
 * connection. What a session throws of its own (not a ConnectionError) ends it all: `done` rejects with it.
 *
 * @example
 * ```ts
 * const link = reconnect({ port: 7000, receive: message, send: message }, async (peer) => {
 *   await peer.send({ type: "hello", version: 1, name: "ada" });
 *   for await (const m of peer) handle(m);
 * });
 * await link.stop();
 * ```
 */
export function reconnect<Out, In>(
  options: ReconnectOptions<Out, In>,
  session: (peer: Connection<Out, In>, attempt: number) => unknown,
): Reconnection<Out, In> {
  const { backoff, ...rest } = options;
  checkBackoff(backoff);
  checkConnect(rest);
  checkFunction("session", session ?? null);
  return new Reconnecting(rest, backoff ?? {}, session);
}

class Reconnecting<Out, In> implements Reconnection<Out, In> {
  readonly #options: ConnectOptions<Out, In>;
  readonly #backoff: Backoff;
  readonly #session: (peer: Connection<Out, In>, attempt: number) => unknown;
  readonly #stop = new AbortController();
  readonly #done: Deferred<void> = deferred<void>();
  current: Connection<Out, In> | undefined;

  constructor(
    options: ConnectOptions<Out, In>,
    backoff: Backoff,
    session: (peer: Connection<Out, In>, attempt: number) => unknown,
  ) {
    this.#options = options;
    this.#backoff = backoff;
    this.#session = session;
    const unsubscribe = onAbort(options.signal, () => void this.stop());
    this.#run().then(this.#done.resolve, this.#done.reject).finally(unsubscribe);
  }

  get done(): Promise<void> {
    return this.#done.promise;
  }

  async stop(): Promise<void> {
    this.#stop.abort(new ConnectionError("aborted", "no longer wanted"));
    await this.current?.close();
    await this.done.catch(() => {});
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #run(): Promise<void> {
    const { attempts = Number.POSITIVE_INFINITY, stable = 5000 } = this.#backoff;
    const clock = this.#options.clock ?? systemClock;
    const observer = published(this.#options.observe);
    const { signal } = this.#stop;
    let failures = 0;
    for (let attempt = 1; !signal.aborted; attempt++) {
      let error: unknown;
      try {
        const peer = await connect({ ...this.#options, signal });
        const since = clock.now();
        error = await this.#live(peer, attempt);
        if (clock.now() - since >= stable) failures = 0;
      } catch (failure) {
        if (!(failure instanceof ConnectionError)) throw failure;
        error = failure;
      }
      if (signal.aborted) return;
      if (++failures >= attempts) throw error;
      const delay = backoffDelay(failures - 1, this.#backoff);
      tell(observer, { type: "retry", attempt: attempt + 1, delay, error });
      await new Promise<void>((resolve) => {
        const timer = clock.setTimeout(() => {
          unsubscribe();
          resolve();
        }, delay);
        const unsubscribe = onAbort(signal, () => {
          clock.clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Lives one connection to its end. Returns why it ended; throws what the session did wrong on its own. */
  async #live(peer: Connection<Out, In>, attempt: number): Promise<ConnectionError> {
    this.current = peer;
    try {
      const result = this.#session(peer, attempt);
      if (result !== undefined) {
        await result;
        void peer.close();
      }
    } catch (error) {
      void peer.close();
      if (!(error instanceof ConnectionError)) {
        peer.abort(error);
        throw error;
      }
    } finally {
      await peer.closed;
      this.current = undefined;
    }
    const { error } = await peer.closed;
    return error ?? new ConnectionError("closed", "the connection was closed");
  }
}
