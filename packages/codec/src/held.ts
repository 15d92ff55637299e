// Law: a message that straddles chunks is gathered in one buffer, which grows with what has arrived and not with what was
// announced. Whoever reads chunks may read into it, so that a large message is written down once.

const NOTHING: Uint8Array = new Uint8Array(0);
const LARGE = 65536;
/** A peer that has sent a message of some size gets room for another one at once, up to this. */
const EARNED = 2 ** 20 + 64;

/** The message that straddles chunks, as far as it is there. */
export class Held {
  bytes: Uint8Array = NOTHING;
  size = 0;
  /** How many more bytes it needs at the least. */
  missing = 1;
  private earned = 0;
  /** The room that was given away and not used yet. */
  private offered: Uint8Array | undefined;

  /** Whether the buffer is large enough to be given away with the message. */
  get large(): boolean {
    return this.bytes.length > LARGE;
  }

  /** Bytes there is room for without another buffer. */
  get free(): number {
    return this.bytes.length - this.size;
  }

  /** Copies `n` bytes of a chunk behind it. */
  gather(chunk: Uint8Array, at: number, n: number): void {
    const { size } = this;
    this.offered = undefined;
    if (size + n > this.bytes.length) this.grow(this.roomier(n));
    if (n > 32) this.bytes.set(at === 0 && n === chunk.length ? chunk : chunk.subarray(at, at + n), size);
    else for (let i = 0; i < n; i++) this.bytes[size + i] = chunk[at + i] as number;
    this.size = size + n;
  }

  /** Takes over what is left of a chunk, because another comes. */
  keep(chunk: Uint8Array, at: number, n: number): void {
    const missing = this.size === 0 ? 0 : this.missing;
    this.gather(chunk, at, n);
    this.missing = Math.max(0, missing - n);
  }

  /** Where the next bytes of a large message can be put: none of those that come behind it. */
  room(): Uint8Array | undefined {
    const { size, missing } = this;
    this.offered = undefined;
    if (size === 0 || missing < LARGE) return undefined;
    if (this.free < LARGE) {
      const length = this.roomier(0);
      if (length - size < LARGE) return undefined;
      this.grow(length);
    }
    this.offered = this.bytes.subarray(size, size + Math.min(this.free, missing));
    return this.offered;
  }

  /** Takes back the room that was given away. */
  withdraw(): void {
    this.offered = undefined;
  }

  /** Takes `n` bytes that were put into `room`; false where that is the room for the next bytes no more. */
  filled(room: Uint8Array, n: number): boolean {
    if (room !== this.offered) return false;
    this.offered = undefined;
    this.size += n;
    this.missing -= n;
    return true;
  }

  /** Forgets the message, which took `end` bytes, and keeps those behind it; gives back as many of `added` as can be. */
  deliver(end: number, added: number, views: boolean): number {
    this.earned = Math.min(Math.max(end, this.earned >> 1), EARNED);
    const over = this.size - end;
    const back = Math.min(over, added);
    // Only at the end of the stream are bytes of earlier chunks left behind the message.
    const kept = this.bytes.slice(end, end + over - back);
    this.drop(views);
    if (kept.length > 0) {
      this.bytes = kept;
      this.size = kept.length;
    }
    return back;
  }

  /** Forgets the message; a large buffer, or one that views point into, is not used again. */
  drop(views: boolean): void {
    if (this.large || views) this.bytes = NOTHING;
    this.size = 0;
    this.missing = 0;
    this.offered = undefined;
  }

  /** Makes what is held the start of a message of which nothing is known. */
  forget(): void {
    this.missing = 0;
    this.offered = undefined;
  }

  /**
   * The length of a buffer with room for `n` more: in proportion to what has arrived, whatever was announced; exactly what
   * is `missing` where that is a fair part of it, or all of it is no more than what has been `earned`.
   */
  private roomier(n: number): number {
    const { size, missing } = this;
    const fair = 4 * missing >= size && size + missing <= 4 * (size + n);
    const whole = size + n + missing;
    return whole <= this.earned ? whole : Math.max(64, size + n, fair ? size + missing : 2 * size);
  }

  private grow(length: number): void {
    const room = new Uint8Array(length);
    room.set(this.bytes.subarray(0, this.size));
    this.bytes = room;
  }
}
