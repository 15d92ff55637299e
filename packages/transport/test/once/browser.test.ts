// The web streams where there is no Node: as a browser's bundle, among the globals of a browser.
import { createContext, Script } from "node:vm";
import { expect, it } from "vitest";
import { bundle } from "../support/bundle.ts";

const page = `
  import { bytes, compile, sized, string, struct, u8, u16 } from "@wireform/codec";
  import { decodeStream, encodeStream } from "@wireform/transport/streams";
  globalThis.roundTrip = async () => {
    const message = compile(sized(u16, struct({ id: u8, text: string(u8), body: bytes(u8) })));
    const sent = Array.from({ length: 500 }, (_, id) => ({
      id: id % 256, text: "é".repeat(id % 50), body: new Uint8Array(id % 90),
    }));
    const source = new ReadableStream({
      start(controller) { for (const each of sent) controller.enqueue(each); controller.close(); },
    });
    const single = new TransformStream({
      transform(chunk, controller) { for (const byte of chunk) controller.enqueue(Uint8Array.of(byte)); },
    });
    const got = [];
    const reader = source.pipeThrough(encodeStream(message)).pipeThrough(single).pipeThrough(decodeStream(message)).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      got.push(value);
    }
    return JSON.stringify(got) === JSON.stringify(sent) ? got.length : JSON.stringify(got);
  };`;

/** What a page or a worker has; it lacks process, Buffer, require and setImmediate. */
const { ReadableStream, WritableStream, TransformStream, TextEncoder, TextDecoder, queueMicrotask, setTimeout } =
  globalThis;
const globals = {
  ReadableStream,
  WritableStream,
  TransformStream,
  TextEncoder,
  TextDecoder,
  queueMicrotask,
  setTimeout,
};

it("a browser's bundle of decodeStream and encodeStream imports nothing of Node", async () => {
  const { parts } = await bundle(page, "browser", "iife");
  expect(parts.some((part) => part.endsWith("transport/src/streams.ts"))).toBe(true);
  expect(parts.filter((part) => /^node:|src\/tcp|^(net|tls|stream|events|buffer)$/.test(part))).toEqual([]);
});

it("the rest of the transport cannot be bundled for a browser, so that nobody finds out later", async () => {
  const all = `import { connect } from "@wireform/transport"; connect;`;
  await expect(bundle(all, "browser", "iife")).rejects.toThrow(/node:(net|tls|stream)/);
});

it("500 messages there and back byte by byte, with a browser's globals alone", async () => {
  const { text } = await bundle(page, "browser", "iife");
  const context = createContext({ ...globals });
  new Script(text).runInContext(context);
  const answer: unknown = await (context as { roundTrip: () => Promise<unknown> }).roundTrip();
  expect(answer).toBe(500);
});
