// Fields of some bits. Neighbours in a struct share bytes and must fill whole ones together.

import { SchemaError, show } from "../errors.js";
import { BitRun } from "../ops/bit-run.js";
import { bits as bitsOp, wholeBits } from "../ops/bits.js";
import { transformed } from "../ops/transform.js";
import { own } from "../own.js";
import type { BitField, BitPlace, BitStruct, Context, Leaf } from "../plan.js";
import { facts, node, type Schema } from "../schema.js";

type Big = 49 | 50 | 51 | 52 | 53 | 54 | 55 | 56 | 57 | 58 | 59 | 60 | 61 | 62 | 63 | 64;

/** A field of `width` bits. */
export interface BitsSchema<T extends number | bigint = number> extends Schema<T> {
  readonly width: number;
  readonly signed: boolean;
}

/** Gives every bit field of a struct its place in the bytes of its run. */
export function placesOf(
  entries: BitStruct["entries"],
  { endian, bitOrder }: Pick<BitStruct, "endian" | "bitOrder">,
): Map<string, BitPlace> {
  const places = new Map<string, BitPlace>();
  // Where byte order and bit order agree, fields take bytes in turn, so that a run can end at every whole byte.
  const inTurn = (endian === "big") === (bitOrder === "msb");
  for (let i = 0; i < entries.length; ) {
    let end = i;
    let total = 0;
    while (end < entries.length && entries[end]?.[1].facts.bits !== undefined) {
      if (inTurn && total > 0 && total % 8 === 0) break;
      total += entries[end++]?.[1].facts.bits as number;
    }
    if (end === i) end = ++i;
    const run = new BitRun(total / 8, endian === "little");
    let taken = 0;
    for (; i < end; i++) {
      const [key, schema] = entries[i] as BitStruct["entries"][number];
      const width = schema.facts.bits as number;
      places.set(key, run.place(bitOrder === "msb" ? total - taken - width : taken, width));
      taken += width;
    }
  }
  return places;
}

/** The place of a field among those of its struct. */
function placeOf({ key, struct }: BitField): BitPlace {
  struct.places ??= placesOf(struct.entries, struct);
  return struct.places.get(key) as BitPlace;
}

/** The field in its place of a run, or alone in whole bytes of its own. */
function field(context: Context, width: number, kind: string, signed: boolean): Leaf {
  const { bits } = context;
  if (bits) return bitsOp(width, "run" in bits ? bits : placeOf(bits), signed);
  if (width % 8 !== 0)
    throw new SchemaError(
      "bits",
      `${kind} does not end on a byte here; bit fields stand next to each other in a struct and fill whole bytes together`,
    );
  return wholeBits(width, signed, context.little);
}

/**
 * An unsigned whole number of `width` bits, 1 to 64 (signed with `{ signed: true }`); more than 48 bits are a bigint.
 * The most significant bits of a byte come first, unless the struct's `bitOrder` says otherwise.
 *
 * @example
 * struct({ version: bits(4), headerLength: bits(4) })   // 0x45 is version 4, length 5
 */
export function bits<const N extends number>(
  width: N,
  options: { readonly signed?: boolean } = {},
): BitsSchema<number extends N ? number | bigint : N extends Big ? bigint : number> {
  if (!Number.isInteger(width) || width < 1 || width > 64)
    throw new SchemaError("argument", `bits takes a width from 1 to 64; got ${show(width)}`);
  const signed = own(options).signed === true;
  const label = `bits(${width})`;
  return node(
    "bits",
    facts(Math.floor(width / 8), Math.ceil(width / 8), { bits: width, integer: { signed, big: width > 48 } }),
    { label, width, signed },
    (_schema: never, context: never) => field(context, width, label, signed),
  );
}

export interface FlagSchema extends Schema<boolean> {
  readonly kind: "flag";
}

/** One bit as a boolean. */
export const flag: FlagSchema = /* @__PURE__ */ node(
  "flag",
  /* @__PURE__ */ facts(0, 1, { bits: 1, integer: { signed: false, big: false, boolean: true } }),
  { width: 1 },
  (_schema: never, context: never) =>
    transformed(field(context, 1, "flag", false), {
      forward: (_m, raw) => raw === 1,
      back(w, value) {
        if (typeof value !== "boolean") throw w.refuse("type", "needs a boolean", value);
        return value ? 1 : 0;
      },
      emitForward: (_source, raw) => `${raw} === 1`,
      emitBack(source, value) {
        source.stop(`typeof ${value} !== "boolean"`);
        return source.store(`${value} ? 1 : 0`, "bit");
      },
    }),
);
