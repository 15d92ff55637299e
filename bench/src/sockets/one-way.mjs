// One end of a stream of 1 MiB messages, raw or as messages: node one-way.mjs <way>.
import * as net from "node:net";
import { bytes, compile, u32 } from "@wireform/codec";
import { connect, listen } from "@wireform/transport";
import { answer, processorTime } from "./process.mjs";

const size = 1 << 20;
const header = 4;
const codec = compile(bytes(u32), { limits: { maxMessageSize: header + size } });
const both = { receive: codec, send: codec };
const payload = new Uint8Array(size).fill(7);
const [, , way] = process.argv;

/** Who is connected, and how many bytes of messages it has got. */
let peer;
let got = 0;
let enough = { bytes: Number.POSITIVE_INFINITY, tell: () => {} };
const count = (bytes) => {
  got += bytes;
  if (got >= enough.bytes) enough.tell();
};

const raw = {
  listen: () =>
    new Promise((resolve) => {
      const server = net.createServer({ noDelay: true }, (socket) => use(socket));
      server.listen(0, "127.0.0.1", () => resolve(server.address().port));
    }),
  connect: ({ port }) =>
    new Promise((resolve) => {
      const socket = net.connect({ port, host: "127.0.0.1", noDelay: true }, () => resolve());
      use(socket);
    }),
  send: async (messages) => {
    for (let i = 0; i < messages; i++) {
      if (peer.write(payload)) continue;
      await new Promise((resolve) => peer.once("drain", resolve));
    }
    if (peer.writableLength > 0) await new Promise((resolve) => peer.write("", resolve));
  },
};
const use = (socket) => {
  peer = socket;
  socket.on("error", () => {});
  socket.on("data", (chunk) => count(chunk.length));
};

const receive = (connection) => {
  peer = connection;
  connection.onMessage((message) => count(message.length));
};
const wireform = {
  listen: async () => (await listen({ port: 0, ...both }, receive)).port,
  connect: async ({ port }) => receive(await connect({ port, ...both })),
  send: async (messages) => {
    for (let i = 0; i < messages; i++) await peer.send(payload);
    await peer.flush();
  },
};

const { send, ...ends } = { raw, wireform }[way];

answer({
  ...ends,
  /** Sends so many messages; answers the processor time it took. */
  async send({ messages }) {
    const before = processorTime();
    await send(messages);
    return processorTime() - before;
  },
  /** Waits for so many messages; answers the processor time since the last were there. */
  async receive({ messages }) {
    const before = processorTime();
    const expected = messages * size;
    await new Promise((resolve) => {
      enough = { bytes: expected, tell: resolve };
      count(0);
    });
    enough = { bytes: Number.POSITIVE_INFINITY, tell: () => {} };
    got -= expected;
    return processorTime() - before;
  },
});
