// What a server did with a damaged message, and whether that is anything to tell.

import { type Codec, Decoder } from "@wireform/codec";
import type { Address } from "../sources/address.js";
import { exchange, type Manners, type Seen, type Step } from "./exchange.js";

/** When a server may hang up on what it is sent. */
export type MayClose = "never" | "invalid" | "always";

export interface Finding {
  readonly kind: "down" | "hang" | "close" | "garbage";
  readonly text: string;
  /** Whether nothing that is sent from now on will be answered. */
  readonly lasting?: true;
}

/** Whether these bytes are no message yet, so that whoever reads them waits for more. */
function isBeginning(codec: Codec<unknown, never>, chunks: readonly Uint8Array[]): boolean {
  const decoder = new Decoder(codec as Codec<unknown>);
  try {
    for (const chunk of chunks) for (const _ of decoder.push(chunk)) return false;
    return true;
  } catch {
    return false;
  }
}

/** A server, the messages that it answers, and what is expected of it. */
export class Judge {
  readonly address: Address;
  private readonly codec: Codec<unknown, never>;
  private readonly mayClose: MayClose;
  private readonly manners: Manners;

  constructor(address: Address, codec: Codec<unknown, never>, mayClose: MayClose, manners: Manners) {
    this.address = address;
    this.codec = codec;
    this.mayClose = mayClose;
    this.manners = manners;
  }

  /** How many answers each message of a script has, when nothing is damaged. */
  async answersTo(script: readonly Uint8Array[]): Promise<Seen> {
    return await exchange(
      this.address,
      script.map((bytes) => ({ bytes, answers: 1 })),
      this.manners,
    );
  }

  /** Sends a damaged message in front of the step at `at`, and says what is wrong with what came of it. */
  async try(script: readonly Step[], damaged: Uint8Array, at: number): Promise<Finding | undefined> {
    const { signal } = this.manners;
    const rest = script.slice(at);
    const waits = isBeginning(this.codec, [damaged, ...rest.map(({ bytes }) => bytes)]);
    const steps = [
      ...script.slice(0, at),
      { bytes: damaged, answers: 0 },
      ...rest.map((step) => (waits ? { ...step, answers: 0 } : step)),
    ];
    const behind = !waits && rest.some(({ answers }) => answers > 0);
    // Where an answer is due behind it, that is waited for.
    const quick = behind ? { ...this.manners, grace: 0 } : this.manners;
    const seen = await exchange(this.address, steps, quick).catch((error: unknown) => error as Error);
    if (signal.aborted) return undefined;
    if (seen instanceof Error) return await this.alive(script, seen);
    if (seen.wrong) return { kind: "garbage", text: `answers with bytes that do not decode: ${seen.wrong.message}` };
    if (seen.closed === undefined && behind && seen.answers.slice(at + 1).some((n) => n > 0)) return undefined;
    const gone = await this.alive(script);
    if (gone) return gone;
    const valid = this.codec.safeDecode(damaged).ok;
    if (seen.closed !== undefined) {
      if (this.mayClose === "always" || (this.mayClose === "invalid" && !valid)) return undefined;
      return { kind: "close", text: valid ? "hangs up on a message that is valid" : "hangs up" };
    }
    return behind && valid
      ? { kind: "hang", text: "answers nothing more on a connection behind a valid message" }
      : undefined;
  }

  /** Whether the server still answers others; what is wrong where it does not. */
  private async alive(script: readonly Step[], why?: Error): Promise<Finding | undefined> {
    const answering = script.findIndex(({ answers }) => answers > 0);
    try {
      const seen = await exchange(this.address, script.slice(0, answering + 1), { ...this.manners, grace: 0 });
      if (this.manners.signal.aborted || answering < 0 || (seen.answers[answering] ?? 0) > 0) return undefined;
      return { kind: "hang", text: "answers nobody any more", lasting: true };
    } catch (error) {
      if (this.manners.signal.aborted) return undefined;
      const { message } = why ?? (error as Error);
      return { kind: "down", text: `takes no connections any more: ${message}`, lasting: true };
    }
  }
}
