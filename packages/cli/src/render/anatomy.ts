// What a schema is made of, for people: one line a field, with its kind, its size and what else there is to know.

import { hueOf } from "@wireform/codec/tooling";
import type { Part } from "../anatomy/part.js";
import { sizeWords, valueWords } from "../anatomy/words.js";

interface Row {
  readonly depth: number;
  readonly name: string;
  readonly path: string;
  readonly kind: string;
  readonly size: string;
  readonly notes: string;
}

/** Many names are told one a line. */
const FEW = 4;

function kindWords({ kind, bits, again }: Part): string {
  if (again !== undefined) return `${again}, again`;
  if (!bits) return kind;
  const range = bits.high === bits.low ? `bit ${bits.high}` : `bits ${bits.high}-${bits.low}`;
  return /^(bits\(|flag)/.test(kind) ? range : `${range} ${kind}`;
}

function tagWords({ field, value }: NonNullable<Part["tag"]>): string {
  const { from, to } = value as { from?: number; to?: number };
  return from === undefined ? `${field} ${valueWords(value)}` : `${field} ${from} to ${to}`;
}

function notesOf({ tag, always, names, derived, when, checks, notes }: Part): string {
  const named = Object.entries(names ?? {});
  return [
    tag && tagWords(tag),
    always !== undefined && `always ${valueWords(always)}`,
    named.length > 0 && named.length <= FEW && named.map(([name, value]) => `${name} ${value}`).join(", "),
    derived,
    when && `when ${when}`,
    ...notes,
    ...checks,
  ]
    .filter(Boolean)
    .join("; ");
}

function rowsOf(part: Part, depth: number, rows: Row[]): Row[] {
  const { name, path, min, max, bits, again, names = {} } = part;
  const size = bits || again !== undefined ? "" : sizeWords(min, max);
  rows.push({ depth, name, path, kind: kindWords(part), size, notes: notesOf(part) });
  const named = Object.entries(names);
  if (named.length > FEW)
    for (const [each, value] of named)
      rows.push({ depth: depth + 1, name: each, path, kind: valueWords(value), size: "", notes: "" });
  for (const inner of part.parts) {
    if (inner.kind === "variant") rows.push({ depth, name: "", path: "", kind: "", size: "", notes: "" });
    rowsOf(inner, depth + 1, rows);
  }
  return rows;
}

export function anatomyText(part: Part, color: boolean): string {
  const rows = rowsOf(part, 0, []);
  const width = (cell: (row: Row) => string, most: number): number =>
    rows.reduce((widest, row) => Math.max(widest, Math.min(most, cell(row).length)), 0);
  const names = width(({ depth, name }) => "  ".repeat(depth) + name, 40);
  const kinds = width(({ kind }) => kind, 44);
  const sizes = width(({ size }) => size, 28);
  const paint = (code: number, text: string): string =>
    color && text !== "" ? `\u001b[${code}m${text}\u001b[0m` : text;
  const lines = rows.map(({ depth, name, path, kind, size, notes }) => {
    const indent = "  ".repeat(depth);
    const label = path === "" ? paint(1, name) : paint(hueOf(path), name);
    const space = " ".repeat(Math.max(0, names - indent.length - name.length));
    return `${indent}${label}${space}  ${kind.padEnd(kinds)}  ${paint(2, size)}${" ".repeat(Math.max(0, sizes - size.length))}  ${notes}`.trimEnd();
  });
  return `${lines.join("\n")}\n`;
}
