// E: a RESP array of 100 bulk strings of 1 to 32 bytes, about 2.3 kB.
import { Parser } from "binary-parser";
import * as P from "micro-packed";
import { asBuffer, cannot } from "./rivals.mjs";

const makeValue = ({ between, bytes }) => ({
  type: "array",
  value: Array.from({ length: 100 }, () => ({ type: "bulk", value: bytes(between(1, 32)) })),
});

const wireform = async () => (await import("@wireform/protocols/resp")).Value;

const refuse = (what) => {
  throw new RangeError(what);
};

const [CR, LF, zero, minus] = [13, 10, 48, 45];
const maxDepth = 64;

// A decoder and an encoder for all of RESP2, not for this one message. The place in the input is a variable of the
// module: a cursor object costs an allocation, and returning pairs costs more.
let position = 0;

/** An integer up to CR LF; a bulk string or array may have -1 for "null". */
const readInteger = (bytes) => {
  let at = position;
  const negative = bytes[at] === minus;
  if (negative) at++;
  const start = at;
  let value = 0;
  for (let digit = bytes[at] - zero; digit >= 0 && digit <= 9; digit = bytes[++at] - zero) value = value * 10 + digit;
  if (at === start || at - start > 15 || bytes[at] !== CR || bytes[at + 1] !== LF) refuse("integer");
  position = at + 2;
  return negative ? -value : value;
};
const readLine = (bytes) => {
  const start = position;
  let at = start;
  while (at < bytes.length && bytes[at] !== CR) at++;
  if (bytes[at + 1] !== LF) refuse("line");
  position = at + 2;
  return utf8.decode(bytes.subarray(start, at));
};
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const readValue = (bytes, depth) => {
  switch (bytes[position++]) {
    case 0x24: {
      const length = readInteger(bytes);
      if (length === -1) return { type: "bulk", value: null };
      const start = position;
      const end = start + length;
      if (length < 0 || end + 2 > bytes.length || bytes[end] !== CR || bytes[end + 1] !== LF) refuse("bulk string");
      position = end + 2;
      return { type: "bulk", value: bytes.slice(start, end) };
    }
    case 0x2a: {
      const count = readInteger(bytes);
      if (count === -1) return { type: "array", value: null };
      if (count < 0 || count * 3 > bytes.length - position || depth === 0) refuse("array");
      const value = new Array(count);
      for (let i = 0; i < count; i++) value[i] = readValue(bytes, depth - 1);
      return { type: "array", value };
    }
    case 0x2b:
      return { type: "simple", value: readLine(bytes) };
    case 0x2d:
      return { type: "error", value: readLine(bytes) };
    case 0x3a:
      return { type: "integer", value: readInteger(bytes) };
    default:
      return refuse("type");
  }
};

const digits = (n) => (n < 10 ? 1 : n < 100 ? 2 : n < 1000 ? 3 : String(n).length);

const sizeOf = (value, depth) => {
  const content = value.value;
  switch (value.type) {
    case "bulk":
      if (content === null) return 5;
      if (!(content instanceof Uint8Array)) refuse("bulk string");
      return 1 + digits(content.length) + 2 + content.length + 2;
    case "array": {
      if (content === null) return 5;
      if (!Array.isArray(content) || depth === 0) refuse("array");
      let size = 1 + digits(content.length) + 2;
      for (let i = 0; i < content.length; i++) size += sizeOf(content[i], depth - 1);
      return size;
    }
    case "simple":
    case "error":
      if (/[\r\n]/.test(content) || !content.isWellFormed()) refuse("line");
      return 1 + Buffer.byteLength(content) + 2;
    case "integer":
      if (!Number.isSafeInteger(content)) refuse("integer");
      return 1 + String(content).length + 2;
    default:
      return refuse("type");
  }
};

const writeText = (text, bytes, at) => at + encoder.encodeInto(text, bytes.subarray(at)).written;
const encoder = new TextEncoder();

const writeCount = (value, bytes, at) => {
  if (value < 10) bytes[at++] = zero + value;
  else if (value < 100) {
    const tens = (value / 10) | 0;
    bytes[at++] = zero + tens;
    bytes[at++] = zero + value - tens * 10;
  } else {
    let end = at + digits(value);
    at = end;
    for (let rest = value; rest > 0; rest = Math.floor(rest / 10)) bytes[--end] = zero + (rest % 10);
  }
  return writeEnd(bytes, at);
};
const writeEnd = (bytes, at) => {
  bytes[at] = CR;
  bytes[at + 1] = LF;
  return at + 2;
};

const writeValue = (value, bytes, at) => {
  const content = value.value;
  switch (value.type) {
    case "bulk":
      bytes[at++] = 0x24;
      if (content === null) return writeEnd(bytes, writeText("-1", bytes, at));
      at = writeCount(content.length, bytes, at);
      if (content.length < 16) for (let i = 0; i < content.length; i++) bytes[at + i] = content[i];
      else bytes.set(content, at);
      return writeEnd(bytes, at + content.length);
    case "array":
      bytes[at++] = 0x2a;
      if (content === null) return writeEnd(bytes, writeText("-1", bytes, at));
      at = writeCount(content.length, bytes, at);
      for (let i = 0; i < content.length; i++) at = writeValue(content[i], bytes, at);
      return at;
    default:
      bytes[at++] = value.type === "simple" ? 0x2b : value.type === "error" ? 0x2d : 0x3a;
      return writeEnd(bytes, writeText(String(content), bytes, at));
  }
};

const hand = {
  decode(bytes) {
    position = 0;
    const value = readValue(bytes, maxDepth);
    if (position !== bytes.length) refuse("length");
    return value;
  },
  encode(value) {
    const bytes = new Uint8Array(sizeOf(value, maxDepth));
    writeValue(value, bytes, 0);
    return bytes;
  },
};

const binaryParser = () => {
  const number = (bytes) => Number(bytes.latin1Slice());
  const untilReturn = { readUntil: (byte) => byte === CR, formatter: number };
  const bulk = new Parser()
    .uint8("type", { assert: 0x24 })
    .buffer("length", untilReturn)
    .seek(2)
    .buffer("value", { length: "length", clone: true })
    .seek(2);
  const parser = new Parser()
    .uint8("type", { assert: 0x2a })
    .buffer("count", untilReturn)
    .seek(2)
    .array("value", { type: bulk, length: "count" });
  return {
    name: "binary-parser",
    note: "an array of bulk strings only, numbers by callbacks, CR LF not checked",
    input: asBuffer,
    decode: (bytes) => parser.parse(bytes),
    toValue: (v) => ({ type: "array", value: v.value.map(({ value }) => ({ type: "bulk", value })) }),
  };
};

const microPacked = () => {
  const end = Uint8Array.of(CR, LF);
  const decimal = P.apply(P.string(end), { encode: Number, decode: String });
  const bulk = P.struct({ value: P.bytes(decimal), end: P.magicBytes(end) });
  const value = P.mappedTag(P.U8, {
    bulk: [0x24, bulk],
    array: [
      0x2a,
      P.array(
        decimal,
        P.lazy(() => value),
      ),
    ],
  });
  return {
    name: "micro-packed",
    note: "arrays and bulk strings only",
    decode: (bytes) => value.decode(bytes),
    encode: (v) => value.encode(v),
    fromValue: (v) => ({
      TAG: "array",
      data: v.value.map((item) => ({ TAG: "bulk", data: { value: item.value, end: undefined } })),
    }),
    toValue: (v) => ({ type: "array", value: v.data.map(({ data }) => ({ type: "bulk", value: data.value })) }),
  };
};

const noTextNumbers = "no numbers in text";

export const message = {
  id: "E",
  title: "RESP array of 100 bulk strings of 1 to 32 bytes",
  makeValue,
  wireform,
  hand,
  rivals: [
    binaryParser,
    microPacked,
    cannot("typed-binary", noTextNumbers),
    cannot("restructure", noTextNumbers),
    cannot("protodef", noTextNumbers),
  ],
};
