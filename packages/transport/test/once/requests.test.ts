// Replies find their requests, and nothing is left waiting.
import { describe, expect, it } from "vitest";
import { expectLinear } from "../../../codec/test/support/linear.ts";
import { requests } from "../../src/index.ts";
import { embed } from "../../src/testing.ts";
import { frames, wire } from "../support/frames.ts";

const both = { receive: frames(), send: frames() };
const idOf = (message: string) => Number(message.split(" ")[0]);
const byId = {
  request: idOf,
  reply: (message: string) => (message.startsWith("*") ? undefined : idOf(message)),
};
const setup = (options = {}) => {
  const embedded = embed(both);
  return { ...embedded, calls: requests(embedded.connection, { clock: embedded.clock, ...options }) };
};

describe("by id", () => {
  it("replies out of order reach their own requests", async () => {
    const { calls, feed } = setup({ id: byId });
    const replies = [calls.request("1 a"), calls.request("2 b"), calls.request("3 c")];
    feed(wire("3 C", "1 A"), wire("2 B"));
    expect(await Promise.all(replies)).toEqual(["1 A", "2 B", "3 C"]);
    expect(calls.inFlight).toBe(0);
  });

  it("requests of one turn leave by one write", async () => {
    const { calls, settle, port } = setup({ id: byId });
    void calls.request("1 a");
    void calls.request("2 b");
    await settle();
    expect(port.writes).toEqual([wire("1 a", "2 b")]);
  });

  it("an unknown id, a late reply and a notification go to other", async () => {
    const others: string[] = [];
    const { calls, feed, advance } = setup({ id: byId, timeout: 1000, other: (m: string) => others.push(m) });
    const late = calls.request("1 a");
    await advance(1000);
    await expect(late).rejects.toMatchObject({ code: "timeout" });
    feed(wire("1 late", "9 unknown", "* notice"));
    expect(others).toEqual(["1 late", "9 unknown", "* notice"]);
    expect(calls.unmatched).toBe(3);
  });

  it("the same id twice on its way is refused; the first is not disturbed", async () => {
    const { calls, feed } = setup({ id: byId });
    const first = calls.request("1 a");
    await expect(calls.request("1 b")).rejects.toMatchObject({ code: "busy" });
    feed(wire("1 A"));
    expect(await first).toBe("1 A");
    const again = calls.request("1 c");
    feed(wire("1 C"));
    expect(await again).toBe("1 C");
  });

  it("ids begin anew behind maxId, leaving out those on their way", () => {
    const { calls } = setup({ id: byId, maxId: 3 });
    expect(calls.nextId()).toBe(1);
    void calls.request("2 stays");
    expect([calls.nextId(), calls.nextId(), calls.nextId()]).toEqual([3, 1, 3]);
  });
});

describe("in order", () => {
  it("first asked, first answered", async () => {
    const { calls, feed } = setup();
    const replies = [calls.request("a"), calls.request("b")];
    feed(wire("A", "B", "nobody asked"));
    expect(await Promise.all(replies)).toEqual(["A", "B"]);
    expect(calls.unmatched).toBe(1);
  });

  it("a request given up keeps its place: its reply is dropped, the next gets its own", async () => {
    const { calls, feed } = setup();
    const stop = new AbortController();
    const first = calls.request("a", { signal: stop.signal });
    const second = calls.request("b");
    stop.abort(new Error("never mind"));
    await expect(first).rejects.toThrow("never mind");
    feed(wire("A", "B"));
    expect(await second).toBe("B");
  });

  it("isReply leaves pushed messages out", async () => {
    const { calls, feed } = setup({ isReply: (m: string) => !m.startsWith(">") });
    const reply = calls.request("a");
    feed(wire(">push", "A"));
    expect(await reply).toBe("A");
  });
});

describe("bounds", () => {
  it("maxInFlight: the others wait, are sent in order, and may be given up unsent", async () => {
    const { calls, feed, written, settle } = setup({ maxInFlight: 2 });
    const stop = new AbortController();
    const replies = ["a", "b", "c"].map((m) => calls.request(m));
    const never = calls.request("never", { signal: stop.signal });
    const last = calls.request("d");
    stop.abort();
    await expect(never).rejects.toThrow();
    await settle();
    expect(written()).toEqual(wire("a", "b"));
    feed(wire("A"));
    await settle();
    expect(written()).toEqual(wire("c"));
    feed(wire("B", "C"));
    await settle();
    expect(written()).toEqual(wire("d"));
    feed(wire("D"));
    expect(await Promise.all([...replies, last])).toEqual(["A", "B", "C", "D"]);
  });

  it.each([
    ["by id", { id: byId }],
    ["in order", {}],
  ])(
    "eight times as many that wait cost no more each, %s",
    async (_, options) => {
      /** Until all are answered, of which the first 1024 are asked at once and each other when one before it is answered. */
      const ask = (count: number) => async () => {
        const { calls, feed } = setup({ ...options, timeout: 0 });
        const replies = Array.from({ length: count }, (_, i) => calls.request(`${i}`));
        for (let i = 0; i < count; i += 1000)
          feed(wire(...Array.from({ length: Math.min(1000, count - i) }, (_, k) => `${i + k}`)));
        expect((await Promise.all(replies)).at(-1)).toBe(`${count - 1}`);
      };
      await expectLinear(ask(10_000), ask(80_000));
    },
    60_000,
  );

  it("the end of the connection rejects all, and what is asked later", async () => {
    for (const options of [{ id: byId }, { maxInFlight: 1 }]) {
      const { calls, reset, clock } = setup(options);
      const replies = [calls.request("1 a"), calls.request("2 b")];
      reset();
      for (const reply of replies) await expect(reply).rejects.toMatchObject({ code: "reset" });
      await expect(calls.request("3 c")).rejects.toMatchObject({ code: "reset" });
      expect(calls.inFlight).toBe(0);
      expect(clock.pending).toBe(0);
    }
  });

  it("a value that cannot be encoded rejects its own request only", async () => {
    const { calls, feed } = setup({ id: { ...byId, request: (m: string) => (typeof m === "string" ? idOf(m) : 7) } });
    const good = calls.request("1 a");
    await expect(calls.request(5 as never)).rejects.toMatchObject({ name: "EncodeError" });
    feed(wire("1 A"));
    expect(await good).toBe("1 A");
    expect(calls.inFlight).toBe(0);
  });

  it("in order too: what was never sent has no place in line", async () => {
    const { calls, feed } = setup();
    await expect(calls.request(5 as never)).rejects.toMatchObject({ name: "EncodeError" });
    const good = calls.request("a");
    feed(wire("A"));
    expect(await good).toBe("A");
  });

  it("bad options are refused by name", () => {
    for (const [option, options] of [
      ["timeout", { timeout: -1 }],
      ["maxInFlight", { maxInFlight: 0 }],
      ["maxId", { maxId: 0 }],
      ["other", { other: 1 }],
      ["id.reply", { id: { request: () => 1 } }],
      ["isReply", { id: byId, isReply: () => true }],
      ["requests.tiemout", { tiemout: 1 }],
    ] as [string, object][]) {
      expect(() => requests(embed(both).connection, options), option).toThrow(expect.objectContaining({ option }));
    }
  });
});
