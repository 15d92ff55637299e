// Comparing many large values: the slow comparison, with its picture of the difference, is only asked for what differs.

import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";

/** Equal, keys and classes included. */
export function same(actual: unknown, expected: unknown, hint?: () => string): void {
  if (isDeepStrictEqual(actual, expected)) return;
  expect(actual, hint?.()).toStrictEqual(expected);
  expect.fail("differs in a way that only node:util sees");
}
