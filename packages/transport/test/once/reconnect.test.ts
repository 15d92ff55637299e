// Coming back after a loss: later each time, and not together.
import { afterEach, describe, expect, it } from "vitest";
import { backoffDelay, type Connection, listen, reconnect, type Server, type TransportEvent } from "../../src/index.ts";
import { eventually } from "../support/eventually.ts";
import { frames } from "../support/frames.ts";

const both = { receive: frames(), send: frames(), closeTimeout: 200 };
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((thing) => thing.close()));
});
async function serve(handler: (peer: Connection<string>) => unknown, port = 0): Promise<Server<string>> {
  const server = await listen({ port, ...both }, handler);
  open.push(server);
  return server;
}

describe("backoffDelay", () => {
  it("doubles up to the most", () => {
    const delays = [0, 1, 2, 3, 4, 5, 6, 5000].map((retry) => backoffDelay(retry, { jitter: 0 }));
    expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it("is spread over all of it by default: no tenth of the time has much more than a tenth of the clients", () => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 10_000; i++) {
      const tenth = Math.min(9, Math.floor(backoffDelay(0) / 100));
      tenths[tenth] = (tenths[tenth] as number) + 1;
    }
    expect(Math.max(...tenths)).toBeLessThan(1200);
    expect(Math.min(...tenths)).toBeGreaterThan(800);
  });
});

describe("reconnect", () => {
  const quick = { initial: 5, max: 20, jitter: 0.5 };

  it("comes back to a server that was away, and stops when told", async () => {
    const greet = (peer: Connection<string>) => {
      void peer.send("welcome");
      return peer.closed;
    };
    const first = await serve(greet);
    const { port } = first;
    const heard: string[] = [];
    const retries: number[] = [];
    const link = reconnect(
      {
        port,
        ...both,
        backoff: quick,
        observe: (event: TransportEvent) => event.type === "retry" && retries.push(event.delay),
      },
      async (peer, attempt) => {
        for await (const message of peer) heard.push(`${message} ${attempt > 1 ? "back" : ""}`.trim());
      },
    );
    await eventually(() => heard.length === 1);
    await first.close();
    await eventually(() => retries.length >= 3);
    const second = await serve(greet, port);
    await eventually(() => heard.length === 2);
    expect(heard).toEqual(["welcome", "welcome back"]);
    expect(Math.max(...retries)).toBeLessThanOrEqual(20);
    expect(link.current?.writable).toBe(true);
    await link.stop();
    expect(link.current).toBeUndefined();
    await eventually(() => second.counters.open === 0);
    expect(second.counters.accepted).toBe(1);
  });

  it("gives up after attempts failures in a row", async () => {
    const server = await serve(() => {});
    const { port } = server;
    await server.close();
    let delays = 0;
    const observe = (event: TransportEvent) => event.type === "retry" && delays++;
    const link = reconnect({ port, ...both, observe, backoff: { ...quick, attempts: 3 } }, () => {});
    await expect(link.done).rejects.toMatchObject({ code: "connect" });
    expect(delays).toBe(2);
  });

  it("stop during a delay ends at once", async () => {
    const server = await serve(() => {});
    const { port } = server;
    await server.close();
    let retrying = false;
    const observe = () => {
      retrying = true;
    };
    const link = reconnect({ port, ...both, observe, backoff: { initial: 60_000, jitter: 0 } }, () => {});
    await eventually(() => retrying);
    // Long before the minute is over, or this test is.
    await link.stop();
  });

  it("a session's own error ends it and is not hidden", async () => {
    const server = await serve((peer) => peer.closed);
    const link = reconnect({ port: server.port, ...both }, async () => {
      throw new RangeError("mine");
    });
    await expect(link.done).rejects.toThrow("mine");
  });

  it("bad options are refused by name", () => {
    for (const [option, backoff] of [
      ["backoff.initial", { initial: -1 }],
      ["backoff.factor", { factor: 0.5 }],
      ["backoff.jitter", { jitter: 2 }],
      ["backoff.attempts", { attempts: 0 }],
      ["backoff.random", { random: 4 }],
      ["backoff.jiter", { jiter: 1 }],
    ] as [string, object][]) {
      const make = () => reconnect({ port: 1, ...both, backoff } as never, () => {});
      expect(make, option).toThrow(expect.objectContaining({ option }));
    }
    expect(() => reconnect({ port: 0, ...both }, () => {})).toThrow(expect.objectContaining({ option: "port" }));
  });
});
