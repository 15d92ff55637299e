// What came of asking a codec: a value or an error, with everything that a program can see of it.

import { type Codec, type DecodeError, Decoder, type DecoderOptions, type EncodeError, render } from "../../index.js";
import { difference } from "./same.js";

export type AnyCodec = Codec<unknown, unknown>;

const fields = ["name", "code", "path", "keys", "offset", "bit", "expected", "actual", "window", "message"] as const;
type Failure = Readonly<Record<(typeof fields)[number], unknown>>;
export type Outcome = { readonly value: unknown } | { readonly error: Failure };

/** A law does not hold: for which bytes, and why. */
export class Broken extends Error {
  override readonly name = "Broken";
  readonly bytes: Uint8Array | undefined;
  readonly reason: string;

  constructor(reason: string, codec?: AnyCodec, bytes?: Uint8Array, options?: ErrorOptions) {
    super(codec && bytes ? `${reason}\n${picture(codec, bytes)}` : reason, options);
    this.reason = reason;
    this.bytes = bytes;
  }
}

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (n) => n.toString(16).padStart(2, "0")).join("");

/** The bytes as people read them, as far as they can be. */
export function picture(codec: AnyCodec, bytes: Uint8Array): string {
  try {
    return render(codec.inspect(bytes), { color: false });
  } catch (error) {
    return `${hexOf(bytes)}\n(inspect throws ${String(error)})`;
  }
}

/** What a call gives. Only errors of its own are an answer; others are broken code. */
export function outcomeOf(run: () => unknown, allowed: "DecodeError" | "EncodeError"): Outcome {
  try {
    return { value: run() };
  } catch (error) {
    const { name } = error as DecodeError | EncodeError;
    if (name !== allowed)
      throw new Broken(`${name} was thrown instead of ${allowed}: ${String(error)}`, undefined, undefined, {
        cause: error,
      });
    const of = error as unknown as Failure;
    return { error: Object.fromEntries(fields.map((field) => [field, of[field]])) as Failure };
  }
}

/** Demands that two answers are the same in every respect. */
export function expectSame(a: unknown, b: unknown, what: string, codec: AnyCodec, bytes: Uint8Array): void {
  const differs = difference(a, b);
  if (differs) throw new Broken(`${what}: ${differs}`, codec, bytes);
}

/** Everything that a decoder says to chunks: messages and what it skips between them, then an error or what is left. */
export function streamed(
  codec: AnyCodec,
  chunks: readonly Uint8Array[],
  policy: DecoderOptions = {},
): { values: unknown[]; error?: Omit<Failure, "window" | "message">; left?: number } {
  const values: unknown[] = [];
  const onSkip = ({ code, path, offset }: DecodeError, skipped: number): void =>
    void values.push({ code, path, offset, skipped });
  const decoder = new Decoder(codec as Codec<unknown, never>, { ...policy, onSkip });
  const outcome = outcomeOf(() => {
    for (const chunk of chunks) for (const value of decoder.push(chunk)) values.push(value);
    for (const value of decoder.end()) values.push(value);
  }, "DecodeError");
  if ("value" in outcome) return { values, left: decoder.buffered };
  // The window shows what bytes are at hand, which is a matter of chunks.
  const { window: _, message: __, ...error } = outcome.error;
  return { values, error };
}
