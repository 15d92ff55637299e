// docs/from-binary-parser.md: in every example both sides decode the bytes to the value that stands there, Wireform
// encodes it back, and what fromBinaryParser makes of the old side does the same.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as wireform from "@wireform/codec";
import { fromBinaryParser } from "@wireform/codec/binary-parser";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../support/shared-data.ts";
import { Parser } from "./parser.ts";

const text = readFileSync(resolve(import.meta.dirname, "../../../../docs/from-binary-parser.md"), "utf8");
const examples = [...text.matchAll(/^## (.*)|^```js\n([\s\S]*?)^```$/gm)];

interface Example {
  readonly before: Parser;
  readonly after: wireform.Schema<unknown>;
  readonly facts: { readonly hex: string; readonly sides: string; readonly value: unknown }[];
}

/** The example's own definitions, and what its comments say of bytes. */
function run(code: string): Example {
  const facts = [...code.matchAll(/^\/\/ ([0-9a-f ]+?) {2}(→|before|after) {2}(.*)$/gm)];
  const values = facts.map(([, hex, sides, value]) => `{ hex: "${hex}", sides: "${sides}", value: (${value}) }`);
  const body = `"use strict"; ${code}\nreturn { before, after, facts: [${values.join(", ")}] };`;
  return new Function("Parser", ...Object.keys(wireform), body)(Parser, ...Object.values(wireform)) as Example;
}

/** Objects with their class, and bytes as such, whatever class theirs are of. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const parts = Object.entries(value).map(([key, part]) => [key, plain(part)]);
  return { class: value.constructor.name, ...Object.fromEntries(parts) };
}

let section = "";
let examplesRun = 0;
for (const [, heading, code] of examples) {
  if (heading !== undefined) section = heading;
  if (code === undefined) continue;
  const name = `${section}, example ${++examplesRun}`;
  describe(name, () => {
    const { before, after, facts } = run(code);
    const listed = /^\/\/ decode-only: (.*)$/m.exec(code)?.[1]?.split(", ") ?? [];
    const { schema, decodeOnly } = fromBinaryParser<unknown>(before);

    it("has bytes", () => expect(facts.length).toBeGreaterThan(0));

    it("is decode-only where it says so", () => expect(decodeOnly.map(({ path }) => path)).toEqual(listed));

    it.each(facts)("$hex", ({ hex, sides, value }) => {
      const wire = fromHex(hex.replaceAll(" ", ""));
      if (sides !== "after") {
        expect(plain(before.parse(Buffer.from(wire)))).toStrictEqual(plain(value));
        const codec = wireform.compile(schema);
        expect(plain(codec.decode(wire))).toStrictEqual(plain(value));
        if (listed.length === 0) expect(toHex(codec.encode(value))).toBe(toHex(wire));
      }
      if (sides !== "before") {
        const codec = wireform.compile(after);
        expect(plain(codec.decode(wire))).toStrictEqual(plain(value));
        expect(toHex(codec.encode(value))).toBe(toHex(wire));
      }
    });
  });
}

it("has an example for every kind of field that a parser can have", () => {
  expect(examplesRun).toBeGreaterThanOrEqual(17);
  for (const method of [
    "uint8",
    "floatbe",
    "bit4",
    "string",
    "buffer",
    "array",
    "choice",
    "nest",
    "pointer",
    "skip",
    "wrapped",
    "namely",
    "create",
    "endianness",
    "useContextVars",
  ])
    expect(text).toContain(`.${method}(`);
});
