// Web Streams: chunks of any cut in, whole messages out, nobody ahead of the reader.
import { describe, expect, it } from "vitest";
import { decodeStream, encodeStream } from "../../src/streams.ts";
import { bytes, frames, wire } from "../support/frames.ts";

const chunks = (...list: Uint8Array[]) => ReadableStream.from(list);
async function collect<T>(from: AsyncIterable<T>, into: T[] = []): Promise<T[]> {
  for await (const value of from) into.push(value);
  return into;
}

describe("decodeStream", () => {
  it("a stream cut at every place gives the same messages", async () => {
    const all = wire("a", "", "hello");
    for (let cut = 0; cut <= all.length; cut++) {
      const source = chunks(all.slice(0, cut), all.slice(cut));
      expect(await collect(source.pipeThrough(decodeStream(frames())))).toEqual(["a", "", "hello"]);
    }
    const single = chunks(...Array.from(all, (byte) => Uint8Array.of(byte)));
    expect(await collect(single.pipeThrough(decodeStream(frames())))).toEqual(["a", "", "hello"]);
  });

  it("messages before a bad one are read before the error", async () => {
    const got: string[] = [];
    const source = chunks(wire("a", "b"), bytes("\0\x01c\0\x04bad!"));
    await expect(collect(source.pipeThrough(decodeStream(frames())), got)).rejects.toMatchObject({ code: "rejected" });
    expect(got).toEqual(["a", "b", "c"]);
  });

  it("an end inside a message is truncated", async () => {
    const got: string[] = [];
    const source = chunks(wire("a"), bytes("\0\x05he"));
    await expect(collect(source.pipeThrough(decodeStream(frames())), got)).rejects.toMatchObject({ code: "truncated" });
    expect(got).toEqual(["a"]);
  });

  it("nothing is taken before the reader asks, and no chunk ahead of it", async () => {
    let given = 0;
    const source = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          given++;
          controller.enqueue(wire("a", "b"));
        },
      },
      { highWaterMark: 0 },
    );
    const reader = source.pipeThrough(decodeStream(frames())).getReader();
    for (let i = 0; i < 10; i++) expect((await reader.read()).value).toBe("ab"[i % 2]);
    expect(given).toBeLessThanOrEqual(7);
    await reader.cancel();
  });

  it("a reader that leaves cancels the source", async () => {
    let cancelled = false;
    const source = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(wire("a")),
      cancel: () => {
        cancelled = true;
      },
    });
    for await (const message of source.pipeThrough(decodeStream(frames()))) {
      expect(message).toBe("a");
      break;
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(cancelled).toBe(true);
  });

  it("an error of the source reaches the reader", async () => {
    const source = new ReadableStream<Uint8Array>({ start: (controller) => controller.error(new Error("cable")) });
    await expect(collect(source.pipeThrough(decodeStream(frames())))).rejects.toThrow("cable");
  });
});

describe("encodeStream", () => {
  it("messages come out as bytes, those that waited in one chunk", async () => {
    const { readable, writable } = encodeStream(frames());
    const writer = writable.getWriter();
    const written = [writer.write("a"), writer.write("b"), writer.write("c"), writer.close()];
    await new Promise((resolve) => setImmediate(resolve));
    expect(await collect(readable)).toEqual([wire("a", "b", "c")]);
    await Promise.all(written);
  });

  it("writing waits for the reader from 64 KiB on", async () => {
    const { readable, writable } = encodeStream(frames());
    const writer = writable.getWriter();
    let done = 0;
    const count = () => done++;
    for (let i = 0; i < 10; i++) void writer.write("x".repeat(30_000)).then(count, () => {});
    writer.closed.catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toBe(2);
    const reader = readable.getReader();
    expect((await reader.read()).value?.length).toBe(3 * 30_002);
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toBe(5);
    await reader.cancel();
  });

  it("a value that cannot be encoded errors both sides", async () => {
    const { readable, writable } = encodeStream(frames());
    const reading = collect(readable);
    await expect(writable.getWriter().write(5 as never)).rejects.toMatchObject({ name: "EncodeError" });
    await expect(reading).rejects.toMatchObject({ name: "EncodeError" });
  });

  it("there and back", async () => {
    const messages = Array.from({ length: 2000 }, (_, i) => "m".repeat(i % 97));
    const back = ReadableStream.from(messages).pipeThrough(encodeStream(frames())).pipeThrough(decodeStream(frames()));
    expect(await collect(back)).toEqual(messages);
  });
});
