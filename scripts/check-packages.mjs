// Packs every package as it would be published, lints the tarballs, then installs them together in an empty project
// and imports every entry point from there.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const work = join(root, ".cache/packages");
const consumer = join(work, "consumer");
rmSync(work, { recursive: true, force: true });
mkdirSync(consumer, { recursive: true });

const bin = (name) => join(root, "node_modules/.bin", name);
function run(command, args, cwd = root) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ["ignore", "inherit", "inherit"] });
  if (error) throw error;
  if (status !== 0) {
    console.error(`failed: ${command} ${args.join(" ")}`);
    process.exitCode = 1;
  }
}

const dependencies = {};
const entryPoints = [];
for (const folder of readdirSync(join(root, "packages"))) {
  const cwd = join(root, "packages", folder);
  const manifest = JSON.parse(readFileSync(join(cwd, "package.json"), "utf8"));
  const tarball = join(work, `${folder}.tgz`);
  run("pnpm", ["pack", "--out", tarball], cwd);
  run(bin("publint"), ["run", "--strict", tarball]);

  const exported = Object.keys(manifest.exports).filter((path) => path !== "./package.json");
  if (exported.length > 0) run(bin("attw"), [tarball, "--profile", "esm-only", "--no-emoji", "--no-definitely-typed"]);
  entryPoints.push(...exported.map((path) => manifest.name + path.slice(1)));
  dependencies[manifest.name] = `file:${tarball}`;
}

// Optional peers too, so that the entry points made for them can be imported.
const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
for (const peer of ["zod", "fast-check", "binary-parser"]) dependencies[peer] = devDependencies[peer];
writeFileSync(join(consumer, "package.json"), JSON.stringify({ private: true, type: "module", dependencies }));
run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"], consumer);
for (const entry of entryPoints)
  run(
    process.execPath,
    ["--input-type=module", "-e", `await import("${entry}"); console.log("imports ${entry}")`],
    consumer,
  );
