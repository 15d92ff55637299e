// Law: one line a field, each byte in its own column, so that a person can put a finger on it. Without colour it is a
// stable text.

import type { Inspection } from "./inspect.js";
import { own } from "./own.js";
import { hueOf, type Line, linesOf, plain, several } from "./picture.js";

export interface RenderOptions {
  /** ANSI colours. By default only on a terminal, and never where NO_COLOR is set. */
  readonly color?: boolean;
  /** What to call the message in the first line. */
  readonly title?: string;
  /** Most lines for one field; 4 unless said. */
  readonly maxLines?: number;
}

const ROW = 16;
const RULER = "00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  0123456789abcdef";

function colorByDefault(): boolean {
  const process = (
    globalThis as { process?: { env?: Record<string, string | undefined>; stdout?: { isTTY?: boolean } } }
  ).process;
  return process?.stdout?.isTTY === true && !process.env?.["NO_COLOR"];
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

/**
 * An inspected message as text: offset, bytes in their columns, text, path, kind, value and verdict, one line a field.
 *
 * @example
 * console.log(render(codec.inspect(bytes)))
 */
export function render(inspection: Inspection, given: RenderOptions = {}): string {
  const options = own(given);
  const { color = colorByDefault(), maxLines = 4 } = options;
  const { bytes, start: base } = inspection;
  const lines = linesOf(inspection);
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
    const code = bad ? 31 : line.dim ? 2 : hueOf(line.path);
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
