// Made-up messages: for the schema's own laws, or for a server.

import { randomInt } from "node:crypto";
import { resolve } from "node:path";
import { type Exit, usage } from "../failure.js";
import { demandFolder } from "../fuzzing/kept.js";
import { type LawOptions, tryLaws } from "../fuzzing/laws.js";
import { type TargetOptions, tryTarget } from "../fuzzing/target.js";
import type { Terminal } from "../io.js";
import { loadSchema } from "../schemas/load.js";

type Options = Omit<LawOptions & TargetOptions, "seed" | "target"> & {
  readonly seed?: number;
  readonly target?: string;
};

const ofTarget = ["script", "receive", "count", "rate", "replay", "allowRemote"] as const;
const ofLaws = ["runs", "law", "path"] as const;

export async function run(terminal: Terminal, options: Options): Promise<Exit | undefined> {
  const { target } = options;
  const stray = (target === undefined ? ofTarget : ofLaws).find((name) => options[name] !== undefined);
  if (stray !== undefined) {
    const flag = `--${stray.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw usage(target === undefined ? `${flag} goes with --target` : `${flag} does not go with --target`);
  }
  const loaded = await loadSchema(options.schema, terminal.io.cwd);
  const seed = options.seed ?? randomInt(2 ** 31);
  terminal.note(`seed ${seed}`);
  const cases = resolve(terminal.io.cwd, options.cases);
  demandFolder(cases, options.cases);
  return target === undefined
    ? await tryLaws(loaded, { ...options, seed, cases }, terminal)
    : await tryTarget(loaded, { ...options, target, seed, cases }, terminal);
}
