// Law: 64-bit integers and floats go through eight shared bytes, so that no message needs a DataView of its own.

const bytes = new Uint8Array(8);
const u64 = new BigUint64Array(bytes.buffer);
const i64 = new BigInt64Array(bytes.buffer);
const f32 = new Float32Array(bytes.buffer);
const f64 = new Float64Array(bytes.buffer);

/** Whether this machine stores the low byte first. */
export const HOST_LITTLE: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function load(b: Uint8Array, p: number, size: 4 | 8, little: boolean): void {
  if (little === HOST_LITTLE) for (let i = 0; i < size; i++) bytes[i] = b[p + i] as number;
  else for (let i = 0; i < size; i++) bytes[size - 1 - i] = b[p + i] as number;
}

function store(b: Uint8Array, p: number, size: 4 | 8, little: boolean): void {
  if (little === HOST_LITTLE) for (let i = 0; i < size; i++) b[p + i] = bytes[i] as number;
  else for (let i = 0; i < size; i++) b[p + i] = bytes[size - 1 - i] as number;
}

export function getBig(b: Uint8Array, p: number, little: boolean, signed: boolean): bigint {
  load(b, p, 8, little);
  return (signed ? i64[0] : u64[0]) as bigint;
}

export function putBig(b: Uint8Array, p: number, value: bigint, little: boolean): void {
  u64[0] = value;
  store(b, p, 8, little);
}

export function getF64(b: Uint8Array, p: number, little: boolean): number {
  load(b, p, 8, little);
  return f64[0] as number;
}

export function putF64(b: Uint8Array, p: number, value: number, little: boolean): void {
  f64[0] = value;
  store(b, p, 8, little);
}

export function getF32(b: Uint8Array, p: number, little: boolean): number {
  load(b, p, 4, little);
  return f32[0] as number;
}

export function putF32(b: Uint8Array, p: number, value: number, little: boolean): void {
  f32[0] = value;
  store(b, p, 4, little);
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
