// The interpreter is the specification: over damaged bytes and damaged values, generated code says the same, and so does
// a decoder that gets the bytes in pieces.

import { type Codec, compile, DecodeError, Decoder, EncodeError } from "@wireform/codec";
import { toHex } from "../support/shared-data.ts";
import { same } from "./same.ts";

// For each message; a thousand and more each found nothing else.
const DAMAGES = 24;
const REPLACEMENTS = 120;

type Any = Codec<unknown, unknown>;
const others = new WeakMap<object, Any>();

function interpreted(codec: Any): Any {
  const known = others.get(codec) ?? compile(codec.schema, { mode: "interpret", limits: codec.limits });
  others.set(codec, known);
  return known as Any;
}

/** What a call gives or throws, as data. */
function outcome(call: () => unknown): unknown {
  try {
    return { value: call() };
  } catch (error) {
    if (!(error instanceof DecodeError || error instanceof EncodeError)) return { stray: String(error) };
    const { name, code, path, offset, expected, actual, message } = error;
    return { name, code, path, offset, expected, actual, message };
  }
}

/** The same numbers in every run. */
function* numbers(seed: number): Generator<number, number> {
  for (let state = seed >>> 0 || 1; ; ) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state >>> 0;
  }
}

export function* damaged(bytes: Uint8Array): Generator<Uint8Array> {
  const next = numbers(bytes.reduce((sum, byte) => (sum * 31 + byte) | 0, bytes.length));
  const below = (n: number): number => next.next().value % n;
  for (let i = 0; i < DAMAGES; i++) {
    const copy = [...bytes];
    const at = below(Math.max(1, Math.min(copy.length, 200)));
    if (i % 4 === 0) copy.splice(at, 1);
    else if (i % 4 === 1) copy.splice(at, 0, below(256));
    else copy[at] = i % 4 === 2 ? ((copy[at] ?? 0) ^ (1 << below(8))) & 0xff : below(256);
    yield Uint8Array.from(copy);
  }
}

/** All messages of a stream, then how it ended; the words of an error show bytes that others have not seen yet. */
function inPieces(codec: Any, bytes: Uint8Array, size: number): unknown {
  const decoder = new Decoder<unknown>(codec as Codec<unknown, never>);
  const values: unknown[] = [];
  const end = outcome(() => {
    for (let at = 0; at < bytes.length; at += size)
      for (const value of decoder.push(bytes.slice(at, at + size))) values.push(value);
    for (const value of decoder.end()) values.push(value);
  });
  const { stray, code, path, offset } = end as Record<string, unknown>;
  return { values, stray, code, path, offset };
}

function proveSameDecoding(codec: Any, bytes: Uint8Array): void {
  const other = interpreted(codec);
  for (const wire of damaged(bytes)) {
    const hint = (): string => `for ${toHex(wire)}`;
    same(
      outcome(() => codec.decode(wire)),
      outcome(() => other.decode(wire)),
      hint,
    );
    same(
      outcome(() => codec.read(wire)),
      outcome(() => other.read(wire)),
      hint,
    );
    const whole = inPieces(codec, wire, wire.length || 1);
    for (const size of [1, 5]) same(inPieces(codec, wire, size), whole, hint);
    same(inPieces(other, wire, 3), whole, hint);
  }
}

const strange = [
  undefined,
  null,
  -1,
  0,
  1,
  255,
  65536,
  0.5,
  Number.NaN,
  2 ** 53,
  -1n,
  1n << 64n,
  "",
  "\0",
  "é€",
  [],
  {},
  true,
];

/** Copies of a value with one thing in it replaced. */
function* replaced(value: unknown, next: Generator<number, number>, depth = 0): Generator<unknown> {
  for (let i = 0; i < (depth === 0 ? 4 : 3); i++) yield strange[next.next().value % strange.length];
  if (typeof value !== "object" || value === null || value instanceof Uint8Array || depth > 5) return;
  if (Array.isArray(value)) {
    for (let i = 0; i < Math.min(3, value.length); i++)
      for (const item of replaced(value[i], next, depth + 1)) yield value.with(i, item);
    yield value.slice(1);
    return;
  }
  if (value instanceof Map) return;
  for (const [key, inner] of Object.entries(value)) {
    const { [key]: _, ...rest } = value as Record<string, unknown>;
    yield rest;
    for (const item of replaced(inner, next, depth + 1)) yield { ...value, [key]: item };
  }
}

function proveSameEncoding(codec: Any, value: unknown): void {
  const other = interpreted(codec);
  let left = REPLACEMENTS;
  for (const given of replaced(value, numbers(left))) {
    if (left-- === 0) return;
    same(
      outcome(() => codec.encode(given)),
      outcome(() => other.encode(given)),
    );
  }
}

/** Holds generated code against the interpreter over what becomes of one message when it is damaged. */
export function proveBothModes(codec: Codec<unknown, never>, bytes: Uint8Array, value: unknown): void {
  if (codec.mode !== "jit") return;
  proveSameDecoding(codec as Any, bytes);
  proveSameEncoding(codec as Any, value);
}
