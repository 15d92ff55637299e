// What a connection makes of the bytes that arrive, chunk by chunk (TRANSPORT.md 2.5 and 2.7).
import { bytes as bytesOf, compile, constant, map, rest, string, struct, u8, u16, u32 } from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { embed } from "../../src/testing.ts";
import { bytes, frames, text, wire } from "../support/frames.ts";

const both = { receive: frames(), send: frames() };

async function collect<T>(from: AsyncIterable<T>, into: T[] = []): Promise<T[]> {
  for await (const value of from) into.push(value);
  return into;
}

describe("messages one by one", () => {
  it("three frames in one chunk come out in order", async () => {
    const { connection, feed, end } = embed(both);
    feed(wire("a", "b", "c"));
    end();
    expect(await collect(connection)).toEqual(["a", "b", "c"]);
  });

  for (const lends of [false, true]) {
    it(`one frame over three chunks, its header split, ${lends ? "in one shared buffer" : "each chunk its own"}`, async () => {
      const { connection, feed, end, settle } = embed({ ...both, lends });
      const got: string[] = [];
      const loop = collect(connection, got);
      feed(bytes("\0"));
      await settle();
      feed(bytes("\x03a"));
      await settle();
      expect(got).toEqual([]);
      feed(bytes("bc\0\x01d"));
      await settle();
      expect(got).toEqual(["abc", "d"]);
      end();
      await loop;
    });
  }

  it("chunks behind the one in hand wait, and reading pauses at readAhead", async () => {
    const { connection, feed, port, settle } = embed({ ...both, readAhead: 8 });
    feed(wire("one"), wire("two"));
    expect(port.paused).toBe(true);
    const loop = connection[Symbol.asyncIterator]();
    expect((await loop.next()).value).toBe("one");
    expect(port.paused).toBe(true);
    expect((await loop.next()).value).toBe("two");
    const third = loop.next();
    await settle();
    expect(port.paused).toBe(false);
    feed(wire("three"));
    expect((await third).value).toBe("three");
  });

  it("a lent buffer is not read into while a message of it may be asked for", async () => {
    const { connection, feed, port } = embed({ ...both, lends: true });
    const loop = connection[Symbol.asyncIterator]();
    const first = loop.next();
    feed(wire("one", "two"));
    expect((await first).value).toBe("one");
    expect(port.paused).toBe(true);
    expect((await loop.next()).value).toBe("two");
    const third = loop.next();
    expect(port.paused).toBe(false);
    feed(wire("three"));
    expect((await third).value).toBe("three");
  });

  it("leaving the loop keeps the connection; a later loop goes on with the next message", async () => {
    const { connection, feed, end, port } = embed(both);
    feed(wire("a", "b", "c"));
    for await (const message of connection) {
      expect(message).toBe("a");
      break;
    }
    expect(port.ending).toBeUndefined();
    end();
    expect(await collect(connection)).toEqual(["b", "c"]);
  });

  it("a codec switched inside the loop counts from the very next message of the same chunk", async () => {
    const { connection, feed } = embed(both);
    feed(wire("upgrade"), bytes("\0\x02AB"));
    feed(wire("upgrade", "x"));
    const shout = compile(map(string(u16), { decode: (m) => `${m}!`, encode: (m) => m.slice(0, -1) }));
    const loop = connection[Symbol.asyncIterator]();
    expect((await loop.next()).value).toBe("upgrade");
    connection.use({ receive: shout });
    expect((await loop.next()).value).toBe("AB!");
    connection.use({ receive: frames() });
    expect((await loop.next()).value).toBe("upgrade");
    connection.use({ receive: shout });
    expect((await loop.next()).value).toBe("x!");
  });

  it("a signal stops the waiting and nothing else", async () => {
    const { connection, feed } = embed(both);
    const stop = new AbortController();
    const waiting = connection.messages({ signal: stop.signal }).next();
    stop.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    feed(wire("still here"));
    expect((await connection[Symbol.asyncIterator]().next()).value).toBe("still here");
  });

  it("two readers share the messages, first come first served", async () => {
    const { connection, feed } = embed(both);
    const a = connection[Symbol.asyncIterator]().next();
    const b = connection[Symbol.asyncIterator]().next();
    feed(wire("1"), wire("2"));
    expect([(await a).value, (await b).value]).toEqual(["1", "2"]);
  });
});

describe("batches", () => {
  it("gives all that one chunk completed, at most maxMessages of it", async () => {
    const { connection, feed, end } = embed(both);
    feed(wire("a", "b", "c"), wire("d"));
    end();
    expect(await collect(connection.batches({ maxMessages: 3 }))).toEqual([["a", "b", "c"], ["d"]]);
  });

  it("messages before a bad one come out first, then the error", async () => {
    const { connection, feed } = embed(both);
    feed(wire("good"), bytes("\0\x04bad!"));
    const loop = connection.batches();
    expect((await loop.next()).value).toEqual(["good"]);
    await expect(loop.next()).rejects.toMatchObject({ code: "protocol" });
    expect((await loop.next()).done).toBe(true);
  });

  for (const lends of [false, true])
    it(`so they do in a loop that already waits, ${lends ? "in one shared buffer" : "each chunk its own"}`, async () => {
      const { connection, feed } = embed({ ...both, lends });
      const got: string[][] = [];
      const loop = collect(connection.batches(), got);
      feed(wire("one", "two"), bytes("\0\x04bad!"));
      await expect(loop).rejects.toMatchObject({ code: "protocol" });
      expect(got.flat()).toEqual(["one", "two"]);
      expect(connection.counters.messagesReceived).toBe(2);
    });

  it("in one chunk with a bad one, whose likely protocol is no guess any more", async () => {
    const { connection, feed } = embed(both);
    const loop = connection.batches();
    const first = loop.next();
    feed(wire("GET / HTTP/1.1"), bytes("\0\x04bad!"));
    expect((await first).value).toEqual(["GET / HTTP/1.1"]);
    const failure = await loop.next().catch((error: Error) => error);
    expect(failure).toMatchObject({ code: "protocol" });
    expect((failure as Error).message).not.toMatch(/HTTP request/);
  });

  it("a message that the end of the stream completes comes out, in a loop that already waits too", async () => {
    const all = compile(bytesOf(rest));
    const { connection, feed, end, settle } = embed({ receive: all, send: all });
    const loop = collect(connection.batches());
    feed(bytes("abc"));
    await settle();
    feed(bytes("def"));
    end();
    expect(await loop).toEqual([[bytes("abcdef")]]);
    expect(connection.maybeTruncated).toBe(true);
  });

  it("views hold until the next batch is asked for, in one shared buffer", async () => {
    const views = compile(bytesOf(u16), { views: true });
    const { connection, feed, port, settle } = embed({ receive: views, send: views, lends: true });
    const loop = connection.batches();
    const first = loop.next();
    feed(bytes("\0\x02ab\0\x01c"));
    const { value } = await first;
    await settle();
    expect(port.paused).toBe(true);
    expect(value).toEqual([bytes("ab"), bytes("c")]);
    const second = loop.next();
    await settle();
    expect(port.paused).toBe(false);
    feed(bytes("\0\x01d"));
    expect((await second).value).toEqual([bytes("d")]);
  });
});

describe("large messages, read right into the memory they will have", () => {
  const blob = compile(bytesOf(u32), { limits: { maxMessageSize: 2 ** 20 } });
  const message = (size: number, fill: number) => new Uint8Array(size).fill(fill);
  const stream = [message(200_000, 1), message(300_000, 2), message(3, 3), message(150_000, 4)];
  const sent = Buffer.concat(stream.map((each) => blob.encode(each)));

  for (const size of [1000, 65_536, 262_144])
    it(`come out whole and in order, reading ${size} bytes at a time`, async () => {
      const { connection, feed, end, settle } = embed({ receive: blob, send: blob, lends: true });
      const got: Uint8Array[] = [];
      const loop = collect(connection, got);
      for (let at = 0; at < sent.length; at += size) {
        feed(sent.subarray(at, at + size));
        await settle();
      }
      end();
      await loop;
      expect(got.map((each, i) => Buffer.compare(each, stream[i] as Uint8Array))).toEqual([0, 0, 0, 0]);
    });
});

describe("onMessage", () => {
  it.each([[null], [0], [""], [{}], [{ then: 1 }]])("may return %j", (value) => {
    const { connection, feed } = embed(both);
    const got: string[] = [];
    connection.onMessage((message) => {
      got.push(message);
      return value;
    });
    feed(wire("a", "b"));
    expect(got).toEqual(["a", "b"]);
  });

  it("is called synchronously, and its answers leave by one write a chunk", () => {
    const { connection, feed, port, written } = embed(both);
    connection.onMessage((message) => void connection.send(message.toUpperCase()));
    feed(wire("a", "b"), wire("c"));
    expect(port.writes.length).toBe(2);
    expect(written()).toEqual(wire("A", "B", "C"));
  });

  it("paused inside a chunk: no more frames until resume, then at once", () => {
    const { connection, feed } = embed(both);
    const got: string[] = [];
    connection.onMessage((message) => {
      got.push(message);
      if (message === "stop") connection.pause();
    });
    feed(wire("a", "stop", "b"), wire("c"));
    expect(got).toEqual(["a", "stop"]);
    connection.resume();
    expect(got).toEqual(["a", "stop", "b", "c"]);
  });

  it("feeding from inside the handler queues, in order", () => {
    const { connection, feed } = embed(both);
    const got: string[] = [];
    connection.onMessage((message) => {
      got.push(message);
      if (message === "1") feed(wire("3"));
    });
    feed(wire("1", "2"));
    expect(got).toEqual(["1", "2", "3"]);
  });

  it("a handler that throws ends this connection, and nothing is uncaught", async () => {
    const { connection, feed, port, events } = embed(both);
    connection.onMessage(() => {
      throw new Error("mine");
    });
    feed(wire("a", "b"));
    expect(await connection.closed).toMatchObject({ reason: "aborted", error: { cause: { message: "mine" } } });
    expect(port.ending).toBe("reset");
    expect(events.map((event) => event.type)).toEqual(["open", "handler-error", "close"]);
  });

  it("a handler whose promise rejects does the same", async () => {
    const { connection, feed } = embed(both);
    connection.onMessage(async () => {
      throw new Error("later");
    });
    feed(wire("a"));
    expect(await connection.closed).toMatchObject({ reason: "aborted" });
  });

  it("aborting inside the handler stops the rest of the chunk; one close event", async () => {
    const { connection, feed, events } = embed(both);
    const got: string[] = [];
    connection.onMessage((message) => {
      got.push(message);
      connection.abort();
      connection.abort();
      void connection.close();
    });
    feed(wire("a", "b"));
    expect(got).toEqual(["a"]);
    expect((await connection.closed).reason).toBe("aborted");
    expect(events.filter((event) => event.type === "close").length).toBe(1);
  });

  it("the peer's goodbye is answered when all is handled", async () => {
    const { connection, feed, end, port } = embed(both);
    connection.onMessage((message) => void connection.send(message));
    feed(wire("a"));
    end();
    expect(port.ending).toBe("end");
    expect(await connection.closed).toEqual({ reason: "end", maybeTruncated: false });
  });

  it("and a loop at once is refused by name", () => {
    const { connection } = embed(both);
    connection.onMessage(() => {});
    expect(() => connection[Symbol.asyncIterator]()).toThrow("onMessage");
    expect(() => connection.onMessage(() => {})).toThrow("onMessage");
  });
});

describe("another codec", () => {
  it("that makes a whole message of what is there of one gives it to who waits, at once", async () => {
    const { connection, feed, settle } = embed({ receive: compile(bytesOf(u16)), send: compile(bytesOf(u16)) });
    const first = connection[Symbol.asyncIterator]().next();
    feed(bytes("\0\x09A"));
    await settle();
    connection.use({ receive: compile(bytesOf(u8)) });
    expect((await first).value).toEqual(bytes(""));
  });
});

describe("reading by hand", () => {
  const Pair = compile(struct({ mark: constant(u8, 0xaa), n: u8 }));
  it.each([
    ["a line first", "HELLO\n\xaa\x01\xbb\x02", 0, 8],
    ["bytes between messages", "\xaa\x01\xaa\x02HELLO\n\xbb\x02", 2, 10],
    ["a line and the rest later", "HELLO\n|\xbb\x02", 0, 6],
  ])("errors behind it have the offset in the stream: %s", async (_, stream, before, offset) => {
    const { connection, feed } = embed({ receive: Pair, send: Pair });
    const [first = "", later = ""] = stream.split("|");
    feed(bytes(first));
    const messages = connection[Symbol.asyncIterator]();
    for (let i = 0; i < before; i++) await messages.next();
    expect(text(await connection.readUntil(bytes("\n")))).toBe("HELLO\n");
    const rest = collect(connection);
    feed(bytes(later));
    await expect(rest).rejects.toMatchObject({ code: "protocol", cause: { offset, path: "mark" } });
  });

  it("exact bytes, a line, then messages, all out of one chunk", async () => {
    const { connection, feed } = embed(both);
    feed(bytes("MAGIC v1\r\n\0\x01m"));
    expect(text(await connection.readExactly(5))).toBe("MAGIC");
    expect(text(await connection.readUntil(bytes("\r\n")))).toBe(" v1\r\n");
    expect((await connection[Symbol.asyncIterator]().next()).value).toBe("m");
  });

  it("one byte at a time, the delimiter split", async () => {
    const { connection, feed } = embed({ ...both, lends: true });
    const line = connection.readUntil(bytes("\r\n"));
    const rest = connection.readExactly(2);
    for (const c of "he\rllo\r\nab") feed(bytes(c));
    expect(text(await line)).toBe("he\rllo\r\n");
    expect(text(await rest)).toBe("ab");
  });

  it("after messages of the same chunk, the leftover comes first", async () => {
    const { connection, feed } = embed(both);
    feed(wire("switch"), bytes("raw"));
    expect((await connection[Symbol.asyncIterator]().next()).value).toBe("switch");
    feed(bytes(" bytes"));
    expect(text(await connection.readExactly(9))).toBe("raw bytes");
  });

  it("an end before the last byte is truncated, with the count", async () => {
    const { connection, feed, end } = embed(both);
    const read = connection.readExactly(4);
    feed(bytes("abc"));
    end();
    await expect(read).rejects.toMatchObject({ code: "truncated", message: expect.stringContaining("3 bytes") });
  });

  it("no delimiter within maxBytes is a limit, and the bytes are still there", async () => {
    const { connection, feed } = embed(both);
    feed(bytes("abcdef\n"));
    await expect(connection.readUntil(bytes("\n"), { maxBytes: 6 })).rejects.toMatchObject({ code: "limit" });
    expect(text(await connection.readUntil(bytes("\n"), { maxBytes: 7 }))).toBe("abcdef\n");
  });

  it("a limit is known as soon as it is passed", async () => {
    const { connection, feed } = embed(both);
    const read = connection.readUntil(bytes("\r\n"), { maxBytes: 3 });
    feed(bytes("abc"));
    await expect(read).rejects.toMatchObject({ code: "limit" });
  });

  it("a signal gives up one read; the next gets the bytes", async () => {
    const { connection, feed } = embed(both);
    const stop = new AbortController();
    const read = connection.readExactly(2, { signal: stop.signal });
    feed(bytes("a"));
    stop.abort();
    await expect(read).rejects.toThrow();
    expect(text(await connection.readExactly(1))).toBe("a");
  });
});
