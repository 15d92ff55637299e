// node bench/src/main.mjs [filter…] [--quick] [--no-write]
// Filters name parts: A … E, decode, encode, A.decode, compile, streams, sockets. Without a filter everything runs and the
// result is written to docs/benchmarks.md; a quick or filtered run only prints.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { messages } from "./messages/index.mjs";
import { document, print } from "./report.mjs";
import { runSockets } from "./sockets.mjs";
import { streamNames } from "./streams.mjs";
import { whyAbsent } from "./wireform.mjs";

const flags = process.argv.slice(2).filter((word) => word.startsWith("--"));
const filters = process.argv.slice(2).filter((word) => !word.startsWith("--"));
for (const flag of flags) if (!["--quick", "--no-write"].includes(flag)) throw new Error(`unknown option ${flag}`);
const quick = flags.includes("--quick");
const write = !quick && filters.length === 0 && !flags.includes("--no-write");

const plan = quick
  ? { processes: 1, rounds: 12, slice: 4, warmup: 120 }
  : { processes: 5, rounds: 24, slice: 6, warmup: 240 };
const jobs = messages
  .flatMap(({ id }) => ["decode", "encode"].map((direction) => ({ id, direction, name: `${id}.${direction}` })))
  .filter(
    ({ name }) => filters.length === 0 || filters.some((filter) => name.split(".").concat(name).includes(filter)),
  );

const worker = fileURLToPath(new URL("worker.mjs", import.meta.url));
// Collecting garbage on the same thread takes the other cores, and whoever else uses them, out of the figures: freeing
// the buffers of D on a second thread made the same code differ from itself by a fifth.
const nodeFlags = ["--expose-gc", "--single-threaded-gc"];
const inProcess = (what, options) => {
  const { status, stdout } = spawnSync(process.execPath, [...nodeFlags, worker, what, JSON.stringify(options)], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 1 << 28,
  });
  if (status !== 0) {
    console.error(`failed: ${what} ${JSON.stringify(options)}`);
    process.exit(1);
  }
  return JSON.parse(stdout);
};

const progress = (text) => process.stderr.isTTY && process.stderr.write(`\r${text.padEnd(60)}\r`);

if (whyAbsent) console.log(`Wireform is left out: ${whyAbsent}`);

const results = Object.fromEntries(messages.map(({ id }) => [id, {}]));
for (let turn = 0; turn < plan.processes; turn++)
  for (const { id, direction, name } of jobs) {
    progress(`process ${turn + 1} of ${plan.processes}: ${name}`);
    const { rounds, slice, warmup } = plan;
    const fresh = inProcess("message", { id, direction, rounds, slice, warmup });
    const known = results[id][direction];
    if (!known) {
      results[id][direction] = fresh;
      continue;
    }
    if (`${Object.keys(fresh.ns)}` !== `${Object.keys(known.ns)}`) throw new Error("the build changed during the run");
    for (const [contender, ns] of Object.entries(fresh.ns)) known.ns[contender].push(...ns);
  }

const compile =
  filters.length === 0 || filters.includes("compile")
    ? Object.fromEntries(
        ["jit", "interpret"].map((mode) => [
          mode,
          Array.from({ length: quick ? 3 : 11 }, () => inProcess("compile", { mode, times: 20 })),
        ]),
      )
    : undefined;

const streams = [];
if (filters.length === 0 || filters.includes("streams"))
  for (const subject of streamNames) {
    progress(`${subject.name} ${subject.mode ?? ""}`);
    const streamPlan = { rounds: quick ? 3 : 15, slice: 20, warmup: quick ? 100 : 300 };
    streams.push({ ...subject, ...inProcess("stream", { subject, plan: streamPlan }) });
  }
if (filters.length === 0 || filters.includes("sockets")) {
  progress("sockets");
  streams.push(...(await runSockets(quick)));
}
progress("");

print({ results, compile, streams });

if (write) {
  const sizes = new URL("../../scripts/bundle-size.json", import.meta.url);
  const bundle = existsSync(sizes) ? JSON.parse(readFileSync(sizes, "utf8")) : {};
  const date = new Date().toISOString().slice(0, 10);
  const file = new URL("../../docs/benchmarks.md", import.meta.url);
  writeFileSync(file, document({ results, compile, streams, bundle, plan: { ...plan, date } }));
  console.log("\nwritten to docs/benchmarks.md");
}
