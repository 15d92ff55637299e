// Do the laws notice broken code? Breaks one line of the codec at a time, in a copy, and runs the property tests:
//   node packages/codec/scripts/faults.mjs [how many] [seed]
// Prints each fault with found or MISSED. A fault that changes no behaviour, only speed, is missed rightly.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const count = Number(process.argv[2] ?? 30);
let state = Number(process.argv[3] ?? 1);

/** Numbers by chance, the same for the same seed (mulberry32). */
function random(below) {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % below;
}

/** Ways to break a line. */
const ways = [
  [/ \+ 1\b/, " + 2"],
  [/ - 1\b/, " - 2"],
  [/ <= /, " < "],
  [/ >= /, " > "],
  [/ < (?=[\w$({])/, " <= "],
  [/ > (?=[\w$({])/, " >= "],
  [/ === /, " !== "],
  [/ !== /, " === "],
  [/ && /, " || "],
  [/ \|\| /, " && "],
  [/ \+ (?=\w)/, " - "],
  [/ << /, " >> "],
  [/ >>> /, " << "],
  [/\b255\b/, "127"],
  [/\b128\b/, "64"],
  [/\btrue\b/, "false"],
  [/\bfalse\b/, "true"],
  [/ = 0;/, " = 1;"],
  [/\bMath\.min\b/, "Math.max"],
  [/\bMath\.max\b/, "Math.min"],
  [/return STOP;/, ";"],
  [/(source|m)\.stop\(/, "$1.name("],
];

const copy = mkdtempSync(join(tmpdir(), "wireform-faults-"));
process.on("exit", () => rmSync(copy, { recursive: true, force: true }));
for (const name of [
  "packages",
  "vitest.config.ts",
  "test-fuzz.ts",
  "package.json",
  "tsconfig.base.json",
  "tsconfig.test.json",
])
  cpSync(join(root, name), join(copy, name), { recursive: true, filter: (path) => !/node_modules|\/dist/.test(path) });
mkdirSync(join(copy, "node_modules/@wireform"), { recursive: true });
for (const name of readdirSync(join(root, "node_modules")))
  if (name !== "@wireform") symlinkSync(join(root, "node_modules", name), join(copy, "node_modules", name));
for (const name of ["codec", "protocols", "transport"])
  symlinkSync(join(copy, "packages", name), join(copy, "node_modules/@wireform", name));

const src = join(copy, "packages/codec/src");
const files = ["ops", "runtime", "kinds"].flatMap((folder) =>
  readdirSync(join(src, folder)).map((file) => join(src, folder, file)),
);
files.push(join(src, "decoder.ts"));
const run = (name, timeout) =>
  spawnSync(
    process.execPath,
    [join(root, "node_modules/vitest/vitest.mjs"), "run", "--project", "jit", "--bail", "1", name],
    { cwd: copy, timeout, killSignal: "SIGKILL", encoding: "utf8" },
  );

/** Every kind under every law; where that says nothing, schemas by chance. */
const test = (timeout) => {
  const kinds = run("packages/codec/test/properties/kinds", timeout);
  return kinds.status === 0 ? run("packages/codec/test/differential", timeout) : kinds;
};

const before = test(600_000);
if (before.status !== 0) {
  console.error(`The tests fail before anything is broken.\n${before.stdout}${before.stderr}`);
  process.exit(1);
}
let found = 0;
for (let n = 0; n < count; ) {
  const file = files[random(files.length)];
  const text = readFileSync(file, "utf8");
  const lines = text.split("\n");
  const at = random(lines.length);
  const [what, to] = ways[random(ways.length)];
  const line = lines[at];
  if (!what.test(line) || /^\s*(\/\/|\*|\/\*|import|export (type|interface))|=>.*;$.*type/.test(line)) continue;
  lines[at] = line.replace(what, to);
  writeFileSync(file, lines.join("\n"));
  const { status, stdout, stderr } = test(100_000);
  writeFileSync(file, text);
  // What is no program any more is no fault.
  if (/Transform failed|is not exported|SyntaxError/.test(stdout + stderr)) continue;
  n++;
  if (status !== 0) found++;
  console.log(`${status === 0 ? "MISSED" : "found "} ${basename(file)}:${at + 1}  ${lines[at].trim()}`);
}
console.log(`${found} of ${count} faults found`);
