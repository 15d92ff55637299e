// Conversations with whoever connects.

import type { Exit } from "../failure.js";
import type { Terminal } from "../io.js";
import { converse, openSession, type TalkOptions, whereTo } from "../live/converse.js";
import { serve } from "../live/open.js";
import { demandTls } from "../live/tls.js";
import { addressText } from "../sources/address.js";

export async function run(terminal: Terminal, options: TalkOptions, given?: string): Promise<Exit> {
  demandTls(options, "tls", ["cert", "key"]);
  const address = whereTo(options, given, terminal);
  const { session, script } = await openSession(options, terminal, true);
  const { log } = session.setting;
  const server = await serve(address, options, terminal.io, (wire) => session.join(wire), log.refused);
  try {
    const at = addressText(address.path === undefined ? { ...address, port: server.port } : address, terminal.io.cwd);
    await log.happened("listening", `listening on ${at}`, { address: at });
    return await converse(session, terminal, script);
  } finally {
    await server.abort();
  }
}
