// Sends back every line, until the other side is done. The smallest server there is, on whatever it is given.
//
//   node examples/echo-server.mjs 7000                       TCP
//   node examples/echo-server.mjs /tmp/echo.sock             a Unix socket
//   node examples/echo-server.mjs 7000 key.pem cert.pem      TLS
//   ncat 127.0.0.1 7000

import { readFileSync } from "node:fs";
import { compile, string, until } from "@wireform/codec";
import { listen } from "@wireform/transport";

const line = compile(string(until("\n")));

/** Listens as `listen` does. A bad or unfinished last line is never echoed. */
export const serveEcho = (options) =>
  listen({ ...options, receive: line, send: line }, async (peer) => {
    for await (const text of peer) await peer.send(text);
  });

if (import.meta.filename === process.argv[1]) {
  const [where = "7000", key, cert] = process.argv.slice(2);
  const server = await serveEcho({
    ...(/^\d+$/.test(where) ? { port: Number(where) } : { path: where }),
    ...(key && cert && { tls: { key: readFileSync(key), cert: readFileSync(cert) } }),
  });
  const { address, port, path } = server.address;
  console.log(`listening on ${path ?? `${address}:${port}`}`);
}
