// The command as a process of its own: pipes that close, signals, a full disk.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
if (!existsSync(main)) console.warn("skipped: the command is not built, so that there is no process to look at");

const folder = mkdtempSync(join(tmpdir(), "wireform-"));
afterAll(() => rmSync(folder, { recursive: true }));
const many = join(folder, "many.bin");
writeFileSync(many, Buffer.alloc(200_000, Buffer.from("c000", "hex")));

const ping = '{"type":"pingreq","length":0}\n';

describe.runIf(existsSync(main))("a process", () => {
  const shell = (line: string): { stdout: string; stderr: string } =>
    spawnSync("bash", ["-c", line], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, wireform: `${process.execPath} ${main}` },
    });

  it.each([
    ["a file", "$wireform decode --schema mqtt many.bin | head -1; echo ${PIPESTATUS[0]}"],
    ["a pipe", "cat many.bin | $wireform decode --schema mqtt | head -1; echo ${PIPESTATUS[1]}"],
  ])("ends quietly when nobody reads what it decodes of %s", (_, line) => {
    expect(shell(line)).toMatchObject({ stdout: `${ping}0\n`, stderr: "" });
  });

  it("ends quietly when nobody reads its help or its notes", () => {
    expect(shell("$wireform --help | true; echo ${PIPESTATUS[0]}")).toMatchObject({ stdout: "0\n", stderr: "" });
    const notes = "($wireform decode --schema mqtt nothing.bin; echo $? >&3) 2>&1 | true";
    expect(shell(`exec 3>&1; ${notes}`)).toMatchObject({ stdout: "2\n", stderr: "" });
  });

  it.runIf(existsSync("/dev/full"))("says that the disk is full", () => {
    const { stdout, stderr } = shell("$wireform decode --schema mqtt many.bin > /dev/full; echo $?");
    expect([stdout, stderr]).toEqual(["2\n", "wireform: no space left on the device\n"]);
  });

  it("gives back what it decoded, through real pipes", () => {
    const line = "$wireform decode --schema mqtt many.bin | $wireform encode --schema mqtt | cmp - many.bin; echo $?";
    expect(shell(line)).toMatchObject({ stdout: "0\n", stderr: "" });
  });

  it("says of a schema that never finishes loading that it does not", () => {
    writeFileSync(join(folder, "stuck.mjs"), "await new Promise(() => {});\n");
    writeFileSync(join(folder, "stuck.ts"), "await new Promise<void>(() => {});\nexport const n: number = 1;\n");
    const words = "it waits for something that never comes (top-level await)";
    for (const name of ["stuck.mjs", "stuck.ts"]) {
      const { stdout, stderr } = shell(`$wireform decode --schema ./${name} --hex 00; echo $?`);
      expect([stdout, stderr]).toEqual(["3\n", `wireform: ./${name} cannot be loaded: ${words}\n`]);
    }
    const { stderr } = shell("$wireform proxy --schema mqtt 0 1 --hook ./stuck.mjs --json");
    expect(JSON.parse(stderr)).toMatchObject({ error: { whose: "schema" } });
  });

  it("names a directory where a file is wanted", () => {
    for (const line of ["decode --schema ./ --hex 00", "proxy --schema mqtt 0 1 --hook ./", "encode --schema mqtt ./"])
      expect(shell(`$wireform ${line}; echo $?`)).toMatchObject({
        stdout: "2\n",
        stderr: "wireform: ./: is a directory\n",
      });
  });

  it("encodes what it is piped, and from nothing where that is nothing", () => {
    const encode = "$wireform encode --schema mqtt --format hex --set type=pingreq";
    expect(shell(`${encode} </dev/null; ${encode} <&-; echo '{"type":"pingresp"}' | ${encode}`)).toMatchObject({
      stdout: "c000\nc000\nc000\n",
      stderr: "",
    });
  });

  it("writes the first message while it waits for the second, and ends with 130 when interrupted", async () => {
    const child = spawn(process.execPath, [main, "decode", "--schema", "mqtt"]);
    const ended = once(child, "exit");
    child.stdin.write(Buffer.from("c000c0", "hex"));
    const [chunk] = (await once(child.stdout, "data")) as [Buffer];
    expect(chunk.toString()).toBe(ping);
    child.kill("SIGINT");
    const [note] = (await once(child.stderr, "data")) as [Buffer];
    expect(note.toString()).toBe("wireform: interrupted\n");
    expect((await ended)[0]).toBe(130);
  });
});
