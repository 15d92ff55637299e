// How messages leave: gathered, bounded, in order (TRANSPORT.md 2.6).
import * as net from "node:net";
import { bytes as bytesOf, compile, struct, u8, u32 } from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { type Connection, connect } from "../../src/index.ts";
import { embed } from "../../src/testing.ts";
import { eventually } from "../support/eventually.ts";
import { bytes, frames, text, wire } from "../support/frames.ts";

const both = { receive: frames(), send: frames() };
const long = (length: number, c = "x") => c.repeat(length);

describe("one write a turn", () => {
  it("nothing sent, nothing written; flush resolves", async () => {
    const { connection, port } = embed(both);
    await connection.flush();
    expect(port.writes).toEqual([]);
  });

  it("three messages of one turn leave by one write", async () => {
    const { connection, port, settle } = embed(both);
    for (const message of ["a", "b", "c"]) void connection.send(message);
    expect(port.writes).toEqual([]);
    await settle();
    expect(port.writes).toEqual([wire("a", "b", "c")]);
  });

  it("messages sent from a loop over one chunk leave by one write", async () => {
    const { connection, feed, port, settle } = embed(both);
    const loop = (async () => {
      for await (const message of connection) await connection.send(message);
    })();
    feed(wire("a", "b", "c", "d"));
    await settle();
    expect(port.writes).toEqual([wire("a", "b", "c", "d")]);
    await connection.close({ signal: AbortSignal.abort() }).catch(() => {});
    await loop;
  });

  it("a message larger than what is left of the buffer goes on in the next, in order", async () => {
    const { connection, written } = embed({ ...both, highWater: 1 << 20 });
    const messages = Array.from({ length: 300 }, (_, i) => long(i * 7, String.fromCharCode(97 + (i % 26))));
    for (const message of messages) void connection.send(message);
    await connection.flush();
    expect(Buffer.compare(written(), wire(...messages))).toBe(0);
  });

  it("large messages between small ones keep their place", async () => {
    const { connection, port, written } = embed({ ...both, highWater: 1 << 20 });
    const messages = ["a", long(20_000), "b", long(65_535), long(65_535), "c", long(16_384), "d"];
    for (const message of messages) void connection.send(message);
    await connection.flush();
    expect(written()).toEqual(wire(...messages));
    expect(port.writes.length).toBe(1);
  });

  it("bytes go between messages as they are, large ones by reference", async () => {
    const { connection, written } = embed({ ...both, highWater: 1 << 20 });
    void connection.send("a");
    void connection.sendBytes(bytes("raw"));
    const large = new Uint8Array(30_000).fill(7);
    void connection.sendBytes(large);
    void connection.send("b");
    large[0] = 8;
    await connection.flush();
    expect(text(written())).toBe(`\0\x01araw\x08${long(29_999, "\x07")}\0\x01b`);
  });

  it("bytes of 16 KiB in a message go by reference, smaller ones are copied at once", async () => {
    const part = compile(struct({ id: u8, body: bytesOf(u32) }));
    const { connection, port } = embed({ receive: part, send: part, highWater: 1 << 20 });
    const [small, large] = [16_383, 16_384].map((length) => new Uint8Array(length).fill(7)) as [Uint8Array, Uint8Array];
    for (const body of [small, large, small, large]) void connection.send({ id: 1, body });
    small[0] = large[0] = 8;
    await connection.flush();
    const header = (length: number) => [1, 0, 0, length >> 8, length & 255];
    const copied = [...header(small.length), 7, ...small.subarray(1)];
    const referred = [...header(large.length), 8, ...large.subarray(1)];
    expect(port.writes).toEqual([Uint8Array.from([copied, referred, copied, referred].flat())]);
  });

  it("a value that cannot be encoded throws at once, and no byte of it is sent", async () => {
    const { connection, written } = embed(both);
    void connection.send("a");
    expect(() => connection.send(5 as never)).toThrow(expect.objectContaining({ name: "EncodeError" }));
    expect(() => connection.send(long(70_000))).toThrow(expect.objectContaining({ name: "EncodeError" }));
    void connection.send("b");
    await connection.flush();
    expect(written()).toEqual(wire("a", "b"));
  });

  it("a buffer used again never shows what it held before", async () => {
    const first = embed(both);
    void first.connection.send(long(500, "s"));
    await first.connection.flush();
    const second = embed(both);
    void second.connection.send("hi");
    await second.connection.flush();
    expect(second.written()).toEqual(wire("hi"));
  });
});

describe("a message whose getters use the connection", () => {
  type Pair = { a: number; b: number };
  const pair = compile(struct({ a: u8, b: u8 }));
  const deeds: Record<string, [(peer: Connection<Pair>) => unknown, string]> = {
    "send another": [(peer) => peer.send({ a: 7, b: 8 }), "0708 0102 0304"],
    "send two more": [(peer) => [peer.send({ a: 7, b: 8 }), peer.send({ a: 9, b: 9 })], "0708 0909 0102 0304"],
    "send many": [
      (peer) =>
        peer.sendMany([
          { a: 7, b: 8 },
          { a: 9, b: 9 },
        ]),
      "0708 0909 0102 0304",
    ],
    "send bytes": [(peer) => peer.sendBytes(Uint8Array.of(7)), "07 0102 0304"],
    "send what may be taken back": [
      (peer) => peer.send({ a: 7, b: 8 }, { signal: new AbortController().signal }),
      "0708 0102 0304",
    ],
    "send one whose getters send another": [
      (peer) => peer.send(busy(() => peer.send({ a: 7, b: 8 }))),
      "0708 0102 0102 0304",
    ],
    flush: [(peer) => peer.flush(), "0102 0304"],
    "send and flush": [(peer) => [peer.send({ a: 7, b: 8 }), peer.flush()], "0708 0102 0304"],
    "change codecs": [
      (peer) => [peer.use({ send: compile(struct({ b: u8, a: u8 })) }), peer.send({ a: 7, b: 8 })],
      "0807 0102 0403",
    ],
    "say that all is sent": [(peer) => peer.finish(), "0102"],
  };
  /** A message that does something between its first byte and its second. */
  const busy = (deed: () => unknown): Pair => {
    let done = false;
    return {
      a: 1,
      get b() {
        if (!done) {
          done = true;
          void deed();
        }
        return 2;
      },
    };
  };

  describe.each(["send", "sendMany"] as const)("in %s", (how) => {
    it.each(Object.entries(deeds))("%s: nothing is lost or mixed", async (_, [deed, wanted]) => {
      const received = wanted.replaceAll(" ", "");
      for (const before of [0, 1]) {
        const { connection, written } = embed({ receive: pair, send: pair });
        const messages = [busy(() => deed(connection)), { a: 3, b: 4 }];
        if (before) void connection.send({ a: 0, b: 0 });
        if (how === "send") for (const message of messages) connection.send(message).catch(() => {});
        else await connection.sendMany(messages).catch(() => {});
        await connection.flush();
        expect(Buffer.from(written()).toString("hex")).toBe("0000".repeat(before) + received);
        expect(connection.counters.queued).toBe(0);
      }
    });

    it.each(Object.entries(deeds))("%s: as well over a socket", async (_, [deed, wanted]) => {
      const received = wanted.replaceAll(" ", "");
      const got: Buffer[] = [];
      const server = net.createServer((socket) => socket.on("data", (chunk) => got.push(chunk)).on("error", () => {}));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const peer = await connect({ port: (server.address() as net.AddressInfo).port, receive: pair, send: pair });
      const messages = [{ a: 0, b: 0 }, busy(() => deed(peer)), { a: 3, b: 4 }];
      if (how === "send") for (const message of messages) peer.send(message).catch(() => {});
      else await peer.sendMany(messages).catch(() => {});
      await peer.flush();
      await eventually(() => Buffer.concat(got).length * 2 >= received.length + 4);
      expect(Buffer.concat(got).toString("hex")).toBe(`0000${received}`);
      peer.abort();
      server.close();
    });
  });
});

describe("a peer that does not read", () => {
  it("send waits from highWater on, and goes on once half of it has left", async () => {
    const { connection, port, settle } = embed({ ...both, highWater: 100 });
    port.stall();
    await connection.send(long(50));
    let mayGoOn = false;
    const waiting = connection.send(long(60)).then(() => (mayGoOn = true));
    await settle();
    expect(mayGoOn).toBe(false);
    port.accept(52);
    await settle();
    expect(mayGoOn).toBe(false);
    port.accept();
    await waiting;
    expect(connection.counters.queued).toBe(0);
  });

  it("what waits goes on gathering, and leaves by one write", async () => {
    const { connection, port, settle } = embed(both);
    port.stall();
    void connection.send("first");
    await settle();
    for (let i = 0; i < 5; i++) {
      void connection.send(`${i}`);
      await settle();
    }
    expect(port.writes.length).toBe(1);
    port.accept();
    expect(port.writes[1]).toEqual(wire("0", "1", "2", "3", "4"));
  });

  it("at maxQueued the connection is closed with limit; ignoring every promise harms nobody", async () => {
    const { connection, port } = embed({ ...both, highWater: 100, maxQueued: 1000 });
    port.stall();
    for (let i = 0; i < 200; i++) void connection.send(long(98));
    expect(connection.counters.queued).toBeLessThanOrEqual(1100);
    expect(await connection.closed).toMatchObject({
      reason: "limit",
      error: { message: expect.stringContaining("maxQueued") },
    });
  });

  it("sendMany never queues more than highWater and a message", async () => {
    const { connection, port, settle } = embed({ ...both, highWater: 100 });
    port.stall();
    let most = 0;
    function* source() {
      for (let i = 0; i < 1000; i++) {
        most = Math.max(most, connection.counters.queued);
        yield `${i}`;
      }
    }
    let done = false;
    const all = connection.sendMany(source()).then(() => (done = true));
    while (!done) {
      await settle();
      port.accept();
    }
    await all;
    expect(most).toBeLessThanOrEqual(105);
    expect(connection.counters.messagesSent).toBe(1000);
  });

  it("bytes taken back by their signal are never sent; later ones are", async () => {
    const { connection, port, written, settle } = embed({ ...both, highWater: 10 });
    port.stall();
    void connection.send("0123456789");
    await settle();
    const stop = new AbortController();
    const taken = connection.sendBytes(bytes("no"), { signal: stop.signal });
    void connection.sendBytes(bytes("yes"));
    stop.abort(new Error("changed my mind"));
    await expect(taken).rejects.toThrow("changed my mind");
    await expect(connection.sendBytes(bytes("x"), { signal: stop.signal })).rejects.toThrow("changed my mind");
    port.accept();
    await settle();
    port.accept();
    expect(text(written())).toBe(`${text(wire("0123456789"))}yes`);
  });

  it("a message taken back by its signal is never sent; later ones are", async () => {
    const { connection, port, written, settle } = embed({ ...both, highWater: 10 });
    port.stall();
    void connection.send("0123456789");
    await settle();
    const stop = new AbortController();
    const taken = connection.send("no", { signal: stop.signal });
    void connection.send("yes");
    stop.abort(new Error("changed my mind"));
    await expect(taken).rejects.toThrow("changed my mind");
    port.accept();
    await settle();
    port.accept();
    expect(written()).toEqual(wire("0123456789", "yes"));
  });

  it("flush resolves when the system has taken all, and waits for no more than was sent before it", async () => {
    const { connection, port, settle } = embed(both);
    port.stall();
    void connection.send("a");
    let flushed = false;
    const flush = connection.flush().then(() => (flushed = true));
    void connection.send("later");
    await settle();
    expect(flushed).toBe(false);
    port.accept(3);
    await flush;
    expect(connection.counters.queued).toBe(7);
  });

  it("everybody who waits learns that the connection is over", async () => {
    const { connection, port } = embed({ ...both, highWater: 4 });
    port.stall();
    const room = connection.send("abc");
    const flush = connection.flush();
    connection.abort(new Error("enough"));
    await expect(room).rejects.toMatchObject({ code: "aborted" });
    await expect(flush).rejects.toMatchObject({ code: "aborted" });
    await expect(connection.send("x")).rejects.toMatchObject({ code: "aborted" });
    await expect(connection.flush()).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("totals over the life of a connection", () => {
  it("maxSent and maxReceived close it with limit", async () => {
    const sender = embed({ ...both, maxSent: 10 });
    void sender.connection.send("12345678");
    void sender.connection.send("9");
    expect(await sender.connection.closed).toMatchObject({
      reason: "limit",
      error: { message: expect.stringContaining("maxSent") },
    });
    const receiver = embed({ ...both, maxReceived: 10 });
    receiver.feed(wire("12345678"), wire("9"));
    expect(await receiver.connection.closed).toMatchObject({ reason: "limit" });
  });
});
