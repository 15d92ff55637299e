// Law: bytes that are filled in later are never shown as if they were known.

/**
 * The places of a message that are kept for what is known later, front to back; bit fields may share one, which is then
 * there for each of them. Generated code does without.
 */
export class Gaps {
  private readonly places: number[] = [];
  /** Bytes that each has; none is left of one that is closed. */
  private readonly sizes: number[] = [];

  open(at: number, size: number): void {
    const { places, sizes } = this;
    let i = places.length;
    while (i > 0 && (places[i - 1] as number) > at) i--;
    if (i === places.length) {
      places.push(at);
      sizes.push(size);
    } else {
      places.splice(i, 0, at);
      sizes.splice(i, 0, size);
    }
  }

  /** Notes that what is at `at` is filled in; of bit fields that begin in one byte, one of `size` bytes. */
  close(at: number, size?: number): void {
    const { places, sizes } = this;
    let i = places.length - 1;
    // Mostly it is the last one.
    if (places[i] !== at) i = this.lastUpTo(at);
    while (places[i - 1] === at && (size === undefined ? sizes[i] === 0 : sizes[i] !== size)) i--;
    if (places[i] !== at) return;
    sizes[i] = 0;
    while (sizes.at(-1) === 0) {
      places.pop();
      sizes.pop();
    }
  }

  /** Moves what is behind `at` by so many bytes. */
  move(at: number, by: number): void {
    const { places } = this;
    for (let i = places.length - 1; i >= 0 && (places[i] as number) > at; i--) (places[i] as number) += by;
  }

  /** Whether the byte at `at` is one of theirs. Asked for a few bytes, once it has failed. */
  has(at: number): boolean {
    return this.places.some((place, i) => place <= at && at < place + (this.sizes[i] as number));
  }

  clear(): void {
    this.places.length = 0;
    this.sizes.length = 0;
  }

  /** Which is the last at `at` or in front of it. */
  private lastUpTo(at: number): number {
    let low = 0;
    let high = this.places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.places[middle] as number) > at) high = middle;
      else low = middle + 1;
    }
    return low - 1;
  }
}
