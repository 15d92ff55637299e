// A printed module does what the codec does: on values, on every beginning of their bytes, and on damage.

import {
  type AnySchema,
  array,
  at,
  bytes,
  type Codec,
  check,
  checksum,
  compile,
  constant,
  custom,
  enumeration,
  field,
  map,
  padding,
  sized,
  struct,
  u8,
  u16,
  u32,
  uleb128,
  union,
  until,
} from "@wireform/codec";
import { arbitrary, input, mutations } from "@wireform/codec/fast-check";
import { toModule } from "@wireform/codec/module";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { everyKind } from "../properties/every-kind.ts";
import { expectAlikeBytes, expectAlikeValue, moduleOf } from "../support/alone.ts";
import { runs, seed } from "../support/runs.ts";

const parameters = { numRuns: runs(8), seed };
const codecs = Object.entries(everyKind).map(([name, schema]) => {
  const codec = compile(schema) as Codec<unknown, never>;
  return { name, codec, module: moduleOf(codec) };
});

/** A beginning and an end of something long, all of something short. */
const cutsOf = (bytes: Uint8Array): number[] => [...bytes.keys()].filter((cut) => cut < 40 || bytes.length - cut < 20);

describe.each(codecs.filter(({ module }) => module))("the module of $name", ({ codec }) => {
  it("encodes and decodes as the codec does", () =>
    fc.assert(
      fc.property(arbitrary(codec.schema), input(codec.schema), (value, given) => {
        expectAlikeValue(codec, value);
        expectAlikeValue(codec, given);
        expectAlikeBytes(codec, codec.encode(value as never));
      }),
      parameters,
    ));

  it("says of every beginning how much is missing, and of damage whether it is wrong", () =>
    fc.assert(
      fc.property(mutations(codec.schema), ({ original, bytes }) => {
        const ends = !codec.schema.facts.greedy;
        for (const cut of cutsOf(original))
          expectAlikeBytes(codec, original.slice(0, cut), ends ? original.length - cut : undefined);
        expectAlikeBytes(codec, bytes);
      }),
      parameters,
    ));
});

const bytes0 = new Uint8Array(0);

describe("a module of its own", () => {
  const print = (schema: AnySchema) => toModule(schema, { name: "Message", inline: () => "" });
  const twice = map(u8, { decode: (n) => n * 2, encode: (n) => n / 2 });
  const own = { name: "mine", width: 8, begin: () => 0, update: (state: number | bigint) => state, end: () => 0 };

  it.each([
    ["map", struct({ head: struct({ n: twice }) }), "head.n: is made by functions (map)"],
    [
      "check",
      array(
        check(u8, (n) => n > 0, "more than 0"),
        u8,
      ),
      "[0]: is checked by a function (check)",
    ],
    [
      "custom",
      union("type", u8, {
        odd: [1, struct({ x: custom({ name: "x", decode: () => ({ needed: 1 }), encode: () => bytes0 }) })],
      }),
      "odd.x: is read by functions (custom)",
    ],
    [
      "until with a function",
      struct({
        list: array(
          u8,
          until((n: number) => n === 0),
        ),
      }),
      "list: ends at an element that a function names",
    ],
    [
      "a checksum of one's own",
      struct({ a: u8, sum: checksum(u8, own, { from: "a", to: "a" }) }),
      "sum: has a checksum of its own, mine",
    ],
    ["at", struct({ where: u32, what: at(field("where"), u16) }), "what: lies at an offset (at)"],
    ["a constant with functions", struct({ c: constant(twice, 4) }), "c: is made by functions (map)"],
    ["a tag with functions", union("type", twice, { a: [4, struct({})] }), "type: is made by functions (map)"],
    ["names with functions", struct({ n: enumeration(twice, { a: 4 }) }), "n: is made by functions (map)"],
    ["a prefix with functions", struct({ body: bytes(twice) }), "body: is made by functions (map)"],
    [
      "padding behind a length of any width",
      sized(uleb128, struct({ a: u8, rest: padding({ align: 4 }) })),
      "cannot encode by itself",
    ],
  ] as const)("cannot have %s, and says where", (_, schema, message) => {
    expect(() => print(schema as AnySchema)).toThrow(
      expect.objectContaining({ name: "SchemaError", message: expect.stringContaining(message) }),
    );
  });

  it("can have everything but functions and offsets", () => {
    const refused = codecs.filter(({ module }) => !module).map(({ name }) => name);
    expect(refused).toEqual([
      "array up to a last element",
      "array up to a delimiter",
      "union of checked variants",
      "map",
      "checks",
      "a prefix that is checked",
      "something at an offset",
      "the rest of the message at an offset",
      "two things at offsets",
      "custom",
      "as text",
    ]);
  });

  it("keeps to the limits it was printed with", () => {
    const codec = compile(array(u8, u8), { limits: { maxElements: 2, maxMessageSize: 4 } }) as Codec<unknown, never>;
    for (const hex of [[2, 1, 1], [3, 1, 1, 1], [4], [9, 1, 1, 1, 1]]) expectAlikeBytes(codec, Uint8Array.from(hex));
    for (const value of [
      [1, 1],
      [1, 1, 1],
      [1, 1, 1, 1, 1],
    ])
      expectAlikeValue(codec, value);
  });
});
