// What is measured, and against what it is held first; the figures themselves are the machine's.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { bench } from "../src/commands/bench.ts";
import { enginesOf } from "../src/measuring/engines.ts";
import { measure } from "../src/measuring/measure.ts";
import { Report } from "./fixtures/lossy.ts";
import { Point } from "./fixtures/point.ts";
import { expectGolden, expectSession, fixtures, sessionText, words } from "./support/golden.ts";
import { wireform } from "./support/run.ts";

const folder = mkdtempSync(resolve(tmpdir(), "wireform-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A session without its figures. */
async function session(...lines: string[]): Promise<string> {
  let text = "";
  for (const line of lines) text += sessionText(line, await wireform(words(line).slice(1), { cwd: fixtures }));
  return text.replace(/(?<= )[\d.]+[kM]?(?= {2}|$)/gm, "#").replace(/(?<=\S) {2,}/g, "  ");
}

it("prints a line for each engine, and why one is missing", async () => {
  expectGolden(
    "bench",
    await session(
      "wireform bench --schema ./point.ts#Point --hex '0001ffff 00020003' --time 0.2",
      "wireform bench --schema ./chat.ts#Message --hex 0006010103616461 --time 0.2",
      "wireform bench --schema ./lossy.ts --hex 0001 --time 0.2",
    ),
  );
});

it.each(bench.examples.map(([line]) => line))("does what its help says: %s", async (line) => {
  const file = resolve(folder, "capture.bin");
  writeFileSync(file, Buffer.from("c00030070003612f626869d000", "hex"));
  const argv = words(`${line} --time 0.1`)
    .slice(1)
    .map((word) => (word === "capture.bin" ? file : word));
  expect(await wireform(argv, { cwd: fixtures })).toMatchObject({ code: 0, stderr: "" });
});

it("gives figures to programs", async () => {
  const argv = words("bench --schema ./point.ts#Point --hex 0001ffff --time 0.2 --json");
  const { code, stdout } = await wireform(argv, { cwd: fixtures });
  expect(code).toBe(0);
  const { messages, bytes, engines } = JSON.parse(stdout);
  expect({ messages, bytes }).toEqual({ messages: 1, bytes: 4 });
  for (const { name, decode, encode } of engines) {
    expect(decode.messages, name).toBeGreaterThan(1000);
    expect(decode.bytes / decode.messages, name).toBeCloseTo(4);
    if (name !== "binary-parser") expect(encode.bytes / encode.messages, name).toBeCloseTo(4);
  }
});

it("refuses what it cannot measure", () =>
  expectSession("bench-errors", [
    "wireform bench --schema ./point.ts#Point nowhere.bin",
    "wireform bench --schema ./point.ts#Nobody --hex 00",
    "wireform bench --schema ./throws.ts --hex 00",
    "wireform bench --schema ./point.ts#Point --hex 0001ff",
    "wireform bench --schema ./point.ts#Point --hex 0001ff --json",
    ["wireform bench --schema ./point.ts#Point", { stdin: "" }],
    "wireform bench --schema ./point.ts#Point --hex 0001ffff --time never",
  ]));

it("ends when it is interrupted", async () => {
  const interrupted = AbortSignal.timeout(100);
  const argv = words("bench --schema ./point.ts#Point --hex 0001ffff --time 60");
  expect(await wireform(argv, { cwd: fixtures, interrupted })).toMatchObject({ code: 130, stdout: "" });
});

describe("an engine", () => {
  it("is left out where it cannot take part, with why", async () => {
    const engines = await enginesOf(Report, [Uint8Array.of(0, 1)]);
    expect(engines.map(({ name, why }) => [name, why])).toMatchInlineSnapshot(`
      [
        [
          "jit",
          undefined,
        ],
        [
          "interpret",
          undefined,
        ],
        [
          "module",
          "level: is made by functions (map), which a module of its own cannot have; describe it with other schemas, or use the codec itself",
        ],
        [
          "binary-parser",
          "only decodes",
        ],
      ]
    `);
  });

  it("is measured by the median of its slices", async () => {
    const counts = [0, 0];
    const contenders = counts.map((_, i) => ({
      run(times: number) {
        (counts[i] as number) += times;
        for (const end = performance.now() + 0.2 * times * (i + 1); performance.now() < end; );
      },
    }));
    const took = await measure(contenders, 0.3, () => {});
    expect(took).toHaveLength(2);
    expect(took[0]).toBeGreaterThanOrEqual(0.2);
    expect(took[1]).toBeGreaterThanOrEqual(0.4);
  });
});

it("measures a message's printed module beside its codec", async () => {
  const engines = await enginesOf(Point, [Uint8Array.of(0, 1, 0xff, 0xff)]);
  for (const { decode } of engines) expect(decode?.(Uint8Array.of(0, 1, 0xff, 0xff))).toEqual({ x: 1, y: -1 });
  expect(engines.map(({ name }) => name)).toEqual(["jit", "interpret", "module", "binary-parser"]);
});
