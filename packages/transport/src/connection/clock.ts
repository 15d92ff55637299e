// Law: nothing in a connection asks the system for the time; everything asks its clock, so tests own time.

/** Time as a connection sees it. `VirtualClock` in `@wireform/transport/testing` is the one for tests. */
export interface Clock {
  /** Milliseconds, monotonic, from any origin. */
  now(): number;
  setTimeout(callback: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
  /** Runs `callback` at the end of this turn: after what was already promised, before waiting for I/O. */
  defer(callback: () => void): void;
  /** Runs `callback` once the bytes that have already arrived were read: judge a silent peer only then. */
  afterPoll(callback: () => void): void;
}

interface Host {
  process?: { nextTick?: (callback: () => void) => void };
  setImmediate?: (callback: () => void) => unknown;
}
const host = globalThis as unknown as Host;
const nextTick = host.process?.nextTick;
const immediate = host.setImmediate;

/** The real time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
  defer: nextTick ?? queueMicrotask,
  afterPoll: (callback) => {
    // Twice: the first may still belong to a poll that began before.
    if (immediate) immediate(() => immediate(callback));
    else setTimeout(callback, 0);
  },
};
