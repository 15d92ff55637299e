// What the best transports promise, by the number that docs/behaviours.md has it under, where no other test shows it.
import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile, map, string, u16, until } from "@wireform/codec";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { type Connection, connect, listen, type Server } from "../../src/index.ts";
import { embed } from "../../src/testing.ts";
import { eventually } from "../support/eventually.ts";
import { bytes, frames, text, wire } from "../support/frames.ts";
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
  const where = "path" in options ? {} : { port: 0 };
  const server = await listen({ ...where, ...both, closeTimeout: 500, ...options }, handler);
  open.push(server);
  return server;
}
async function collect<T>(from: AsyncIterable<T>, into: T[] = []): Promise<T[]> {
  for await (const value of from) into.push(value);
  return into;
}
/** A stream whole, cut in two at every place, and byte by byte. */
function* cuts(stream: Uint8Array): Generator<Uint8Array[]> {
  for (let cut = 0; cut <= stream.length; cut++) yield [stream.slice(0, cut), stream.slice(cut)];
  yield Array.from(stream, (byte) => Uint8Array.of(byte));
}

describe("reading", () => {
  it("80 readUntil: a line of exactly maxBytes, its delimiter split inside itself: hello\\r|\\n", async () => {
    for (const chunks of cuts(bytes("hello\r\n\0\x01m"))) {
      const { connection, feed } = embed(both);
      const line = connection.readUntil(bytes("\r\n"), { maxBytes: 7 });
      feed(...chunks);
      expect(text(await line)).toBe("hello\r\n");
      expect((await connection.messages().next()).value).toBe("m");
    }
  });

  it("98 a function of the schema that throws: what came before it, one error, one close, nothing after", async () => {
    const shaky = compile(
      map(string(u16, "latin1"), {
        decode(text) {
          if (text === "bang") throw new RangeError("mine");
          return text;
        },
        encode: (text: string) => text,
      }),
    );
    const { connection, feed, events } = embed({ receive: shaky, send: shaky });
    const got: string[] = [];
    const loop = collect(connection, got);
    feed(wire("a", "bang", "b"), wire("c"));
    await expect(loop).rejects.toMatchObject({ code: "protocol", cause: { code: "rejected", offset: 3 } });
    expect(got).toEqual(["a"]);
    expect(await collect(connection).catch(({ code }) => code)).toBe("protocol");
    connection.abort();
    expect(await connection.closed).toMatchObject({ reason: "protocol" });
    expect(events.map(({ type }) => type)).toEqual(["open", "close"]);
  });

  it("107 the order at the close: messages, the end of the loop, the event, the promise", async () => {
    for (const how of ["handler", "batches"] as const) {
      const log: unknown[] = [];
      const observe = (event: { type: string }) => event.type === "close" && log.push("event");
      const { connection, feed, end, settle } = embed({ ...both, observe });
      void connection.closed.then(() => log.push("promise"));
      if (how === "handler") connection.onMessage((message) => void log.push(message));
      else
        void (async () => {
          for await (const batch of connection.batches()) log.push(...batch);
          log.push("end");
          await connection.close();
        })();
      feed(wire("1", "2"), wire("3"));
      end();
      await settle();
      expect(log).toEqual(["1", "2", "3", ...(how === "batches" ? ["end"] : []), "event", "promise"]);
    }
  });

  it("142 paused inside a read: that read only", () => {
    const { connection, feed, port } = embed({ ...both, readAhead: 1 });
    const got: string[] = [];
    connection.onMessage((message) => {
      got.push(message);
      if (message === "a") connection.pause();
    });
    feed(wire("a", "b"));
    expect([got, port.paused]).toEqual([["a"], true]);
    connection.resume();
    expect([got, port.paused]).toEqual([["a", "b"], false]);
  });

  it("143 pausing while it closes, when it is closed, twice, and after the peer's goodbye throws nothing", async () => {
    const { connection, feed, end, events } = embed(both);
    connection.onMessage(() => {});
    const toggle = () => {
      connection.pause();
      connection.pause();
      connection.resume();
      connection.resume();
      connection.pause();
    };
    toggle();
    feed(wire("a"));
    const closed = connection.close();
    toggle();
    end();
    toggle();
    await closed;
    toggle();
    connection.abort();
    toggle();
    expect((await connection.closed).reason).toBe("end");
    expect(events.filter(({ type }) => type === "close").length).toBe(1);
  });

  const Lines = compile(string(until("\n"), "latin1"));
  it.each([
    ["binary", "\x02", "\0\x02hi\0\0", ["hi", ""]],
    ["text", "<", "hi\n\n", ["hi", ""]],
  ])("151 the first byte says that %s follows, from its very next byte on", async (_, first, stream, messages) => {
    for (const chunks of cuts(bytes(first + stream))) {
      const { connection, feed, end } = embed(both);
      const kind = connection.readExactly(1);
      feed(...chunks);
      end();
      if (text(await kind) === "<") connection.use({ receive: Lines });
      expect(await collect(connection)).toEqual(messages);
    }
  });
});

describe("writing", () => {
  it("118 taken a byte at a time, inside headers and bodies: in order, nothing twice", async () => {
    const { connection, port, settle } = embed(both);
    port.stall();
    const messages = ["hello", "", "wor", "ld"];
    for (const message of messages) {
      void connection.send(message);
      await settle();
      port.accept(1);
    }
    while (connection.counters.queued > 0) {
      port.accept(1);
      await settle();
    }
    expect(Buffer.concat(port.writes)).toEqual(Buffer.from(wire(...messages)));
    expect(connection.counters.bytesSent).toBe(wire(...messages).length);
  });

  it("122 held by two: idle when the last lets go, and letting go twice is once", async () => {
    const { connection, port, settle } = embed(both);
    const [first, second] = [connection.hold(), connection.hold()];
    connection.closeWhenIdle();
    first();
    first();
    await settle();
    expect(port.ending).toBeUndefined();
    second();
    await settle();
    expect(port.ending).toBe("end");
  });

  it("127 sending again when sending has failed", async () => {
    const { connection, port, events } = embed({
      ...both,
      highWater: 4,
      observe: (event) => void (event.type === "close" && connection.send("in the event").catch(() => {})),
    });
    port.stall();
    const again = connection.send("too much").catch(() => connection.send("again"));
    connection.abort();
    await expect(again).rejects.toMatchObject({ code: "aborted" });
    await connection.closed;
    expect(events.filter(({ type }) => type === "close").length).toBe(1);
    expect(port.writes).toEqual([wire("too much")]);
  });

  it("128 no bytes: sent at once, and nothing is written", async () => {
    const { connection, port } = embed(both);
    await connection.sendBytes(new Uint8Array(0));
    await connection.flush();
    expect(port.writes).toEqual([]);
  });
});

describe("sockets", () => {
  it.each(["loop that starts later", "handler that was paused"])(
    "131 far more than readAhead, then FIN, before anybody reads: a %s misses no byte",
    async (how) => {
      const sent = Array.from({ length: 200 }, (_, i) => `${i}`.repeat(200));
      const heard: string[] = [];
      let letGo = () => {};
      const finished = new Promise<void>((resolve) => (letGo = resolve));
      const server = await serve(async (peer) => {
        if (how.startsWith("handler")) {
          peer.pause();
          peer.onMessage((message) => void heard.push(message));
        }
        await finished;
        if (how.startsWith("loop")) return void (await collect(peer, heard));
        peer.resume();
        await peer.closed;
      });
      const socket = net.connect({ port: server.port, host: "127.0.0.1" });
      socket.end(wire(...sent), letGo);
      await eventually(() => server.counters.accepted === 1 && server.counters.open === 0);
      expect(heard).toEqual(sent);
    },
  );

  it("145 connections that nobody handles are closed with the server", async () => {
    const server = await serve(() => {});
    const socket = net.connect({ port: server.port, host: "127.0.0.1" });
    const over = new Promise((resolve) => socket.once("close", resolve));
    await eventually(() => server.counters.open === 1);
    await server.close();
    await over;
  });

  it.each(["close", "drain"] as const)("145 %s waits for no TLS handshake", async (how) => {
    const server = await serve(echo, { tls: { key, cert }, timeouts: { handshake: 60_000 } });
    const socket = net.connect({ port: server.port, host: "127.0.0.1" });
    const over = new Promise((resolve) => socket.on("error", () => {}).once("close", resolve));
    await eventually(() => server.counters.open === 1);
    await (how === "close" ? server.close() : server.drain(60_000));
    await over;
    expect(server.counters).toMatchObject({ open: 0, lost: 1 });
  });
});

interface Proxied {
  readonly family: string;
  readonly source?: string | undefined;
  readonly sourcePort?: number;
}
const port = (text: string | undefined): number => {
  if (!/^(0|[1-9]\d{0,4})$/.test(text ?? "") || Number(text) > 65_535) throw new Error(`no port: ${text}`);
  return Number(text);
};

describe("a PROXY v1 header, then payload", () => {
  const Header = map(string(until("\r\n", { max: 105 }), "ascii"), {
    decode(line): Proxied {
      const [name, family = "", source = "", destination = "", sourcePort, destinationPort, more] = line.split(" ");
      if (name !== "PROXY") throw new Error("no PROXY header");
      if (family === "UNKNOWN") return { family };
      const version = { TCP4: 4, TCP6: 6 }[family];
      if (version === undefined) throw new Error(`no protocol: ${family}`);
      for (const address of [source, destination])
        if (net.isIP(address) !== version) throw new Error(`no address of ${family}: ${address}`);
      port(destinationPort);
      if (more !== undefined) throw new Error("too many fields");
      return { family, source, sourcePort: port(sourcePort) };
    },
    encode: ({ family }: Proxied) => `PROXY ${family}`,
  });
  const header = compile(Header);
  const options = { receive: header as never, send: frames() };

  const longest = `PROXY TCP6 ${"ffff:".repeat(7)}ffff ${"ffff:".repeat(7)}ffff 65535 65535`;
  it.each([
    ["of IPv4", "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443", { family: "TCP4", source: "192.168.0.1" }],
    ["of IPv6", "PROXY TCP6 2001:db8::1 ::1 124 443", { family: "TCP6", source: "2001:db8::1", sourcePort: 124 }],
    ["of IPv6 at its longest", longest, { family: "TCP6", sourcePort: 65_535 }],
    ["UNKNOWN", "PROXY UNKNOWN", { family: "UNKNOWN" }],
    ["UNKNOWN with addresses", "PROXY UNKNOWN ffff::1 ffff::2 1 2", { family: "UNKNOWN" }],
  ])("149 %s, split anywhere", async (_, line, expected) => {
    for (const chunks of cuts(Uint8Array.from([...bytes(`${line}\r\n`), ...wire("payload", "\r\n")]))) {
      const { connection, feed, end } = embed<string, string>(options);
      const loop = connection.messages();
      const first = loop.next();
      feed(...chunks);
      end();
      expect((await first).value).toMatchObject(expected);
      connection.use({ receive: frames() });
      expect(await collect(loop)).toEqual(["payload", "\r\n"]);
    }
  });

  it.each([
    ["a port past 65535", "PROXY TCP4 192.168.0.1 192.168.0.11 65536 443\r\n", "protocol"],
    ["a port with a sign", "PROXY TCP4 192.168.0.1 192.168.0.11 56324 +443\r\n", "protocol"],
    ["an address that is none", "PROXY TCP4 299.168.0.1 192.168.0.11 56324 443\r\n", "protocol"],
    ["an address of the other family", "PROXY TCP6 192.168.0.1 192.168.0.11 56324 443\r\n", "protocol"],
    ["another protocol", "PROXY UDP4 192.168.0.1 192.168.0.11 56324 443\r\n", "protocol"],
    ["a field too few", "PROXY TCP4 192.168.0.1 192.168.0.11 56324\r\n", "protocol"],
    ["a field too many", "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443 7\r\n", "protocol"],
    ["another word", "POXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n", "protocol"],
    ["\\n for \\r\\n", "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\nGET / HTTP/1.1\n", "truncated"],
    ["no end within 107 bytes", `PROXY UNKNOWN ${"x".repeat(94)}`, "limit"],
  ])("149 %s is an error, split anywhere", async (_, stream, code) => {
    for (const chunks of cuts(bytes(stream))) {
      const { connection, feed, end } = embed<string, string>(options);
      const loop = collect(connection);
      feed(...chunks);
      end();
      await expect(loop).rejects.toMatchObject({ code });
    }
  });
});

describe.runIf(process.platform !== "win32")("Unix sockets", () => {
  const folder = mkdtempSync(join(tmpdir(), "wireform-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const talk = async (path: string) => {
    const peer = await connect({ path, ...both, closeTimeout: 500 });
    await peer.send("hi");
    expect((await peer.messages().next()).value).toBe("hi");
    await peer.close();
  };

  it("152 the file is gone when the server has closed, drained or been aborted", async () => {
    const path = join(folder, "closed");
    for (const how of ["close", "drain", "abort"] as const) {
      const server = await serve(echo, { path });
      await talk(path);
      expect(existsSync(path)).toBe(true);
      await server[how](1000 as never);
      expect(existsSync(path)).toBe(false);
    }
  });

  it("152 a file that a killed server has left behind: an error that says so, to both sides", async () => {
    const path = join(folder, "stale");
    const dead = net.createServer();
    await new Promise<void>((resolve) => dead.listen(`${path}-`, resolve));
    renameSync(`${path}-`, path);
    await new Promise((resolve) => dead.close(resolve));
    await expect(listen({ path, ...both }, echo)).rejects.toMatchObject({
      code: "connect",
      message: expect.stringMatching(/stale.*EADDRINUSE.*; no server listens there, .*: remove it$/),
      cause: { code: "EADDRINUSE" },
    });
    await expect(connect({ path, ...both })).rejects.toMatchObject({
      code: "connect",
      cause: { code: "ECONNREFUSED" },
    });
    rmSync(path);
    await serve(echo, { path });
    await talk(path);
  });

  it("152 a path where a server listens: an error that says so, and that server goes on", async () => {
    const path = join(folder, "taken");
    await serve(echo, { path });
    await expect(listen({ path, ...both }, echo)).rejects.toMatchObject({
      code: "connect",
      message: expect.stringMatching(/taken.*EADDRINUSE.*; a server listens there$/),
    });
    await talk(path);
  });

  it("152 a path of 107 bytes, and one of 108", async () => {
    const path = join(folder, "x".repeat(107 - folder.length - 1));
    await serve(echo, { path });
    await talk(path);
    await expect(listen({ path: `${path}x`, ...both }, echo)).rejects.toMatchObject({
      option: "path",
      message: expect.stringContaining("at most 107 bytes long; got 108"),
    });
  });

  it.runIf(process.platform === "linux")("152 an abstract socket: no file, and its name with @ in errors", async () => {
    const name = `wireform-${process.pid}`;
    const path = `\0${name}`;
    await expect(connect({ path, ...both })).rejects.toThrow(`not connected to @${name}: `);
    await serve(echo, { path });
    await talk(path);
    await expect(listen({ path, ...both }, echo)).rejects.toThrow(`cannot listen on @${name}: `);
  });
});
