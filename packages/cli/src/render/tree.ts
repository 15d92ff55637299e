// An inspected message for programs: the tree as it is, 64-bit integers as strings and bytes as hex.

import type { Inspection, Node } from "@wireform/codec";

/** Any value as JSON, also what users' functions made. */
export function plainJson(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<unknown>, plainJson);
  if (Array.isArray(value)) return value.map(plainJson);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plainJson(each)]));
  return typeof value === "function" || typeof value === "symbol" ? String(value) : value;
}

function nodeJson({ path, key, kind, start, end, bits, value, verdict, children }: Node): object {
  return {
    path,
    ...(key !== undefined && { key }),
    kind,
    start,
    end,
    ...(bits && { bits }),
    // What has children is told by them.
    ...(children.length > 0 ? {} : { value: plainJson(value) }),
    ...(verdict && { verdict }),
    ...(children.length > 0 && { children: children.map(nodeJson) }),
  };
}

export function treeJson(title: string, inspection: Inspection): object {
  const { error, bytes } = inspection;
  return {
    title,
    bytes: Buffer.from(bytes).toString("hex"),
    ...nodeJson(inspection),
    ...(error && {
      error: {
        code: error.code,
        path: error.path,
        offset: error.offset,
        expected: error.expected,
        actual: error.actual,
      },
    }),
  };
}
