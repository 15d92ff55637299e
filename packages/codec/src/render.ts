// Law: one line a field, each byte in its own column, so that a person can put a finger on it. Without colour it is a
// stable text.

import { show } from "./errors.js";
import { asHex, type Inspection, type Node } from "./inspect.js";

export interface RenderOptions {
  /** ANSI colours. By default only on a terminal, and never where NO_COLOR is set. */
  readonly color?: boolean;
  /** What to call the message in the first line. */
  readonly title?: string;
  /** Most lines for one field; 4 unless said. */
  readonly maxLines?: number;
}

interface Line {
  readonly start: number;
  readonly end: number;
  readonly bits?: Node["bits"] | undefined;
  readonly path: string;
  readonly kind: string;
  readonly value: string;
  readonly verdict?: Node["verdict"] | undefined;
  readonly dim: boolean;
}

const ROW = 16;
const RULER = "00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  0123456789abcdef";

function colorByDefault(): boolean {
  const process = (
    globalThis as { process?: { env?: Record<string, string | undefined>; stdout?: { isTTY?: boolean } } }
  ).process;
  return process?.stdout?.isTTY === true && !process.env?.["NO_COLOR"];
}

const several = (n: number, one: string): string => `${n} ${one}${n === 1 ? "" : "s"}`;

/** What a terminal would take as a command, or the eye as something else, is written out. */
const plain = (text: string): string =>
  text.replace(
    /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** What the user's functions made of bytes, in a few words. */
function brief(value: object): string {
  try {
    const text = Object.entries(value)
      .map(([key, each]) => `${key}: ${show(each)}`)
      .join(", ");
    return text === "" ? "{}" : `{ ${text.length > 60 ? `${text.slice(0, 60)}…` : text} }`;
  } catch {
    return show(value);
  }
}

function valueText(node: Node, own: number, { bytes, start: base }: Inspection): string {
  const { value, kind, start, end } = node;
  if (value === undefined) return "";
  if (Array.isArray(value)) return several(value.length, "element");
  if (value instanceof Uint8Array) return several(value.length, "byte");
  if (ArrayBuffer.isView(value)) return several((value as unknown as { length: number }).length, "element");
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  if (typeof value === "object" && value !== null && node.children.length > 0) return several(end - own, "byte");
  if (typeof value === "object" && value !== null) return brief(value);
  const compared = kind === "constant" || /^ok$|0x/.test(node.verdict?.text ?? "");
  const hex = compared ? asHex(value, bytes, start - base, end - base) : undefined;
  return hex ?? show(value);
}

/** What each line shows: leaves, the prefixes of what has children, and bytes that nothing accounts for. */
function linesOf(node: Node, whole: Inspection, lines: Line[] = []): Line[] {
  const { start, children } = node;
  // Children that were read through offsets may lie in front.
  const inside = children.filter((child) => child.start >= start && child.end <= node.end);
  const own = inside.reduce((first, child) => Math.min(first, child.start), node.end);
  if (children.length === 0 || own > start || node.verdict)
    lines.push({
      start,
      end: own,
      bits: node.bits,
      path: plain(node.path),
      kind: plain(node.bits ? bitText(node.bits, node.kind) : node.kind),
      value: plain(valueText(node, own, whole)),
      verdict: node.verdict && { ok: node.verdict.ok, text: plain(node.verdict.text) },
      dim: ["padding", "reserved", "gap", "delimiter", "unread"].includes(node.kind),
    });
  for (const child of children) linesOf(child, whole, lines);
  return lines;
}

function bitText({ high, low }: NonNullable<Node["bits"]>, kind: string): string {
  const range = high === low ? `bit ${high}` : `bits ${high}-${low}`;
  return /^(bits\(|flag)/.test(kind) ? range : `${range} ${kind}`;
}

const printable = (byte: number): string => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".");

/** A byte in hex; where bits touch only one half of it, that half. */
function hexOf(byte: number, i: number, size: number, bits: Line["bits"]): string {
  const two = byte.toString(16).padStart(2, "0");
  if (!bits) return two;
  const lowest = 8 * (bits.little ? i : size - 1 - i);
  if (bits.low >= lowest + 4) return `${two[0]}_`;
  return bits.high < lowest + 4 ? `_${two[1]}` : two;
}

/** The bytes from `start` to `end`, which are on one row, in their columns. */
function columns({ bytes, start: base }: Inspection, line: Line, start: number, end: number): string {
  let hex = "";
  let text = "";
  for (let column = 0; column < ROW; column++) {
    const at = start - (start % ROW) + column;
    if (column === ROW / 2) hex += " ";
    if (at < start || at >= end) hex += "   ";
    else {
      const byte = bytes[at - base] as number;
      hex += `${hexOf(byte, at - line.start, line.end - line.start, line.bits)} `;
      text += printable(byte);
    }
  }
  return `${hex.slice(0, -1)}  ${text.padEnd(ROW)}`;
}

/** A colour that stays with the path. */
function hue(path: string): number {
  let hash = 0;
  for (const c of path.replace(/\[\d+\]/g, "")) hash = (hash * 31 + c.charCodeAt(0)) >>> 0;
  return [32, 33, 34, 35, 36, 92, 93, 94, 95, 96][hash % 10] as number;
}

/**
 * An inspected message as text: offset, bytes in their columns, text, path, kind, value and verdict, one line a field.
 *
 * @example
 * console.log(render(codec.inspect(bytes)))
 */
export function render(inspection: Inspection, options: RenderOptions = {}): string {
  const { color = colorByDefault(), maxLines = 4 } = options;
  const { bytes, start: base } = inspection;
  const lines = linesOf(inspection, inspection);
  const digits = Math.max(4, (base + bytes.length).toString(16).length);
  const width = (pick: (line: Line) => string, most: number): number =>
    lines.reduce((widest, line) => Math.min(most, Math.max(widest, pick(line).length)), 0);
  const pathWidth = width((line) => line.path, 40);
  const kindWidth = width((line) => line.kind, 32);
  const paint = (code: number | undefined, text: string): string =>
    color && code !== undefined && text !== "" ? `\u001b[${code}m${text}\u001b[0m` : text;
  const title = plain(options.title ?? inspection.kind);
  const place = base > 0 ? ` at 0x${base.toString(16)}` : "";
  const out = [paint(2, `${" ".repeat(digits)}  ${RULER}  ${title}, ${several(bytes.length, "byte")}${place}`)];
  for (const line of lines) {
    const bad = line.verdict?.ok === false;
    const code = bad ? 31 : line.dim ? 2 : hue(line.path);
    const words = [line.path.padEnd(pathWidth), line.kind.padEnd(kindWidth), line.value, line.verdict?.text ?? ""];
    let meaning = words
      .filter((word) => word !== "")
      .join("  ")
      .trimEnd();
    let start = line.start;
    let shown = 0;
    do {
      const end = Math.min(line.end, start - (start % ROW) + ROW);
      const offset = paint(2, start.toString(16).padStart(digits, "0"));
      const picture = columns(inspection, line, start, end);
      out.push(
        `${offset}  ${paint(code, meaning === "" ? picture.trimEnd() : picture)}  ${paint(bad ? 31 : undefined, meaning)}`.trimEnd(),
      );
      meaning = "";
      start = end;
      if (++shown >= maxLines && start < line.end) {
        out.push(paint(2, `${" ".repeat(digits)}  … ${several(line.end - start, "more byte")}`));
        break;
      }
    } while (start < line.end);
  }
  return `${out.join("\n")}\n`;
}
