// IEEE 754 binary floating point, big-endian unless the name says le.

import { float } from "../ops/float.js";
import { facts, node, type Schema } from "../schema.js";

/** A float; `format` says which. */
export interface FloatSchema<K extends string = string> extends Schema<number> {
  readonly kind: K;
  readonly format: { readonly bytes: 2 | 4 | 8; readonly little: boolean };
}

const make = <K extends string>(kind: K, bytes: 2 | 4 | 8, little: boolean): FloatSchema<K> =>
  node(kind, facts(bytes, bytes), { format: Object.freeze({ bytes, little }) }, () => float(bytes, little));

/** binary16: 11 significant bits, up to 65504. Encoding rounds to the nearest; what would overflow is refused. */
export const f16: FloatSchema<"f16"> = /* @__PURE__ */ make("f16", 2, false);
/** binary32: 24 significant bits. Encoding rounds to the nearest; what would overflow is refused. */
export const f32: FloatSchema<"f32"> = /* @__PURE__ */ make("f32", 4, false);
/** binary64: every number. */
export const f64: FloatSchema<"f64"> = /* @__PURE__ */ make("f64", 8, false);
/** {@link f16}, little-endian. */
export const f16le: FloatSchema<"f16le"> = /* @__PURE__ */ make("f16le", 2, true);
/** {@link f32}, little-endian. */
export const f32le: FloatSchema<"f32le"> = /* @__PURE__ */ make("f32le", 4, true);
/** {@link f64}, little-endian. */
export const f64le: FloatSchema<"f64le"> = /* @__PURE__ */ make("f64le", 8, true);
