// An echo server that runs out of descriptors: says its port, then "alive" when its stdin ends.
import { compile, string, u16 } from "@wireform/codec";
import { listen } from "../../dist/index.js";

const line = compile(string(u16));
const server = await listen({ port: 0, receive: line, send: line }, async (peer) => {
  for await (const message of peer) await peer.send(message);
});
console.log(server.port);
process.stdin.resume().on("end", () => console.log("alive"));
