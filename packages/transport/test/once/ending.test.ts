// How a connection ends, and what it says about it. The socket's opinion counts for nothing inside a message.
import { bytes as bytesOf, compile, rest, string, struct, u8 } from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { Connection } from "../../src/connection/connection.ts";
import { embed, TestPort } from "../../src/testing.ts";
import { bytes, frames, wire } from "../support/frames.ts";

const both = { receive: frames(), send: frames() };

async function collect<T>(from: AsyncIterable<T>, into: T[] = []): Promise<T[]> {
  for await (const value of from) into.push(value);
  return into;
}

describe("the peer ends", () => {
  it("FIN between messages is an end; our half stays open", async () => {
    const { connection, feed, end, port, written } = embed(both);
    feed(wire("a"));
    end();
    expect(await collect(connection)).toEqual(["a"]);
    expect(connection.writable).toBe(true);
    await connection.send("reply");
    await connection.close();
    expect(written()).toEqual(wire("reply"));
    expect(port.ending).toBe("end");
    expect(await connection.closed).toEqual({ reason: "end", maybeTruncated: false });
  });

  const message = wire("hello");
  for (let cut = 1; cut < message.length; cut++) {
    it(`FIN after ${cut} of ${message.length} bytes is truncated`, async () => {
      const { connection, feed, end } = embed(both);
      feed(wire("a"), message.subarray(0, cut));
      end();
      const got: string[] = [];
      await expect(collect(connection, got)).rejects.toMatchObject({ code: "truncated" });
      expect(got).toEqual(["a"]);
      await connection.close();
      expect(await connection.closed).toMatchObject({ reason: "truncated" });
    });

    it(`RST after ${cut} of ${message.length} bytes is truncated too`, async () => {
      const { connection, feed, reset } = embed(both);
      const got: string[] = [];
      const loop = collect(connection, got);
      feed(wire("a"), message.subarray(0, cut));
      reset();
      await expect(loop).rejects.toMatchObject({ code: "truncated", cause: { code: "ECONNRESET" } });
      expect(got).toEqual(["a"]);
      expect(await connection.closed).toMatchObject({ reason: "truncated" });
    });
  }

  it("RST between messages is a reset, told after the messages before it", async () => {
    const { connection, feed, reset } = embed(both);
    feed(wire("a", "b"));
    reset();
    const got: string[] = [];
    await expect(collect(connection, got)).rejects.toMatchObject({ code: "reset" });
    expect(got).toEqual(["a", "b"]);
    expect(await connection.closed).toMatchObject({ reason: "reset" });
  });

  it("RST while nobody reads settles closed all the same", async () => {
    const { connection, reset } = embed(both);
    reset();
    expect(await connection.closed).toMatchObject({ reason: "reset" });
    await expect(connection.send("x")).rejects.toMatchObject({ code: "reset" });
  });

  it("a dropped wire without a word is a reset", async () => {
    const { connection, port } = embed(both);
    port.close();
    expect(await connection.closed).toMatchObject({ reason: "reset" });
  });

  it("a write that fails after the peer's FIN is a reset", async () => {
    const { connection, end, reset } = embed(both);
    end();
    expect(await collect(connection)).toEqual([]);
    reset();
    expect(await connection.closed).toMatchObject({ reason: "reset" });
  });
});

describe("we end", () => {
  it("finish: what is queued leaves, then goodbye; replies still arrive", async () => {
    const { connection, feed, end, port, written } = embed(both);
    void connection.send("question");
    await connection.finish();
    expect(written()).toEqual(wire("question"));
    expect(port.ending).toBe("end");
    await expect(connection.send("more")).rejects.toMatchObject({ code: "closed" });
    feed(wire("answer"));
    end();
    expect(await collect(connection)).toEqual(["answer"]);
    expect(await connection.closed).toEqual({ reason: "end", maybeTruncated: false });
  });

  it("finish while the peer does not read: goodbye comes behind the last byte", async () => {
    const { connection, port } = embed(both);
    port.stall();
    void connection.send("a");
    await Promise.resolve();
    const finished = connection.finish();
    void connection.finish();
    expect(port.writes.length).toBe(1);
    port.accept();
    await finished;
    expect(port.ending).toBe("end");
  });

  it("close ends waiting loops well and drops what still comes", async () => {
    const { connection, feed, end } = embed(both);
    const loop = collect(connection);
    const closed = connection.close();
    feed(wire("late"));
    end();
    await closed;
    expect(await loop).toEqual([]);
    expect(await connection.closed).toEqual({ reason: "end", maybeTruncated: false });
    await connection.close();
  });

  it("close waits closeTimeout for a goodbye, then leaves", async () => {
    const { connection, port, advance, clock } = embed({ ...both, closeTimeout: 1000 });
    const closed = connection.close();
    await advance(999);
    expect(port.ending).toBe("end");
    await advance(1);
    await closed;
    expect(port.ending).toBe("destroy");
    expect((await connection.closed).reason).toBe("end");
    expect(clock.pending).toBe(0);
  });

  it("close with bytes that never leave is a timeout", async () => {
    const { connection, port, advance } = embed({ ...both, closeTimeout: 1000 });
    port.stall();
    void connection.send("lost");
    const closed = connection.close();
    await advance(1000);
    await closed;
    expect(await connection.closed).toMatchObject({ reason: "timeout" });
    expect(port.ending).toBe("reset");
  });

  it("abort tells readers and writers, with the reason, once", async () => {
    const { connection, port, events, clock } = embed(both);
    const loop = collect(connection);
    connection.abort(new Error("no more"));
    await expect(loop).rejects.toMatchObject({ code: "aborted", cause: { message: "no more" } });
    connection.abort();
    await connection.close();
    expect(port.ending).toBe("reset");
    expect(events.filter((event) => event.type === "close").length).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it("an AbortSignal aborts it, even one that was aborted before", async () => {
    const stop = new AbortController();
    const { connection } = embed({ ...both, signal: stop.signal });
    stop.abort(new Error("shutting down"));
    expect(await connection.closed).toMatchObject({
      reason: "aborted",
      error: { cause: { message: "shutting down" } },
    });
    const late = embed({ ...both, signal: stop.signal });
    expect(await late.connection.closed).toMatchObject({ reason: "aborted" });
  });

  it("await using closes", async () => {
    const { connection, end, port } = embed(both);
    const use = async () => {
      await using peer = connection;
      await peer.send("hi");
      setImmediate(end);
    };
    await use();
    expect(port.ending).toBe("end");
    expect((await connection.closed).reason).toBe("end");
  });

  it("close lasts until the last read message only if it must: a reader in mid-loop is not waited for", async () => {
    const { connection, feed, end } = embed(both);
    feed(wire("a", "b"));
    for await (const message of connection) {
      expect(message).toBe("a");
      end();
      await connection.close();
    }
    expect((await connection.closed).reason).toBe("end");
  });
});

describe("bad bytes", () => {
  it("the good ones first, then protocol; there is time to answer", async () => {
    const { connection, feed, port, written, advance } = embed({ ...both, closeTimeout: 500 });
    feed(wire("good"), bytes("\0\x04bad!"));
    const got: string[] = [];
    await expect(collect(connection, got)).rejects.toMatchObject({ code: "protocol", cause: { code: "rejected" } });
    expect(got).toEqual(["good"]);
    await connection.send("-ERR");
    expect(port.ending).toBeUndefined();
    await advance(500);
    expect(written()).toEqual(wire("-ERR"));
    await advance(500);
    expect(await connection.closed).toMatchObject({ reason: "protocol" });
  });

  it("a length over the limit is a limit", async () => {
    const { connection, feed } = embed({ receive: frames(100), send: frames() });
    connection.onMessage(() => {});
    feed(bytes("\xff\xff"));
    void connection.close();
    connection.abort();
    expect(await connection.closed).toMatchObject({ reason: "limit" });
  });

  const strangers: [string, string][] = [
    ["GET / HTTP/1.1\r\n", "HTTP"],
    ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "TLS"],
    ["SSH-2.0-OpenSSH_9.2\r\n", "SSH"],
    ["PROXY TCP4 ", "PROXY"],
  ];
  for (const [first, name] of strangers) {
    it(`${JSON.stringify(first)} is answered by an error that names ${name}`, async () => {
      const { connection, feed } = embed({ receive: frames(100), send: frames() });
      for (const c of first) feed(bytes(c));
      await expect(collect(connection)).rejects.toThrow(name);
    });
  }
});

describe("messages that last until the close", () => {
  const page = compile(struct({ title: string(u8), body: bytesOf(rest) }));

  it("come out at the end, marked: part of them may be missing", async () => {
    const { connection, feed, end } = embed({ receive: page, send: page });
    const loop = connection[Symbol.asyncIterator]();
    const first = loop.next();
    feed(bytes("\x02hi"), bytes("so"), bytes(" far"));
    end();
    expect((await first).value).toEqual({ title: "hi", body: bytes("so far") });
    expect(connection.maybeTruncated).toBe(true);
    expect((await loop.next()).done).toBe(true);
    await connection.close();
    expect(await connection.closed).toEqual({ reason: "end", maybeTruncated: true });
  });

  it("ended by RST they are truncated, never a success", async () => {
    const { connection, feed, reset } = embed({ receive: page, send: page });
    const loop = collect(connection);
    feed(bytes("\x02hiso far"));
    reset();
    await expect(loop).rejects.toMatchObject({ code: "truncated" });
    expect(await connection.closed).toMatchObject({ reason: "truncated" });
  });
});

describe("options", () => {
  const bad: [string, object][] = [
    ["receive", { receive: undefined }],
    ["send", { send: {} }],
    ["highWater", { highWater: 0 }],
    ["maxQueued", { highWater: 100, maxQueued: 99 }],
    ["maxQueued", { maxQueued: Number.NaN }],
    ["readAhead", { readAhead: 1.5 }],
    ["maxReceived", { maxReceived: -1 }],
    ["closeTimeout", { closeTimeout: "1s" }],
    ["signal", { signal: {} }],
    ["observe", { observe: 1 }],
    ["timeouts.idleRead", { timeouts: { idleRead: -1 } }],
    ["timeouts.messageDeadline", { timeouts: { messageDeadline: 2 ** 31 } }],
    ["timeouts.idel", { timeouts: { idel: 5 } }],
    ["heartbeat.interval", { heartbeat: { message: "x", interval: 0 } }],
    ["heartbeat.message", { heartbeat: { interval: 5 } }],
    ["heartbeat.misses", { heartbeat: { message: "x", interval: 5, misses: 0 } }],
  ];
  for (const [name, options] of bad) {
    it(`${name} ${JSON.stringify(options)} is refused by name`, () => {
      const make = () => new Connection(new TestPort(), { ...both, ...options } as never);
      expect(make).toThrow(expect.objectContaining({ code: "option", option: name }));
    });
  }
});
