// Law: a handler gets the messages in order, for as long as it takes them, and not one inside of another; what it sends
// meanwhile leaves by one write.

import type { Inbound } from "./inbound.js";
import type { Outbound } from "./outbound.js";
import type { Reading } from "./reading.js";

/** What takes messages as they come; a promise that rejects is a failure as one that is thrown. */
export type Handler<Out, Owner> = (message: Out, owner: Owner) => unknown;

/** Hands out messages to a handler. */
export class Handing<Out, Owner> {
  handler: Handler<Out, Owner> | undefined;
  paused = false;
  /** True while the handler is being served: what arrives meanwhile is handed out in the same go. */
  busy = false;
  readonly #inbound: Inbound<Out>;
  readonly #reading: Reading<Out>;
  readonly #outbound: Outbound<never>;
  readonly #owner: Owner;
  readonly #failed: (error: unknown) => void;

  constructor(
    inbound: Inbound<Out>,
    reading: Reading<Out>,
    outbound: Outbound<never>,
    owner: Owner,
    failed: (error: unknown) => void,
  ) {
    this.#inbound = inbound;
    this.#reading = reading;
    this.#outbound = outbound;
    this.#owner = owner;
    this.#failed = failed;
  }

  /** Gives what has arrived to the handler. */
  serve(): void {
    this.busy = true;
    this.#outbound.cork();
    if (!this.paused) this.#reading.takeEach(this.#hand);
    this.busy = false;
    this.#outbound.uncork();
  }

  /** Gives a message to the handler; whether it takes another one. */
  readonly #hand = (message: Out): boolean => {
    this.#inbound.messages++;
    try {
      const result = this.handler?.(message, this.#owner);
      if (result !== undefined && result !== null) this.#mayReject(result);
    } catch (error) {
      this.#failed(error);
    }
    return !this.paused && !this.#inbound.finished;
  };

  #mayReject(result: unknown): void {
    const { then } = result as { then?: unknown };
    if (typeof then === "function") (result as Promise<unknown>).then(undefined, this.#failed);
  }
}
