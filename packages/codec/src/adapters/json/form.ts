// What a JSON form is, and those of values that have no parts.

import { show } from "../../errors.js";
import { type AnySchema, EncodeError, type Key } from "../../index.js";
import type { WholeNumbers } from "../../numbers.js";
import type { Scope } from "./fields.js";

/** Where a value stands. */
export interface Place {
  readonly keys: readonly Key[];
  readonly scope: Scope | undefined;
  /** Levels of recursion around it. */
  readonly depth: number;
}

/** One direction: from a value to its JSON, or back. */
export type Turn = (schema: AnySchema, value: unknown, place: Place) => unknown;

/** Both directions of one kind; `turn` goes on with a part of it. */
export interface Form {
  to(schema: never, value: unknown, place: Place, turn: Turn): unknown;
  from(schema: never, json: unknown, place: Place, turn: Turn): unknown;
}

export function refuse(
  place: Place,
  expected: string,
  value: unknown,
  code: "type" | "unexpected" | "range" = "type",
): EncodeError {
  return new EncodeError({ code, keys: place.keys, offset: 0, expected, actual: `got ${show(value)}` });
}

export const within = (place: Place, key: Key): Place => ({ ...place, keys: [...place.keys, key] });

/** A form that is the same in both directions. */
export const same = (both: Form["to"]): Form => ({ to: both, from: both });

export const typed = (type: "string" | "boolean"): Form =>
  same((_schema, value, place) => {
    if (typeof value === type) return value;
    throw refuse(place, `needs a ${type}`, value);
  });

/** Whole numbers of a range; those that are bigints are strings in JSON, and may be numbers as long as these are exact. */
export function integer({ min, max, big }: WholeNumbers): Form {
  const expected = `needs a whole number from ${min} to ${max}`;
  return {
    to(_schema, value, place) {
      if (typeof value === (big ? "bigint" : "number")) return big ? String(value) : value;
      throw refuse(place, expected, value);
    },
    from(_schema, json, place) {
      const written = big && typeof json === "string" && /^-?\d+$/.test(json);
      if (!written && (big ? !Number.isSafeInteger(json) : typeof json !== "number"))
        throw refuse(place, big ? `${expected} as a string` : expected, json);
      if (!written && !Number.isInteger(json)) throw refuse(place, expected, json, "range");
      const value = BigInt(json as string | number);
      if (value < min || value > max) throw refuse(place, expected, json, "range");
      return big ? value : json;
    },
  };
}

const UNSAYABLE = new Map<unknown, number>([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);

export const float: Form = {
  to(_schema, value, place) {
    if (typeof value !== "number") throw refuse(place, "needs a number", value);
    if (Object.is(value, -0)) return "-0";
    return Number.isFinite(value) ? value : String(value);
  },
  from(_schema, json, place) {
    if (typeof json === "number") return json;
    const value = UNSAYABLE.get(json);
    if (value !== undefined) return value;
    throw refuse(place, `needs a number or one of ${[...UNSAYABLE.keys()].join(", ")}`, json);
  },
};

const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const SHORT = 16;

/** Node's own way, which is faster for all but a few bytes. */
const slice = (
  globalThis as { Buffer?: { prototype: { hexSlice?: (this: Uint8Array, start: number, end: number) => string } } }
).Buffer?.prototype.hexSlice;

/** Bytes as two hexadecimal digits each. */
export function toHex(bytes: Uint8Array): string {
  if (slice && bytes.length > SHORT) return slice.call(bytes, 0, bytes.length);
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += PAIRS[bytes[i] as number];
  return text;
}

export function fromHex(json: unknown, place: Place): Uint8Array {
  if (typeof json !== "string" || !/^([0-9a-f]{2})*$/i.test(json))
    throw refuse(place, "needs bytes as pairs of hexadecimal digits", json);
  const bytes = new Uint8Array(json.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(json.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

export const bytes: Form = {
  to(_schema, value, place) {
    if (value === null) return null;
    if (value instanceof Uint8Array) return toHex(value);
    throw refuse(place, "needs a Uint8Array", value);
  },
  from: (_schema, json, place) => (json === null ? null : fromHex(json, place)),
};

export const string: Form = same((_schema, value, place) => {
  if (typeof value === "string" || value === null) return value;
  throw refuse(place, "needs a string", value);
});
