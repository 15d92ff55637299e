// Law: every byte is copied in once and out once, whatever the chunks; memory is at most twice what is waiting.

/** Bytes waiting to be read by hand. */
export class ByteQueue {
  #buffer: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  append(chunk: Uint8Array): void {
    const length = this.length;
    if (this.#end + chunk.length > this.#buffer.length) {
      const target =
        length + chunk.length <= this.#buffer.length / 2
          ? this.#buffer
          : new Uint8Array(Math.max(256, 2 * (length + chunk.length)));
      target.set(this.#buffer.subarray(this.#start, this.#end));
      this.#buffer = target;
      this.#start = 0;
      this.#end = length;
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** Removes the first `count` bytes, which must be there, as a copy. */
  take(count: number): Uint8Array {
    const taken = this.#buffer.slice(this.#start, this.#start + count);
    this.#start += count;
    if (this.#start === this.#end) this.#buffer = new Uint8Array((this.#start = this.#end = 0));
    return taken;
  }

  /** Offset just behind the first `delimiter` that ends at or after `from`, or -1. */
  behind(delimiter: Uint8Array, from: number): number {
    const bytes = this.#buffer.subarray(this.#start, this.#end);
    const first = delimiter[0] as number;
    let at = Math.max(0, from - delimiter.length + 1);
    search: while ((at = bytes.indexOf(first, at)) >= 0) {
      if (at + delimiter.length > bytes.length) return -1;
      for (let i = 1; i < delimiter.length; i++) {
        if (bytes[at + i] !== delimiter[i]) {
          at++;
          continue search;
        }
      }
      return at + delimiter.length;
    }
    return -1;
  }
}
