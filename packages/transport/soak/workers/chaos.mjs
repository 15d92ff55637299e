// Peers that do anything at any time.

import * as net from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { frame } from "../scenario.mjs";
import { offer } from "../worker.mjs";

/** Repeatable chance: a number from 0 up to `below`. */
function dice(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const small = frame(100);
const large = frame(200_000);

/** A RST, where Node can: while a FIN is on its way it cannot, and would never close the socket. */
function reset(socket) {
  if (!socket.writableEnded || socket.writableFinished) socket.resetAndDestroy();
  socket.destroy();
}

/** What a peer may do before it is gone. */
const deeds = [
  (socket) => socket.write(small),
  (socket) => socket.write(Buffer.concat([small, small, small.subarray(0, 30)])),
  (socket, roll) => socket.write(large.subarray(0, roll(large.length))),
  (socket) => socket.write(large),
  (socket, roll) => socket.write(crypto.getRandomValues(new Uint8Array(1 + roll(500)))),
  (socket) => socket.pause(),
  (socket) => socket.resume(),
  (socket) => socket.end(),
  reset,
  async (socket, roll) => {
    for (const byte of small) {
      if (!socket.writable) return;
      socket.write(Uint8Array.of(byte));
      if (roll(10) === 0) await pause(5);
    }
  },
];

async function peer(port, roll, totals) {
  const socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: roll(4) > 0 });
  const gone = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => {});
  socket.on("data", () => {});
  await Promise.race([gone, new Promise((resolve) => socket.once("connect", resolve))]);
  for (let left = 1 + roll(6); left > 0 && !socket.destroyed; left--) {
    const deed = deeds[roll(deeds.length)];
    totals.deeds++;
    if (socket.writable) await deed(socket, roll);
    if (roll(2) === 0) await pause(roll(40));
  }
  if (roll(2) === 0) reset(socket);
  else socket.destroy();
  await gone;
  totals.peers++;
}

offer({
  /** Chaos of 200 peers at a time for so many milliseconds. */
  rage: async ({ port, milliseconds, seed }) => {
    const roll = dice(seed);
    const totals = { peers: 0, deeds: 0 };
    const end = performance.now() + milliseconds;
    const lane = async () => {
      while (performance.now() < end) await peer(port, roll, totals);
    };
    await Promise.all(Array.from({ length: 200 }, lane));
    return totals;
  },
});
