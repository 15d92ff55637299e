// The messages of a stream, past those that are wrong. Law: which messages come out, and which bytes are left out, does not
// depend on how the bytes were cut; and no more is kept than a message needs.

import { type Codec, DecodeError, Decoder } from "@wireform/codec";

/** Bytes that are no message, and why. */
export interface Bad {
  readonly error: DecodeError;
  /** Where they start in the stream, and how many they are. */
  readonly offset: number;
  readonly size: number;
  /** The first of them. */
  readonly bytes: Uint8Array;
}

/** Bytes to leave out, and how many more are needed to go on: none where the next message starts behind them. */
export interface Step {
  readonly out: number;
  readonly needed: number;
}

/** Where to go on behind a bad message. */
export interface Policy {
  /** Undefined when there is no going on; `final` says that no bytes will follow. */
  past(bytes: Uint8Array, final: boolean): Step | undefined;
  /** Whether a message that announces more than it may have is passed over as far as it says. */
  readonly overlong: "refuse" | "skip";
  /** Told of all that was left out. */
  report(bad: Bad): void;
}

/** Most bytes of a bad message that are kept to be shown. */
const SHOWN = 65536;

/** Thrown where there is no going on, with the bytes from the bad message on. */
export class BadMessage extends Error {
  readonly bad: Bad;

  constructor(bad: Bad) {
    super(bad.error.message);
    this.bad = bad;
  }
}

/** The same error seen from the start of the stream, when decoding began at `origin`. */
function moved(error: DecodeError, origin: number): DecodeError {
  if (origin === 0) return error;
  const window = error.window.replace(/\d+$/, (offset) => String(Number(offset) + origin));
  const { code, keys, offset, bit, expected, actual, cause } = error;
  return new DecodeError({ code, keys, offset: offset + origin, bit, expected, actual, window, cause });
}

export class Messages implements Iterable<unknown> {
  private readonly codec: Codec<unknown, never>;
  private readonly policy: Policy | undefined;
  private decoder: Decoder<unknown>;
  /** Where in the stream the decoder began. */
  private origin = 0;
  /** The bytes from the next message on, which starts at `start`. */
  private parts: Uint8Array[] = [];
  private size = 0;
  private start = 0;
  /** Where messages come from at the moment, and whether no more bytes will follow. */
  private source: Iterator<unknown> | undefined;
  private final = false;
  /** What is being left out, and how many bytes there must be to go on. */
  private bad: { error: DecodeError; offset: number; size: number; bytes: Uint8Array } | undefined;
  private wanted = 0;

  constructor(codec: Codec<unknown, never>, policy?: Policy) {
    this.codec = codec;
    this.policy = policy;
    this.decoder = this.begin();
  }

  /** The messages that are complete with this chunk; all of them are to be asked for. */
  push(chunk: Uint8Array): Iterable<unknown> {
    this.parts.push(chunk);
    this.size += chunk.length;
    if (!this.bad) this.source = this.decoder.push(chunk)[Symbol.iterator]();
    return this;
  }

  /** Those that are complete where nothing follows. */
  end(): Iterable<unknown> {
    this.final = true;
    if (!this.bad) this.source = this.last();
    return this;
  }

  [Symbol.iterator](): Iterator<unknown> {
    return this;
  }

  /** The next message. Part of the iterator, which is no generator because those take as long as the decoder. */
  next(): IteratorResult<unknown> {
    for (;;) {
      if (this.source) {
        try {
          const result = this.source.next();
          if (!result.done) return result;
          this.drop(this.origin + this.decoder.offset - this.start);
        } catch (error) {
          if (!(error instanceof Error) || error.name !== "DecodeError") throw error;
          this.drop(this.origin + this.decoder.offset - this.start);
          const why = moved(error as DecodeError, this.origin);
          this.bad = { error: why, offset: this.start, size: 0, bytes: new Uint8Array(0) };
        }
        this.source = undefined;
      }
      if (!this.bad || !this.leaveOut()) return { done: true, value: undefined };
      this.source = this.again();
    }
  }

  /** The bytes of the message that came last; to be asked for before the next one, and for each or for none. */
  bytes(): Uint8Array {
    const size = this.origin + this.decoder.offset - this.start;
    const bytes = this.held().subarray(0, size);
    this.drop(size);
    return bytes;
  }

  private begin(): Decoder<unknown> {
    const { overlong = "refuse" } = this.policy ?? {};
    const decoder = new Decoder(this.codec, {
      overlong,
      onSkip: (error, size) => {
        const offset = this.origin + decoder.offset;
        this.policy?.report({ error: moved(error, this.origin), offset, size, bytes: new Uint8Array(0) });
      },
    });
    return decoder;
  }

  /** Leaves out what is wrong; false where that is not all there yet. */
  private leaveOut(): boolean {
    const bad = this.bad as NonNullable<typeof this.bad>;
    if (this.size < this.wanted && !this.final) return false;
    const held = this.held();
    const step = this.policy?.past(held, this.final);
    if (!step) throw new BadMessage({ ...bad, bytes: held });
    bad.bytes = Buffer.concat([bad.bytes, held.subarray(0, Math.min(step.out, SHOWN - bad.bytes.length))]);
    bad.size += step.out;
    this.drop(step.out);
    this.wanted = this.size + step.needed;
    if (step.needed > 0) return false;
    this.policy?.report(bad);
    this.bad = undefined;
    this.origin = this.start;
    this.decoder = this.begin();
    return true;
  }

  /** Decodes what is held. */
  private *again(): Generator<unknown> {
    yield* this.decoder.push(this.held()) as Iterable<unknown>;
    if (this.final) yield* this.last();
  }

  private *last(): Generator<unknown> {
    yield* this.decoder.end() as Iterable<unknown>;
  }

  private held(): Uint8Array {
    if (this.parts.length !== 1) this.parts = [Buffer.concat(this.parts)];
    return this.parts[0] as Uint8Array;
  }

  private drop(n: number): void {
    this.start += n;
    this.size -= n;
    let left = n;
    while (left > 0) {
      const part = this.parts[0] as Uint8Array;
      if (part.length > left) this.parts[0] = part.subarray(left);
      else this.parts.shift();
      left -= Math.min(left, part.length);
    }
  }
}
