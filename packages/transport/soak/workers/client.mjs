// A well-behaved peer with our own client, which measures how it is served.

import { setTimeout as pause } from "node:timers/promises";
import { connect } from "@wireform/transport";
import { frames, memory, quantile } from "../scenario.mjs";
import { offer } from "../worker.mjs";

const codecs = frames();
const message = new Uint8Array(32).fill(7);
let stopped = false;
let pinging;

async function ping({ port, gap }) {
  const peer = await connect({ port, ...codecs });
  const replies = peer[Symbol.asyncIterator]();
  const taken = [];
  while (!stopped) {
    const start = performance.now();
    await peer.send(message);
    const { value } = await replies.next();
    if (value?.length !== message.length) throw new Error("got another answer");
    taken.push(performance.now() - start);
    await pause(gap);
  }
  await peer.close();
  return { count: taken.length, p50: quantile(taken, 0.5), p99: quantile(taken, 0.99), max: quantile(taken, 1) };
}

/** Every so many cycles one goes over TCP. */
const overTcp = 16;

/** Connects, asks, reads the answer and closes: politely, with a RST, or after a half-close, in turn. */
async function cycle(port, path, turn) {
  const peer = await connect({ ...(turn % overTcp === 0 ? { port } : { path }), readBuffer: 1024, ...codecs });
  await peer.send(message);
  if (turn % 3 === 2) await peer.finish();
  const { value } = await peer[Symbol.asyncIterator]().next();
  if (value?.length !== message.length) throw new Error("got another answer");
  if (turn % 3 === 1) peer.abort();
  else await peer.close();
  await peer.closed;
}

offer({
  /** Sends a message every so often and waits for its echo, until told to stop. */
  startPinging: (options) => {
    stopped = false;
    pinging = ping(options);
    pinging.catch(() => {});
  },
  stopPinging: () => {
    stopped = true;
    return pinging;
  },
  /** So many connections, one after the other in each of 32 lanes; answers the memory in use behind them. */
  cycles: async ({ port, path, count }) => {
    let next = 0;
    let retried = 0;
    const lane = async () => {
      while (next < count) {
        const turn = next++;
        try {
          await cycle(port, path, turn);
        } catch (error) {
          // Ports of closed connections rest for a while; on a fast machine they can all be resting.
          if (error.cause?.code !== "EADDRNOTAVAIL") throw error;
          retried++;
          next--;
          await pause(200);
        }
      }
    };
    await Promise.all(Array.from({ length: 32 }, lane));
    const { used } = await memory();
    return { used, retried };
  },
});
