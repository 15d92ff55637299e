// A session from its first line to its last, typed or read. Law: however it ends, no connection is left open.

import { resolve } from "node:path";
import { Exit, Failure, usage } from "../failure.js";
import type { Terminal } from "../io.js";
import { type Address, parseAddress } from "../sources/address.js";
import { type Form, Log } from "./log.js";
import type { TlsOptions } from "./open.js";
import { runPrompt } from "./prompt.js";
import { runScript } from "./script.js";
import { Session } from "./session.js";
import { sidesOf } from "./side.js";

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

export async function openSession(options: TalkOptions, terminal: Terminal, several: boolean): Promise<Session> {
  const { io } = terminal;
  const [receive, send] = await sidesOf(options.schema, options.sendSchema, io.cwd);
  const log = new Log(terminal, options.format);
  return new Session({ io, log, receive, send, several, timeout: options.timeout });
}

/** Runs the session's lines, from a script or a person, until it is over. */
export async function converse(session: Session, terminal: Terminal, script: string | undefined): Promise<Exit> {
  const { io } = terminal;
  let left = false;
  try {
    if (script === undefined && io.stdin.isTTY) await runPrompt(session, terminal);
    else {
      const exit = await runScript(session, script ?? "-", terminal);
      if (exit !== Exit.ok) return exit;
      if (!session.over) await session.leave();
    }
    await session.close();
    left = true;
  } finally {
    if (!left) await session.abandon();
  }
  if (io.interrupted.aborted) throw new Failure("interrupted", "interrupted");
  return session.exit;
}
