// The laws that hold for every schema, as properties. Each says what is broken in words and shows the bytes.

import fc, { type Arbitrary, type IProperty } from "fast-check";
import { engineOf } from "../../compile.js";
import { type Codec, compile, Decoder } from "../../index.js";
import { cuts, everyByte } from "./chunks.js";
import { conversations, converse } from "./conversations.js";
import { type Mutation, mutations } from "./mutations.js";
import { type AnyCodec, Broken, expectSame, outcomeOf, streamed } from "./outcome.js";
import { fitting } from "./patience.js";
import { changed, placesOf } from "./places.js";
import { difference, limitedTo } from "./same.js";
import { type DrawOptions, input } from "./values.js";

/** What a law is asked about. */
export interface Subject {
  readonly codec: AnyCodec;
  /** The same schema, compiled the other way; undefined where JavaScript may not be generated. */
  readonly other: AnyCodec | undefined;
  readonly inputs: Arbitrary<unknown>;
  readonly mutations: Arbitrary<Mutation>;
}

export function subjectOf(codec: AnyCodec, options: DrawOptions): Subject {
  const { schema, limits } = codec;
  const { views } = engineOf(codec);
  let other: AnyCodec | undefined;
  try {
    other = compile(schema, { limits, views, mode: codec.mode === "jit" ? "interpret" : "jit" }) as AnyCodec;
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
  }
  return { codec, other, inputs: input(schema, options), mutations: mutations(schema, options) };
}

// biome-ignore lint/suspicious/noExplicitAny: as fast-check has it, whose properties take arguments of all kinds
export type Law = IProperty<any>;

const joined = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

/** Prefixes of which each ends somewhere else; all of them where there are not many. */
function prefixesOf(bytes: Uint8Array): Uint8Array[] {
  const step = Math.max(1, Math.floor(bytes.length / 40));
  return Array.from({ length: Math.ceil(bytes.length / step) }, (_, i) => bytes.subarray(0, i * step));
}

const demand = (holds: boolean, reason: string, codec: AnyCodec, bytes: Uint8Array): void => {
  if (!holds) throw new Broken(reason, codec, bytes);
};

/** What was encoded decodes to itself. */
export const roundTrip = ({ codec, inputs }: Subject): Law =>
  fc.property(inputs, (value) => {
    const bytes = codec.encode(value);
    const first = codec.decode(bytes);
    // Decoding adds what follows from others, and nothing else.
    expectSame(limitedTo(value, first), value, "decode(encode(v)) is not v", codec, bytes);
    expectSame(codec.decode(codec.encode(first)), first, "decode(encode(v)) is not v the second time", codec, bytes);
  });

/** What encode writes, decode and encode write again. */
export const canonical = ({ codec, inputs }: Subject): Law =>
  fc.property(inputs, (value) => {
    const bytes = codec.encode(value);
    expectSame(codec.encode(codec.decode(bytes)), bytes, "encode(decode(b)) is not b", codec, bytes);
  });

/** Size says what encode writes, and write writes just that, wherever it is told to. */
export const size = ({ codec, inputs }: Subject): Law =>
  fc.property(inputs, fc.nat(9), (value, offset) => {
    const bytes = codec.encode(value);
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
  });

/** Leaving out a field changes no byte, or is refused. */
export const derived = ({ codec, inputs }: Subject): Law =>
  fc.property(inputs, fc.nat(), (value, which) => {
    const bytes = codec.encode(value);
    const full = codec.decode(bytes);
    const places = placesOf(codec.schema, full);
    if (places.length === 0) return;
    const place = places[which % places.length] as (typeof places)[number];
    const outcome = outcomeOf(() => codec.encode(changed(full, place, undefined)), "EncodeError");
    if ("value" in outcome)
      expectSame(outcome.value, bytes, `without ${place.join(".")} other bytes are written`, codec, bytes);
  });

/** Several messages come out the same however their bytes are cut, and nothing is left. */
export const splitInvariance = ({ codec, inputs }: Subject): Law =>
  fc.property(messagesOf(codec, inputs), cuts(), (messages, cut) => {
    const stream = joined(messages);
    const want = { values: messages.map((bytes) => codec.decode(bytes)), left: 0 };
    expectSame(streamed(codec, cut(stream)), want, "the decoder gives something else for these chunks", codec, stream);
    expectSame(
      streamed(codec, everyByte(stream)),
      want,
      "the decoder gives something else byte by byte",
      codec,
      stream,
    );
  });

/** Messages for one stream: one where it takes everything up to the end. */
function messagesOf(codec: AnyCodec, inputs: Arbitrary<unknown>): Arbitrary<Uint8Array[]> {
  const message = fitting(
    inputs.map((value) => codec.encode(value)),
    (bytes) => bytes.length > 0,
    () => "messages without bytes have no end in a stream",
  );
  return fc.array(message, { minLength: 1, maxLength: codec.schema.facts.greedy ? 1 : 3 });
}

/** Each message comes out with the chunk that completes it, not before and not later. */
export const promptEmission = ({ codec, inputs }: Subject): Law =>
  fc.property(messagesOf(codec, inputs), cuts(), (messages, cut) => {
    const ends = messages.map((_, i) => joined(messages.slice(0, i + 1)).length);
    const stream = joined(messages);
    for (const chunks of [cut(stream), everyByte(stream)]) {
      const decoder = new Decoder(codec as Codec<unknown, never>);
      let pushed = 0;
      let count = 0;
      for (const chunk of chunks) {
        pushed += chunk.length;
        for (const _ of decoder.push(chunk)) count++;
        const due = ends.filter((end) => end <= pushed).length;
        demand(count === due, `${count} of ${due} messages are out after ${pushed} bytes`, codec, stream);
        const missing = (ends.find((end) => end > pushed) ?? Number.POSITIVE_INFINITY) - pushed;
        const { needed } = decoder;
        demand(
          needed >= 1 && needed <= missing,
          `needs ${needed} more after ${pushed}, but ${missing} are missing`,
          codec,
          stream,
        );
      }
    }
  });

/** Every beginning of a message says that it needs more: at least one byte, at most those that are missing. */
export const honestPrefixes = ({ codec, inputs }: Subject): Law =>
  fc.property(inputs, (value) => {
    const bytes = codec.encode(value);
    for (const prefix of prefixesOf(bytes)) {
      const missing = bytes.length - prefix.length;
      const answer = codec.read(prefix);
      if (!("needed" in answer)) throw new Broken(`the first ${prefix.length} bytes have a value`, codec, prefix);
      const { needed } = answer;
      demand(
        Number.isInteger(needed) && needed >= 1 && needed <= missing,
        `after ${prefix.length} bytes ${needed} more are needed, but ${missing} are missing`,
        codec,
        bytes,
      );
    }
  });

/** A message that is cut short is an error at the end, behind the messages before it. */
export const truncation = ({ codec, inputs }: Subject): Law =>
  fc.property(inputs, cuts(), (value, cut) => {
    const bytes = codec.encode(value);
    for (const prefix of prefixesOf(bytes)) {
      const whole = outcomeOf(() => codec.decode(prefix), "DecodeError");
      demand(
        "error" in whole && whole.error.code === "truncated",
        "a cut message is not called truncated",
        codec,
        prefix,
      );
      if (prefix.length === 0) continue;
      const { values, error } = streamed(codec, [bytes, ...cut(prefix)]);
      expectSame(values, [codec.decode(bytes)], "the message before a cut one is not delivered", codec, prefix);
      demand(error?.code === "truncated", "end() does not say that a message was cut short", codec, prefix);
    }
  });

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
  fc.property(subject.mutations, ({ label, bytes }) => labelled(label, () => expectAnswer(subject, bytes)));

/** What a decoder says to a damaged stream does not depend on how it was cut. */
export const damagedStreams = ({ codec, mutations: damaged, inputs }: Subject): Law =>
  fc.property(messagesOf(codec, inputs), damaged, cuts(), (before, { label, bytes }, cut) => {
    const stream = joined([...before, bytes]);
    labelled(label, () => {
      const whole = streamed(codec, [stream]);
      expectSame(streamed(codec, cut(stream)), whole, "these chunks tell another story than one chunk", codec, stream);
      expectSame(streamed(codec, everyByte(stream)), whole, "byte by byte tells another story", codec, stream);
    });
  });

function labelled(label: string, run: () => void): void {
  try {
    run();
  } catch (error) {
    if (error instanceof Broken) error.message = `after this damage: ${label}\n${error.message}`;
    throw error;
  }
}

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

/** Generated code and the interpreter agree: on values, on what is no value, and on every field of every error. */
export const modesAgree = (subject: Subject): Law =>
  fc.property(subject.inputs, fc.nat(), (value, which) => {
    const { codec, other } = subject;
    if (!other) return;
    const bytes = codec.encode(value);
    expectModesAgree(subject, bytes);
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
  });

/** A limit on the size of messages is kept to the byte, by everyone. */
export const bounded = ({ codec, inputs }: Subject): Law =>
  fc.property(inputs, (value) => {
    const bytes = codec.encode(value);
    const of = (maxMessageSize: number): AnyCodec =>
      compile(codec.schema, { mode: "interpret", limits: { ...codec.limits, maxMessageSize } }) as AnyCodec;
    const roomy = of(bytes.length);
    expectSame(roomy.encode(value), bytes, "a limit that is kept changes what is written", codec, bytes);
    expectSame(roomy.decode(bytes), codec.decode(bytes), "a limit that is kept changes what is read", codec, bytes);
    if (bytes.length === 0) return;
    const tight = of(bytes.length - 1);
    for (const [what, run, allowed] of [
      ["encode", () => tight.encode(value), "EncodeError"],
      ["decode", () => tight.decode(bytes), "DecodeError"],
      ["Decoder", () => [...new Decoder(tight as Codec<unknown, never>).push(bytes)], "DecodeError"],
    ] as const) {
      const outcome = outcomeOf(run, allowed);
      if (what === "Decoder" && codec.schema.facts.greedy && !("error" in outcome)) continue;
      const code = "error" in outcome ? outcome.error.code : "nothing";
      demand(
        code === "limit",
        `${what} of ${bytes.length} bytes, of ${bytes.length - 1} allowed, says ${String(code)}`,
        codec,
        bytes,
      );
    }
  });

/** A decoder that is fed, paused, emptied and ended in any order gives what it has, and keeps the rest. */
export const conversation = ({ codec, other }: Subject): Law => {
  const codecs = [codec, other ?? codec] as unknown as Codec<unknown, never>[];
  return fc.property(conversations(codecs), (steps) => converse(codecs, steps));
};
