// Adapters evaluate no text and touch no prototype: each does its work, as built, where the first is forbidden and the second are watched.

import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, it } from "vitest";

const program = `
import { array, bytes, compile, f64, field, string, struct, u8, u16, u64, union } from "@wireform/codec";
import { fromBinaryParser, toBinaryParser } from "@wireform/codec/binary-parser";
import { properties } from "@wireform/codec/fast-check";
import { fromJson, toJson, toJsonSchema } from "@wireform/codec/json";
import { refined, toZod, zodCodec } from "@wireform/codec/zod";
import { Parser } from "binary-parser";
import fc from "fast-check";
import * as z from "zod";

z.config({ jitless: true });
const Message = struct({
  constructor: u8,
  "a;b": u64,
  x: f64,
  n: u16,
  data: bytes(field("n")),
  toString: union("type", u8, { "\${1}": [1, struct({ name: string(u8) })], none: [2, struct({})] }),
  list: array(refined(u8, z.int().max(255)), u8),
});
const message = {
  constructor: 1, "a;b": 2n, x: -0, n: 1, data: Uint8Array.of(3), toString: { type: "\${1}", name: "ada" }, list: [4],
};
/** Everything that every prototype has. */
const prototypes = () =>
  Object.getOwnPropertyNames(globalThis).flatMap((name) => {
    const { prototype } = globalThis[name] ?? {};
    if (!prototype) return [];
    const own = Object.getOwnPropertyDescriptors(prototype);
    return Reflect.ownKeys(own).flatMap((key) => [name, key, own[key].value, own[key].get, own[key].set]);
  });
const before = prototypes();
globalThis.eval = () => { throw new Error("eval called"); };

const codec = compile(Message);
const wire = codec.encode(message);
const report = {};
for (const [name, law] of Object.entries(properties(codec))) {
  const { failed, errorInstance } = fc.check(law, { numRuns: 5, seed: 1 });
  if (failed) report[name] = String(errorInstance);
}
report.json = JSON.stringify(toJson(Message, fromJson(Message, JSON.parse(JSON.stringify(toJson(Message, message))))));
report.jsonSchema = Object.keys(toJsonSchema(Message).properties);
report.zod = [
  toZod(Message).safeParse(message).success,
  z.decode(zodCodec(Message), wire).toString.name,
  codec["~standard"].validate(wire).value["a;b"] === 2n,
];
const old = Parser.start().uint8("n").buffer("data", { length: "n" });
report.migrated = toJson(fromBinaryParser(old).schema, compile(fromBinaryParser(old).schema).decode(Uint8Array.of(1, 9)));
report.parser = typeof toBinaryParser(struct({ n: u8, data: bytes(field("n")) })).parse;
const after = prototypes();
report.untouched = after.length === before.length && after.every((part, i) => Object.is(part, before[i]));
console.log(JSON.stringify(report));
`;

it("every adapter works where text cannot be evaluated, and leaves all prototypes as they are", () => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--disallow-code-generation-from-strings", "--input-type=module", "-"],
    { cwd: resolve(import.meta.dirname, "../.."), input: program, encoding: "utf8" },
  );
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual({
    json: '{"constructor":1,"a;b":"2","x":"-0","n":1,"data":"03","toString":{"type":"${1}","name":"ada"},"list":[4]}',
    jsonSchema: ["constructor", "a;b", "x", "n", "data", "toString", "list"],
    zod: [true, "ada", true],
    migrated: { n: 1, data: "09" },
    parser: "function",
    untouched: true,
  });
}, 60_000);
