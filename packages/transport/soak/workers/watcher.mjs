// A server for peers that will vanish: idle, in the middle of a stream, and in the middle of one without a heartbeat.

import { listen } from "@wireform/transport";
import { frames, pause, until } from "../scenario.mjs";
import { offer } from "../worker.mjs";

const servers = [];
const found = [];
const large = new Uint8Array(100_000);

async function serve(name, options, handler) {
  const server = await listen(
    {
      port: 0,
      host: options.host,
      ...frames(),
      ...options.watch,
      observe: (event) => {
        if (event.type === "close") found.push({ name, at: performance.now(), reason: event.closed.reason });
      },
    },
    handler,
  );
  servers.push(server);
  return server.port;
}

offer({
  listen: async ({ host, interval, misses, writeStall }) => {
    const heartbeat = { message: Uint8Array.of(1), interval, misses };
    const stream = async (peer) => {
      peer.onMessage(() => {});
      for (;;) {
        await peer.send(large);
        await pause(2);
      }
    };
    const silent = (peer) => void peer.onMessage(() => {});
    return {
      idle: await serve("idle", { host, watch: { heartbeat } }, silent),
      writing: await serve("mid-write", { host, watch: { heartbeat } }, stream),
      stalling: await serve("mid-write without heartbeat", { host, watch: { timeouts: { writeStall } } }, stream),
    };
  },

  /** Connections that are open, and that have ended. */
  state: () => ({ open: servers.reduce((sum, server) => sum + server.counters.open, 0), ended: found.length }),

  now: () => performance.now(),

  /** Waits for so many ends. */
  ends: async ({ count, milliseconds }) => {
    await until(
      () => found.length >= count,
      milliseconds,
      () => `${count} ends: ${JSON.stringify(found)}`,
    );
    return found;
  },
});
