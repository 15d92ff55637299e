// Checksums over any run of bytes, in any number of pieces: updating piece by piece gives the same as all at once.

/** A checksum as a running state, so that it can be taken while a message is still arriving. */
export interface Checksum<V extends number | bigint = number | bigint> {
  readonly name: string;
  /** Bits of the value. */
  readonly width: number;
  /** JavaScript that makes this checksum again from the exports of this module; a printed module must be given others. */
  readonly source?: string | undefined;
  begin(): number | bigint;
  /** The state after b[start, end) as well; a state is a value and may be kept and used again. */
  update(state: number | bigint, b: Uint8Array, start: number, end: number): number | bigint;
  end(state: number | bigint): V;
}

/** The checksum of b[start, end). */
export function compute<V extends number | bigint>(
  algorithm: Checksum<V>,
  b: Uint8Array,
  start: number = 0,
  end: number = b.length,
): V {
  return algorithm.end(algorithm.update(algorithm.begin(), b, start, end));
}

/** A CRC in the Rocksoft model, as catalogues list them. A number for poly, init or xorout must be a safe integer. */
export interface CrcParameters<W extends number = number> {
  /** Bits of the register, 1 to 128. */
  readonly width: W;
  /** The polynomial without its highest term, most significant bit first whatever refin says. */
  readonly poly: number | bigint;
  /** The register before the first byte. */
  readonly init: number | bigint;
  /** Whether a byte enters with its least significant bit first. */
  readonly refin: boolean;
  /** Whether the register is turned around at the end. */
  readonly refout: boolean;
  /** What the register is xored with at the very end. */
  readonly xorout: number | bigint;
  readonly name?: string;
}

// biome-ignore format: a range
type UpTo32 = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18 | 19 | 20 | 21 | 22 | 23 | 24 | 25 | 26 | 27 | 28 | 29 | 30 | 31 | 32;

/** number up to 32 bits and bigint above; both where the width is not known before the program runs. */
export type CrcValue<W extends number> = number extends W ? number | bigint : W extends UpTo32 ? number : bigint;

/** A CRC by parameters that are known to be right; its tables are made when it is first used. */
export function crc<W extends number>(parameters: CrcParameters<W>): Checksum<CrcValue<W>> {
  const model = toModel(parameters);
  return (model.width <= 32 ? narrowCrc(model) : wideCrc(model)) as Checksum<CrcValue<W>>;
}

interface Model extends Required<CrcParameters> {
  readonly poly: bigint;
  readonly init: bigint;
  readonly xorout: bigint;
}

function toModel({ width, poly, init, refin, refout, xorout, name }: CrcParameters): Model {
  const registers = { poly: BigInt(poly), init: BigInt(init), xorout: BigInt(xorout) };
  return { name: name ?? `crc${width}`, width, refin, refout, ...registers };
}

function toSource({ name, width, poly, init, refin, refout, xorout }: Model): string {
  const hex = (value: bigint): string => `0x${value.toString(16)}${width > 32 ? "n" : ""}`;
  const registers = `poly: ${hex(poly)}, init: ${hex(init)}, refin: ${refin}, refout: ${refout}, xorout: ${hex(xorout)}`;
  return `crc({ width: ${width}, ${registers}, name: ${JSON.stringify(name)} })`;
}

// One loop serves both directions. It works on words of 32 bits, lowest first, whose lowest byte meets the next byte of
// input. For a reflected CRC that is simply its register. An unreflected one has its next byte on top, so its register
// is moved to the left end and its bytes are turned around; the bits within a byte stay as they are.

function toWords(register: bigint, width: number, reflected: boolean): Int32Array {
  const words = new Int32Array(Math.ceil(width / 32));
  let rest = reflected ? register : register << BigInt(32 * words.length - width);
  for (let w = 0; w < words.length; w++, rest >>= 32n) {
    const word = Number(BigInt.asIntN(32, rest));
    if (reflected) words[w] = word;
    else words[words.length - 1 - w] = swapBytes(word);
  }
  return words;
}

function fromWords(words: Int32Array, width: number, reflected: boolean): bigint {
  let register = 0n;
  for (let w = 0; w < words.length; w++) {
    const word = reflected ? words[words.length - 1 - w]! : swapBytes(words[w]!);
    register = (register << 32n) | BigInt(word >>> 0);
  }
  return reflected ? register : register >> BigInt(32 * words.length - width);
}

function swapBytes(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}

function reflect(value: bigint, width: number): bigint {
  let reflected = 0n;
  for (let rest = value, i = 0; i < width; i++, rest >>= 1n) reflected = (reflected << 1n) | (rest & 1n);
  return reflected;
}

/** The words of the register after each byte, one after another. */
function makeTable({ width, poly, refin }: Model): Int32Array {
  const words = Math.ceil(width / 32);
  const table = new Int32Array(256 * words);
  const reflectedPoly = reflect(poly, width);
  for (let bit = 0; bit < 8; bit++) {
    let c = 1n << BigInt(refin ? bit : 7 - bit);
    for (let i = 0; i < 8; i++) c = c & 1n ? (c >> 1n) ^ reflectedPoly : c >> 1n;
    const power = words << bit;
    table.set(toWords(refin ? c : reflect(c, width), width, refin), power);
    // A CRC is linear: the other bytes are the sums of those with one bit.
    for (let i = words; i < power; i++) table[power + i] = table[power + (i % words)]! ^ table[i]!;
  }
  return table;
}

/** Up to 32 bits, which are one word: that is the state. */
function narrowCrc(model: Model): Checksum<number> {
  const { name, width, init, refin, refout, xorout } = model;
  const begin = toWords(refin ? reflect(init, width) : init, width, refin)[0]!;
  const mask = Number(xorout);
  let slices: Int32Array | undefined;
  return {
    name,
    width,
    source: toSource(model),
    begin: () => begin,
    update: (state, b, start, end) => {
      slices ??= makeSlices(makeTable(model));
      return updateWord(slices, state as number, b, start, end);
    },
    end: (state) => {
      let value = refin ? (state as number) >>> 0 : swapBytes(state as number) >>> (32 - width);
      if (refin !== refout) value = Number(reflect(BigInt(value), width));
      return (value ^ mask) >>> 0;
    },
  };
}

/** Slicing by four: at 256 k + n stands the register after byte n and k zero bytes, so four look-ups need not wait in line. */
function makeSlices(table: Int32Array): Int32Array {
  const slices = new Int32Array(4 * 256);
  slices.set(table);
  for (let i = 256; i < slices.length; i++) {
    const before = slices[i - 256]!;
    slices[i] = (before >>> 8) ^ table[before & 0xff]!;
  }
  return slices;
}

function updateWord(t: Int32Array, state: number, b: Uint8Array, start: number, end: number): number {
  let c = state;
  let i = start;
  for (; end - i >= 4; i += 4) {
    c ^= b[i]! | (b[i + 1]! << 8) | (b[i + 2]! << 16) | (b[i + 3]! << 24);
    c = t[768 + (c & 0xff)]! ^ t[512 + ((c >>> 8) & 0xff)]! ^ t[256 + ((c >>> 16) & 0xff)]! ^ t[c >>> 24]!;
  }
  for (; i < end; i++) c = t[(c ^ b[i]!) & 0xff]! ^ (c >>> 8);
  return c;
}

/** Above 32 bits: the state is the register itself, in words only while bytes enter. */
function wideCrc(model: Model): Checksum<bigint> {
  const { name, width, init, refin, refout, xorout } = model;
  const begin = refin ? reflect(init, width) : init;
  let table: Int32Array | undefined;
  return {
    name,
    width,
    source: toSource(model),
    begin: () => begin,
    update: (state, b, start, end) => {
      table ??= makeTable(model);
      const words = toWords(state as bigint, width, refin);
      updateWords(table, words, b, start, end);
      return fromWords(words, width, refin);
    },
    end: (state) => (refin === refout ? (state as bigint) : reflect(state as bigint, width)) ^ xorout,
  };
}

function updateWords(table: Int32Array, c: Int32Array, b: Uint8Array, start: number, end: number): void {
  const last = c.length - 1;
  for (let i = start; i < end; i++) {
    const row = ((c[0]! ^ b[i]!) & 0xff) * c.length;
    for (let w = 0; w < last; w++) c[w] = (c[w]! >>> 8) ^ (c[w + 1]! << 24) ^ table[row + w]!;
    c[last] = (c[last]! >>> 8) ^ table[row + last]!;
  }
}

/** A CRC that is exported from here, so that its source can be its name; reflected both ways or neither. */
function known<W extends number, V extends number | bigint>(
  name: string,
  width: W,
  poly: V,
  init: V,
  reflected: boolean,
  xorout: V,
): Checksum<CrcValue<W>> {
  return { ...crc({ width, poly, init, refin: reflected, refout: reflected, xorout, name }), source: name };
}

/** CRC-32 of Ethernet, zip, gzip and PNG (CRC-32/ISO-HDLC). */
export const crc32: Checksum<number> = /* @__PURE__ */ known("crc32", 32, 0x04c11db7, 0xffffffff, true, 0xffffffff);

/** CRC-32C of iSCSI, SCTP and ext4 (CRC-32/ISCSI). */
export const crc32c: Checksum<number> = /* @__PURE__ */ known("crc32c", 32, 0x1edc6f41, 0xffffffff, true, 0xffffffff);

/** CRC-16 of Modbus RTU (CRC-16/MODBUS), which sends it low byte first. */
export const crc16modbus: Checksum<number> = /* @__PURE__ */ known("crc16modbus", 16, 0x8005, 0xffff, true, 0);

/** CRC-16/IBM-3740, widely called CCITT or CCITT-FALSE. */
export const crc16ccitt: Checksum<number> = /* @__PURE__ */ known("crc16ccitt", 16, 0x1021, 0xffff, false, 0);

/** CRC-8/SMBUS. */
export const crc8: Checksum<number> = /* @__PURE__ */ known("crc8", 8, 0x07, 0, false, 0);

const ones64 = 0xffffffffffffffffn;

/** CRC-64 of xz (CRC-64/XZ). */
export const crc64xz: Checksum<bigint> = /* @__PURE__ */ known(
  "crc64xz",
  64,
  0x42f0e1eba9ea3693n,
  ones64,
  true,
  ones64,
);

/** A checksum of this module whose state is a number. */
function sum(
  name: string,
  width: number,
  begin: number,
  update: (state: number, b: Uint8Array, start: number, end: number) => number,
  end: (state: number) => number,
): Checksum<number> {
  return { name, width, source: name, begin: () => begin, update, end } as Checksum<number>;
}

/**
 * RFC 1071, of IPv4, UDP, TCP and ICMP: the value to put in the field, and zero over bytes that hold their own checksum.
 * The state is the folded sum, with bit 16 set after an odd number of bytes.
 */
export const internetChecksum: Checksum<number> = /* @__PURE__ */ sum(
  "internetChecksum",
  16,
  0,
  addWords,
  (state) => ~state & 0xffff,
);

function addWords(state: number, b: Uint8Array, start: number, end: number): number {
  if (start >= end) return state;
  let total = state & 0xffff;
  let i = start;
  if (state >> 16) total += b[i++]!;
  while (end - i >= 2) {
    // 0x8000 bytes are 0x4000 words: the sum stays an int32.
    const stop = Math.min(end - 1, i + 0x8000);
    for (; i < stop; i += 2) total += (b[i]! << 8) | b[i + 1]!;
    total = (total & 0xffff) + (total >>> 16);
  }
  const odd = i < end ? 0x10000 : 0;
  if (odd) total += b[i]! << 8;
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return odd | total;
}

/** LRC of Modbus ASCII: what makes the sum of all bytes zero. */
export const lrc: Checksum<number> = /* @__PURE__ */ sum("lrc", 8, 0, addBytes, (state) => -state & 0xff);

/** The sum of all bytes modulo 256, as in FIX. */
export const sum8: Checksum<number> = /* @__PURE__ */ sum("sum8", 8, 0, addBytes, (state) => state);

function addBytes(state: number, b: Uint8Array, start: number, end: number): number {
  let total = state;
  for (let i = start; i < end; i++) total = (total + b[i]!) & 0xff;
  return total;
}

/** All bytes xored together, as in NMEA 0183. */
export const xor8: Checksum<number> = /* @__PURE__ */ sum("xor8", 8, 0, xorBytes, (state) => state);

function xorBytes(state: number, b: Uint8Array, start: number, end: number): number {
  let x = state;
  for (let i = start; i < end; i++) x ^= b[i]!;
  return x;
}

/** Adler-32 of zlib (RFC 1950). */
export const adler32: Checksum<number> = /* @__PURE__ */ sum(
  "adler32",
  32,
  1,
  (state, b, start, end) => addSums(state, 16, 65521, b, start, end),
  (state) => state >>> 0,
);

/** Fletcher-16, modulo 255. */
export const fletcher16: Checksum<number> = /* @__PURE__ */ sum(
  "fletcher16",
  16,
  0,
  (state, b, start, end) => addSums(state, 8, 255, b, start, end),
  (state) => state,
);

/** The sum of all bytes in the low half and the sum of those sums above it. */
function addSums(state: number, half: number, modulus: number, b: Uint8Array, start: number, end: number): number {
  let low = state & ((1 << half) - 1);
  let high = state >>> half;
  let i = start;
  while (i < end) {
    // After 3800 bytes of 255 the high sum is still an int32, even from 65520.
    const stop = Math.min(end, i + 3800);
    for (; i < stop; i++) {
      low += b[i]!;
      high += low;
    }
    low %= modulus;
    high %= modulus;
  }
  return (high << half) | low;
}
