// The laws of messages in a stream, as properties: whatever the chunks, the same messages, as soon as they can be.

import fc, { type Arbitrary } from "fast-check";
import { type Codec, Decoder, type DecoderOptions, type Resync } from "../../index.js";
import { type Cut, cuts, everyByte, inTwo } from "./chunks.js";
import { conversations, converse } from "./conversations.js";
import { type AnyCodec, Broken, expectSame, outcomeOf, streamed } from "./outcome.js";
import { fitting } from "./patience.js";
import { about, demand, joined, type Law, ofValues, type Subject } from "./subject.js";

/** Messages for one stream: one where it takes everything up to the end. */
function messagesOf(codec: AnyCodec, inputs: Arbitrary<unknown>): Arbitrary<Uint8Array[]> {
  const message = fitting(
    inputs.map((value) => codec.encode(value)),
    (bytes) => bytes.length > 0,
    () => "messages without bytes have no end in a stream",
  );
  return fc.array(message, { minLength: 1, maxLength: codec.schema.facts.greedy ? 1 : 3 });
}

/** Several messages come out the same however their bytes are cut, and nothing is left. */
export const splitInvariance = ({ codec, inputs }: Subject): Law =>
  fc.property(messagesOf(codec, inputs), cuts(), (messages, cut) => {
    const stream = joined(messages);
    about(codec, stream, () => {
      const want = { values: messages.map((bytes) => codec.decode(bytes)), left: 0 };
      for (const chunks of [cut(stream), everyByte(stream), ...inTwo(stream, 64)]) {
        const sizes = chunks.map((chunk) => chunk.length);
        const what = `the decoder gives something else for chunks of ${sizes.slice(0, 20).join(", ")} bytes`;
        expectSame(streamed(codec, chunks), want, what, codec, stream);
      }
    });
  });

/** Each message comes out with the chunk that completes it, not before and not later. */
export const promptEmission = ({ codec, inputs }: Subject): Law =>
  fc.property(messagesOf(codec, inputs), cuts(), (messages, cut) => {
    const ends = messages.map((_, i) => joined(messages.slice(0, i + 1)).length);
    const stream = joined(messages);
    const prompt = (chunks: readonly Uint8Array[]): void => {
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
    };
    about(codec, stream, () => {
      prompt(cut(stream));
      prompt(everyByte(stream));
    });
  });

/** Prefixes of which each ends somewhere else; all of them where there are not many. */
function prefixesOf(bytes: Uint8Array): Uint8Array[] {
  const step = Math.max(1, Math.floor(bytes.length / 40));
  return Array.from({ length: Math.ceil(bytes.length / step) }, (_, i) => bytes.subarray(0, i * step));
}

/** Every beginning of a message says that it needs more: at least one byte, at most those that are missing. */
export const honestPrefixes = (subject: Subject): Law =>
  ofValues(subject, (bytes) => {
    const { codec } = subject;
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
export const truncation = (subject: Subject): Law => {
  const { codec } = subject;
  const holds = (bytes: Uint8Array, _: unknown, cut: Cut): void => {
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
      const { path, offset } = ("error" in whole ? whole.error : {}) as { path: string; offset: number };
      const want = { code: "truncated", path, offset: bytes.length + offset };
      const got = { code: error?.code, path: error?.path, offset: error?.offset };
      expectSame(got, want, "end() does not say where a message was cut short", codec, prefix);
    }
  };
  return ofValues(subject, holds, cuts());
};

/** What may be done about bad messages and long ones. */
function policies(): Arbitrary<DecoderOptions> {
  const mark = fc.uint8Array({ minLength: 1, maxLength: 2 });
  const resync: Arbitrary<Resync> = fc.oneof(
    mark.map((at) => ({ at })),
    mark.map((after) => ({ after })),
    fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 3 })).map(([first, size]) => ({
      plausible: (bytes: Uint8Array, offset: number) => bytes[offset] === first,
      size,
    })),
  );
  const max = fc.option(fc.nat(20), { nil: undefined });
  const recovering = fc
    .tuple(resync, max)
    .map(([how, most]) => ({ resync: most === undefined ? how : { ...how, max: most } }));
  const limits = fc.nat(40).map((maxMessageSize) => ({ maxMessageSize }));
  return fc.oneof(
    fc.constant({}),
    limits,
    limits.map((most) => ({ ...most, overlong: "skip" as const })),
    recovering,
    fc.tuple(recovering, limits).map(([a, b]) => ({ ...a, ...b, overlong: "skip" as const })),
  );
}

/** What a decoder says to a damaged stream does not depend on how it was cut, whatever it does about the damage. */
export const damagedStreams = ({ codec, mutations: damaged, inputs }: Subject): Law =>
  fc.property(messagesOf(codec, inputs), damaged, cuts(), policies(), (before, { label, bytes }, cut, policy) => {
    const stream = joined([...before, bytes, ...before]);
    const oneStory = (): void => {
      const whole = streamed(codec, [stream], policy);
      const [these, each] = [streamed(codec, cut(stream), policy), streamed(codec, everyByte(stream), policy)];
      expectSame(these, whole, "these chunks tell another story than one chunk", codec, stream);
      expectSame(each, whole, "byte by byte tells another story", codec, stream);
    };
    about(codec, stream, oneStory, label);
  });

/** A decoder that is fed, paused, emptied and ended in any order gives what it has, and keeps the rest. */
export const conversation = ({ codec, other }: Subject): Law => {
  const codecs = [codec, other ?? codec] as unknown as Codec<unknown, never>[];
  return fc.property(conversations(codecs), (steps) => converse(codecs, steps));
};
