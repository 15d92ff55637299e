// Law: bit fields that stand next to each other are slices of the same bytes, which are read once and written once.

import { bare } from "../own.js";
import type { BitPlace, Bits } from "../plan.js";
import type { Source } from "../source.js";

/** Bytes that bit fields share. */
export class BitRun implements Bits {
  private readonly size: number;
  private readonly little: boolean;
  /** While code is generated: variables of bytes that several fields read, and what is put into each byte. */
  private readonly loaded = new Map<string, string>();
  private parts: Map<number, string[]> | undefined;

  constructor(size: number, little: boolean) {
    this.size = size;
    this.little = little;
  }

  place(lowest: number, width?: number): BitPlace {
    const { size, little } = this;
    return bare({ run: this, size, lowest, little, ...(width !== undefined && { width }) });
  }

  locate({ lowest }: BitPlace, width: number): { first: number; last: number; bit: number } {
    const top = lowest + width - 1;
    const byteOf = (bit: number): number => (this.little ? bit >> 3 : this.size - 1 - (bit >> 3));
    return { first: byteOf(top), last: byteOf(lowest), bit: 7 - (top & 7) };
  }

  load(source: Source, base: string, offset: number): void {
    this.loaded.clear();
    for (let i = 0; i < this.size; i++) {
      const at = source.byte(base, offset + i);
      this.loaded.set(at, source.store(at, "byte"));
    }
  }

  /** Byte `offset` of `base`, or the variable that it was loaded into. */
  byte(source: Source, base: string, offset: number): string {
    const at = source.byte(base, offset);
    return this.loaded.get(at) ?? at;
  }

  together(source: Source, base: string, offset: number, body: () => void): void {
    const parts = new Map<number, string[]>();
    this.parts = parts;
    body();
    this.parts = undefined;
    for (let i = 0; i < this.size; i++)
      source.line(`${source.byte(base, offset + i)} = ${parts.get(offset + i)?.join(" | ") ?? "0"};`);
  }

  /** Sets bits of a byte that starts as zero. */
  or(source: Source, base: string, offset: number, bits: string): void {
    if (this.parts) this.parts.set(offset, [...(this.parts.get(offset) ?? []), bits]);
    else source.line(`${source.byte(base, offset)} |= ${bits};`);
  }
}
