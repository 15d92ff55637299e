// TLS, children and pipes, and who is watching.
import { spawn } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import * as net from "node:net";
import { duplexPair } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { attach, type Connection, connect, listen, type Server, type TransportEvent } from "../../src/index.ts";
import { eventually } from "../support/eventually.ts";
import { bytes, frames } from "../support/frames.ts";
import { cert, key } from "../support/localhost.ts";

const both = { receive: frames(), send: frames() };
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((thing) => thing.close()));
});
const echo = async (peer: Connection<string>) => {
  for await (const message of peer) await peer.send(message);
};
async function serve(handler: (peer: Connection<string>) => unknown, options = {}): Promise<Server<string>> {
  const server = await listen({ port: 0, ...both, closeTimeout: 500, ...options }, handler);
  open.push(server);
  return server;
}
async function collect<T>(from: AsyncIterable<T>, into: T[] = []): Promise<T[]> {
  for await (const value of from) into.push(value);
  return into;
}

describe("TLS", () => {
  const secure = { tls: { key, cert } };
  const trusting = { tls: { ca: cert }, host: "localhost" };

  for (const readBuffer of [1, 65_536]) {
    it(`echo and half-close, reading ${readBuffer} bytes at a time`, async () => {
      const server = await serve(echo, secure);
      const peer = await connect({ port: server.port, ...both, ...trusting, readBuffer });
      const messages = ["over", "", "x".repeat(readBuffer === 1 ? 500 : 60_000), "TLS"];
      await peer.sendMany(messages);
      await peer.finish();
      expect(await collect(peer)).toEqual(messages);
      await peer.close();
      expect(await peer.closed).toEqual({ reason: "end", maybeTruncated: false });
    });
  }

  it("a certificate nobody vouches for is an error of connecting", async () => {
    const server = await serve(echo, secure);
    const attempt = connect({ port: server.port, ...both, tls: true });
    await expect(attempt).rejects.toMatchObject({ code: "connect", message: expect.stringContaining("certificate") });
    await eventually(() => server.counters.open === 0);
  });

  it("plain text to a TLS port and TLS to a plain one harm nobody", async () => {
    const server = await serve(echo, { ...secure, maxConnections: 2 });
    for (let i = 0; i < 5; i++) {
      const socket = net.connect({ port: server.port, host: "127.0.0.1" });
      socket.on("error", () => {});
      socket.write("GET / HTTP/1.1\r\n\r\n");
      await new Promise((resolve) => socket.once("close", resolve));
    }
    await eventually(() => server.counters.open === 0);
    expect(server.counters).toMatchObject({ accepted: 0, lost: 5 });

    const ends: string[] = [];
    const plain = await serve(
      async (peer) => {
        void peer.closed.then(({ error }) => ends.push(String(error?.message)));
        await echo(peer);
      },
      { receive: frames(1000) },
    );
    await expect(connect({ port: plain.port, ...both, ...trusting })).rejects.toMatchObject({ code: "connect" });
    await eventually(() => ends.length > 0);
    expect(ends[0]).toContain("TLS");
  });

  it("a client that never shakes hands is let go after timeouts.handshake", async () => {
    const server = await serve(echo, { ...secure, timeouts: { handshake: 50 } });
    const socket = net.connect({ port: server.port, host: "127.0.0.1" });
    socket.on("error", () => {});
    await new Promise((resolve) => socket.once("close", resolve));
    await eventually(() => server.counters.lost === 1);
  });

  it("abort resets the socket below", async () => {
    let reason: string | undefined;
    const server = await serve(async (peer) => {
      void peer.closed.then((closed) => (reason = closed.reason));
      await collect(peer);
    }, secure);
    const peer = await connect({ port: server.port, ...both, ...trusting });
    await peer.send("hi");
    await peer.flush();
    peer.abort();
    await eventually(() => reason !== undefined);
    expect(reason).toMatch(/reset|end/);
  });
});

describe("attach", () => {
  it("a child's stdin and stdout", async () => {
    const child = spawn("cat");
    const peer = attach({ readable: child.stdout, writable: child.stdin }, both);
    await peer.sendMany(["to", "a", "child"]);
    await peer.finish();
    expect(await collect(peer)).toEqual(["to", "a", "child"]);
    expect((await peer.closed).reason).toBe("end");
  });

  it("a child that dies inside a message is truncated", async () => {
    const child = spawn("sh", ["-c", "printf '\\000\\005he'"]);
    const peer = attach({ readable: child.stdout, writable: child.stdin }, both);
    await expect(collect(peer)).rejects.toMatchObject({ code: "truncated" });
    peer.abort();
    expect((await peer.closed).reason).toBe("truncated");
  });

  it("writing to a child that is gone is an end, never an uncaught error", async () => {
    const child = spawn("true");
    const peer = attach({ readable: child.stdout, writable: child.stdin }, both);
    await new Promise((resolve) => child.once("exit", resolve));
    for (let i = 0; i < 20; i++) {
      void peer.send("anybody?");
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    void peer.close();
    expect(["end", "reset"]).toContain((await peer.closed).reason);
  });

  it("any duplex stream", async () => {
    const [left, right] = duplexPair();
    const a = attach(left, both);
    const b = attach(right, both);
    void echo(b).then(() => b.close());
    await a.sendMany(["x", "y"]);
    await a.finish();
    expect(await collect(a)).toEqual(["x", "y"]);
    await Promise.all([a.close(), b.closed]);
  });

  it("nothing to read from is refused by name", () => {
    expect(() => attach({} as never, both)).toThrow(expect.objectContaining({ option: "duplex" }));
    expect(() => attach({ readable: process.stdin } as never, both)).toThrow("nothing to write to");
  });
});

describe("watching", () => {
  it("events reach the observer and the diagnostics channels; one that throws harms nobody", async () => {
    const seen: string[] = [];
    const watch = (event: unknown) => seen.push(`channel ${(event as TransportEvent).type}`);
    subscribe("wireform:open", watch);
    subscribe("wireform:close", watch);
    const server = await serve(echo, {
      observe: (event: TransportEvent) => {
        seen.push(event.type);
        throw new Error("clumsy");
      },
    });
    const socket = net.connect({ port: server.port, host: "127.0.0.1" });
    socket.end(bytes("\0\x01x"));
    socket.resume();
    await new Promise((resolve) => socket.once("close", resolve));
    await eventually(() => server.counters.open === 0);
    unsubscribe("wireform:open", watch);
    unsubscribe("wireform:close", watch);
    expect(seen).toEqual(["channel open", "open", "channel close", "close"]);
    expect(server.counters).toMatchObject({ bytesReceived: 3, bytesSent: 3, messagesReceived: 1, messagesSent: 1 });
  });
});
