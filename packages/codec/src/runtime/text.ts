// Text in bytes, strictly: what is not valid in its encoding is refused, never replaced or dropped.
//
// These are the only string functions that the interpreter and generated code call. A native call costs 60-100 ns before
// its first character, so short text is done here by hand; above the thresholds (measured on Node 20) the platform wins.

/** How text stands in bytes. */
export interface Encoding {
  readonly name: string;
  /** Bytes of one code unit: a delimiter stands at a multiple of it, and a length is one. */
  readonly unit: 1 | 2;
  /** The text of b[start, end), or undefined where those bytes are not valid. */
  read(b: Uint8Array, start: number, end: number): string | undefined;
  /** Writes s and returns the next offset, or -1 where s has no such form (what was written is then of no use). */
  write(b: Uint8Array, offset: number, s: string): number;
  /** The most bytes one UTF-16 unit of a string takes: room for s.length times this is always enough. */
  readonly maxPerUnit: 1 | 2 | 3;
  /** ASCII characters that it refuses, where it is a part of the encoding of its name. */
  readonly without?: string;
}

type Slice = (this: Uint8Array, start: number, end: number) => string;
type Write = (this: Uint8Array, s: string, offset: number, length: number) => number;

interface NativeMethods {
  utf8Slice: Slice;
  latin1Slice: Slice;
  ucs2Slice: Slice;
  utf8Write: Write;
  latin1Write: Write;
  ucs2Write: Write;
}

interface Native extends NativeMethods {
  byteLength(s: string): number;
}

// Node has these on Buffer.prototype and they take any Uint8Array; no documentation promises them, so each is looked for.
const native: Native | undefined = /* @__PURE__ */ findNative();

function findNative(): Native | undefined {
  const { Buffer } = globalThis as { Buffer?: { byteLength(s: string): number; prototype: Partial<NativeMethods> } };
  if (Buffer === undefined) return undefined;
  const { utf8Slice, latin1Slice, ucs2Slice, utf8Write, latin1Write, ucs2Write } = Buffer.prototype;
  if (!utf8Slice || !latin1Slice || !ucs2Slice || !utf8Write || !latin1Write || !ucs2Write) return undefined;
  return { utf8Slice, latin1Slice, ucs2Slice, utf8Write, latin1Write, ucs2Write, byteLength: Buffer.byteLength };
}

// Up to 12 characters V8 copies the pieces of a concatenation together; longer ones become ropes to flatten later.
const shortRead = native ? 12 : 24;
/** Up to this many units text is written by hand, so that what does not fit shows in the offset returned. */
export const shortWrite = 24;

const chars = String.fromCharCode;
const replacement = "\ufffd";
const loneSurrogate = /\p{Surrogate}/u;
const beyondAscii = /[^\x00-\x7f]/;
const beyondLatin1 = /[^\x00-\xff]/;

function isWellFormed(s: string & { isWellFormed?(): boolean }): boolean {
  return s.isWellFormed === undefined ? !loneSurrogate.test(s) : s.isWellFormed();
}

/** ASCII eight at a time; undefined at the first byte that is none. */
function readEights(b: Uint8Array, start: number, end: number): string | undefined {
  let s = "";
  let i = start;
  for (; end - i >= 8; i += 8) {
    const c0 = b[i]!;
    const c1 = b[i + 1]!;
    const c2 = b[i + 2]!;
    const c3 = b[i + 3]!;
    const c4 = b[i + 4]!;
    const c5 = b[i + 5]!;
    const c6 = b[i + 6]!;
    const c7 = b[i + 7]!;
    if ((c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7) & 0x80) return undefined;
    s += chars(c0, c1, c2, c3, c4, c5, c6, c7);
  }
  if (end - i >= 4) {
    const c0 = b[i]!;
    const c1 = b[i + 1]!;
    const c2 = b[i + 2]!;
    const c3 = b[i + 3]!;
    if ((c0 | c1 | c2 | c3) & 0x80) return undefined;
    s += chars(c0, c1, c2, c3);
    i += 4;
  }
  for (; i < end; i++) {
    const c = b[i]!;
    if (c & 0x80) return undefined;
    s += chars(c);
  }
  return s;
}

let decoder: TextDecoder | undefined;

/** The strict decoder of the platform: some 100 ns a call, and slow to say no. */
function decodeUtf8(b: Uint8Array, start: number, end: number): string | undefined {
  decoder ??= new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    return decoder.decode(isOrdinary(b) ? b.subarray(start, end) : ordinary(b, start, end));
  } catch {
    return undefined;
  }
}

/** Browsers refuse to decode from or encode into memory that is shared or may change its size. */
function isOrdinary(b: Uint8Array): boolean {
  const { buffer } = b as { buffer: ArrayBufferLike & { resizable?: boolean } };
  return buffer instanceof ArrayBuffer && buffer.resizable !== true;
}

function ordinary(b: Uint8Array, start: number, end: number): Uint8Array {
  const own = new Uint8Array(end - start);
  own.set(b.subarray(start, end));
  return own;
}

/** UTF-8, refusing overlong forms, surrogates, cut sequences and what lies beyond U+10FFFF; a byte order mark is kept. */
export function readUtf8(b: Uint8Array, start: number, end: number): string | undefined {
  if (end - start <= shortRead) {
    const s = readEights(b, start, end);
    if (s !== undefined) return s;
  }
  if (native === undefined) return decodeUtf8(b, start, end);
  // utf8Slice puts U+FFFD where bytes are invalid; the text may also contain one of its own.
  const s = native.utf8Slice.call(b, start, end);
  return s.includes(replacement) ? decodeUtf8(b, start, end) : s;
}

/** ASCII; a byte from 0x80 up is refused. */
export function readAscii(b: Uint8Array, start: number, end: number): string | undefined {
  if (end - start <= shortRead) return readEights(b, start, end);
  // As many characters as bytes, none of them a replacement: no sequence was longer than one byte.
  const s = readUtf8(b, start, end);
  return s !== undefined && s.length === end - start ? s : undefined;
}

/** ISO 8859-1: byte n is code point n, 0x80-0x9f included, unlike the windows-1252 that TextDecoder makes of "latin1". */
export function readLatin1(b: Uint8Array, start: number, end: number): string {
  if (native !== undefined && end - start > shortRead) return native.latin1Slice.call(b, start, end);
  let s = "";
  let i = start;
  for (; end - i >= 8; i += 8) {
    s += chars(b[i]!, b[i + 1]!, b[i + 2]!, b[i + 3]!, b[i + 4]!, b[i + 5]!, b[i + 6]!, b[i + 7]!);
  }
  if (end - i >= 4) {
    s += chars(b[i]!, b[i + 1]!, b[i + 2]!, b[i + 3]!);
    i += 4;
  }
  for (; i < end; i++) s += chars(b[i]!);
  return s;
}

/** UTF-16, refusing an odd number of bytes and lone surrogates; a byte order mark is kept. */
export function readUtf16(b: Uint8Array, start: number, end: number, little: boolean): string | undefined {
  if ((end - start) & 1) return undefined;
  const s = readUnits(b, start, end, little);
  return isWellFormed(s) ? s : undefined;
}

function readUnits(b: Uint8Array, start: number, end: number, little: boolean): string {
  // A copy with its bytes swapped has to be allocated, which pays later.
  if (native !== undefined && end - start > (little ? 2 * shortRead : 192)) {
    if (little) return native.ucs2Slice.call(b, start, end);
    const swapped = new Uint8Array(end - start);
    for (let i = start, o = 0; i < end; i += 2, o += 2) {
      swapped[o] = b[i + 1]!;
      swapped[o + 1] = b[i]!;
    }
    return native.ucs2Slice.call(swapped, 0, swapped.length);
  }
  const high = little ? 1 : 0;
  const low = 1 - high;
  let s = "";
  let i = start;
  for (; end - i >= 8; i += 8) {
    s += chars(
      (b[i + high]! << 8) | b[i + low]!,
      (b[i + 2 + high]! << 8) | b[i + 2 + low]!,
      (b[i + 4 + high]! << 8) | b[i + 4 + low]!,
      (b[i + 6 + high]! << 8) | b[i + 6 + low]!,
    );
  }
  for (; i < end; i += 2) s += chars((b[i + high]! << 8) | b[i + low]!);
  return s;
}

/** Bytes of s in UTF-8, or -1 where s has a lone surrogate. */
export function sizeUtf8(s: string): number {
  if (native !== undefined && s.length > shortRead) return isWellFormed(s) ? native.byteLength(s) : -1;
  let size = s.length;
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c < 0x80) continue;
    if (c < 0x800) size += 1;
    else {
      size += 2;
      if ((c & 0xf800) === 0xd800 && !isPair(c, s.charCodeAt(++i))) return -1;
    }
  }
  return size;
}

function isPair(high: number, low: number): boolean {
  return high < 0xdc00 && (low & 0xfc00) === 0xdc00;
}

/** UTF-8; -1 where s has a lone surrogate. */
export function writeUtf8(b: Uint8Array, offset: number, s: string): number {
  if (s.length > shortWrite) {
    if (native !== undefined) {
      return isWellFormed(s) ? offset + native.utf8Write.call(b, s, offset, b.length - offset) : -1;
    }
    if (isOrdinary(b)) return isWellFormed(s) ? offset + encodeUtf8(b, offset, s) : -1;
  }
  let o = offset;
  for (let i = 0; i < s.length; i++) {
    let c = s.charCodeAt(i);
    if (c < 0x80) {
      b[o++] = c;
    } else if (c < 0x800) {
      b[o++] = 0xc0 | (c >> 6);
      b[o++] = 0x80 | (c & 0x3f);
    } else {
      if ((c & 0xf800) !== 0xd800) {
        b[o++] = 0xe0 | (c >> 12);
      } else {
        const low = s.charCodeAt(++i);
        if (!isPair(c, low)) return -1;
        c = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
        b[o++] = 0xf0 | (c >> 18);
        b[o++] = 0x80 | ((c >> 12) & 0x3f);
      }
      b[o++] = 0x80 | ((c >> 6) & 0x3f);
      b[o++] = 0x80 | (c & 0x3f);
    }
  }
  return o;
}

let encoder: TextEncoder | undefined;

function encodeUtf8(b: Uint8Array, offset: number, s: string): number {
  encoder ??= new TextEncoder();
  return encoder.encodeInto(s, b.subarray(offset)).written;
}

/** ASCII; -1 where s has a character from U+0080 up. */
export function writeAscii(b: Uint8Array, offset: number, s: string): number {
  if (s.length > shortWrite) {
    // In UTF-8 only ASCII takes as many bytes as it has UTF-16 units.
    if (native !== undefined) {
      return native.byteLength(s) === s.length ? offset + native.latin1Write.call(b, s, offset, s.length) : -1;
    }
    if (isOrdinary(b)) return beyondAscii.test(s) ? -1 : offset + encodeUtf8(b, offset, s);
  }
  return writeNarrow(b, offset, s, 0x7f);
}

/** ISO 8859-1; -1 where s has a character from U+0100 up. */
export function writeLatin1(b: Uint8Array, offset: number, s: string): number {
  if (native !== undefined && s.length > shortWrite) {
    return beyondLatin1.test(s) ? -1 : offset + native.latin1Write.call(b, s, offset, s.length);
  }
  return writeNarrow(b, offset, s, 0xff);
}

function writeNarrow(b: Uint8Array, offset: number, s: string, max: number): number {
  let o = offset;
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c > max) return -1;
    b[o++] = c;
  }
  return o;
}

/** UTF-16 without a byte order mark of its own; -1 where s has a lone surrogate. */
export function writeUtf16(b: Uint8Array, offset: number, s: string, little: boolean): number {
  if (!isWellFormed(s)) return -1;
  if (native !== undefined && little && s.length > shortWrite) {
    return offset + native.ucs2Write.call(b, s, offset, s.length * 2);
  }
  const high = little ? 1 : 0;
  const low = 1 - high;
  let o = offset;
  for (let i = 0; i < s.length; i++, o += 2) {
    const c = s.charCodeAt(i);
    b[o + high] = c >> 8;
    b[o + low] = c;
  }
  return o;
}

export const readUtf16be: Encoding["read"] = (b, start, end) => readUtf16(b, start, end, false);
export const readUtf16le: Encoding["read"] = (b, start, end) => readUtf16(b, start, end, true);
export const writeUtf16be: Encoding["write"] = (b, offset, s) => writeUtf16(b, offset, s, false);
export const writeUtf16le: Encoding["write"] = (b, offset, s) => writeUtf16(b, offset, s, true);

export const utf8: Encoding = { name: "utf8", unit: 1, maxPerUnit: 3, read: readUtf8, write: writeUtf8 };

export const ascii: Encoding = { name: "ascii", unit: 1, maxPerUnit: 1, read: readAscii, write: writeAscii };

export const latin1: Encoding = { name: "latin1", unit: 1, maxPerUnit: 1, read: readLatin1, write: writeLatin1 };

export const utf16be: Encoding = {
  name: "utf16be",
  unit: 2,
  maxPerUnit: 2,
  read: readUtf16be,
  write: writeUtf16be,
};

export const utf16le: Encoding = {
  name: "utf16le",
  unit: 2,
  maxPerUnit: 2,
  read: readUtf16le,
  write: writeUtf16le,
};
