// Bytes of a large message may be read right into the memory it will have; what comes out is what `push` would give.

import { bytes, Decoder, map, struct, u8, u32, u32le } from "@wireform/codec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failureOf } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";

const Frame = struct({ id: u8, body: bytes(u32) });
const body = (size: number, fill: number) => new Uint8Array(size).fill(fill);
const LARGE = 65536;

function streamOf(sizes: readonly number[]): Uint8Array {
  const codec = compileHere(Frame);
  return Buffer.concat(sizes.map((size, i) => codec.encode({ id: i, body: body(size, i + 1) })));
}

/** Reads the stream as a socket would: into the decoder's room where it has some, `size` bytes at a time. */
function read(decoder: Decoder<unknown>, stream: Uint8Array, size: number): { values: unknown[]; inRoom: number } {
  const values: unknown[] = [];
  let inRoom = 0;
  for (let at = 0; at < stream.length; ) {
    const room = decoder.room();
    const chunk = stream.subarray(at, at + Math.min(size, room?.length ?? size));
    if (room) {
      room.set(chunk);
      inRoom += chunk.length;
      for (const value of decoder.filled(room, chunk.length)) values.push(value);
    } else for (const value of decoder.push(chunk)) values.push(value);
    at += chunk.length;
  }
  for (const value of decoder.end()) values.push(value);
  return { values, inRoom };
}

describe("room for what comes next", () => {
  it("gives the same messages as push, however much is read at a time", () => {
    const size = fc.oneof(fc.nat(40), fc.integer({ min: LARGE, max: 4 * LARGE }));
    const sizes = fc.array(size, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1000, max: 3 * LARGE }), (drawn, most) => {
        const { values } = read(new Decoder(compileHere(Frame)), streamOf(drawn), most);
        expect(values.length).toBe(drawn.length);
        for (const [i, { id, body: got }] of (values as { id: number; body: Uint8Array }[]).entries()) {
          expect(id).toBe(i);
          expect(Buffer.compare(got, body(drawn[i] as number, i + 1))).toBe(0);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("is there for most of a message as large as one before it, and is the message's own", () => {
    const stream = streamOf([2 ** 20, 2 ** 20]);
    const { values, inRoom } = read(new Decoder(compileHere(Frame)), stream, LARGE);
    expect(inRoom).toBeGreaterThan(2 ** 20);
    const [, second] = values as { body: Uint8Array }[];
    expect(second?.body.buffer.byteLength).toBe(2 ** 20 + 5);
  });

  it("is none at the start, for small messages, and while messages wait in the chunk", () => {
    const codec = compileHere(Frame);
    const decoder = new Decoder(codec);
    expect(decoder.room()).toBeUndefined();
    expect([...decoder.push(Uint8Array.of(1, 0, 0, 0, 9, 1))]).toEqual([]);
    expect(decoder.room()).toBeUndefined();
    const waiting = new Decoder(codec);
    waiting.push(streamOf([2, 2 * LARGE]).subarray(0, LARGE));
    expect(waiting.room()).toBeUndefined();
  });

  it("does not follow what a header announces, but what has arrived", () => {
    const decoder = new Decoder(compileHere(Frame));
    for (const _ of decoder.push(Uint8Array.of(1, 0, 0x80, 0, 0, 5)));
    expect(decoder.room()).toBeUndefined();
    let arrived = 6;
    for (let i = 0; i < 20; i++) {
      for (const _ of decoder.push(new Uint8Array(20_000))) arrived = 0;
      arrived += 20_000;
      expect(decoder.room()?.length ?? 0).toBeLessThanOrEqual(3 * arrived);
    }
    expect(decoder.room()?.length).toBeGreaterThanOrEqual(LARGE);
  });

  /** A decoder in the middle of a second large message, with its room. */
  function inTheMiddle() {
    const decoder = new Decoder<unknown>(compileHere(Frame));
    const stream = streamOf([4 * LARGE, 4 * LARGE, 3]);
    const from = 5 + 4 * LARGE + 1000;
    let count = 0;
    // Only who has sent a large message in pieces gets room for another one at once.
    for (const part of [stream.subarray(0, LARGE), stream.subarray(LARGE, from)])
      for (const _ of decoder.push(part)) count++;
    expect(count).toBe(1);
    const room = decoder.room() as Uint8Array;
    expect(room.length).toBe(5 + 4 * LARGE - 1000);
    expect(decoder.needed).toBe(room.length);
    return { decoder, stream, from, room };
  }

  it("counts in buffered, needed and offset", () => {
    const { decoder, stream, from, room } = inTheMiddle();
    room.set(stream.subarray(from, from + 10));
    expect([...decoder.filled(room, 10)]).toEqual([]);
    expect(decoder.buffered).toBe(1010);
    expect(decoder.needed).toBe(room.length - 10);
    expect(decoder.offset).toBe(5 + 4 * LARGE);
    const more = decoder.room() as Uint8Array;
    more.set(stream.subarray(from + 10, from + 10 + more.length));
    expect([...decoder.filled(more, more.length)]).toEqual([{ id: 1, body: body(4 * LARGE, 2) }]);
    expect(decoder.offset).toBe(2 * (5 + 4 * LARGE));
  });

  it("is good once: what was put there later is taken as a chunk", () => {
    const { decoder, stream, from, room } = inTheMiddle();
    expect([...decoder.push(stream.subarray(from, from + 7))]).toEqual([]);
    room.set(stream.subarray(from + 7, from + 7 + 20));
    expect([...decoder.filled(room, 20)]).toEqual([]);
    expect([...decoder.push(stream.subarray(from + 27))].length).toBe(2);
  });

  it("costs nothing where there is none yet, however often it is asked for", () => {
    const decoder = new Decoder<unknown>(compileHere(Frame));
    const memory = () => (decoder as unknown as { held: { bytes: Uint8Array } }).held.bytes;
    for (const _ of decoder.push(Uint8Array.of(1, 0, 0x80, 0, 0)));
    const buffers = new Set<Uint8Array>();
    let offered = 0;
    for (let i = 0; i < 60_000; i++) {
      if (decoder.room()) offered++;
      for (const _ of decoder.push(Uint8Array.of(i)));
      buffers.add(memory());
    }
    expect(offered).toBe(0);
    expect(buffers.size).toBeLessThan(12);
  });

  it("is not that any more once a chunk was pushed, even one that nobody asked about", () => {
    const { decoder, stream, from, room } = inTheMiddle();
    const before = decoder.buffered;
    decoder.push(stream.subarray(from, from + 7));
    room.set(stream.subarray(from + 7, from + 27));
    for (const _ of decoder.filled(room, 20));
    expect(decoder.buffered).toBe(before + 27);
    expect([...decoder.push(stream.subarray(from + 27))].length).toBe(2);
  });

  it.each([-1, 1e9, Number.NaN])("is not filled with %d bytes", (n) => {
    const { decoder, room } = inTheMiddle();
    const before = decoder.buffered;
    expect(failureOf(() => decoder.filled(room, n))).toMatchObject({ name: "SchemaError", code: "argument" });
    expect(decoder.buffered).toBe(before);
  });

  it("is given up by take and by use", () => {
    const taken = inTheMiddle();
    expect(taken.decoder.take()).toEqual(new Uint8Array(taken.stream.subarray(taken.from - 1000, taken.from)));
    taken.room.set([9, 0, 0, 0, 1, 7]);
    expect([...taken.decoder.filled(taken.room, 6)]).toEqual([{ id: 9, body: Uint8Array.of(7) }]);

    const { decoder, room } = inTheMiddle();
    const other = decoder.use(compileHere(struct({ id: u8, size: u32le })));
    room.fill(0, 0, 10);
    expect([...other.filled(room, 10)].length).toBe(202);
  });

  it("tells where bytes are wrong that came that way", () => {
    const decoder = new Decoder<unknown>(compileHere(struct({ body: bytes(u32), end: map(u8, never) })));
    const part = new Uint8Array(4 + 2 * LARGE + 1);
    part.set([0, 2, 0, 0]);
    for (const _ of decoder.push(part.subarray(0, LARGE + 100)));
    let at = LARGE + 100;
    const error = failureOf(() => {
      while (at < part.length) {
        const room = decoder.room();
        const chunk = part.subarray(at, at + (room?.length ?? 1000));
        at += chunk.length;
        room?.set(chunk);
        for (const _ of room ? decoder.filled(room, chunk.length) : decoder.push(chunk));
      }
    });
    expect(error).toMatchObject({ code: "rejected", path: "end", offset: 4 + 2 * LARGE });
  });
});

describe("offset", () => {
  const Mark = struct({ n: map(u8, never) });

  it("can be set by who reads bytes without the decoder, and counts on from there", () => {
    const decoder = new Decoder(compileHere(Mark));
    expect([...decoder.push(Uint8Array.of(1, 2))].length).toBe(2);
    decoder.offset = 10;
    expect(decoder.offset).toBe(10);
    decoder.push(Uint8Array.of(3, 0));
    expect(failureOf(() => [...decoder])).toMatchObject({ code: "rejected", offset: 11 });
  });

  it("is not to be set while something is buffered, nor to what is none", () => {
    const decoder = new Decoder(compileHere(u32));
    for (const offset of [-1, 0.5, Number.NaN, 2 ** 53])
      expect(failureOf(() => (decoder.offset = offset))).toMatchObject({ name: "SchemaError", code: "argument" });
    for (const _ of decoder.push(Uint8Array.of(1)));
    expect(failureOf(() => (decoder.offset = 0))).toMatchObject({ name: "SchemaError", code: "argument" });
    expect(decoder.offset).toBe(0);
  });
});

const never = {
  decode: (n: number): number => {
    if (n === 0) throw new Error("zero");
    return n;
  },
  encode: (n: number) => n,
};

describe("each", () => {
  const codec = compileHere(struct({ n: map(u8, never) }));

  it("hands out the messages of a chunk, of straddling ones too, and says that it came to the end", () => {
    const decoder = new Decoder(compileHere(struct({ n: u32 })));
    const got: number[] = [];
    const wire = Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0);
    for (let cut = 0; cut <= wire.length; cut++) {
      const each = new Decoder(compileHere(struct({ n: u32 })));
      const values: number[] = [];
      for (const chunk of [wire.subarray(0, cut), wire.subarray(cut)]) {
        each.push(chunk);
        expect(each.each(({ n }) => void values.push(n))).toBe(true);
      }
      expect(values).toEqual([1, 2, 3]);
      expect(each.buffered).toBe(1);
    }
    decoder.push(wire);
    expect(decoder.each(({ n }) => got.push(n) < 2)).toBe(false);
    expect(got).toEqual([1, 2]);
    expect(decoder.each(({ n }) => void got.push(n))).toBe(true);
    expect(got).toEqual([1, 2, 3]);
  });

  it("hands out those before a bad one first", () => {
    const decoder = new Decoder(codec);
    const got: number[] = [];
    decoder.push(Uint8Array.of(1, 2, 0, 4));
    expect(failureOf(() => decoder.each(({ n }) => void got.push(n)))).toMatchObject({ code: "rejected", offset: 2 });
    expect(got).toEqual([1, 2]);
    expect(failureOf(() => decoder.each(() => {}))).toMatchObject({ code: "rejected", offset: 2 });
  });

  it("goes on behind what is skipped", () => {
    const decoder = new Decoder(codec, { resync: { plausible: (b, at) => b[at] !== 0, size: 1 } });
    const got: number[] = [];
    decoder.push(Uint8Array.of(1, 0, 0, 2, 3));
    expect(decoder.each(({ n }) => void got.push(n))).toBe(true);
    expect(got).toEqual([1, 2, 3]);
    expect(decoder.skipped).toBe(2);
  });

  it("decodes the very next message with what the handler switches to", () => {
    const decoder = new Decoder<unknown>(codec);
    const got: unknown[] = [];
    decoder.push(Uint8Array.of(1, 0, 0, 0, 7, 5));
    decoder.each((value) => {
      got.push(value);
      if (got.length === 1) decoder.use(compileHere(u32));
      else decoder.use(codec);
    });
    expect(got).toEqual([{ n: 1 }, 7, { n: 5 }]);
  });

  it("hands out no message twice, whatever the handler does to the decoder", () => {
    const inner = compileHere(struct({ n: u8 }));
    const feats: Record<string, [(decoder: Decoder<{ n: number }>, got: number[]) => void, number[]]> = {
      "takes the next": [(decoder, got) => void got.push(decoder.next().value.n), [1, 2, 3, 4]],
      "takes all in another loop": [(decoder, got) => got.push(...[...decoder].map(({ n }) => n)), [1, 2, 3, 4]],
      "takes all by each": [(decoder, got) => void decoder.each(({ n }) => void got.push(n)), [1, 2, 3, 4]],
      "takes the bytes": [(decoder, got) => got.push(...Array.from(decoder.take(), (n) => -n)), [1, -2, -3, -4]],
      "pushes more": [(decoder) => void decoder.push(Uint8Array.of(5)), [1, 2, 3, 4, 5]],
      "ends it": [(decoder, got) => got.push(...[...decoder.end()].map(({ n }) => n)), [1, 2, 3, 4]],
    };
    for (const [feat, [does, wanted]] of Object.entries(feats)) {
      const decoder = new Decoder(inner);
      const got: number[] = [];
      let first = true;
      decoder.push(Uint8Array.of(1, 2, 3, 4));
      decoder.each(({ n }) => {
        got.push(n);
        if (first) {
          first = false;
          does(decoder, got);
        }
      });
      expect(got, feat).toEqual(wanted);
    }
  });

  it("keeps the largest message in a chunk that is larger", () => {
    const decoder = new Decoder(compileHere(bytes(u8)), { maxMessageSize: 4 });
    const got: number[] = [];
    decoder.push(Uint8Array.of(3, 0, 0, 0, 1, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0));
    expect(failureOf(() => decoder.each((value) => void got.push(value.length)))).toMatchObject({
      code: "limit",
      offset: 11,
    });
    expect(got).toEqual([3, 1, 3]);
  });

  it("takes a part of a Buffer as the bytes that it is", () => {
    for (const views of [false, true]) {
      const decoder = new Decoder(compileHere(bytes(u8), { views }));
      const got: Uint8Array[] = [];
      decoder.push(Buffer.from("ffff02abcd0001efff", "hex").subarray(2, 8));
      decoder.each((value) => void got.push(value));
      expect(got).toEqual([Uint8Array.of(0xab, 0xcd), new Uint8Array(0), Uint8Array.of(0xef)]);
    }
  });

  it("passes on what the handler throws, and goes on behind that message", () => {
    const decoder = new Decoder(codec);
    decoder.push(Uint8Array.of(1, 2));
    expect(() =>
      decoder.each(() => {
        throw new RangeError("mine");
      }),
    ).toThrow(RangeError);
    const got: number[] = [];
    decoder.each(({ n }) => void got.push(n));
    expect(got).toEqual([2]);
  });

  it("tells of messages without bytes", () => {
    const decoder = new Decoder(compileHere(struct({})));
    decoder.push(Uint8Array.of(1));
    expect(failureOf(() => decoder.each(() => {}))).toMatchObject({ code: "length" });
  });
});
