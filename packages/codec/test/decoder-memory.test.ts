// What a decoder keeps and what it lets go: chunks are the caller's again, messages own their bytes, and room grows with
// what has arrived, not with what is announced.

import { bytes, Decoder, type DecoderOptions, field, struct, u8, u32 } from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { compileHere } from "./support/mode.ts";

const Frame = struct({ size: u32, body: bytes(field("size")) });
const MiB = 2 ** 20;

/** Bytes of all buffers that the process holds outside of the heap. */
const outside = (): number => process.memoryUsage().arrayBuffers;

/** A header that announces so many bytes. */
const header = (size: number): Uint8Array => {
  const head = new Uint8Array(4);
  new DataView(head.buffer).setUint32(0, size);
  return head;
};

describe("chunks", () => {
  it.each([
    ["in one piece", [9]],
    ["in two", [5, 9]],
    ["byte by byte", [1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ])("may be written over once their messages are out: a message %s keeps its bytes", (_, ends) => {
    const stream = Uint8Array.of(0, 0, 0, 5, 1, 2, 3, 4, 5);
    const memory = new Uint8Array(9);
    const decoder = new Decoder(compileHere(Frame));
    const out: unknown[] = [];
    let from = 0;
    for (const to of ends) {
      memory.set(stream.subarray(from, to));
      for (const message of decoder.push(memory.subarray(0, to - from))) out.push(message);
      memory.fill(0xee);
      from = to;
    }
    expect(out).toEqual([{ size: 5, body: Uint8Array.of(1, 2, 3, 4, 5) }]);
  });

  it("may be written over when another is pushed, of which not all messages were asked for", () => {
    const decoder = new Decoder(compileHere(Frame));
    const memory = Uint8Array.of(0, 0, 0, 1, 7, 0, 0, 0, 1, 8, 0, 0);
    const [first] = decoder.push(memory);
    const rest = decoder.push(Uint8Array.of(0, 1, 9));
    memory.fill(0xee);
    expect([first, ...rest].map((message) => (message as { body: Uint8Array }).body[0])).toEqual([7, 8, 9]);
  });

  it("are not held by a message: a byte of one keeps no more than itself", () => {
    const decoder = new Decoder(compileHere(bytes(u8)));
    const chunk = new Uint8Array(65536).fill(1);
    const kept = [...decoder.push(chunk)].map((message) => message as Uint8Array);
    expect(kept.length).toBe(32768);
    for (const message of kept.slice(0, 100)) {
      expect(message.buffer).not.toBe(chunk.buffer);
      expect(message.buffer.byteLength).toBe(1);
    }
  });

  it("are where the bytes of messages lie where views were asked for, and of those that straddle in a buffer never used again", () => {
    const codec = compileHere(Frame, { views: true });
    const decoder = new Decoder(codec);
    const chunk = Uint8Array.of(0, 0, 0, 2, 5, 6, 0, 0, 0, 2, 7);
    const [inside] = decoder.push(chunk);
    expect((inside as { body: Uint8Array }).body.buffer).toBe(chunk.buffer);
    const straddling = Array.from({ length: 3 }, (_, i) => {
      const [message] = decoder.push(Uint8Array.of(8 + i, 0, 0, 0, 2, 7));
      return (message as { body: Uint8Array }).body;
    });
    expect(straddling).toEqual([Uint8Array.of(7, 8), Uint8Array.of(7, 9), Uint8Array.of(7, 10)]);
    expect(new Set(straddling.map((body) => body.buffer)).size).toBe(3);
  });
});

describe("room for a message that straddles chunks", () => {
  const options: DecoderOptions = { maxMessageSize: 64 * MiB };

  it("does not follow from a header that announces 64 MiB", () => {
    const codec = compileHere(Frame);
    const before = outside();
    const decoders = Array.from({ length: 1000 }, () => {
      const decoder = new Decoder(codec, options);
      for (const _ of decoder.push(header(60 * MiB)));
      return decoder;
    });
    expect(outside() - before).toBeLessThan(MiB);
    expect(decoders.every((decoder) => decoder.needed === 60 * MiB && decoder.buffered === 4)).toBe(true);
  });

  it("is at most four times what has arrived", () => {
    const codec = compileHere(Frame);
    const decoder = new Decoder(codec, options);
    const chunk = new Uint8Array(65536);
    const held = () => (decoder as unknown as { held: { bytes: Uint8Array } }).held.bytes.length;
    for (const _ of decoder.push(header(8 * MiB)));
    for (let received = 4; received < 8 * MiB - chunk.length; received += chunk.length) {
      for (const _ of decoder.push(chunk));
      expect(held()).toBeLessThanOrEqual(4 * (received + chunk.length));
    }
  });

  it("is that of the message itself in the end, so that a large one is copied out no more", () => {
    const decoder = new Decoder(compileHere(Frame), options);
    const chunk = new Uint8Array(65536).fill(7);
    const out: { body: Uint8Array }[] = [];
    for (const message of decoder.push(header(4 * MiB))) out.push(message);
    for (let i = 0; i < 64; i++) for (const message of decoder.push(chunk)) out.push(message);
    const [message] = out;
    expect(message?.body.length).toBe(4 * MiB);
    expect(message?.body.buffer.byteLength).toBe(4 * MiB + 4);
    expect((decoder as unknown as { held: { bytes: Uint8Array } }).held.bytes.length).toBeLessThan(65536);
  });

  it("is one buffer, however many chunks there were", () => {
    const decoder = new Decoder(compileHere(Frame), options);
    for (const _ of decoder.push(header(MiB)));
    const before = outside();
    for (let i = 0; i < MiB - 1; i++) for (const _ of decoder.push(Uint8Array.of(1)));
    expect(decoder.buffered).toBe(MiB + 3);
    // Also what the collector has not taken back yet: the smaller buffers before this one.
    expect(outside() - before).toBeLessThan(8 * MiB);
  });
});
