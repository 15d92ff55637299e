// Lines that nobody types: of a file, or piped in. Each is run as if typed; the first that fails ends it.

import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { Exit, Failure, failureOf } from "../failure.js";
import { wholeFile } from "../files.js";
import type { Terminal } from "../io.js";
import { runLine, Unmet } from "./commands.js";
import type { Session } from "./session.js";

/** Lines, and where they are from. */
export interface Script {
  readonly name: string;
  /** The lines; those of standard input until `signal`. */
  lines(signal: AbortSignal): AsyncIterable<string> | readonly string[];
}

/** The script in a file; `-` is standard input. */
export async function readScript(path: string, { io }: Terminal): Promise<Script> {
  if (path === "-") return { name: "standard input", lines: (signal) => linesOf(io.stdin, signal) };
  const lines = (await wholeFile(path, io.cwd)).toString("utf8").split(/\r?\n/);
  return { name: path, lines: () => lines };
}

/** Begins to read when the first line is asked for: what came before that would be lost. */
async function* linesOf(input: Readable, signal: AbortSignal): AsyncGenerator<string> {
  yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY, signal });
}

/** Runs a script. Says of an expectation that was not met where, and gives 1. */
export async function runScript(session: Session, { name, lines }: Script, terminal: Terminal): Promise<Exit> {
  const { io, json } = terminal;
  let number = 0;
  for await (const line of lines(session.signal)) {
    number++;
    if (!json && line.trim() !== "") await session.setting.log.note(`> ${line}`);
    try {
      await runLine(session, line);
    } catch (error) {
      const where = `${name}:${number}`;
      if (error instanceof Unmet) {
        if (json) await session.setting.log.line(`${JSON.stringify({ unmet: error.message, where })}\n`);
        else await session.setting.log.note(`${where}: ${error.message}`);
        return Exit.no;
      }
      const failure = failureOf(error, io.cwd);
      if (!failure || failure.whose === "interrupted") throw error;
      throw new Failure(failure.whose, `${where}: ${failure.message}`, failure.hint, failure.cause);
    }
    if (session.over) break;
  }
  return Exit.ok;
}
