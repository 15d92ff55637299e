// Every byte is looked at a few times, whatever the schema and however small the chunks: what is eight times as long takes
// about eight times as long. Looking again from the start at each chunk would take sixty-four times as long.

import {
  type AnySchema,
  array,
  bytes,
  Decoder,
  decimal,
  field,
  lazy,
  magic,
  map,
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
} from "@wireform/codec";
import { describe, expect, test } from "vitest";
import { expectLinear } from "./support/linear.ts";
import { compileHere } from "./support/mode.ts";

type Tree = { type: "leaf"; value: Uint8Array } | { type: "list"; value: Tree[] };
const tree: Schema<Tree> = lazy(() => Tree);
const Tree: Schema<Tree> = union("type", u8, { leaf: [1, bytes(u8)], list: [2, array(tree, u32)] });

/** How a message of about `n` bytes looks. */
const endings: Record<string, [AnySchema, (n: number) => unknown]> = {
  "a u32 prefix": [bytes(u32), (n) => new Uint8Array(n)],
  "a varint prefix": [bytes(uleb128), (n) => new Uint8Array(n)],
  "a prefix of ASCII digits": [sized(decimal(8), bytes(rest)), (n) => new Uint8Array(n)],
  "a netstring": [struct({ text: bytes(decimal(until(":"))), end: magic(",") }), (n) => ({ text: new Uint8Array(n) })],
  "a length in a field": [struct({ n: u32, body: bytes(field("n")) }), (n) => ({ body: new Uint8Array(n) })],
  "the type": [
    union("type", u8, { small: [1, struct({})], large: [2, struct({ body: bytes(u32) })] }),
    (n) => ({ type: "large", body: new Uint8Array(n) }),
  ],
  "a delimiter behind text": [string(until("\r\n"), "ascii"), (n) => "a".repeat(n)],
  "a delimiter behind what looks like its start": [bytes(until("\r\r\n")), (n) => new Uint8Array(n).fill(13)],
  "the first of two delimiters": [string(until(["\r\n", "\n"])), (n) => "a".repeat(n)],
  "a delimiter around a window": [sized(until("\r\n"), string(rest)), (n) => "a".repeat(n)],
  "the end of the stream": [bytes(rest), (n) => new Uint8Array(n)],
  "a count of strings": [array(string(u8), u32), (n) => new Array(n / 4).fill("abc")],
  "a delimiter behind strings": [array(string(u8), until("\xff")), (n) => new Array(n / 4).fill("abc")],
  "a count of lines": [array(string(until("\n")), u32), (n) => new Array(n / 4).fill("abc")],
  recursion: [
    Tree,
    (n) => ({ type: "list", value: new Array(n / 16).fill({ type: "leaf", value: new Uint8Array(14) }) }),
  ],
};

function cut(stream: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(stream.length / size) }, (_, i) => stream.subarray(i * size, (i + 1) * size));
}

/** Feeds all chunks; how many messages come out. */
function feed(decoder: Decoder<unknown>, chunks: readonly Uint8Array[]): number {
  let count = 0;
  for (const chunk of chunks) for (const _ of decoder.push(chunk)) count++;
  for (const _ of decoder.end()) count++;
  return count;
}

const limits = { maxMessageSize: 2 ** 24, maxElements: 2 ** 24 };

describe("a message of 8n bytes takes about 8 times as long as one of n bytes", () => {
  for (const [ending, [schema, make]] of Object.entries(endings))
    test(`in chunks of 64 bytes, where it ends by ${ending}`, () => {
      const codec = compileHere(schema, { limits });
      const [short, long] = [131_072, 1_048_576].map((n) => {
        const chunks = cut(codec.encode(make(n) as never), 64);
        return () => expect(feed(new Decoder<unknown>(codec), chunks)).toBe(1);
      }) as [() => void, () => void];
      return expectLinear(short, long);
    });
});

describe("a chunk with 8n messages takes about 8 times as long as one with n", () => {
  const text = new Uint8Array(40).fill(0x61);
  const tables: Record<string, [AnySchema, Uint8Array]> = {
    "windows without the delimiter that may end their text": [
      sized(u16, string(until("~", { orEnd: true }))),
      Uint8Array.of(0, text.length, ...text),
    ],
    "lines that end by the first of two delimiters, of which only one ever comes": [
      string(until(["\n", "\r\n"])),
      Uint8Array.of(...text, 10),
    ],
  };
  for (const [what, [schema, message]] of Object.entries(tables))
    test(what, () => {
      const codec = compileHere(schema, { limits });
      const [short, long] = [8_000, 64_000].map((n) => {
        const stream = new Uint8Array(n * message.length);
        for (let i = 0; i < n; i++) stream.set(message, i * message.length);
        return () => expect(feed(new Decoder<unknown>(codec), [stream])).toBe(n);
      }) as [() => void, () => void];
      return expectLinear(short, long);
    });
});

describe("each byte is looked at a few times, by count", () => {
  let looks = 0;
  const counted = map(u8, {
    decode: (n) => {
      looks++;
      return n;
    },
    encode: (n: number) => n,
  });
  type Nest = { type: "leaf"; n: number } | { type: "list"; value: Nest[] };
  const nest: Schema<Nest> = lazy(() => Nest);
  const Nest: Schema<Nest> = union("type", u8, { leaf: [1, struct({ n: counted })], list: [2, array(nest, u32)] });
  const leaves = (n: number): Nest[] => new Array(n).fill({ type: "leaf", n: 7 });
  /** So many lists, one in the other, and leaves in the innermost. */
  const deep = (levels: number, n: number): Nest =>
    Array.from({ length: levels }).reduce<Nest>((value) => ({ type: "list", value: [value] }), {
      type: "list",
      value: leaves(n),
    });

  const messages: Record<string, [AnySchema, unknown, number]> = {
    "of a list": [
      array(struct({ n: counted, text: string(u8) }), u32),
      new Array(3000).fill({ n: 7, text: "abc" }),
      3000,
    ],
    "of a list of lists": [array(array(counted, u8), u16), new Array(100).fill(new Array(50).fill(7)), 5000],
    "of many lists in one another": [Nest, deep(50, 5000), 5000],
    "of lists that each hold the next and more": [
      Nest,
      Array.from({ length: 40 }).reduce<Nest>(
        (value) => ({ type: "list", value: [...leaves(60), value, ...leaves(60)] }),
        deep(1, 1),
      ),
      4801,
    ],
    "in a window": [
      sized(u32, array(struct({ n: counted, text: string(u8) }), rest)),
      new Array(3000).fill({ n: 7, text: "" }),
      3000,
    ],
  };
  for (const [what, [schema, value, elements]] of Object.entries(messages))
    test.each([1, 7, 64, 1000, 4096, 20_000])(`${what}, in chunks of %i bytes`, (size) => {
      const codec = compileHere(schema, { limits });
      const message = codec.encode(value as never);
      const stream = Uint8Array.of(...message, ...message, ...message);
      looks = 0;
      expect(feed(new Decoder<unknown>(codec), cut(stream, size))).toBe(3);
      expect(looks / (3 * elements)).toBeGreaterThanOrEqual(1);
      expect(looks / (3 * elements)).toBeLessThanOrEqual(6);
    });
});
