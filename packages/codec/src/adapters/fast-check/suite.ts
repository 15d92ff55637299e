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
  /** Stop trying a law after so many seconds, but try it once. */
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
    ...(kept === undefined ? [] : [kept]),
    `again: ${again(law as LawName, seed, counterexamplePath ?? "")}`,
  ].join("\n");
}

/** A law that does not hold, in the words of a failing test. */
class LawBroken extends Error {}

/** Tries one law and throws what people need to know; gives how often it was tried. */
function tryLaw(
  name: string,
  law: string,
  property: Law,
  parameters: Parameters<unknown>,
  store?: CaseStore,
  again = byTest,
): number {
  let details = fc.check(property, parameters) as RunDetails<unknown>;
  // Where drawing the first value took all the time there was, that law has not been tried at all.
  if (details.interrupted && details.numRuns === 0) {
    const { interruptAfterTimeLimit: _, ...once } = parameters;
    details = fc.check(property, { ...once, numRuns: 1 }) as RunDetails<unknown>;
  }
  const { errorInstance, interrupted, counterexample, numRuns } = details;
  if (!details.failed || (interrupted && counterexample === null)) return numRuns;
  const bytes = errorInstance instanceof Broken ? errorInstance.bytes : undefined;
  const kept = bytes && store && keptIn(store, law, bytes);
  throw new LawBroken(report(name, law, again, kept, details), { cause: errorInstance });
}

/** Where the bytes are kept now; that they cannot be is no reason not to tell of them. */
function keptIn(store: CaseStore, law: string, bytes: Uint8Array): string {
  try {
    return `kept in ${store.keep(law, bytes)}`;
  } catch (error) {
    return `not kept: ${(error as Error).message}`;
  }
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

/** One law of a codec, or bytes that broke one before, to be tried as often as asked. */
export interface Trial {
  readonly name: string;
  /** Tries it, with another seed or time where they are given; gives how often. Throws what {@link isBroken} knows where it is broken. */
  run(change?: { readonly seed?: number; readonly seconds?: number }): number;
}

/** Whether something thrown tells of a broken law, rather than why none could be tried. */
export const isBroken = (error: unknown): error is Error => error instanceof LawBroken || error instanceof Broken;

/**
 * The laws of a codec, first the bytes that are kept of it; drawing is prepared once for all of them.
 *
 * @example
 * for (const trial of trialsOf(compile(Message), { cases: false })) for (const seed of [1, 2, 3]) trial.run({ seed });
 */
export function trialsOf<Out, In>(codec: Codec<Out, In>, options: Omit<SuiteOptions, "test"> = {}): Trial[] {
  const { schema } = codec;
  const { name = nameOf(schema), only, runs, path, again } = options;
  const store = options.cases === false ? undefined : casesIn(options.cases ?? ".wireform/cases", name);
  const chosen = only === undefined ? undefined : [only].flat();
  const subject = subjectOf(codec as unknown as AnyCodec, options);
  const kept = (chosen ? [] : (store?.load() ?? [])).map(({ name: file, bytes }): Trial => {
    return {
      name: file,
      run() {
        tryAgain(name, subject, bytes);
        return 1;
      },
    };
  });
  const laws = (Object.keys(lawsOf(subject)) as LawName[])
    .filter((law) => !chosen || chosen.includes(law))
    .map((law): Trial => {
      return {
        name: law,
        run({ seed = options.seed, seconds = options.seconds } = {}) {
          const parameters: Parameters<unknown> = {
            ...(runs !== undefined && { numRuns: runs }),
            ...(seconds !== undefined && { interruptAfterTimeLimit: seconds * 1000, markInterruptAsFailure: false }),
            ...(seed !== undefined && { seed }),
            ...(path !== undefined && { path }),
          };
          return tryLaw(name, law, lawsOf(subject)[law] as Law, parameters, store, again);
        },
      };
    });
  return [...kept, ...laws];
}

const nameOf = (schema: { readonly kind: string; readonly label?: string }): string => schema.label ?? schema.kind;

/**
 * Registers one test for each law of a codec: round trips, sizes, chunks, damage, both back ends.
 *
 * @example
 * import { test } from "vitest";
 * testCodec(compile(Message), { test });
 */
export function testCodec<Out, In>(codec: Codec<Out, In>, options: SuiteOptions = {}): void {
  const { name = nameOf(codec.schema), test = defaultTest() } = options;
  for (const trial of trialsOf(codec, options)) test(`${name}: ${trial.name}`, () => void trial.run());
}
