// Law: a buffer in the pool belongs to nobody; a buffer out of it belongs to one connection until given back.
// Only bytes that were written after taking are ever sent, so old contents stay here.

/** A connection that writes little in a turn gathers in this much, so that a broadcast to thousands stays small. */
export const smallBuffer = 1024;
/** Holds one read of 64 KiB echoed, with a message left over from the read before. */
export const gatherBuffer = 80 * 1024;

const step = 64 * 1024;
const largest = 4 * 1024 * 1024;
const spareBytes = 8 * 1024 * 1024;

const spares = new Map<number, Uint8Array[]>();
let spare = 0;

function roomy(size: number): number {
  if (size <= smallBuffer) return smallBuffer;
  if (size <= gatherBuffer) return gatherBuffer;
  return Math.ceil(size / step) * step;
}

const ours = new WeakSet<ArrayBufferLike>();

/** Whether bytes in this memory may be overwritten by their next owner. */
export function isLent(memory: ArrayBufferLike): boolean {
  return ours.has(memory);
}

function make(capacity: number): Uint8Array {
  const buffer = new Uint8Array(capacity);
  ours.add(buffer.buffer);
  return buffer;
}

/** A buffer of at least `size` bytes with unspecified contents. */
export function takeBuffer(size: number): Uint8Array {
  if (size > largest) return make(size);
  const capacity = roomy(size);
  const buffer = spares.get(capacity)?.pop();
  if (buffer === undefined) return make(capacity);
  spare -= capacity;
  return buffer;
}

/** Gives a buffer back; it must not be touched again. */
export function giveBuffer(buffer: Uint8Array): void {
  const capacity = buffer.length;
  if (capacity > largest || spare + capacity > spareBytes) return;
  let list = spares.get(capacity);
  if (list === undefined) spares.set(capacity, (list = []));
  list.push(buffer);
  spare += capacity;
}
