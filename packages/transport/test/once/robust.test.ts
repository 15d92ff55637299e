// A server among strangers: nothing uncaught, nothing left behind, good peers served throughout.
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import * as net from "node:net";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it } from "vitest";
import { type Closed, type Connection, connect, listen, type Server } from "../../src/index.ts";
import { type Embedded, embed, VirtualClock } from "../../src/testing.ts";
import { eventually } from "../support/eventually.ts";
import { bytes, frames, wire } from "../support/frames.ts";

const both = { receive: frames(), send: frames() };
const open: Server<string>[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.abort()));
});
const echo = async (peer: Connection<string>) => {
  for await (const message of peer) await peer.send(message);
};
async function serve(handler: (peer: Connection<string>) => unknown, options = {}): Promise<Server<string>> {
  const server = await listen({ port: 0, ...both, closeTimeout: 300, ...options }, handler);
  open.push(server);
  return server;
}
async function raw(port: number): Promise<net.Socket> {
  const socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("connect", resolve));
  return socket;
}
const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const descriptors = () => readdirSync("/proc/self/fd").length;

/** Repeatable chance. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("chaos", () => {
  it("400 peers that RST, FIN, babble, half-close, stall and vanish: nothing uncaught, nothing left", async () => {
    const uncaught: unknown[] = [];
    const note = (error: unknown) => uncaught.push(error);
    process.on("uncaughtException", note);
    process.on("unhandledRejection", note);
    const before = process.platform === "linux" ? descriptors() : 0;
    const handlers = [
      echo,
      (peer: Connection<string>) => void peer.onMessage((message) => void peer.send(message)),
      async (peer: Connection<string>) => {
        for await (const batch of peer.batches()) await peer.sendMany(batch);
      },
    ];
    let turn = 0;
    const server = await serve((peer) => handlers[turn++ % handlers.length]?.(peer), { maxQueued: 1e6 });
    const random = dice(7);
    const bad = async (socket: net.Socket): Promise<void> => {
      const kind = Math.floor(random() * 8);
      if (kind < 4) socket.write(wire("hello", "x".repeat(3000)).subarray(0, Math.floor(random() * 3010)));
      if (kind === 4) socket.write(Uint8Array.from({ length: 500 }, () => random() * 256));
      if (kind === 5) socket.pause();
      await wait(random() * 30);
      if (kind % 3 === 0) socket.resetAndDestroy();
      else if (kind % 3 === 1) socket.end();
      await wait(random() * 30);
      socket.destroy();
    };
    const good = await connect({ port: server.port, ...both });
    const replies = good[Symbol.asyncIterator]();
    for (let round = 0; round < 8; round++) {
      const sockets = await Promise.all(Array.from({ length: 50 }, () => raw(server.port)));
      // A connection that is reset before it was accepted never was one.
      await eventually(() => server.counters.accepted >= 1 + 50 * (round + 1));
      const crowd = sockets.map(bad);
      await good.send(`round ${round}`);
      expect((await replies.next()).value).toBe(`round ${round}`);
      await Promise.all(crowd);
    }
    await good.close();
    await server.drain(2000);
    expect(server.counters.open).toBe(0);
    expect(server.counters.accepted).toBe(401);
    if (process.platform === "linux") await eventually(() => descriptors() <= before + 2);
    process.off("uncaughtException", note);
    process.off("unhandledRejection", note);
    expect(uncaught).toEqual([]);
  }, 30_000);

  it("a server and its connections leave no timer when they are gone", async () => {
    const clock = new VirtualClock();
    const server = await serve(echo, {
      clock,
      timeouts: { handshake: 1e6, idleRead: 1e6, idleWrite: 1e6 },
      heartbeat: { message: "", interval: 1e6 },
    });
    const sockets = await Promise.all(Array.from({ length: 20 }, () => raw(server.port)));
    await eventually(() => server.counters.open === 20);
    expect(clock.pending).toBe(20);
    for (const socket of sockets) socket.destroy();
    await server.drain(5000);
    expect(clock.pending).toBe(0);
  });
});

describe("slow and greedy peers", () => {
  it("100 that drip one byte a second are all cut by messageDeadline; a good one is not", async () => {
    const clock = new VirtualClock();
    const ends: string[] = [];
    const server = await serve(
      async (peer) => {
        void peer.closed.then(({ reason }) => ends.push(reason));
        await echo(peer);
      },
      { clock, timeouts: { messageDeadline: 10_000 } },
    );
    const sockets = await Promise.all(Array.from({ length: 100 }, () => raw(server.port)));
    const good = await connect({ port: server.port, ...both });
    const replies = good[Symbol.asyncIterator]();
    for (let second = 0, sent = 0; second < 12; second++) {
      for (const socket of sockets) if (!socket.destroyed) socket.write(bytes(second === 0 ? "\x20" : "x"));
      await good.send("good");
      expect((await replies.next()).value).toBe("good");
      sent += sockets.length + wire("good").length;
      await eventually(() => ends.length > 0 || server.counters.bytesReceived >= sent);
      clock.advance(1000);
    }
    await eventually(() => ends.length === 100);
    expect(ends).toEqual(Array.from({ length: 100 }, () => "timeout"));
    expect(server.counters.open).toBe(1);
    good.abort();
    for (const socket of sockets) socket.destroy();
  });

  it("200 headers that announce the most cost next to nothing", async () => {
    const server = await serve(echo);
    const sockets = await Promise.all(Array.from({ length: 200 }, () => raw(server.port)));
    const before = process.memoryUsage().arrayBuffers;
    for (const socket of sockets) socket.write(bytes("\xff\xff"));
    await eventually(() => server.counters.bytesReceived === 400);
    const grown = process.memoryUsage().arrayBuffers - before;
    expect(grown / 200).toBeLessThan(10_000);
    for (const socket of sockets) socket.destroy();
  });

  it("an error that somebody keeps keeps nothing of its connection, nor its bytes", async () => {
    setFlagsFromString("--expose-gc");
    const collect: () => void = runInNewContext("gc");
    const part = new Uint8Array(60_000).fill(0xff);
    const nonsense = part.slice();
    nonsense.set(bytes("\0\x04bad!"));
    const cuts: Record<string, (peer: Embedded<string, string>) => unknown> = {
      protocol: ({ feed, connection }) => {
        feed(nonsense.slice());
        connection.abort();
      },
      truncated: ({ feed, reset }) => {
        feed(part.slice());
        reset();
      },
      timeout: ({ feed, advance }) => {
        feed(part.slice());
        return advance(60_000);
      },
      aborted: ({ feed, connection }) => {
        feed(part.slice());
        connection.abort();
      },
    };
    for (const [reason, cut] of Object.entries(cuts)) {
      const kept: Closed[] = [];
      const connections: WeakRef<object>[] = [];
      const live = async () => {
        const peer = embed(both);
        peer.connection.onMessage(() => {});
        await cut(peer);
        await peer.settle();
        kept.push(await peer.connection.closed);
        connections.push(new WeakRef(peer.connection));
      };
      for (let i = 0; i < 10; i++) await live();
      await wait(10);
      collect();
      expect(kept.map((closed) => closed.reason)).toEqual(kept.map(() => reason));
      // The engine may still know the last one.
      expect(connections.filter((connection) => connection.deref()).length, reason).toBeLessThanOrEqual(1);
    }
  });

  it("a broadcast to a thousand peers gathers in small buffers", async () => {
    const server = await serve((peer) => void peer.onMessage(() => {}));
    const sockets = await Promise.all(Array.from({ length: 1000 }, () => raw(server.port)));
    let received = 0;
    for (const socket of sockets) socket.on("data", (chunk) => (received += chunk.length));
    await eventually(() => server.connections.size === 1000);
    const before = process.memoryUsage().arrayBuffers;
    for (const peer of server.connections) void peer.send("to everybody");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4e6);
    await eventually(() => received >= 14_000);
    for (const socket of sockets) socket.destroy();
  });
});

const built = existsSync(fileURLToPath(new URL("../../dist/index.js", import.meta.url)));
describe.runIf(process.platform === "linux" && built)("no descriptors left", () => {
  it("the server refuses the extra ones, counts the errors, and recovers", async () => {
    const script = fileURLToPath(new URL("../support/emfile.mjs", import.meta.url));
    const child = spawn("sh", ["-c", `ulimit -n 128; exec "${process.execPath}" "${script}"`], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const said = (async function* () {
      for await (const chunk of child.stdout) yield* String(chunk).trim().split("\n");
    })();
    const port = Number((await said.next()).value);
    const sockets: net.Socket[] = [];
    for (let i = 0; i < 250; i++) {
      const socket = net.connect({ port, host: "127.0.0.1" });
      socket.on("error", () => {});
      sockets.push(socket);
    }
    await wait(300);
    for (const socket of sockets) socket.destroy();
    await wait(100);
    const peer = await connect({ port, ...both });
    await peer.send("are you there?");
    expect((await peer[Symbol.asyncIterator]().next()).value).toBe("are you there?");
    await peer.close();
    child.stdin.end();
    expect((await said.next()).value).toBe("alive");
    child.kill();
  }, 20_000);
});
