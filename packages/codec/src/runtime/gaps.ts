// Law: bytes that are filled in later are never shown as if they were known.

/** The places of a message that are kept for what is known later, front to back. Generated code does without. */
export class Gaps {
  /** Bytes that each has, and in how many parts, because bit fields share them; none is left of one that is closed. */
  private readonly gaps: { at: number; size: number; parts: number }[] = [];

  open(at: number, size: number): void {
    const { gaps } = this;
    let i = gaps.length;
    while (i > 0 && (gaps[i - 1] as { at: number }).at > at) i--;
    const known = gaps[i - 1];
    if (known?.at !== at) gaps.splice(i, 0, { at, size, parts: 1 });
    else {
      known.size = Math.max(known.size, size);
      known.parts++;
    }
  }

  /** Notes that one part of what is at `at` is filled in. */
  close(at: number): void {
    const { gaps } = this;
    const i = this.behind(at - 1);
    const gap = gaps[i];
    if (gap?.at !== at || gap.parts === 0) return;
    if (--gap.parts === 0) gap.size = 0;
    while (gaps.at(-1)?.parts === 0) gaps.pop();
  }

  /** Moves what is behind `at` by so many bytes. */
  move(at: number, by: number): void {
    for (let i = this.gaps.length - 1; i >= 0; i--) {
      const gap = this.gaps[i] as { at: number };
      if (gap.at <= at) return;
      gap.at += by;
    }
  }

  /** Whether the byte at `at` is one of theirs. Asked for a few bytes, once it has failed. */
  has(at: number): boolean {
    return this.gaps.some((gap) => gap.at <= at && at < gap.at + gap.size);
  }

  clear(): void {
    this.gaps.length = 0;
  }

  /** Which is the first behind `at`. */
  private behind(at: number): number {
    let low = 0;
    let high = this.gaps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.gaps[middle] as { at: number }).at > at) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
