// A: a u32 count, then that many points of three i16. 1,000 points, 6,004 bytes.
import { Parser } from "binary-parser";
import * as P from "micro-packed";
import ProtoDef from "protodef";
import * as R from "restructure";
import * as T from "typed-binary";
import { asBuffer, protodefFor, typedBinary } from "./rivals.mjs";

const points = 1000;

const makeValue = ({ between }) => {
  const coordinate = () => between(-0x8000, 0x7fff);
  return Array.from({ length: points }, () => ({ x: coordinate(), y: coordinate(), z: coordinate() }));
};

const wireform = ({ array, struct, i16, u32 }) => array(struct({ x: i16, y: i16, z: i16 }), u32);

const refuse = (what) => {
  throw new RangeError(what);
};

const hand = {
  decode(bytes) {
    if (bytes.length < 4) refuse("no count");
    const count = ((bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3]) >>> 0;
    if (bytes.length !== 4 + count * 6) refuse("length");
    const value = new Array(count); // filled at once below; twice as fast as push
    for (let i = 0, at = 4; i < count; i++, at += 6)
      value[i] = {
        x: ((bytes[at] << 24) >> 16) | bytes[at + 1],
        y: ((bytes[at + 2] << 24) >> 16) | bytes[at + 3],
        z: ((bytes[at + 4] << 24) >> 16) | bytes[at + 5],
      };
    return value;
  },
  encode(value) {
    const count = value.length;
    if (count > 0xffffffff) refuse("count");
    const bytes = new Uint8Array(4 + count * 6);
    bytes[0] = count >>> 24;
    bytes[1] = count >>> 16;
    bytes[2] = count >>> 8;
    bytes[3] = count;
    for (let i = 0, at = 4; i < count; i++, at += 6) {
      const point = value[i];
      const { x, y, z } = point;
      if ((x << 16) >> 16 !== x || (y << 16) >> 16 !== y || (z << 16) >> 16 !== z) refuse(`point ${i}`);
      bytes[at] = x >> 8;
      bytes[at + 1] = x;
      bytes[at + 2] = y >> 8;
      bytes[at + 3] = y;
      bytes[at + 4] = z >> 8;
      bytes[at + 5] = z;
    }
    return bytes;
  },
};

const binaryParser = () => {
  const point = new Parser().endianness("big").int16("x").int16("y").int16("z");
  const parser = new Parser().endianness("big").uint32("count").array("points", { type: point, length: "count" });
  return { name: "binary-parser", input: asBuffer, decode: (b) => parser.parse(b), toValue: (v) => v.points };
};

const microPacked = () => {
  const coder = P.array(P.U32BE, P.struct({ x: P.I16BE, y: P.I16BE, z: P.I16BE }));
  return { name: "micro-packed", decode: (b) => coder.decode(b), encode: (v) => coder.encode(v) };
};

const typed = () => {
  const schema = T.dynamicArrayOf(T.object({ x: T.i16, y: T.i16, z: T.i16 }));
  return { name: "typed-binary", ...typedBinary(schema) };
};

const restructure = () => {
  const schema = new R.Array(new R.Struct({ x: R.int16be, y: R.int16be, z: R.int16be }), R.uint32be);
  return { name: "restructure", decode: (b) => schema.fromBuffer(b), encode: (v) => schema.toBuffer(v) };
};

const protodef = () => {
  const point = ["container", ["x", "y", "z"].map((name) => ({ name, type: "i16" }))];
  return { name: "protodef", ...protodefFor(ProtoDef, ["array", { countType: "u32", type: point }]) };
};

export const message = {
  id: "A",
  title: "u32-counted array of 1,000 points of three i16",
  makeValue,
  wireform,
  hand,
  rivals: [binaryParser, microPacked, typed, restructure, protodef],
};
