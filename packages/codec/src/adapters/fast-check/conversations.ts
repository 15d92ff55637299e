// A decoder in use: fed in pieces, asked for only some of what is there, switched to another codec, emptied, told that
// nothing follows. A model knows what must come out.

import fc, { type Arbitrary, type Command } from "fast-check";
import { engineOf } from "../../compile.js";
import { type AnySchema, type Codec, compile, Decoder, SchemaError } from "../../index.js";
import { isSchema } from "../../schema.js";
import { type AnyCodec, Broken, expectSame } from "./outcome.js";
import { type DrawOptions, input } from "./values.js";

/** What a conversation should have come to. */
export interface Conversation {
  codec: AnyCodec;
  /** Messages whose bytes the decoder has, but which were not asked for yet; with their bytes. */
  owed: { readonly value: unknown; readonly bytes: Uint8Array }[];
  /** The message in between: what the decoder has of it, and what it has not. */
  begun: Uint8Array;
  missing: Uint8Array;
}

type Step = Command<Conversation, Decoder<unknown>>;

const none = new Uint8Array(0);
const joined = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

/** Asks for as many messages as `most` says, and checks that they are those that are owed. */
function ask(model: Conversation, messages: Iterable<unknown>, most: number): void {
  const got: unknown[] = [];
  const due = model.owed.splice(0, most);
  if (most > 0)
    for (const message of messages) {
      got.push(message);
      if (got.length === most) break;
    }
  const want = due.map(({ value }) => value);
  expectSame(got, want, "the decoder gives other messages", model.codec, joined(...due.map(({ bytes }) => bytes)));
}

function expectBuffered(model: Conversation, decoder: Decoder<unknown>): void {
  const bytes = joined(...model.owed.map((one) => one.bytes), model.begun);
  if (decoder.buffered !== bytes.length)
    throw new Broken(`the decoder holds ${decoder.buffered} bytes, not ${bytes.length}`, model.codec, bytes);
}

const step = (text: string, run: Step["run"], check: Step["check"] = () => true): Step => ({
  check,
  run,
  toString: () => text,
});

/** The rest of a begun message and whole ones, in one chunk that may end inside of another. */
function feeding(values: readonly unknown[], cut: number, most: number): Step {
  return step(`feed ${values.length} messages, the last cut at ${cut}, and ask for ${most}`, (model, decoder) => {
    const messages = values.map((value) => model.codec.encode(value));
    const stream = [joined(model.begun, model.missing), ...messages].filter((bytes) => bytes.length > 0);
    const last = stream.pop() ?? none;
    const had = stream.length === 0 ? model.begun.length : 0;
    const end = last.length === 0 ? 0 : had + 1 + (cut % Math.max(1, last.length - had));
    const whole = joined(...stream, last.subarray(0, end));
    const chunk = whole.slice(model.begun.length);
    const complete = end >= last.length && last.length > 0 ? [...stream, last] : stream;
    model.owed.push(...complete.map((bytes) => ({ value: model.codec.decode(bytes), bytes })));
    model.begun = complete.length > stream.length ? none : last.slice(0, end);
    model.missing = complete.length > stream.length ? none : last.slice(end);
    ask(model, decoder.push(chunk), most);
    // What is left of a chunk may be held back by no more than the chunk's life.
    expectBuffered(model, decoder);
  });
}

const asking = (most: number): Step =>
  step(`ask for ${most}`, (model, decoder) => {
    ask(model, decoder, most);
    expectBuffered(model, decoder);
  });

const switching = (codec: AnyCodec, which: number): Step =>
  step(
    `switch to codec ${which}`,
    (model, decoder) => {
      decoder.use(codec as Codec<unknown, never>);
      model.codec = codec;
    },
    ({ owed, begun }) => owed.length === 0 && begun.length === 0,
  );

const taking: Step = step("take what is left", (model, decoder) => {
  const want = joined(...model.owed.map(({ bytes }) => bytes), model.begun);
  expectSame(Uint8Array.from(decoder.take()), want, "what is left is not what no message has used", model.codec, want);
  Object.assign(model, { owed: [], begun: none, missing: none });
});

const ending: Step = step(
  "say that nothing follows",
  (model, decoder) => ask(model, decoder.end(), Number.POSITIVE_INFINITY),
  ({ begun }) => begun.length === 0,
);

type Subjects = readonly (AnySchema | Codec<unknown, never>)[];

const compiled = new WeakMap<AnySchema, AnyCodec>();

/** Codecs as they are, and schemas as one codec each, whoever asks. */
const codecsOf = (subjects: Subjects): readonly AnyCodec[] =>
  subjects.map((subject) => {
    if (!isSchema(subject)) return subject as unknown as AnyCodec;
    const codec = compiled.get(subject) ?? (compile(subject) as AnyCodec);
    compiled.set(subject, codec);
    return codec;
  });

/** Where one message cannot follow another there is nothing to converse about. */
function expectEnds(codec: AnyCodec, key: number): void {
  if (engineOf(codec).open)
    throw new SchemaError("argument", "takes everything up to the end, so that no message follows it", [key]);
  if (codec.bound.max === 0)
    throw new SchemaError("argument", "has no bytes, so that there is no end of messages", [key]);
}

/**
 * Conversations with a decoder of the first schema or codec, as commands for `fc.modelRun`; {@link converse} runs them.
 * Throws SchemaError "argument", with the number of the schema as its path, where messages do not end by themselves or
 * have no bytes.
 *
 * @example
 * fc.property(conversations([Hello, Body]), (steps) => converse([Hello, Body], steps))
 */
export function conversations(subjects: Subjects, options: DrawOptions = {}): Arbitrary<Iterable<Step>> {
  const all = codecsOf(subjects);
  all.forEach(expectEnds);
  // Values are drawn for every codec, and the one in use takes its own.
  const drawn = fc.tuple(...all.map((codec) => fc.array(input(codec.schema, options), { maxLength: 3 })));
  const feeds = fc.tuple(drawn, fc.nat(999), fc.constantFrom(9, 1, 0, 2)).map(([values, cut, most]): Step => {
    const of = (model: Conversation): Step => feeding(values[all.indexOf(model.codec)] ?? [], cut, most);
    const text = `feed ${values.map((some) => some.length).join(" or ")} messages, cut at ${cut}, and ask for ${most}`;
    return step(text, (model, decoder) => of(model).run(model, decoder));
  });
  const which = fc.nat(Math.max(0, all.length - 1));
  return fc.commands([
    feeds,
    feeds,
    fc.constantFrom(1, 9).map(asking),
    which.map((i) => switching(all[i] as AnyCodec, i)),
    fc.constant(taking),
    fc.constant(ending),
  ]) as Arbitrary<Iterable<Step>>;
}

/** Runs a conversation; throws at the first step after which the decoder is not where the model is. */
export function converse(subjects: Subjects, steps: Iterable<Step>): void {
  const [first] = codecsOf(subjects);
  const setup = () => ({
    model: { codec: first as AnyCodec, owed: [], begun: none, missing: none } as Conversation,
    real: new Decoder(first as Codec<unknown, never>) as Decoder<unknown>,
  });
  fc.modelRun(setup, steps);
}
