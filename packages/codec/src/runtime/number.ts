// Law: 64-bit integers and floats go through two shared words, so that no message needs a DataView of its own.

const words = new Uint32Array(2);
const u64 = new BigUint64Array(words.buffer);
const i64 = new BigInt64Array(words.buffer);
const f32 = new Float32Array(words.buffer);
const f64 = new Float64Array(words.buffer);

/** Whether this machine stores the low byte first. */
export const HOST_LITTLE: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

const LOW = HOST_LITTLE ? 0 : 1;
const HIGH = 1 - LOW;

function word(b: Uint8Array, p: number, little: boolean): number {
  return little
    ? (b[p] as number) | ((b[p + 1] as number) << 8) | ((b[p + 2] as number) << 16) | ((b[p + 3] as number) << 24)
    : ((b[p] as number) << 24) | ((b[p + 1] as number) << 16) | ((b[p + 2] as number) << 8) | (b[p + 3] as number);
}

function putWord(b: Uint8Array, p: number, value: number, little: boolean): void {
  if (little) {
    b[p] = value;
    b[p + 1] = value >>> 8;
    b[p + 2] = value >>> 16;
    b[p + 3] = value >>> 24;
  } else {
    b[p] = value >>> 24;
    b[p + 1] = value >>> 16;
    b[p + 2] = value >>> 8;
    b[p + 3] = value;
  }
}

function load(b: Uint8Array, p: number, little: boolean): void {
  words[HIGH] = word(b, little ? p + 4 : p, little);
  words[LOW] = word(b, little ? p : p + 4, little);
}

function store(b: Uint8Array, p: number, little: boolean): void {
  putWord(b, little ? p + 4 : p, words[HIGH] as number, little);
  putWord(b, little ? p : p + 4, words[LOW] as number, little);
}

export function getBig(b: Uint8Array, p: number, little: boolean, signed: boolean): bigint {
  load(b, p, little);
  return (signed ? i64[0] : u64[0]) as bigint;
}

export function putBig(b: Uint8Array, p: number, value: bigint, little: boolean): void {
  u64[0] = value;
  store(b, p, little);
}

export function getF64(b: Uint8Array, p: number, little: boolean): number {
  load(b, p, little);
  return f64[0] as number;
}

export function putF64(b: Uint8Array, p: number, value: number, little: boolean): void {
  f64[0] = value;
  store(b, p, little);
}

export function getF32(b: Uint8Array, p: number, little: boolean): number {
  words[0] = word(b, p, little);
  return f32[0] as number;
}

export function putF32(b: Uint8Array, p: number, value: number, little: boolean): void {
  f32[0] = value;
  putWord(b, p, words[0] as number, little);
}

/** IEEE 754 binary16. */
export function getF16(b: Uint8Array, p: number, little: boolean): number {
  const bits = little ? ((b[p + 1] as number) << 8) | (b[p] as number) : ((b[p] as number) << 8) | (b[p + 1] as number);
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Rounds half to even, as IEEE 754 does; what is too large becomes infinity. */
export function putF16(b: Uint8Array, p: number, value: number, little: boolean): void {
  const size = Math.abs(value);
  let bits: number;
  if (Number.isNaN(value)) bits = 0x7e00;
  else if (size >= 65520) bits = 0x7c00;
  else if (size < 2 ** -14) bits = even(size * 2 ** 24);
  else {
    const exponent = Math.min(15, Math.floor(Math.log2(size)));
    // log2 rounds: a size just below a power of two may come out one too high, and then its fraction is negative.
    const e = 2 ** exponent > size ? exponent - 1 : exponent;
    bits = (e + 15) * 1024 + even((size / 2 ** e - 1) * 1024);
  }
  if (value < 0 || Object.is(value, -0)) bits |= 0x8000;
  b[p] = little ? bits : bits >> 8;
  b[p + 1] = little ? bits >> 8 : bits;
}

/** A whole number in halves-to-even rounding; the scaling by powers of two before it is exact. */
function even(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
