// Do the laws notice broken code? Breaks one line of the codec at a time, on its way into a bundle: of what runs (ops,
// runtime, decoder) and of what writes the generated code (the ops too), and asks the properties:
//   node packages/codec/scripts/faults.mjs [how many, 40 unless said] [seed]
// What they miss, the tables of wire facts are asked. A fault that neither sees changes speed or nothing, as far as is known.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const count = Number(process.argv[2] ?? 40);
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
/** Comments, types, and the texts of errors, which are the same in both modes whatever they say. */
const unbroken =
  /^\s*(\/\/|\*|\/\*|import|export (type|interface))|=>.*;$.*type|\b(fail|refuse|(Schema|Encode|Decode)Error)\(|return "|^\s*["`].*[a-z] [a-z]+ .*["`],?$/;

const src = join(root, "packages/codec/src");
const files = ["ops", "runtime"].flatMap((folder) =>
  readdirSync(join(src, folder)).map((file) => join(src, folder, file)),
);
// Printed modules, which the properties do not ask, have tests of their own.
files.splice(files.indexOf(join(src, "runtime/standalone.ts")), 1);
files.push(join(src, "decoder.ts"));
const faults = files.flatMap((file) =>
  readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line, at) => (unbroken.test(line) ? [] : ways.map((way) => ({ file, at, line, way }))))
    .filter(({ line, way: [what] }) => what.test(line)),
);

const folder = mkdtempSync(join(tmpdir(), "wireform-faults-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const bundle = join(folder, "ask.mjs");
const patience = 600_000;

/** Bundles the properties with one file as it is given. */
const bundled = (file, contents) =>
  build({
    entryPoints: [fileURLToPath(new URL("ask.mjs", import.meta.url))],
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["@wireform/source"],
    outfile: bundle,
    logLevel: "silent",
    plugins: [
      {
        name: "faults",
        setup({ onLoad }) {
          if (file) onLoad({ filter: /\.ts$/ }, ({ path }) => (path === file ? { contents, loader: "ts" } : undefined));
        },
      },
    ],
  });

/** What the properties say after so many tries: the law that is broken, or that they crash or hang; undefined for nothing. */
function asked(times) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bundle, String(times)], {
    timeout: patience,
    killSignal: "SIGKILL",
    encoding: "utf8",
  });
  if (status === 0) return undefined;
  return stdout.trim() || (status === null ? "hangs" : `crashes: ${stderr.match(/^\w*Error: .*/m)?.[0]}`);
}

/** The first table of facts that sees a broken file. */
function seenBy(file, broken) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      ...["node_modules/vitest/vitest.mjs", "run", "--config", "packages/codec/scripts/vitest.faults.mjs"],
      "packages/codec/test",
    ],
    {
      cwd: root,
      timeout: patience,
      killSignal: "SIGKILL",
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1", WIREFORM_FAULT: JSON.stringify({ file, broken }) },
    },
  );
  return status === 0 ? undefined : ((stdout + stderr).match(/FAIL +(.*)/)?.[1] ?? "it hangs");
}

await bundled();
const before = asked(1);
if (before !== undefined) {
  console.error(`The properties fail before anything is broken: ${before}`);
  process.exit(1);
}
const missed = [];
let tried = 0;
while (tried < count && faults.length > 0) {
  const [{ file, at, line, way }] = faults.splice(random(faults.length), 1);
  const broken = line.replace(...way);
  const contents = readFileSync(file, "utf8").split("\n").with(at, broken).join("\n");
  // What is no program any more is no fault.
  if (
    !(await bundled(file, contents).then(
      () => true,
      () => false,
    ))
  )
    continue;
  tried++;
  const fault = `${relative(src, file)}:${at + 1}  ${line.trim()}  →  ${broken.trim()}`;
  const law = asked(1) ?? asked(3);
  if (law === undefined) missed.push({ fault, file, contents });
  console.log(`${fault}\n    ${law ?? "not found"}`);
}
const found = tried - missed.length;
console.log(`The properties find ${found} of ${tried} faults. What the tables of facts say of the others:`);
let others = 0;
for (const { fault, file, contents } of missed) {
  const test = seenBy(file, contents);
  if (test !== undefined) others++;
  console.log(`${fault}\n    ${test ?? "seen by no test"}`);
}
console.log(`Tests see ${found + others} of ${tried} faults; the properties find ${found} of these.`);
