// Says in the chat what is typed, and shows what others say. The end of the input (Ctrl-D) says goodbye; what others said
// before is still shown.
//
//   node examples/chat/client.mjs name [port]

import { createInterface } from "node:readline";
import { connect } from "@wireform/transport";
import { fromClient, fromServer } from "./protocol.mjs";

const words = {
  joined: ({ name }) => `* ${name} is here`,
  said: ({ name, text }) => `${name}: ${text}`,
  left: ({ name, why }) => `* ${name} left (${why})`,
  refused: ({ why }) => `* not let in: ${why}`,
};

/** Joins, as `connect` connects. A server that answers no ping is gone, and `peer.closed` tells. */
export async function joinChat({ name, beat = 10_000, ...target }) {
  const heartbeat = { message: { type: "ping" }, interval: beat, misses: 2 };
  const peer = await connect({ ...target, receive: fromServer, send: fromClient, heartbeat });
  await peer.send({ type: "join", name });
  return peer;
}

if (import.meta.filename === process.argv[1]) {
  const [name = "somebody", port = "7000"] = process.argv.slice(2);
  const peer = await joinChat({ name, port: Number(port) });

  const typing = (async () => {
    for await (const text of createInterface({ input: process.stdin })) await peer.send({ type: "say", text });
    await peer.finish();
  })();
  typing.catch(() => {}); // The loop below ends for the same reason.

  try {
    for await (const message of peer) {
      if (message.type === "ping") void peer.send({ type: "pong" });
      else if (message.type !== "pong") console.log(words[message.type](message));
    }
  } catch (error) {
    console.log(`* ${error.message}`);
  }
  await peer.close();
  process.exit((await peer.closed).reason === "end" ? 0 : 1);
}
