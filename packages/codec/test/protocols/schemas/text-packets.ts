// Small packets in text, each by its own specification.

import {
  array,
  bytes,
  type Checksum,
  checksum,
  decimal,
  field,
  hexadecimal,
  lrc,
  magic,
  map,
  rest,
  sized,
  string,
  struct,
  sum8,
  u8,
  u16,
  until,
  xor8,
} from "@wireform/codec";
import { digits, through } from "./through.ts";

const word = string(until(" "), "ascii");

/** HAProxy, "The PROXY protocol", section 2.1 */
export const Proxy1 = struct({
  name: magic("PROXY "),
  family: word,
  source: word,
  destination: word,
  sourcePort: decimal(until(" ")),
  destinationPort: decimal(until("\r\n")),
});

/** FIX 4.2, volume 1: a length in digits of its own number, and a sum of all bytes in front of its field. */
const FixField = struct({ tag: string(until("="), "ascii"), value: string(until("\x01"), "ascii") });
export const Fix = struct({
  begin: magic("8="),
  beginString: string(until("\x01"), "ascii"),
  length: magic("9="),
  bodyLength: decimal(until("\x01")),
  fields: sized(field("bodyLength"), array(FixField, rest)),
  trailer: magic("10="),
  checkSum: checksum(decimal(3), sum8, { from: "begin", to: "fields" }),
  end: magic("\x01"),
});

/** A checksum of the bytes and of one more, which a delimiter brings along, taken back. */
const without = (delimiter: string): Checksum<number> => ({
  ...(xor8 as Checksum<number>),
  name: `xor8 without ${delimiter}`,
  source: undefined,
  end: (state) => (xor8.end(state) as number) ^ delimiter.charCodeAt(0),
});
/** NMEA 0183: the exclusive or of what stands between $ and *. */
export const Nmea = struct({
  start: magic("$"),
  talker: string(2, "ascii"),
  type: string(3, "ascii"),
  comma: magic(","),
  fields: map(string(until("*"), "ascii"), {
    decode: (text) => text.split(","),
    encode: (fields: readonly string[]) => fields.join(","),
  }),
  checksum: checksum(hexadecimal(2, { letters: "upper" }), without("*"), { from: "talker", to: "fields" }),
  end: magic("\r\n"),
});

/** Intel, "Hexadecimal Object File Format Specification": the checksum makes the sum of all bytes zero. */
export const IntelHex = struct({
  start: magic(":"),
  record: through(
    bytes(until("\r\n")),
    digits,
    struct({
      count: u8,
      address: u16,
      type: u8,
      data: bytes(field("count")),
      checksum: checksum(u8, lrc, { from: "count", to: "data" }),
    }),
  ),
});

const ones: Checksum<number> = {
  ...sum8,
  name: "ones' complement",
  source: undefined,
  end: (sum) => 0xff - Number(sum),
};
/** Motorola S-records, S1: the count is of the bytes behind it, checksum included. */
export const SRecord = struct({
  start: magic("S"),
  type: decimal(1),
  record: through(
    bytes(until("\r\n")),
    digits,
    struct({
      count: u8,
      address: u16,
      data: bytes(field("count").minus(3)),
      checksum: checksum(u8, ones, { from: "count", to: "data" }),
    }),
  ),
});
