// Schemas whose types have something odd to them, for the printed types.

import {
  array,
  bits,
  bool,
  bytes,
  checksum,
  constant,
  crc32,
  crc64xz,
  decimal,
  enumeration,
  f64,
  field,
  flag,
  i32,
  lazy,
  lengthOf,
  magic,
  match,
  nullable,
  padding,
  range,
  reserved,
  rest,
  type Schema,
  safe,
  sized,
  string,
  struct,
  typedArray,
  u8,
  u16,
  u32,
  u64,
  uleb128,
  union,
  until,
  when,
} from "@wireform/codec";

export const Numbers = struct({
  a: u8,
  b: u64,
  c: safe(u64),
  d: f64,
  e: bits(4),
  f: bits(60),
  g: flag,
  h: bits(7),
  i: bool,
  j: uleb128,
  k: uleb128({ big: true }),
  l: decimal(4),
  m: decimal(until(" "), { big: true }),
});

export const Constants = struct({
  number: constant(u32, 0xcafebabe),
  big: constant(u64, 5n),
  text: constant(string(2), "hi"),
  bytes: constant(bytes(2), Uint8Array.of(1, 2) as Uint8Array),
  truth: constant(bool, true),
  nothing: constant(f64, Number.NaN),
  magic: magic("PNG"),
  reserved: reserved(u8),
  padding: padding(2),
});

export const Lists = struct({
  always: array(constant(u8, 7), u8),
  maybe: array(nullableBytes(), u8),
  typed: typedArray(i32, u8),
  wide: typedArray(u64, u8),
  of: array(struct({ x: u8 }), 3),
  nested: array(array(u16, u8), u8),
});

function nullableBytes() {
  return bytes(nullable(i32));
}

export const Derived = struct({
  header: struct({ length: u16, count: u8, kind: u8 }),
  total: lengthOf(u16, { from: "body", to: "list" }),
  body: bytes(field("header.length").minus(1)),
  list: array(u8, field("header.count")),
  sum: checksum(u32, crc32, { from: "header", to: "list" }),
  wide: checksum(u64, crc64xz, { from: "header", to: "list" }),
});

export const Optional = struct({
  has: bits(1),
  also: bits(7),
  one: when(field("has"), u16),
  two: when(field("also").atLeast(3), struct({ n: u8, body: bytes(field("n")) })),
  gone: when(field("has"), padding(1)),
  fixed: when(field("has"), constant(u8, 9)),
});

export const Kinds = struct({
  kind: enumeration(u8, { text: 1, "a b": 2, none: 3 }),
  other: enumeration(u16, { on: 1 }, { unknown: "pass" }),
  wide: enumeration(u64, { on: 1n }, { unknown: "pass" }),
});

export const ByName = struct({
  kind: enumeration(u8, { text: 1, number: 2, none: 3 }),
  length: u8,
  body: sized(field("length"), match(field("kind"), { text: string(rest), number: u32, none: padding(0) })),
  again: match(field("kind"), { text: u8 }, struct({ x: u8 })),
});

export const ByFlag = struct({
  rest: bits(7),
  set: flag,
  value: match(field("set"), { true: u16, false: struct({ low: u8 }) }),
});

export const ByNumber = struct({
  kind: u8,
  value: match(field("kind"), { 1: u16, 2: string(u8) }, padding(1)),
});

export const Tagged = union("type", u8, {
  fields: [1, struct({ n: u8, body: bytes(field("n")) })],
  value: [2, string(u8)],
  nothing: [3, padding(1)],
  many: [range(16, 31), struct({ x: u8 })],
  "more of them": [range(32, 47), u16],
  empty: [4, struct({})],
  known: [5, constant(u8, 1)],
});

export const Whole = constant(u8, 3);
export const Nullable = sized(nullable(i32), struct({ a: u8 }));

export interface Tree {
  value: number;
  kids: Tree[];
}
export const Tree: Schema<Tree> = struct({
  value: u8,
  kids: array(
    lazy(() => Tree),
    u8,
  ),
});

export type Json = { type: "list"; value: Json[] } | { type: "text"; value: string };
export const Json: Schema<Json> = union("type", u8, {
  list: [
    1,
    array(
      lazy(() => Json),
      u8,
    ),
  ],
  text: [2, string(u8)],
});
export const Holder = struct({ one: Json, all: array(Json, u8), "odd name": Tree });

const Topic = string(u16);
/** MQTT 3.1.1 without what functions check. */
export const Mqtt = union("type", bits(4), {
  connect: [
    1,
    struct({
      flags: reserved(bits(4)),
      length: uleb128,
      body: sized(
        field("length"),
        struct({
          protocol: constant(string(u16), "MQTT"),
          level: constant(u8, 4),
          hasUserName: flag,
          hasPassword: flag,
          willRetain: flag,
          willQos: bits(2),
          hasWill: flag,
          cleanSession: flag,
          reserved: reserved(bits(1)),
          keepAlive: u16,
          clientId: string(u16),
          willTopic: when(field("hasWill"), Topic),
          willMessage: when(field("hasWill"), bytes(u16)),
          userName: when(field("hasUserName"), string(u16)),
          password: when(field("hasPassword"), bytes(u16)),
        }),
      ),
    }),
  ],
  publish: [
    3,
    struct({
      dup: flag,
      qos: bits(2),
      retain: flag,
      length: uleb128,
      body: sized(
        field("length"),
        struct({ topic: Topic, packetId: when(field("../qos").atLeast(1), u16), payload: bytes(rest) }),
      ),
    }),
  ],
  subscribe: [
    8,
    struct({
      flags: constant(bits(4), 2),
      length: uleb128,
      body: sized(
        field("length"),
        struct({ packetId: u16, subscriptions: array(struct({ filter: Topic, qos: u8 }), rest) }),
      ),
    }),
  ],
  pingreq: [12, struct({ flags: reserved(bits(4)), length: constant(u8, 0) })],
});
