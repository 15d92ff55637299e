// A chat: whatever one says, all others hear. Who finishes still hears the rest; who falls silent is asked for a sign of
// life and let go; who reads too slowly is cut off alone.
//
//   node examples/chat/server.mjs [port]       7000 unless said otherwise, 0 for any free one

import { listen } from "@wireform/transport";
import { fromClient, fromServer } from "./protocol.mjs";

/** Listens as `listen` does. `beat` is how often, in milliseconds, a quiet client is asked whether it lives. */
export function serveChat({ beat = 10_000, ...options }) {
  /** Peer → name. */
  const members = new Map();
  const tell = (message, except) => {
    for (const peer of members.keys()) if (peer !== except && peer.writable) void peer.send(message);
  };

  const visit = async (peer) => {
    const { value: hello } = await peer.messages().next();
    if (hello === undefined) return;
    const taken = [...members.values()].includes(hello.name);
    if (hello.type !== "join" || hello.name === "" || taken) {
      await peer.send({ type: "refused", why: taken ? "that name is taken" : "say who you are first" });
      return;
    }
    const { name } = hello;
    members.set(peer, name);
    tell({ type: "joined", name });
    let why = "goodbye";
    try {
      for await (const message of peer) {
        if (message.type === "say") tell({ type: "said", name, text: message.text }, peer);
        else if (message.type === "ping") void peer.send({ type: "pong" });
      }
    } catch (error) {
      why = error.code ?? "error";
      throw error;
    } finally {
      tell({ type: "left", name, why });
      members.delete(peer);
    }
  };

  return listen(
    {
      ...options,
      receive: fromClient,
      send: fromServer,
      timeouts: { handshake: 5000 },
      heartbeat: { message: { type: "ping" }, interval: beat, misses: 2 },
      maxQueued: 1024 * 1024,
    },
    visit,
  );
}

if (import.meta.filename === process.argv[1]) {
  const server = await serveChat({ port: Number(process.argv[2] ?? 7000) });
  console.log(`listening on 127.0.0.1:${server.port}`);
  process.once("SIGINT", () => server.drain(2000).then(() => process.exit()));
}
