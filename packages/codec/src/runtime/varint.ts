// Law: a variable-length integer is read once, byte by byte, never past `end`; what is longer than it may be, or longer
// than it need be, is told apart from what is merely not there yet.

export interface VarintFormat {
  /** LEB128 unsigned, signed, zigzag over unsigned; QUIC (RFC 9000, section 16). */
  readonly form: "uleb" | "sleb" | "zigzag" | "quic";
  readonly maxBytes: number;
  /** Values as bigint, up to 64 bits; otherwise numbers up to 2^53 - 1. */
  readonly big: boolean;
  /** Refuse forms that are longer than they need be. */
  readonly minimal: boolean;
}

/** Where the number ended, or what is wrong with it. */
export interface Cursor {
  p: number;
}

/** Why there is no value: more bytes needed, too many bytes, longer than need be, too large for its type. */
export type VarintProblem = "short" | "long" | "minimal" | "large";

/** The value at `p`, with the position behind it in `out.p`; or the problem. */
export function readVarint(
  out: Cursor,
  b: Uint8Array,
  p: number,
  end: number,
  format: VarintFormat,
): number | bigint | VarintProblem {
  return format.form === "quic" ? readQuic(out, b, p, end, format) : readLeb(out, b, p, end, format);
}

function readLeb(
  out: Cursor,
  b: Uint8Array,
  p: number,
  end: number,
  { form, maxBytes, big, minimal }: VarintFormat,
): number | bigint | VarintProblem {
  let i = 0;
  let byte = 128;
  while (byte >= 128) {
    if (i === maxBytes) return "long";
    if (p + i >= end) return "short";
    byte = b[p + i++] as number;
  }
  out.p = p + i;
  if (minimal && i > 1) {
    const before = (b[p + i - 2] as number) & 0x40;
    if (form === "sleb" ? (byte === 0 && !before) || (byte === 0x7f && before) : byte === 0) return "minimal";
  }
  if (!big && i <= 7) {
    let value = 0;
    for (let k = i - 1; k >= 0; k--) value = value * 128 + ((b[p + k] as number) & 127);
    if (form === "sleb") return byte & 0x40 ? value - 2 ** (7 * i) : value;
    return form === "zigzag" ? (value % 2 ? -(value + 1) / 2 : value / 2) : value;
  }
  let value = 0n;
  for (let k = i - 1; k >= 0; k--) value = (value << 7n) | BigInt((b[p + k] as number) & 127);
  if (form === "sleb") {
    if (byte & 0x40) value -= 1n << BigInt(7 * i);
    if (BigInt.asIntN(64, value) !== value) return "large";
  } else if (value >> 64n) return "large";
  if (form === "zigzag") value = value & 1n ? -(value + 1n) / 2n : value / 2n;
  if (big) return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : "large";
}

function readQuic(
  out: Cursor,
  b: Uint8Array,
  p: number,
  end: number,
  { maxBytes, big, minimal }: VarintFormat,
): number | bigint | VarintProblem {
  if (p >= end) return "short";
  const first = b[p] as number;
  const size = 1 << (first >> 6);
  if (size > maxBytes) return "long";
  if (p + size > end) return "short";
  out.p = p + size;
  let value = first & 63;
  if (size < 8) {
    for (let i = 1; i < size; i++) value = value * 256 + (b[p + i] as number);
    if (minimal && size > 1 && value < (size === 2 ? 64 : 16384)) return "minimal";
    return big ? BigInt(value) : value;
  }
  let wide = BigInt(value);
  for (let i = 1; i < 8; i++) wide = (wide << 8n) | BigInt(b[p + i] as number);
  if (minimal && wide < 1n << 30n) return "minimal";
  if (big) return wide;
  return wide > BigInt(Number.MAX_SAFE_INTEGER) ? "large" : Number(wide);
}

/** How many of the bytes of the number at `p` are known to be missing. */
export function missingVarint(b: Uint8Array, p: number, end: number, format: VarintFormat): number {
  return format.form === "quic" && p < end ? p + (1 << ((b[p] as number) >> 6)) - end : 1;
}

/** Writes the shortest form and returns the position behind it. The value is in range and 10 bytes are free. */
export function writeVarint(b: Uint8Array, p: number, value: number | bigint, form: VarintFormat["form"]): number {
  if (form === "quic") return writeQuic(b, p, value);
  if (form === "zigzag") return writeVarint(b, p, fold(value), "uleb");
  if (typeof value === "bigint") {
    if (value >= -0x40000000n && value < 0x40000000n) return writeVarint(b, p, Number(value), form);
    for (;;) {
      const low = Number(value & 127n);
      value >>= 7n;
      if (form === "uleb" ? value === 0n : (value === 0n && !(low & 0x40)) || (value === -1n && low & 0x40)) {
        b[p] = low;
        return p + 1;
      }
      b[p++] = low | 128;
    }
  }
  for (;;) {
    const rest = Math.floor(value / 128);
    const low = value - rest * 128;
    value = rest;
    if (form === "uleb" ? value === 0 : (value === 0 && !(low & 0x40)) || (value === -1 && low & 0x40)) {
      b[p] = low;
      return p + 1;
    }
    b[p++] = low | 128;
  }
}

/** 0, -1, 1, -2 as 0, 1, 2, 3; numbers that would leave 2^53 behind as bigints. */
function fold(value: number | bigint): number | bigint {
  if (typeof value === "number") {
    if (value > -(2 ** 52) && value < 2 ** 52) return value < 0 ? -value * 2 - 1 : value * 2;
    value = BigInt(value);
  }
  return value < 0n ? -value * 2n - 1n : value * 2n;
}

function writeQuic(b: Uint8Array, p: number, value: number | bigint): number {
  const size = value < 64 ? 1 : value < 16384 ? 2 : value < 0x40000000 ? 4 : 8;
  let rest = BigInt(value);
  for (let i = size - 1; i >= 0; i--) {
    b[p + i] = Number(rest & 255n);
    rest >>= 8n;
  }
  (b[p] as number) |= Math.log2(size) << 6;
  return p + size;
}

/** Smallest and largest value that a format carries. */
export function varintRange({ form, maxBytes, big }: VarintFormat): { min: bigint; max: bigint } {
  const bits = form === "quic" ? BigInt(Math.min(maxBytes, 8) * 8 - 2) : BigInt(Math.min(maxBytes * 7, 64));
  const signed = form === "sleb" || form === "zigzag";
  const min = signed ? -(1n << (bits - 1n)) : 0n;
  const max = signed ? (1n << (bits - 1n)) - 1n : (1n << bits) - 1n;
  if (big) return { min, max };
  const safe = BigInt(Number.MAX_SAFE_INTEGER);
  return { min: min < -safe ? -safe : min, max: max > safe ? safe : max };
}
