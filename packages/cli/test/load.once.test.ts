// Schemas of people who have installed nothing but the command.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { wireform } from "./support/run.ts";

it.each(["point.ts", "point.mjs", "point.js"])("loads %s, which finds no codec beside it", async (name) => {
  const cwd = mkdtempSync(join(tmpdir(), "wireform-load-"));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  writeFileSync(
    join(cwd, name),
    'import { i16, struct } from "@wireform/codec";\nexport const Point = struct({ x: i16, y: i16 });\n',
  );
  const ran = await wireform(["decode", "--schema", `./${name}`, "--hex", "0001ffff"], { cwd });
  expect(ran).toMatchObject({ code: 0, stdout: '{"x":1,"y":-1}\n', stderr: "" });
});

it("says what else a schema does not find", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "wireform-load-"));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  writeFileSync(join(cwd, "bad.mjs"), 'import "no-such-package";\n');
  const { code, stderr } = await wireform(["decode", "--schema", "./bad.mjs", "--hex", "00"], { cwd });
  expect(stderr).toMatch(/^wireform: \.\/bad\.mjs cannot be loaded: .*no-such-package/);
  expect(code).toBe(3);
});
