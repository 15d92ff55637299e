// Parsers by chance, each of whose functions answers by all that it can see: one key too many or too few and the rest of
// the message is read otherwise than by binary-parser.

import { Decoder, type Schema } from "@wireform/codec";
import { fromBinaryParser } from "@wireform/codec/binary-parser";
import fc, { type Arbitrary } from "fast-check";
import { expect, it } from "vitest";
import { compileHere } from "../support/mode.ts";
import { runs, seed } from "../support/runs.ts";
import { toHex } from "../support/shared-data.ts";
import { Parser } from "./parser.ts";

const start = (): Parser => Parser.start();

/** A number that follows from all that can be seen from some objects, but for one field. */
function digest(roots: readonly unknown[], without: string): number {
  const known = new Map<object, number>();
  let sum = 7;
  const add = (text: string): void => {
    for (let i = 0; i < text.length; i++) sum = (sum * 31 + text.charCodeAt(i)) % 1_000_003;
  };
  const look = (value: unknown): void => {
    if (value instanceof Uint8Array) add(toHex(value));
    else if (typeof value !== "object" || value === null) add(`${typeof value} ${value}`);
    else if (known.has(value)) add(`#${known.get(value)}`);
    else {
      known.set(value, known.size);
      for (const [key, part] of Object.entries(value)) {
        if (key === without) continue;
        add(key);
        look(part);
      }
    }
  };
  roots.forEach(look);
  return sum;
}

/** A function of a parser that answers with a number below `most`, about the field of a name. */
const answer = (name: string, most: number) =>
  function (this: unknown, ...args: unknown[]): number {
    return digest([this, ...args], name) % most;
  };

/** Adds a field of a name to a parser; `fresh` gives names for what is inside. */
type Add = (parser: Parser, name: string, fresh: () => string) => Parser;

const leaf: Arbitrary<Add> = fc.constantFrom<Add[]>(
  (p, name) => p.uint8(name),
  (p, name) => p.uint16le(name, { formatter: answer(name, 1000) }),
  (p, name) => p.uint8(name, { assert: answer("", 1e9) }),
  // Bits would go on into a parser behind them, which is refused.
  (p, name) =>
    p
      .bit4(name, { formatter: answer("", 100) })
      .bit4(`${name}b`, { formatter: answer("", 100) })
      .skip(0),
  (p, name) => p.buffer(name, { length: answer(name, 3) }),
  (p, name) => p.string(name, { length: answer(name, 3), encoding: "ascii", formatter: answer("", 50) }),
  (p, name) => p.array(name, { type: "uint16be", length: answer(name, 3) }),
  (p, name) => p.array(name, { type: "uint8", lengthInBytes: answer(name, 3) }),
  (p, name) => p.pointer(name, { type: "uint8", offset: answer(name, 60) }),
  (p) => p.skip(answer("", 3)),
  (p, name) => p.buffer(name, { readUntil: answer("", 3), formatter: answer("", 50) }),
  (p, name) =>
    p.array(name, {
      type: "uint8",
      readUntil(this: unknown, item: unknown) {
        return digest([this, item], "") % 3 === 0;
      },
    }),
);

const fields = (part: Arbitrary<Add>, most: number): Arbitrary<(fresh: () => string) => Parser> =>
  fc
    .array(part, { minLength: 1, maxLength: most })
    .map((adds) => (fresh) => adds.reduce((parser, add) => add(parser, fresh(), fresh), start()));

const { field } = fc.letrec<{ field: Add }>((tie) => {
  const inner = fields(tie("field"), 3);
  const pair = fc.tuple(inner, inner);
  return {
    field: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      { arbitrary: leaf, weight: 5 },
      {
        arbitrary: inner.map(
          (type): Add =>
            (p, name, fresh) =>
              p.nest(name, { type: type(fresh) }),
        ),
        weight: 1,
      },
      {
        arbitrary: inner.map(
          (type): Add =>
            (p, name, fresh) =>
              p.nest(name, { type: type(fresh), formatter: answer("", 1000) }),
        ),
        weight: 1,
      },
      {
        arbitrary: inner.map(
          (type): Add =>
            (p, _, fresh) =>
              p.nest({ type: type(fresh) }),
        ),
        weight: 1,
      },
      {
        arbitrary: inner.map(
          (type): Add =>
            (p, name, fresh) =>
              p.array(name, { type: type(fresh), length: answer(name, 3) }),
        ),
        weight: 2,
      },
      {
        arbitrary: inner.map(
          (type): Add =>
            (p, name, fresh) =>
              p.array(name, { type: type(fresh), readUntil: answer("", 2) }),
        ),
        weight: 1,
      },
      {
        arbitrary: inner.map(
          (type): Add =>
            (p, name, fresh) =>
              p.pointer(name, { type: type(fresh), offset: 3 }),
        ),
        weight: 1,
      },
      {
        arbitrary: pair.map(
          ([one, other]): Add =>
            (p, name, fresh) =>
              p.choice(name, {
                tag: answer(name, 2),
                choices: { 0: one(fresh) },
                defaultChoice: other(fresh),
              }),
        ),
        weight: 1,
      },
      {
        arbitrary: pair.map(
          ([one, other]): Add =>
            (p, _, fresh) =>
              p.choice({ tag: answer("", 2), choices: { 0: one(fresh), 1: other(fresh) } }),
        ),
        weight: 1,
      },
    ),
  };
});

/** With plain views for buffers. */
function plainly(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(plainly);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plainly(part)]));
}

it("parsers by chance decode as with binary-parser, however the bytes are cut", () => {
  let whole = 0;
  let compared = 0;
  fc.assert(
    fc.property(
      fields(field, 5),
      fc.boolean(),
      fc.boolean(),
      fc.uint8Array({ minLength: 64, maxLength: 64 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 9 }),
      (make, context, toEnd, bytes, sizes) => {
        let names = 0;
        const parser = make(() => `n${++names}`);
        if (context) parser.useContextVars();
        if (toEnd) parser.buffer("tail", { readUntil: "eof" });
        const codec = compileHere(fromBinaryParser(parser).schema as Schema<unknown>);
        // Letters of ASCII only, which nobody reads otherwise, and more of them than most messages take.
        const data = Uint8Array.from({ length: 256 }, (_, i) => (bytes[i % 64] as number) & 127);
        const theirs = attempt(() => plainly(parser.parse(Buffer.from(data))));
        const ours = attempt(() => (toEnd ? { value: codec.decode(data), offset: data.length } : codec.read(data)));
        // What ends behind the last byte is cut for binary-parser, if it notices.
        if (theirs instanceof Error) expect(theirs).toBeInstanceOf(RangeError);
        if (ours instanceof Error) expect(ours).toMatchObject({ code: "truncated" });
        // One that looks at the bytes behind asks for all of them.
        const { value, offset } = ours as { value: unknown; offset?: number };
        if (theirs instanceof Error || offset === undefined) return;
        compared++;
        if (toEnd) whole++;
        expect(JSON.stringify(plainly(value))).toBe(JSON.stringify(theirs));
        const message = data.subarray(0, offset);
        if (message.length === 0) return;
        const decoder = new Decoder(codec);
        const values: unknown[] = [];
        for (let at = 0, i = 0; at < message.length; i++) {
          const size = sizes[i % sizes.length] as number;
          values.push(...decoder.push(message.slice(at, at + size)));
          at += size;
        }
        values.push(...decoder.end());
        expect(values.map(plainly)).toEqual([theirs]);
        expect(plainly(codec.inspect(message).value)).toEqual(theirs);
      },
    ),
    { numRuns: runs(100), seed },
  );
  expect(compared).toBeGreaterThan(runs(100) / 2);
  expect(whole).toBeGreaterThan(runs(100) / 4);
});

function attempt(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
