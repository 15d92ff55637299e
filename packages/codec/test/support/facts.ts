// A kind of schema is held to a table of wire facts: what stands for what, which values and which bytes are refused.
// Every row goes through every way in and out, and both back ends must tell the same story about it.

import { inspect } from "node:util";
import { type AnySchema, type CompileOptions, compile, type DecodeCode, type EncodeCode } from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { expectAlikeBytes, expectAlikeValue } from "./alone.ts";
import { oneGo } from "./calls.ts";
import { mode } from "./mode.ts";
import { fromHex, toHex } from "./shared-data.ts";

/** Values and their bytes; hex may be spaced. */
export interface Facts {
  /** Value and bytes, both ways. */
  readonly ok?: readonly (readonly [value: unknown, hex: string])[];
  /** Bytes that decode, but are not what encoding writes. */
  readonly decodes?: readonly (readonly [hex: string, value: unknown])[];
  /** Values that encode, but are not what decoding gives. */
  readonly encodes?: readonly (readonly [value: unknown, hex: string])[];
  readonly badValues?: readonly (readonly [value: unknown, code: EncodeCode, path?: string])[];
  readonly badHex?: readonly (readonly [hex: string, code: DecodeCode, offset?: number, path?: string])[];
  /** Input that ends after so many bytes of the first `ok` row: where the error says it was cut. */
  readonly cuts?: readonly (readonly [length: number, path: string, offset: number])[];
  /** Set where the end of the input is one of the ways to end, so that a part of a message can be a message. */
  readonly open?: boolean;
}

type AnyCodec = ReturnType<typeof compile<AnySchema>>;
type Failure = Record<
  "name" | "code" | "path" | "keys" | "offset" | "bit" | "expected" | "actual" | "message",
  unknown
>;

const bytesOf = (hex: string): Uint8Array<ArrayBuffer> => fromHex(hex.replaceAll(" ", ""));

/** A value as text that tells apart key order, -0, undefined and absent, and the class of objects. */
export const exact = (value: unknown): string =>
  inspect(value, { depth: null, maxArrayLength: null, maxStringLength: null, breakLength: Number.POSITIVE_INFINITY });

/** What a call throws, with every field; a call that throws nothing fails the test. */
export function failureOf(run: () => unknown): Failure {
  const outcome = outcomeOf(run);
  if (!("error" in outcome)) throw new Error(`nothing was thrown, but ${exact(outcome.value)} returned`);
  return outcome.error;
}

function outcomeOf(run: () => unknown): { value: unknown } | { error: Failure } {
  try {
    return { value: run() };
  } catch (error) {
    const { name, code, path, keys, offset, bit, expected, actual, message } = error as Failure;
    return { error: { name, code, path, keys, offset, bit, expected, actual, message } };
  }
}

/** Every container that decode takes, around the same bytes, with other bytes around them where that is possible. */
function containersOf(bytes: Uint8Array<ArrayBuffer>): [string, Uint8Array | ArrayBufferLike | ArrayBufferView][] {
  const around = (memory: ArrayBufferLike): Uint8Array => {
    const all = new Uint8Array(memory).fill(0xa5);
    all.set(bytes, 3);
    return all.subarray(3, 3 + bytes.length);
  };
  const inside = around(new ArrayBuffer(bytes.length + 7));
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  return [
    ["Uint8Array", bytes],
    ["view into a larger buffer", inside],
    ["Buffer of the pool", Buffer.from(bytes)],
    ["ArrayBuffer", bytes.buffer.slice(0)],
    ["DataView", new DataView(inside.buffer, inside.byteOffset, inside.byteLength)],
    ["SharedArrayBuffer", shared],
    ["view into shared memory", around(new SharedArrayBuffer(bytes.length + 7))],
  ];
}

/** Both back ends, this run's first; every question is asked of both and must have the same answer. */
class Pair {
  readonly here: AnyCodec;
  private readonly other: AnyCodec;

  constructor(schema: AnySchema, options: CompileOptions) {
    this.here = compile(schema, { mode, ...options });
    this.other = compile(schema, { ...options, mode: mode === "interpret" ? "jit" : "interpret" });
  }

  ask(question: (codec: AnyCodec) => unknown): { value: unknown } | { error: Failure } {
    const answer = outcomeOf(() => question(this.here));
    expect(exact(answer)).toBe(exact(outcomeOf(() => question(this.other))));
    return answer;
  }

  value(question: (codec: AnyCodec) => unknown): unknown {
    const answer = this.ask(question);
    if ("error" in answer) throw new Error(`refused: ${answer.error.message}`);
    return answer.value;
  }

  error(question: (codec: AnyCodec) => unknown): Failure {
    const answer = this.ask(question);
    if ("value" in answer) throw new Error(`accepted: ${exact(answer.value)}`);
    return answer.error;
  }
}

const nameOf = (schema: AnySchema): string => (schema as { label?: string }).label ?? schema.kind;
const brief = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** Registers one test per row. */
export function facts(schema: AnySchema, table: Facts, options: CompileOptions = {}): void {
  describe(nameOf(schema), () => {
    const pair = new Pair(schema, options);
    const { here } = pair;

    for (const [value, hex] of table.ok ?? []) {
      it(`${brief(exact(value))} is ${brief(hex) || "no bytes"}`, () => {
        const bytes = bytesOf(hex);
        expectEncodes(pair, value, bytes);
        expectDecodes(pair, bytes, value, table.open);
        if (!table.open) expectPrefixesShort(pair, bytes);
        expectModesAgreeAround(pair, bytes);
        expectDerivedOmittable(pair, value, bytes);
        if (!options.limits) oneGo(schema, options)(value, hex);
      });
    }

    for (const [hex, value] of table.decodes ?? []) {
      it(`${brief(hex) || "no bytes"} decodes as ${brief(exact(value))}`, () => {
        const bytes = bytesOf(hex);
        expectDecodes(pair, bytes, value, table.open);
        expect(here.encode(value), "another form is written").not.toEqual(bytes);
        expect(exact(here.decode(here.encode(value)))).toBe(exact(value));
      });
    }

    for (const [value, hex] of table.encodes ?? [])
      it(`${brief(exact(value))} encodes as ${brief(hex) || "no bytes"}`, () => {
        expectEncodes(pair, value, bytesOf(hex));
      });

    for (const [value, code, path = ""] of table.badValues ?? []) {
      it(`refuses the value ${brief(exact(value))}: ${code}`, () => {
        const { message } = pair.error((codec) => codec.encode(value));
        const want = { name: "EncodeError", code, path, message };
        expect(pair.error((codec) => codec.size(value))).toMatchObject(want);
        // What was in the buffer before is never shown.
        for (const before of [0, 0x55, 0xaa]) {
          const write = (codec: AnyCodec) => codec.write(value, new Uint8Array(256).fill(before), 3);
          expect(pair.error(write)).toMatchObject(want);
        }
        expectAlikeValue(here, value);
      });
    }

    for (const [hex, code, offset = 0, path = ""] of table.badHex ?? []) {
      it(`refuses the bytes ${brief(hex) || "(none)"}: ${code}`, () => {
        const bytes = bytesOf(hex);
        const want = { name: "DecodeError", code, path };
        for (const [container, input] of containersOf(bytes))
          expect(
            pair.error((codec) => codec.decode(input)),
            container,
          ).toMatchObject({ ...want, offset });
        const safe = pair.value((codec) => {
          const result = codec.safeDecode(bytes);
          return result.ok
            ? result
            : {
                ok: false,
                error: failureOf(() => {
                  throw result.error;
                }),
              };
        });
        expect(safe).toMatchObject({ ok: false, error: { ...want, offset } });
        const shifted = Uint8Array.of(0xa5, 0xa5, 0xa5, ...bytes);
        const read = pair.ask((codec) => codec.read(shifted, 3));
        if (code === "trailing") expect(read).toMatchObject({ value: { offset: offset + 3 } });
        // Inside of a window no bytes can follow, so that what is cut there is wrong at once.
        else if ((code === "truncated" || table.open) && "value" in read)
          expect(read).toMatchObject({ value: { needed: expect.any(Number) } });
        else expect(read).toMatchObject({ error: { ...want, offset: offset + 3 } });
        expectAlikeBytes(here, bytes);
        expectModesAgreeAround(pair, bytes);
      });
    }

    for (const [length, path, offset] of table.cuts ?? []) {
      it(`says that input of ${length} bytes is cut in ${path || "the message"} at ${offset}`, () => {
        const bytes = bytesOf(table.ok?.[0]?.[1] as string).subarray(0, length);
        expect(pair.error((codec) => codec.decode(bytes))).toMatchObject({ code: "truncated", path, offset });
      });
    }
  });
}

function expectEncodes(pair: Pair, value: unknown, bytes: Uint8Array): void {
  const encoded = pair.value((codec) => codec.encode(value)) as Uint8Array;
  expect(toHex(encoded)).toBe(toHex(bytes));
  expectAlikeValue(pair.here, value);
  expect(encoded.buffer.byteLength, "a buffer of its own").toBe(encoded.length);
  expect(pair.value((codec) => codec.size(value))).toBe(bytes.length);
  const { min, max } = pair.here.bound;
  expect(bytes.length).toBeGreaterThanOrEqual(min);
  expect(bytes.length).toBeLessThanOrEqual(max);

  const roomy = pair.value((codec) => {
    const into = new Uint8Array(bytes.length + 64).fill(0xa5);
    return { next: codec.write(value, into, 5), into };
  }) as { next: number; into: Uint8Array };
  expect(roomy.next).toBe(5 + bytes.length);
  expect(toHex(roomy.into)).toBe("a5".repeat(5) + toHex(bytes) + "a5".repeat(59));

  const exactRoom = pair.value((codec) => {
    const memory = new Uint8Array(bytes.length + 6).fill(0xa5);
    return { next: codec.write(value, memory.subarray(2, bytes.length + 3), 1), memory };
  }) as { next: number; memory: Uint8Array };
  expect(exactRoom.next).toBe(1 + bytes.length);
  expect(toHex(exactRoom.memory)).toBe("a5".repeat(3) + toHex(bytes) + "a5".repeat(3));

  if (bytes.length > 0)
    expect(pair.error((codec) => codec.write(value, new Uint8Array(bytes.length), 1))).toMatchObject({
      name: "EncodeError",
      code: "overflow",
    });
}

function expectDecodes(pair: Pair, bytes: Uint8Array<ArrayBuffer>, value: unknown, open = false): void {
  const want = exact(value);
  expectAlikeBytes(pair.here, bytes);
  for (const [container, input] of containersOf(bytes)) {
    expect(exact(pair.value((codec) => codec.decode(input))), container).toBe(want);
    expect(exact(pair.value((codec) => codec.safeDecode(input))), container).toBe(exact({ ok: true, value }));
  }
  const shifted = Uint8Array.of(0xa5, 0xa5, 0xa5, ...bytes);
  const read = pair.ask((codec) => codec.read(shifted, 3));
  // What ends with the input is not over as long as more can follow.
  const waits = open && "value" in read && "needed" in (read.value as object);
  if (!waits) expect(exact(read)).toBe(exact({ value: { value, offset: shifted.length } }));
}

/** No proper prefix has a value: more bytes are needed, at most those that are missing, and without them it is cut. */
function expectPrefixesShort(pair: Pair, bytes: Uint8Array): void {
  for (let n = 0; n < bytes.length; n++) {
    // Of a long message every byte at both ends, and some in between.
    if (n >= 256 && n < bytes.length - 256 && n % 97 !== 0) continue;
    const prefix = bytes.subarray(0, n);
    const { needed, ...others } = pair.value((codec) => codec.read(prefix)) as { needed: number };
    expect(others, `the first ${n} bytes have no value`).toEqual({});
    expect(needed).toBeGreaterThanOrEqual(1);
    expect(needed).toBeLessThanOrEqual(bytes.length - n);
    const error = pair.error((codec) => codec.decode(prefix));
    expect(error).toMatchObject({ name: "DecodeError", code: "truncated" });
    expect(error.offset).toBeGreaterThanOrEqual(0);
    expect(error.offset).toBeLessThanOrEqual(n);
  }
}

/** Both back ends say the same of bytes that differ a little; what they accept, they can write and read again. */
function expectModesAgreeAround(pair: Pair, bytes: Uint8Array): void {
  const inputs = [Uint8Array.of(...bytes, 0), Uint8Array.of(...bytes, 0xff)];
  for (let i = 0; i < Math.min(bytes.length, 24); i++) {
    inputs.push(bytes.slice(0, i));
    for (const flip of [0x01, 0x20, 0x80, 0xff]) {
      const changed = bytes.slice();
      (changed[i] as number) ^= flip;
      inputs.push(changed);
    }
  }
  for (const input of inputs) {
    pair.ask((codec) => codec.read(input));
    const decoded = pair.ask((codec) => codec.decode(input));
    if ("error" in decoded) expect(decoded.error.name).toBe("DecodeError");
    else {
      const again = pair.value((codec) => codec.encode(decoded.value)) as Uint8Array;
      expect(exact(pair.value((codec) => codec.decode(again)))).toBe(exact(decoded.value));
    }
  }
}

/** Leaving out a field either is refused or changes no byte. */
function expectDerivedOmittable(pair: Pair, value: unknown, bytes: Uint8Array): void {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return;
  for (const key of Object.keys(value)) {
    const { [key]: _, ...others } = value as Record<string, unknown>;
    const encoded = pair.ask((codec) => codec.encode(others));
    if ("value" in encoded) expect(toHex(encoded.value as Uint8Array), `without ${key}`).toBe(toHex(bytes));
    else expect(encoded.error).toMatchObject({ name: "EncodeError", keys: [key] });
  }
}
