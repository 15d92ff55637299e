// How TCP might cut bytes: anywhere, nowhere, everywhere, with nothing in between.

import fc, { type Arbitrary } from "fast-check";

/** A way to cut, whatever the bytes. */
export type Cut = (bytes: Uint8Array) => Uint8Array[];

function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let start = 0;
  for (const place of [...places].sort((a, b) => a - b)) {
    chunks.push(bytes.slice(start, place));
    start = place;
  }
  chunks.push(bytes.slice(start));
  return chunks;
}

/** Chunks of so many bytes. */
export const everySo =
  (size: number): Cut =>
  (bytes) =>
    cutAt(
      bytes,
      Array.from({ length: Math.floor(Math.max(0, bytes.length - 1) / size) }, (_, i) => (i + 1) * size),
    );

/** Every byte in a chunk of its own. */
export const everyByte: Cut = everySo(1);

/** In two, everywhere; at most at so many places, each as far from the next. */
export function inTwo(bytes: Uint8Array, most: number): Uint8Array[][] {
  const step = Math.ceil(bytes.length / most);
  const places = Array.from({ length: Math.ceil((bytes.length + 1) / step) }, (_, i) => i * step);
  return places.map((place) => cutAt(bytes, [place]));
}

/** How fast-check prints a way to cut. */
const called = (text: string, cut: Cut): Cut => Object.assign(cut, { [fc.toStringMethod]: () => text });

/** Ways to cut; shrink towards not cutting at all. */
export function cuts(): Arbitrary<Cut> {
  const somewhere = fc.array(fc.nat(0xffff), { maxLength: 12 }).map((places) =>
    called(places.length === 0 ? "not cut" : `cut at ${places.join(", ")} modulo one more than the length`, (bytes) =>
      cutAt(
        bytes,
        places.map((place) => place % (bytes.length + 1)),
      ),
    ),
  );
  const regular = fc.integer({ min: 1, max: 9 }).map((size) => called(`cut every ${size} bytes`, everySo(size)));
  return fc.oneof({ withCrossShrink: true }, { arbitrary: somewhere, weight: 3 }, { arbitrary: regular, weight: 1 });
}

/**
 * The bytes in chunks of their own, cut anywhere: empty chunks, one byte each, one cut, many. Shrinks towards one chunk.
 *
 * @example
 * fc.property(wire(Message).chain(chunkings), (chunks) => …)
 */
export const chunkings = (bytes: Uint8Array): Arbitrary<Uint8Array[]> => cuts().map((cut) => cut(bytes));
