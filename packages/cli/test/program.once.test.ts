// The command line as a whole: help, version, completion, and examples that work.

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { definitions } from "../src/program.ts";
import { expectSession, fixtures, words } from "./support/golden.ts";
import { wireform } from "./support/run.ts";

const names = Object.keys(definitions);
const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

const folder = mkdtempSync(join(tmpdir(), "wireform-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("says what it cannot make out", () =>
  expectSession("usage", [
    "wireform nothing",
    "wireform nothing --json",
    "wireform --nothing",
    "wireform decode --nothing --schema mqtt",
    "wireform decode --schema",
    "wireform decode --schema mqtt --color sometimes",
    "wireform help nothing",
    "wireform help gen nothing",
    "wireform gen help nothing",
    "wireform help nothing --json",
    "wireform gen nothing",
    "wireform gen --json",
    "wireform --json",
    "wireform --json decode --schema mqtt --hex c0",
    "wireform gen --json module --schema nothing",
    "wireform decode --schema mqtt --format table --json --hex c000",
    "wireform decode --schema mqtt --format csv --json --hex c000",
    "wireform --json decode --schema mqtt --format pretty --hex c000",
    "wireform connect --schema mqtt --format hex --json 1",
    "wireform listen --schema mqtt --format inspect --json 0",
    "wireform proxy --schema mqtt --format hex --json 0 1",
    "wireform inspect --schema mqtt --html --json --hex c000",
    "wireform inspect --schema mqtt --svg --json --hex c000",
    "wireform inspect --schema mqtt --annotate --json --hex c000",
    "wireform completion powershell",
    "wireform completion",
  ]));

it("shows its commands where none is given, and its version", async () => {
  const none = await wireform([]);
  expect([none.code, none.stdout]).toEqual([2, ""]);
  expect(none.stderr).toMatch(/^Usage: wireform/);
  for (const name of names) expect(none.stderr).toContain(`  ${name.split(" ")[0]} `);
  const help = await wireform(["--help"]);
  expect([help.code, help.stdout, help.stderr]).toEqual([0, none.stderr, ""]);
  expect((await wireform(["--version"])).stdout).toBe(`${version}\n`);
  expect(JSON.parse((await wireform(["--json"])).stderr)).toMatchObject({ error: { whose: "usage" } });
});

it.each(["", "gen"])("shows three examples, and --json, for %j too", async (group) => {
  const { stdout } = await wireform([...words(group), "--help"]);
  expect(stdout.match(/^ {2}\$ wireform .+\n {6}\S/gm)?.length).toBeGreaterThanOrEqual(3);
  expect(stdout).toContain("--json");
  expect((await wireform(["help", ...words(group)])).stdout).toBe(stdout);
});

it("takes --json in front of a command as well as behind it", async () => {
  const want = await wireform(words("inspect --schema mqtt --json --hex c000"));
  expect(JSON.parse(want.stdout)).toBeTypeOf("object");
  expect(await wireform(words("--json inspect --schema mqtt --hex c000"))).toEqual(want);
  const module = await wireform(words("gen module --schema mqtt --json"));
  expect(await wireform(words("gen --json module --schema mqtt"))).toEqual(module);
  expect((await wireform(words("decode --version"))).stdout).toBe(`${version}\n`);
});

describe.each(names)("wireform %s", (name) => {
  const { examples } = definitions[name as string] as (typeof definitions)[string];

  it("has help with three examples or more, and --json", async () => {
    const { code, stdout } = await wireform([...name.split(" "), "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("--json");
    expect(stdout.match(/^ {2}\$ .+\n {6}\S/gm)?.length).toBeGreaterThanOrEqual(3);
  });

  // Those that wait for somebody, take long, or are for a shell's own files, are run elsewhere.
  const elsewhere = /^wireform (connect|listen|proxy|fuzz|bench) |--(listen|connect) |^eval|fpath|~/;
  const here = examples.map(([line]) => line).filter((line) => !elsewhere.test(line));

  it.runIf(here.length > 0).each(here)("does what its help says: %s", async (line) => {
    cpSync(fixtures, folder, { recursive: true });
    writeFileSync(join(folder, "capture.bin"), Buffer.from("c00030070003612f626869d000", "hex"));
    writeFileSync(join(folder, "reply.bin"), "+OK\r\n");
    writeFileSync(join(folder, "points.bin"), Buffer.from("0001ffff", "hex"));
    writeFileSync(join(folder, "points.txt"), "1 -1 ");
    let stdin: Uint8Array = new Uint8Array(0);
    for (const part of line.replace(/ > \S+$/, "").split(" | ")) {
      const ran = await wireform(words(part).slice(1), { cwd: folder, stdin });
      expect(ran.code, ran.stderr).toBeLessThanOrEqual(name === "check" ? 1 : 0);
      expect(ran.stdout + ran.stderr).not.toBe("");
      stdin = ran.bytes;
    }
  });
});

describe("completion", () => {
  const script = async (shell: string): Promise<string> => {
    const { stdout } = await wireform(["completion", shell]);
    const file = join(folder, `completion.${shell}`);
    writeFileSync(file, stdout);
    return file;
  };
  const sorted = (text: string): string[] => text.split(/\s+/).filter(Boolean).sort();
  const has = (shell: string): boolean => spawnSync(shell, ["--version"]).status === 0;
  /** What each line of shell code prints behind the script. */
  const ask = async (shell: string, lines: readonly string[], cwd = mkdtempSync(join(folder, "empty-"))) => {
    const code = [`source ${await script(shell)}`, ...lines].join("\n");
    const { stdout, stderr } = spawnSync(shell, ["-c", code], { cwd, encoding: "utf8" });
    expect(stderr).toBe("");
    return stdout.split("\n").slice(0, -1).map(sorted);
  };
  const inBash = (words: string): string =>
    `COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); COMPREPLY=(); _wireform; echo "\${COMPREPLY[*]}"`;
  const cases: [string, string][] = [
    ["wireform ", names.map((name) => name.split(" ")[0]).join(" ")],
    ["wireform dec", "decode"],
    ["wireform gen ", "module"],
    ["wireform decode --form", "--format"],
    ["wireform decode --format ", "ndjson pretty table csv hex none"],
    ["wireform decode --schema mqtt --on-error re", "resync"],
    ["wireform decode -s m", "mqtt"],
    ["wireform gen module --schema res", "resp"],
    ["wireform completion ", "bash zsh fish"],
    ["wireform completion z", "zsh"],
  ];

  const wanted = cases.map(([, want]) => sorted(want));

  it.runIf(has("bash"))("completes commands, options, choices and schemas in bash", async () => {
    const lines = cases.map(([line]) => inBash(line.endsWith(" ") ? `${line}''` : line));
    expect(await ask("bash", lines)).toEqual(wanted);
  });

  it.runIf(has("bash"))("takes --option=value for an option and its value, and offers files", async () => {
    const lines = ["wireform decode --format = c", "wireform decode -s mqtt poi", "wireform decode --schema poi"];
    lines.push("wireform fuzz --replay hel");
    expect(await ask("bash", lines.map(inBash), fixtures)).toEqual([
      ["csv"],
      ["point.ts"],
      ["point.ts"],
      ["hello.ndjson"],
    ]);
  });

  it.runIf(has("fish"))("completes them in fish", async () => {
    const lines = cases.map(([line]) => `complete -C ${JSON.stringify(line)} | string split -f1 \\t | string join ' '`);
    expect(await ask("fish", lines)).toEqual(wanted);
  });

  it.runIf(has("zsh"))("is what zsh can read", async () => {
    const { status, stderr } = spawnSync("zsh", ["-n", await script("zsh")], { encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
  });
});
