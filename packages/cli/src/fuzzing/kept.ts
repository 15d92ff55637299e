// What a server failed at, in files: the bytes that were sent, and which of them were damaged.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Failure } from "../failure.js";

/** Messages to send, as hex; the one at `at` is the damaged one. */
export interface Case {
  readonly kind: string;
  /** What was done to it. */
  readonly label: string;
  readonly at: number;
  readonly steps: readonly string[];
}

const folderOf = (cases: string, name: string): string => resolve(cases, `${name.replace(/[^\w.-]+/g, "-")}-target`);

/** Finds out whether a folder for cases is there or can be made, before there is anything to lose. */
export function demandFolder(cases: string, shown: string): void {
  const made: string[] = [];
  const missing: string[] = [];
  for (let at = cases; !existsSync(at) && at !== dirname(at); at = dirname(at)) missing.unshift(at);
  const there = missing[0] === undefined ? cases : dirname(missing[0]);
  if (!statSync(there).isDirectory()) throw new Failure("io", `--cases ${shown}: not a directory`);
  try {
    // One by one: in /proc, making all at once never ends.
    for (const folder of missing) {
      mkdirSync(folder);
      made.unshift(folder);
    }
  } catch {
    throw new Failure("io", `--cases ${shown}: cannot be made`);
  } finally {
    for (const folder of made) rmdirSync(folder);
  }
}

/** Gives the file it is kept in. */
export function keep(cases: string, name: string, kept: Case): string {
  const folder = folderOf(cases, name);
  const hash = createHash("sha256").update(kept.steps.join()).digest("hex").slice(0, 8);
  const file = resolve(folder, `${kept.kind}-${hash}.json`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`);
  return file;
}

/** The files of all cases of a schema. */
export function keptOf(cases: string, name: string): string[] {
  const folder = folderOf(cases, name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => resolve(folder, file));
}

/** The case in a file, which people call `shown`. */
export function readCase(file: string, shown: string): Case {
  if (statSync(file).isDirectory()) throw new Failure("io", `${shown}: is a directory`);
  const text = readFileSync(file, "utf8");
  try {
    const { kind, label, at, steps } = JSON.parse(text) as Case;
    const isHex = (step: unknown): boolean => typeof step === "string" && /^([0-9a-f]{2})*$/i.test(step);
    if (Array.isArray(steps) && steps.every(isHex) && Number.isInteger(at) && at >= 0 && at < steps.length)
      return { kind: String(kind), label: String(label), at, steps };
  } catch {
    // Told below, with the others.
  }
  throw new Failure("usage", `${shown} is no kept case`, "Cases are written by fuzz --target when it finds something.");
}
