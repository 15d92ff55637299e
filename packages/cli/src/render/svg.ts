// Law: one file that needs nothing else, light or dark as its reader is. Bytes stand in the columns of the text picture,
// each field tinted in its colour, bit fields exactly as wide as their bits.

import type { Inspection } from "@wireform/codec";
import { type Line, linesOf, plain, several } from "@wireform/codec/tooling";
import { colorOf, dark, escaped, hex, light, printable } from "./palette.js";

const ROW = 16;
/** Most rows for one field, as in the text. */
const MOST = 4;

// Pixels. Fonts differ in the width of their characters, so that each stands at a place of its own.
const CHAR = 8;
const CELL = 24;
/** Half of a byte: one digit, four bits. */
const HALF = (CELL - 2) / 2;
const HEIGHT = 22;
const PAD = 20;

const FONT = `ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace`;

const theme = (of: typeof light): string =>
  Object.entries(of)
    .map(([name, color]) => (name === "edge" ? `.edge{stroke:${color}}` : `.${name}{fill:${color}}`))
    .join("");

const STYLE = `text{font:13px ${FONT};white-space:pre}.m{text-anchor:middle}.b{font-weight:600}.t{opacity:.13}.edge{fill:none}${theme(light)}@media(prefers-color-scheme:dark){.t{opacity:.2}${theme(dark)}}`;

/** Where the columns of one picture start. */
interface Layout {
  readonly digits: number;
  readonly bytes: number;
  readonly ascii: number;
  readonly path: number;
  readonly kind: number;
  readonly value: number;
  readonly width: number;
}

export interface Picture {
  readonly title: string;
  readonly inspection: Inspection;
}

const cellX = (layout: Layout, column: number): number => layout.bytes + column * CELL + (column >= ROW / 2 ? 10 : 0);
const text = (x: number, y: number, classes: string, words: string): string =>
  words === "" ? "" : `<text x="${x}" y="${y}" class="${classes}">${escaped(words)}</text>`;
const cut = (words: string, most: number): string => (words.length > most ? `${words.slice(0, most - 1)}…` : words);

function layoutOf(lines: readonly Line[], end: number): Layout {
  const widest = (pick: (line: Line) => string, least: number, most: number): number =>
    lines.reduce((width, line) => Math.max(width, Math.min(most, pick(line).length)), least) * CHAR;
  const digits = Math.max(4, end.toString(16).length);
  const bytes = PAD + (digits + 1) * CHAR + 6;
  const ascii = bytes + ROW * CELL + 10 + 16;
  const path = ascii + ROW * CHAR + 20;
  const kind = path + widest((line) => line.path, 5, 40) + 20;
  const value = kind + widest((line) => line.kind, 4, 32) + 20;
  const last = widest((line) => [line.value, line.verdict?.text].filter(Boolean).join("  "), 5, 72);
  return { digits, bytes, ascii, path, kind, value, width: value + last + PAD };
}

/** The bytes of a line that are on one row: tint, digits and characters. */
function bytesOf(
  { bytes, start: base }: Inspection,
  line: Line,
  from: number,
  to: number,
  y: number,
  at: Layout,
): string {
  const color = colorOf(line);
  const first = from % ROW;
  const top = y - 15;
  const left = cellX(at, first);
  const right = cellX(at, first + to - from - 1) + CELL;
  let out = "";
  const { bits } = line;
  if (!bits)
    out += `<rect x="${left + 1}" y="${top}" width="${right - left - 2}" height="20" rx="4" class="t ${color}"/>`;
  const digits: string[] = [];
  for (let offset = from; offset < to; offset++) {
    const two = hex(bytes[offset - base] as number, 2);
    const x = cellX(at, offset % ROW);
    if (!bits) {
      digits.push(`<tspan x="${x + CELL / 2}">${two}</tspan>`);
      continue;
    }
    const lowest = 8 * (bits.little ? offset - line.start : line.end - 1 - offset);
    const high = Math.min(7, bits.high - lowest);
    const low = Math.max(0, bits.low - lowest);
    // Tinted are the digits it touches, underlined its own bits.
    const left = x + 1 + (high >= 4 ? 0 : HALF);
    const touched = high >= 4 && low < 4 ? 2 * HALF : HALF;
    const bit = HALF / 4;
    out += `<rect x="${left}" y="${top}" width="${touched}" height="20" rx="3" class="t ${color}"/>`;
    out += `<rect x="${x + 1 + (7 - high) * bit}" y="${top + 18}" width="${(high - low + 1) * bit}" height="2" class="${color}"/>`;
    if (high >= 4) digits.push(`<tspan x="${x + 1 + HALF / 2}">${two[0]}</tspan>`);
    if (low < 4) digits.push(`<tspan x="${x + 1 + HALF + HALF / 2}">${two[1]}</tspan>`);
  }
  out += `<text y="${y}" class="m ${color}">${digits.join("")}</text>`;
  const shown = Array.from(bytes.subarray(from - base, to - base), printable).join("");
  const places = Array.from(shown, (_, i) => at.ascii + i * CHAR).join(" ");
  return `${out}<text x="${places}" y="${y}" class="${line.dim ? "dim" : color}">${escaped(shown)}</text>`;
}

/** One line, which long fields continue on further rows. */
function lineRows(whole: Inspection, line: Line, y: number, at: Layout): { out: string; y: number } {
  const color = colorOf(line);
  const bad = line.verdict?.ok === false;
  let out = "";
  let from = line.start;
  let row = 0;
  do {
    const to = Math.min(line.end, from - (from % ROW) + ROW);
    out += text(PAD, y, "dim", hex(from, at.digits));
    if (to > from) out += bytesOf(whole, line, from, to, y, at);
    if (row++ === 0) {
      const value = cut(line.value, 72);
      out += text(at.path, y, `b ${color}`, cut(line.path, 40)) + text(at.kind, y, "dim", cut(line.kind, 32));
      out += text(at.value, y, bad ? "c31" : line.dim ? "dim" : "text", value);
      const verdict = line.verdict?.text ?? "";
      const behind = at.value + (value === "" ? 0 : (value.length + 2) * CHAR);
      out += text(behind, y, bad ? "b c31" : line.dim ? "dim" : "ok", cut(verdict, 72));
    }
    y += HEIGHT;
    from = to;
    if (row >= MOST && from < line.end) {
      out += text(at.bytes + 4, y, "dim", `… ${several(line.end - from, "more byte")}`);
      return { out, y: y + HEIGHT };
    }
  } while (from < line.end);
  return { out, y };
}

function draw(
  { title, inspection }: Picture,
  lines: readonly Line[],
  top: number,
  at: Layout,
): { out: string; y: number } {
  const { bytes, start } = inspection;
  const place = start > 0 ? ` at 0x${start.toString(16)}` : "";
  let y = top + 18;
  let out = `<text x="${PAD}" y="${y}" class="text b">${escaped(plain(title))}<tspan class="dim" font-weight="400">, ${several(bytes.length, "byte")}${place}</tspan></text>`;
  y += HEIGHT + 4;
  const ruler = Array.from({ length: ROW }, (_, i) => `<tspan x="${cellX(at, i) + CELL / 2}">${hex(i, 2)}</tspan>`);
  out += `<text y="${y}" class="m dim">${ruler.join("")}</text>`;
  for (const [x, word] of [
    [at.ascii, "text"],
    [at.path, "field"],
    [at.kind, "kind"],
    [at.value, "value"],
  ] as const)
    out += text(x, y, "dim", word);
  out += `<path d="M${PAD} ${y + 8.5}H${at.width - PAD}" class="edge"/>`;
  y += HEIGHT + 6;
  for (const line of lines) {
    const rows = lineRows(inspection, line, y, at);
    out += `${rows.out}\n`;
    y = rows.y;
  }
  return { out, y };
}

/** Inspected messages as one SVG. */
export function svg(pictures: readonly Picture[]): string {
  const lines = pictures.map(({ inspection }) => linesOf(inspection));
  const at = layoutOf(
    lines.flat(),
    pictures.reduce((end, { inspection }) => Math.max(end, inspection.end), 0),
  );
  let y = PAD;
  let body = "";
  pictures.forEach((picture, i) => {
    const drawn = draw(picture, lines[i] as Line[], y, at);
    body += drawn.out;
    y = drawn.y + (i < pictures.length - 1 ? 12 : 0);
  });
  const height = Math.ceil(y - HEIGHT / 2 + PAD);
  const label = escaped(
    pictures.map(({ title, inspection }) => `${title}, ${several(inspection.bytes.length, "byte")}`).join("; "),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${at.width}" height="${height}" viewBox="0 0 ${at.width} ${height}" role="img" aria-label="${label}">
<style>${STYLE}</style>
<rect x=".5" y=".5" width="${at.width - 1}" height="${height - 1}" rx="10" class="card"/><rect x=".5" y=".5" width="${at.width - 1}" height="${height - 1}" rx="10" class="edge"/>
${body}</svg>
`;
}
