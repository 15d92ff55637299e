// Law: messages are written where the caller wants them, in as few steps as there can be; what is large is not copied.

import { type Codec, type Engine, engineOf } from "./compile.js";
import { Writer } from "./runtime/writer.js";

const NOTHING: Uint8Array = new Uint8Array(0);
/** A larger buffer is not kept for the next message. */
const KEPT = 2 ** 22;

/**
 * A codec that fills chunks, the other way round from a Decoder: message after message into buffers of the caller's.
 *
 * @example
 * const encoder = new Encoder(message);
 * let end = encoder.write(first, chunk, 0);
 * end = encoder.write(second, chunk, end);               // -1 when there is no room
 * socket.write(chunk.subarray(0, end));
 * for (const piece of encoder.pieces(large, 16384)) socket.write(piece);
 */
export class Encoder<In> {
  private readonly codec: Codec<unknown, In>;
  private readonly engine: Engine;
  private readonly encode: Engine["encode"];
  private readonly w: Writer;
  /** True while a message is being written: one that its getters send is written by another way. */
  private busy = false;
  private scratch: Uint8Array = NOTHING;
  /** Up to so many bytes no limit is to be asked, which is no small integer to the engine. */
  private readonly easy: number;

  constructor(codec: Codec<unknown, In>) {
    this.codec = codec;
    this.engine = engineOf(codec);
    this.encode = this.engine.encode;
    this.w = new Writer(NOTHING, 0, this.engine.limits, true);
    this.easy = Math.min(this.engine.limits.maxMessageSize, 2 ** 30);
  }

  /**
   * Writes a message at `offset` and returns the offset behind it; -1 where it might not fit or cannot be encoded, which
   * `pieces` tells apart. What lies behind `offset` is unspecified in that case.
   */
  write(value: In, into: Uint8Array, offset: number): number {
    const { encode, w } = this;
    if (encode === undefined || this.busy) return this.slowly(value, into, offset);
    this.busy = true;
    w.b = into;
    w.start = offset;
    w.elements = 0;
    w.depth = 0;
    let end = -1;
    try {
      end = encode(w, into, offset, value);
    } catch {
      // No room, or the interpreter meets the same trouble and says where.
    }
    this.busy = false;
    return end - offset <= this.easy || end - offset <= w.limits.maxMessageSize ? end : -1;
  }

  /**
   * The bytes of a message as pieces that belong together, in order. Byte fields of `least` bytes or more are the value's
   * own and not copied, so they must not change until the pieces have been used. Throws EncodeError.
   */
  pieces(value: In, least: number): Uint8Array[] {
    const { limits, op, open } = this.engine;
    const { scratch } = this;
    this.scratch = NOTHING;
    const make = (): Writer => {
      const w = new Writer(scratch, 0, limits, false);
      w.lends = Math.max(1, least);
      return w;
    };
    let w = make();
    let end = -1;
    try {
      if (this.encode) end = this.encode(w, w.b, 0, value);
    } catch {
      // The interpreter meets the same trouble and says where.
    }
    if (end < 0 || end > limits.maxMessageSize) {
      w = Writer.whole(op, value, make, open);
      end = w.p;
    }
    this.scratch = w.b.length > KEPT ? NOTHING : w.b;
    return cut(w, end);
  }

  private slowly(value: In, into: Uint8Array, offset: number): number {
    try {
      return this.codec.write(value, into, offset);
    } catch {
      return -1;
    }
  }
}

/** What was written, where nothing was lent as copies, and what was lent. */
function cut({ b, lent }: Writer, end: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const { at, bytes } of lent) {
    if (at > from) pieces.push(b.slice(from, at));
    pieces.push(bytes);
    from = at + bytes.length;
  }
  if (end > from) pieces.push(b.slice(from, end));
  return pieces;
}
