// Law: whoever waits to send goes on once there is room, or the bytes have left, and learns why when neither will be; not
// before other I/O was looked at, because the system may take all there is at once, for ever.

import type { Clock } from "./clock.js";
import { type Deferred, deferred } from "./errors.js";

interface Flush extends Deferred<void> {
  /** It is over once so many bytes have left. */
  readonly target: number;
}

/** How far the bytes are that senders wait for. */
export interface Progress {
  readonly queued: number;
  readonly sentBytes: number;
}

/** Those who wait for room, or for bytes to leave. */
export class Senders {
  readonly #clock: Clock;
  readonly #progress: Progress;
  /** There is room once no more is queued than this. */
  readonly #lowWater: number;
  readonly #flushes: Flush[] = [];
  #room: Deferred<void> | undefined;
  #waking = false;

  constructor(clock: Clock, progress: Progress, lowWater: number) {
    this.#clock = clock;
    this.#progress = progress;
    this.#lowWater = lowWater;
  }

  /** Resolves when there is room; the same promise for all. */
  room(): Promise<void> {
    this.#room ??= deferred<void>();
    return this.#room.promise;
  }

  /** Resolves when `target` bytes have left. */
  flush(target: number): Promise<void> {
    const flush = { ...deferred<void>(), target };
    this.#flushes.push(flush);
    return flush.promise;
  }

  /** Bytes have left: whoever waited for that goes on soon. */
  goOn(): void {
    if (this.#waking || (this.#room === undefined && this.#flushes.length === 0)) return;
    this.#waking = true;
    this.#clock.afterPoll(() => this.#wake());
  }

  /** Nothing will leave any more. */
  fail(error: unknown): void {
    this.#wake();
    this.#room?.reject(error);
    for (const flush of this.#flushes.splice(0)) flush.reject(error);
  }

  #wake(): void {
    this.#waking = false;
    while (this.#flushes.length > 0 && (this.#flushes[0] as Flush).target <= this.#progress.sentBytes) {
      this.#flushes.shift()?.resolve();
    }
    const room = this.#room;
    if (room === undefined || this.#progress.queued > this.#lowWater) return;
    this.#room = undefined;
    room.resolve();
  }
}
