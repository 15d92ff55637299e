// Interleaved measurement. Many short rounds in one process; in each round every contender runs one slice, in shuffled
// order, so that whatever disturbs the machine disturbs all alike. What counts is the ratio inside a round; the median
// over rounds forgets the rounds that were hit.
import { performance } from "node:perf_hooks";

const sink = { value: undefined, code: 0 };
const minorCollection = globalThis.gc ? () => globalThis.gc({ type: "minor" }) : () => {};

let loops = 0;

/**
 * A loop of its own for each contender: a shared one would be megamorphic and hide what inlining gives. The text must
 * differ too, because V8 keeps one set of type feedback for equal texts.
 */
const loopFor = (contender) => {
  const { inputs, run, text } = contender;
  if ((inputs.length & (inputs.length - 1)) !== 0) throw new Error("the number of inputs must be a power of two");
  const loop = new Function(
    ...["run", "inputs", "sink", "times", "text"],
    `/* ${loops++} */ for (let i = 0; i < times; i++) {
      const value = run(inputs[i & ${inputs.length - 1}]);
      sink.value = value;
      ${text ? "sink.code = text(value).charCodeAt(0);" : ""}
    }`,
  );
  return (times) => {
    const start = performance.now();
    loop(run, inputs, sink, times, text);
    return performance.now() - start;
  };
};

const shuffle = (items) => {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items;
};

/**
 * Times `contenders` ({ name, run, inputs, text }) and returns { name: [nanoseconds per run, one a round] }.
 * `text`, where there is one, gives a string of the value to be read: V8 puts off the work of joining strings until then.
 * Slices are about `slice` milliseconds long; every contender first runs for `warmup` milliseconds in three turns.
 */
export function measure(contenders, { rounds, slice, warmup }) {
  const lanes = contenders.map((contender) => ({ name: contender.name, loop: loopFor(contender), times: 1, ns: [] }));
  for (let turn = 0; turn < 3; turn++)
    for (const lane of shuffle([...lanes]))
      for (let spent = 0; spent < warmup / 3; ) {
        const took = lane.loop(lane.times);
        spent += took;
        if (took < slice / 2) lane.times *= 2;
        else lane.times = Math.max(1, Math.round((lane.times * slice) / took));
      }
  for (let round = 0; round < rounds; round++)
    for (const lane of shuffle([...lanes])) {
      minorCollection();
      lane.ns.push((lane.loop(lane.times) * 1e6) / lane.times);
    }
  return Object.fromEntries(lanes.map(({ name, ns }) => [name, ns]));
}

export const quantile = (numbers, q) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)];
  return low + (sorted[Math.ceil(at)] - low) * (at % 1);
};
export const median = (numbers) => quantile(numbers, 0.5);

/** The ratio of two contenders, taken round by round: median and quartiles. */
export const ratio = (over, under) => {
  const ratios = over.map((ns, round) => ns / under[round]);
  return { median: median(ratios), low: quantile(ratios, 0.25), high: quantile(ratios, 0.75) };
};

/** Three significant digits. */
export const digits = (x) => (x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toFixed(2));
