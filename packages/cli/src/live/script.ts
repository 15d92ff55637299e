// Lines that nobody types: of a file, or piped in. Each is run as if typed; the first that fails ends it.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { Exit, Failure, failureOf } from "../failure.js";
import type { Terminal } from "../io.js";
import { runLine, Unmet } from "./commands.js";
import type { Session } from "./session.js";

/** Runs the lines of a script; `-` is standard input. Says of an expectation that was not met where, and gives 1. */
export async function runScript(session: Session, path: string, terminal: Terminal): Promise<Exit> {
  const { io, json } = terminal;
  let number = 0;
  for await (const line of await linesOf(path, terminal)) {
    number++;
    if (!json && line.trim() !== "") await session.setting.log.note(`> ${line}`);
    try {
      await runLine(session, line);
    } catch (error) {
      const where = `${path === "-" ? "standard input" : path}:${number}`;
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

async function linesOf(path: string, { io }: Terminal): Promise<AsyncIterable<string> | string[]> {
  if (path === "-")
    return createInterface({ input: io.stdin, crlfDelay: Number.POSITIVE_INFINITY, signal: io.interrupted });
  return (await readFile(resolve(io.cwd, path), "utf8")).split(/\r?\n/);
}
