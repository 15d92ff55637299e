// One colour a field, wherever it is drawn: the terminal's own colours, and here what they are on paper and on a screen
// at night.

import { hueOf, type Line } from "@wireform/codec/tooling";

type Theme = Readonly<Record<string, string>>;

/** Text, secondary text, the page, what stands on it, its edge, and good; then the colours by the terminal's numbers. */
export const light: Theme = {
  text: "#1f2328",
  dim: "#656d76",
  page: "#ffffff",
  card: "#ffffff",
  edge: "#d1d9e0",
  raise: "#f6f8fa",
  ok: "#1a7f37",
  c31: "#d1242f",
  c32: "#1a7f37",
  c33: "#8a6100",
  c34: "#0969da",
  c35: "#9d2bb5",
  c36: "#0f766e",
  c92: "#4d7c0f",
  c93: "#bc4c00",
  c94: "#5a4fcf",
  c95: "#bf3989",
  c96: "#0369a1",
};

export const dark: Theme = {
  text: "#e6edf3",
  dim: "#8b949e",
  page: "#0d1117",
  card: "#0d1117",
  edge: "#30363d",
  raise: "#161b22",
  ok: "#3fb950",
  c31: "#ff7b72",
  c32: "#3fb950",
  c33: "#d4a72c",
  c34: "#58a6ff",
  c35: "#d58cf0",
  c36: "#2dd4bf",
  c92: "#a3d949",
  c93: "#f0883e",
  c94: "#a5a0ff",
  c95: "#f778ba",
  c96: "#7dd3fc",
};

/** The name of a line's colour: red for what is wrong, dim for what means nothing, otherwise that of its path. */
export function colorOf({ path, dim, verdict }: Pick<Line, "path" | "dim" | "verdict">): string {
  if (verdict?.ok === false) return "c31";
  return dim ? "dim" : `c${hueOf(path)}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it may stand in XML and HTML, in attributes too; what XML cannot say at all becomes U+FFFD. */
export const escaped = (text: string): string =>
  text
    .replace(/[&<>"']/g, (c) => ENTITIES[c] as string)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, "\ufffd");

/** A byte as text shows it. */
export const printable = (byte: number): string => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".");

export const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, "0");
