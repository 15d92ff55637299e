// Texts that people read are kept as they are; UPDATE_GOLDEN=1 writes them anew, for a person to look over.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect } from "vitest";

const folder = resolve(import.meta.dirname, "../golden");

export function expectGolden(name: string, text: string): void {
  const file = resolve(folder, `${name}.txt`);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, text);
  if (!existsSync(file)) throw new Error(`there is no test/golden/${name}.txt yet; UPDATE_GOLDEN=1 writes it`);
  expect(text).toBe(readFileSync(file, "utf8"));
}
