// Values as rows of cells: what stands in objects has a column each, named by its path; a list is one cell.

import { type Key, pathText } from "@wireform/codec";
import type { Json } from "@wireform/codec/json";

/** What stands in each column; undefined where the message has nothing there. */
export type Cells = ReadonlyMap<string, Json | undefined>;

/** The cells of a message by their columns; what has one of the `known` columns stays whole. */
export function cellsOf(value: Json, known: readonly string[] = []): Cells {
  const cells = new Map<string, Json>();
  const visit = (part: Json, keys: readonly Key[]): void => {
    const name = keys.length === 0 ? "value" : pathText(keys);
    const parts = typeof part === "object" && part !== null && !Array.isArray(part) ? Object.entries(part) : [];
    if (parts.length === 0 || (keys.length > 0 && known.includes(name))) cells.set(name, part);
    else for (const [key, inner] of parts) visit(inner, [...keys, key]);
  };
  visit(value, []);
  return cells;
}

/** What a cell says: text as it is, all else as JSON; nothing where there is nothing. */
export const cellText = (value: Json | undefined): string =>
  value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
