// Law: after a bad message the search for the next start is bounded, and what is kept for it grows only with what arrives.

import { DecodeError, SchemaError, show } from "./errors.js";
import type { Limits } from "./limits.js";
import { own } from "./own.js";
import { find } from "./runtime/bytes.js";

/** What is wrong with a message of no bytes. */
export const endless = (offset: number): DecodeError =>
  new DecodeError({
    code: "length",
    keys: [],
    offset,
    expected: "a message of at least one byte",
    actual: "the schema takes none, so that there would be no end of messages",
  });

/** Where to look for the next message after a bad one. */
export type Resync = (
  | { /** Messages start with these bytes. */ readonly at: Uint8Array | string }
  | { /** Messages start behind these bytes, a delimiter for instance. */ readonly after: Uint8Array | string }
  | {
      /** Whether a message may start at `offset` of `bytes`; sees at least `size` bytes from there. */ readonly plausible: (
        bytes: Uint8Array,
        offset: number,
      ) => boolean;
      readonly size: number;
    }
) & {
  /** Most bytes to skip in search of one message; the maximum message size unless said. */
  readonly max?: number;
};

export interface DecoderOptions extends Partial<Limits> {
  /** Skip a bad message instead of stopping at it. */
  readonly resync?: Resync;
  /**
   * Skip a message that announces more than the maximum size, instead of stopping at it. Where it does not say how long
   * all of it is, as text up to a delimiter does not, it is a bad message like others.
   */
  readonly overlong?: "refuse" | "skip";
  /** Told of each bad stretch that was skipped: why, and how many bytes. */
  readonly onSkip?: (error: DecodeError, bytes: number) => void;
}

/** The next start in `bytes` from `at` on, or -1; and how many bytes at the end may be the beginning of one. */
function findStart(resync: Resync, bytes: Uint8Array, at: number, final: boolean): { found: number; keep: number } {
  if ("plausible" in resync) {
    const last = final ? bytes.length - 1 : bytes.length - resync.size;
    for (let p = at; p <= last; p++) if (resync.plausible(bytes, p)) return { found: p, keep: 0 };
    return { found: -1, keep: Math.max(0, resync.size - 1) };
  }
  const mark = "at" in resync ? resync.at : resync.after;
  const delimiter = typeof mark === "string" ? Uint8Array.from(mark, (c) => c.charCodeAt(0)) : mark;
  const start = find(bytes, at, at, bytes.length, [delimiter], 1);
  const found = start >= 0 && "after" in resync ? start + delimiter.length : start;
  return { found, keep: delimiter.length - 1 };
}

/** What a decoder does about bad messages: nothing, or pass over them. */
export class Recovery {
  private readonly options: DecoderOptions;
  private readonly most: () => number;
  /** Bytes of an over-long message still to be passed over. */
  private skipping = 0;
  /** The bad message behind which the next start is looked for, and the bytes passed over so far. */
  private lost: { error: DecodeError; bytes: number } | undefined;
  /** Bytes of the bad message itself that are passed over before the search. */
  private step = 0;
  /** Why the search was given up. */
  given: DecodeError | undefined;
  skipped = 0;

  constructor(given: DecoderOptions, most: () => number) {
    const options = own(given);
    const { overlong } = options;
    if (overlong !== undefined && overlong !== "refuse" && overlong !== "skip")
      throw new SchemaError("argument", `Decoder's overlong is "refuse" or "skip"; got ${show(overlong)}`);
    this.options = options;
    this.most = most;
  }

  get searching(): boolean {
    return this.lost !== undefined;
  }

  get active(): boolean {
    return this.lost !== undefined || this.skipping > 0;
  }

  /** Takes on a bad message, or says that there is no policy for it. */
  begin(error: DecodeError, announced: number): boolean {
    if (this.options.overlong === "skip" && announced > 0) {
      // All bytes of the message are skipped, those at hand and those to come.
      this.lost = undefined;
      this.skipping = announced;
      this.report(error, announced);
      return true;
    }
    if (!this.options.resync) return false;
    // The bad message's own start is not the next start.
    this.step = "after" in this.options.resync ? 0 : 1;
    this.lost = { error, bytes: this.step };
    return true;
  }

  private report(error: DecodeError, bytes: number): void {
    this.skipped += bytes;
    this.options.onSkip?.(error, bytes);
  }

  /** Passes over bytes from `from` on; the position up to which it has, or `given` when there were too many. */
  pass(bytes: Uint8Array, from: number, final: boolean): number {
    const { lost } = this;
    if (!lost) {
      const n = Math.min(this.skipping, bytes.length - from);
      this.skipping -= n;
      return from + n;
    }
    const resync = this.options.resync as Resync;
    const at = from + this.step;
    this.step = 0;
    const { found, keep } = findStart(resync, bytes, at, final);
    const next = found >= 0 ? found : Math.max(at, final ? bytes.length : bytes.length - keep);
    lost.bytes += next - at;
    if (lost.bytes > (own(resync).max ?? this.most())) this.given = lost.error;
    else if (found >= 0 || final) {
      this.lost = undefined;
      this.report(lost.error, lost.bytes);
    }
    return next;
  }
}
