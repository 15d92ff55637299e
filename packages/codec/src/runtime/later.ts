// Law: what is known only later (lengths, counts, offsets, checksums) gets its place first and its bytes when they are
// known; a place whose width depends on its value is widened by moving what follows. Only what needs this brings it along.

import { shift } from "./bytes.js";
import type { Unsettled, Writer } from "./writer.js";

/** Where the fields stand that an open struct derives, and their values; undefined until known. */
export interface Frame {
  readonly places: number[];
  readonly values: (number | undefined)[];
}

/** Until everything else is written: what offsets point at; and then, checksums over those offsets. */
export const CONTENT = -1;
export const SUMS = -2;

/** What of a message being encoded is not settled yet. */
export class Later implements Unsettled {
  private readonly w: Writer;
  /** Frames of the open structs that have one, by their index among the writer's scopes. */
  readonly frames: Frame[] = [];
  /** Positions that open structs remember. */
  readonly live: number[][] = [];
  /** Where room was kept for what varies in width, in order, and how much where an earlier attempt has told. */
  private readonly kept: number[] = [];
  private widths: number[] = [];
  private stale = false;
  /** Whether given lengths and checksums are taken on trust, because widths are still being found out. */
  trusting = false;
  private attempts = 1;
  /** Places of offsets that `at` fills in at the very end. */
  readonly late: number[] = [];
  /** What waits for the end of something around it, in the order in which it was put off. */
  private readonly pending: { until: number; order: number; marks: number[]; run: () => void }[] = [];
  private orders = 0;
  /** What was put off and then failed; set when everything is done again, to learn the path to it. */
  private failing: Late | undefined;

  constructor(w: Writer) {
    this.w = w;
  }

  restart(): void {
    this.kept.length = 0;
    this.widths.length = 0;
    this.late.length = 0;
    this.orders = 0;
    this.attempts = 1;
    this.trusting = false;
    this.failing = undefined;
  }

  /** Keeps `width` bytes for what is known later, or more where it was wider before. */
  keep(width: number): void {
    const { w } = this;
    const n = this.widths[this.kept.length] ?? width;
    this.kept.push(w.p);
    w.room(n);
    w.b.fill(0, w.p, w.p + n);
    w.p += n;
  }

  /** How many bytes were kept at `at`, where `width` were asked for. */
  keptAt(at: number, width: number): number {
    return this.widths[this.kept.lastIndexOf(at)] ?? width;
  }

  /** Makes the bytes kept at `at` as many as they must be; where that would break an alignment, all is written again. */
  widen(at: number, asked: number, width: number): void {
    const reserved = this.keptAt(at, asked);
    if (width !== reserved && this.w.aligned > at) {
      this.widths[this.kept.lastIndexOf(at)] = width;
      this.stale = true;
    }
    this.shift(at, reserved, width);
  }

  /** {@link shift}, with all that is remembered of what moves. */
  private shift(at: number, reserved: number, width: number): void {
    if (width === reserved) return;
    const by = shift(this.w, at, reserved, width);
    for (const marks of [this.late, ...this.live, ...this.pending.map((put) => put.marks)])
      for (let i = 0; i < marks.length; i++) if ((marks[i] as number) > at) (marks[i] as number) += by;
    for (let i = this.kept.length - 1; i >= 0 && (this.kept[i] as number) > at; i--) (this.kept[i] as number) += by;
  }

  /** Puts off what needs bytes that are not final yet: until the struct at a depth ends, or {@link CONTENT} or {@link SUMS}. */
  defer(until: number, marks: number[], run: () => void): void {
    const order = this.orders++;
    if (this.failing?.order === order) throw this.failing.error;
    this.pending.push({ until, order, marks, run });
  }

  /** Does what was put off until now. */
  settle(until: number): void {
    for (;;) {
      const i = this.pending.findIndex((put) => put.until === until);
      if (i < 0) return;
      const [{ order, marks, run }] = this.pending.splice(i, 1) as [(typeof this.pending)[number]];
      this.live.push(marks);
      try {
        run();
      } catch (error) {
        throw error instanceof Late ? error : new Late(order, error);
      }
      this.live.pop();
    }
  }

  finish(): void {
    this.settle(CONTENT);
    this.settle(SUMS);
  }

  /**
   * Whether all is to be written again, with another writer. What fails late is met a second time where it was put off,
   * because the path to it is known there; and widths that alignment depends on are known the second time.
   */
  again(make: () => Writer, failed?: { readonly error: unknown }): Writer | undefined {
    const { w, stale, attempts, failing } = this;
    const more = attempts <= 16;
    const next = (trusting: boolean, late?: Late): Writer => {
      const other = make();
      const later = laterOf(other);
      Object.assign(later, { attempts: attempts + 1, widths: this.widths, trusting, failing: late });
      return other;
    };
    if (!failed) {
      if (!stale && !this.trusting) return undefined;
      if (more) return next(stale, failing);
      throw w.fail("length", "a length that does not change the padding it counts", "it always does");
    }
    // What was given is held against the bytes only when they stand where they will stay.
    const trusting = stale || (attempts === 1 && w.aligned >= 0 && this.kept.length > 0);
    if (trusting && more) return next(true, failing);
    const { error } = failed;
    if (!(error instanceof Late)) throw error;
    if (failing && error.order >= failing.order) throw error.error;
    return next(trusting, error);
  }
}

/** What went wrong in something that was put off. */
class Late {
  readonly order: number;
  readonly error: unknown;

  constructor(order: number, error: unknown) {
    this.order = order;
    this.error = error;
  }
}

/** What is not settled of a message; from now on the writer has it. */
export function laterOf(w: Writer): Later {
  w.later ??= new Later(w);
  return w.later as Later;
}
