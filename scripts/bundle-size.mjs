// What @wireform/codec costs a web page: minified and gzipped, whole and tree-shaken to one small schema.
// The numbers are recorded in bundle-size.json and move only when someone runs this with --update.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const subjects = {
  everything: { target: 20_000, source: `export * from "./src/index.ts";` },
  "three fields": {
    target: 10_000,
    source: `
      import { compile, struct, u8, u16, u32 } from "./src/index.ts";
      export const codec = compile(struct({ a: u8, b: u16, c: u32 }));`,
  },
};
const tolerance = 0.01;

const codec = fileURLToPath(new URL("../packages/codec/", import.meta.url));
const recordFile = new URL("bundle-size.json", import.meta.url);
const recorded = JSON.parse(readFileSync(recordFile, "utf8"));
const update = process.argv.includes("--update");

if (!/\bcompile\b/.test(readFileSync(`${codec}src/index.ts`, "utf8"))) {
  console.log("bundle: @wireform/codec exports no compile yet, nothing to measure");
  process.exit();
}

const measured = {};
for (const [name, { target, source }] of Object.entries(subjects)) {
  const { outputFiles, warnings } = await build({
    stdin: { contents: source, resolveDir: codec, sourcefile: `${name}.ts` },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
    logLevel: "error",
  });
  const bytes = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  const was = recorded[name] ?? 0;
  measured[name] = bytes;

  const problems = warnings.map((warning) => warning.text);
  if (!update && bytes > was * (1 + tolerance)) problems.push(`grown from ${was}: look why, then run with --update`);
  if (problems.length > 0) process.exitCode = 1;
  const aim = bytes > target ? `target ${target} missed` : `target ${target} met`;
  console.log(`bundle: ${name} ${bytes} bytes min+gzip, ${aim} (recorded ${was})${problems.map((p) => `; ${p}`)}`);
}
if (update) writeFileSync(recordFile, `${JSON.stringify(measured, null, 2)}\n`);
