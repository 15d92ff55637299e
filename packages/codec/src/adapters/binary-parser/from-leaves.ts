// The parts of a parser that have no parts: numbers and text.

import {
  type AnySchema,
  bytes,
  custom,
  type EncodingName,
  f32,
  f32le,
  f64,
  f64le,
  i8,
  i16,
  i16le,
  i32,
  i32le,
  i64,
  i64le,
  type Length,
  map,
  rest,
  SchemaError,
  string,
  u8,
  u16,
  u16le,
  u32,
  u32le,
  u64,
  u64le,
  until,
} from "../../index.js";
import { latin1, readAscii, readLatin1, readUtf8, utf8 } from "../../runtime/text.js";
import type { ParserOptions } from "./parser.js";

export const primitives: Readonly<Record<string, AnySchema>> = {
  uint8: u8,
  uint16be: u16,
  uint16le: u16le,
  uint32be: u32,
  uint32le: u32le,
  uint64be: u64,
  uint64le: u64le,
  int8: i8,
  int16be: i16,
  int16le: i16le,
  int32be: i32,
  int32le: i32le,
  int64be: i64,
  int64le: i64le,
  floatbe: f32,
  floatle: f32le,
  doublebe: f64,
  doublele: f64le,
};

const encodings: Readonly<Record<string, EncodingName>> = {
  utf8: "utf8",
  "utf-8": "utf8",
  ascii: "ascii",
  latin1: "latin1",
};

const hexText = (schema: AnySchema): AnySchema =>
  map(schema, {
    decode: (value: Uint8Array) => Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join(""),
    encode(text: string) {
      if (typeof text !== "string" || !/^([0-9a-f]{2})*$/i.test(text))
        throw new Error("needs pairs of hexadecimal digits");
      return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    },
  });

/** A string of a parser, with its length where it has one. */
export function textOf(options: ParserOptions, length: Length): AnySchema {
  const { zeroTerminated, greedy, stripNull, encoding = "utf8" } = options;
  const name = encoding.toLowerCase();
  const known = Object.hasOwn(encodings, name) ? encodings[name] : undefined;
  if (!known && name !== "hex")
    throw new SchemaError("argument", `its encoding is ${encoding}, with which binary-parser cannot decode either`);
  const text = (by: Length): AnySchema => (known ? string(by, known) : hexText(bytes(by)));
  if (zeroTerminated && options.length !== undefined) {
    if (!known || typeof options.length !== "number" || stripNull)
      throw new SchemaError("argument", "both an end and a length, and more; say it with replace");
    return cut(options.length, known);
  }
  if (zeroTerminated) return text(until("\0"));
  const by = greedy ? rest : length;
  if (!stripNull) return text(by);
  if (known && typeof by === "number") return string(by, { encoding: known, pad: "\0" });
  return map(text(by), { decode: (value: string) => value.replace(/\0+$/, ""), encode: (value: string) => value });
}

/**
 * Text of at most `most` bytes that ends behind a NUL, if there is one before. At exactly `most` bytes binary-parser keeps
 * the NUL, so that a text one shorter than `most` has no bytes of its own.
 */
function cut(most: number, encoding: EncodingName): AnySchema {
  const read = { utf8: readUtf8, ascii: readAscii, latin1: readLatin1 }[encoding as "utf8" | "ascii" | "latin1"];
  const { write } = encoding === "utf8" ? utf8 : latin1;
  return custom<string>({
    name: `string(until NUL, at most ${most})`,
    min: 1,
    max: most,
    decode(given) {
      const nul = given.subarray(0, most).indexOf(0);
      const size = nul < 0 ? most : nul + 1;
      if (size > given.length) return { needed: nul < 0 ? 1 : size - given.length };
      const value = read(given, 0, size < most ? size - 1 : size);
      if (value === undefined) throw new Error(`needs valid ${encoding}`);
      return { value, size };
    },
    encode(value) {
      const room = new Uint8Array(value.length * 3 + 1);
      const end = write(room, 0, value);
      const nul = room.subarray(0, Math.max(0, end)).indexOf(0);
      if (end < 0 || (encoding === "ascii" && room.some((byte) => byte > 127)))
        throw new Error(`needs text that ${encoding} can hold`);
      if (end > most || end === most - 1)
        throw new Error(`needs at most ${most - 2} bytes of text, or exactly ${most}`);
      if (nul >= 0 && nul < most - 1) throw new Error("has a NUL, which would end it");
      return room.slice(0, end === most ? end : end + 1);
    },
  });
}
