// The same over real sockets on the loopback, down to one byte a read.
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytes as bytesOf, compile, u32 } from "@wireform/codec";
import { afterEach, describe, expect, it } from "vitest";
import { type Connection, connect, listen, type Server } from "../../src/index.ts";
import { VirtualClock } from "../../src/testing.ts";
import { eventually } from "../support/eventually.ts";
import { bytes, frames, wire } from "../support/frames.ts";
import { cert, key } from "../support/localhost.ts";

const both = { receive: frames(), send: frames() };
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((thing) => thing.close()));
});

const silent = async (peer: Connection<string>) => {
  await peer.closed;
};
const echo = async (peer: Connection<string>) => {
  for await (const message of peer) await peer.send(message);
};
async function serve(handler: (peer: Connection<string>) => unknown, options = {}): Promise<Server<string>> {
  const server = await listen({ port: 0, ...both, closeTimeout: 500, ...options }, handler);
  open.push(server);
  return server;
}
const client = (server: Server<string>, options = {}) =>
  connect({ port: server.port, ...both, closeTimeout: 500, ...options });

async function raw(server: Server<string>): Promise<net.Socket> {
  const socket = net.connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("connect", resolve));
  return socket;
}

async function collect<T>(from: AsyncIterable<T>, into: T[] = []): Promise<T[]> {
  for await (const value of from) into.push(value);
  return into;
}

describe("echo", () => {
  for (const readBuffer of [1, 7, 65_536]) {
    it(`whole messages, reading ${readBuffer} bytes at a time`, async () => {
      const server = await serve(echo);
      const peer = await client(server, { readBuffer });
      const messages = ["", "a", "x".repeat(300), "hello", "y".repeat(readBuffer === 65_536 ? 65_535 : 2000)];
      await peer.sendMany(messages);
      await peer.finish();
      expect(await collect(peer)).toEqual(messages);
      await peer.close();
      expect(await peer.closed).toEqual({ reason: "end", maybeTruncated: false });
    });
  }

  it("through onMessage and batches", async () => {
    const sync = await serve((peer) => void peer.onMessage((message) => void peer.send(message)));
    const batch = await serve(async (peer) => {
      for await (const messages of peer.batches()) await peer.sendMany(messages);
    });
    for (const server of [sync, batch]) {
      const peer = await client(server);
      const messages = Array.from({ length: 5000 }, (_, i) => `message ${i}`);
      await peer.sendMany(messages);
      await peer.finish();
      expect(await collect(peer)).toEqual(messages);
      await peer.closed;
      expect(server.counters).toMatchObject({ messagesReceived: 5000, messagesSent: 5000, accepted: 1 });
    }
  });

  it("large views into the read buffer are sent on as they were, though it is read into again", async () => {
    const viewed = compile(bytesOf(u32), { views: true });
    const both = { receive: viewed, send: viewed };
    const sizes = Array.from({ length: 300 }, (_, i) => 16_384 + ((i * 7919) % 40_000));
    const back: number[] = [];
    const server = await listen({ port: 0, ...both, closeTimeout: 500 }, async (peer) => {
      peer.onMessage(
        (message) => void back.push(message.every((byte) => byte === back.length % 251) ? message.length : -1),
      );
      // As long as it does not read, what comes back waits on the other side.
      peer.pause();
      for (const [i, size] of sizes.entries()) await peer.send(new Uint8Array(size).fill(i % 251));
      peer.resume();
      await peer.closed;
    });
    open.push(server);
    const peer = await connect({ port: server.port, ...both, maxQueued: 1 << 25 });
    peer.onMessage((message) => void peer.send(message));
    await eventually(() => back.length >= sizes.length);
    expect(back).toEqual(sizes);
    await peer.close();
  });

  describe("large messages, which the client reads right into the memory they will have", () => {
    const blob = compile(bytesOf(u32), { limits: { maxMessageSize: 1 << 24 } });
    const large = { receive: blob, send: blob, closeTimeout: 500 };
    const sizes = Array.from({ length: 40 }, (_, i) => [1_000_000 + i, i, 300_000, 70_000, 0][i % 5] as number);
    const message = (i: number) => new Uint8Array(sizes[i] as number).fill(i + 1);
    const isMessage = (got: Uint8Array, i: number) => Buffer.compare(got, message(i)) === 0;
    const tls = { key, cert };
    const send = async (peer: Connection<Uint8Array>) => {
      for (let i = 0; i < sizes.length; i++) await peer.send(message(i));
      await peer.finish();
    };
    const ways: Record<string, (peer: Connection<Uint8Array>) => Promise<boolean[]>> = {
      "one by one": async (peer) => {
        const right: boolean[] = [];
        for await (const got of peer) right.push(isMessage(got, right.length));
        return right;
      },
      "in batches": async (peer) => {
        const right: boolean[] = [];
        for await (const batch of peer.batches()) for (const got of batch) right.push(isMessage(got, right.length));
        return right;
      },
      "by onMessage, with pauses": async (peer) => {
        const right: boolean[] = [];
        peer.onMessage((got) => {
          right.push(isMessage(got, right.length));
          peer.pause();
          setImmediate(() => peer.resume());
        });
        await peer.closed;
        return right;
      },
      "by hand": async (peer) => {
        const right: boolean[] = [];
        for (const size of sizes) {
          const header = await peer.readExactly(4);
          if (Buffer.from(header).readUInt32BE() !== size) throw new Error("not the header");
          // Every other one is asked for in two parts.
          const half = right.length % 2 ? size >> 1 : 0;
          const parts = [await peer.readExactly(half), await peer.readExactly(size - half)];
          right.push(isMessage(Buffer.concat(parts), right.length));
        }
        return right;
      },
      "by hand and one by one": async (peer) => {
        const right: boolean[] = [];
        while (right.length < sizes.length) {
          const header = await peer.readExactly(4);
          right.push(isMessage(await peer.readExactly(Buffer.from(header).readUInt32BE()), right.length));
          for await (const got of peer) {
            right.push(isMessage(got, right.length));
            if (right.length % 4 === 0) break;
          }
        }
        return right;
      },
    };
    for (const [how, receive] of Object.entries(ways))
      for (const [over, secure] of [
        ["TCP", undefined],
        ["TLS", tls],
      ] as const)
        it(`${how}, over ${over}`, async () => {
          const server = await listen({ port: 0, ...large, tls: secure }, send);
          open.push(server);
          const peer = await connect({ port: server.port, ...large, tls: secure && { ca: secure.cert } });
          expect(await receive(peer)).toEqual(sizes.map(() => true));
          await peer.close();
          expect(await peer.closed).toEqual({ reason: "end", maybeTruncated: false });
        });

    it("one that is cut is truncated, after those before it", async () => {
      const server = net.createServer((socket) => {
        socket.write(Buffer.concat([blob.encode(message(0)), blob.encode(message(2)).subarray(0, 200_000)]));
        socket.end();
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const peer = await connect({ port: (server.address() as net.AddressInfo).port, ...large });
      const got: boolean[] = [];
      peer.onMessage((one) => void got.push(isMessage(one, got.length)));
      expect(await peer.closed).toMatchObject({ reason: "truncated" });
      expect(got).toEqual([true]);
      server.close();
    });
  });

  it("100 MB both ways at once, byte for byte", async () => {
    const server = await serve((peer) => void peer.onMessage((message) => void peer.send(message)), {
      maxQueued: 200e6,
    });
    const peer = await client(server);
    const message = "0123456789abcdef".repeat(4000);
    const count = 1600;
    let got = 0;
    const reading = (async () => {
      for await (const batch of peer.batches()) {
        for (const reply of batch) {
          if (reply !== message) throw new Error("not what was sent");
          got++;
        }
      }
    })();
    for (let i = 0; i < count; i++) await peer.send(message);
    await peer.finish();
    await reading;
    expect(got).toBe(count);
  }, 30_000);
});

describe("half-close", () => {
  it("client first: the reply to a finished request still arrives", async () => {
    const server = await serve(async (peer) => {
      const request = await collect(peer);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await peer.send(`${request.length} lines`);
    });
    const peer = await client(server);
    await peer.sendMany(["a", "b"]);
    await peer.finish();
    expect(await collect(peer)).toEqual(["2 lines"]);
    expect((await peer.closed).reason).toBe("end");
  });

  it("server first: what the client still says is heard", async () => {
    const heard: string[] = [];
    const server = await serve(async (peer) => {
      await peer.send("bye");
      await peer.finish();
      await collect(peer, heard);
    });
    const peer = await client(server);
    expect(await collect(peer)).toEqual(["bye"]);
    await peer.send("one more thing");
    await peer.close();
    await server.drain(1000);
    expect(heard).toEqual(["one more thing"]);
  });

  it("both at once", async () => {
    const server = await serve(async (peer) => {
      await peer.finish();
      await collect(peer);
    });
    const peer = await client(server);
    await peer.finish();
    await peer.finish();
    expect(await collect(peer)).toEqual([]);
    expect((await peer.closed).reason).toBe("end");
  });
});

describe("endings", () => {
  for (const cut of [1, 2, 3, 6]) {
    it(`RST right behind ${cut} of 7 bytes is truncated on the other side, never an end`, async () => {
      const ends: string[] = [];
      const server = await serve(async (peer) => {
        await collect(peer).catch(() => {});
        void peer.closed.then(({ reason }) => ends.push(reason));
      });
      for (let i = 0; i < 20; i++) {
        const socket = await raw(server);
        socket.write(wire("hello").subarray(0, cut));
        await new Promise((resolve) => setImmediate(resolve));
        socket.resetAndDestroy();
      }
      await server.drain(2000);
      expect(ends).toEqual(Array.from({ length: 20 }, () => "truncated"));
    });
  }

  it("abort is a RST: the peer sees a reset", async () => {
    let reason: Promise<string> | undefined;
    const server = await serve(async (peer) => {
      reason = peer.closed.then((closed) => closed.reason);
      await collect(peer);
    });
    const peer = await client(server);
    await peer.send("hi");
    await peer.flush();
    await eventually(() => server.counters.messagesReceived === 1);
    peer.abort();
    expect((await peer.closed).reason).toBe("aborted");
    await server.close();
    expect(await reason).toBe("reset");
  });

  it("abort right behind close, and the other way round, still ends it", async () => {
    const server = await serve(silent);
    for (const order of [
      ["close", "abort"],
      ["abort", "close"],
      ["finish", "abort"],
    ] as const) {
      const peer = await client(server);
      for (const call of order) void peer[call]();
      expect((await peer.closed).reason).toBe("aborted");
    }
    await server.drain(1000);
  });

  it("break out of the loop does not destroy", async () => {
    const server = await serve(echo);
    const peer = await client(server);
    await peer.sendMany(["a", "b"]);
    for await (const _ of peer) break;
    await peer.send("c");
    await peer.finish();
    expect(await collect(peer)).toEqual(["b", "c"]);
  });

  it("garbage on one connection does not disturb another", async () => {
    const server = await serve(echo);
    const good = await client(server);
    const bad = await raw(server);
    bad.write(bytes("\0\x04bad!garbage"));
    const loop = good[Symbol.asyncIterator]();
    await good.send("still fine");
    expect((await loop.next()).value).toBe("still fine");
    await good.close();
  });

  it("a handler that throws ends its own connection only", async () => {
    const server = await serve((peer) => {
      if (server.counters.accepted === 1) throw new Error("mine");
      return echo(peer);
    });
    const first = await client(server).catch(() => undefined);
    await first?.closed;
    const second = await client(server);
    const loop = second[Symbol.asyncIterator]();
    await second.send("ok");
    expect((await loop.next()).value).toBe("ok");
    await second.close();
  });
});

describe("a fast reader", () => {
  it("a sender that never stops leaves the event loop to others", async () => {
    const server = await serve((peer) => void peer.onMessage(() => {}));
    for (const size of [10, 60_000]) {
      const peer = await client(server);
      let stop = false;
      const timer = setTimeout(() => {
        stop = true;
      }, 50);
      // Were the loop not left to the timer, this would go on until it is.
      const until = performance.now() + 3000;
      while (!stop && performance.now() < until) {
        await peer.send("x".repeat(size));
        void peer.send("x".repeat(size));
        await peer.flush();
      }
      clearTimeout(timer);
      expect(stop).toBe(true);
      peer.abort();
    }
  });
});

describe("a slow reader", () => {
  it("its queue stays under the cap while others are served", async () => {
    let slow: Connection<string> | undefined;
    const server = await serve(
      async (peer) => {
        slow ??= peer;
        for (;;) await peer.send("x".repeat(10_000));
      },
      { highWater: 64 * 1024, maxQueued: 256 * 1024, closeTimeout: 50 },
    );
    const stuck = await raw(server);
    stuck.pause();
    const good = await client(server);
    let got = 0;
    for await (const _ of good) if (++got === 2000) break;
    expect(slow?.counters.queued).toBeLessThan(256 * 1024);
    expect(slow?.counters.queued).toBeGreaterThan(0);
    good.abort();
    stuck.destroy();
    await server.abort();
  });

  it("who sends without waiting is closed with limit at maxQueued", async () => {
    const server = await serve(
      (peer) => {
        const timer = setInterval(() => void peer.send("x".repeat(60_000)), 0);
        void peer.closed.then(() => clearInterval(timer));
      },
      { maxQueued: 512 * 1024 },
    );
    const stuck = await raw(server);
    stuck.pause();
    const [peer] = server.connections;
    expect(await (peer as Connection<string>).closed).toMatchObject({ reason: "limit" });
    stuck.destroy();
  });
});

describe("limits", () => {
  it("one more than maxConnections is refused with a reason; a freed place is given again", async () => {
    const why: string[] = [];
    const server = await serve(silent, {
      maxConnections: 2,
      observe: (event: { type: string; why?: string }) => event.type === "refused" && why.push(event.why as string),
    });
    const a = await client(server);
    const b = await client(server);
    const c = await client(server).catch(() => undefined);
    await c?.closed;
    expect(why).toEqual([expect.stringContaining("maxConnections")]);
    expect(server.counters).toMatchObject({ open: 2, accepted: 2, refused: 1 });
    a.abort();
    await a.closed;
    await eventually(() => server.counters.open === 1);
    const d = await client(server);
    await eventually(() => server.counters.accepted === 3);
    b.abort();
    d.abort();
  });

  it("maxPerAddress counts each address for itself", async () => {
    const server = await serve(silent, { host: "0.0.0.0", maxPerAddress: 1 });
    const a = await client(server);
    const b = await client(server).catch(() => undefined);
    const c = await client(server, { localAddress: "127.0.0.2" });
    await b?.closed;
    expect(server.counters).toMatchObject({ accepted: 2, refused: 1 });
    a.abort();
    c.abort();
  });

  it("0 refuses all", async () => {
    const server = await serve(silent, { maxConnections: 0 });
    const peer = await client(server).catch(() => undefined);
    await peer?.closed;
    expect(server.counters).toMatchObject({ accepted: 0, refused: 1 });
  });
});

describe("drain", () => {
  it("idle ones go at once, busy ones finish, stragglers are cut at the deadline", async () => {
    const got = new Set<string>();
    const ends = new Map<string, string>();
    const server = await serve(
      async (peer) => {
        for await (const message of peer) {
          got.add(message);
          void peer.closed.then(({ reason }) => ends.set(message, reason));
          // Its work is over once the idle one is gone, which therefore does not wait for it, or for the deadline.
          if (message === "busy") await eventually(() => ends.has("idle"));
          if (message === "stuck") await peer.closed;
          await peer.send(`done ${message}`);
        }
      },
      { closeTimeout: 50 },
    );
    const peers = await Promise.all([client(server), client(server), client(server)]);
    const [idle, busy, stuck] = peers as [Connection<string>, Connection<string>, Connection<string>];
    const replies = collect(busy);
    const idleReplies = collect(idle);
    await idle.send("idle");
    await busy.send("busy");
    await stuck.send("stuck");
    await eventually(() => got.size === 3);
    void idleReplies.then(() => idle.close());
    void replies.then(() => busy.close());
    await server.drain(1000);
    expect(await replies).toEqual(["done busy"]);
    expect([...ends]).toEqual([
      ["idle", "end"],
      ["busy", "end"],
      ["stuck", "aborted"],
    ]);
    await expect(client(server)).rejects.toMatchObject({ code: "connect" });
    stuck.abort();
  });
});

describe("a server that is done", () => {
  it("a signal stops the waiting for drain and close, not what they do", async () => {
    const stop = new AbortController();
    const server = await serve(echo);
    const peer = await client(server);
    const draining = server.drain(60_000, { signal: stop.signal });
    const closing = server.close({ signal: stop.signal });
    stop.abort(new Error("no time"));
    await expect(draining).rejects.toThrow("no time");
    await expect(closing).rejects.toThrow("no time");
    await peer.close();
    await server.closed;
    expect(server.counters.open).toBe(0);
  });

  it("await using closes it and every connection of it", async () => {
    const use = async () => {
      await using server = await serve(echo);
      const peer = await client(server);
      await peer.send("hi");
      return { server, peer };
    };
    const { server, peer } = await use();
    expect(server.counters.open).toBe(0);
    await peer.close();
    expect((await peer.closed).reason).toBe("end");
  });
});

describe("connecting", () => {
  it("gives up after timeouts.connect, TLS included, and lets go of the socket", async () => {
    const clock = new VirtualClock();
    let sockets = 0;
    const mute = net.createServer((socket) => {
      sockets++;
      socket.on("error", () => {}).on("close", () => sockets--);
      socket.resume();
    });
    await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
    const { port } = mute.address() as net.AddressInfo;
    const attempt = connect({ port, ...both, tls: true, clock, timeouts: { connect: 1000 } });
    let over = false;
    attempt.catch(() => (over = true));
    await eventually(() => sockets > 0);
    clock.advance(999);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(over).toBe(false);
    clock.advance(1);
    await expect(attempt).rejects.toMatchObject({ code: "timeout", message: expect.stringContaining("1000 ms") });
    await eventually(() => sockets === 0);
    expect(clock.pending).toBe(0);
    mute.close();
  });

  it("receives by one codec and sends by another", async () => {
    const numbers = compile(u32);
    const server = await listen({ port: 0, receive: frames(), send: numbers, closeTimeout: 500 }, async (peer) => {
      for await (const message of peer) await peer.send(message.length);
    });
    open.push(server);
    const peer = await connect({ port: server.port, receive: numbers, send: frames() });
    await peer.sendMany(["four", "", "x".repeat(1000)]);
    await peer.finish();
    expect(await collect(peer)).toEqual([4, 0, 1000]);
    await peer.close();
  });

  it("a client's read buffer is the one that a client before it has left", async () => {
    const viewed = compile(bytesOf(u32), { views: true });
    const server = await listen({ port: 0, receive: viewed, send: viewed, closeTimeout: 500 }, async (peer) => {
      for await (const message of peer) await peer.send(message);
    });
    open.push(server);
    const memory = async () => {
      const peer = await connect({ port: server.port, receive: viewed, send: viewed });
      const got = new Promise<ArrayBufferLike>((resolve) => peer.onMessage((message) => resolve(message.buffer)));
      await peer.send(new Uint8Array(5));
      const buffer = await got;
      await peer.close();
      return buffer;
    };
    const first = await memory();
    expect(first.byteLength).toBeGreaterThanOrEqual(65_536);
    expect(await memory()).toBe(first);
  });

  it("a closed port is an error with its name", async () => {
    const server = await serve(silent);
    const { port } = server;
    await server.close();
    await expect(connect({ port, ...both })).rejects.toMatchObject({
      code: "connect",
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
  });

  it("a signal gives up, before and during", async () => {
    await expect(connect({ port: 9, ...both, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
    const stop = new AbortController();
    const attempt = connect({ host: "192.0.2.1", port: 9, ...both, signal: stop.signal });
    stop.abort();
    await expect(attempt).rejects.toMatchObject({ code: expect.stringMatching(/aborted|connect/) });
  });

  it("listening twice on one port is an error, not a crash", async () => {
    const server = await serve(silent);
    await expect(listen({ port: server.port, ...both }, silent)).rejects.toMatchObject({ code: "connect" });
  });

  it("it binds to the loopback only", async () => {
    expect((await serve(silent)).address.address).toBe("127.0.0.1");
  });

  it("bad options are refused by name", async () => {
    const bad: [string, object][] = [
      ["port", { port: undefined }],
      ["port", { port: 70_000 }],
      ["port", { port: 1.5 }],
      ["host", { host: "" }],
      ["path", { path: "/x", port: 5 }],
      ["path", { path: `/${"x".repeat(107)}`, port: undefined }],
      ["keepAlive", { keepAlive: -1 }],
      ["noDelay", { noDelay: 1 }],
      ["timeouts.connect", { timeouts: { connect: Number.NaN } }],
      ["readBuffer", { readBuffer: 0 }],
      ["connect.prot", { prot: 5 }],
      ["tls", { tls: "yes" }],
    ];
    for (const [option, options] of bad) {
      await expect(connect({ port: 1, ...both, ...options } as never), option).rejects.toMatchObject({ option });
    }
    for (const [option, options] of [
      ["maxConnections", { maxConnections: -1 }],
      ["maxPerAddress", { maxPerAddress: 0 }],
      ["backlog", { backlog: 0 }],
      ["listen.readBuffer", { readBuffer: 5 }],
      ["handler", {}],
    ] as [string, object][]) {
      const handler = option === "handler" ? undefined : silent;
      await expect(listen({ port: 0, ...both, ...options } as never, handler as never), option).rejects.toMatchObject({
        option,
      });
    }
  });

  it("Unix sockets", async () => {
    const path = join(tmpdir(), `wireform-${process.pid}.sock`);
    const server = await listen({ path, ...both }, echo);
    open.push(server);
    expect(server.address).toEqual({ path });
    const peer = await connect({ path, ...both });
    await peer.sendMany(["over", "a", "path"]);
    await peer.finish();
    expect(await collect(peer)).toEqual(["over", "a", "path"]);
    const other = await connect({ path, ...both });
    other.abort();
    expect((await other.closed).reason).toBe("aborted");
  });
});
