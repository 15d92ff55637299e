// From binary-parser and to it.

export { type DecodeOnly, type FromOptions, fromBinaryParser } from "./from.js";
export type { BinaryParser } from "./parser.js";
export { type ParserOf, toBinaryParser } from "./to.js";
