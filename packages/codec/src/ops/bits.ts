// Law: a bit field is a slice of its run's bytes read as one number. Byte order says which byte is the most significant,
// bit order from which end fields are taken; the struct turns both into one `lowest` bit, and nothing else depends on them.

import type { BitPlace, Leaf } from "../plan.js";
import type { Source } from "../source.js";
import { BitRun } from "./bit-run.js";
import { leaf } from "./leaf.js";

/** Up to 32 bits of a field: where they lie in the run. */
interface Piece {
  readonly lowest: number;
  readonly width: number;
}

/** A byte that a piece touches: position in the run, shift to the left (to the right when negative), mask. */
interface Touched {
  readonly index: number;
  readonly shift: number;
  readonly mask: number;
}

/** The bytes a piece touches, most significant first. */
function touched(place: BitPlace, piece: Piece): Touched[] {
  const bytes = [];
  const top = piece.lowest + piece.width;
  for (let k = (top - 1) >> 3; k >= piece.lowest >> 3; k--) {
    bytes.push({
      index: place.little ? k : place.size - 1 - k,
      shift: 8 * k - piece.lowest,
      mask: top - 8 * k >= 8 ? 255 : (1 << (top - 8 * k)) - 1,
    });
  }
  return bytes;
}

const getPiece = (bytes: readonly Touched[], b: Uint8Array, p: number): number => {
  let value = 0;
  for (const { index, shift, mask } of bytes) {
    const byte = (b[p + index] as number) & mask;
    value |= shift >= 0 ? byte << shift : byte >> -shift;
  }
  return value >>> 0;
};

const putPiece = (bytes: readonly Touched[], b: Uint8Array, p: number, value: number): void => {
  for (const { index, shift, mask } of bytes)
    (b[p + index] as number) |= (shift >= 0 ? value >>> shift : value << -shift) & mask;
};

/** Bits as one expression; a signed int32 unless `unsigned` asks otherwise. */
function emitPiece(
  { run }: BitPlace,
  bytes: readonly Touched[],
  source: Source,
  base: string,
  offset: number,
  width: number,
): string {
  const terms = bytes.map(({ index, shift, mask }) => {
    const byte = run.byte(source, base, offset + index);
    const kept = mask === 255 ? byte : `(${byte} & ${mask})`;
    return shift === 0 ? kept : shift > 0 ? `${kept} << ${shift}` : `${kept} >> ${-shift}`;
  });
  const joined = terms.length > 1 || terms[0]?.includes(">>") ? `(${terms.join(" | ")})` : (terms[0] as string);
  return width === 32 ? `(${joined} >>> 0)` : joined;
}

/** `width` bits, 1 to 64, at a place in their run; more than 48 bits are a bigint. */
export function bits(width: number, place: BitPlace, signed: boolean): Leaf {
  const big = width > 48;
  const low: Piece = { lowest: place.lowest, width: Math.min(32, width) };
  const lowBytes = touched(place, low);
  const highBytes = width > 32 ? touched(place, { lowest: place.lowest + 32, width: width - 32 }) : [];
  const min = signed ? -(2 ** (width - 1)) : 0;
  const max = signed ? 2 ** (width - 1) - 1 : 2 ** width - 1;
  const bigMin = signed ? -(2n ** BigInt(width - 1)) : 0n;
  const bigMax = signed ? 2n ** BigInt(width - 1) - 1n : 2n ** BigInt(width) - 1n;
  const lowMask = low.width === 32 ? 0xffffffff : 2 ** low.width - 1;
  const highSpan = 2 ** (width - 32);

  const read = (b: Uint8Array, p: number): number | bigint => {
    const lo = getPiece(lowBytes, b, p);
    if (width <= 32) return signed && lo > max ? lo - 2 ** width : lo;
    const hi = getPiece(highBytes, b, p);
    if (big) {
      const value = (BigInt(hi) << 32n) | BigInt(lo);
      return signed ? BigInt.asIntN(width, value) : value;
    }
    return (signed && hi >= highSpan / 2 ? hi - highSpan : hi) * 0x100000000 + lo;
  };

  // Most fields lie in one byte or two.
  const [first, second, third] = lowBytes as [Touched, Touched?, Touched?];
  const spanned = second && { from: first.index, to: second.index, mask: (first.mask << 8) | 255, by: -second.shift };
  const quick = !signed && width <= 16 && !third;
  const get: Leaf["get"] = !quick
    ? (m, p) => read(m.b, p)
    : spanned
      ? ({ b }, p) =>
          ((((b[p + spanned.from] as number) << 8) | (b[p + spanned.to] as number)) & spanned.mask) >> spanned.by
      : ({ b }, p) => ((b[p + first.index] as number) & first.mask) >> -first.shift;

  return leaf({
    size: place.size,
    place,
    numeric: big ? "bigint" : "number",
    unsigned: !signed && !big,
    get,
    put(w, p, value) {
      if (quick && typeof value === "number" && (value & max) === value) {
        const moved = value << -(spanned ? (second as Touched).shift : first.shift);
        (w.b[p + (spanned?.to ?? first.index)] as number) |= moved & 255;
        if (spanned) (w.b[p + spanned.from] as number) |= moved >> 8;
        return;
      }
      if (typeof value !== (big ? "bigint" : "number"))
        throw w.refuse("type", `needs a ${big ? "bigint" : "number"}`, value);
      const whole = value as number;
      const wide = value as bigint;
      if (big ? wide < bigMin || wide > bigMax : !(Number.isInteger(whole) && whole >= min && whole <= max)) {
        throw w.refuse("range", `needs ${signed ? "a signed" : "an unsigned"} whole number of ${width} bits`, value);
      }
      putPiece(lowBytes, w.b, p, big ? Number(wide & 0xffffffffn) : ((whole >>> 0) & lowMask) >>> 0);
      if (width > 32)
        putPiece(
          highBytes,
          w.b,
          p,
          big ? Number((wide >> 32n) & BigInt(highSpan - 1)) : Math.floor(whole / 0x100000000) & (highSpan - 1),
        );
    },
    emitGet(source, base, offset) {
      const lo = emitPiece(place, lowBytes, source, base, offset, low.width);
      if (width <= 32)
        return signed && width < 32 ? `(${lo} << ${32 - width} >> ${32 - width})` : signed ? `(${lo} | 0)` : lo;
      const hi = emitPiece(place, highBytes, source, base, offset, width - 32);
      if (big) {
        const value = `(BigInt(${hi}) << 32n | BigInt(${lo}))`;
        return signed ? `BigInt.asIntN(${width}, ${value})` : value;
      }
      return `(${signed ? `(${hi} << ${64 - width} >> ${64 - width})` : hi} * 4294967296 + ${lo})`;
    },
    emitPut(source, base, offset, value) {
      if (big) source.stop(`typeof ${value} !== "bigint" || ${value} < ${bigMin}n || ${value} > ${bigMax}n`);
      else if (width < 32 && !signed) source.stop(`(${value} & ${max}) !== ${value}`);
      else source.stop(`!(Number.isInteger(${value}) && ${value} >= ${min} && ${value} <= ${max})`);
      const write = (piece: string, bytes: readonly Touched[]) => {
        for (const { index, shift, mask } of bytes) {
          const moved = shift === 0 ? piece : shift > 0 ? `${piece} >>> ${shift}` : `${piece} << ${-shift}`;
          place.run.or(
            source,
            base,
            offset + index,
            mask === 255 && shift >= 0 ? `(${moved} & 255)` : `(${moved} & ${mask})`,
          );
        }
      };
      const lo = big
        ? source.store(`Number(${value} & 4294967295n)`)
        : signed
          ? source.store(`(${value} & ${lowMask | 0}) >>> 0`)
          : value;
      write(lo, lowBytes);
      if (width > 32)
        write(
          source.store(
            big ? `Number(${value} >> 32n & ${highSpan - 1}n)` : `Math.floor(${value} / 4294967296) & ${highSpan - 1}`,
          ),
          highBytes,
        );
    },
  });
}

/** Bits that fill whole bytes of their own, so that they find no zeroes but write them. */
export function wholeBits(width: number, signed: boolean, little: boolean): Leaf {
  const run = new BitRun(width / 8, little);
  const { place, ...field } = bits(width, run.place(0), signed);
  return leaf({
    ...field,
    put(w, p, value) {
      w.b.fill(0, p, p + field.size);
      field.put(w, p, value);
    },
    emitPut(source, base, offset, value) {
      run.together(source, base, offset, () => field.emitPut(source, base, offset, value));
    },
  });
}
