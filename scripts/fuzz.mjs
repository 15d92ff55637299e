// Runs the property tests (*.fuzz.test.ts) many more times than the suite does: pnpm fuzz [runs per property] [seconds per file]
// fast-check prints the seed and the shrunk counterexample of whatever fails.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [runs = "10000", seconds] = process.argv.slice(2);
const { status } = spawnSync(
  process.execPath,
  ["node_modules/vitest/vitest.mjs", "run", ".fuzz.test.ts", "--testTimeout=3600000"],
  {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, WIREFORM_FUZZ_RUNS: runs, ...(seconds && { WIREFORM_FUZZ_SECONDS: seconds }) },
  },
);
process.exit(status ?? 1);
