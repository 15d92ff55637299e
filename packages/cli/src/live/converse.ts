// A session from its first line to its last, typed or read. Law: however it ends, no connection is left open.

import { resolve } from "node:path";
import { Exit, Failure, usage } from "../failure.js";
import type { Terminal } from "../io.js";
import { type Address, parseAddress } from "../sources/address.js";
import { type Form, Log } from "./log.js";
import { runPrompt } from "./prompt.js";
import { readScript, runScript, type Script } from "./script.js";
import { Session } from "./session.js";
import { sidesOf } from "./side.js";
import type { TlsOptions } from "./tls.js";

/** What the command line of connect and listen says. */
export interface TalkOptions extends TlsOptions {
  readonly schema: string;
  readonly sendSchema?: string;
  readonly path?: string;
  readonly script?: string;
  readonly timeout: number;
  readonly format: Form;
}

/** Where to connect to or listen at. */
export function whereTo(options: TalkOptions, address: string | undefined, { io }: Terminal): Address {
  if ((options.path === undefined) === (address === undefined)) throw usage("say either an address or --path");
  return address === undefined ? { path: resolve(io.cwd, options.path as string) } : parseAddress(address, io.cwd);
}

/** A session that has nobody yet, and its script; undefined where a person types. */
export async function openSession(
  options: TalkOptions,
  terminal: Terminal,
  several: boolean,
): Promise<{ session: Session; script: Script | undefined }> {
  const { io } = terminal;
  const [receive, send] = await sidesOf(options.schema, options.sendSchema, io.cwd);
  const typed = options.script === undefined && io.stdin.isTTY;
  const script = typed ? undefined : await readScript(options.script ?? "-", terminal);
  const log = new Log(terminal, options.format);
  return { session: new Session({ io, log, receive, send, several, timeout: options.timeout }), script };
}

/** Runs the session's lines until it is over. */
export async function converse(session: Session, terminal: Terminal, script: Script | undefined): Promise<Exit> {
  let exit: Exit = Exit.ok;
  try {
    if (script === undefined) await runPrompt(session, terminal);
    else {
      exit = await runScript(session, script, terminal);
      if (exit === Exit.ok && !session.over) await session.leave();
    }
    if (exit === Exit.ok) await session.close();
  } finally {
    await session.abandon();
  }
  session.check();
  if (terminal.io.interrupted.aborted) throw new Failure("interrupted", "interrupted");
  return exit === Exit.ok ? session.exit : exit;
}
