// Law: whoever asked first is served first; messages that arrived before a failure are handed out before it.

import type { ByteQueue } from "./byte-queue.js";
import { checkCount, checkSignal } from "./check.js";
import { ConnectionError, quiet } from "./errors.js";
import { type Inbound, type None, none } from "./inbound.js";
import { onAbort } from "./signal.js";

/** Somebody waiting for bytes. `attempt` takes what it needs and returns true, or false when it must go on waiting. */
interface Reader {
  attempt(): boolean;
  reject(error: unknown): void;
}

/** How to wait. */
export interface WaitOptions {
  /** Gives up waiting, with the signal's reason; the connection stays as it is. */
  readonly signal?: AbortSignal | undefined;
}

/** How to read up to a delimiter. */
export interface UntilOptions extends WaitOptions {
  /** Bytes that may come before the delimiter ends, it included; 64 KiB unless said otherwise. */
  readonly maxBytes?: number | undefined;
}

/** How to read in batches. */
export interface BatchOptions extends WaitOptions {
  /** Messages in one batch at most; 4096 unless said otherwise. */
  readonly maxMessages?: number | undefined;
}

/** Whom a {@link Reading} reports to. */
export interface ReadingOwner {
  /** The bytes are wrong, or the stream was cut; answers what to tell the reader. */
  badBytes(error: unknown): ConnectionError;
  /** A reader has taken all there was and waits. */
  caughtUp(): void;
  /** A reader is done, or nothing can be read any more. */
  left(): void;
}

const largest = 2 ** 32;

/** All the ways to read a connection, over one {@link Inbound}. */
export class Reading<Out> {
  readonly #inbound: Inbound<Out>;
  readonly #owner: ReadingOwner;
  readonly #readers: Reader[] = [];
  #error: ConnectionError | undefined;
  #over = false;
  #loops = 0;

  /** Reads by hand that succeeded. */
  byHand = 0;

  constructor(inbound: Inbound<Out>, owner: ReadingOwner) {
    this.#inbound = inbound;
    this.#owner = owner;
  }

  /** True when nothing can be read any more. */
  get over(): boolean {
    return this.#over;
  }

  /** True while somebody waits for bytes: whatever arrived has been dealt with. */
  get waiting(): boolean {
    return this.#readers.length > 0;
  }

  /** True while somebody is reading or in the middle of a loop. */
  get consumed(): boolean {
    return this.#readers.length > 0 || this.#loops > 0;
  }

  /** The next message if it is complete; a failure ends the reading. */
  take(): Out | None {
    if (this.#over) return none;
    try {
      const message = this.#inbound.pull();
      if (message === none && this.#inbound.finished) this.stop();
      return message;
    } catch (error) {
      this.stop(this.#owner.badBytes(error));
      return none;
    }
  }

  /** Gives every complete message to `handle`, until that returns false; a failure ends the reading. */
  takeEach(handle: (message: Out) => boolean): void {
    if (this.#over) return;
    try {
      this.#inbound.pullEach(handle);
      if (this.#inbound.finished) this.stop();
    } catch (error) {
      this.stop(this.#owner.badBytes(error));
    }
  }

  /** Serves whoever waits, after bytes arrived or the stream ended. */
  arrived(): void {
    while (this.#readers.length > 0) {
      const reader = this.#readers[0] as Reader;
      if (!reader.attempt()) return;
      if (this.#readers[0] === reader) this.#readers.shift();
    }
  }

  /** Ends the reading: waiting readers end well, or with `error`. */
  stop(error?: ConnectionError): void {
    if (this.#over) return;
    this.#over = true;
    this.#error = error;
    this.#inbound.finished = true;
    if (!error) this.arrived();
    else for (const reader of this.#readers.splice(0)) reader.reject(error);
    this.#owner.left();
  }

  /** Finds out whether a stream that nobody reads ended well; a message found on the way is kept. */
  judge(): void {
    if (this.#over || this.#inbound.held) return;
    const message = this.take();
    if (message !== none) this.#inbound.putBack(message);
  }

  /** Messages one by one. */
  messages(options: WaitOptions = {}): AsyncIterableIterator<Out> {
    checkSignal("signal", options.signal);
    return this.#loop(() => this.take(), options.signal);
  }

  /** Whatever is complete, at least one message, in one array. */
  batches(options: BatchOptions = {}): AsyncIterableIterator<Out[]> {
    checkSignal("signal", options.signal);
    const most = checkCount("maxMessages", options.maxMessages, 4096, 1, largest);
    const takeBatch = (): Out[] | None => {
      const first = this.take();
      if (first === none) return none;
      const batch = [first];
      try {
        if (most > 1) this.#inbound.pullMore((message) => batch.push(message) < most);
      } catch {
        // What is wrong behind them is told when the next ones are asked for.
      }
      this.#inbound.messages += batch.length - 1;
      return batch;
    };
    return this.#loop(takeBatch, options.signal);
  }

  /** Exactly `count` bytes. */
  exactly(count: number, options: WaitOptions = {}): Promise<Uint8Array> {
    checkCount("count", count, 0, 0, largest);
    return this.#byHand(options.signal, `${count} bytes`, () => {
      const raw = this.#inbound.raw(count);
      return raw.length >= count ? raw.take(count) : undefined;
    });
  }

  /** The bytes up to and including `delimiter`. */
  until(delimiter: Uint8Array, options: UntilOptions = {}): Promise<Uint8Array> {
    if (!(delimiter instanceof Uint8Array) || delimiter.length === 0) {
      throw new TypeError("delimiter is a Uint8Array of at least one byte");
    }
    const most = checkCount("maxBytes", options.maxBytes, 64 * 1024, 1, largest);
    let searched = 0;
    return this.#byHand(options.signal, "a delimiter", () => {
      const raw = this.#inbound.raw(most + 1);
      const end = raw.behind(delimiter, searched);
      searched = raw.length;
      if (end > most || (end < 0 && searched >= most)) {
        throw new ConnectionError("limit", `no delimiter within ${most} bytes (maxBytes); they can still be read`);
      }
      return end < 0 ? undefined : raw.take(end);
    });
  }

  #byHand(
    signal: AbortSignal | undefined,
    what: string,
    take: (raw?: ByteQueue) => Uint8Array | undefined,
  ): Promise<Uint8Array> {
    checkSignal("signal", signal);
    const attempt = (): Uint8Array | undefined => {
      if (this.#over) throw this.#error ?? new ConnectionError("closed", "the connection is closed");
      const taken = take();
      if (taken === undefined && this.#inbound.ended) {
        const held = this.#inbound.raw(0).length;
        throw new ConnectionError("truncated", `the stream ended after ${held} bytes, before ${what}`);
      }
      return taken;
    };
    return quiet(
      new Promise((resolve, reject) => {
        this.#wait(signal, reject, () => {
          try {
            const taken = attempt();
            if (taken === undefined) return false;
            this.byHand++;
            resolve(taken);
            return true;
          } catch (error) {
            reject(error);
            return true;
          }
        });
      }),
    );
  }

  /** Attempts now if nobody waits already, else takes its place in the queue. */
  #wait(signal: AbortSignal | undefined, reject: (error: unknown) => void, attempt: () => boolean): void {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    if (this.#readers.length === 0 && attempt()) return;
    if (signal === undefined) {
      this.#readers.push({ attempt, reject });
    } else {
      const unsubscribe = onAbort(signal, () => {
        const index = this.#readers.indexOf(reader);
        if (index >= 0) this.#readers.splice(index, 1);
        reject(signal.reason);
      });
      const reader: Reader = {
        attempt: () => {
          const served = attempt();
          if (served) unsubscribe();
          return served;
        },
        reject: (error) => {
          unsubscribe();
          reject(error);
        },
      };
      this.#readers.push(reader);
    }
    this.#owner.caughtUp();
  }

  #loop<T>(take: () => T | None, signal: AbortSignal | undefined): AsyncIterableIterator<T> {
    let done = false;
    const leave = (): void => {
      if (done) return;
      done = true;
      this.#loops--;
      this.#owner.left();
    };
    const next = (): Promise<IteratorResult<T>> => {
      if (!done && this.#readers.length === 0 && !signal?.aborted) {
        const value = take();
        if (value !== none) return Promise.resolve({ value: value as T, done: false });
      }
      return new Promise((resolve, reject) => {
        const fail = (error: unknown): void => {
          leave();
          reject(error);
        };
        this.#wait(signal, fail, () => {
          if (done) {
            resolve({ value: undefined, done: true });
            return true;
          }
          const value = take();
          if (value !== none) {
            resolve({ value: value as T, done: false });
            return true;
          }
          if (!this.#over) return false;
          leave();
          if (this.#error) reject(this.#error);
          else resolve({ value: undefined, done: true });
          return true;
        });
      });
    };
    this.#loops++;
    const iterator: AsyncIterableIterator<T> = {
      next,
      return: () => {
        leave();
        return Promise.resolve({ value: undefined, done: true });
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }
}
