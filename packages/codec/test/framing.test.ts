// What the best framing codecs promise, by the number that docs/behaviours.md has it under: streams and what comes out of
// them, alike whole, as the row cuts them, cut in two at every place, byte by byte and at random.

import {
  type AnySchema,
  bytes,
  custom,
  DecodeError,
  Decoder,
  type DecoderOptions,
  decimal,
  field,
  lengthOf,
  magic,
  match,
  rest,
  SchemaError,
  sized,
  string,
  struct,
  u8,
  u16,
  u16le,
  u24,
  u24le,
  u32,
  u32le,
  u64,
  uleb128,
  until,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { compileHere } from "./support/mode.ts";

const wire = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, (c) => c.charCodeAt(0));
const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

interface More {
  readonly options?: DecoderOptions;
  /** What was skipped, as [code, bytes]. */
  readonly skips?: readonly (readonly [code: string, bytes: number])[];
  /** Bytes still held before the stream ends. */
  readonly held?: number;
  /** What its end brings. */
  readonly atEnd?: readonly unknown[];
  readonly error?: readonly [code: string, offset: number];
}
/** A stream (| splits chunks) and its messages. */
type Row = readonly [schema: AnySchema, stream: string, messages: readonly unknown[], more?: More];

/** Repeatable chance: a whole number below n. */
function dice(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

function* chunksOf(stream: Uint8Array, places: readonly number[]): Generator<Uint8Array> {
  let from = 0;
  for (const to of [...places, stream.length]) {
    yield stream.slice(from, to);
    from = to;
  }
}

function told(codec: ReturnType<typeof compileHere>, chunks: Iterable<Uint8Array>, options: DecoderOptions) {
  const messages: unknown[] = [];
  const atEnd: unknown[] = [];
  const skips: (readonly [string, number])[] = [];
  const decoder = new Decoder<unknown>(codec, {
    ...options,
    onSkip: ({ code }, skipped) => void skips.push([code, skipped]),
  });
  let error: readonly [string, number] | undefined;
  let held = 0;
  try {
    for (const chunk of chunks) for (const message of decoder.push(chunk)) messages.push(message);
    held = decoder.buffered;
    for (const message of decoder.end()) atEnd.push(message);
  } catch (thrown) {
    if (!(thrown instanceof DecodeError)) throw thrown;
    error = [thrown.code, thrown.offset];
  }
  return { messages, skips, held, atEnd, error };
}

function rows(table: Readonly<Record<string, Row>>): void {
  for (const [title, [schema, given, messages, more = {}]] of Object.entries(table))
    it(title, () => {
      const codec = compileHere(schema) as ReturnType<typeof compileHere>;
      const { options = {}, skips = [], held = 0, atEnd = [], error } = more;
      const parts = given.split("|");
      const stream = wire(parts.join(""));
      const expected = { messages, skips, held, atEnd, error };
      const whole = told(codec, [stream], options);
      expect(whole).toEqual(expected);
      const story = JSON.stringify(whole);
      const hears = (chunks: Iterable<Uint8Array>) => expect(JSON.stringify(told(codec, chunks, options))).toBe(story);
      hears(parts.map(wire));
      hears(Array.from(stream, (byte) => Uint8Array.of(byte)));
      for (let place = 0; place <= stream.length; place++) hears(chunksOf(stream, [place]));
      const below = dice(stream.length);
      for (let round = 0; round < 5; round++) {
        const places = Array.from({ length: 1 + below(9) }, () => below(stream.length + 1));
        hears(
          chunksOf(
            stream,
            places.sort((a, b) => a - b),
          ),
        );
      }
    });
}

const ascii = <L extends Parameters<typeof string>[0]>(length: L) => string(length, "latin1");
const Prefixed = ascii(u32);
const Line = ascii(until("\r\n"));
const Netstring = struct({ text: ascii(decimal(until(":"))), comma: magic(",") });
const net = (...texts: string[]) => texts.map((text) => ({ text }));

describe("behind a length", () => {
  rows({
    "1 nothing, then the end": [Prefixed, "", []],
    "2 a prefix and its nine bytes": [Prefixed, "\0\0\0\x09abcdefghi", ["abcdefghi"]],
    "8 the end inside a header: two bytes of four": [Prefixed, "\0\0", [], { held: 2, error: ["truncated", 0] }],
    "10 the end right behind a whole prefix": [Prefixed, "\0\0\0\x09", [], { held: 4, error: ["truncated", 4] }],
    "14 a prefix of one byte": [ascii(u8), "\x09abcdefghi\x03123", ["abcdefghi", "123"]],
    "14 a prefix of three bytes, and one more before the payload": [
      struct({ length: u24, reserved: u8, body: ascii(field("length")) }),
      "\0\0\x09Xabcdefghi|\0\0\x03Y123",
      [
        { length: 9, reserved: 0x58, body: "abcdefghi" },
        { length: 3, reserved: 0x59, body: "123" },
      ],
    ],
    "16 two bytes, a length, four bytes it does not count, the payload; nothing stripped": [
      struct({ a: ascii(2), length: u16, b: ascii(4), body: ascii(field("length")) }),
      "xx\0\x09yyyyabcdefghi|yy\0\x03zzzz123|zz\0\x0bxxxxhello world",
      [
        { a: "xx", length: 9, b: "yyyy", body: "abcdefghi" },
        { a: "yy", length: 3, b: "zzzz", body: "123" },
        { a: "zz", length: 11, b: "xxxx", body: "hello world" },
      ],
    ],
    "17 a length that counts itself": [
      struct({ length: lengthOf(u16, { from: "length" }), body: ascii(rest) }),
      "\0\x0babcdefghi|\0\x05123|\0\x0dhello world",
      [
        { length: 11, body: "abcdefghi" },
        { length: 5, body: "123" },
        { length: 13, body: "hello world" },
      ],
    ],
    "19 a thousand empty frames": [ascii(u8), "\0".repeat(1000), new Array(1000).fill("")],
    "20 a length that is negative once adjusted: 0 - 5": [
      struct({ length: u16, body: ascii(field("length").minus(5)) }),
      "\0\x06x|\0\0\0",
      [{ length: 6, body: "x" }],
      { error: ["length", 5] },
    ],
    "22 a length of eight bytes, all of them ff": [ascii(u64), "\xff".repeat(8), [], { error: ["limit", 0] }],
    "22 a length of eight bytes, 2^53 + 1": [ascii(u64), "\0\x20\0\0\0\0\0\x01", [], { error: ["limit", 0] }],
    "23 too long and good, twice: each is told once, at its header, and A comes out": [
      Prefixed,
      "\0\0\0\x02|\0\0|\0\0\0\x01A|\0\0\0\x02|\0\0|\0\0\0\x01A",
      ["A", "A"],
      {
        options: { maxMessageSize: 5, overlong: "skip" },
        skips: [
          ["limit", 6],
          ["limit", 6],
        ],
      },
    ],
    "28 a frame shorter than its own header, and the next one": [
      struct({ mark: magic("\xaa"), frame: sized(u8, struct({ head: ascii(4), body: ascii(rest) })) }),
      "\xaa\x02ab\xaa\x06headok",
      [{ frame: { head: "head", body: "ok" } }],
      { options: { resync: { at: "\xaa" } }, skips: [["truncated", 4]] },
    ],
    "31 a length adjusted by -2, at exactly the maximum and one beyond": [
      struct({ length: u16, body: ascii(field("length").minus(2)) }),
      "\0\x08abcdef|\0\x09",
      [{ length: 8, body: "abcdef" }],
      { options: { maxMessageSize: 8 }, error: ["limit", 10] },
    ],
    "31 a length adjusted by +2, at exactly the maximum and one beyond": [
      struct({ length: u16, body: ascii(field("length").plus(2)) }),
      "\0\x04abcdef|\0\x05",
      [{ length: 4, body: "abcdef" }],
      { options: { maxMessageSize: 8 }, error: ["limit", 10] },
    ],
    "37 the type says how long it is, and the length field of -1 is not asked": [
      struct({ type: u8, length: u16, body: match(field("type"), { 1: ascii(4), 2: ascii(field("length")) }) }),
      "\x01\xff\xffabcd\x02\0\x01x",
      [
        { type: 1, length: 0xffff, body: "abcd" },
        { type: 2, length: 1, body: "x" },
      ],
    ],
    "38 a length that counts itself and is less than itself": [
      struct({ length: lengthOf(u16, { from: "length" }), body: ascii(rest) }),
      "\0\x01\0\x01",
      [],
      { error: ["length", 0] },
    ],
  });

  it("8 the end inside a header says how many bytes are there", () => {
    const decoder = new Decoder(compileHere(Prefixed));
    expect([...decoder.push(wire("\0\0"))]).toEqual([]);
    expect(() => decoder.end()).toThrow("needs 4 bytes, 2 left");
  });

  it("13 the maximum lowered inside the loop: the frame in hand is there, the next is refused", () => {
    const lower = compileHere(Prefixed, { limits: { maxMessageSize: 9 } });
    const decoder = new Decoder(compileHere(Prefixed));
    const out: string[] = [];
    expect(() => {
      for (const message of decoder.push(wire("\0\0\0\x09abcdefghi\0\0\0\x09abcdefghi"))) {
        out.push(message);
        decoder.use(lower);
      }
    }).toThrow(expect.objectContaining({ code: "limit", offset: 17 }));
    expect(out).toEqual(["abcdefghi"]);
  });

  it("13 the maximum lowered while a frame is half here: that frame is the next", () => {
    const decoder = new Decoder(compileHere(Prefixed));
    expect([...decoder.push(wire("\0\0\0\x09abcd"))]).toEqual([]);
    decoder.use(compileHere(Prefixed, { limits: { maxMessageSize: 9 } }));
    expect(() => [...decoder.push(wire("efghi"))]).toThrow(expect.objectContaining({ code: "limit", offset: 4 }));
  });

  it("29 limits that are none, and lengths that are none, name themselves where they are defined", () => {
    for (const maxMessageSize of [-1, 0.5, Number.NaN])
      expect(() => compileHere(Prefixed, { limits: { maxMessageSize } })).toThrow(/limits\.maxMessageSize/);
    for (const length of [-1, 1.5, "4"]) expect(() => ascii(length as never)).toThrow(SchemaError);
  });

  const frame = wire("A");
  it.each([
    ["a length of four bytes", bytes(u32), frame, "\0\0\0\x01A"],
    [
      "one that counts itself",
      struct({ n: lengthOf(u32, { from: "n" }), body: bytes(rest) }),
      { body: frame },
      "\0\0\0\x05A",
    ],
    ["one adjusted by -1", struct({ n: u32, body: bytes(field("n").plus(1)) }), { body: frame }, "\0\0\0\0A"],
    [
      "one that counts itself, adjusted by -1",
      struct({ n: u32, body: bytes(field("n").minus(3)) }),
      { body: frame },
      "\0\0\0\x04A",
    ],
    ["a little-endian one", bytes(u32le), frame, "\x01\0\0\0A"],
  ] as const)("34 written in front of A: %s", (_, schema, value, stream) => {
    expect(text(compileHere(schema as AnySchema).encode(value as never))).toBe(stream);
  });
  it("34 a length that would be less than 0 is not written", () => {
    const codec = compileHere(struct({ n: u32, body: bytes(field("n").plus(2)) }));
    expect(() => codec.encode({ body: frame })).toThrow(
      expect.objectContaining({ name: "EncodeError", code: "range", path: "n" }),
    );
  });

  const sizes = [0, 1, 2, 3, 255, 256, 257, 4095, 4096, 4097, 65535, 65536, 65537];
  const fields = { u8, u16, u24, u32, u16le, u24le, u32le };
  it.each(Object.keys(fields) as (keyof typeof fields)[])(
    "35 payloads of 0 to 65537 bytes behind a %s at offsets of 0 to 107, cut at random",
    (name) => {
      const below = dice(name.length);
      const most = 2 ** (Number.parseInt(name.slice(1), 10) || 8);
      for (const offset of [0, 1, 2, 3, 15, 16, 31, 32, 44, 107]) {
        const codec = compileHere(struct({ head: bytes(offset), length: fields[name], body: bytes(field("length")) }));
        const parts = sizes
          .filter((size) => size < most)
          .map((size) =>
            codec.encode({ head: new Uint8Array(offset).fill(0xff), body: new Uint8Array(size).fill(size) }),
          );
        const stream = Buffer.concat(parts);
        const decoder = new Decoder(codec);
        const out: Uint8Array[] = [];
        for (let at = 0; at < stream.length; ) {
          const end = at + 1 + below(9000);
          for (const message of decoder.push(stream.subarray(at, end))) out.push(codec.encode(message));
          at = end;
        }
        expect(out.map((part, i) => Buffer.compare(part, parts[i] as Uint8Array))).toEqual(parts.map(() => 0));
        expect([...decoder.end()]).toEqual([]);
      }
    },
  );
});

describe("behind a varint", () => {
  rows({
    "41 04 01 01 01 01 in chunks of 1, 2 and 2": [
      bytes(uleb128),
      "\x04|\x01\x01|\x01\x01",
      [Uint8Array.of(1, 1, 1, 1)],
    ],
    "46 a prefix of 81 00 is refused": [ascii(uleb128), "\x81\0a", [], { error: ["varint", 0] }],
    "46 a prefix of 81 00 is 1, where that is asked for": [
      ascii(uleb128({ minimal: false })),
      "\x81\0a\x02bc",
      ["a", "bc"],
    ],
    "47 a prefix that has not ended after four bytes, of which it may have four": [
      ascii(uleb128({ maxBytes: 4 })),
      "\x80\x80\x80\x80",
      [],
      { error: ["varint", 0] },
    ],
  });

  /** Every way to cut so many bytes into chunks. */
  const waysToCut = (size: number): number[][] =>
    Array.from({ length: 2 ** (size - 1) }, (_, ways) =>
      Array.from({ length: size - 1 }, (_, i) => i + 1).filter((place) => ways & (1 << (place - 1))),
    );
  const MiB2 = 2 ** 21;
  it.each([
    [1, [1, 127]],
    [2, [128, 16_383]],
    [3, [16_384, MiB2 - 1]],
    [4, [MiB2, 2 * MiB2, 3 * MiB2]],
    [5, [2 ** 28, 2 ** 28 + MiB2, 2 ** 31, 2 ** 32 - 10]],
  ])("43 a prefix of %i bytes split at every position", (size, lengths) => {
    const codec = compileHere(bytes(uleb128), { limits: { maxMessageSize: 2 ** 32 } });
    for (const length of lengths) {
      const prefix = compileHere(uleb128).encode(length);
      expect(prefix.length).toBe(size);
      // Zeroes: whoever forgets the length takes each of them for an empty message.
      const body = new Uint8Array(size < 5 ? length : 0);
      for (const places of waysToCut(size)) {
        const decoder = new Decoder(codec);
        for (const chunk of chunksOf(prefix, places)) expect([...decoder.push(chunk)]).toEqual([]);
        expect(decoder.needed).toBe(length);
        if (size === 5) expect([...decoder.push(new Uint8Array(1000))]).toEqual([]);
        else expect(Array.from(decoder.push(body), (message) => message.length)).toEqual([length]);
        expect(decoder.buffered).toBe(size === 5 ? 1005 : 0);
      }
    }
  });

  it("44 exactly four bytes of a prefix of five: it waits", () => {
    const codec = compileHere(bytes(uleb128), { limits: { maxMessageSize: 2 ** 32 } });
    const decoder = new Decoder(codec);
    expect([...decoder.push(wire("\x80\x80\x80\x80"))]).toEqual([]);
    expect(decoder.needed).toBeGreaterThanOrEqual(1);
    expect([...decoder.push(wire("\x01"))]).toEqual([]);
    expect([decoder.needed, decoder.buffered]).toEqual([2 ** 28, 5]);
  });
});

/** Syslog over TCP: counted, or lines; a message begins with "<", a count with a digit. */
const counted = compileHere(ascii(decimal(until(" "))));
const line = compileHere(ascii(until("\n")));
const Syslog = custom<string>({
  name: "syslog",
  min: 2,
  decode(bytes) {
    const read = (bytes[0] === 0x3c ? line : counted).read(bytes);
    return "needed" in read ? read : { value: read.value, size: read.offset };
  },
  encode: (value) => counted.encode(value),
});

describe("behind digits", () => {
  rows({
    "50 five digits in front, 00005hello": [ascii(decimal(5)), "00005hello", ["hello"]],
    "52 0:, 1:a, 2:ab,": [Netstring, "0:,1:a,2:ab,", net("", "a", "ab")],
    "53 one in another: 4:1:a,,": [Netstring, "4:1:a,,", net("1:a,")],
    "55 no number: :aaa,": [Netstring, ":aaa,", [], { error: ["digits", 0] }],
    "55 no colon: 3aaa,": [Netstring, "3aaa,", [], { error: ["digits", 0] }],
    "55 neither: aaa,": [Netstring, "aaa,", [], { error: ["digits", 0] }],
    "55 nothing of it: aaa": [Netstring, "aaa", [], { error: ["digits", 0] }],
    "55 another byte for the comma: 1:a;": [Netstring, "1:a;", [], { error: ["constant", 3] }],
    "56 1|0:01234|56789|, and 2:ab, byte by byte": [Netstring, "1|0:01234|56789|,2|:|a|b|,", net("0123456789", "ab")],
    "59 of exactly the maximum": [Netstring, "5:abcde,", net("abcde"), { options: { maxMessageSize: 8 } }],
    "59 of one more than the maximum": [
      Netstring,
      "5:abcde,6:abcdef,",
      net("abcde"),
      { options: { maxMessageSize: 8 }, error: ["limit", 16] },
    ],
    "59 of far more than the maximum": [
      Netstring,
      "999999:abc",
      [],
      { options: { maxMessageSize: 8 }, error: ["limit", 7] },
    ],
    "62 counted, 17 <34>1 …, or a line, <34>1 …, told by the first byte": [
      Syslog,
      "17 <34>1 - - a\n two |<34>1 one line\n|10 <1>counted<2>\n",
      ["<34>1 - - a\n two ", "<34>1 one line", "<1>counted", "<2>"],
    ],
  });

  it("58 99999… without a colon: an error as soon as they are too many, and no more of them is kept", () => {
    const decoder = new Decoder(compileHere(Netstring, { limits: { maxMessageSize: 2 ** 32 } }));
    let fed = 0;
    expect(() => {
      for (; fed < 1000; fed++) expect([...decoder.push(wire("9"))]).toEqual([]);
    }).toThrow(expect.objectContaining({ code: "digits", offset: 0 }));
    expect(fed).toBeLessThan(30);
    expect(decoder.buffered).toBe(fed + 1);
  });

  const texts = ["hello", "world", "how", "are", "you123", ":today", "a".repeat(515)];
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])(
    "61 seven netstrings, :today and 515 × a among them, in chunks of %i",
    (size) => {
      const codec = compileHere(Netstring);
      const stream = Buffer.concat(net(...texts).map((message) => codec.encode(message)));
      const places = Array.from({ length: Math.floor((stream.length - 1) / size) }, (_, i) => (i + 1) * size);
      expect(told(codec as ReturnType<typeof compileHere>, chunksOf(stream, places), {}).messages).toEqual(
        net(...texts),
      );
    },
  );
});

const Any = ascii(until(["\r\n", "\n"]));
const passing = { resync: { after: "\r\n", max: 1000 } } as const;

describe("up to a delimiter", () => {
  rows({
    "67 Test|Line\\r\\ng\\r\\n": [Line, "Test|Line\r\ng\r\n", ["TestLine", "g"]],
    "68 first\\r\\nsecond\\nthird, ended by either": [
      Any,
      "first\r\nsecond\nthird",
      ["first", "second"],
      { held: 5, error: ["truncated", 14] },
    ],
    "70 line\\r\\n.\\r\\n": [Line, "line\r\n.\r\n", ["line", "."]],
    "71 a delimiter split inside itself: huu|haa\\r|\\n": [Line, "huu|haa\r|\nhuuhaa\r\n", ["huuhaa", "huuhaa"]],
    "73 too long, then first, in one chunk: one error, then first": [
      Line,
      "12345678901234567890\r\nfirst\r\n",
      ["first"],
      { options: { maxMessageSize: 18, ...passing }, skips: [["limit", 22]] },
    ],
    "74 too long over two chunks, then first: one error, then first": [
      Line,
      "12345678901234567|890\r\nfirst\r\n",
      ["first"],
      { options: { maxMessageSize: 18, ...passing }, skips: [["limit", 22]] },
    ],
    "74 too long, and nothing to go on with: an error as soon as it can be known": [
      ascii(until("\r\n", { max: 5 })),
      "abcdefg",
      [],
      { error: ["limit", 0] },
    ],
    "77 too long over many chunks: one error, then good": [
      Line,
      `${"0123456789|".repeat(30)}\r|\ngood\r\n`,
      ["good"],
      { options: { maxMessageSize: 18, ...passing }, skips: [["limit", 302]] },
    ],
    "79 a line of exactly the maximum, its delimiter in the next chunk: hello|\\r\\n": [
      ascii(until("\r\n", { max: 5 })),
      "hello|\r\nhell|\r\n",
      ["hello", "hell"],
    ],
    "79 a line that is the largest message, its delimiter in the next chunk: hello|\\r\\n": [
      Line,
      "hello|\r\nhell|\r\n",
      ["hello", "hell"],
      { options: { maxMessageSize: 7 } },
    ],
    "80 a line of exactly the maximum, its delimiter split inside itself: hello\\r|\\n": [
      ascii(until("\r\n", { max: 5 })),
      "hello\r|\nhell\r|\n",
      ["hello", "hell"],
    ],
    "80 a line that is the largest message, its delimiter split inside itself: hello\\r|\\n": [
      Line,
      "hello\r|\nhell\r|\n",
      ["hello", "hell"],
      { options: { maxMessageSize: 7 } },
    ],
    "80 what looked like the delimiter behind the maximum and was none: hello\\r|x": [
      ascii(until("\r\n", { max: 5 })),
      "hello\r|x\r\n",
      [],
      { error: ["limit", 0] },
    ],
    "82 a chunk of forty lines, far over the maximum, each below it": [
      Line,
      "0123456789\r\n".repeat(40),
      new Array(40).fill("0123456789"),
      { options: { maxMessageSize: 12 } },
    ],
    "83 a tail without its delimiter is truncated": [Line, "a\r\nb", ["a"], { held: 1, error: ["truncated", 3] }],
    "83 a tail without its delimiter is given out, where that is asked for": [
      ascii(until("\r\n", { orEnd: true })),
      "a\r\nb",
      ["a"],
      { held: 1, atEnd: ["b"] },
    ],
    "85 a byte of a set ends it: chunk 1,chunk 2;chunk 3\\n\\r": [
      ascii(until([",", ";", "\n", "\r"])),
      "chunk 1,chunk 2;chunk 3\n\r",
      ["chunk 1", "chunk 2", "chunk 3", ""],
    ],
    "86 starts of the delimiter inside of what it ends: \\r\\n": [
      Line,
      "\r\r\n\n\r\n\r\n\n\n\r\r\r\r\n",
      ["\r", "\n", "", "\n\n\r\r\r"],
    ],
    "86 starts of the delimiter inside of what it ends: FOO": [
      ascii(until("FOO")),
      "FFOOFOFOOFFFOFOFFOOFOOOFOO",
      ["F", "FO", "FFFOFOF", "", "O"],
    ],
    "89 a character of two bytes that is split": [string(until("\n")), "\xc3|\xa9t\xc3|\xa9\n", ["été"]],
    "89 bytes that are no UTF-8, then the next line": [
      string(until("\n")),
      "\xc3|\xa9\n\xc3|(\n\xff\n\xe2|\x82\xac\n",
      ["é", "€"],
      {
        options: { resync: { after: "\n" } },
        skips: [
          ["encoding", 3],
          ["encoding", 2],
        ],
      },
    ],
  });

  it("76 too long, to be passed over: nothing is said until its delimiter", () => {
    const skips: number[] = [];
    const options = { maxMessageSize: 4, ...passing, onSkip: (_: unknown, n: number) => void skips.push(n) };
    const decoder = new Decoder(compileHere(Line), options);
    for (const chunk of ["012", "345", "67", "\r"]) expect([...decoder.push(wire(chunk))]).toEqual([]);
    expect(skips).toEqual([]);
    expect([...decoder.push(wire("\nok\r\n"))]).toEqual(["ok"]);
    expect(skips).toEqual([10]);
  });
});

describe("whatever the frame", () => {
  rows({
    "92 frames of three bytes in chunks of 2, 1+3, 3+1 and 2": [
      ascii(3),
      "ab|cdef|ghij|kl",
      ["abc", "def", "ghi", "jkl"],
    ],
  });

  it("92 frames of three bytes: never more is needed than is missing", () => {
    const decoder = new Decoder(compileHere(ascii(3)));
    const needed = ["a", "b", "cd", "ef", "gh", "ij"].map((chunk) => {
      for (const _ of decoder.push(wire(chunk)));
      return decoder.needed;
    });
    // Between frames nothing has begun, so that nothing is known but that it takes a byte.
    expect(needed).toEqual([2, 1, 2, 1, 1, 2]);
  });

  it("100 frames that nobody had asked for when the stream ended, then the tail that its end completes", () => {
    const decoder = new Decoder(compileHere(ascii(until("\n", { orEnd: true }))));
    decoder.push(wire("a\nb\nc\nd"));
    expect([...decoder.end()]).toEqual(["a", "b", "c", "d"]);
    expect([...decoder.end()]).toEqual([]);
  });

  it("101 more comes behind the end, as of a file that grows", () => {
    const decoder = new Decoder(compileHere(ascii(u8)));
    expect([...decoder.push(wire("\x01a"))]).toEqual(["a"]);
    expect([...decoder.end()]).toEqual([]);
    expect([...decoder.push(wire("\x01b\x02c"))]).toEqual(["b"]);
    expect([...decoder.push(wire("d"))]).toEqual(["cd"]);
    expect([...decoder.end()]).toEqual([]);
    expect(decoder.offset).toBe(7);
  });

  it("110 an empty leftover handed on is no message", () => {
    const first = new Decoder(compileHere(ascii(u8)));
    expect([...first.push(wire("\x01a"))]).toEqual(["a"]);
    const next = new Decoder(compileHere(bytes(rest)));
    expect([...next.push(first.take())]).toEqual([]);
    expect([...next.end()]).toEqual([]);
  });
});
