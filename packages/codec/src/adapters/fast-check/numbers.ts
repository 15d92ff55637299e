// Numbers, with the edges of their ranges over-weighted.

import fc, { type Arbitrary } from "fast-check";
import { compile, f16 } from "../../index.js";
import type { Range } from "./range.js";

/** Whole numbers of a range: zero and its neighbours, the ends, powers of two. */
export function integers({ min, max, big }: Range): Arbitrary<number | bigint> {
  const edges = [0n, 1n, -1n, max, min, max - 1n, min + 1n];
  for (let bit = 7n; bit < 64n; bit++)
    if (bit % 8n < 1n || bit % 7n < 1n) edges.push(1n << bit, (1n << bit) - 1n, -(1n << bit));
  const fitting = [...new Set(edges)].filter((n) => n >= min && n <= max);
  if (big) return either(fc.bigInt({ min, max }), fc.constantFrom(...fitting));
  return either(fc.integer({ min: Number(min), max: Number(max) }), fc.constantFrom(...fitting.map(Number)));
}

/** Mostly the first, sometimes the second; shrinks to the first. */
export const either = <A, B>(mostly: Arbitrary<A>, sometimes: Arbitrary<B>, weight = 4): Arbitrary<A | B> =>
  fc.oneof({ withCrossShrink: true }, { arbitrary: mostly, weight }, { arbitrary: sometimes, weight: 1 });

/** Floats that survive their width: every bit pattern of 16 bits, -0, NaN and infinities of all. */
export function floats(bytes: 2 | 4 | 8): Arbitrary<number> {
  const edges = fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, -1);
  if (bytes === 2) {
    const half = compile(f16, { mode: "interpret" });
    return either(
      fc.integer({ min: 0, max: 0xffff }).map((n) => half.decode(Uint8Array.of(n >> 8, n & 255))),
      edges,
    );
  }
  return either(bytes === 4 ? fc.float() : fc.double(), edges);
}
