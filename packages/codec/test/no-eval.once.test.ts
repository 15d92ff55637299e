// Where JavaScript may not be generated, codecs work all the same: checked in processes of their own, as built.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";

// Other processes, which a busy machine may keep waiting.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const root = resolve(import.meta.dirname, "../../..");
const built = resolve(root, "packages/codec/dist/index.js");

beforeAll(() => {
  if (!existsSync(built))
    execFileSync(process.execPath, [resolve(root, "node_modules/typescript/bin/tsc"), "-b", "packages/codec"], {
      cwd: root,
    });
}, 120_000);

const prelude = `
import {
  array, bytes, check, checksum, compile, crc32, Decoder, field, lazy, map, sized, string, struct, u8, u16, u32, union,
} from "@wireform/codec";
const Tree = struct({ value: u8, kids: array(lazy(() => Tree), u8) });
const Message = sized(u16, union("type", u8, {
  hello: [1, struct({ name: string(u8), at: map(u32, { decode: (s) => new Date(s * 1000), encode: (d) => d.getTime() / 1000 }) })],
  data: [2, struct({ n: u16, body: bytes(field("n")), sum: checksum(u32, crc32, { from: "n", to: "body" }) })],
  tree: [3, Tree],
}));
const values = [
  { type: "hello", name: "ada", at: new Date(0) },
  { type: "data", body: Uint8Array.of(1, 2, 3) },
  { type: "tree", value: 1, kids: [{ value: 2, kids: [] }] },
];
const report = {};
/** Every function of a codec, once. */
function exercise(codec) {
  let passed = 0;
  for (const value of values) {
    const wire = codec.encode(value);
    const back = codec.decode(wire);
    const again = codec.encode(back);
    const into = new Uint8Array(100);
    const end = codec.write(value, into, 7);
    const decoder = new Decoder(codec);
    const whole = [...decoder.push(wire.subarray(0, 3)), ...decoder.push(wire.subarray(3))];
    if (
      Buffer.compare(wire, again) === 0 && codec.size(value) === wire.length && end === 7 + wire.length &&
      Buffer.compare(into.subarray(7, end), wire) === 0 && codec.read(into, 7).offset === end && whole.length === 1 &&
      codec.inspect(wire).error === undefined && codec.safeDecode(wire.subarray(1)).ok === false
    ) passed++;
  }
  return passed;
}
`;

/** Runs a module in a process of its own and gives what it put into \`report\`. */
function run(program: string, ...flags: string[]): Record<string, unknown> {
  const child = spawnSync(process.execPath, [...flags, "--input-type=module", "-"], {
    cwd: resolve(root, "packages/codec"),
    input: `${prelude}\n${program}\nconsole.log(JSON.stringify(report));`,
    encoding: "utf8",
  });
  expect(child.stderr).toBe("");
  return JSON.parse(child.stdout) as Record<string, unknown>;
}

const forbidden = "--disallow-code-generation-from-strings";

describe("where code generation is forbidden", () => {
  it('"auto" interprets, without a word', () => {
    const program = `
      const codec = compile(Message);
      Object.assign(report, { mode: codec.mode, source: codec.source, passed: exercise(codec) });
    `;
    expect(run(program, forbidden)).toEqual({ mode: "interpret", source: "", passed: 3 });
  });

  it('"interpret" works', () => {
    const program = `report.passed = exercise(compile(Message, { mode: "interpret" }));`;
    expect(run(program, forbidden)).toEqual({ passed: 3 });
  });

  it('"jit" is refused at once, with what to do', () => {
    const program = `
      try { compile(Message, { mode: "jit" }); } catch (error) {
        Object.assign(report, { name: error.name, code: error.code, message: error.message });
      }
    `;
    expect(run(program, forbidden)).toEqual({
      name: "SchemaError",
      code: "argument",
      message: 'mode "jit" generates JavaScript, which is not allowed here; use "auto" or "interpret"',
    });
  });
});

/** Counts what goes through Function, and lets it pass, or not from the \`last\`th time on. */
const trap = (last: number): string => `
  let made = 0;
  const Real = globalThis.Function;
  globalThis.Function = new Proxy(Real, {
    construct(target, args) {
      if (++made > ${last}) throw new EvalError("not any more");
      return Reflect.construct(target, args);
    },
    apply() { throw new Error("called"); },
  });
  globalThis.eval = () => { throw new Error("eval called"); };
`;

describe("what generates code", () => {
  it('"interpret" never does', () => {
    const program = `${trap(0)} report.passed = exercise(compile(Message, { mode: "interpret" })); report.made = made;`;
    expect(run(program)).toEqual({ passed: 3, made: 0 });
  });

  it("asks whether it may once, however many codecs there are", () => {
    const program = `${trap(0)}
      const modes = Array.from({ length: 5 }, () => compile(Message).mode);
      Object.assign(report, { made, modes: [...new Set(modes)] });
    `;
    expect(run(program)).toEqual({ made: 1, modes: ["interpret"] });
    const allowed = `${trap(1000)} for (let i = 0; i < 5; i++) compile(Message); report.made = made;`;
    expect(run(allowed)).toEqual({ made: 1 });
  });

  it("generates each function when it is first used, and once", () => {
    const program = `${trap(1000)}
      const codec = compile(Message);
      const wire = codec.encode(values[0]);
      report.encode = made;
      for (let i = 0; i < 5; i++) codec.encode(values[0]);
      report.again = made;
      codec.decode(wire);
      report.decode = made;
    `;
    expect(run(program)).toEqual({ encode: 2, again: 2, decode: 3 });
  });

  it.each([1, 2, 3])('goes on interpreting under "auto" when it stops being allowed after %i', (last) => {
    const program = `${trap(last)} report.passed = exercise(compile(Message));`;
    expect(run(program)).toEqual({ passed: 3 });
  });

  it('tells of it under "jit"', () => {
    const program = `${trap(1)}
      const codec = compile(Message, { mode: "jit" });
      try { codec.encode(values[0]); } catch (error) { report.name = error.name; }
    `;
    expect(run(program)).toEqual({ name: "EvalError" });
  });
});
