// An echo server of 32-byte messages behind a u32 length, written in one of several ways: node echo-server.mjs <way>.
import * as net from "node:net";
import { bytes, compile, u32 } from "@wireform/codec";
import { listen } from "@wireform/transport";
import { answer } from "./process.mjs";

const header = 4;
const largest = 1 << 20;

/** The best we can write by hand: whole messages in place, one buffer and one write for all answers of a chunk. */
function handWritten() {
  const echo = (socket) => {
    let kept = Buffer.alloc(0);
    let out = Buffer.alloc(0);
    let fill = 0;
    const send = (message) => {
      out[fill] = message.length >>> 24;
      out[fill + 1] = message.length >>> 16;
      out[fill + 2] = message.length >>> 8;
      out[fill + 3] = message.length;
      out.set(message, fill + header);
      fill += header + message.length;
    };
    socket.on("data", (arrived) => {
      const chunk = kept.length > 0 ? Buffer.concat([kept, arrived]) : arrived;
      // To ask a chunk for its memory takes as long as all the rest of a view: once will do.
      const { buffer, byteOffset, length: end } = chunk;
      out = Buffer.allocUnsafeSlow(end);
      fill = 0;
      let at = 0;
      while (end - at >= header) {
        const length = ((chunk[at] << 24) | (chunk[at + 1] << 16) | (chunk[at + 2] << 8) | chunk[at + 3]) >>> 0;
        if (length > largest) return void socket.destroy();
        const next = at + header + length;
        if (next > end) break;
        send(new Uint8Array(buffer, byteOffset + at + header, length));
        at = next;
      }
      kept = chunk.subarray(at);
      if (fill > 0 && !socket.write(out.subarray(0, fill))) {
        socket.pause();
        socket.once("drain", () => socket.resume());
      }
    });
    socket.on("error", () => {});
  };
  return new Promise((resolve) => {
    const server = net.createServer({ noDelay: true }, echo);
    server.listen(0, "127.0.0.1", () => resolve(server.address().port));
  });
}

const message = compile(bytes(u32), { views: true, limits: { maxMessageSize: largest } });
const wireform = async (handler) => (await listen({ port: 0, receive: message, send: message }, handler)).port;

const ways = {
  "hand-written": handWritten,
  onMessage: () => wireform((peer) => void peer.onMessage((m) => void peer.send(m))),
  batches: () =>
    wireform(async (peer) => {
      for await (const batch of peer.batches()) await peer.sendMany(batch);
    }),
  "for await": () =>
    wireform(async (peer) => {
      for await (const m of peer) await peer.send(m);
    }),
};

answer({ listen: ways[process.argv[2]] });
