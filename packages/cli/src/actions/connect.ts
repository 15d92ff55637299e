// A conversation with a server.

import type { Exit } from "../failure.js";
import type { Terminal } from "../io.js";
import { converse, openSession, type TalkOptions, whereTo } from "../live/converse.js";
import { dial } from "../live/open.js";
import { demandTls } from "../live/tls.js";

export async function run(terminal: Terminal, options: TalkOptions, given?: string): Promise<Exit> {
  demandTls(options, "tls", ["ca", "insecure"]);
  const address = whereTo(options, given, terminal);
  const { session, script } = await openSession(options, terminal, false);
  void session.join(await dial(address, options, terminal.io));
  return await converse(session, terminal, script);
}
