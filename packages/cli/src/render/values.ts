// Values without their schema, for a person to look at: 64-bit integers as text, bytes as hexadecimal digits.

import type { Json } from "@wireform/codec/json";

export type { Json };

/** JSON that says about what the value says; a value of somebody's own class as what it has. */
export function toPlainJson(value: unknown): Json {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>, toPlainJson);
  if (Array.isArray(value)) return value.map(toPlainJson);
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0)))
    return Object.is(value, -0) ? "-0" : String(value);
  if (value instanceof Date || typeof value !== "object" || value === null) return (value ?? null) as Json;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, toPlainJson(part)]));
}
