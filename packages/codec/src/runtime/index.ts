// Law: these are the only functions that generated code may call.

export { callDecode } from "../ops/custom.js";
export { checksumOver } from "../ops/derived.js";
export { sameBytes } from "../ops/transform.js";
export { readTyped, writeTyped } from "../ops/typed.js";
export { copy, delimiterAt, delimiterBegins, find, lay, put, sameAt, shift, take } from "./bytes.js";
export * from "./checksum.js";
export { endOfDigits, formatDigits, parseDigits, putDecimal, putText } from "./digits.js";
export { except } from "./except.js";
export { getBig, getF16, getF32, getF64, putBig, putF16, putF32, putF64 } from "./number.js";
export { Reader, STOP } from "./reader.js";
export * from "./text.js";
export { readVarint, writeVarint } from "./varint.js";
export { property, Writer } from "./writer.js";
