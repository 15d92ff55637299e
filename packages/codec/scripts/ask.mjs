// Asks the laws of every kind, and of schemas by chance, until one is broken, and says which: for faults.mjs, bundled by it.
import { compile, SchemaError } from "@wireform/codec";
import { properties } from "@wireform/codec/fast-check";
import fc from "fast-check";
import { anySchema } from "../test/properties/any-schema.ts";
import { everyKind } from "../test/properties/every-kind.ts";

const times = Number(process.argv[2]);
const seed = 20261122;

/** What is asked last: what takes long and tells least. How long things take on a busy machine says nothing of faults. */
const late = ["mutatedInput", "truncation", "bounded"];
const never = ["linearTime"];

/** One law of many subjects after the other, so that most faults are found soon. */
function ask(subjects, numRuns) {
  const all = subjects.map(({ name, schema, mode }) => ({ name, laws: properties(compile(schema, { mode })) }));
  const names = new Set(all.flatMap(({ laws }) => Object.keys(laws)));
  for (const law of [...names].sort((a, b) => late.indexOf(a) - late.indexOf(b)))
    for (const { name, laws } of never.includes(law) ? [] : all) {
      if (!laws[law] || !fc.check(laws[law], { numRuns, seed }).failed) continue;
      console.log(`${law} of ${name}`);
      process.exit(1);
    }
}

const kinds = Object.entries(everyKind).map(([name, schema]) => ({ name, schema }));
for (const mode of ["jit", "interpret"])
  ask(
    kinds.map((kind) => ({ ...kind, mode })),
    2 * times,
  );
for (const { text, schema } of fc.sample(anySchema(), { numRuns: 20 * times, seed })) {
  try {
    for (const mode of ["jit", "interpret"]) ask([{ name: `${text.slice(0, 60)}…`, schema, mode }], 3);
  } catch (error) {
    // Parts that stand well alone but not together, and windows that nothing fits.
    if (!(error instanceof SchemaError)) throw error;
  }
}
