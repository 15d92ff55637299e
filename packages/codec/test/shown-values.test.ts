// An error shows the value it refuses, quoted and shortened: a text of a million characters does not fill a log, and one
// that reads like a sentence of ours is not taken for it.

import {
  type AnySchema,
  array,
  bits,
  bool,
  bytes,
  constant,
  decimal,
  enumeration,
  f64,
  field,
  flag,
  match,
  string,
  struct,
  typedArray,
  u8,
  u64,
  uleb128,
  union,
  until,
  when,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { compileHere } from "./support/mode.ts";

const long = "x".repeat(1_000_000);
const shown = `got ${JSON.stringify(`${"x".repeat(40)}…`)}`;

const refused: [name: string, schema: AnySchema, value: unknown][] = [
  ["u8", u8, long],
  ["u64", u64, long],
  ["f64", f64, long],
  ["bits", struct({ a: bits(8) }), { a: long }],
  ["flag", struct({ a: flag, b: bits(7) }), { a: long, b: 0 }],
  ["bool", bool, long],
  ["uleb128", uleb128, long],
  ["decimal", decimal(4), long],
  ["decimal until", decimal(until(";")), long],
  ["bytes", bytes(u8), long],
  ["typedArray", typedArray(u8, u8), long],
  ["array", array(u8, u8), long],
  ["struct", struct({ a: u8 }), long],
  ["enumeration", enumeration(u8, { a: 1 }), long],
  ["constant", constant(string(u8), "a"), long],
  ["union", union("type", u8, { a: [1, struct({})] }), long],
  ["the tag of a union", union("type", u8, { a: [1, struct({})] }), { type: long }],
  ["match", struct({ type: u8, a: match(field("type"), { 1: u8 }) }), { type: 1, a: long }],
  ["when", struct({ type: u8, a: when(field("type"), u8) }), { type: 0, a: long }],
  ["a delimiter inside", string(until("x")), long],
  ["text outside of its encoding", string(until("\n"), "ascii"), `${long}é`],
  ["a length field", struct({ n: u8, a: bytes(field("n")) }), { n: long, a: new Uint8Array(1) }],
];

describe("a long text where it does not belong", () => {
  it.each(refused)("is quoted and shortened: %s", (_, schema, value) => {
    const codec = compileHere(schema);
    expect(() => codec.encode(value as never)).toThrow(
      expect.objectContaining({ name: "EncodeError", actual: shown, message: expect.stringMatching(/^.{1,250}$/) }),
    );
  });
});

it("shows a text that reads like a sentence in quotes", () => {
  expect(() => compileHere(u8).encode("there is none" as never)).toThrow(
    expect.objectContaining({ actual: 'got "there is none"' }),
  );
});
