// An echo server that runs out of descriptors: says its port, then "alive" when its stdin ends.
import { listen } from "../../dist/index.js";

const line = {
  bound: { min: 2, max: 65_537 },
  size: (bytes) => 2 + bytes.length,
  encode: (bytes) => Uint8Array.from([bytes.length >> 8, bytes.length, ...bytes]),
  write(bytes, into, offset) {
    into[offset] = bytes.length >> 8;
    into[offset + 1] = bytes.length;
    into.set(bytes, offset + 2);
    return offset + 2 + bytes.length;
  },
  read(from, offset = 0) {
    const needed = 2 - (from.length - offset);
    if (needed > 0) return { needed };
    const end = offset + 2 + ((from[offset] << 8) | from[offset + 1]);
    return end > from.length ? { needed: end - from.length } : { value: from.slice(offset + 2, end), offset: end };
  },
};
const server = await listen({ port: 0, receive: line, send: line }, async (peer) => {
  for await (const message of peer) await peer.send(message);
});
console.log(server.port);
process.stdin.resume().on("end", () => console.log("alive"));
