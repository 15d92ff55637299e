// Tries the properties (*.fuzz.test.ts and the adapters' tests) again and again, with other seeds and more tries each round:
//   pnpm fuzz [seconds, 300 unless said] [seed]
// Ends with the round in which something fails, or when the time is up. What fails prints its own seed, path and smallest
// counterexample; the line above each round runs that round again.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const [seconds = "300", first = String(Date.now() & 0x7fffffff)] = process.argv.slice(2);
if (![seconds, first].every((given) => /^\d+$/.test(given))) {
  console.error("pnpm fuzz [seconds] [seed]: both are whole numbers");
  process.exit(2);
}
const files = [".fuzz.test.ts", "packages/codec/test/adapters/"];
const end = Date.now() + 1000 * Number(seconds);
const left = () => end - Date.now();

let times = 2;
let tries = 0;
for (let round = 0; ; round++) {
  const seed = (Number(first) + round) & 0x7fffffff;
  const env = { WIREFORM_FUZZ_TIMES: String(times), WIREFORM_FUZZ_SEED: String(seed) };
  const again = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  console.log(`\n${times} times the tries of the suite; again: ${again.join(" ")} npx vitest run ${files.join(" ")}`);
  const start = Date.now();
  const { status, error } = spawnSync(
    process.execPath,
    ["node_modules/vitest/vitest.mjs", "run", "--testTimeout=3600000", "--reporter=default", ...files],
    {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ...env },
      // A round is made to fit; one that takes that much longer hangs.
      timeout: 2 * left() + 120_000,
      killSignal: "SIGKILL",
    },
  );
  if (error) console.error("This round has not ended in its time: something hangs.");
  if (status !== 0) process.exit(1);
  tries += times;
  const took = Date.now() - start;
  // As many tries as fit, twice those of the last round at most.
  times = Math.min(2 * times, Math.floor((0.9 * times * left()) / took));
  if (times < 1) break;
}
console.log(`\nNothing found, with ${tries} times the tries of the suite.`);
