// Schemas by chance, each under every law: what its values become on the wire and back, in chunks, damaged, in both modes.

import { compile, SchemaError } from "@wireform/codec";
import { properties } from "@wireform/codec/fast-check";
import fc, { type RunDetails } from "fast-check";
import { expect, test } from "vitest";
import { anySchema } from "./properties/any-schema.ts";
import { compileHere } from "./support/mode.ts";
import { runs, seed } from "./support/runs.ts";

let tried = 0;
let without = 0;

/** All laws of one schema, a few tries each; the first that is broken, in words. */
function broken(schema: Parameters<typeof compile>[0], seed: number): string | undefined {
  const codec = compileHere(schema);
  for (const [name, law] of Object.entries(properties(codec))) {
    const { failed, errorInstance, counterexample } = fc.check(law, { seed, numRuns: 4 }) as RunDetails<unknown>;
    if (!failed) continue;
    const why = errorInstance instanceof Error ? errorInstance : new Error(String(errorInstance));
    return `${name}: ${why.message}\nwith ${fc.stringify(counterexample)}\n${why.stack}`;
  }
  return undefined;
}

test("schemas by chance keep every law", () => {
  fc.assert(
    fc.property(anySchema(), fc.nat(), ({ text, schema }, seed) => {
      // Some parts stand well alone but not together, which only lowering finds.
      try {
        compile(schema, { mode: "interpret" });
      } catch (error) {
        if (error instanceof SchemaError) return;
        throw error;
      }
      tried++;
      try {
        const why = broken(schema, seed);
        if (why !== undefined) throw new Error(`${text}\n${why}`);
      } catch (error) {
        // A window of five bytes around content of another size, and the like.
        if (!(error instanceof SchemaError && error.message.startsWith("no value was found"))) throw error;
        without++;
      }
    }),
    { numRuns: runs(12), seed },
  );
  expect(tried).toBeGreaterThan(runs(12) / 2);
  expect(without).toBeLessThan(tried / 4);
});
