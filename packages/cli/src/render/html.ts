// Law: one file that asks nothing of any network and runs nothing but its own script, which its policy names by hash.
// Bytes on one side, fields on the other; every word in it is escaped.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Inspection, Node } from "@wireform/codec";
import { type Line, lineOf, plain, several } from "@wireform/codec/tooling";
import { colorOf, dark, escaped, hex, light, printable } from "./palette.js";
import type { Picture } from "./svg.js";

const ROW = 16;
/** Rows of one field that are shown before the rest of it is only counted. */
const MOST = 8;

/** A line of the right side: a field, or what holds fields. */
interface Field {
  readonly n: number;
  readonly up: number | undefined;
  readonly depth: number;
  readonly label: string;
  readonly line: Line;
}

function fieldsOf(whole: Inspection, title: string): Field[] {
  const fields: Field[] = [];
  const visit = (node: Node, up: number | undefined, depth: number): void => {
    const line = lineOf(node, whole);
    const { key, children } = node;
    // What only holds everything is the title already.
    const shown = node !== whole || children.length === 0 || line.end > line.start || node.verdict !== undefined;
    const n = fields.length;
    const label = typeof key === "number" ? `[${key}]` : (key ?? (node === whole ? title : ""));
    if (shown) fields.push({ n, up, depth, label: plain(label), line });
    for (const child of children) visit(child, shown ? n : undefined, shown ? depth + 1 : depth);
  };
  visit(whole, undefined, 0);
  return fields;
}

/** Which fields each byte belongs to. */
function ownersOf({ bytes, start }: Inspection, fields: readonly Field[]): Field[][] {
  const owners: Field[][] = Array.from(bytes, () => []);
  for (const field of fields)
    for (let at = field.line.start; at < field.line.end; at++) owners[at - start]?.push(field);
  return owners;
}

/** The bits of one byte that a line has, from 7 to 0. */
function bitsAt({ bits, start, end }: Line, at: number): { high: number; low: number } {
  if (!bits) return { high: 7, low: 0 };
  const lowest = 8 * (bits.little ? at - start : end - 1 - at);
  return { high: Math.min(7, bits.high - lowest), low: Math.max(0, bits.low - lowest) };
}

function cell(byte: number, at: number, owners: readonly Field[], before: boolean, after: boolean): string {
  const two = hex(byte, 2);
  const numbers = owners.map(({ n }) => n).join(" ");
  const place = `data-o="${at}" data-f="${numbers}" tabindex="-1"`;
  const [first] = owners as [Field];
  if (owners.every(({ line }) => !line.bits)) {
    const ends = `${before ? "" : " s"}${after ? "" : " e"}`;
    return `<b class="y ${colorOf(first.line)}${ends}" ${place}>${two}</b>`;
  }
  const parts = owners.map(({ n, line }) => ({ n, color: colorOf(line), ...bitsAt(line, at) }));
  const segments = parts.map(
    ({ n, color, high, low }) => `<u class="${color} x${7 - high} w${high - low + 1}" data-b="${n}"></u>`,
  );
  const digit = (i: 0 | 1): string => {
    const of = parts.find(({ high, low }) => (i === 0 ? high >= 4 : low < 4));
    return `<i class="${of?.color ?? "dim"}">${two[i]}</i>`;
  };
  return `<b class="y bits" ${place}>${segments.join("")}${digit(0)}${digit(1)}</b>`;
}

function hexRow(
  { bytes, start: base, end: last }: Inspection,
  owners: readonly Field[][],
  row: number,
  digits: number,
): string {
  let cells = "";
  let text = "";
  const same = (a: number, b: number): boolean =>
    a >= row && b < Math.min(last, row + ROW) && a >= base && owners[a - base]?.[0] === owners[b - base]?.[0];
  for (let at = row; at < row + ROW; at++) {
    if (at < base || at >= last) {
      cells += '<b class="y"></b>';
      text += " ";
      continue;
    }
    const byte = bytes[at - base] as number;
    const own = owners[at - base] as Field[];
    cells +=
      own.length === 0
        ? `<b class="y dim">${hex(byte, 2)}</b>`
        : cell(byte, at, own, same(at - 1, at), same(at, at + 1));
    const color = own[0] ? colorOf(own[0].line) : "dim";
    text += `<span class="${color}">${escaped(printable(byte))}</span>`;
  }
  const joined = text.replace(/<\/span><span class="(\w+)">/g, (between, color: string, i: number) =>
    text.lastIndexOf(`<span class="`, i) === text.lastIndexOf(`<span class="${color}">`, i) ? "" : between,
  );
  return `<div class="row"><span class="at">${hex(row, digits)}</span>${cells}<span class="text">${joined}</span></div>\n`;
}

/** The left side: rows of bytes; what one field has beyond a few rows is only counted. */
function hexPane(inspection: Inspection, fields: readonly Field[]): string {
  const { start, end } = inspection;
  const owners = ownersOf(inspection, fields);
  const digits = Math.max(4, end.toString(16).length);
  const only = (row: number): Field | undefined => {
    const [first] = owners[row - start] ?? [];
    for (let at = row; at < row + ROW; at++)
      if (owners[at - start]?.length !== 1 || owners[at - start]?.[0] !== first) return undefined;
    return first;
  };
  const ruler = Array.from({ length: ROW }, (_, i) => `<b class="y">${hex(i, 2)}</b>`).join("");
  let out = `<div class="row ruler" aria-hidden="true"><span class="at"></span>${ruler}</div>\n`;
  let run = 0;
  for (let row = start - (start % ROW); row < end; row += ROW) {
    const field = only(row);
    run = field && field === only(row - ROW) ? run + 1 : 0;
    if (!field || run < MOST) {
      out += hexRow(inspection, owners, row, digits);
      continue;
    }
    let next = row;
    while (only(next) === field) next += ROW;
    out += `<div class="row"><span class="at"></span><span class="more ${colorOf(field.line)}" data-o="${row}" data-l="${next - row}" data-f="${field.n}" tabindex="-1">… ${several(next - row, "more byte")}</span></div>\n`;
    row = next - ROW;
  }
  return out;
}

function fieldRow({ n, up, depth, label, line }: Field): string {
  const { node, kind, value, verdict } = line;
  const data = `data-n="${n}"${up === undefined ? "" : ` data-up="${up}"`} data-s="${node.start}" data-e="${node.end}"${node.children.length === 0 ? " data-leaf" : ""}`;
  const judged = verdict
    ? `<strong class="${verdict.ok ? (line.dim ? "dim" : "ok") : "c31"}">${escaped(verdict.text)}</strong>`
    : "";
  const path = line.path === label || line.path === "" ? "" : ` title="${escaped(line.path)}"`;
  return `<li role="treeitem" aria-level="${depth + 1}" class="${colorOf(line)} d${Math.min(depth, 6)}" tabindex="-1" ${data}${path}><b>${escaped(label)}</b><small>${escaped(kind)}</small><span class="v"><em>${escaped(value)}</em>${judged}</span></li>\n`;
}

function section({ title, inspection }: Picture, i: number): string {
  const fields = fieldsOf(inspection, title);
  const wrong = fields.filter(({ line }) => line.verdict?.ok === false).length;
  const place = inspection.start > 0 ? ` at 0x${inspection.start.toString(16)}` : "";
  const size = `${several(inspection.bytes.length, "byte")}${place}`;
  return `<section aria-labelledby="m${i}">
<h2 id="m${i}">${escaped(plain(title))} <span>${size}</span>${wrong > 0 ? `<strong class="c31">${wrong} wrong</strong>` : ""}</h2>
<div class="panes">
<div class="hex" role="group" aria-label="Bytes">
${hexPane(inspection, fields)}</div>
<ol class="fields" role="tree" aria-label="Fields">
${fields.map(fieldRow).join("")}</ol>
</div>
</section>
`;
}

const MONO = `ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace`;

function styles(): string {
  const theme = (of: typeof light): string =>
    Object.entries(of)
      .map(([name, color]) => `--${name}:${color};`)
      .join("");
  const colors = Object.keys(light)
    .filter((name) => /^c\d/.test(name) || name === "dim" || name === "ok")
    .map((name) => `.${name}{color:var(--${name})}`);
  return `:root{--mono:${MONO};${theme(light)}}
@media(prefers-color-scheme:dark){:root{${theme(dark)}}}
${colors.join("\n")}
${asset("page.css")}`;
}

/** What the page is made of lies beside this file as it is, in the sources that are published too. */
const asset = (name: string): string => readFileSync(new URL(`../../src/render/page/${name}`, import.meta.url), "utf8");

const digest = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Inspected messages as one page. */
export function html(pictures: readonly Picture[], schema: string): string {
  const style = styles();
  const script = asset("page.js");
  const policy = `default-src 'none'; style-src ${digest(style)}; script-src ${digest(script)}; base-uri 'none'; form-action 'none'`;
  const size = pictures.reduce((sum, { inspection }) => sum + inspection.bytes.length, 0);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(schema)}, ${several(size, "byte")}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escaped(schema)}</h1>
<p>${several(pictures.length, "message")}, ${several(size, "byte")}. Point at a byte or a field, or use <kbd>Tab</kbd>, arrows and <kbd>Enter</kbd>.</p>
</header>
<main>
${pictures.map(section).join("")}</main>
<script type="module">${script}</script>
</body>
</html>
`;
}
