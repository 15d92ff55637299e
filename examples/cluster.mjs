// One port, many processes: each worker listens as if it were alone, and says who it is before every line it sends back.
//
//   node examples/cluster.mjs [port] [workers]

import cluster from "node:cluster";
import { availableParallelism } from "node:os";
import { compile, string, until } from "@wireform/codec";
import { listen } from "@wireform/transport";

const line = compile(string(until("\n")));
const [port = "7000", workers = String(availableParallelism())] = process.argv.slice(2);

if (cluster.isPrimary) {
  const ports = await Promise.all(
    Array.from({ length: Number(workers) }, () => {
      const worker = cluster.fork();
      return new Promise((resolve) => worker.once("listening", (address) => resolve(address.port)));
    }),
  );
  console.log(`${workers} workers listening on 127.0.0.1:${ports[0]}`);
} else {
  const server = await listen({ port: Number(port), receive: line, send: line }, async (peer) => {
    for await (const text of peer) await peer.send(`worker ${cluster.worker.id}: ${text}`);
  });
  // What was begun is finished.
  process.once("SIGTERM", () => server.drain(5000).then(() => process.exit()));
}
