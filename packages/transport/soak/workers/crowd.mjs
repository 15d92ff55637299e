// Many peers over plain sockets, which behave as badly as they are told.

import * as net from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { offer } from "../worker.mjs";

let sockets = [];
let dripping;

/** A socket that swallows its errors and counts what it gets. */
function dial(port) {
  const socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
  socket.got = 0;
  socket.gone = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => {});
  return socket;
}

function writeAll(bytes) {
  for (const socket of sockets) socket.write(bytes);
}

const connected = (socket) =>
  new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("close", () => reject(new Error("the connection was closed before it was ready")));
  });

const hasGot = (socket) =>
  new Promise((resolve) => {
    socket.once("data", resolve);
    socket.once("close", resolve);
  });

/** Does something so many times, so many at once. */
async function times(count, atOnce, body) {
  let next = 0;
  const lane = async () => {
    while (next < count) await body(next++);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, lane));
}

async function timed(body) {
  const start = performance.now();
  await body();
  return performance.now() - start;
}

offer({
  /** Connects so many peers; answers the milliseconds. `reads: false` never reads a byte. */
  open: ({ port, count, reads = true, first }) =>
    timed(() =>
      times(count, 200, async () => {
        const socket = dial(port);
        await connected(socket);
        if (reads) socket.on("data", (chunk) => (socket.got += chunk.length));
        else socket.pause();
        if (first) socket.write(first);
        sockets.push(socket);
      }),
    ),

  /** Every peer sends the same. */
  write: ({ bytes }) => writeAll(bytes),

  /** Every peer sends the same and gets as much back; answers the milliseconds. */
  exchange: ({ bytes }) =>
    timed(async () => {
      const each = bytes.length;
      writeAll(bytes);
      while (sockets.some((socket) => socket.got < each && !socket.destroyed)) await pause(2);
      if (sockets.some((socket) => socket.got !== each)) throw new Error("a peer got something else");
    }),

  /** Bytes that all peers got so far. */
  got: () => sockets.reduce((sum, socket) => sum + socket.got, 0),

  /** Every peer sends one of these each second, all spread evenly over it. */
  drip: ({ pieces }) => {
    const slots = 20;
    let turn = 0;
    dripping = setInterval(() => {
      const piece = pieces[Math.floor(turn / slots) % pieces.length];
      for (let i = turn % slots; i < sockets.length; i += slots) {
        if (sockets[i].writable) sockets[i].write(piece);
      }
      turn++;
    }, 1000 / slots);
  },

  /** Waits until every peer was cut or let go. */
  gone: () => Promise.all(sockets.map((socket) => socket.gone)).then(() => {}),

  /** Every peer ends, politely or not; answers the milliseconds until all are gone. */
  close: ({ how }) =>
    timed(async () => {
      clearInterval(dripping);
      for (const socket of sockets) {
        if (socket.destroyed) continue;
        if (how === "FIN") socket.end();
        else socket.resetAndDestroy();
        socket.resume();
      }
      await Promise.all(sockets.map((socket) => socket.gone));
      sockets = [];
    }),

  /** So many peers connect, wait to be greeted, send something and are gone in the middle of it. */
  cut: ({ port, count, bytes, how }) =>
    times(count, 100, async () => {
      const socket = dial(port);
      await hasGot(socket);
      socket.resume();
      if (how === "FIN") socket.end(bytes);
      else if (bytes.length === 0) socket.resetAndDestroy();
      else socket.write(bytes, () => socket.resetAndDestroy());
      await socket.gone;
    }),

  /** So many peers connect, say something that may be anything, and wait to be shown out. */
  say: ({ port, count, bytes, random = 0 }) =>
    times(count, 50, async () => {
      const socket = dial(port);
      await connected(socket);
      socket.resume();
      socket.write(random > 0 ? crypto.getRandomValues(new Uint8Array(random)) : bytes);
      socket.on("end", () => socket.end());
      await socket.gone;
    }),
});
