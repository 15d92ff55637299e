// What commands print is kept as it is, as a session that a person could have had; UPDATE_GOLDEN=1 writes it anew,
// for a person to look over.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect } from "vitest";
import { type Ran, type Surroundings, wireform } from "./run.ts";

const folder = resolve(import.meta.dirname, "../golden");
/** Files that commands in golden sessions find in their working directory. */
export const fixtures = resolve(import.meta.dirname, "../fixtures");

/** The words of a command line as a shell splits them: spaces between, '…' and "…" around. */
export const words = (line: string): string[] =>
  [...line.matchAll(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g)].map(([word]) => word.replace(/'([^']*)'|"([^"]*)"/g, "$1$2"));

/** Runs each line, `wireform …`, and holds what it prints and its exit code against test/golden/<name>.txt. */
export async function expectSession(name: string, lines: readonly (string | [string, Surroundings])[]): Promise<void> {
  let text = "";
  for (const each of lines) {
    const [line, around] = typeof each === "string" ? [each, {}] : each;
    text += sessionText(line, await wireform(words(line).slice(1), { cwd: fixtures, ...around }));
  }
  expectGolden(name, text);
}

/** A command line, what it printed and how it ended. */
export function sessionText(line: string, { code, stdout, stderr }: Ran): string {
  const said = [stdout, stderr].filter((part) => part !== "").map((part) => (part.endsWith("\n") ? part : `${part}\n`));
  return `$ ${line}\n${said.join("")}[exit ${code}]\n\n`;
}

export function expectGolden(name: string, text: string): void {
  const file = resolve(folder, `${name}.txt`);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, text);
  if (!existsSync(file)) throw new Error(`there is no test/golden/${name}.txt yet; UPDATE_GOLDEN=1 writes it`);
  expect(text).toBe(readFileSync(file, "utf8"));
}
