// C: u8, u32, a 12-character ASCII string behind its u16 length, f64, four bytes. 31 bytes.
import avsc from "avsc";
import { Parser } from "binary-parser";
import * as P from "micro-packed";
import protobuf from "protobufjs";
import ProtoDef from "protodef";
import * as R from "restructure";
import * as T from "typed-binary";
import { readAscii, writeAscii } from "./ascii.mjs";
import { asBuffer, protodefFor, typedBinary } from "./rivals.mjs";

const makeValue = ({ below, bytes, next, text }) => ({
  a: below(256),
  b: below(2 ** 32),
  name: text(12),
  d: (next() - 0.5) * 1e6,
  e: bytes(4),
});

const wireform = ({ bytes, f64, string, struct, u8, u16, u32 }) =>
  struct({ a: u8, b: u32, name: string(u16, "ascii"), d: f64, e: bytes(4) });

const refuse = (what) => {
  throw new RangeError(what);
};

// One float moved between number and bytes through two words: no DataView for each message, and none cached either.
const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
const high = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;
const low = 1 - high;

const hand = {
  decode(bytes) {
    const { length } = bytes;
    if (length < 7) refuse("length");
    const end = 7 + ((bytes[5] << 8) | bytes[6]);
    if (length !== end + 12) refuse("length");
    const a = bytes[0];
    const b = ((bytes[1] << 24) | (bytes[2] << 16) | (bytes[3] << 8) | bytes[4]) >>> 0;
    const name = readAscii(bytes, 7, end);
    words[high] = (bytes[end] << 24) | (bytes[end + 1] << 16) | (bytes[end + 2] << 8) | bytes[end + 3];
    words[low] = (bytes[end + 4] << 24) | (bytes[end + 5] << 16) | (bytes[end + 6] << 8) | bytes[end + 7];
    const e = new Uint8Array(4); // faster than slice for so few
    e[0] = bytes[end + 8];
    e[1] = bytes[end + 9];
    e[2] = bytes[end + 10];
    e[3] = bytes[end + 11];
    return { a, b, name, d: float[0], e };
  },
  encode(value) {
    const { a, b, name, d, e } = value;
    if ((a & 0xff) !== a) refuse("a");
    if (b >>> 0 !== b) refuse("b");
    if (typeof name !== "string" || name.length > 0xffff) refuse("name");
    if (typeof d !== "number") refuse("d");
    if (!(e instanceof Uint8Array) || e.length !== 4) refuse("e");
    const end = 7 + name.length;
    const bytes = new Uint8Array(end + 12);
    bytes[0] = a;
    bytes[1] = b >>> 24;
    bytes[2] = b >>> 16;
    bytes[3] = b >>> 8;
    bytes[4] = b;
    bytes[5] = name.length >> 8;
    bytes[6] = name.length;
    writeAscii(name, bytes, 7);
    float[0] = d;
    const head = words[high];
    const tail = words[low];
    bytes[end] = head >>> 24;
    bytes[end + 1] = head >>> 16;
    bytes[end + 2] = head >>> 8;
    bytes[end + 3] = head;
    bytes[end + 4] = tail >>> 24;
    bytes[end + 5] = tail >>> 16;
    bytes[end + 6] = tail >>> 8;
    bytes[end + 7] = tail;
    bytes[end + 8] = e[0];
    bytes[end + 9] = e[1];
    bytes[end + 10] = e[2];
    bytes[end + 11] = e[3];
    return bytes;
  },
};

const binaryParser = () => {
  const parser = new Parser()
    .endianness("big")
    .uint8("a")
    .uint32("b")
    .uint16("length")
    .string("name", { length: "length", encoding: "ascii" })
    .doublebe("d")
    .buffer("e", { length: 4, clone: true });
  return {
    name: "binary-parser",
    input: asBuffer,
    decode: (bytes) => parser.parse(bytes),
    toValue: ({ length, ...value }) => value,
  };
};

const microPacked = () => {
  const coder = P.struct({ a: P.U8, b: P.U32BE, name: P.string(P.U16BE), d: P.F64BE, e: P.bytes(4) });
  return {
    name: "micro-packed",
    note: "UTF-8",
    decode: (bytes) => coder.decode(bytes),
    encode: (value) => coder.encode(value),
  };
};

const typed = () => {
  const schema = T.object({ a: T.u8, b: T.u32, name: T.string, d: T.f64Array(1), e: T.u8Array(4) });
  return {
    name: "typed-binary",
    note: "no length-prefixed strings, no f64: own format, NUL-ended text and an f64 array of one",
    ownFormat: true,
    ...typedBinary(schema),
    fromValue: (v) => ({ ...v, d: Float64Array.of(v.d) }),
    toValue: (v) => ({ ...v, d: v.d[0] }),
  };
};

const restructure = () => {
  const schema = new R.Struct({
    a: R.uint8,
    b: R.uint32be,
    name: new R.String(R.uint16be, "ascii"),
    d: R.doublebe,
    e: new R.Buffer(4),
  });
  return { name: "restructure", decode: (bytes) => schema.fromBuffer(bytes), encode: (v) => schema.toBuffer(v) };
};

const protodef = () => ({
  name: "protodef",
  ...protodefFor(ProtoDef, [
    "container",
    [
      { name: "a", type: "u8" },
      { name: "b", type: "u32" },
      { name: "name", type: ["pstring", { countType: "u16", encoding: "latin1" }] },
      { name: "d", type: "f64" },
      { name: "e", type: ["buffer", { count: 4 }] },
    ],
  ]),
});

const avro = () => {
  const type = avsc.Type.forSchema({
    type: "record",
    name: "Record",
    fields: [
      { name: "a", type: "int" },
      { name: "b", type: "long" },
      { name: "name", type: "string" },
      { name: "d", type: "double" },
      { name: "e", type: { type: "fixed", size: 4, name: "E" } },
    ],
  });
  return {
    name: "avsc",
    note: "own format",
    ownFormat: true,
    input: asBuffer,
    decode: (bytes) => type.fromBuffer(bytes),
    encode: (value) => type.toBuffer(value),
    fromValue: (v) => ({ ...v, e: asBuffer(v.e) }),
    toValue: ({ a, b, name, d, e }) => ({ a, b, name, d, e }),
  };
};

const protobufjs = () => {
  const type = new protobuf.Type("Record")
    .add(new protobuf.Field("a", 1, "uint32"))
    .add(new protobuf.Field("b", 2, "uint32"))
    .add(new protobuf.Field("name", 3, "string"))
    .add(new protobuf.Field("d", 4, "double"))
    .add(new protobuf.Field("e", 5, "bytes"));
  new protobuf.Root().add(type);
  return {
    name: "protobufjs",
    note: "own format",
    ownFormat: true,
    input: asBuffer,
    decode: (bytes) => type.decode(bytes),
    encode: (value) => type.encode(value).finish(),
    fromValue: (v) => type.create({ ...v }),
    toValue: ({ a, b, name, d, e }) => ({ a, b, name, d, e }),
  };
};

export const message = {
  id: "C",
  title: "u8, u32, u16-prefixed 12-character ASCII, f64, four bytes",
  makeValue,
  wireform,
  hand,
  rivals: [binaryParser, microPacked, typed, restructure, protodef, avro, protobufjs],
};
