// The laws of a schema, tried on made-up messages: once over, or in rounds for as long as asked.

import { relative } from "node:path";
import { setImmediate } from "node:timers/promises";
import { compile } from "@wireform/codec";
import { type LawName, testCodec } from "@wireform/codec/fast-check";
import { several } from "@wireform/codec/tooling";
import { Exit, usage } from "../failure.js";
import type { Terminal } from "../io.js";
import type { Loaded } from "../schemas/load.js";

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

interface Trial {
  readonly name: string;
  readonly run: () => void;
}

/** Everything to try in one round: what failed before, then the laws. */
function trials({ schema, name }: Loaded, options: LawOptions, seed: number, seconds: number | undefined): Trial[] {
  const found: Trial[] = [];
  const { law, path, runs } = options;
  testCodec(compile(schema), {
    name,
    seed,
    seconds,
    runs,
    cases: options.cases,
    ...(law !== undefined && { only: law as LawName }),
    ...(path !== undefined && { path }),
    again: (of, from, at) =>
      `wireform fuzz --schema ${options.schema} --law ${of} --seed ${from}${at === "" ? "" : ` --path ${at}`}`,
    test: (title, run) => found.push({ name: title.slice(name.length + 2), run }),
  });
  if (found.length === 0) throw usage(`there is no law called "${law}" for ${options.schema}`, lawList(schema));
  return found;
}

function lawList(schema: Loaded["schema"]): string {
  const names: string[] = [];
  testCodec(compile(schema), { name: "", cases: false, test: (title) => names.push(title.slice(2)) });
  return `Its laws: ${names.join(", ")}.`;
}

/** Tries them until one is broken, says how it went, and gives 1 if so. */
export async function tryLaws(loaded: Loaded, options: LawOptions, terminal: Terminal): Promise<Exit> {
  const { time } = options;
  const begun = performance.now();
  const left = (): number =>
    time === undefined ? Number.POSITIVE_INFINITY : time - (performance.now() - begun) / 1000;
  const broken: string[] = [];
  let rounds = 0;
  do {
    const seed = options.seed + rounds;
    for (const { name, run } of trials(loaded, options, seed, time)) {
      if (left() <= 0) break;
      // Whoever interrupts is heard between laws.
      await setImmediate();
      terminal.io.interrupted.throwIfAborted();
      const report = attempt(run)?.replaceAll(options.cases, relative(terminal.io.cwd, options.cases));
      if (report !== undefined) broken.push(name);
      if (terminal.json)
        await terminal.writeJson({ law: name, seed, ok: report === undefined, ...(report && { report }) });
      else if (report !== undefined)
        await terminal.write(`broken  ${name}\n${report.replace(/^(?=.)/gm, "        ")}\n`);
      else if (rounds === 0) await terminal.write(`holds   ${name}\n`);
    }
    rounds++;
  } while (time !== undefined && broken.length === 0 && left() > 0);
  if (!terminal.json && time !== undefined)
    terminal.note(`${several(rounds, "round")}, seeds ${options.seed} to ${options.seed + rounds - 1}`);
  return broken.length === 0 ? Exit.ok : Exit.no;
}

/** What a trial says went wrong. */
function attempt(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
