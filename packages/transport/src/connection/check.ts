// Law: a bad option is refused at once, by name, with what it may be.

import { OptionError } from "./errors.js";

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}

/** A whole number within bounds, or the fallback when not given. */
export function checkCount(name: string, value: unknown, fallback: number, min: number, max: number): number {
  if (value === undefined) return fallback;
  if (typeof value !== "number" || (!Number.isInteger(value) && value !== Number.POSITIVE_INFINITY)) {
    throw new OptionError(name, `is a whole number; got ${show(value)}`);
  }
  if (value < min || value > max) throw new OptionError(name, `is from ${min} to ${max}; got ${value}`);
  return value;
}

const longestTimeout = 2 ** 31 - 1;

/** Milliseconds for a timer, 0 for none. */
export function checkMilliseconds(name: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value !== "number" || Number.isNaN(value)) {
    throw new OptionError(name, `is a number of milliseconds, 0 for never; got ${show(value)}`);
  }
  if (value < 0 || value > longestTimeout) {
    throw new OptionError(name, `is from 0 (never) to ${longestTimeout} milliseconds; got ${value}`);
  }
  return value;
}

/** A number within bounds that need not be whole. */
export function checkNumber(name: string, value: unknown, fallback: number, min: number, max: number): number {
  if (value === undefined) return fallback;
  if (typeof value !== "number" || !(value >= min && value <= max)) {
    throw new OptionError(name, `is a number from ${min} to ${max}; got ${show(value)}`);
  }
  return value;
}

/** Refuses what is neither absent nor a function. */
export function checkFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== "function") {
    throw new OptionError(name, `is a function; got ${show(value)}`);
  }
}

/** Refuses a value without the methods of a codec. */
export function checkCodec(name: string, value: unknown): void {
  const codec = value as { read?: unknown; write?: unknown } | null | undefined;
  if (typeof codec?.read !== "function" || typeof codec.write !== "function") {
    throw new OptionError(name, `is a codec, as compile(schema) returns it; got ${show(value)}`);
  }
}

/** Refuses what is neither absent nor an AbortSignal. */
export function checkSignal(name: string, value: unknown): void {
  if (value === undefined) return;
  const signal = value as { aborted?: unknown; addEventListener?: unknown } | null;
  if (typeof signal?.aborted !== "boolean" || typeof signal.addEventListener !== "function") {
    throw new OptionError(name, `is an AbortSignal; got ${show(value)}`);
  }
}

/** Refuses what is not a plain object of options, and names that no option has. */
export function checkNames(where: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== "object" || value === null) throw new OptionError(where, `is an object; got ${show(value)}`);
  for (const name of Object.keys(value)) {
    if (!known.includes(name))
      throw new OptionError(`${where}.${name}`, `is not an option; there are ${known.join(", ")}`);
  }
}
