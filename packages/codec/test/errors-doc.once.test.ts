// docs/errors.md: a row for every code, and every row happens as it says.

import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import * as wireform from "@wireform/codec";
import { type AnySchema, compile, type DecodeCode, type EncodeCode, type SchemaCode } from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { failureOf } from "./support/facts.ts";
import { fromHex } from "./support/shared-data.ts";

const file = resolve(import.meta.dirname, "../../../docs/errors.md");
const update = process.env["UPDATE_GOLDEN"] === "1";

const codes = {
  DecodeError: Object.keys({
    truncated: 0,
    trailing: 0,
    limit: 0,
    constant: 0,
    tag: 0,
    value: 0,
    length: 0,
    checksum: 0,
    encoding: 0,
    digits: 0,
    varint: 0,
    rejected: 0,
  } satisfies Record<DecodeCode, 0>),
  EncodeError: Object.keys({
    type: 0,
    range: 0,
    missing: 0,
    unexpected: 0,
    mismatch: 0,
    length: 0,
    encoding: 0,
    delimiter: 0,
    limit: 0,
    overflow: 0,
    rejected: 0,
  } satisfies Record<EncodeCode, 0>),
  SchemaError: Object.keys({
    argument: 0,
    name: 0,
    duplicate: 0,
    reference: 0,
    inverse: 0,
    bits: 0,
    end: 0,
    recursion: 0,
  } satisfies Record<SchemaCode, 0>),
};

const helpers = {
  ...wireform,
  decode: (schema: AnySchema, hex: string, limits = {}) =>
    compile(schema, { limits }).decode(fromHex(hex.replaceAll(" ", ""))),
  encode: (schema: AnySchema, value: unknown, limits = {}) => compile(schema, { limits }).encode(value),
  write: (schema: AnySchema, value: unknown, into: Uint8Array) => compile(schema).write(value, into),
};

/** An example as it stands in the document, run with everything of the package at hand. */
function run(example: string): unknown {
  const made: unknown = new Function(...Object.keys(helpers), `"use strict"; return ${example};`)(
    ...Object.values(helpers),
  );
  // A definition that only lowering can refuse.
  return compile(made as AnySchema);
}

interface Row {
  readonly code: string;
  readonly cells: readonly string[];
  readonly line: string;
}

const code = (text: string): string => text.replace(/^`|`$/g, "");

function rowsUnder(text: string, heading: string): Row[] {
  const section = text.split(/^## /m).find((part) => part.startsWith(heading)) ?? "";
  return section
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => {
      const cells = line.split("|").map((cell) => cell.trim());
      return { code: code(cells[1] as string), cells, line };
    });
}

for (const [name, wanted] of Object.entries(codes))
  describe(name, () => {
    const text = readFileSync(file, "utf8");
    const rows = rowsUnder(text, name);

    it("has a row for each code, in order", () => {
      expect(rows.map((row) => row.code)).toEqual(wanted);
    });

    it.each(rows.map((row) => [row.code, row] as const))("%s happens as it says", (_, row) => {
      const [, , cause, example, message, fix] = row.cells as [string, string, string, string, string, string];
      expect(row.cells).toHaveLength(7);
      expect(cause.length * fix.length).toBeGreaterThan(0);
      const error = failureOf(() => run(code(example)));
      expect(error).toMatchObject({ name, code: row.code });
      const shown = `\`${error.message as string}\``;
      if (update) {
        const cells = row.cells.with(4, shown);
        writeFileSync(
          file,
          readFileSync(file, "utf8").replace(row.line, () => cells.join(" | ").trim()),
        );
      } else expect(message).toBe(shown);
    });
  });
