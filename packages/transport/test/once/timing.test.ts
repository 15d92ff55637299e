// When a connection gives up, to the millisecond, on a clock of the test's own.
import { describe, expect, it } from "vitest";
import { embed } from "../../src/testing.ts";
import { bytes, frames, wire } from "../support/frames.ts";

const off = { handshake: 0, idleRead: 0, idleWrite: 0, messageDeadline: 0, writeStall: 0 };
const both = { receive: frames(), send: frames() };
const timed = (timeouts: Partial<typeof off>) => {
  const embedded = embed({ ...both, timeouts: { ...off, ...timeouts } });
  let over: string | undefined;
  void embedded.connection.closed.then(({ reason, error }) => (over = `${reason}: ${error?.message}`));
  return { ...embedded, over: () => over };
};

describe("handshake", () => {
  it("no complete message in time, however much dripped", async () => {
    const { feed, advance, over, connection } = timed({ handshake: 1000 });
    connection.onMessage(() => {});
    await advance(999);
    feed(bytes("\0"));
    expect(over()).toBeUndefined();
    await advance(1);
    expect(over()).toMatch(/^timeout: .*handshake/);
  });

  it("one message is enough for ever", async () => {
    const { feed, advance, over, connection } = timed({ handshake: 1000 });
    connection.onMessage(() => {});
    feed(wire("hi"));
    await advance(10_000);
    expect(over()).toBeUndefined();
  });

  it("bytes read by hand count", async () => {
    const { feed, advance, over, connection } = timed({ handshake: 1000 });
    feed(bytes("x"));
    await connection.readExactly(1);
    await advance(10_000);
    expect(over()).toBeUndefined();
  });
});

describe("idleRead", () => {
  it("fires after the last byte, not after the first", async () => {
    const { feed, advance, over, connection } = timed({ idleRead: 1000 });
    connection.onMessage(() => {});
    await advance(600);
    feed(bytes("\0"));
    await advance(999);
    expect(over()).toBeUndefined();
    await advance(1);
    expect(over()).toMatch(/idleRead/);
  });

  it("is not the peer's fault while our consumer has not asked", async () => {
    const { feed, advance, over, connection } = timed({ idleRead: 1000 });
    feed(wire("a", "b"));
    const loop = connection[Symbol.asyncIterator]();
    await loop.next();
    await advance(5000);
    expect(over()).toBeUndefined();
    await loop.next();
    void loop.next().catch(() => {});
    await advance(5000);
    expect(over()).toMatch(/idleRead/);
  });

  it("does not run after the peer's goodbye", async () => {
    const { end, advance, over, connection } = timed({ idleRead: 1000 });
    end();
    for await (const _ of connection) void _;
    await advance(5000);
    expect(over()).toBeUndefined();
  });

  it("bytes that arrived while our event loop was busy are read before anybody is judged", async () => {
    const { feed, advance, over, connection, clock } = timed({ idleRead: 1000 });
    connection.onMessage(() => {});
    clock.onPoll = () => feed(wire("was here all along"));
    await advance(1500);
    expect(over()).toBeUndefined();
    clock.onPoll = undefined;
    await advance(1000);
    expect(over()).toMatch(/idleRead/);
  });
});

describe("messageDeadline", () => {
  it("one byte a second does not keep a message open", async () => {
    const { feed, advance, over, connection } = timed({ messageDeadline: 5000 });
    connection.onMessage(() => {});
    feed(bytes("\0"));
    for (let second = 1; second < 5; second++) {
      await advance(1000);
      feed(bytes(second === 1 ? "\x20" : "x"));
      expect(over()).toBeUndefined();
    }
    await advance(1000);
    expect(over()).toMatch(/5 bytes of it arrived \(messageDeadline\)/);
  });

  it("its error has no stack, and the errors of others keep theirs", async () => {
    const { connection, feed, advance } = timed({ messageDeadline: 1000 });
    connection.onMessage(() => {});
    feed(bytes("\0"));
    await advance(1000);
    const { error } = await connection.closed;
    expect(error?.stack).toBe(`ConnectionError: ${error?.message}`);
    expect(new Error("of others").stack).toContain(import.meta.url.split("/").at(-1));
  });

  it("counts for a loop as it does for a handler", async () => {
    const { feed, advance, over, connection, settle } = timed({ messageDeadline: 1000 });
    const loop = connection[Symbol.asyncIterator]();
    const first = loop.next();
    feed(wire("a"), bytes("\0"));
    await first;
    loop.next().catch(() => {});
    await settle();
    await advance(999);
    feed(bytes("\x05"));
    expect(over()).toBeUndefined();
    await advance(1);
    expect(over()).toMatch(/messageDeadline/);
  });

  it("counts for bytes read by hand, and not while they wait to be asked for", async () => {
    const { feed, advance, over, connection } = timed({ messageDeadline: 1000 });
    const first = connection.readExactly(2);
    feed(bytes("abcd"));
    await first;
    await advance(5000);
    expect(over()).toBeUndefined();
    const second = connection.readExactly(6);
    const refused = expect(second).rejects.toMatchObject({ code: "timeout" });
    for (let i = 0; i < 3; i++) {
      await advance(300);
      feed(bytes("x"));
    }
    expect(over()).toBeUndefined();
    await advance(100);
    expect(over()).toMatch(/5 bytes of it arrived \(messageDeadline\)/);
    await refused;
  });

  it("runs anew for each message, and not at all between messages", async () => {
    const { feed, advance, over, connection } = timed({ messageDeadline: 1000 });
    connection.onMessage(() => {});
    const message = wire("ab");
    for (let i = 0; i < 5; i++) {
      feed(message.subarray(0, 3));
      await advance(900);
      feed(message.subarray(3), message.subarray(0, 1));
      await advance(900);
      feed(message.subarray(1));
      await advance(10_000);
    }
    expect(over()).toBeUndefined();
  });

  it("is on by default, at 60 seconds", async () => {
    const { connection, feed, advance } = embed(both);
    connection.onMessage(() => {});
    feed(bytes("\0"));
    await advance(60_000);
    expect(await connection.closed).toMatchObject({ reason: "timeout" });
  });
});

describe("writeStall and idleWrite", () => {
  it("a peer that takes nothing is given up, by RST", async () => {
    const { connection, port, advance, over } = timed({ writeStall: 1000 });
    port.stall();
    void connection.send("hello");
    await advance(1000);
    expect(over()).toMatch(/writeStall/);
    expect(port.ending).toBe("reset");
  });

  it("a slow one that takes a byte now and then, inside one write, is not", async () => {
    const { connection, port, advance, over } = timed({ writeStall: 1000, idleWrite: 1500 });
    port.stall();
    void connection.send("hello world");
    await connection.flush({ signal: AbortSignal.abort() }).catch(() => {});
    for (let i = 0; i < 12; i++) {
      await advance(900);
      port.accept(1);
      expect(over()).toBeUndefined();
    }
    await advance(999);
    expect(over()).toBeUndefined();
    await advance(1001);
    expect(over()).toMatch(/writeStall/);
  });

  it("sending more does not hide that nothing leaves", async () => {
    const { connection, port, advance, over } = timed({ writeStall: 1000 });
    port.stall();
    for (let i = 0; i < 9; i++) {
      void connection.send("x".repeat(65_000));
      await advance(111);
      expect(over()).toBeUndefined();
    }
    await advance(1);
    expect(over()).toMatch(/writeStall/);
  });

  it("a queue that empties stops the clock", async () => {
    const { connection, port, advance, over } = timed({ writeStall: 1000 });
    port.stall();
    void connection.send("hello");
    await advance(900);
    port.accept();
    await advance(10_000);
    expect(over()).toBeUndefined();
  });

  it("nothing sent for idleWrite", async () => {
    const { connection, advance, over } = timed({ idleWrite: 1000 });
    await advance(900);
    void connection.send("hello");
    await advance(999);
    expect(over()).toBeUndefined();
    await advance(1);
    expect(over()).toMatch(/idleWrite/);
  });
});

describe("heartbeat", () => {
  const beating = () => embed({ ...both, timeouts: off, heartbeat: { message: "ping", interval: 1000, misses: 2 } });

  it("beats on a quiet line and is content with any byte in return", async () => {
    const { connection, feed, advance, written } = beating();
    connection.onMessage(() => {});
    for (let i = 0; i < 10; i++) {
      await advance(1000);
      expect(written()).toEqual(wire("ping"));
      feed(bytes("\0"), bytes("\0"));
    }
  });

  it("a peer that answers nothing is dead after interval * (misses + 1)", async () => {
    const { connection, advance, written, port } = beating();
    await advance(2999);
    expect(written()).toEqual(wire("ping", "ping"));
    await advance(1);
    expect(await connection.closed).toMatchObject({
      reason: "timeout",
      error: { message: expect.stringContaining("heartbeat") },
    });
    expect(port.ending).toBe("reset");
  });

  it("it is found in the middle of a write too", async () => {
    const { connection, advance, port } = beating();
    port.stall();
    void connection.send("x".repeat(60_000));
    await advance(3000);
    expect(await connection.closed).toMatchObject({ reason: "timeout" });
  });

  it("an answer that waited in the kernel while we were busy counts", async () => {
    const { connection, clock, feed, advance } = beating();
    connection.onMessage(() => {});
    clock.onPoll = () => feed(wire("pong"));
    await advance(10_000);
    expect(connection.writable).toBe(true);
  });

  it("a peer whose bytes wait for our own consumer is alive", async () => {
    const { connection, feed, advance } = beating();
    feed(wire("a", "b"));
    await connection[Symbol.asyncIterator]().next();
    await advance(10_000);
    expect(connection.writable).toBe(true);
  });

  it("a message that cannot be encoded ends the connection instead of throwing from a timer", async () => {
    const { connection, advance } = embed({ ...both, heartbeat: { message: 5 as never, interval: 1000 } });
    await advance(1000);
    expect(await connection.closed).toMatchObject({ reason: "aborted" });
  });
});

describe("leaving nothing behind", () => {
  it("no timer survives a connection, however it ends", async () => {
    for (const end of ["close", "abort", "fin", "rst", "bad"] as const) {
      const stop = new AbortController();
      const {
        connection,
        clock,
        feed,
        end: fin,
        reset,
        advance,
      } = embed({
        ...both,
        signal: stop.signal,
        timeouts: { handshake: 1e6, idleRead: 1e6, idleWrite: 1e6, messageDeadline: 1e6, writeStall: 1e6 },
        heartbeat: { message: "x", interval: 1e5 },
      });
      connection.onMessage(() => {});
      if (end !== "bad") feed(bytes("\0"));
      if (end === "close") void connection.close();
      if (end === "abort") stop.abort();
      if (end === "fin") fin();
      if (end === "rst") reset();
      if (end === "bad") feed(bytes("\0\x04bad!"));
      await advance(20_000);
      await connection.closed;
      expect(clock.pending, end).toBe(0);
    }
  });
});
