// One connection to the server that is tried: messages go out one by one, answers are decoded as they come. Law:
// whatever the server does is an observation, and only what happens before anything is sent is a failure.

import { once } from "node:events";
import { createConnection, type NetConnectOpts, type Socket } from "node:net";
import { type Codec, type DecodeError, Decoder } from "@wireform/codec";
import { Failure } from "../failure.js";
import { type Address, addressText } from "../sources/address.js";

/** Bytes to send, and how many answers to wait for behind them. */
export interface Step {
  readonly bytes: Uint8Array;
  readonly answers: number;
}

/** What was seen of a server. */
export interface Seen {
  /** Answers behind each step. */
  readonly answers: readonly number[];
  /** The step behind which it hung up; undefined where it did not. */
  readonly closed: number | undefined;
  /** Why what it sent is no answer. */
  readonly wrong: DecodeError | undefined;
}

export interface Manners {
  readonly receive: Codec<unknown, never>;
  /** Milliseconds for an answer, and for what may come unasked at the end. */
  readonly patience: number;
  readonly grace: number;
  readonly signal: AbortSignal;
}

/** What a server does with these messages. Throws where it cannot be connected to. */
export async function exchange(address: Address, steps: readonly Step[], manners: Manners): Promise<Seen> {
  const socket = createConnection({ ...address, noDelay: true } as NetConnectOpts);
  const late = AbortSignal.timeout(manners.patience);
  try {
    await once(socket, "connect", { signal: AbortSignal.any([manners.signal, late]) });
    return await new Exchange(socket, manners).all(steps);
  } catch (error) {
    if (!late.aborted || manners.signal.aborted || (error as Error).name !== "AbortError") throw error;
    throw new Failure("io", `${addressText(address)}: no answer in time`);
  } finally {
    socket.on("error", () => {});
    socket.destroy();
  }
}

class Exchange {
  private readonly socket: Socket;
  private readonly manners: Manners;
  private readonly decoder: Decoder<unknown>;
  private count = 0;
  private over = false;
  private wrong: DecodeError | undefined;
  private changed: () => void = () => {};

  constructor(socket: Socket, manners: Manners) {
    this.socket = socket;
    this.manners = manners;
    this.decoder = new Decoder(manners.receive);
    socket.on("data", (bytes) => this.decode(() => this.decoder.push(bytes)));
    socket.on("end", () => this.finish(false));
    socket.on("error", () => this.finish(true));
    socket.on("close", () => this.finish(true));
  }

  async all(steps: readonly Step[]): Promise<Seen> {
    const answers: number[] = [];
    let closed: number | undefined;
    for (const [i, { bytes, answers: due }] of steps.entries()) {
      const before = this.count;
      this.socket.write(bytes);
      const last = i === steps.length - 1;
      if (due > 0) await this.until(() => this.count >= before + due, this.manners.patience);
      // Nobody says that nothing more will come.
      else if (last) await this.until(() => false, this.manners.grace);
      answers.push(this.count - before);
      if (this.over) closed ??= i;
      if (this.over || this.wrong) break;
    }
    return { answers, closed, wrong: this.wrong };
  }

  /** Waits for something, but no longer than until the server hangs up, errs, or time is over. */
  private async until(holds: () => boolean, milliseconds: number): Promise<void> {
    const done = (): boolean => holds() || this.over || this.wrong !== undefined || this.manners.signal.aborted;
    if (done()) return;
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.manners.signal.removeEventListener("abort", settle);
        resolve();
      };
      const timer = setTimeout(settle, milliseconds);
      this.manners.signal.addEventListener("abort", settle);
      this.changed = () => {
        if (done()) settle();
      };
    });
    this.changed = () => {};
  }

  private decode(messages: () => Iterable<unknown>): void {
    if (this.wrong) return;
    try {
      for (const _ of messages()) this.count++;
    } catch (error) {
      if ((error as Error).name !== "DecodeError") throw error;
      this.wrong = error as DecodeError;
    }
    this.changed();
  }

  /** The server hung up. What it had begun to say is cut short, unless the connection broke. */
  private finish(broken: boolean): void {
    if (this.over) return;
    this.over = true;
    if (!broken) this.decode(() => this.decoder.end());
    this.changed();
  }
}
