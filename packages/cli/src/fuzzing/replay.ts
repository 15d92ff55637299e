// Kept cases, sent again.

import { relative, resolve } from "node:path";
import { Exit, usage } from "../failure.js";
import type { Terminal } from "../io.js";
import type { Loaded } from "../schemas/load.js";
import type { Judge } from "./judge.js";
import { keptOf, readCase } from "./kept.js";
import { rehearse } from "./script.js";

interface ReplayOptions {
  readonly cases: string;
  readonly replay?: string | true;
}

/** Sends a case, or all of a schema, and says of each what comes of it now; gives 1 where something is still wrong. */
export async function replay(
  { name }: Loaded,
  options: ReplayOptions,
  judge: Judge,
  terminal: Terminal,
): Promise<Exit> {
  const { io } = terminal;
  const files = typeof options.replay === "string" ? [resolve(io.cwd, options.replay)] : keptOf(options.cases, name);
  if (files.length === 0)
    throw usage(`nothing is kept of ${name}`, "Cases are kept when fuzz --target finds something.");
  let still = 0;
  for (const file of files) {
    const shown = relative(io.cwd, file) || ".";
    const { kind, label, at, steps } = readCase(file, shown);
    const bytes = steps.map((hex) => Buffer.from(hex, "hex"));
    const script = await rehearse(
      bytes.filter((_, i) => i !== at),
      judge,
      true,
      terminal,
    );
    const finding = await judge.try(script, bytes[at] as Uint8Array, Math.min(at, script.length));
    io.interrupted.throwIfAborted();
    if (finding) still++;
    if (terminal.json)
      await terminal.writeJson({ case: shown, label, was: kind, found: finding?.kind ?? null, text: finding?.text });
    else
      await terminal.write(
        `${finding ? finding.kind.padEnd(7) : "fine   "} ${shown}: ${label}${finding ? `: ${finding.text}` : ""}\n`,
      );
    if (finding?.lasting) break;
  }
  return still === 0 ? Exit.ok : Exit.no;
}
