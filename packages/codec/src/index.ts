// Everything that users of the codec need, by name.

export { type Codec, type CompileOptions, compile } from "./compile.js";
export { Decoder } from "./decoder.js";
export { Encoder } from "./encoder.js";
export {
  type DecodeCode,
  DecodeError,
  type EncodeCode,
  EncodeError,
  type Key,
  pathText,
  type SchemaCode,
  SchemaError,
} from "./errors.js";
export type { Inspection, Node } from "./inspect.js";
export { type ArraySchema, array, type TypedArraySchema, type TypedArrays, typedArray } from "./kinds/array.js";
export { asText, type IntegerFacts } from "./kinds/as-text.js";
export { type BitsSchema, bits, type FlagSchema, flag } from "./kinds/bits.js";
export {
  type BytesSchema,
  bytes,
  type EncodingName,
  type StringOptions,
  type StringSchema,
  string,
} from "./kinds/bytes.js";
export { type ConstantSchema, constant, type HiddenSchema, magic, padding, reserved } from "./kinds/constant.js";
export { crc } from "./kinds/crc.js";
export { type ChecksumSchema, type CoveringSchema, checksum, type FieldRange, lengthOf } from "./kinds/derived.js";
export { type DigitsKind, type DigitsOptions, type DigitsSchema, decimal, hexadecimal, octal } from "./kinds/digits.js";
export {
  type BoolSchema,
  bool,
  type EnumerationOptions,
  type EnumerationSchema,
  enumeration,
} from "./kinds/enumeration.js";
export { type FloatSchema, f16, f16le, f32, f32le, f64, f64le } from "./kinds/float.js";
export {
  type IntegerSchema,
  i8,
  i16,
  i16le,
  i24,
  i24le,
  i32,
  i32le,
  i40,
  i40le,
  i48,
  i48le,
  i64,
  i64le,
  safe,
  u8,
  u16,
  u16le,
  u24,
  u24le,
  u32,
  u32le,
  u40,
  u40le,
  u48,
  u48le,
  u64,
  u64le,
} from "./kinds/integer.js";
export { check, type GuardedSchema, type MapSchema, map } from "./kinds/map.js";
export { type Cases, type MatchSchema, match } from "./kinds/match.js";
export { type SizedOptions, type SizedSchema, sized } from "./kinds/sized.js";
export { type StructOptions, type StructSchema, struct } from "./kinds/struct.js";
export { range, type TagRange, type UnionSchema, union, type VariantOf, type Variants } from "./kinds/union.js";
export {
  quicVarint,
  sleb128,
  uleb128,
  type VarintKind,
  type VarintOptions,
  type VarintSchema,
  zigzag,
} from "./kinds/varint.js";
export {
  type AtSchema,
  at,
  type CustomOptions,
  type CustomSchema,
  custom,
  type LazySchema,
  lazy,
  type WhenSchema,
  when,
} from "./kinds/when.js";
export { type Length, type Nullable, nullable, type Rest, rest, type Until, until } from "./length.js";
export type { Limits } from "./limits.js";
export { type Condition, field, type Ref } from "./reference.js";
export { type RenderOptions, render } from "./render.js";
export type { DecoderOptions, Resync } from "./resync.js";
export {
  adler32,
  type Checksum,
  compute,
  crc8,
  crc16ccitt,
  crc16modbus,
  crc32,
  crc32c,
  crc64xz,
  fletcher16,
  internetChecksum,
  lrc,
  sum8,
  xor8,
} from "./runtime/checksum.js";
export type { AnySchema, Facts, Infer, Input, Schema } from "./schema.js";
