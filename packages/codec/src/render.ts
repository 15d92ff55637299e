// Law: one line a field, each byte in its own column, so that a person can put a finger on it. Without colour it is a
// stable text.

import { show } from "./errors.js";
import type { Inspection, Node } from "./inspect.js";

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
  readonly bits?: { readonly high: number; readonly low: number } | undefined;
  readonly path: string;
  readonly kind: string;
  readonly value: string;
  readonly verdict?: { readonly ok: boolean; readonly text: string } | undefined;
  readonly dim: boolean;
}

const ROW = 16;

function colorByDefault(): boolean {
  const process = (
    globalThis as { process?: { env?: Record<string, string | undefined>; stdout?: { isTTY?: boolean } } }
  ).process;
  return process?.stdout?.isTTY === true && !process.env?.["NO_COLOR"];
}

function valueText(node: Node): string {
  const { value, kind } = node;
  if (value === undefined) return "";
  if (Array.isArray(value)) return `${value.length} ${value.length === 1 ? "element" : "elements"}`;
  if (value instanceof Uint8Array) return `${value.length} ${value.length === 1 ? "byte" : "bytes"}`;
  if (typeof value === "object" && value !== null && !node.verdict && node.children.length > 0) return "";
  if (typeof value === "number" && (kind === "constant" || node.verdict) && Number.isInteger(value) && value >= 0)
    return `0x${value.toString(16)}`;
  return show(value);
}

/** What each line shows: leaves, the prefixes of what has children, and bytes that nothing accounts for. */
function linesOf(node: Node): Line[] {
  const line = (start: number, end: number): Line => ({
    start,
    end,
    bits: node.bits,
    path: node.path,
    kind: node.bits ? bitText(node) : node.kind,
    value: valueText(node),
    verdict: node.verdict,
    dim: ["padding", "reserved", "gap"].includes(node.kind),
  });
  const [first] = node.children;
  if (!first) return [line(node.start, node.end)];
  const own = first.start > node.start ? [line(node.start, first.start)] : [];
  return [...own, ...node.children.flatMap(linesOf)];
}

function bitText({ bits, kind }: Node): string {
  const { high, low } = bits as NonNullable<Node["bits"]>;
  const range = high === low ? `bit ${high}` : `bits ${high}-${low}`;
  return /^(bits\(|flag)/.test(kind) ? range : `${range} ${kind}`;
}

const printable = (byte: number): string => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".");

/** Bytes in their columns; of a byte that is shared, only the half that the bits touch. */
function columns(
  bytes: Uint8Array,
  row: number,
  start: number,
  end: number,
  bits: Line["bits"],
): { hex: string; text: string } {
  let hex = "";
  let text = "";
  for (let i = row; i < row + ROW; i++) {
    if (i === row + ROW / 2) hex += " ";
    if (i < start || i >= end) hex += "   ";
    else {
      const byte = bytes[i] as number;
      let two = byte.toString(16).padStart(2, "0");
      if (bits && end - start === 1) two = bits.low >= 4 ? `${two[0]}_` : bits.high < 4 ? `_${two[1]}` : two;
      hex += `${two} `;
      text += printable(byte);
    }
  }
  return { hex: hex.slice(0, -1), text };
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
  const { bytes } = inspection;
  const base = inspection.start;
  const lines = linesOf(inspection);
  const digits = Math.max(4, (base + bytes.length).toString(16).length);
  const width = (pick: (line: Line) => string, most: number): number =>
    Math.min(most, Math.max(0, ...lines.map((line) => pick(line).length)));
  const pathWidth = width((line) => line.path, 40);
  const kindWidth = width((line) => line.kind, 32);
  const paint = (code: number | undefined, text: string): string =>
    color && code !== undefined && text !== "" ? `\u001b[${code}m${text}\u001b[0m` : text;
  const title = options.title ?? inspection.kind;
  const ruler = Array.from({ length: ROW }, (_, i) => ((i + base) % ROW).toString(16).padStart(2, "0"));
  const head = `${" ".repeat(digits)}  ${ruler.slice(0, 8).join(" ")}  ${ruler.slice(8).join(" ")}  ${"0123456789abcdef"}  ${title}, ${bytes.length} ${bytes.length === 1 ? "byte" : "bytes"}${base > 0 ? ` at 0x${base.toString(16)}` : ""}`;
  const out = [paint(2, head)];
  for (const line of lines) {
    const bad = line.verdict?.ok === false;
    const code = bad ? 31 : line.dim ? 2 : hue(line.path);
    const from = line.start - base;
    const to = Math.min(line.end - base, bytes.length);
    let row = from - (from % ROW);
    let shown = 0;
    do {
      const start = Math.max(from, row);
      const { hex, text } = columns(bytes, row, start, Math.min(to, row + ROW), line.bits);
      const first = shown === 0;
      const rest = first
        ? `${line.path.padEnd(pathWidth)}  ${line.kind.padEnd(kindWidth)}  ${line.value}${line.verdict ? `${line.value ? "  " : ""}${line.verdict.text}` : ""}`
        : "";
      const bytesText = `${hex}  ${text.padEnd(ROW)}`;
      out.push(
        `${paint(2, (start + base).toString(16).padStart(digits, "0"))}  ${paint(code, bytesText)}  ${paint(bad ? 31 : undefined, rest)}`.trimEnd(),
      );
      row += ROW;
      shown++;
      if (shown === maxLines && row < to) {
        out.push(paint(2, `${" ".repeat(digits)}  … ${to - row} more bytes`));
        break;
      }
    } while (row < to);
  }
  return `${out.join("\n")}\n`;
}
