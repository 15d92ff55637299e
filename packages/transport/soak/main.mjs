// Runs every scenario in processes of its own, one after the other, and counts: pnpm test:soak [--scale 0.1] [name …]
// Counts and durations shrink with the scale; what must hold does not. Only loopback and a private namespace are used.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** Names of scenarios with the seconds they may take at most. */
const scenarios = {
  connections: 120,
  headers: 120,
  "slow-loris": 150,
  "never-read": 120,
  cuts: 180,
  chaos: 150,
  vanished: 60,
  cycles: 960,
  "wrong-protocol": 120,
};

const { values, positionals } = parseArgs({
  options: { scale: { type: "string", default: process.env.WIREFORM_SOAK_SCALE ?? "1" } },
  allowPositionals: true,
});
const scale = Number(values.scale);
if (!(scale > 0 && scale <= 1)) throw new Error(`--scale is above 0 and at most 1; got ${values.scale}`);
for (const name of positionals) if (!(name in scenarios)) throw new Error(`no scenario ${name}`);

/** Two descriptors for each of 10,000 connections and some more, or as many as this machine allows. */
const withDescriptors = 'ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"; exec "$@"';

function run(name, seconds) {
  const script = fileURLToPath(new URL(`scenarios/${name}.mjs`, import.meta.url));
  const command = [process.execPath, "--expose-gc", script];
  const child = spawn("sh", ["-c", withDescriptors, "sh", ...command], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, WIREFORM_SOAK_SCALE: String(scale) },
  });
  let said = "";
  child.stdout.on("data", (chunk) => (said += chunk));
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), 3000).unref();
  }, seconds * 1000);
  return new Promise((resolve) => {
    child.on("close", (code) => {
      clearTimeout(timer);
      if (late) said += `\nnot done within ${seconds} s`;
      resolve({ outcome: { 0: "pass", 77: "skip" }[code] ?? "FAIL", said: said.trim() || `exited with ${code}` });
    });
  });
}

const counts = { pass: 0, FAIL: 0, skip: 0 };
const began = performance.now();
if (scale !== 1) console.log(`at ${scale} of the full counts and durations`);
for (const [name, seconds] of Object.entries(scenarios)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const start = performance.now();
  const { outcome, said } = await run(name, seconds);
  counts[outcome]++;
  console.log(`${outcome}  ${name.padEnd(14)}  ${said}  (${((performance.now() - start) / 1000).toFixed(1)} s)`);
}
const skipped = counts.skip > 0 ? `, ${counts.skip} skipped` : "";
console.log(`soak: done in ${Math.round((performance.now() - began) / 1000)} s${skipped}`);
console.log(`${counts.pass} passed, ${counts.FAIL} failed`);
process.exitCode = counts.FAIL === 0 ? 0 : 1;
