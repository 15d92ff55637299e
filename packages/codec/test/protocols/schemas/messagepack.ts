// MessagePack, github.com/msgpack/msgpack/blob/master/spec.md. Names are those of its "Formats" section.

import {
  type AnySchema,
  array,
  bits,
  bytes,
  f32,
  f64,
  field,
  type Infer,
  i8,
  i16,
  i32,
  i64,
  lazy,
  map,
  match,
  range,
  rest,
  type Schema,
  sized,
  string,
  struct,
  u8,
  u16,
  u32,
  u64,
  union,
} from "@wireform/codec";

// "Timestamp extension type": type -1, by the size of its data.
const Timestamp32 = struct({ seconds: u32 });
const Timestamp64 = struct({ nanoseconds: bits(30), seconds: bits(34) });
const Timestamp96 = struct({ nanoseconds: u32, seconds: i64 });

// "ext format family": the length counts the data, not the type in front of it.
const ext = (length: Schema<number>) =>
  struct({
    length,
    type: i8,
    data: sized(field("length"), match(field("type"), { "-1": Timestamp96 }, bytes(rest))),
  });

/** The formats by their first byte, over any schema for what arrays and maps hold. */
const formats = <V>(Item: Schema<V>) => {
  const Pair = struct({ key: Item, value: Item });
  return union("format", u8, {
    "positive fixint": [range(0x00, 0x7f), struct({})],
    fixmap: [range(0x80, 0x8f), array(Pair, field("tag").minus(0x80))],
    fixarray: [range(0x90, 0x9f), array(Item, field("tag").minus(0x90))],
    fixstr: [range(0xa0, 0xbf), string(field("tag").minus(0xa0))],
    nil: [0xc0, struct({})],
    false: [0xc2, struct({})],
    true: [0xc3, struct({})],
    "bin 8": [0xc4, bytes(u8)],
    "bin 16": [0xc5, bytes(u16)],
    "bin 32": [0xc6, bytes(u32)],
    "ext 8": [0xc7, ext(u8)],
    "ext 16": [0xc8, ext(u16)],
    "ext 32": [0xc9, ext(u32)],
    "float 32": [0xca, f32],
    "float 64": [0xcb, f64],
    "uint 8": [0xcc, u8],
    "uint 16": [0xcd, u16],
    "uint 32": [0xce, u32],
    "uint 64": [0xcf, u64],
    "int 8": [0xd0, i8],
    "int 16": [0xd1, i16],
    "int 32": [0xd2, i32],
    "int 64": [0xd3, i64],
    "fixext 1": [0xd4, struct({ type: i8, data: bytes(1) })],
    "fixext 2": [0xd5, struct({ type: i8, data: bytes(2) })],
    "fixext 4": [0xd6, struct({ type: i8, data: match(field("type"), { "-1": Timestamp32 }, bytes(4)) })],
    "fixext 8": [0xd7, struct({ type: i8, data: match(field("type"), { "-1": Timestamp64 }, bytes(8)) })],
    "fixext 16": [0xd8, struct({ type: i8, data: bytes(16) })],
    "str 8": [0xd9, string(u8)],
    "str 16": [0xda, string(u16)],
    "str 32": [0xdb, string(u32)],
    "array 16": [0xdc, array(Item, u16)],
    "array 32": [0xdd, array(Item, u32)],
    "map 16": [0xde, array(Pair, u16)],
    "map 32": [0xdf, array(Pair, u32)],
    "negative fixint": [range(0xe0, 0xff), struct({})],
  });
};

/** A value in the format that the wire chose, so that any encoding comes back byte for byte. */
export const Formatted = formats(lazy((): AnySchema => Formatted));

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Value[]
  | ReadonlyMap<Value, Value>
  | { readonly type: number; readonly data: Uint8Array }
  | { readonly seconds: bigint; readonly nanoseconds: number };

const Formats = formats(lazy((): Schema<Value> => Value));
type Format = Infer<typeof Formats>;

/** A plain JavaScript value, written in the shortest format that holds it. */
export const Value: Schema<Value> = map(Formats, { decode: plain, encode: shortest });

const small = (n: bigint): number | bigint =>
  n >= Number.MIN_SAFE_INTEGER && n <= Number.MAX_SAFE_INTEGER ? Number(n) : n;

const extension = (
  type: number,
  data: Extract<Format, { format: "ext 8" | "fixext 4" | "fixext 8" }>["data"],
): Value =>
  data instanceof Uint8Array
    ? { type, data }
    : { seconds: BigInt(data.seconds), nanoseconds: "nanoseconds" in data ? data.nanoseconds : 0 };

function plain(value: Format): Value {
  switch (value.format) {
    case "nil":
      return null;
    case "false":
    case "true":
      return value.format === "true";
    case "positive fixint":
      return value.tag;
    case "negative fixint":
      return value.tag - 256;
    case "uint 64":
    case "int 64":
      return small(value.value);
    case "fixmap":
    case "map 16":
    case "map 32":
      return new Map(value.value.map((pair) => [pair.key, pair.value]));
    case "ext 8":
    case "ext 16":
    case "ext 32":
    case "fixext 1":
    case "fixext 2":
    case "fixext 4":
    case "fixext 8":
    case "fixext 16":
      return extension(value.type, value.data);
    default:
      return value.value;
  }
}

function shortest(value: Value): Format {
  if (value === null) return { format: "nil" };
  if (typeof value === "boolean") return { format: value ? "true" : "false" };
  if (typeof value === "bigint") return ofInteger(value);
  if (typeof value === "number") return Number.isInteger(value) ? ofInteger(BigInt(value)) : ofFloat(value);
  if (typeof value === "string") return ofText(value);
  if (value instanceof Uint8Array)
    return { format: value.length < 0x100 ? "bin 8" : value.length < 0x10000 ? "bin 16" : "bin 32", value };
  if (Array.isArray(value)) {
    const n = value.length;
    if (n < 16) return { format: "fixarray", tag: 0x90 + n, value };
    return { format: n < 0x10000 ? "array 16" : "array 32", value };
  }
  if (value instanceof Map) {
    const pairs = Array.from(value, ([key, item]) => ({ key, value: item }));
    const n = pairs.length;
    if (n < 16) return { format: "fixmap", tag: 0x80 + n, value: pairs };
    return { format: n < 0x10000 ? "map 16" : "map 32", value: pairs };
  }
  if ("seconds" in value) return ofTimestamp(value);
  return ofExtension(value as Extract<Value, { type: number }>);
}

const ofFloat = (value: number): Format =>
  Number.isNaN(value) || Math.fround(value) === value ? { format: "float 32", value } : { format: "float 64", value };

function ofInteger(n: bigint): Format {
  const value = Number(n);
  if (n >= 0) {
    if (n < 0x80) return { format: "positive fixint", tag: value };
    if (n < 0x100) return { format: "uint 8", value };
    if (n < 0x10000) return { format: "uint 16", value };
    return n < 0x100000000 ? { format: "uint 32", value } : { format: "uint 64", value: n };
  }
  if (n >= -0x20) return { format: "negative fixint", tag: value + 256 };
  if (n >= -0x80) return { format: "int 8", value };
  if (n >= -0x8000) return { format: "int 16", value };
  return n >= -0x80000000 ? { format: "int 32", value } : { format: "int 64", value: n };
}

function ofText(value: string): Format {
  const n = new TextEncoder().encode(value).length;
  if (n < 32) return { format: "fixstr", tag: 0xa0 + n, value };
  return { format: n < 0x100 ? "str 8" : n < 0x10000 ? "str 16" : "str 32", value };
}

function ofTimestamp({ seconds, nanoseconds }: Extract<Value, { seconds: bigint }>): Format {
  if (seconds < 0n || seconds >= 1n << 34n)
    return { format: "ext 8", length: 12, type: -1, data: { nanoseconds, seconds } };
  if (seconds < 1n << 32n && nanoseconds === 0)
    return { format: "fixext 4", type: -1, data: { seconds: Number(seconds) } };
  return { format: "fixext 8", type: -1, data: { nanoseconds, seconds: Number(seconds) } };
}

function ofExtension({ type, data }: Extract<Value, { type: number }>): Format {
  const { length } = data;
  if (length === 1 || length === 2 || length === 4 || length === 8 || length === 16)
    return { format: `fixext ${length}`, type, data };
  return { format: length < 0x100 ? "ext 8" : length < 0x10000 ? "ext 16" : "ext 32", length, type, data };
}
