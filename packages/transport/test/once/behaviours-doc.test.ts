// docs/behaviours.md maps numbers to tests: here, that they are there.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const at = new URL("../../../../docs/behaviours.md", import.meta.url);
const page = readFileSync(at, "utf8");
const files = new Map(
  Array.from(page.matchAll(/^\[(.+)\]: (.+)$/gm), ([, name, path]) => [name, readFileSync(new URL(path!, at), "utf8")]),
);
const rows = Array.from(page.matchAll(/^\| (\d+) \| .+ \| (.+) \|$/gm), ([, number, tests]) => ({
  number: Number(number),
  tests: tests as string,
}));

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Whether a name stands in a file as a string; … is any part of it. */
function isNamedIn(source: string | undefined, name: string): boolean {
  return new RegExp(`(["'\`])${name.split("…").map(escaped).join("[^\\n]*?")}\\1`).test(source ?? "");
}

it("has each of the 102 once, in order", () => {
  const numbers = rows.map(({ number }) => number);
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  expect(numbers.length).toBe(102);
});

it.each(rows.filter(({ tests }) => tests !== "not offered"))("$number", ({ number, tests }) => {
  const named = [...tests.matchAll(/\[([^\]]+)\]((?: `[^`]+`)+)/g)];
  expect(named.map(([all]) => all).join(" ")).toBe(tests);
  for (const [, file, list] of named)
    for (const [, name] of (list as string).matchAll(/`([^`]+)`/g)) {
      expect([name, isNamedIn(files.get(file), name as string)]).toEqual([name, true]);
      if (file === "framing" || file === "behaviours") expect(name).toBe(`${number} …`);
    }
});

it("has a row for each number that a test begins with", () => {
  for (const file of ["framing", "behaviours"]) {
    const begun = Array.from((files.get(file) as string).matchAll(/["'](\d+) /g), ([, number]) => Number(number));
    expect(begun.length).toBeGreaterThan(15);
    expect(begun.filter((begins) => !rows.some(({ number }) => number === begins))).toEqual([]);
  }
});
