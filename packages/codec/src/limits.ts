// Law: limits are on by default and are checked before memory is spent.

import { SchemaError, show } from "./errors.js";

/** What one message may cost. */
export interface Limits {
  /** Bytes of one message; 16 MiB unless said otherwise. */
  readonly maxMessageSize: number;
  /** Elements of all arrays of one message together, zero-width ones too; 2^20 unless said otherwise. */
  readonly maxElements: number;
  /** Levels of recursion through `lazy` and `at`; 64 unless said otherwise, 1024 at most. */
  readonly maxDepth: number;
}

const defaults: Limits = { maxMessageSize: 16 * 1024 * 1024, maxElements: 2 ** 20, maxDepth: 64 };
const ceilings: Limits = { maxMessageSize: 2 ** 32, maxElements: 2 ** 32, maxDepth: 1024 };

/** Fills in the defaults and refuses limits that cannot be kept. */
export function limitsOf(given: Partial<Limits> = {}): Limits {
  const limits = { ...defaults };
  for (const name of Object.keys(given) as (keyof Limits)[]) {
    if (!Object.hasOwn(defaults, name))
      throw new SchemaError("argument", `limits has no "${name}"; there are ${Object.keys(defaults).join(", ")}`);
    const value = given[name];
    if (value === undefined) continue;
    if (!Number.isInteger(value) || value < 0 || value > ceilings[name]) {
      throw new SchemaError(
        "argument",
        `limits.${name} is a whole number from 0 to ${ceilings[name]}; got ${show(value)}`,
      );
    }
    limits[name] = value;
  }
  return Object.freeze(limits);
}
