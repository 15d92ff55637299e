// The README's sessions: each command is run, and prints what stands below it. UPDATE_GOLDEN=1 writes that anew.

import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { fixtures, words } from "./support/golden.ts";
import { wireform } from "./support/run.ts";

it("says of its commands what they print", async () => {
  const file = resolve(import.meta.dirname, "../README.md");
  const text = readFileSync(file, "utf8");
  let run = "";
  let end = 0;
  for (const { 0: block, 1: session, index } of text.matchAll(/^```console\n([\s\S]*?)^```$/gm)) {
    run += `${text.slice(end, index)}\`\`\`console\n`;
    for (const [line] of (session as string).matchAll(/^\$ wireform .*$/gm)) {
      const { stdout, stderr } = await wireform(words(line.slice(2)).slice(1), { cwd: fixtures });
      run += `${line}\n${stdout}${stderr}`;
    }
    run += "```";
    end = index + block.length;
  }
  run += text.slice(end);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, run);
  expect(run).toBe(readFileSync(file, "utf8"));
});
