// Asks the laws of every kind, and of schemas by chance, until one is broken, and says which: for faults.mjs, bundled by it.
import { compile, SchemaError } from "@wireform/codec";
import { properties } from "@wireform/codec/fast-check";
import fc from "fast-check";
import { anySchema } from "../test/properties/any-schema.ts";
import { everyKind } from "../test/properties/every-kind.ts";

const times = Number(process.argv[2]);
const seed = 20261122;

function ask(name, schema, numRuns) {
  // How long things take on a busy machine says nothing of faults.
  for (const mode of ["jit", "interpret"])
    for (const [law, property] of Object.entries(properties(compile(schema, { mode })))) {
      if (law === "linearTime") continue;
      if (!fc.check(property, { numRuns, seed }).failed) continue;
      console.log(`${law} of ${name}`);
      process.exit(1);
    }
}

for (const [name, schema] of Object.entries(everyKind)) ask(name, schema, 2 * times);
for (const { text, schema } of fc.sample(anySchema(), { numRuns: 20 * times, seed })) {
  try {
    ask(`${text.slice(0, 60)}…`, schema, 3);
  } catch (error) {
    // Parts that stand well alone but not together, and windows that nothing fits.
    if (!(error instanceof SchemaError)) throw error;
  }
}
