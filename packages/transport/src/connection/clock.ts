// Law: nothing in a connection asks the system for the time; everything asks its clock, so tests own time.

/** Time as a connection sees it. `VirtualClock` in `@wireform/transport/testing` is the one for tests. */
export interface Clock {
  /** Milliseconds, monotonic, from any origin. */
  now(): number;
  setTimeout(callback: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
  /** Runs `callback` at the end of this turn: after what was already promised, before waiting for I/O. */
  defer(callback: () => void): void;
  /** Runs `callback` after the event loop has looked once at what can be read and written. */
  afterPoll(callback: () => void): void;
}

/** Runs `callback` once the bytes that have already arrived were read: judge a silent peer only then. */
export function afterReading(clock: Clock, callback: () => void): void {
  // Twice: the first look may have begun before.
  clock.afterPoll(() => clock.afterPoll(callback));
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
    if (immediate) immediate(callback);
    else setTimeout(callback, 0);
  },
};
