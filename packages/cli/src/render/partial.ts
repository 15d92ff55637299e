// What could be read of a message that is wrong.

import type { Node } from "@wireform/codec";
import { type Json, toPlainJson } from "./values.js";

/** The value as far as it goes; undefined where nothing could be read. */
export function partialOf(node: Node): Json | undefined {
  if (node.value !== undefined && node.verdict?.ok !== false) return toPlainJson(node.value);
  const parts = node.children.flatMap((child): (readonly [string | number, Json])[] => {
    const part = child.key === undefined ? undefined : partialOf(child);
    return part === undefined ? [] : [[child.key as string | number, part]];
  });
  if (parts.length === 0) return undefined;
  return typeof parts[0]?.[0] === "number" ? parts.map(([, part]) => part) : Object.fromEntries(parts);
}
