// T20: where JavaScript may not be generated from text, everything works, interpreted.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";

const support = fileURLToPath(new URL("support/without-eval.ts", import.meta.url));
let program = "";

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [support],
    bundle: true,
    format: "esm",
    target: "es2022",
    platform: "node",
    conditions: ["@wireform/source"],
    write: false,
    logLevel: "error",
  });
  program = outputFiles[0]?.text ?? "";
});

const run = (...flags: string[]): Record<string, Record<string, unknown>> => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, "--input-type=module", "-"], {
    input: program,
    encoding: "utf8",
  });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  return JSON.parse(stdout);
};

const works = {
  hex: "00070202120003000429901337",
  value: { id: 7, body: { type: "list", n: 2, high: 1, low: 2, items: [3, 4] }, crc: 0x29901337 },
  size: 13,
  read: { needed: expect.any(Number) },
  error: expect.stringMatching(/^[a-z]+$/),
};

describe("with --disallow-code-generation-from-strings", () => {
  it("auto interprets, and jit is refused by a SchemaError", () => {
    const told = run("--disallow-code-generation-from-strings");
    for (const name of ["interpret", "auto", "late", "half"])
      expect(told[name], name).toMatchObject({ ...works, mode: "interpret", source: false });
    expect(told["jit"]).toBe("argument");
  });
});

describe("where it is allowed", () => {
  const told = () => run();
  it("the interpreter never generates anything", () => {
    const { interpret, countOfInterpret } = told();
    expect(interpret).toMatchObject({ ...works, mode: "interpret", generated: 0 });
    expect(countOfInterpret).toBe(0);
  });
  it("auto generates", () => {
    const { auto } = told();
    expect(auto).toMatchObject({ ...works, mode: "jit", source: true });
    expect(auto?.["generated"]).toBeGreaterThan(0);
  });
  it("auto interprets what it was not in time to generate", () => {
    const { late, half, jit } = told();
    expect(late).toMatchObject(works);
    expect(half).toMatchObject(works);
    expect(jit).not.toBe("none");
  });
});
