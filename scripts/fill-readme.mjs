// Puts the targets of docs/benchmarks.md and the recorded bundle sizes between the bench markers of README.md.
import { readFileSync, writeFileSync } from "node:fs";

const file = (path) => new URL(`../${path}`, import.meta.url);
const read = (path) => readFileSync(file(path), "utf8");

const section =
  read("docs/benchmarks.md")
    .split(/^## /m)
    .find((part) => part.startsWith("Targets\n")) ?? "";
const table = section.split("\n").filter((line) => line.startsWith("|"));
if (table.length < 3) console.log("docs/benchmarks.md has no table under Targets yet");

const sizes = Object.entries(JSON.parse(read("scripts/bundle-size.json")))
  .map(([name, bytes]) => `${name} ${(bytes / 1000).toFixed(1)} kB`)
  .join(", ");
const size =
  sizes === ""
    ? []
    : [...(table.length > 0 ? [""] : []), `Minified and gzipped, @wireform/codec is, by what is used of it: ${sizes}.`];

const readme = read("README.md");
const filled = readme.replace(
  /<!-- bench -->[\s\S]*<!-- \/bench -->/,
  () => `<!-- bench -->\n${[...table, ...size].join("\n")}\n<!-- /bench -->`,
);
writeFileSync(file("README.md"), filled);
