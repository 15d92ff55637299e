import {
  array,
  bytes,
  DecodeError,
  Decoder,
  decimal,
  field,
  i16,
  lazy,
  magic,
  nullable,
  rest,
  type Schema,
  sized,
  string,
  struct,
  u8,
  u16,
  u32,
  uleb128,
  union,
  until,
  when,
} from "@wireform/codec";
import { describe, expect, test } from "vitest";
import { compileHere } from "./support/mode.ts";

const crlf = until("\r\n");

type Value =
  | { type: "simple"; value: string }
  | { type: "bulk"; value: Uint8Array | null }
  | { type: "array"; value: Value[] | null };
const Value: Schema<Value> = lazy(() => Resp);
const Resp = union("type", u8, {
  simple: [0x2b, string(crlf)],
  bulk: [
    0x24,
    struct({
      value: bytes(nullable(decimal(crlf, { sign: "minus" }))),
      end: when(field("value").isNot(null), magic("\r\n")),
    }),
  ],
  array: [0x2a, array(Value, nullable(decimal(crlf, { sign: "minus" })))],
}) as unknown as Schema<Value>;

const schemas = {
  "fixed length": [
    struct({ a: u16, b: bytes(3) }),
    [
      { a: 1, b: Uint8Array.of(1, 2, 3) },
      { a: 2, b: Uint8Array.of(4, 5, 6) },
    ],
  ],
  delimiter: [string(until("\r\n")), ["", "a", "\r", "\n", "hello world", "x".repeat(300)]],
  "binary prefix": [
    sized(u16, struct({ x: i16, name: string(u8) })),
    [
      { x: -1, name: "ada" },
      { x: 5, name: "" },
    ],
  ],
  "varint prefix": [bytes(uleb128), [new Uint8Array(0), new Uint8Array(127), new Uint8Array(128), new Uint8Array(300)]],
  "ASCII prefix of 5 digits": [string(decimal(5)), ["hello", ""]],
  netstring: [
    struct({ text: string(decimal(until(":"))), end: magic(",") }),
    [{ text: "a" }, { text: "" }, { text: "0123456789" }],
  ],
  recursion: [
    Resp,
    [
      { type: "simple", value: "OK" },
      {
        type: "array",
        value: [
          { type: "bulk", value: Uint8Array.of(13, 10) },
          { type: "array", value: [{ type: "bulk", value: null }] },
        ],
      },
      { type: "array", value: null },
    ],
  ],
  "counted strings": [array(string(u8), u32), [["a", "bc", ""], [], ["x".repeat(200)]]],
} as const satisfies Record<string, readonly [unknown, readonly unknown[]]>;

function feed(decoder: Decoder<unknown>, stream: Uint8Array, cuts: readonly number[]): unknown[] {
  const events: unknown[] = [];
  let from = 0;
  try {
    for (const to of [...cuts, stream.length]) {
      for (const message of decoder.push(stream.slice(from, to))) events.push(message);
      from = to;
    }
    for (const message of decoder.end()) events.push(message);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    events.push({ code: error.code, path: error.path, offset: error.offset, expected: error.expected });
  }
  return events;
}

describe("messages are the same however the stream is cut", () => {
  for (const [name, [schema, messages]] of Object.entries(schemas)) {
    const codec = compileHere(schema as Schema<unknown>);
    const parts = messages.map((message) => codec.encode(message));
    const stream = Uint8Array.from(parts.flatMap((part) => [...part]));

    test(`${name}: whole, byte by byte, with empty chunks, at every cut`, () => {
      expect(feed(new Decoder(codec), stream, [])).toEqual(messages);
      expect(
        feed(
          new Decoder(codec),
          stream,
          Array.from(stream, (_, i) => i),
        ),
      ).toEqual(messages);
      const step = Math.max(1, Math.floor(stream.length / 400));
      for (let cut = 0; cut <= stream.length; cut += step) {
        expect(feed(new Decoder(codec), stream, [cut, cut])).toEqual(messages);
      }
    });

    test(`${name}: each message comes with its last byte`, () => {
      const decoder = new Decoder(codec);
      let seen = 0;
      for (const part of parts) {
        for (let i = 0; i < part.length; i++) {
          expect(decoder.needed).toBeGreaterThanOrEqual(1);
          expect(decoder.needed).toBeLessThanOrEqual(part.length - i);
          const out = [...decoder.push(part.subarray(i, i + 1))];
          expect(out.length).toBe(i === part.length - 1 ? 1 : 0);
          seen += out.length;
        }
        expect(decoder.buffered).toBe(0);
      }
      expect(seen).toBe(parts.length);
    });

    test(`${name}: cut short, it is truncated, alike at every cut`, () => {
      for (let size = 1; size < Math.min(stream.length, 60); size++) {
        const short = stream.slice(0, size);
        const events = feed(new Decoder(codec), short, []);
        expect(
          feed(
            new Decoder(codec),
            short,
            Array.from(short, (_, i) => i),
          ),
        ).toEqual(events);
        for (let cut = 1; cut < size; cut++) expect(feed(new Decoder(codec), short, [cut])).toEqual(events);
      }
    });
  }
});

test("an until-close message ends with the stream", () => {
  const codec = compileHere(struct({ kind: u8, body: bytes(rest) }));
  const decoder = new Decoder(codec);
  expect([...decoder.push(Uint8Array.of(1, 2))]).toEqual([]);
  expect([...decoder.push(Uint8Array.of(3))]).toEqual([]);
  expect([...decoder.end()]).toEqual([{ kind: 1, body: Uint8Array.of(2, 3) }]);
  expect([...new Decoder(codec).end()]).toEqual([]);
});

test("a switch of codec inside the loop holds from the next message on", () => {
  const hello = compileHere(u16);
  const line = compileHere(string(until("\n")));
  for (const cut of [1, 2, 3, 4, 5]) {
    const decoder = new Decoder<unknown>(hello);
    const stream = Uint8Array.of(0, 7, 0x61, 0x0a, 0x62, 0x0a);
    const out: unknown[] = [];
    for (const chunk of [stream.subarray(0, cut), stream.subarray(cut)]) {
      for (const message of decoder.push(chunk)) {
        out.push(message);
        if (message === 7) decoder.use(line);
      }
    }
    expect(out).toEqual([7, "a", "b"]);
  }
});

test("leftover bytes are handed over", () => {
  const decoder = new Decoder(compileHere(u16));
  for (const message of decoder.push(Uint8Array.of(0, 1, 9, 8, 7))) {
    expect(message).toBe(1);
    break;
  }
  expect(decoder.buffered).toBe(3);
  expect(decoder.take()).toEqual(Uint8Array.of(9, 8, 7));
  expect(decoder.buffered).toBe(0);
});

test("messages before a bad one come out first, then the error, then nothing", () => {
  const codec = compileHere(struct({ start: magic("\xaa"), n: u8 }));
  const decoder = new Decoder(codec);
  const out: unknown[] = [];
  expect(() => {
    for (const message of decoder.push(Uint8Array.of(0xaa, 1, 0xaa, 2, 0xbb, 3))) out.push(message);
  }).toThrow(expect.objectContaining({ code: "constant", offset: 4 }));
  expect(out).toEqual([{ n: 1 }, { n: 2 }]);
  expect(() => decoder.push(Uint8Array.of(0xaa, 1))).toThrow(expect.objectContaining({ code: "constant", offset: 4 }));
});

test("a bad message is skipped up to the next start, alike at every cut", () => {
  const codec = compileHere(struct({ start: magic("\xaa\x55"), n: u8, check: magic("\x00") }));
  const good = [0xaa, 0x55, 1, 0];
  const stream = Uint8Array.from([...good, 9, 9, 0xaa, 9, 0xaa, 0x55, 7, 1, ...good, 0xaa]);
  const results = new Set<string>();
  for (let cut = 0; cut <= stream.length; cut++) {
    const skips: unknown[] = [];
    const decoder = new Decoder(codec, {
      resync: { at: "\xaa\x55" },
      onSkip: (error, bytes) => skips.push([error.code, error.offset, bytes]),
    });
    const events = feed(decoder as Decoder<unknown>, stream, [cut]);
    results.add(JSON.stringify({ events, skips, skipped: decoder.skipped }));
  }
  expect([...results].length).toBe(1);
  expect(JSON.parse([...results][0] as string)).toMatchObject({ events: [{ n: 1 }, { n: 1 }], skipped: 9 });
});

test("an over-long message is refused at its header, or skipped", () => {
  const codec = compileHere(bytes(u32), { limits: { maxMessageSize: 10 } });
  const stream = Uint8Array.from([0, 0, 0, 1, 5, 0, 0, 0, 20, ...new Array(20).fill(7), 0, 0, 0, 1, 6]);
  for (let cut = 0; cut <= stream.length; cut++) {
    expect(feed(new Decoder(codec) as Decoder<unknown>, stream, [cut])).toMatchObject([
      Uint8Array.of(5),
      { code: "limit", offset: 9 },
    ]);
    const decoder = new Decoder(codec, { overlong: "skip" });
    expect(feed(decoder as Decoder<unknown>, stream, [cut])).toEqual([Uint8Array.of(5), Uint8Array.of(6)]);
    expect(decoder.skipped).toBe(24);
  }
});

test("a message that began in an earlier chunk and was not asked for is whole at the end of the stream", () => {
  const codec = compileHere(array(string(u8), u16));
  const value = Array.from({ length: 9000 }, (_, i) => `${i}`);
  const wire = codec.encode(value);
  const decoder = new Decoder(codec);
  expect([...decoder.push(wire.subarray(0, 10))]).toEqual([]);
  decoder.push(wire.subarray(10));
  expect([...decoder.end()]).toEqual([value]);
});
