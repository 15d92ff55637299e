// Law: a message is shown when its last byte has come, at its place in the whole input; what follows a wrong checksum is
// still read, what follows bytes that cannot be understood is not.

import { type Codec, DecodeError, Decoder, type Inspection } from "@wireform/codec";

/** The messages in chunks of bytes, each inspected; the last one as far as it goes. */
export async function* inspectEach(
  codec: Codec<unknown, never>,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Inspection> {
  const stream = new Inspected(codec);
  try {
    for await (const chunk of chunks) {
      yield* stream.push(chunk);
      if (stream.ended) return;
    }
  } catch (error) {
    yield* stream.failure();
    throw error;
  }
  yield* stream.end();
}

/** The whole input as one message; what follows it is trailing. */
export async function inspectWhole(
  codec: Codec<unknown, never>,
  chunks: AsyncIterable<Uint8Array>,
): Promise<Inspection> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return codec.inspect(Buffer.concat(parts));
}

/** Bytes that are shown behind a place where they cannot be understood. */
const BEHIND = 32;

class Inspected {
  private readonly codec: Codec<unknown, never>;
  private decoder: Decoder<unknown>;
  /** Where in the input the decoder began. */
  private origin = 0;
  /** What has come of the next message, and where it starts. */
  private parts: Uint8Array[] = [];
  private start = 0;
  /** Where in the input bytes could not be understood; the picture waits for some behind, so that chunks do not matter. */
  private failedAt: number | undefined;
  ended = false;

  constructor(codec: Codec<unknown, never>) {
    this.codec = codec;
    this.decoder = new Decoder(codec);
  }

  *push(chunk: Uint8Array): Generator<Inspection> {
    this.parts.push(chunk);
    if (this.failedAt === undefined) yield* this.read(() => this.decoder.push(chunk));
    if (this.failedAt !== undefined && this.start + this.held().length > this.failedAt + BEHIND) yield* this.failure();
  }

  *end(): Generator<Inspection> {
    for (let before = -1; this.failedAt === undefined && this.start !== before; ) {
      before = this.start;
      yield* this.read(() => this.decoder.end());
    }
    yield* this.failure();
  }

  /** What cannot be understood, if that is why it ended. */
  *failure(): Generator<Inspection> {
    if (this.failedAt === undefined || this.ended) return;
    this.ended = true;
    const held = this.held();
    const size = this.failedAt + BEHIND - this.start;
    const inspection = this.codec.inspect(held.subarray(0, size), { offset: this.start });
    yield held.length <= size ? inspection : openEnded(inspection);
  }

  /** What the decoder gives, inspected. */
  private *read(messages: () => Iterable<unknown>): Generator<Inspection> {
    for (;;) {
      try {
        for (const _ of messages()) yield this.take(this.origin + this.decoder.offset - this.start);
        return;
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        const wrong = this.codec.inspect(this.held(), { offset: this.start });
        const size = understood(wrong);
        if (size === 0) throw error;
        if (size === undefined) {
          this.failedAt = (wrong.error ?? error).offset;
          return;
        }
        yield this.take(size);
      }
      this.decoder = new Decoder(this.codec);
      this.origin = this.start;
      const rest = this.held();
      messages = () => this.decoder.push(rest);
    }
  }

  private held(): Uint8Array {
    if (this.parts.length !== 1) this.parts = [Buffer.concat(this.parts)];
    return this.parts[0] as Uint8Array;
  }

  private take(size: number): Inspection {
    const held = this.held();
    const inspection = this.codec.inspect(held.subarray(0, size), { offset: this.start });
    this.parts = [held.subarray(size)];
    this.start += size;
    return inspection;
  }
}

/** How many bytes a message has that was read to its end, whatever its verdicts; undefined for any other. */
function understood({ error, start, end, children }: Inspection): number | undefined {
  if (error && error.code !== "trailing") return undefined;
  const trailing = error && children.find((child) => child.kind === "trailing");
  return (trailing?.start ?? end) - start;
}

/** The same where more bytes follow than are shown. */
function openEnded(inspection: Inspection): Inspection {
  const children = inspection.children.map((child) =>
    child.kind === "unread" ? { ...child, verdict: { ok: true, text: "not read, nor what follows" } } : child,
  );
  return { ...inspection, children };
}
