// The incremental decoder: chunks in, messages out. Beside it pg-protocol's parser, the best resumable parser of npm, on
// its own framing (u8 type, u32 length that counts itself), and a hand-written one of the same framing.
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

const copyData = 0x64;
const frame = (payload) => {
  const bytes = Buffer.alloc(5 + payload.length);
  bytes[0] = copyData;
  bytes.writeUInt32BE(4 + payload.length, 1);
  bytes.set(payload, 5);
  return bytes;
};

/** The same care as Wireform's: the payload is a copy, a message above the limit is refused at its header. */
class HandWritten {
  #tail = Buffer.alloc(0);
  #kept = 0;

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
      deliver({ type: bytes[at], length, payload: Uint8Array.prototype.slice.call(bytes, at + 5, next) });
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
  const last = decoder.end();
  if (last?.[Symbol.iterator]) for (const message of last) see(message);
};

// Every contender sums up what it delivered, which is also how they are compared first.
const tally = () => {
  const sum = { messages: 0, bytes: 0, check: 0 };
  const add = (payload) => {
    sum.messages++;
    sum.bytes += payload.length;
    sum.check += payload[0] + payload[payload.length - 1];
  };
  return [sum, add];
};

const contendersFor = (chunks) => {
  const run = {
    "hand-written"() {
      const [sum, add] = tally();
      const parser = new HandWritten();
      for (const chunk of chunks) parser.push(chunk, ({ payload }) => add(payload));
      return sum;
    },
    "pg-protocol"() {
      const [sum, add] = tally();
      const parser = new Parser();
      for (const chunk of chunks) parser.parse(chunk, ({ chunk: payload }) => add(payload));
      return sum;
    },
  };
  if (!whyAbsent && wireform.Decoder)
    for (const mode of ["jit", "interpret"]) {
      const { bytes, compile, field, struct, u8, u32 } = wireform;
      const schema = struct({ type: u8, length: u32, payload: bytes(field("length").minus(4)) });
      const codec = compile(schema, { mode, limits });
      run[`wireform ${mode}`] = () => {
        const [sum, add] = tally();
        decodeAll(codec, chunks, ({ payload }) => add(payload));
        return sum;
      };
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

const framings = {
  "one message of 1 MB in chunks of 1 byte": () => chunked(frame(randomBytes(1e6)), 1),
  "one message of 64 MiB in chunks of 16 KiB": () => chunked(frame(Buffer.alloc(64 * MiB, "wireform")), 16_384),
  "messages of 16 bytes in chunks of 64 KiB": () =>
    chunked(Buffer.concat(Array.from({ length: MiB / 4 }, () => frame(randomBytes(11)))), 65_536),
};

// ------------------------------------------------------------------------------------------------ linear time

const n = 1_000_000;

/** Each way a message can end, for a message of about `size` bytes: [schema, value]. */
const endings = {
  "fixed length": ({ bytes }, size) => [bytes(size), Buffer.alloc(size, 1)],
  "u32 prefix": ({ bytes, u32 }, size) => [bytes(u32), Buffer.alloc(size, 1)],
  "varint prefix": ({ bytes, uleb128 }, size) => [bytes(uleb128), Buffer.alloc(size, 1)],
  "prefix of ASCII digits": ({ bytes, decimal, rest, sized }, size) => [
    sized(decimal(8), bytes(rest)),
    Buffer.alloc(size, 1),
  ],
  "length in an earlier field": ({ bytes, field, struct, u32 }, size) => [
    struct({ length: u32, body: bytes(field("length")) }),
    { length: size, body: Buffer.alloc(size, 1) },
  ],
  "type decides": ({ bytes, struct, union, u8, u32 }, size) => [
    union("type", u8, { small: [1, struct({})], large: [2, struct({ body: bytes(u32) })] }),
    { type: "large", body: Buffer.alloc(size, 1) },
  ],
  "delimiter, text": ({ string, until }, size) => [string(until("\r\n"), "ascii"), "a".repeat(size)],
  "delimiter, bytes": ({ bytes, until }, size) => [bytes(until("\r\n")), Buffer.alloc(size, "\r")],
  "end of the stream": ({ bytes, rest }, size) => [bytes(rest), Buffer.alloc(size, 1)],
  "array of strings (10^6 in the longer one)": ({ array, string, u8, u32 }, size) => [
    array(string(u8), u32),
    Array.from({ length: size / 2 }, (_, i) => "item".slice(0, 1 + (i % 4))),
  ],
};

const doubling = (make, mode, plan) => {
  const contenders = [n, 2 * n].map((size, i) => {
    const [schema, value] = make(wireform, size);
    const codec = wireform.compile(schema, { mode, limits });
    const chunks = chunked(codec.encode(value), 64);
    const run = () => {
      let messages = 0;
      decodeAll(codec, chunks, () => messages++);
      return messages;
    };
    if (run() !== 1) throw new Error(`delivers ${run()} messages instead of 1`);
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
  const runs = { "64 KiB chunks": count(chunks), "one chunk": count([stream]), "codec.read in a loop": read };
  for (const [name, run] of Object.entries(runs))
    if (run() !== all.length) throw new Error(`${name} delivers ${run()} messages instead of ${all.length}`);
  const contenders = Object.entries(runs).map(([name, run]) => ({ name, inputs: [undefined], run }));
  return measure(contenders, plan);
};

// ------------------------------------------------------------------------------------------------ all

const unlessAbsent = (job) => {
  const why = whyAbsent ?? (wireform.Decoder ? undefined : "@wireform/codec exports no Decoder yet");
  if (why) return { why };
  try {
    return { ns: job() };
  } catch (error) {
    return { why: `${error.message}`.split("\n")[0] };
  }
};

/** Everything that `runStream` can measure. */
export const streamNames = [
  ...Object.keys(framings).map((name) => ({ part: "framing", name })),
  ...Object.keys(endings).flatMap((name) => ["jit", "interpret"].map((mode) => ({ part: "linear", name, mode }))),
  ...["jit", "interpret"].map((mode) => ({ part: "whole", name: "64 KiB chunks and whole", mode })),
];

export const runStream = ({ part, name, mode }, plan) => {
  if (part === "framing") return { ns: compared(contendersFor(framings[name]()), plan) };
  if (part === "linear") return unlessAbsent(() => doubling(endings[name], mode, plan));
  return unlessAbsent(() => chunksAndWhole(mode, plan));
};
