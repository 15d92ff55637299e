// The other end of the echo servers: sends messages in chunks of a thousand and counts what comes back.
import * as net from "node:net";
import { answer } from "./process.mjs";

const payload = 32;
const each = 1024;
const ahead = 8;
const chunk = Buffer.alloc(each * (4 + payload));
for (let at = 0; at < chunk.length; at += 4 + payload) chunk.writeUInt32BE(payload, at);

const sockets = new Map();

function connect(port) {
  return new Promise((resolve, reject) => {
    const lane = { socket: undefined, left: 0, expected: 0, done: undefined };
    const onread = {
      buffer: Buffer.alloc(256 * 1024),
      callback(count) {
        lane.expected -= count;
        while (lane.left > 0 && lane.expected <= (ahead - 1) * chunk.length) send(lane);
        if (lane.expected === 0) lane.done();
        return true;
      },
    };
    lane.socket = net.connect({ port, host: "127.0.0.1", noDelay: true, onread }, () => resolve(lane));
    lane.socket.on("error", reject);
  });
}

function send(lane) {
  lane.left--;
  lane.expected += chunk.length;
  lane.socket.write(chunk);
}

answer({
  /** Has so many messages echoed; answers the nanoseconds for each. */
  echo: async ({ port, messages }) => {
    if (!sockets.has(port)) sockets.set(port, await connect(port));
    const lane = sockets.get(port);
    lane.left = Math.ceil(messages / each);
    const sent = lane.left * each;
    const start = performance.now();
    await new Promise((resolve) => {
      lane.done = resolve;
      for (let i = 0; i < ahead && lane.left > 0; i++) send(lane);
    });
    return ((performance.now() - start) * 1e6) / sent;
  },
});
