// A printed module is one file that stands alone: no imports, no eval, the same bytes.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { compile, Decoder } from "@wireform/codec";
import * as standalone from "@wireform/codec/standalone";
import { Packet } from "@wireform/protocols/mqtt";
import { afterAll, describe, expect, it } from "vitest";
import { loadRecordings } from "../../protocols/recordings/load.mjs";
import { closedText } from "../src/modules/closed.ts";
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
    "wireform gen module --schema ./point.ts#Port",
    "wireform gen module --schema resp --json",
    "wireform gen module --schema ./nowhere.ts",
    "wireform gen module --schema ./chat.ts#Nobody",
    "wireform gen module --schema ./throws.ts",
    "wireform gen module --schema ./chat.ts#Message -o message.txt",
    "wireform gen module --schema ./chat.ts#Message -o nowhere/message.js",
    "wireform gen module --schema ./chat.ts#Message --max-depth 5000",
    "wireform gen module",
  ]));

describe("a function of a schema", () => {
  const outside = 5;
  function recursive(n: number): boolean {
    return n === 0 || recursive(n - 1);
  }
  const noText = { toString: () => "() => true" };

  it.each<[string, Function, unknown]>([
    ["an arrow", (n: number) => n > 0, 1],
    ["taking its argument apart", ({ a, b: [c] }: { a: number; b: number[] }) => a === c, { a: 1, b: [1] }],
    [
      "with variables, loops and functions of its own",
      (text: string) => {
        const seen = new Set();
        const add = (c: string) => seen.add(c);
        for (const c of text) add(c);
        return Math.min(seen.size, 9) === text.length;
      },
      "abc",
    ],
    ["calling itself", recursive, 3],
    ["a regular expression", (text: string) => /^[a-z]+$/u.test(text), "abc"],
    ["one whose toString says something else", Object.assign((n: number) => n === 7, noText), 7],
  ])("is printed where it stands alone: %s", (_, made, value) => {
    const again = new Function(`"use strict"; return ${closedText(made)}`)() as (value: unknown) => unknown;
    expect(again(value)).toBe(true);
  });

  it.each<[string, Function, RegExp]>([
    ["a constant", (n: number) => n > outside, /uses `outside` from around it/],
    ["two names", (n: number) => n > outside && recursive(n), /uses `outside` and `recursive`/],
    ["a name of the platform", () => typeof process === "object", /`process`/],
    ["globalThis", () => Boolean(globalThis), /`globalThis`/],
    ["the text of a program", () => new Function("return true")(), /`Function`/],
    [
      "this",
      function (this: { n: number }) {
        return this.n > 0;
      },
      /`this`/,
    ],
    ["an import", () => import("node:fs"), /imports|`__vite_ssr_dynamic_import__`/],
    ["a native function", Array.isArray, /no text/],
    ["a bound one", recursive.bind(undefined), /no text/],
    [
      "a method",
      {
        check(n: number) {
          return n > 0;
        },
      }.check,
      /no text/,
    ],
  ])("is refused where it does not: %s", (_, made, why) => {
    expect(() => closedText(made)).toThrow(why);
  });
});

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

  it("has the checks of MQTT, and gives back every recorded packet", async () => {
    // MQTT 3.1 has a module of its own; a connection that ends in the middle of a packet is no whole one.
    const whole = ({ bytes }: { bytes: Uint8Array }): boolean => {
      const decoder = new Decoder(compile(Packet));
      try {
        return [...decoder.push(bytes), ...decoder.end()].length > 0;
      } catch {
        return false;
      }
    };
    const wire = loadRecordings("mqtt").flatMap(({ streams }) => streams.filter(whole).map(({ bytes }) => bytes));
    writeFileSync(resolve(folder, "recorded"), Buffer.concat(wire));
    const said = await run(
      "mqtt",
      `import { readFileSync } from "node:fs";
       import { decode, read, encode } from "./message.mjs";
       const bytes = readFileSync(new URL("recorded", import.meta.url));
       let [count, same] = [0, 0];
       for (let at = 0; at < bytes.length; count++) {
         const { value, offset } = read(bytes, at);
         if (bytes.subarray(at, offset).equals(encode(value))) same++;
         at = offset;
       }
       console.log(same === count && count > 300);
       for (const wrong of ["36060004746573740001", "30020000", "3003000123", "8202000a"])
         try { console.log(decode(Buffer.from(wrong, "hex"))); } catch ({ code }) { console.log(code); }`,
    );
    expect(said).toBe("true\ninvalid\ninvalid\ninvalid\ninvalid\n");
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
