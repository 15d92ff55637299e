// Law: what is known only later (lengths, counts, offsets, checksums) gets its place first and its bytes when they are
// known; a place whose width depends on its value is widened by moving what follows. Only what needs this brings it along.

import { shift } from "./bytes.js";
import type { Reads, Unsettled, Writer } from "./writer.js";

/** Where the fields stand that an open struct derives, and their values; undefined until known. */
export interface Frame {
  readonly places: number[];
  readonly values: (number | undefined)[];
}

/** Until everything else is written: what offsets point at; and then, checksums over those offsets. */
export const CONTENT = -1;
export const SUMS = -2;

/** From where to where something lies, which was put off as the `order`th. */
export interface Extent {
  readonly from: number;
  readonly to: number;
  readonly order: number;
}

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
  /** Places of offsets that `at` fills in at the very end, in order. */
  private readonly offsets: { place: number }[] = [];
  /** What offsets point at, where it was written. */
  readonly contents: Extent[] = [];
  /** Which of them something else would take in, when all else ends at `end`. It comes along with what has contents. */
  taken: ((reads: Reads, w: Writer, end: number, contents: readonly Extent[]) => Extent | undefined) | undefined;
  /** What waits for the end of something around it, by what it waits for, in the order in which it was put off. */
  private readonly pending = new Map<number, { order: number; marks: number[]; run: () => void }[]>();
  private orders = 0;
  /** What was put off and then failed; set when everything is done again, to learn the path to it. */
  private failing: Late | undefined;

  constructor(w: Writer) {
    this.w = w;
  }

  restart(): void {
    this.kept.length = 0;
    this.widths.length = 0;
    this.offsets.length = 0;
    this.contents.length = 0;
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
    w.gaps.open(w.p, n);
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
    const move = (marks: number[]): void => {
      for (let i = 0; i < marks.length; i++) if ((marks[i] as number) > at) (marks[i] as number) += by;
    };
    this.live.forEach(move);
    this.w.gaps.move(at, by);
    // What offsets point at has no marks.
    for (const [until, puts] of this.pending) if (until !== CONTENT) for (const { marks } of puts) move(marks);
    for (let i = this.offsets.length - 1; this.isBehind(at, i); i--) (this.offsets[i] as { place: number }).place += by;
    for (let i = this.kept.length - 1; i >= 0 && (this.kept[i] as number) > at; i--) (this.kept[i] as number) += by;
  }

  private isBehind(at: number, i: number): boolean {
    const offset = this.offsets[i];
    return offset !== undefined && offset.place > at;
  }

  /** Whether an offset at `place` or behind is not known yet. */
  awaitsOffset(place: number): boolean {
    return this.isBehind(place - 1, this.offsets.length - 1);
  }

  /** Remembers where an offset stands, which `at` fills in. */
  offsetAt(place: number): { readonly place: number } {
    const offset = { place };
    let i = this.offsets.length;
    while (this.isBehind(place, i - 1)) i--;
    this.offsets.splice(i, 0, offset);
    return offset;
  }

  /** Puts off what needs bytes that are not final yet: until the struct at a depth ends, or {@link CONTENT} or {@link SUMS}. The how manieth that is. */
  defer(until: number, marks: number[], run: () => void): number {
    const order = this.orders++;
    if (this.failing?.order === order) throw this.failing.error;
    const put = { order, marks, run };
    const puts = this.pending.get(until);
    if (puts) puts.push(put);
    else this.pending.set(until, [put]);
    return order;
  }

  /** Does what was put off until now. */
  settle(until: number): void {
    const puts = this.pending.get(until);
    if (!puts) return;
    // What is put off meanwhile comes last.
    for (const { order, marks, run } of puts) {
      this.live.push(marks);
      try {
        run();
      } catch (error) {
        throw error instanceof Late ? error : new Late(order, error);
      }
      this.live.pop();
    }
    this.pending.delete(until);
  }

  finish(reads?: Reads): void {
    const { w, contents } = this;
    const end = w.p;
    this.settle(CONTENT);
    this.settle(SUMS);
    const taken = reads && contents.length > 0 ? this.taken?.(reads, w, end, contents) : undefined;
    if (!taken) return;
    const refusal = w.fail(
      "mismatch",
      "nothing in front of it that takes everything up to the end",
      "something does",
      undefined,
      taken.from,
    );
    throw new Late(taken.order, refusal);
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
