// The incremental decoder: chunks in, messages out. Beside it pg-protocol's parser, the best resumable parser of npm, on
// its own framing (u8 type, u32 length that counts itself), and a hand-written one of the same framing: with messages
// that are opaque (CopyData, of which pg-protocol hands out views, the others copies) and with one that both read (DataRow).

import { Value } from "@wireform/protocols/resp";
import { Parser } from "pg-protocol/dist/parser.js";
import { measure } from "./harness.mjs";
import { random } from "./random.mjs";
import { whyAbsent, wireform } from "./wireform.mjs";

const { bytes: randomBytes } = random(1);
const MiB = 2 ** 20;
const limits = { maxMessageSize: 2 ** 28, maxElements: 2 ** 24 };

const chunked = (stream, size) =>
  Array.from({ length: Math.ceil(stream.length / size) }, (_, i) => stream.subarray(i * size, (i + 1) * size));

// ------------------------------------------------------------------------------------------------ one framing

const frame = (type, payload) => {
  const bytes = Buffer.alloc(5 + payload.length);
  bytes.write(type, "latin1");
  bytes.writeUInt32BE(4 + payload.length, 1);
  bytes.set(payload, 5);
  return bytes;
};

/** The text of a few bytes, as fast as JavaScript makes it. */
const shortText = (bytes, from, to) => {
  let text = "";
  for (let at = from; at < to; at++) {
    if (bytes[at] > 0x7f) return Buffer.prototype.utf8Slice.call(bytes, from, to);
    text += String.fromCharCode(bytes[at]);
  }
  return text;
};

/** Messages of PostgreSQL: how to read one by hand, its schema, and what is compared of it. */
const copyData = {
  read: (type, length, bytes, from, to) => ({
    type,
    length,
    payload: Uint8Array.prototype.slice.call(bytes, from, to),
  }),
  schema: ({ bytes, field, struct, u8, u32 }) =>
    struct({ type: u8, length: u32, payload: bytes(field("length").minus(4)) }),
  sum: (payload) => payload.length + payload[0] + payload[payload.length - 1],
  of: ({ payload }) => payload,
  ofPg: ({ chunk }) => chunk,
};
const dataRow = {
  read(type, length, bytes, from, to) {
    const fields = new Array((bytes[from] << 8) | bytes[from + 1]);
    let at = from + 2;
    for (let i = 0; i < fields.length; i++) {
      const size = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
      at += 4;
      if (size < -1 || at + size > to) throw new RangeError("field");
      fields[i] = size === -1 ? null : shortText(bytes, at, at + size);
      at += Math.max(0, size);
    }
    return { type, length, fields };
  },
  schema: ({ array, i32, lengthOf, nullable, string, struct, u8, u16, u32 }) =>
    struct({ type: u8, length: lengthOf(u32, { from: "length" }), fields: array(string(nullable(i32, -1)), u16) }),
  sum: ([text]) => text.length + text.charCodeAt(0) + text.charCodeAt(text.length - 1),
  of: ({ fields }) => fields,
  ofPg: ({ fields }) => fields,
};

/** The same care as Wireform's: the payload is a copy, a message above the limit is refused at its header. */
class HandWritten {
  #tail = Buffer.alloc(0);
  #kept = 0;
  #read;

  constructor(read) {
    this.#read = read;
  }

  push(chunk, deliver) {
    if (this.#kept === 0) {
      const at = this.#messages(chunk, chunk.length, deliver);
      if (at < chunk.length) this.#keep(chunk.subarray(at));
      return;
    }
    this.#keep(chunk);
    const needed = this.#kept < 5 ? 5 : 1 + this.#tail.readUInt32BE(1);
    if (this.#kept < needed) return;
    const at = this.#messages(this.#tail, this.#kept, deliver);
    this.#tail.copyWithin(0, at, this.#kept);
    this.#kept -= at;
    if (this.#kept === 0 && this.#tail.length > 65_536) this.#tail = Buffer.alloc(0);
  }

  #messages(bytes, end, deliver) {
    let at = 0;
    while (end - at >= 5) {
      const length = ((bytes[at + 1] << 24) | (bytes[at + 2] << 16) | (bytes[at + 3] << 8) | bytes[at + 4]) >>> 0;
      if (length < 4 || length > limits.maxMessageSize) throw new RangeError("length");
      const next = at + 1 + length;
      if (next > end) break;
      deliver(this.#read(bytes[at], length, bytes, at + 5, next));
      at = next;
    }
    return at;
  }

  #keep(chunk) {
    const wanted = this.#kept + chunk.length;
    if (wanted > this.#tail.length) {
      const grown = Buffer.allocUnsafe(Math.max(wanted, 2 * this.#tail.length, 64));
      grown.set(this.#tail.subarray(0, this.#kept));
      this.#tail = grown;
    }
    this.#tail.set(chunk, this.#kept);
    this.#kept = wanted;
  }
}

/** All that a decoder gives for these chunks, end included; `see` is called with each message. */
const decodeAll = (codec, chunks, see) => {
  const decoder = new wireform.Decoder(codec);
  for (const chunk of chunks) for (const message of decoder.push(chunk)) see(message);
  for (const message of decoder.end()) see(message);
};

const contendersFor = ({ chunks, message }) => {
  // Every contender sums up what it delivers, which is also how they are compared first.
  const summing = (deliverTo, of) => () => {
    const total = { messages: 0, sum: 0 };
    deliverTo((delivered) => {
      total.messages++;
      total.sum += message.sum(of(delivered));
    });
    return total;
  };
  const run = {
    "hand-written": summing((deliver) => {
      const parser = new HandWritten(message.read);
      for (const chunk of chunks) parser.push(chunk, deliver);
    }, message.of),
    "pg-protocol": summing((deliver) => {
      const parser = new Parser();
      for (const chunk of chunks) parser.parse(chunk, deliver);
    }, message.ofPg),
  };
  if (!whyAbsent)
    for (const mode of ["jit", "interpret"]) {
      const codec = wireform.compile(message.schema(wireform), { mode, limits });
      run[`wireform ${mode}`] = summing((deliver) => decodeAll(codec, chunks, deliver), message.of);
    }
  return run;
};

const compared = (run, plan) => {
  const expected = JSON.stringify(run["hand-written"]());
  for (const [name, once] of Object.entries(run)) {
    const got = JSON.stringify(once());
    if (got !== expected) throw new Error(`${name} delivers ${got} instead of ${expected}`);
  }
  const contenders = Object.entries(run).map(([name, once]) => ({ name, inputs: [undefined], run: once }));
  return measure(contenders, plan);
};

const many = (make) => Buffer.concat(Array.from({ length: MiB / 8 }, make));
const framings = {
  "one message of 1 MB in chunks of 1 byte": () => ({
    message: copyData,
    chunks: chunked(frame("d", randomBytes(1e6)), 1),
  }),
  "one message of 64 MiB in chunks of 16 KiB": () => ({
    message: copyData,
    chunks: chunked(frame("d", Buffer.alloc(64 * MiB, "wireform")), 16_384),
  }),
  "messages of 16 bytes in chunks of 64 KiB": () => ({
    message: dataRow,
    chunks: chunked(
      many((_, i) => frame("D", Buffer.from(`\0\x01\0\0\0\x05${10_000 + (i % 90_000)}`, "latin1"))),
      65_536,
    ),
  }),
  "messages of 16 bytes, opaque, in chunks of 64 KiB": () => ({
    message: copyData,
    chunks: chunked(
      many(() => frame("d", randomBytes(11))),
      65_536,
    ),
  }),
};

// ------------------------------------------------------------------------------------------------ linear time

const n = 1_000_000;

const filled = (size) => Buffer.alloc(size, 1);
const tenToTheSixth = "array of 10^6 strings, and of half as many";

/** Each way a message can end, for a message of about `size` bytes: [schema, value]. */
const endings = {
  "fixed length": ({ bytes }, size) => [bytes(size), filled(size)],
  "u32 prefix": ({ bytes, u32 }, size) => [bytes(u32), filled(size)],
  "varint prefix": ({ bytes, uleb128 }, size) => [bytes(uleb128), filled(size)],
  "prefix of ASCII digits": ({ bytes, decimal, rest, sized }, size) => [sized(decimal(8), bytes(rest)), filled(size)],
  netstring: ({ bytes, decimal, magic, struct, until }, size) => [
    struct({ text: bytes(decimal(until(":"))), end: magic(",") }),
    { text: filled(size) },
  ],
  "length in an earlier field": ({ bytes, field, struct, u32 }, size) => [
    struct({ length: u32, body: bytes(field("length")) }),
    { length: size, body: filled(size) },
  ],
  "type decides": ({ bytes, struct, union, u8, u32 }, size) => [
    union("type", u8, { small: [1, struct({})], large: [2, struct({ body: bytes(u32) })] }),
    { type: "large", body: filled(size) },
  ],
  "delimiter, text": ({ string, until }, size) => [string(until("\r\n"), "ascii"), "a".repeat(size)],
  "delimiter, bytes that look like it": ({ bytes, until }, size) => [bytes(until("\r\n")), Buffer.alloc(size, "\r")],
  "end of the stream": ({ bytes, rest }, size) => [bytes(rest), filled(size)],
  "recursion, as RESP has it": (_, size) => [
    Value,
    {
      type: "array",
      value: Array.from({ length: size / 200 }, () => ({
        type: "array",
        value: Array.from({ length: 20 }, (_, i) => ({ type: "bulk", value: filled(i % 8) })),
      })),
    },
  ],
  "recursion, as MessagePack has it": ({ array, lazy, range, string, struct, u8, u32, union }, size) => {
    const value = lazy(() => any);
    const any = union("type", u8, {
      small: [range(0x00, 0x7f), struct({})],
      text: [0xd9, string(u8)],
      list: [0xdd, array(value, u32)],
    });
    const row = {
      type: "list",
      value: [
        { type: "small", tag: 7 },
        { type: "text", value: "station" },
      ],
    };
    return [any, { type: "list", value: new Array(size / 16).fill(row) }];
  },
  [tenToTheSixth]: ({ array, string, u8, u32 }, size) => [
    array(string(u8), u32),
    Array.from({ length: size / 2 }, (_, i) => "item".slice(0, 1 + (i % 4))),
  ],
};

/** What comes of chunks must be what was encoded, to the byte. */
const demandSame = (codec, messages, bytes, who) => {
  if (Buffer.compare(Buffer.concat(messages.map((message) => codec.encode(message))), bytes) !== 0)
    throw new Error(`${who} delivers other messages`);
};

const doubling = (make, mode, plan) => {
  const contenders = [n, 2 * n].map((size, i) => {
    const [schema, value] = make(wireform, size);
    const codec = wireform.compile(schema, { mode, limits });
    const bytes = codec.encode(value);
    const chunks = chunked(bytes, 64);
    const delivered = [];
    decodeAll(codec, chunks, (message) => delivered.push(message));
    demandSame(codec, delivered, bytes, mode);
    const run = () => {
      let messages = 0;
      decodeAll(codec, chunks, () => messages++);
      return messages;
    };
    return { name: i === 0 ? "n" : "2n", inputs: [undefined], run };
  });
  return measure(contenders, plan);
};

/** What the engine itself takes for so many strings: an array filled by a plain loop, with all bytes at hand. */
const plainStrings = (plan) => {
  const contenders = [n, 2 * n].map((size, i) => {
    const [schema, value] = endings[tenToTheSixth](wireform, size);
    const bytes = wireform.compile(schema, { limits }).encode(value);
    const run = () => {
      const strings = [];
      for (let at = 4; at < bytes.length; ) {
        const next = at + 1 + bytes[at];
        strings.push(shortText(bytes, at + 1, next));
        at = next;
      }
      return strings.length;
    };
    return { name: i === 0 ? "n" : "2n", inputs: [undefined], run };
  });
  return measure(contenders, plan);
};

// ------------------------------------------------------------------------------------------------ chunks and whole

const chunksAndWhole = (mode, plan) => {
  const { compile, string, struct, u8, u16, u32 } = wireform;
  const codec = compile(struct({ id: u32, kind: u8, name: string(u16, "ascii") }), { mode, limits });
  const all = Array.from({ length: 100_000 }, (_, i) => codec.encode({ id: i, kind: i & 255, name: `station ${i}` }));
  const stream = Buffer.concat(all);
  const chunks = chunked(stream, 65_536);
  const count = (given) => () => {
    let messages = 0;
    decodeAll(codec, given, () => messages++);
    return messages;
  };
  const read = () => {
    let messages = 0;
    for (let at = 0; at < stream.length; messages++) at = codec.read(stream, at).offset;
    return messages;
  };
  for (const given of [chunks, [stream]]) {
    const delivered = [];
    decodeAll(codec, given, (message) => delivered.push(message));
    demandSame(codec, delivered, stream, mode);
  }
  const runs = { "64 KiB chunks": count(chunks), "one chunk": count([stream]), "codec.read in a loop": read };
  for (const [name, run] of Object.entries(runs))
    if (run() !== all.length) throw new Error(`${name} delivers ${run()} messages instead of ${all.length}`);
  const contenders = Object.entries(runs).map(([name, run]) => ({ name, inputs: [undefined], run }));
  return measure(contenders, plan);
};

// ------------------------------------------------------------------------------------------------ all

const unlessAbsent = (job) => {
  if (whyAbsent) return { why: whyAbsent };
  try {
    return { ns: job() };
  } catch (error) {
    return { why: `${error.message}`.split("\n")[0] };
  }
};

const plainLoop = "a plain loop";

/** Everything that `runStream` can measure. */
export const streamNames = [
  ...Object.keys(framings).map((name) => ({ part: "framing", name })),
  ...Object.keys(endings).flatMap((name) => ["jit", "interpret"].map((mode) => ({ part: "linear", name, mode }))),
  { part: "linear", name: tenToTheSixth, mode: plainLoop },
  ...["jit", "interpret"].map((mode) => ({ part: "whole", name: "64 KiB chunks and whole", mode })),
];

export const runStream = ({ part, name, mode }, plan) => {
  if (part === "framing") return { ns: compared(contendersFor(framings[name]()), plan) };
  if (mode === plainLoop) return unlessAbsent(() => plainStrings(plan));
  if (part === "linear") return unlessAbsent(() => doubling(endings[name], mode, plan));
  return unlessAbsent(() => chunksAndWhole(mode, plan));
};
