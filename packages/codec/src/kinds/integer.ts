// Whole numbers of fixed width, big-endian (network order) unless the name says le.

import { SchemaError } from "../errors.js";
import { bigInteger, safeInteger, wideInteger } from "../ops/big.js";
import { type IntegerFormat, integer } from "../ops/integer.js";
import type { Leaf } from "../plan.js";
import { facts, node, type Schema } from "../schema.js";

/** A fixed-width integer; `format` says which bytes. */
export interface IntegerSchema<T extends number | bigint = number, K extends string = string> extends Schema<T> {
  readonly kind: K;
  readonly format: IntegerFormat;
}

function make<T extends number | bigint, K extends string>(
  kind: K,
  { bytes, signed, little, safe = false }: IntegerFormat,
  big: boolean,
  op: (format: IntegerFormat) => Leaf,
): IntegerSchema<T, K> {
  const format = Object.freeze({ bytes, signed, little, safe });
  return node(kind, facts(bytes, bytes, { integer: { signed, big } }), { format }, () => op(format));
}

const int = <K extends string>(
  kind: K,
  bytes: 1 | 2 | 3 | 4,
  signed: boolean,
  little = false,
): IntegerSchema<number, K> => make(kind, { bytes, signed, little }, false, integer);

const wide = <K extends string>(kind: K, bytes: 5 | 6, signed: boolean, little = false): IntegerSchema<number, K> =>
  make(kind, { bytes, signed, little }, false, wideInteger);

const big = <K extends string>(kind: K, signed: boolean, little = false): IntegerSchema<bigint, K> =>
  make(kind, { bytes: 8, signed, little }, true, bigInteger);

/** Unsigned, 0 to 255. */
export const u8: IntegerSchema<number, "u8"> = /* @__PURE__ */ int("u8", 1, false);
/** Unsigned, 0 to 65535, big-endian. */
export const u16: IntegerSchema<number, "u16"> = /* @__PURE__ */ int("u16", 2, false);
/** Unsigned, 0 to 2^24 - 1, big-endian. */
export const u24: IntegerSchema<number, "u24"> = /* @__PURE__ */ int("u24", 3, false);
/** Unsigned, 0 to 2^32 - 1, big-endian. */
export const u32: IntegerSchema<number, "u32"> = /* @__PURE__ */ int("u32", 4, false);
/** Unsigned, 0 to 2^40 - 1, big-endian. */
export const u40: IntegerSchema<number, "u40"> = /* @__PURE__ */ wide("u40", 5, false);
/** Unsigned, 0 to 2^48 - 1, big-endian. */
export const u48: IntegerSchema<number, "u48"> = /* @__PURE__ */ wide("u48", 6, false);
/** Unsigned, 0 to 2^64 - 1, big-endian, a bigint. See {@link safe} for a number. */
export const u64: IntegerSchema<bigint, "u64"> = /* @__PURE__ */ big("u64", false);
/** Signed, -128 to 127. */
export const i8: IntegerSchema<number, "i8"> = /* @__PURE__ */ int("i8", 1, true);
/** Signed, two's complement, 16 bits, big-endian. */
export const i16: IntegerSchema<number, "i16"> = /* @__PURE__ */ int("i16", 2, true);
/** Signed, two's complement, 24 bits, big-endian. */
export const i24: IntegerSchema<number, "i24"> = /* @__PURE__ */ int("i24", 3, true);
/** Signed, two's complement, 32 bits, big-endian. */
export const i32: IntegerSchema<number, "i32"> = /* @__PURE__ */ int("i32", 4, true);
/** Signed, two's complement, 40 bits, big-endian. */
export const i40: IntegerSchema<number, "i40"> = /* @__PURE__ */ wide("i40", 5, true);
/** Signed, two's complement, 48 bits, big-endian. */
export const i48: IntegerSchema<number, "i48"> = /* @__PURE__ */ wide("i48", 6, true);
/** Signed, two's complement, 64 bits, big-endian, a bigint. */
export const i64: IntegerSchema<bigint, "i64"> = /* @__PURE__ */ big("i64", true);
/** {@link u16}, little-endian. */
export const u16le: IntegerSchema<number, "u16le"> = /* @__PURE__ */ int("u16le", 2, false, true);
/** {@link u24}, little-endian. */
export const u24le: IntegerSchema<number, "u24le"> = /* @__PURE__ */ int("u24le", 3, false, true);
/** {@link u32}, little-endian. */
export const u32le: IntegerSchema<number, "u32le"> = /* @__PURE__ */ int("u32le", 4, false, true);
/** {@link u40}, little-endian. */
export const u40le: IntegerSchema<number, "u40le"> = /* @__PURE__ */ wide("u40le", 5, false, true);
/** {@link u48}, little-endian. */
export const u48le: IntegerSchema<number, "u48le"> = /* @__PURE__ */ wide("u48le", 6, false, true);
/** {@link u64}, little-endian. */
export const u64le: IntegerSchema<bigint, "u64le"> = /* @__PURE__ */ big("u64le", false, true);
/** {@link i16}, little-endian. */
export const i16le: IntegerSchema<number, "i16le"> = /* @__PURE__ */ int("i16le", 2, true, true);
/** {@link i24}, little-endian. */
export const i24le: IntegerSchema<number, "i24le"> = /* @__PURE__ */ int("i24le", 3, true, true);
/** {@link i32}, little-endian. */
export const i32le: IntegerSchema<number, "i32le"> = /* @__PURE__ */ int("i32le", 4, true, true);
/** {@link i40}, little-endian. */
export const i40le: IntegerSchema<number, "i40le"> = /* @__PURE__ */ wide("i40le", 5, true, true);
/** {@link i48}, little-endian. */
export const i48le: IntegerSchema<number, "i48le"> = /* @__PURE__ */ wide("i48le", 6, true, true);
/** {@link i64}, little-endian. */
export const i64le: IntegerSchema<bigint, "i64le"> = /* @__PURE__ */ big("i64le", true, true);

/**
 * A 64-bit integer as a number. Values past 2^53 - 1 in size are refused in both directions.
 *
 * @example
 * struct({ createdAt: safe(u64) })
 */
export function safe(schema: IntegerSchema<bigint>): IntegerSchema {
  const { format } = schema;
  if (format?.bytes !== 8 || format.safe)
    throw new SchemaError("argument", `safe takes u64, i64, u64le or i64le, not ${schema.kind}`);
  return make(`safe(${schema.kind})`, { ...format, safe: true }, false, safeInteger);
}
