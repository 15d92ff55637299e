// A conversation with a server.

import type { Exit } from "../failure.js";
import type { Terminal } from "../io.js";
import { converse, openSession, type TalkOptions, whereTo } from "../live/converse.js";
import { dial } from "../live/open.js";

export async function run(terminal: Terminal, options: TalkOptions, given?: string): Promise<Exit> {
  const address = whereTo(options, given, terminal);
  const session = await openSession(options, terminal, false);
  const joined = session.join(await dial(address, options, terminal.io));
  joined.then(() => session.ended.abort());
  return await converse(session, terminal, options.script);
}
