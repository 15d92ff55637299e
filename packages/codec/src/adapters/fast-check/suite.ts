// All laws of a codec as tests of whichever test runner there is.

import fc, { type Parameters, type RunDetails } from "fast-check";
import { type Codec, SchemaError } from "../../index.js";
import { type CaseStore, casesIn } from "./cases.js";
import { expectAnswer } from "./laws.js";
import { type AnyCodec, Broken, outcomeOf } from "./outcome.js";
import { type LawName, lawsOf } from "./properties.js";
import { type Law, type Subject, subjectOf } from "./subject.js";
import type { DrawOptions } from "./values.js";

export interface SuiteOptions extends DrawOptions {
  /** What to call the codec; its kind unless said. */
  readonly name?: string;
  /** Registers a test; the global `test` or `it` unless given. */
  readonly test?: (name: string, run: () => void) => void;
  /** Only these laws. */
  readonly only?: LawName | readonly LawName[];
  /** How often each law is tried, and from which seed and path on, as a failure says. */
  readonly runs?: number | undefined;
  /** Stop trying a law after so many seconds. */
  readonly seconds?: number | undefined;
  readonly seed?: number;
  readonly path?: string;
  /** What a failure says of how to see it again; by default, with testCodec. */
  readonly again?: (law: LawName, seed: number, path: string) => string;
  /** Where failing bytes are kept, to be tried first from then on: a folder, `.wireform/cases` unless said; `false` for nowhere. */
  readonly cases?: string | false;
}

function defaultTest(): (name: string, run: () => void) => void {
  const { test, it } = globalThis as { test?: unknown; it?: unknown };
  const found = test ?? it;
  if (typeof found !== "function")
    throw new SchemaError("argument", "testCodec finds no global test function; give it one as { test }");
  return found as (name: string, run: () => void) => void;
}

const byTest: NonNullable<SuiteOptions["again"]> = (law, seed, path) =>
  `testCodec(codec, { only: "${law}", seed: ${seed}, path: "${path}" })`;

/** What a failure says: which law, why, the bytes, and how to see it again. */
function report(
  name: string,
  law: string,
  again: NonNullable<SuiteOptions["again"]>,
  kept: string | undefined,
  { errorInstance, seed, counterexamplePath, counterexample, numRuns, numShrinks }: RunDetails<unknown>,
): string {
  const why = errorInstance instanceof Error ? errorInstance.message : String(errorInstance ?? "it was given up");
  const values = fc.stringify(counterexample);
  return [
    `${name} breaks the law ${law} (after ${numRuns} tries, shrunk ${numShrinks} times)`,
    why.trimEnd(),
    `with ${values.length > 2000 ? `${values.slice(0, 2000)}…` : values}`,
    ...(kept === undefined ? [] : [`kept in ${kept}`]),
    `again: ${again(law as LawName, seed, counterexamplePath ?? "")}`,
  ].join("\n");
}

/** Tries one law and throws what people need to know. */
function tryLaw(
  name: string,
  law: string,
  property: Law,
  parameters: Parameters<unknown>,
  store?: CaseStore,
  again = byTest,
): void {
  const details = fc.check(property, parameters) as RunDetails<unknown>;
  const { errorInstance, interrupted, counterexample } = details;
  // A law that had no time for a single try is not broken.
  if (!details.failed || (interrupted && counterexample === null)) return;
  const bytes = errorInstance instanceof Broken ? errorInstance.bytes : undefined;
  const kept = bytes && store?.keep(law, bytes);
  throw new Error(report(name, law, again, kept, details), { cause: errorInstance });
}

/** Bytes that once broke a law: what can be asked of any bytes, and every law of the message they are, if they are one. */
function tryAgain(name: string, subject: Subject, bytes: Uint8Array): void {
  const { codec } = subject;
  expectAnswer(subject, bytes);
  const outcome = codec.safeDecode(bytes);
  const encodes = outcome.ok && "value" in outcomeOf(() => codec.encode(outcome.value), "EncodeError");
  const kept = {
    ...subject,
    ...(encodes && { inputs: fc.constant(outcome.value) }),
    mutations: fc.constant({ label: "none, these bytes were kept", original: bytes, bytes }),
  };
  for (const [law, property] of Object.entries(lawsOf(kept))) tryLaw(name, law, property, { numRuns: 20, seed: 1 });
}

/**
 * Registers one test for each law of a codec: round trips, sizes, chunks, damage, both back ends.
 *
 * @example
 * import { test } from "vitest";
 * testCodec(compile(Message), { test });
 */
export function testCodec<Out, In>(codec: Codec<Out, In>, options: SuiteOptions = {}): void {
  const { schema } = codec;
  const {
    name = (schema as { label?: string }).label ?? schema.kind,
    test = defaultTest(),
    only,
    runs,
    seconds,
    seed,
    path,
  } = options;
  const store = options.cases === false ? undefined : casesIn(options.cases ?? ".wireform/cases", name);
  const chosen = only === undefined ? undefined : [only].flat();
  const parameters: Parameters<unknown> = {
    ...(runs !== undefined && { numRuns: runs }),
    ...(seconds !== undefined && { interruptAfterTimeLimit: seconds * 1000, markInterruptAsFailure: false }),
    ...(seed !== undefined && { seed }),
    ...(path !== undefined && { path }),
  };
  const subject = subjectOf(codec as unknown as AnyCodec, options);
  for (const { name: file, bytes } of chosen ? [] : (store?.load() ?? []))
    test(`${name}: ${file}`, () => tryAgain(name, subject, bytes));
  for (const [law, property] of Object.entries(lawsOf(subject)))
    if (!chosen || chosen.includes(law as LawName))
      test(`${name}: ${law}`, () => tryLaw(name, law, property, parameters, store, options.again));
}
