// Law: bytes are taken from a connection as they come, and decoded beside it; so what does not decode is still there to
// be shown, or passed on, byte for byte.

import { type Codec, compile, custom, type DecodeError, Decoder } from "@wireform/codec";
import type { Connection } from "@wireform/transport";

/** A connection whose messages are whatever arrived together. */
export type Wire = Connection<Uint8Array>;

const chunk = compile(
  custom<Uint8Array>({
    name: "chunk",
    min: 1,
    decode: (bytes) => (bytes.length === 0 ? { needed: 1 } : { value: bytes.slice(), size: bytes.length }),
    encode: (bytes) => bytes,
  }),
);

/** Options of a connection that carries whatever there is, however slowly. */
export const asWire = {
  receive: chunk,
  send: chunk,
  timeouts: { messageDeadline: 0, writeStall: 0 },
  closeTimeout: 2000,
} as const;

/** A message and the bytes it came as; or bytes that are none, the first of them with why. */
export type Piece =
  | { readonly bytes: Uint8Array; readonly value: unknown; readonly raw: false }
  | { readonly bytes: Uint8Array; readonly error: DecodeError | undefined; readonly raw: true };

/** One direction of a connection, decoded. After bytes that do not decode, the rest of it is raw. */
export class Tap {
  private readonly decoder: Decoder<unknown>;
  private held: Uint8Array[] = [];
  private start = 0;
  private spent = false;

  constructor(codec: Codec<unknown, never>) {
    this.decoder = new Decoder(codec);
  }

  *push(bytes: Uint8Array): Generator<Piece> {
    if (this.spent) yield { raw: true, bytes, error: undefined };
    else {
      this.held.push(bytes);
      yield* this.read(() => this.decoder.push(bytes));
    }
  }

  /** The stream is over; what has begun was cut short, unless a message may end so. */
  *end(): Generator<Piece> {
    if (!this.spent) yield* this.read(() => this.decoder.end());
  }

  /** Bytes of a message that has begun. */
  get partial(): number {
    return this.spent ? 0 : this.decoder.buffered;
  }

  /** The stream was cut off: what had come of a message. */
  *cut(): Generator<Piece> {
    if (this.partial > 0) yield { raw: true, bytes: Buffer.concat(this.held), error: undefined };
    this.held = [];
  }

  private *read(messages: () => Iterable<unknown>): Generator<Piece> {
    try {
      for (const value of messages()) yield { raw: false, bytes: this.take(), value };
    } catch (error) {
      if ((error as Error).name !== "DecodeError") throw error;
      this.spent = true;
      yield { raw: true, bytes: Buffer.concat(this.held), error: error as DecodeError };
      this.held = [];
    }
  }

  /** The bytes up to where the decoder is. */
  private take(): Uint8Array {
    if (this.held.length > 1) this.held = [Buffer.concat(this.held)];
    const held = this.held[0] as Uint8Array;
    const size = this.decoder.offset - this.start;
    this.held = size < held.length ? [held.subarray(size)] : [];
    this.start += size;
    return held.subarray(0, size);
  }
}
