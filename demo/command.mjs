// The command `wireform` as a process of its own.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { colorful, indented } from "./print.mjs";

const main = fileURLToPath(new URL("../packages/cli/dist/main.js", import.meta.url));

/**
 * Starts it. Its data goes to our output, indented; `said` finds something in its notes; `ended` has its exit code and
 * all that it said.
 */
export function wireform(...words) {
  const child = spawn(process.execPath, [main, ...words, "--color", colorful ? "always" : "never"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let notes = "";
  let looking = () => {};
  createInterface({ input: child.stdout }).on("line", (line) => {
    output += `${line}\n`;
    console.log(indented(line));
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    notes += text;
    looking();
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const said = (pattern) =>
    new Promise((resolve, reject) => {
      looking = () => {
        const found = pattern.exec(notes);
        if (found) resolve(found);
      };
      looking();
      ended.then(() => reject(new Error(`wireform ${words.join(" ")} ended without saying ${pattern}: ${notes}`)));
    });
  return { said, ended: ended.then((code) => ({ code, output, notes })) };
}
