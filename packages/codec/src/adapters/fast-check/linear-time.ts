// The law of time: what is eight times as long takes about eight times as long, in chunks too. Looking again from the start
// at every chunk would take sixty-four times as long.

import fc from "fast-check";
import { type Codec, Decoder } from "../../index.js";
import { everySo } from "./chunks.js";
import { type AnyCodec, Broken, outcomeOf } from "./outcome.js";
import type { Law, Subject } from "./subject.js";

const TIMES = 8;
const MOST = 3 * TIMES;
/** Bytes of the shorter of two streams, of the shorter of two messages, and of a chunk. */
const STREAM = 8192;
const MESSAGE = 16384;
const CHUNK = 64;
/** How many tries come before a verdict. */
const FEWEST = 2;
/** How often streams are tried, and twice as long ones when those seem to be slow. */
const TRIES = [8, 4];

interface Usage {
  readonly user: number;
  readonly system: number;
}

/** Microseconds that a run costs: of the processor's time where it is told, for others may use the machine too. */
function cost(run: () => void): number {
  const { process } = globalThis as { process?: { cpuUsage?(since?: Usage): Usage } };
  const before = process?.cpuUsage?.();
  const start = Date.now();
  run();
  const after = before && process?.cpuUsage?.(before);
  return after ? after.user + after.system : 1000 * (Date.now() - start);
}

/** The same bytes so many times that they are `size` at least. */
function repeated(bytes: Uint8Array, size: number): Uint8Array {
  const times = Math.ceil(size / bytes.length);
  const stream = new Uint8Array(times * bytes.length);
  for (let i = 0; i < times; i++) stream.set(bytes, i * bytes.length);
  return stream;
}

/** Asks a decoder for everything in a stream, and keeps nothing of it. */
function consume(codec: AnyCodec, chunks: readonly Uint8Array[]): void {
  const decoder = new Decoder(codec as Codec<unknown, never>);
  outcomeOf(() => {
    for (const chunk of chunks) for (const _ of decoder.push(chunk));
    for (const _ of decoder.end());
  }, "DecodeError");
}

/** How many times as long the stream takes that has `TIMES` as much; of each, the try counts that nothing else disturbed. */
function growth(codec: AnyCodec, short: readonly Uint8Array[], long: readonly Uint8Array[], tries: number): number {
  let [most, least] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const costOf = (chunks: readonly Uint8Array[]): number => cost(() => consume(codec, chunks));
  for (let i = 0; i < tries; i++) {
    // The longer one goes first, when the engine has yet to warm up.
    most = Math.min(most, costOf(long));
    least = Math.min(least, costOf(short));
    // One try that something disturbed would make anything seem linear, or nothing.
    if (i >= FEWEST && (most <= MOST * least || most > 2 * MOST * least)) break;
  }
  return most / least;
}

/** What starts over does so at every size; what only seems to, because little was measured, does not. */
function expectLinear(codec: AnyCodec, make: (scale: number) => Uint8Array, what: string): void {
  const chunks = everySo(CHUNK);
  let grows = 0;
  for (const [i, tries] of TRIES.entries()) {
    const scale = 2 ** i;
    grows = growth(codec, chunks(make(scale)), chunks(make(TIMES * scale)), tries);
    if (grows <= MOST) return;
  }
  const start = make(1).subarray(0, 64);
  throw new Broken(`${what} ${TIMES} times as long takes ${grows.toFixed(0)} times as long`, codec, start);
}

/** Time is in proportion to bytes: those of many messages, and where it is said how one grows, those of one. */
export const linearTime = ({ codec, inputs, grown }: Subject): Law => {
  // Once tells as much as often.
  let told = false;
  return fc.property(inputs, (value) => {
    if (told) return;
    const bytes = codec.encode(value);
    if (grown) expectLinear(codec, (scale) => codec.encode(grown(MESSAGE * scale)), "a message");
    if (!codec.schema.facts.greedy && bytes.length > 0)
      expectLinear(codec, (scale) => repeated(bytes, STREAM * scale), "a stream of messages");
    told = bytes.length > 0;
  });
};
