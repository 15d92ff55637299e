// What every whole message owes, whatever the protocol: its value, its bytes again, and patience with a part of it.

import { type Codec, compile, DecodeError, Decoder } from "@wireform/codec";
import { expect } from "vitest";
import { expectAlikeBytes, expectAlikeValue } from "../support/alone.ts";
import { fromHex, toHex } from "../support/shared-data.ts";
import { proveBothModes } from "./both-modes.ts";
import { provePicture } from "./picture.ts";
import { same } from "./same.ts";

export interface Laws {
  /** Keys of fields that encode fills in; dropping them changes no byte. */
  readonly derived?: readonly string[];
  /** False where the bytes are legal but encode writes others. */
  readonly canonical?: boolean;
  /** False where only the end of the input ends the message. */
  readonly ends?: boolean;
  /** True where bytes between what lies at offsets mean nothing. */
  readonly gaps?: boolean;
  /** False where damaging it would show nothing that messages beside it do not show. */
  readonly damage?: boolean;
}

const bytesOf = (wire: string | Uint8Array): Uint8Array => (typeof wire === "string" ? fromHex(wire) : wire);

/** Holds one whole message against its value, and gives back what was decoded. */
export function prove<Out, In>(codec: Codec<Out, In>, wire: string | Uint8Array, value: unknown, laws: Laws = {}): Out {
  const bytes = bytesOf(wire);
  const decoded = codec.decode(bytes);
  same(decoded, value);
  expectAlikeBytes(codec as Codec<unknown, never>, bytes);
  expectAlikeValue(codec as Codec<unknown, never>, decoded);
  if (laws.canonical !== false) proveSameBytes(codec, bytes, decoded, laws.derived ?? []);
  if (bytes.length <= 1024 && laws.damage !== false) {
    proveBothModes(codec as Codec<unknown, never>, bytes, decoded);
    if (codec.mode === "interpret") provePicture(codec as Codec<unknown, never>, bytes, decoded, laws.gaps === true);
  }
  proveLimit(codec as Codec<unknown, never>, bytes, decoded, laws);
  if (laws.ends === false) return decoded;
  provePatience(codec, bytes, decoded);
  provePromptness(codec, bytes, decoded);
  return decoded;
}

function proveSameBytes<Out, In>(codec: Codec<Out, In>, bytes: Uint8Array, value: Out, derived: readonly string[]) {
  const given = value as unknown as In;
  expect(toHex(codec.encode(given))).toBe(toHex(bytes));
  expect(codec.size(given)).toBe(bytes.length);
  const room = new Uint8Array(bytes.length + 4).fill(0x5a);
  expect(codec.write(given, room, 2)).toBe(2 + bytes.length);
  expect(toHex(room)).toBe(`5a5a${toHex(bytes)}5a5a`);
  if (bytes.length > 0)
    expect(() => codec.write(given, room.subarray(0, bytes.length + 1), 2)).toThrow(
      expect.objectContaining({ name: "EncodeError", code: "overflow" }),
    );
  if (derived.length === 0) return;
  const fewer = without(value, derived);
  expect(fewer).not.toStrictEqual(value);
  expect(toHex(codec.encode(fewer as In))).toBe(toHex(bytes));
}

function provePatience<Out, In>(codec: Codec<Out, In>, bytes: Uint8Array, value: Out): void {
  const surrounded = new Uint8Array(bytes.length + 6).fill(0x5a);
  surrounded.set(bytes, 3);
  same(codec.read(surrounded, 3), { value, offset: 3 + bytes.length });
  // Long messages are cut near both ends and at some places between.
  const step = Math.max(1, bytes.length >> 8);
  for (let cut = 0; cut < bytes.length; cut += cut < 64 || bytes.length - cut < 64 ? 1 : step) {
    const answer = codec.read(bytes.slice(0, cut));
    if (!("needed" in answer) || !(answer.needed >= 1 && answer.needed <= bytes.length - cut))
      expect.fail(`cut after ${cut} of ${bytes.length} bytes, read() says ${JSON.stringify(Object.entries(answer))}`);
  }
}

/** Two messages one behind the other, in chunks of one byte and of several: each comes with the chunk of its last byte. */
function provePromptness<Out, In>(codec: Codec<Out, In>, bytes: Uint8Array, value: Out): void {
  const stream = new Uint8Array(bytes.length * 2);
  stream.set(bytes);
  stream.set(bytes, bytes.length);
  for (const size of bytes.length <= 512 ? [1, 3, 64] : [1000]) {
    const decoder = new Decoder<Out>(codec);
    for (let at = 0; at < stream.length; at += size) {
      const end = Math.min(stream.length, at + size);
      const due = Math.floor(end / bytes.length) - Math.floor(at / bytes.length);
      const got = [...decoder.push(stream.slice(at, end))];
      if (got.length !== due) expect.fail(`${got.length} messages, not ${due}, with bytes ${at} to ${end}`);
      for (const each of got) same(each, value);
    }
    expect([...decoder.end()]).toEqual([]);
  }
}

/** The bytes must be refused: by decode, and by read() however few of them it takes. */
export function refused<Out, In>(codec: Codec<Out, In>, wire: string | Uint8Array): DecodeError {
  const result = codec.safeDecode(bytesOf(wire));
  expectAlikeBytes(codec as Codec<unknown, never>, bytesOf(wire));
  if (result.ok)
    expect.fail(`decoded as ${JSON.stringify(result.value, (_, v) => (typeof v === "bigint" ? `${v}n` : v))}`);
  expect(result.error).toBeInstanceOf(DecodeError);
  return result.error;
}

/** A copy of a value without the properties of these names, at any depth. */
export function without(value: unknown, keys: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => without(item, keys));
  if (typeof value !== "object" || value === null || value instanceof Uint8Array || value instanceof Map) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (keys.includes(key) ? [] : [[key, without(inner, keys)]])),
  );
}

const limitsProved = new WeakSet<object>();

/** A message of exactly the maximum size passes, in both directions, and one byte less is too little. Once per codec. */
function proveLimit(codec: Codec<unknown, never>, bytes: Uint8Array, value: unknown, laws: Laws): void {
  if (bytes.length === 0 || limitsProved.has(codec)) return;
  limitsProved.add(codec);
  const limited = (maxMessageSize: number): Codec<unknown, never> =>
    compile(codec.schema, { mode: codec.mode, limits: { maxMessageSize } });
  const fits = limited(bytes.length);
  const tight = limited(bytes.length - 1);
  const tooLarge = expect.objectContaining({ code: "limit" });
  same(fits.decode(bytes), value);
  expect(() => tight.decode(bytes)).toThrow(tooLarge);
  const decoder = new Decoder<unknown>(tight);
  const inPieces = (): unknown[] => [
    ...Array.from(bytes, (byte) => [...decoder.push(Uint8Array.of(byte))]),
    ...decoder.end(),
  ];
  expect(inPieces).toThrow(tooLarge);
  if (laws.ends !== false) expect(() => tight.read(bytes)).toThrow(tooLarge);
  if (laws.canonical === false) return;
  expect(toHex(fits.encode(value as never))).toBe(toHex(bytes));
  expect(() => tight.encode(value as never)).toThrow(tooLarge);
  expect(() => tight.size(value as never)).toThrow(tooLarge);
}
