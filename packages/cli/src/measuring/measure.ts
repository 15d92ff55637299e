// Interleaved slices: each contender in turn, many times over, so that whatever disturbs the machine disturbs all alike.
// The median of a contender's slices forgets those that were hit.

import { setImmediate } from "node:timers/promises";

export interface Contender {
  /** Runs over all messages so many times. */
  run(times: number): void;
}

const SLICE = 10;

/** A loop of its own for each: one that they share would be judged by what the others have taught the engine. */
export function contender<T>(act: (input: T) => unknown, inputs: readonly T[]): Contender {
  const sink: { last?: unknown } = {};
  try {
    const text = `/* ${++loops} */ for (let t = 0; t < times; t++) for (let i = 0; i < inputs.length; i++) sink.last = act(inputs[i]);`;
    const loop = new Function("times", "act", "inputs", "sink", text);
    return { run: (times) => loop(times, act, inputs, sink) };
  } catch {
    return {
      run(times) {
        for (let t = 0; t < times; t++) for (const input of inputs) sink.last = act(input);
      },
    };
  }
}
let loops = 0;

/** The median milliseconds that a run takes, of each contender, measured for so many seconds in all. */
export async function measure(
  contenders: readonly Contender[],
  seconds: number,
  between: (done: number) => void,
): Promise<number[]> {
  const begun = performance.now();
  const spent = (): number => (performance.now() - begun) / (seconds * 1000);
  const lanes = contenders.map((each) => ({ each, times: 1, took: [] as number[] }));
  const slice = ({ each, times }: (typeof lanes)[number]): number => {
    const start = performance.now();
    each.run(times);
    return performance.now() - start;
  };
  // The first quarter is for the engine to learn in, and to find out how many runs make a slice.
  do {
    for (const lane of lanes) {
      const took = slice(lane);
      lane.times = took < SLICE / 2 ? lane.times * 2 : Math.max(1, Math.round((lane.times * SLICE) / took));
    }
    await setImmediate();
    between(spent());
  } while (spent() < 0.25);
  do {
    for (const lane of lanes) lane.took.push(slice(lane) / lane.times);
    await setImmediate();
    between(spent());
  } while (spent() < 1);
  return lanes.map(({ took }) => took.sort((a, b) => a - b)[took.length >> 1] as number);
}
