// What a decoder does about bad messages and about those that are too long, chunk by chunk.

import {
  type AnySchema,
  array,
  checksum,
  crc8,
  DecodeError,
  Decoder,
  type DecoderOptions,
  field,
  lengthOf,
  magic,
  sized,
  string,
  struct,
  u8,
  until,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { compileHere } from "./support/mode.ts";

interface Told {
  /** Messages, and what was skipped between them as [code, offset, bytes]. */
  events: unknown[];
  error?: { code: string; offset: number };
  skipped: number;
}

/** Everything that a decoder says; alike for the whole stream, each byte by itself and every cut in two. */
function told(schema: AnySchema, options: DecoderOptions, stream: readonly number[]): Told {
  const codec = compileHere(schema);
  const bytes = Uint8Array.from(stream);
  const tell = (places: readonly number[]): Told => {
    const events: unknown[] = [];
    const onSkip = ({ code, offset }: DecodeError, skipped: number): void => void events.push([code, offset, skipped]);
    const decoder = new Decoder<unknown>(codec, { ...options, onSkip });
    let error: DecodeError | undefined;
    try {
      let from = 0;
      for (const to of [...places, bytes.length]) {
        for (const message of decoder.push(bytes.slice(from, to))) events.push(message);
        from = to;
      }
      for (const message of decoder.end()) events.push(message);
    } catch (thrown) {
      if (!(thrown instanceof DecodeError)) throw thrown;
      error = thrown;
    }
    return { events, skipped: decoder.skipped, ...(error && { error: { code: error.code, offset: error.offset } }) };
  };
  const whole = tell([]);
  expect(tell(Array.from(bytes, (_, i) => i))).toEqual(whole);
  for (let place = 0; place <= bytes.length; place++) expect(tell([place])).toEqual(whole);
  return whole;
}

const ten = new Array<number>(10).fill(0x2e);

describe("a message longer than the limit", () => {
  const limit = { maxMessageSize: 8 };
  const frame = sized(u8, string(until("\0", { orEnd: true })));
  const trailer = struct({ size: u8, text: string(field("size")), sum: u8 });
  const summed = struct({
    size: lengthOf(u8, { from: "text", to: "text" }),
    text: string(until("\0", { orEnd: true })),
    sum: u8,
  });

  it("is refused at its header, behind the messages before it", () => {
    expect(told(frame, limit, [1, 0x61, 10])).toEqual({
      events: ["a"],
      error: { code: "limit", offset: 3 },
      skipped: 0,
    });
  });
  it("is skipped and reported, and the next one comes out", () => {
    const events = ["a", ["limit", 3, 11], "b"];
    expect(told(frame, { ...limit, overlong: "skip" }, [1, 0x61, 10, ...ten, 1, 0x62])).toEqual({
      events,
      skipped: 11,
    });
  });
  it.each([
    ["of a length in a field", trailer],
    ["of a length around fields", summed],
  ])("is skipped with the fields behind what %s says", (_, schema) => {
    const stream = [10, ...ten, 0xff, 1, 0x62, 0xff];
    const { events, skipped } = told(schema, { ...limit, overlong: "skip" }, stream);
    expect(events).toEqual([["limit", expect.any(Number), 12], { size: 1, text: "b", sum: 0xff }]);
    expect(skipped).toBe(12);
  });
  it.each([
    ["it ends by a delimiter", string(until("\n")), [...ten, 10, 0x62, 10]],
    [
      "text up to a delimiter follows",
      struct({ size: u8, a: string(field("size")), b: string(until("\n")) }),
      [10, ...ten, 10],
    ],
    ["elements may follow", array(string(u8), 2), [10, ...ten, 1, 0x62]],
  ])("is refused where nobody knows how long it is, because %s", (_, schema, stream) => {
    const { error, skipped } = told(schema, { ...limit, overlong: "skip" }, stream);
    expect(error).toMatchObject({ code: "limit" });
    expect(skipped).toBe(0);
  });
  it("that ends by a delimiter is skipped up to behind it, where recovery says so", () => {
    const stream = [0x61, 10, ...ten, 10, 0x62, 10];
    const resync = { after: "\n", max: 20 };
    expect(told(string(until("\n")), { ...limit, resync }, stream)).toEqual({
      events: ["a", ["limit", 2, 11], "b"],
      skipped: 11,
    });
  });
});

describe("a bad message", () => {
  const Frame = struct({
    start: magic("\xaa\x55"),
    body: string(u8),
    crc: checksum(u8, crc8, { from: "body", to: "body" }),
  });
  const good = (body: string): number[] => [...compileHere(Frame).encode({ body })];
  const bad = [...good("lost").slice(0, -1), 0];
  const noise = [1, 0xaa, 2];

  it("stops the decoder, unless told otherwise", () => {
    expect(told(Frame, {}, [...good("a"), ...bad, ...good("b")])).toMatchObject({
      events: [{ body: "a" }],
      error: { code: "checksum", offset: 5 + 7 },
      skipped: 0,
    });
  });
  it("is skipped up to the next magic, which may itself be cut", () => {
    expect(told(Frame, { resync: { at: "\xaa\x55" } }, [...good("a"), ...bad, ...noise, ...good("b")])).toMatchObject({
      events: [{ body: "a" }, ["checksum", 12, 11], { body: "b" }],
      skipped: 11,
    });
  });
  it("is skipped up to behind the next delimiter", () => {
    const Line = struct({ verb: string(until(" "), "ascii"), rest: string(until("\r\n"), "ascii") });
    const stream = Array.from("GET a\r\nG\xffT b\r\nPUT c\r\n", (c) => c.charCodeAt(0));
    expect(told(Line, { resync: { after: "\r\n" } }, stream)).toEqual({
      events: [{ verb: "GET", rest: "a" }, ["encoding", 7, 7], { verb: "PUT", rest: "c" }],
      skipped: 7,
    });
  });
  it("is skipped up to where a predicate says that a message may start, which sees as many bytes as it asks for", () => {
    const seen = new Set<boolean>();
    const plausible = (all: Uint8Array, at: number): boolean => {
      seen.add(at + 3 <= all.length);
      return all[at] === 0xaa && all[at + 1] === 0x55 && all[at + 2] === 1;
    };
    const stream = [...bad, ...noise, ...good("b"), ...good("c")];
    expect(told(Frame, { resync: { plausible, size: 3 } }, stream)).toMatchObject({
      events: [["checksum", 7, 11], { body: "b" }, { body: "c" }],
    });
    expect([...seen]).toEqual([true]);
  });
  it.each([
    [11, undefined],
    [10, { code: "checksum", offset: 7 }],
  ])("is searched behind for at most %i bytes", (max, error) => {
    const {
      error: got,
      events,
      skipped,
    } = told(Frame, { resync: { at: "\xaa\x55", max } }, [...bad, ...noise, ...good("b")]);
    expect(got).toEqual(error);
    expect([events.length, skipped]).toEqual(error ? [0, 0] : [2, 11]);
  });
  it("is searched behind for no more than the largest message, unless told otherwise", () => {
    const stream = [...bad, ...new Array<number>(40).fill(1)];
    const resync = { at: "\xaa\x55" };
    expect(told(Frame, { resync, maxMessageSize: 20 }, stream).error).toEqual({ code: "checksum", offset: 7 });
    expect(told(Frame, { resync, maxMessageSize: 60 }, stream).error).toBe(undefined);
  });
  it("keeps no more of what it skips than may begin the next", () => {
    const decoder = new Decoder(compileHere(Frame), { resync: { at: "\xaa\x55" } });
    for (const _ of decoder.push(Uint8Array.from(bad)));
    for (let i = 0; i < 100; i++) {
      for (const _ of decoder.push(new Uint8Array(1000).fill(0xaa)));
      expect(decoder.buffered).toBe(1);
    }
    expect([...decoder.push(Uint8Array.from([0x55, ...good("b").slice(2)]))]).toMatchObject([{ body: "b" }]);
    expect(decoder.skipped).toBe(bad.length + 100_000 - 1);
  });
});

it("a policy that is none is refused", () => {
  expect(() => new Decoder(compileHere(u8), { overlong: "maybe" as never })).toThrow(
    expect.objectContaining({ name: "SchemaError", code: "argument" }),
  );
});
