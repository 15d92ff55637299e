// What the lint finds, and what it leaves alone.

import {
  type AnySchema,
  array,
  asText,
  bits,
  bytes,
  check,
  compile,
  constant,
  custom,
  decimal,
  enumeration,
  field,
  flag,
  lazy,
  lengthOf,
  match,
  nullable,
  range,
  rest,
  type Schema,
  sized,
  string,
  struct,
  u8,
  u16,
  u32,
  u64,
  uleb128,
  union,
  until,
  when,
} from "@wireform/codec";
import { expect, it } from "vitest";
import { lint } from "../src/anatomy/lint.ts";
import { expectSession } from "./support/golden.ts";

const limits = { maxMessageSize: 2 ** 24, maxElements: 2 ** 20, maxDepth: 64 };
const found = (schema: AnySchema): string[] => {
  compile(schema);
  return lint(schema, "Message", limits).map(({ rule, path, what }) => `${rule} ${path}: ${what}`);
};

it("says where, what and what to do, and ends with 1 where there is anything", () =>
  expectSession("check", [
    "wireform check --schema mqtt",
    "wireform check --schema mqtt --max-message-size 268435460",
    "wireform check --schema resp",
    "wireform check --schema resp#Request",
    "wireform check --schema ./login.ts",
    "wireform check --schema ./login.ts --json",
    "wireform check --schema mqtt#Packet31 --json --max-message-size 1000",
    "wireform check --schema ./throws.ts",
    "wireform check --schema ./login.ts --max-message-size huge",
    "wireform check --schema ./login.ts --max-elements 5000000000",
  ]));

type Chain = { next: Chain };
const chain: Schema<Chain> = lazy(() => endless);
const endless: Schema<Chain> = struct({ next: chain });
type Tree = { type: "leaf"; value: number } | { type: "node"; value: Tree } | { type: "loop"; value: Chain };
const tree: Schema<Tree> = union("type", u8, {
  leaf: [0, u8],
  node: [1, lazy(() => tree)],
  loop: [2, chain],
}) as Schema as Schema<Tree>;

it.each<[string, AnySchema, ...string[]]>([
  [
    "text up to a delimiter",
    struct({ a: string(until("\n")) }),
    'unbounded a: goes on until "\\n", with nothing but the message limit to bound it',
  ],
  [
    "elements up to a last one",
    array(
      u8,
      until((n) => n === 0),
    ),
    "unbounded Message: goes on to an element that is its last, with nothing but the message limit to bound it",
  ],
  [
    "the rest of a connection",
    struct({ a: u8, b: bytes(rest) }),
    "unbounded b: takes everything up to the end of the connection, so that no message can follow",
  ],
  [
    "functions without a max",
    custom({ name: "x", decode: () => ({ needed: 1 }), encode: () => new Uint8Array() }),
    "unbounded Message: its functions may take any number of bytes",
  ],
  [
    "a prefix of 32 bits",
    bytes(u32),
    "limit Message: may announce 4294967295 bytes, where a message has at most 16777216",
  ],
  [
    "a field of 32 bits",
    struct({ n: u32, b: bytes(field("n").minus(4)) }),
    "limit b: may announce 4294967291 bytes, where a message has at most 16777216",
  ],
  [
    "a window of 32 bits",
    sized(u32, struct({ s: string(until("\n")), b: bytes(rest) })),
    "limit Message: may announce 4294967295 bytes, where a message has at most 16777216",
  ],
  [
    "a count of 32 bits",
    array(u8, u32),
    "limit Message: may announce 4294967295 elements, where a message has at most 1048576",
  ],
  [
    "a count of 16 bits, of large elements",
    array(bytes(1000), u16),
    "limit Message: may announce 65535000 bytes, where a message has at most 16777216",
  ],
  [
    "a max beyond the limit",
    string(until("\n", { max: 2 ** 30 })),
    "limit Message: has a max of 1073741824 bytes, where a message has at most 16777216",
  ],
  [
    "a fixed size beyond the limit",
    bytes(2 ** 25),
    "unreachable Message: takes at least 33554432 bytes, where there are at most 16777216",
  ],
  [
    "a tag in longer forms",
    union("t", uleb128({ minimal: false }), { a: [1, u8] }),
    "ambiguous t: the same tag can be written in more bytes than it needs, so that whoever looks at the bytes may see another",
  ],
  [
    "a tag with zeros",
    union("t", decimal(until(" "), { zeros: true }), { a: [1, u8] }),
    "ambiguous t: the same tag can be written with zeros in front, so that whoever looks at the bytes may see another",
  ],
  [
    "a case that a constant is not",
    struct({ t: constant(u8, 1), v: match(field("t"), { 1: u8, 4: u16 }) }),
    "unreachable v.4: is never chosen: t cannot be 4",
  ],
  [
    "nothing left for otherwise",
    struct({ t: enumeration(u8, { a: 1, b: 2 }), v: match(field("t"), { a: u8, b: u16 }, u32) }),
    "unreachable v.otherwise: is never chosen: every value of t has a case",
  ],
  [
    "a condition that never holds",
    struct({ q: bits(2), r: bits(6), v: when(field("q").atLeast(4), u8) }),
    "unreachable v: is never there, since it never holds that q is at least 4",
  ],
  [
    "a condition on bits that are not there",
    struct({ f: u8, v: when(field("f").has(0x100), u8) }),
    "unreachable v: is never there, since it never holds that f has the bits 0x100",
  ],
  [
    "a condition that always holds",
    struct({ q: u8, v: when(field("q").atLeast(0), u8) }),
    "unreachable v: is always there, since it always holds that q is at least 0",
  ],
  [
    "a condition on a constant",
    struct({ q: constant(u8, 3), v: when(field("q").is(4), u8) }),
    "unreachable v: is never there, since it never holds that q is 4",
  ],
  [
    "a variant that its window has no room for",
    sized(u8, union("t", u8, { a: [0, u8], b: [1, bytes(255)] })),
    "unreachable b: takes at least 256 bytes, where there are at most 255",
  ],
  ["recursion without end", endless, "unreachable Message: contains itself without end"],
  ["a variant without end", tree, "unreachable loop: contains itself without end"],
])("finds %s", (_, schema, ...want) => {
  expect(found(schema)).toEqual(want);
});

type List = { items: List[] };
const list: Schema<List> = struct({
  items: array(
    lazy(() => list),
    u8,
  ),
});

it.each<[string, AnySchema]>([
  ["small prefixes", struct({ s: string(u8), b: bytes(u16), a: array(u32, u16) })],
  ["a prefix that is checked", bytes(check(u32, (n) => n <= 1000, "at most 1000"))],
  ["a field that is checked", struct({ n: check(u64, (n) => n < 1000n, "small"), b: bytes(field("n")) })],
  ["a max", string(until(["\n", "\r", "\r\n"], { max: 100 }))],
  ["anything in a window", sized(u16, struct({ s: string(until("\n")), b: bytes(rest) }))],
  ["anything in a range", struct({ n: lengthOf(u16, { from: "s" }), s: string(until("\n")), b: bytes(rest) })],
  ["a large length of little", sized(u32, struct({ a: u8, b: string(u16) }))],
  ["null", struct({ b: bytes(nullable(u16, 0xffff)), c: when(field("b").isNot(null), u8) })],
  ["tags of ranges", union("t", u8, { small: [range(0, 9), u8], other: [10, struct({})] })],
  ["lengths in a tag", union("t", u8, { text: [range(128, 255), string(field("tag").minus(128))] })],
  [
    "what nobody knows",
    struct({
      n: custom({ name: "n", max: 1, decode: () => ({ value: 1, size: 1 }), encode: () => new Uint8Array(1) }),
      v: match(field("n"), { 1: u8 }),
    }),
  ],
  [
    "a checked number in units",
    struct({ n: check(u32, (n) => n <= 4096, "at most 4096"), b: bytes(field("n").times(4).plus(4)) }),
  ],
  ["cases for all that can be", struct({ f: flag, x: bits(7), v: match(field("f"), { true: u8, false: u16 }) })],
  ["otherwise where something is left", struct({ t: bits(1), x: bits(7), v: match(field("t"), { 1: u8 }, u16) })],
  [
    "conditions that depend",
    struct({ q: bits(2), r: bits(6), v: when(field("q").atLeast(1).and(field("r").is(3)), u8) }),
  ],
  ["references out of a struct", struct({ n: u8, in: struct({ b: bytes(field("../n")) }), m: when(field("n"), u8) })],
  [
    "references into a struct",
    struct({ h: struct({ n: u8, t: u8 }), b: bytes(field("h.n")), v: match(field("h.t"), { 1: u8 }, u16) }),
  ],
  ["recursion that ends", list],
  ["the text form of a schema", asText(struct({ a: u8, b: bits(4), c: bits(4) }))],
])("leaves %s alone", (_, schema) => {
  expect(found(schema)).toEqual([]);
});
