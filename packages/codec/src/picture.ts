// Law: what a picture says of bytes is said once, whether it is drawn as text or otherwise: which lines there are, their
// words, and a colour that stays with a field's path.

import { show } from "./errors.js";
import { asHex, type Inspection, type Node } from "./inspect.js";

/** What one line shows: a leaf, the bytes in front of what has children, or bytes that nothing accounts for. */
export interface Line {
  readonly node: Node;
  readonly start: number;
  readonly end: number;
  readonly bits?: Node["bits"] | undefined;
  readonly path: string;
  readonly kind: string;
  readonly value: string;
  readonly verdict?: Node["verdict"] | undefined;
  /** True for bytes that carry no meaning. */
  readonly dim: boolean;
}

export const several = (n: number, one: string): string => `${n} ${one}${n === 1 ? "" : "s"}`;

/** What a terminal would take as a command, or the eye as something else, is written out. */
export const plain = (text: string): string =>
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

function valueText(node: Node, head: number, { bytes, start: base }: Inspection): string {
  const { value, kind, start, end } = node;
  if (value === undefined) return "";
  if (Array.isArray(value)) return several(value.length, "element");
  if (value instanceof Uint8Array) return several(value.length, "byte");
  if (ArrayBuffer.isView(value)) return several((value as unknown as { length: number }).length, "element");
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  if (typeof value === "object" && value !== null && node.children.length > 0) return several(end - head, "byte");
  if (typeof value === "object" && value !== null) return brief(value);
  const compared = kind === "constant" || /^ok$|0x/.test(node.verdict?.text ?? "");
  const hex = compared ? asHex(value, bytes, start - base, end - base) : undefined;
  return hex ?? show(value);
}

/** The words for a node; its own bytes are those in front of its children. */
export function lineOf(node: Node, whole: Inspection): Line {
  const { start, children, bits, verdict } = node;
  // Children that were read through offsets may lie in front.
  const inside = children.filter((child) => child.start >= start && child.end <= node.end);
  const head = inside.reduce((first, child) => Math.min(first, child.start), node.end);
  return {
    node,
    start,
    end: head,
    bits,
    path: plain(node.path),
    kind: plain(bits ? bitText(bits, node.kind) : node.kind),
    value: plain(valueText(node, head, whole)),
    verdict: verdict && { ok: verdict.ok, text: plain(verdict.text) },
    dim: ["padding", "reserved", "gap", "delimiter", "unread"].includes(node.kind),
  };
}

/** All lines of a picture, in order. */
export function linesOf(whole: Inspection, node: Node = whole, lines: Line[] = []): Line[] {
  const line = lineOf(node, whole);
  if (node.children.length === 0 || line.end > line.start || line.verdict) lines.push(line);
  for (const child of node.children) linesOf(whole, child, lines);
  return lines;
}

function bitText({ high, low }: NonNullable<Node["bits"]>, kind: string): string {
  const range = high === low ? `bit ${high}` : `bits ${high}-${low}`;
  return /^(bits\(|flag)/.test(kind) ? range : `${range} ${kind}`;
}

/** The colour of a field, as the number that terminals know it by; elements of an array share theirs. */
export function hueOf(path: string): number {
  let hash = 0;
  for (const c of path.replace(/\[\d+\]/g, "")) hash = (hash * 31 + c.charCodeAt(0)) >>> 0;
  return [32, 33, 34, 35, 36, 92, 93, 94, 95, 96][hash % 10] as number;
}
