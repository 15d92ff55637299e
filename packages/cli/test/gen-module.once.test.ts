// A printed module is one file that stands alone: no imports, no eval, the same bytes.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import * as standalone from "@wireform/codec/standalone";
import { afterAll, describe, expect, it } from "vitest";
import { runtime } from "../src/modules/runtime.ts";
import { expectSession, fixtures } from "./support/golden.ts";
import { wireform } from "./support/run.ts";

// Outside of the repository, where no package can be found.
const folder = mkdtempSync(resolve(tmpdir(), "wireform-module-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("is kept word for word, for a person to look over", () =>
  expectSession("gen-module", [
    "wireform gen module --schema ./point.ts#Point",
    "wireform gen module --schema ./chat.ts#Message --types",
  ]));

it("is refused with the place of what it cannot have", () =>
  expectSession("gen-module-errors", [
    "wireform gen module --schema ./point.ts#Track",
    "wireform gen module --schema mqtt --json",
    "wireform gen module --schema ./nowhere.ts",
    "wireform gen module --schema ./chat.ts#Nobody",
    "wireform gen module --schema ./throws.ts",
    "wireform gen module --schema ./chat.ts#Message -o message.txt",
    "wireform gen module --schema ./chat.ts#Message -o nowhere/message.js",
    "wireform gen module --schema ./chat.ts#Message --max-depth 5000",
    "wireform gen module",
  ]));

describe("a module in a folder of its own", () => {
  /** Runs a program beside the module of a schema, where no text may become code. */
  async function run(schema: string, program: string): Promise<string> {
    const out = resolve(folder, "message.mjs");
    const ran = await wireform(["gen", "module", "--schema", schema, "-o", out], { cwd: fixtures });
    expect(ran).toMatchObject({ code: 0, stdout: "" });
    writeFileSync(resolve(folder, "main.mjs"), program);
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["--disallow-code-generation-from-strings", resolve(folder, "main.mjs")],
      { encoding: "utf8" },
    );
    expect(stderr).toBe("");
    return stdout;
  }

  it("decodes, reads and encodes without eval and without a package", async () => {
    const said = await run(
      "./chat.ts#Packet",
      `import { decode, read, encode, DecodeError, EncodeError } from "./message.mjs";
       const hex = (bytes) => Buffer.from(bytes).toString("hex");
       const tell = (run) => { try { return run(); } catch (error) {
         return [error instanceof DecodeError || error instanceof EncodeError, error.name, error.code, error.offset, error.message]; } };
       const bytes = encode({ body: Uint8Array.of(1, 2, 3) });
       console.log(hex(bytes), decode(bytes).crc === decode(encode(decode(bytes))).crc);
       console.log(JSON.stringify(read(bytes.subarray(0, 7))), JSON.stringify(read(Buffer.concat([bytes, bytes]), 13).offset));
       bytes[8] ^= 1;
       for (const wrong of [bytes, bytes.subarray(0, 9), Buffer.concat([bytes.fill(0, 8, 9), bytes])])
         console.log(JSON.stringify(tell(() => decode(wrong))));
       console.log(JSON.stringify(tell(() => encode({ body: "text" }))));
       console.log(JSON.stringify(tell(() => encode({ body: new Uint8Array(65536) }))));`,
    );
    expect(said.split("\n")).toMatchInlineSnapshot(`
      [
        "cafebabe00030102033d8c0f0a true",
        "{"needed":2} 26",
        "[true,"DecodeError","invalid",13,"these bytes are not what a message has here (offset 13)"]",
        "[true,"DecodeError","truncated",9,"needs 4 bytes, which are not all there (offset 9)"]",
        "[true,"DecodeError","invalid",13,"these bytes are not what a message has here (offset 13)"]",
        "[true,"EncodeError","invalid",6,"the value is not what a message has here (offset 6)"]",
        "[true,"EncodeError","invalid",65546,"the value is not what a message has here (offset 65546)"]",
        "",
      ]
    `);
  });

  it("has types beside it, and no word of import or eval in it", async () => {
    await run("./chat.ts#Message", "");
    const code = readFileSync(resolve(folder, "message.mjs"), "utf8");
    expect(code).not.toMatch(/\bimport\b|\beval\b|\bFunction\b/);
    expect(readFileSync(resolve(folder, "message.d.mts"), "utf8")).toContain("export type Message = {");
  });

  it("can hold every function that there is, each once, on the lines that it was written on", () => {
    const names = Object.keys(standalone);
    const text = runtime(names);
    const declared = [...text.matchAll(/^(?:const|let|function|class) (\w+)/gm)].map(([, name]) => name);
    expect(declared).toHaveLength(new Set(declared).size);
    expect(names.filter((name) => !declared.includes(name))).toEqual([]);
    const exported = `${text}\nexport { ${names.join(", ")} };\n`;
    writeFileSync(resolve(folder, "all.mjs"), exported);
    const { status } = spawnSync(process.execPath, [resolve(folder, "all.mjs")]);
    expect(status).toBe(0);
  });
});
