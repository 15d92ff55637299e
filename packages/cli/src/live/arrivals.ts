// What has come and was not asked for yet, in the order in which it came.

import type { Piece } from "./wire.js";

/** Something that a script can wait for. */
export type Arrival = { readonly peer: number } & (
  | { readonly what: "message"; readonly piece: Piece }
  // Someone is there; the peer is done sending; the connection is over.
  | { readonly what: "connection" | "end" | "close" }
);

/** Nobody who types scrolls back further. */
const kept = 10_000;

export class Arrivals {
  private readonly waiting: Arrival[] = [];
  private asked: (() => void) | undefined;

  put(arrival: Arrival): void {
    this.waiting.push(arrival);
    if (this.waiting.length > kept) this.waiting.shift();
    this.asked?.();
  }

  /**
   * The next that is wanted; undefined when it has not come within `milliseconds`. What came before it is forgotten, but
   * not for a connection: what others have said is not what was waited for.
   */
  async next(
    wanted: (arrival: Arrival) => boolean,
    milliseconds: number,
    signal: AbortSignal,
  ): Promise<Arrival | undefined> {
    const find = (): Arrival | undefined => {
      const index = this.waiting.findIndex(wanted);
      if (index < 0) return undefined;
      const from = this.waiting[index]?.what === "connection" ? index : 0;
      return this.waiting.splice(from, index + 1 - from).at(-1);
    };
    const there = find();
    if (there !== undefined) return there;
    return await new Promise((resolve, reject) => {
      const settle = (): void => {
        this.asked = undefined;
        clearTimeout(timer);
        signal.removeEventListener("abort", interrupted);
      };
      const interrupted = (): void => {
        settle();
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        settle();
        resolve(undefined);
      }, milliseconds);
      this.asked = () => {
        const found = find();
        if (found === undefined) return;
        settle();
        resolve(found);
      };
      if (signal.aborted) interrupted();
      else signal.addEventListener("abort", interrupted);
    });
  }
}
