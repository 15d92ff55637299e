// Sits between clients and a server, and shows what they say.

import { type Exit, Failure } from "../failure.js";
import type { Terminal } from "../io.js";
import { type Direction, loadHook } from "../live/hook.js";
import { type Form, Log } from "../live/log.js";
import { serve } from "../live/open.js";
import { Proxy } from "../live/proxy.js";
import { sidesOf } from "../live/side.js";
import { clientSide, demandTls, type TlsOptions } from "../live/tls.js";
import { addressText, parseAddress } from "../sources/address.js";

interface Options extends TlsOptions {
  readonly schema: string;
  readonly replySchema?: string;
  readonly format: Form;
  readonly hook?: string;
  readonly strict?: boolean;
  readonly connections?: number;
  readonly targetTls?: boolean;
}

export async function run(terminal: Terminal, options: Options, from: string, to: string): Promise<Exit> {
  const { io } = terminal;
  demandTls(options, "tls", ["cert", "key"]);
  demandTls(options, "targetTls", ["ca", "insecure"]);
  const [address, target] = [parseAddress(from, io.cwd), parseAddress(to, io.cwd)];
  const [up, down] = await sidesOf(options.schema, options.replySchema, io.cwd);
  // Better now than when the first client comes.
  if (options.targetTls) await clientSide(options, io.cwd);
  const log = new Log(terminal, options.format);
  const proxy = new Proxy({
    io,
    log,
    target,
    tls: { ...options, tls: options.targetTls === true },
    sides: { up, down },
    hook: options.hook === undefined ? undefined : await loadHook(options.hook, io.cwd),
    strict: options.strict === true,
    most: options.connections ?? Number.POSITIVE_INFINITY,
  });
  const server = await serve(address, options, io, (client) => proxy.take(client), log.refused);
  io.interrupted.addEventListener("abort", proxy.stop);
  try {
    const at = addressText(address.path === undefined ? { ...address, port: server.port } : address, io.cwd);
    const beyond = addressText(target, io.cwd);
    await log.happened("listening", `listening on ${at} for ${beyond}`, { address: at, target: beyond });
    if (!io.interrupted.aborted) await proxy.done;
  } finally {
    io.interrupted.removeEventListener("abort", proxy.stop);
    await server.abort();
  }
  proxy.check();
  const { counts, connections } = proxy;
  const sum = (direction: Direction): string => `${counts[direction].messages} (${counts[direction].bytes} bytes)`;
  const text = `connections: ${connections}; messages up: ${sum("up")}, down: ${sum("down")}`;
  await log.happened("summary", text, { connections, ...counts });
  if (io.interrupted.aborted) throw new Failure("interrupted", "interrupted");
  return proxy.exit;
}
