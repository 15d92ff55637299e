// The law of time: what is eight times as long takes about eight times as long, in chunks too. Looking again from the start
// at every chunk would take sixty-four times as long.

import fc from "fast-check";
import { everySo } from "./chunks.js";
import { type AnyCodec, Broken, streamed } from "./outcome.js";
import type { Law, Subject } from "./subject.js";

const TIMES = 8;
const MOST = 3 * TIMES;
/** Bytes of the shorter of two streams, of the shorter of two messages, and of a chunk. */
const STREAM = 8192;
const MESSAGE = 32768;
const CHUNK = 64;

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

function expectLinear(codec: AnyCodec, short: Uint8Array, long: Uint8Array, what: string): void {
  const costOf = (stream: Uint8Array): number => cost(() => void streamed(codec, everySo(CHUNK)(stream)));
  let [most, least] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  // The longer one goes first, when the engine has yet to warm up. Of each, the try counts that nothing else disturbed.
  for (let tries = 0; tries < 12; tries++) {
    most = Math.min(most, costOf(long));
    least = Math.min(least, costOf(short));
    if (most <= MOST * least) return;
  }
  const growth = (most / least).toFixed(0);
  throw new Broken(`${what} ${TIMES} times as long takes ${growth} times as long`, codec, short.subarray(0, 64));
}

/** Time is in proportion to bytes: those of many messages, and where it is said how one grows, those of one. */
export const linearTime = ({ codec, inputs, grown }: Subject): Law => {
  // Once tells as much as often.
  let told = false;
  return fc.property(inputs, (value) => {
    if (told) return;
    const bytes = codec.encode(value);
    if (grown) expectLinear(codec, codec.encode(grown(MESSAGE)), codec.encode(grown(TIMES * MESSAGE)), "a message");
    if (!codec.schema.facts.greedy && bytes.length > 0)
      expectLinear(codec, repeated(bytes, STREAM), repeated(bytes, TIMES * STREAM), "a stream of messages");
    told = bytes.length > 0;
  });
};
