// What -o writes: the whole of it or nothing, and what was there before is not lost.

import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { fixtures, words } from "./support/golden.ts";
import { start, wireform } from "./support/run.ts";

const point = `--schema ${join(fixtures, "point.ts")}#Point`;
const points = Buffer.from("0001ffff", "hex");

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "wireform-output-"));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  writeFileSync(join(cwd, "p"), points, { mode: 0o640 });
});

const run = (line: string, stdin = "") => wireform(words(line), { cwd, stdin });
const text = (name = "p"): string => readFileSync(join(cwd, name), "utf8");

describe("-o", () => {
  it("may write the file that is read, and keeps its permissions", async () => {
    expect(await run(`convert ${point} p -o p`)).toMatchObject({ code: 0 });
    expect(text()).toBe("1 -1 ");
    expect(statSync(join(cwd, "p")).mode & 0o777).toBe(0o640);
    expect(await run(`convert ${point} --to binary p -o p`)).toMatchObject({ code: 0 });
    expect(readFileSync(join(cwd, "p"))).toEqual(points);
  });

  it.each([
    ["a wrong schema name", "encode --schema nothing --value 1 -o p", ""],
    ["input that is not there", `convert ${point} nothing.bin -o p`, ""],
    ["input that is cut short", `convert ${point} --hex 0001ffff00 -o p`, ""],
    ["a bad second value", `encode ${point} - -o p`, '{"x":1,"y":2}\n{"x":1}\n'],
  ])("leaves a file as it was where there is %s", async (_, line, stdin) => {
    expect((await run(line, stdin)).code).not.toBe(0);
    expect(readFileSync(join(cwd, "p"))).toEqual(points);
    expect(readdirSync(cwd)).toEqual(["p"]);
    await run(line.replace(/p$/, "new"), stdin);
    expect(readdirSync(cwd)).toEqual(["p"]);
  });

  it("writes what a link leads to, and a file that has several names", async () => {
    symlinkSync("p", join(cwd, "link"));
    symlinkSync("nothing", join(cwd, "loose"));
    linkSync(join(cwd, "p"), join(cwd, "twin"));
    expect(await run(`encode ${point} --value {x:1,y:2} --format hex -o link`)).toMatchObject({ code: 0, stderr: "" });
    expect([lstatSync(join(cwd, "link")).isSymbolicLink(), text("p"), text("twin")]).toEqual([
      true,
      "00010002\n",
      "00010002\n",
    ]);
    expect(await run(`encode ${point} --value {x:1,y:2} --format hex -o loose`)).toMatchObject({ code: 0 });
    expect(text("nothing")).toBe("00010002\n");
  });

  it("makes an empty file of no messages, and says where it cannot write", async () => {
    expect(await run(`encode ${point} -o p`)).toMatchObject({ code: 0 });
    expect(text()).toBe("");
    mkdirSync(join(cwd, "folder"));
    expect((await run(`encode ${point} --value {x:1,y:2} -o folder`)).stderr).toBe(
      "wireform: folder: is a directory\n",
    );
    expect((await run(`encode ${point} -o no/where`)).stderr).toBe("wireform: no/where: no such file\n");
  });

  it("gives a module and its types, or neither", async () => {
    mkdirSync(join(cwd, "m.d.ts"));
    const { code, stderr } = await run(`gen module ${point} -o m.js`);
    expect([code, stderr]).toEqual([2, "wireform: m.d.ts: is a directory\n"]);
    expect(readdirSync(cwd)).toEqual(["m.d.ts", "p"]);
  });

  it("is written as it comes where the input has no end, but never what is followed", async () => {
    const interruption = new AbortController();
    const argv = words(`convert ${point} --follow p -o out`);
    const running = start(argv, { cwd, interrupted: interruption.signal });
    const grown = async (want: string): Promise<void> => {
      while (!existsSync(join(cwd, "out")) || text("out") !== want) await new Promise((done) => setTimeout(done, 10));
    };
    await grown("1 -1 ");
    appendFileSync(join(cwd, "p"), points);
    await grown("1 -1 1 -1 ");
    interruption.abort();
    expect((await running.ended).code).toBe(130);
    expect(text("out")).toBe("1 -1 1 -1 ");
    expect(await run(`convert ${point} --follow p -o ./p`)).toMatchObject({
      code: 2,
      stderr: "wireform: p is both followed and written\n",
    });
  });

  const main = join(import.meta.dirname, "../dist/main.js");
  it.runIf(process.platform === "linux" && existsSync(main))("streams into pipes and devices", () => {
    const encode = `${process.execPath} ${main} encode ${point} --value '{x:1,y:2}' --format hex -o`;
    const shell = (line: string) => spawnSync("bash", ["-c", line], { cwd, encoding: "utf8" });
    expect(shell(`${encode} /dev/stdout | cat`).stdout).toBe("00010002\n");
    expect(shell(`echo first > log; ${encode} /dev/stdout >> log; cat log`).stdout).toBe("first\n00010002\n");
    expect(shell(`mkfifo pipe; cat pipe & ${encode} pipe; wait`).stdout).toBe("00010002\n");
    expect(shell(`${encode} /dev/null; echo $?; test -c /dev/null && echo still`).stdout).toBe("0\nstill\n");
    expect(shell(`${encode} /dev/full; echo $?`)).toMatchObject({
      stdout: "2\n",
      stderr: "wireform: no space left on the device\n",
    });
  });
});

it.each(["--hex c000", "--base64 wAA=", "--listen 0", "--connect 1"])("refuses an input beside %s", async (instead) => {
  const { code, stderr } = await run(`decode --schema mqtt ${instead} p`);
  expect([code, stderr]).toEqual([2, `wireform: ${instead.split(" ")[0]} stands instead of an input\n`]);
});

it("refuses to follow what is on the command line", async () => {
  const { code, stderr } = await run("decode --schema mqtt --follow --hex c000");
  expect(stderr).toContain("'-f, --follow' cannot be used with option '--hex <digits>'");
  expect(code).toBe(2);
});
