// docs/sockets.md says what it says with tests: here, that they are there, and that what it measured is so.

import { existsSync, readFileSync } from "node:fs";
import {
  type AnySchema,
  array,
  asText,
  compile,
  i16,
  sized,
  string,
  struct,
  u8,
  u16,
  u32,
  u64,
  union,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";

const at = new URL("../../../docs/sockets.md", import.meta.url);
const page = readFileSync(at, "utf8");
const sections = page.split(/^## /m).slice(1);

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Whether a name stands in a file as a string or a key; … is any part of a template. */
function isNamedIn(source: string, name: string): boolean {
  const pattern = name.split("…").map(escaped).join("\\$\\{[^`]*?\\}");
  return new RegExp(`(["'\`])${pattern}\\1|\\b${pattern}: \\[`).test(source);
}

it("has fourteen traps, in order", () => {
  expect(sections.map((section) => Number.parseInt(section, 10))).toEqual(Array.from({ length: 14 }, (_, i) => i + 1));
});

describe.each(sections.map((section) => [section.split("\n", 1)[0] as string, section] as const))(
  "%s",
  (_, section) => {
    const proof = section.slice(section.indexOf("Proof: "));
    const files = [...proof.matchAll(/\[[^\]]+\]\(([^)]+)\):((?: `[^`]+`)+)/g)];

    it("names tests that exist", () => {
      expect(files.length).toBeGreaterThan(0);
      expect(files.length).toBe(proof.trim().split("\n").length);
      for (const [, path, list] of files) {
        const source = readFileSync(new URL(path as string, at), "utf8");
        for (const [, name] of (list as string).matchAll(/`([^`]+)`/g))
          expect([path, name, isNamedIn(source, name as string)]).toEqual([path, name, true]);
      }
    });
  },
);

it("links to files that exist", () => {
  for (const [, path] of page.matchAll(/\]\(([^)]+)\)/g))
    expect([path, existsSync(new URL(path as string, at))]).toEqual([path, true]);
});

const Body = union("type", u8, {
  hello: [0x01, struct({ version: u8, name: string(u8) })],
  move: [0x02, struct({ at: u32, path: array(struct({ x: i16, y: i16 }), u16) })],
});
const thousand = <T>(item: (i: number) => T): T[] => Array.from({ length: 1000 }, (_, i) => item(i));

const measured: Record<string, readonly [AnySchema, unknown]> = {
  "1,000 × u8, 0 to 255": [array(u8, 1000), thousand((i) => i % 256)],
  "1,000 × u32, each 0 or 1": [array(u32, 1000), thousand((i) => i % 2)],
  "1,000 × u32, spread over all values": [array(u32, 1000), thousand((i) => i * 4294967)],
  "1,000 × u64, each 0 or 1": [array(u64, 1000), thousand((i) => BigInt(i % 2))],
  "1,000 × u64, milliseconds since 1970": [array(u64, 1000), thousand((i) => 1_700_000_000_000n + BigInt(i * 997))],
  "1,000 points of two i16, from -50 to 50": [
    array(struct({ x: i16, y: i16 }), 1000),
    thousand((i) => ({ x: (i % 101) - 50, y: ((i * 7) % 101) - 50 })),
  ],
  'the greeting `{ type: "hello", version: 1, name: "ada" }`': [
    sized(u16, Body),
    { type: "hello", version: 1, name: "ada" },
  ],
};

it("the table of sizes is what asText measures", () => {
  const table = Object.entries(measured).map(
    ([data, [schema, value]]) =>
      `| ${data} | ${compile(schema).encode(value).length} | ${compile(asText(schema)).encode(value).length} |`,
  );
  const rows = page.match(/^\| .* \| +\d+ \| +\d+ \|$/gm) ?? [];
  expect(rows.map((row) => row.replace(/ +/g, " "))).toEqual(table);
});
