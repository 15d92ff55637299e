// The law of time itself: it lets pass what takes time in proportion, and tells of what looks again from the start.

import { array, bytes, compile, custom, type Schema, string, u8, u32 } from "@wireform/codec";
import { type SuiteOptions, testCodec } from "@wireform/codec/fast-check";
import fc from "fast-check";
import { expect, it } from "vitest";

/** Bytes up to a zero, sought from the start each time. */
const Sought = custom<Uint8Array>({
  name: "sought",
  decode(all) {
    for (let i = 0; i < all.length; i++) if (all[i] === 0) return { value: all.slice(0, i), size: i + 1 };
    return { needed: 1 };
  },
  encode(value) {
    const all = new Uint8Array(value.length + 1);
    all.set(value);
    return all;
  },
});

/** What the law says of a schema, whose values grow as told. */
function verdict<S extends Schema<unknown, never>>(schema: S, options: SuiteOptions): void {
  const tests: (() => void)[] = [];
  const test = (_: string, run: () => void): void => void tests.push(run);
  testCodec(compile(schema), { ...options, only: "linearTime", runs: 3, seed: 1, cases: false, test });
  expect(tests.length).toBe(1);
  for (const run of tests) run();
}

it("tells of a message that is read again from the start with every chunk", () => {
  const overrides = () => fc.constant(Uint8Array.of(1));
  expect(() => verdict(Sought as never, { overrides, grown: (n) => new Uint8Array(n).fill(1) })).toThrow(
    /breaks the law linearTime[\s\S]*a message 8 times as long takes \d+ times as long/,
  );
});

it("lets pass messages of many parts and of one", () => {
  verdict(array(string(u8), u32) as never, { grown: (n) => new Array(n / 4).fill("abc") });
  verdict(bytes(u32) as never, { grown: (n) => new Uint8Array(n) });
});

it("asks about streams only where nobody says how a message grows", () => {
  verdict(string(u8) as never, {});
});
