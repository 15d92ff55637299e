// How long the command takes to start: the least and the median of many runs, and the processor's time of one, beside Node.js
// itself doing nothing. Others use the machine too, so that slow times are said to be slow and fail nothing; where it is busy,
// the processor's time counts.
//
//   node packages/cli/scripts/start.mjs [runs]

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";

const runs = Number(process.argv[2] ?? 20);
const command = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const lines = {
  "node -e 0": ["-e", "0"],
  "wireform --help": [command, "--help"],
  "wireform decode --schema mqtt --hex c000": [command, "decode", "--schema", "mqtt", "--hex", "c000"],
};
const targets = { "wireform --help": 150, "wireform decode --schema mqtt --hex c000": 300 };

const busy = loadavg()[0] > cpus().length / 2;
const machine = `${cpus().length} cores, ${cpus()[0]?.model}, Node.js ${process.version}`;
/** What all processes that this one has waited for have had of a processor, in milliseconds. */
function work() {
  const [user, system] = readFileSync("/proc/self/stat", "utf8")
    .replace(/^.*\) /s, "")
    .split(" ")
    .slice(13, 15);
  return (Number(user) + Number(system)) * 10;
}

const works = Object.fromEntries(Object.keys(lines).map((name) => [name, 0]));
const times = Object.fromEntries(Object.keys(lines).map((name) => [name, []]));
for (let run = 0; run < runs; run++)
  for (const [name, argv] of Object.entries(lines)) {
    const before = work();
    const begun = performance.now();
    const { status } = spawnSync(process.execPath, argv);
    times[name].push(performance.now() - begun);
    works[name] += work() - before;
    if (status !== 0) throw new Error(`${name} ended with ${status}`);
  }

for (const [name, all] of Object.entries(times)) {
  const sorted = all.sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  const target = targets[name];
  const cost = works[name] / runs;
  const figures = `${name.padEnd(42)} least ${sorted[0].toFixed(0)} ms, median ${median.toFixed(0)} ms, processor ${cost.toFixed(0)} ms`;
  if (target === undefined) console.log(figures);
  else console.log(`${(busy ? cost : median) <= target ? "pass" : "slow"}: ${figures}, wanted ${target} ms`);
}
console.log(busy ? `${machine}, busy with other things: the processor's time counts` : machine);
