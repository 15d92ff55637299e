// The laws of single messages, as properties. Each says what is broken in words and shows the bytes.

import fc from "fast-check";
import { engineOf } from "../../compile.js";
import { type Codec, compile, Decoder, type Limits, type Node } from "../../index.js";
import { Reader, STOP } from "../../runtime/reader.js";
import { Writer } from "../../runtime/writer.js";
import { everyTurn } from "./mutations.js";
import { type AnyCodec, Broken, expectSame, outcomeOf } from "./outcome.js";
import { changed, placesOf } from "./places.js";
import { difference, limitedTo } from "./same.js";
import { about, demand, type Law, ofValues, type Subject } from "./subject.js";

/** What was encoded decodes to itself. */
export const roundTrip = (subject: Subject): Law =>
  ofValues(subject, (bytes, value) => {
    const { codec } = subject;
    const first = codec.decode(bytes);
    // Decoding adds what follows from others, and nothing else.
    expectSame(limitedTo(value, first), value, "decode(encode(v)) is not v", codec, bytes);
    expectSame(codec.decode(codec.encode(first)), first, "decode(encode(v)) is not v the second time", codec, bytes);
  });

/** What encode writes, decode and encode write again. */
export const canonical = (subject: Subject): Law =>
  ofValues(subject, (bytes) => {
    const { codec } = subject;
    expectSame(codec.encode(codec.decode(bytes)), bytes, "encode(decode(b)) is not b", codec, bytes);
  });

/** Size says what encode writes, and write writes just that, wherever it is told to. */
export const size = ({ codec, ...subject }: Subject): Law => {
  const holds = (bytes: Uint8Array, value: unknown, offset: number): void => {
    const said = codec.size(value);
    demand(said === bytes.length, `size says ${said}, encode writes ${bytes.length}`, codec, bytes);
    const { min, max } = codec.bound;
    demand(bytes.length >= min && bytes.length <= max, `${bytes.length} bytes are not ${min} to ${max}`, codec, bytes);
    demand(bytes.buffer.byteLength === bytes.length, "encode shares its buffer", codec, bytes);
    const into = new Uint8Array(offset + bytes.length + 9).fill(0xa5);
    const end = codec.write(value, into, offset);
    demand(end === offset + bytes.length, `write ends at ${end}, not at ${offset + bytes.length}`, codec, bytes);
    const around = new Uint8Array(into.length).fill(0xa5);
    around.set(bytes, offset);
    expectSame(into, around, "write does not write what encode does, or touches bytes around it", codec, bytes);
    const read = codec.read(around.subarray(0, end), offset);
    if ("value" in read)
      expectSame(read, { value: codec.decode(bytes), offset: end }, "read is not decode", codec, bytes);
  };
  return ofValues({ codec, ...subject }, holds, fc.nat(9));
};

/** Leaving out a field changes no byte, or is refused. */
export const derived = ({ codec, ...subject }: Subject): Law => {
  const holds = (bytes: Uint8Array, _: unknown, which: number): void => {
    const full = codec.decode(bytes);
    const places = placesOf(codec.schema, full);
    if (places.length === 0) return;
    const place = places[which % places.length] as (typeof places)[number];
    const outcome = outcomeOf(() => codec.encode(changed(full, place, undefined)), "EncodeError");
    if ("value" in outcome)
      expectSame(outcome.value, bytes, `without ${place.join(".")} other bytes are written`, codec, bytes);
  };
  return ofValues({ codec, ...subject }, holds, fc.nat());
};

/** What both ways of compiling make of bytes: the same value, or the same error in every respect. */
function expectModesAgree({ codec, other }: Subject, bytes: Uint8Array): void {
  if (!other) return;
  for (const [what, ask] of [
    ["decode", (of: AnyCodec) => of.decode(bytes)],
    ["read", (of: AnyCodec) => of.read(bytes)],
  ] as const) {
    const answers = [codec, other].map((of) => outcomeOf(() => ask(of), "DecodeError"));
    expectSame(answers[0], answers[1], `${what} differs between ${codec.mode} and ${other.mode}`, codec, bytes);
  }
}

/** Bytes of whatever kind: refused with an error that says where, or decoded to what can be encoded again. */
export function expectAnswer(subject: Subject, bytes: Uint8Array): void {
  const { codec } = subject;
  const outcome = outcomeOf(() => codec.decode(bytes), "DecodeError");
  expectModesAgree(subject, bytes);
  if ("error" in outcome) {
    const { offset } = outcome.error as { offset: number };
    demand(offset >= 0 && offset <= bytes.length, `the error is at ${offset}, outside of the bytes`, codec, bytes);
    return;
  }
  const { value } = outcome;
  const again = outcomeOf(() => codec.encode(value), "EncodeError");
  if ("error" in again) {
    // Lengths and offsets that encode would choose otherwise are refused when given.
    if (again.error.code === "mismatch") return;
    throw new Broken(`what was decoded cannot be encoded: ${String(again.error.message)}`, codec, bytes);
  }
  const differs = difference(codec.decode(again.value as Uint8Array), value);
  if (differs) throw new Broken(`what was decoded changes on its way through encode: ${differs}`, codec, bytes);
}

/** Damaged messages are refused, or are other messages that can be encoded again. */
export const mutatedInput = (subject: Subject): Law =>
  fc.property(subject.mutations, (mutation) => {
    for (const { label, bytes } of [mutation, ...everyTurn(subject.codec, mutation.original)])
      about(subject.codec, bytes, () => expectAnswer(subject, bytes), label);
  });

const nodesOf = (node: Node): Node[] => [node, ...node.children.flatMap(nodesOf)];

/** A picture says what decode says, finds nothing wrong with what is right, and shows nothing outside of the bytes. */
export const picture = (subject: Subject): Law =>
  ofValues(
    subject,
    (bytes, _, { label, bytes: damaged }) => {
      const { codec } = subject;
      const { error, value, ...root } = codec.inspect(bytes);
      demand(error === undefined, "inspect finds an error that decode does not", codec, bytes);
      expectSame(value, codec.decode(bytes), "inspect gives another value than decode", codec, bytes);
      for (const { path, verdict } of nodesOf({ ...root, value }))
        demand(verdict?.ok !== false, `inspect finds ${path} wrong: ${verdict?.text}`, codec, bytes);
      const within = (): void => {
        for (const { path, start, end } of nodesOf(codec.inspect(damaged)))
          demand(0 <= start && start <= end && end <= damaged.length, `${path} is outside`, codec, damaged);
      };
      about(codec, damaged, within, label);
    },
    subject.mutations,
  );

const wrong = [
  undefined,
  null,
  -1,
  1.5,
  -0,
  Number.NaN,
  2 ** 60,
  -1n,
  1n << 70n,
  true,
  "",
  "x\0\r\n\ud800",
  {},
  [],
  [null],
  // As long as a prefix of one byte can say, or as one that means null there.
  new Uint8Array(255),
  "x".repeat(256),
];

/** Whether generated code, where there is some, decodes and encodes a message by itself under these limits. */
function generated({ codec, other }: Subject, value: unknown, bytes: Uint8Array, limits: Limits) {
  const { decode, encode } = engineOf(codec.mode === "jit" ? codec : (other ?? codec));
  const w = new Writer(new Uint8Array(bytes.length), 0, limits, false);
  return {
    decodes: decode && decode(bytes, 0, bytes.length, new Reader(bytes, 0, limits, true), true) !== STOP,
    encodes: encode && encode(w, w.b, 0, value) === bytes.length,
  };
}

/** Generated code and the interpreter agree: on values, on what is no value, and on every field of every error. */
export const modesAgree = (subject: Subject): Law => {
  const { codec, other } = subject;
  const holds = (bytes: Uint8Array, value: unknown, which: number): void => {
    if (!other) return;
    expectModesAgree(subject, bytes);
    const { decodes, encodes } = generated(subject, value, bytes, codec.limits);
    demand(decodes !== false, "generated code leaves it to the interpreter to decode this", codec, bytes);
    demand(encodes !== false, "generated code leaves it to the interpreter to encode this", codec, bytes);
    const room = new Uint8Array(bytes.length);
    const agree = (asked: unknown, note: string): void => {
      for (const [what, ask] of [
        ["encode", (of: AnyCodec) => of.encode(asked)],
        ["size", (of: AnyCodec) => of.size(asked)],
        ["write", (of: AnyCodec) => of.write(asked, room)],
      ] as const) {
        const answers = [codec, other].map((of) => outcomeOf(() => ask(of), "EncodeError"));
        const how = `${what} differs between ${codec.mode} and ${other.mode}${note}`;
        expectSame(answers[0], answers[1], how, codec, bytes);
      }
    };
    agree(value, "");
    const full = codec.decode(bytes);
    const places = placesOf(codec.schema, full);
    const place = places[which % Math.max(1, places.length)] ?? [];
    for (const instead of wrong)
      agree(
        changed(full, place, instead),
        ` with ${String(instead).slice(0, 20)} at ${place.join(".") || "the message"}`,
      );
  };
  return ofValues(subject, holds, fc.nat());
};

/** The same schema with one limit of its own, interpreted. */
const limited = ({ schema, limits }: AnyCodec, name: keyof Limits, limit: number): AnyCodec =>
  compile(schema, { mode: "interpret", limits: { ...limits, [name]: limit } }) as AnyCodec;

/** The smallest limits with which these bytes decode. */
function leastOf(codec: AnyCodec, bytes: Uint8Array): Limits {
  const m = new Reader(bytes, 0, codec.limits, true);
  engineOf(codec).op.decode(m);
  const enough = (maxDepth: number): boolean => limited(codec, "maxDepth", maxDepth).safeDecode(bytes).ok;
  let maxDepth = 0;
  while (!enough(maxDepth)) maxDepth++;
  return { maxMessageSize: bytes.length, maxElements: m.elements, maxDepth };
}

/** Long enough for whatever a few hundred bytes can ask for, on any machine. */
const PATIENCE = 2000;

/** Bytes are answered in a time that says nothing of what they announce: once in three times at least, as machines pause. */
function expectSoon({ codec }: Subject, bytes: Uint8Array): void {
  for (let attempt = 1; ; attempt++) {
    const start = Date.now();
    codec.safeDecode(bytes);
    const took = Date.now() - start;
    if (took < PATIENCE) return;
    demand(attempt < 3, `it takes ${took} ms to answer ${bytes.length} bytes`, codec, bytes);
  }
}

/** Limits are kept to the byte, the element and the level, by everyone; what is announced takes neither memory nor time. */
export const bounded = (subject: Subject): Law =>
  fc.property(subject.inputs, subject.mutations, (value, { label, bytes: damaged }) => {
    const { codec } = subject;
    const bytes = codec.encode(value);
    about(codec, bytes, () => {
      for (const [name, limit] of Object.entries(leastOf(codec, bytes)))
        expectKept(subject, name as keyof Limits, limit, bytes, value);
    });
    const announcing = (): void => {
      expectSoon(subject, damaged);
      expectLittleHeld(limited(codec, "maxMessageSize", bytes.length), damaged);
    };
    about(codec, damaged, announcing, label);
  });

/** With the limit all is as without; with one less everyone says so. */
function expectKept(subject: Subject, name: keyof Limits, limit: number, bytes: Uint8Array, value: unknown): void {
  const { codec } = subject;
  const roomy = limited(codec, name, limit);
  expectSame(roomy.encode(value), bytes, `${name} of ${limit} changes what is written`, codec, bytes);
  expectSame(roomy.decode(bytes), codec.decode(bytes), `${name} of ${limit} changes what is read`, codec, bytes);
  if (limit === 0) return;
  const tight = limited(codec, name, limit - 1);
  // The size is known to who asks generated code.
  const { decodes, encodes } =
    name === "maxMessageSize" ? { decodes: false, encodes: false } : generated(subject, value, bytes, tight.limits);
  demand(!decodes && !encodes, `generated code does not keep ${name} of ${limit - 1}`, codec, bytes);
  for (const [what, run, allowed] of [
    ["encode", () => tight.encode(value), "EncodeError"],
    ["size", () => tight.size(value), "EncodeError"],
    ["decode", () => tight.decode(bytes), "DecodeError"],
    ["Decoder", () => [...new Decoder(tight as Codec<unknown, never>).push(bytes)], "DecodeError"],
  ] as const) {
    const outcome = outcomeOf(run, allowed);
    if (what === "Decoder" && codec.schema.facts.greedy && !("error" in outcome)) continue;
    const code = "error" in outcome ? outcome.error.code : "nothing";
    demand(code === "limit", `${what} says ${String(code)} to ${name} of ${limit - 1}`, codec, bytes);
  }
}

/** A decoder holds no more than the largest message and one chunk, whatever is announced. */
function expectLittleHeld(codec: AnyCodec, bytes: Uint8Array): void {
  const decoder = new Decoder(codec as Codec<unknown, never>);
  const most = codec.limits.maxMessageSize + 1;
  outcomeOf(() => {
    for (const byte of [...bytes, ...new Array<number>(most).fill(0xff)]) {
      for (const _ of decoder.push(Uint8Array.of(byte)));
      demand(decoder.buffered <= most, `the decoder holds ${decoder.buffered} bytes`, codec, bytes);
    }
  }, "DecodeError");
}
