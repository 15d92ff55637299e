// Damage that knows the structure: fields doubled, swapped and set to the values at which lengths, counts and tags turn.

import fc, { type Arbitrary } from "fast-check";
import { type AnySchema, type Codec, compile, type Node } from "../../index.js";
import { type DrawOptions, input } from "./values.js";

/** A valid message and what became of it. */
export interface Mutation {
  /** What was done, in words. */
  readonly label: string;
  readonly original: Uint8Array;
  readonly bytes: Uint8Array;
}

interface Piece {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** Which of its bits it has, where it shares its bytes. */
  readonly bits?: Node["bits"];
}

type Damage = (bytes: Uint8Array, pieces: readonly Piece[]) => { label: string; bytes: Uint8Array };

/** All fields with bytes, and the prefixes in front of what has fields. */
function piecesOf(node: Node): Piece[] {
  const name = node.path || "the message";
  const [first] = node.children;
  const { start, end, bits } = node;
  if (!first) return end > start ? [{ name, start, end, ...(bits && { bits }) }] : [];
  const own = first.start > start ? [{ name: `the prefix of ${name}`, start, end: first.start }] : [];
  return [...own, ...node.children.flatMap(piecesOf)];
}

const splice = (bytes: Uint8Array, start: number, end: number, put: Uint8Array): Uint8Array =>
  Uint8Array.from([...bytes.subarray(0, start), ...put, ...bytes.subarray(end)]);

const whole = (bytes: Uint8Array): Piece => ({ name: "the message", start: 0, end: bytes.length });
const pick = (bytes: Uint8Array, pieces: readonly Piece[], n: number): Piece =>
  pieces[n % Math.max(1, pieces.length)] ?? whole(bytes);

type Pattern = readonly [name: string, change: (piece: Uint8Array) => Uint8Array];

/** Values at which something turns: of a whole piece, or of its first byte, where a prefix stands. */
const patterns: readonly Pattern[] = [
  ["zeroes", (piece) => new Uint8Array(piece.length)],
  ["ones", (piece) => new Uint8Array(piece.length).fill(255)],
  ["the largest signed number", (piece) => piece.map((_, i) => (i === 0 ? 0x7f : 0xff))],
  ["the smallest signed number", (piece) => piece.map((_, i) => (i === 0 ? 0x80 : 0))],
  ["one", (piece) => piece.map((_, i) => (i === piece.length - 1 ? 1 : 0))],
  ["one more", (piece) => piece.map((byte, i) => (i === piece.length - 1 ? byte + 1 : byte))],
  ["one less", (piece) => piece.map((byte, i) => (i === piece.length - 1 ? byte - 1 : byte))],
  ["one more in its first byte", (piece) => piece.map((byte, i) => (i === 0 ? byte + 1 : byte))],
  ["one less in its first byte", (piece) => piece.map((byte, i) => (i === 0 ? byte - 1 : byte))],
  ["ones in its first byte", (piece) => piece.map((byte, i) => (i === 0 ? 255 : byte))],
  ["a first byte that goes on", (piece) => piece.map((byte, i) => (i === 0 ? byte | 0x80 : byte))],
];

/** The same of a piece that shares its bytes with others, which stay as they are. */
function patternsOf({ bits }: Piece): readonly Pattern[] {
  if (!bits) return patterns;
  const { high, low, little } = bits;
  const most = (1n << BigInt(high - low + 1)) - 1n;
  const set =
    (change: (value: bigint) => bigint): Pattern[1] =>
    (piece) => {
      const bytes = little ? [...piece].reverse() : [...piece];
      const all = bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
      const value = change((all >> BigInt(low)) & most) & most;
      const put = (all & ~(most << BigInt(low))) | (value << BigInt(low));
      const changed = bytes.map((_, i) => Number((put >> BigInt(8 * (bytes.length - 1 - i))) & 255n));
      return Uint8Array.from(little ? changed.reverse() : changed);
    };
  return [
    ["zeroes", set(() => 0n)],
    ["ones", set(() => most)],
    ["one", set(() => 1n)],
    ["one more", set((value) => value + 1n)],
    ["one less", set((value) => value - 1n)],
  ];
}

const turned = (bytes: Uint8Array, piece: Piece, [name, change]: Pattern): { label: string; bytes: Uint8Array } => ({
  label: `${piece.name} set to ${name}`,
  bytes: splice(bytes, piece.start, piece.end, change(bytes.subarray(piece.start, piece.end))),
});

const n = fc.nat(0xffff);

const flips: Arbitrary<Damage> = fc.tuple(n, fc.nat(7)).map(
  ([at, bit]): Damage =>
    (bytes) => {
      if (bytes.length === 0) return { label: "nothing", bytes };
      const place = at % bytes.length;
      return {
        label: `bit ${bit} of byte ${place} flipped`,
        bytes: bytes.map((byte, i) => (i === place ? byte ^ (1 << bit) : byte)),
      };
    },
);

const truncations: Arbitrary<Damage> = n.map(
  (at): Damage =>
    (bytes) => {
      const length = at % (bytes.length + 1);
      return { label: `truncated to ${length} bytes`, bytes: bytes.slice(0, length) };
    },
);

const insertions: Arbitrary<Damage> = fc.tuple(n, fc.uint8Array({ minLength: 1, maxLength: 4 })).map(
  ([at, more]): Damage =>
    (bytes) => {
      const place = at % (bytes.length + 1);
      return { label: `${more.length} bytes inserted at ${place}`, bytes: splice(bytes, place, place, more) };
    },
);

const boundaries: Arbitrary<Damage> = fc.tuple(n, n).map(
  ([which, how]): Damage =>
    (bytes, pieces) => {
      const piece = pick(bytes, pieces, which);
      const all = patternsOf(piece);
      return turned(bytes, piece, all[how % all.length] as Pattern);
    },
);

const removals: Arbitrary<Damage> = n.map(
  (which): Damage =>
    (bytes, pieces) => {
      const piece = pick(bytes, pieces, which);
      return { label: `${piece.name} left out`, bytes: splice(bytes, piece.start, piece.end, new Uint8Array(0)) };
    },
);

const duplicates: Arbitrary<Damage> = n.map(
  (which): Damage =>
    (bytes, pieces) => {
      const piece = pick(bytes, pieces, which);
      const again = bytes.slice(piece.start, piece.end);
      return { label: `${piece.name} written twice`, bytes: splice(bytes, piece.end, piece.end, again) };
    },
);

const orders: Arbitrary<Damage> = fc.tuple(n, n, fc.boolean()).map(
  ([one, other, swap]): Damage =>
    (bytes, pieces) => {
      const chosen = [pick(bytes, pieces, one), pick(bytes, pieces, other)].sort((a, b) => a.start - b.start);
      const [a, b] = chosen as [Piece, Piece];
      if (a.end > b.start) return { label: "nothing", bytes };
      const [first, middle, last] = [[a.start, a.end] as const, [a.end, b.start] as const, [b.start, b.end] as const];
      const put = (swap ? [last, middle, first] : [middle, last, first]).flatMap((part) => [
        ...bytes.subarray(...part),
      ]);
      return {
        label: swap ? `${a.name} and ${b.name} swapped` : `${a.name} moved behind ${b.name}`,
        bytes: splice(bytes, a.start, b.end, Uint8Array.from(put)),
      };
    },
);

const noise: Arbitrary<Damage> = fc.uint8Array({ maxLength: 40 }).map(
  (bytes): Damage =>
    () => ({ label: "other bytes altogether", bytes }),
);

const damage: Arbitrary<Damage> = fc.oneof(
  { arbitrary: flips, weight: 4 },
  { arbitrary: boundaries, weight: 5 },
  { arbitrary: truncations, weight: 2 },
  { arbitrary: insertions, weight: 2 },
  { arbitrary: removals, weight: 2 },
  { arbitrary: duplicates, weight: 2 },
  { arbitrary: orders, weight: 3 },
  { arbitrary: noise, weight: 1 },
);

/** Pieces of long messages that are looked at, spread over them. */
const LOOKED_AT = 16;

/** A valid message with each of its fields, one at a time, at each value at which something turns. */
export function everyTurn(codec: Codec<unknown, unknown>, bytes: Uint8Array): { label: string; bytes: Uint8Array }[] {
  const pieces = piecesOf(codec.inspect(bytes));
  const step = Math.ceil(pieces.length / LOOKED_AT);
  return pieces
    .filter((piece, i) => i % step === 0 && piece.end <= bytes.length)
    .flatMap((piece) => patternsOf(piece).map((pattern) => turned(bytes, piece, pattern)));
}

/**
 * Valid messages damaged in one or two ways, with a label that says how.
 *
 * @example
 * fc.property(mutations(Message), ({ bytes }) => codec.safeDecode(bytes).ok || true)
 */
export function mutations(schema: AnySchema, options: DrawOptions = {}): Arbitrary<Mutation> {
  const codec = compile(schema) as Codec<unknown, unknown>;
  return fc.tuple(input(schema, options), fc.array(damage, { minLength: 1, maxLength: 2 })).map(([value, ways]) => {
    const original = codec.encode(value);
    let bytes = original;
    const labels: string[] = [];
    for (const way of ways) {
      const done = way(
        bytes,
        piecesOf(codec.inspect(bytes)).filter((piece) => piece.end <= bytes.length),
      );
      bytes = done.bytes;
      labels.push(done.label);
    }
    return { label: labels.join(", then "), original, bytes };
  });
}
