import type { $ZodRawIssue } from "zod/v4/core";
import type { DecodeError, EncodeError } from "../../index.js";

/** One of our errors as an issue of zod. */
export function issueOf(error: DecodeError | EncodeError, input: unknown): $ZodRawIssue & { path: PropertyKey[] } {
  const { code, offset, expected, actual, message, keys } = error;
  return { code: "custom", path: [...keys], message, input, params: { code, offset, expected, actual } };
}
