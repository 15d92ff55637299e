// A printed module does what the codec does: on values, on every beginning of their bytes, and on damage.

import { type AnySchema, type Codec, compile, SchemaError } from "@wireform/codec";
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
const cutsOf = (bytes: Uint8Array): number[] =>
  [...bytes.keys()].filter((cut) => cut < 40 || bytes.length - cut < 20);

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
        for (const cut of cutsOf(original)) expectAlikeBytes(codec, original.slice(0, cut));
        expectAlikeBytes(codec, bytes);
      }),
      parameters,
    ));
});
