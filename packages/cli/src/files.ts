// Files that are read as a whole. Law: what is wrong with one is said by the name that it was given.

import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { Failure } from "./failure.js";

/** All of a file that was named on the command line. */
export async function wholeFile(shown: string, cwd: string): Promise<Buffer> {
  const path = resolve(cwd, shown);
  await demandFile(path, shown);
  return await readFile(path);
}

/** Refuses a directory by its name, which reading it would not say. */
export async function demandFile(path: string, shown: string): Promise<void> {
  if ((await stat(path)).isDirectory()) throw new Failure("io", `${shown}: is a directory`);
}
