// The laws of a schema, tried on made-up messages: once over, or in rounds for as long as asked. Law: what is said to hold
// was tried, however little time there was; and why some law could not be tried hides no law that is broken.

import { relative } from "node:path";
import { setImmediate } from "node:timers/promises";
import { compile } from "@wireform/codec";
import { isBroken, type LawName, type Trial, trialsOf } from "@wireform/codec/fast-check";
import { several } from "@wireform/codec/tooling";
import { Exit, Failure, usage } from "../failure.js";
import type { Terminal } from "../io.js";
import { Progress, timeText } from "../render/progress.js";
import type { Loaded } from "../schemas/load.js";
import { undrawn } from "./drawing.js";

export interface LawOptions {
  readonly schema: string;
  readonly seed: number;
  readonly runs?: number;
  /** Seconds. */
  readonly time?: number;
  readonly law?: string;
  readonly path?: string;
  readonly cases: string;
}

/** Everything to try in one round: what failed before, then the laws. */
function trials({ schema, name }: Loaded, { law, path, seed, runs, cases, schema: shown }: LawOptions): Trial[] {
  const found = trialsOf(compile(schema), {
    name,
    seed,
    runs,
    cases,
    ...(law !== undefined && { only: law as LawName }),
    ...(path !== undefined && { path }),
    again: (of, from, at) =>
      `wireform fuzz --schema ${shown} --law ${of} --seed ${from}${at === "" ? "" : ` --path ${at}`}`,
  });
  if (found.length > 0) return found;
  const all = trialsOf(compile(schema), { cases: false }).map((each) => each.name);
  throw usage(`there is no law called "${law}" for ${shown}`, `Its laws: ${all.join(", ")}.`);
}

/** Tries them until one is broken, says how it went, and gives 1 if so. */
export async function tryLaws(loaded: Loaded, options: LawOptions, terminal: Terminal): Promise<Exit> {
  const { time } = options;
  const begun = performance.now();
  const left = (): number =>
    time === undefined ? Number.POSITIVE_INFINITY : time - (performance.now() - begun) / 1000;
  const all = reading(() => trials(loaded, options), options);
  let [rounds, broken, name] = [0, 0, ""];
  let untried: Failure | undefined;
  const progress = new Progress(terminal, (done) => {
    const rest = time === undefined ? "" : `, ${timeText(Math.max(0, left()))} left`;
    return `${name}, ${(done % all.length) + 1} of ${all.length}, round ${rounds + 1}${rest}`;
  });
  const write = async (said: string): Promise<void> => {
    progress.end();
    await terminal.write(said);
  };
  try {
    do {
      const seed = options.seed + rounds;
      for (const trial of all) {
        if (rounds > 0 && left() <= 0) break;
        name = trial.name;
        progress.add(0);
        // Whoever interrupts is heard between laws.
        await setImmediate();
        terminal.io.interrupted.throwIfAborted();
        // At first each law has its share of the time.
        const seconds = time === undefined ? {} : { seconds: rounds === 0 ? time / all.length : left() };
        const { report, why } = attempt(() => trial.run({ seed, ...seconds }), options);
        const told = report?.replaceAll(options.cases, relative(terminal.io.cwd, options.cases));
        if (report !== undefined) broken++;
        untried ??= why;
        if (terminal.json)
          await terminal.writeJson({
            law: name,
            seed,
            ok: why ? null : report === undefined,
            ...(told && { report: told }),
            ...(why && { untried: why.message }),
          });
        else if (told !== undefined) await write(`broken  ${name}\n${told.replace(/^(?=.)/gm, "        ")}\n`);
        else if (why) await write(`untried ${name}\n`);
        else if (rounds === 0) await write(`holds   ${name}\n`);
        progress.add(1);
      }
      rounds++;
    } while (time !== undefined && broken === 0 && !untried && left() > 0);
  } finally {
    progress.end();
  }
  if (!terminal.json && time !== undefined)
    terminal.note(`${several(rounds, "round")}, seeds ${options.seed} to ${options.seed + rounds - 1}`);
  if (untried && broken === 0) throw untried;
  return broken === 0 ? Exit.ok : Exit.no;
}

/** What a trial says went wrong: with the law, or with trying it. */
function attempt(run: () => number, options: LawOptions): { report?: string; why?: Failure } {
  try {
    return reading(run, options) > 0 ? {} : { why: nowhere(options) };
  } catch (error) {
    if (isBroken(error)) return { report: error.message };
    if (error instanceof Failure) return { why: error };
    throw error;
  }
}

/** Does what needs values of the schema, and a path to one where it was given; that there is none is told as people can help it. */
function reading<T>(run: () => T, options: LawOptions): T {
  try {
    return run();
  } catch (error) {
    if (options.path !== undefined && (error as Error).message.startsWith("Unable to replay")) throw nowhere(options);
    throw undrawn(error, options.schema);
  }
}

/** Only a path can lead to no try at all. */
const nowhere = ({ path, seed }: LawOptions): Failure => usage(`--path ${path} leads nowhere with --seed ${seed}`);
