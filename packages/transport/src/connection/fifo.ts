// Law: what came first leaves first, and costs the same however much stands behind it.

/** A queue. An array's own `shift` moves everything behind it, which adds up when many wait. */
export class Fifo<T> {
  #items: (T | undefined)[] = [];
  #start = 0;

  get length(): number {
    return this.#items.length - this.#start;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    const item = this.#items[this.#start];
    if (this.length === 0) return undefined;
    this.#items[this.#start++] = undefined;
    // Moved once half of it is free: each item at most once for each that left.
    if (this.#start * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#start);
      this.#start = 0;
    }
    return item;
  }

  /** Takes out the last of those that came, if it is this one. */
  takeBack(item: T): void {
    if (this.length > 0 && this.#items.at(-1) === item) this.#items.pop();
  }

  /** Takes out all. */
  take(): T[] {
    const all = this.#items.slice(this.#start) as T[];
    this.#items = [];
    this.#start = 0;
    return all;
  }
}
