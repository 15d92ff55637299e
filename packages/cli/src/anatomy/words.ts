// What schemas say, in words: conditions, sizes, values.

import type { Condition, Ref } from "@wireform/codec";
import { lengthLabel, several, type Test } from "@wireform/codec/tooling";

const tests: Record<Test[0], string> = {
  is: "is",
  isNot: "is not",
  atLeast: "is at least",
  atMost: "is at most",
  has: "has the bits",
};

/** A value as a person would write it: text in quotes, bytes as hex, larger numbers in both bases. */
export function valueWords(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Uint8Array)
    return value.length === 0
      ? "no bytes"
      : Buffer.from(value)
          .toString("hex")
          .replace(/..(?=.)/g, "$& ");
  if ((typeof value === "number" && Number.isInteger(value)) || typeof value === "bigint")
    return value > 9 ? `${value} (0x${value.toString(16)})` : String(value);
  return String(value);
}

export function conditionWords({ ref, test, join }: Condition): string {
  if (join) {
    const [word, left, right] = join;
    const part = (of: Condition): string =>
      of.join && of.join[0] !== word ? `(${conditionWords(of)})` : conditionWords(of);
    return `${part(left)} ${word} ${part(right)}`;
  }
  const field = lengthLabel(ref as Ref);
  if (!test) return `${field} is set`;
  const [word, value] = test;
  return `${field} ${tests[word]} ${word === "has" ? `0x${Number(value).toString(16)}` : valueWords(value)}`;
}

/** A size in bytes, from the least to the most. */
export function sizeWords(min: number, max: number): string {
  if (min === Number.POSITIVE_INFINITY) return "no end of bytes";
  if (max >= Number.MAX_SAFE_INTEGER) return min === 0 ? "any number of bytes" : `${several(min, "byte")} or more`;
  return min === max ? several(min, "byte") : `${min} to ${several(max, "byte")}`;
}

/** A large number; one that JavaScript does not have exactly, roughly. */
export const countWords = (n: number): string => (n > Number.MAX_SAFE_INTEGER ? "more than 2^53" : String(n));
