// Encoding values in which something was changed: what follows from it is worked out anew.

import type { EncodeError, Key } from "@wireform/codec";
import { withoutValueAt } from "../render/paths.js";

/** Encodes; lengths, counts and checksums that are no longer right are left to the codec. `isGiven` are to stay. */
export class Afresh {
  private readonly encodeGiven: (value: unknown) => Uint8Array;
  private readonly isGiven: (keys: readonly Key[]) => boolean;
  /** Where such a field was found; most likely it is one in the next message too. */
  private readonly found: (readonly Key[])[] = [];

  constructor(encode: (value: unknown) => Uint8Array, isGiven: (keys: readonly Key[]) => boolean = () => false) {
    this.encodeGiven = encode;
    this.isGiven = isGiven;
  }

  encode(value: unknown): Uint8Array {
    for (let left = this.found.reduce<unknown>(withoutValueAt, value); ; ) {
      try {
        return this.encodeGiven(left);
      } catch (error) {
        const { name, code, keys } = error as EncodeError;
        if (name !== "EncodeError" || code !== "mismatch" || this.isGiven(keys)) throw error;
        const next = withoutValueAt(left, keys);
        if (next === left) throw error;
        left = next;
        if (!keys.some((key) => typeof key === "number")) this.found.push(keys);
      }
    }
  }
}
