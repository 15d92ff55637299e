// docs/dependencies.md says of every dependency why it is there, and of no other.

import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../../..");
const text = readFileSync(join(root, "docs/dependencies.md"), "utf8");
const folders = [
  ".",
  ...readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name),
  ...readdirSync(join(root, "packages")).map((name) => `packages/${name}`),
];

/** Every package of the workspace: its heading in the document and what it depends on. */
const packages = folders.flatMap((folder) => {
  let own: Record<string, unknown>;
  try {
    own = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Record<string, unknown>;
  } catch {
    return [];
  }
  const kinds = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
  const names = kinds.flatMap((kind) => Object.keys((own[kind] as object | undefined) ?? {}));
  const heading = folder === "." ? "The workspace" : folder.startsWith("packages/") ? String(own["name"]) : folder;
  return [[heading, [...new Set(names)].sort()] as const];
});

it("there are packages to speak of", () => {
  expect(packages.map(([heading]) => heading)).toEqual(
    expect.arrayContaining(["The workspace", "@wireform/codec", "bench"]),
  );
});

it.each(packages)("%s: a line for each dependency", (heading, names) => {
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  const lines = [...section.matchAll(/^- `([^`]+)`(?: \([^)]+\))?: \S.{10,}$/gm)].map((line) => line[1] as string);
  expect(lines.sort()).toEqual(names);
});
