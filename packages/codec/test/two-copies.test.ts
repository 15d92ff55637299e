// A program may have two copies of this package, as a command installed for all and a schema's own file have: a codec of
// one takes schemas of the other.

import * as ours from "@wireform/codec";
import { expect, it, vi } from "vitest";
import { mode } from "./support/mode.ts";
import { fromHex } from "./support/shared-data.ts";

vi.resetModules();
const theirs = await import("@wireform/codec");

const { array, bits, bytes, check, enumeration, field, padding, sized, string, struct, u8, u16, union } = theirs;
const Body = union("type", u8, {
  hello: [
    1,
    struct({
      kind: enumeration(bits(4), { a: 1, b: 2 }),
      count: bits(4),
      name: check(string(u8), (text) => text !== "", "must not be empty"),
      pad: padding({ align: 4 }),
      items: array(u16, field("count")),
      tail: bytes(1),
    }),
  ],
});
const Schema = sized(u16, Body);
const value = { type: "hello", kind: "b", count: 2, name: "ada", items: [1, 2], tail: Uint8Array.of(9) } as const;
const wire = fromHex("000b0122036164610001000209");

it("is two copies here", () => expect(theirs.compile).not.toBe(ours.compile));

it("encodes and decodes by the other copy's schema", () => {
  const codec = ours.compile(Schema, { mode });
  expect(codec.encode(value)).toEqual(wire);
  expect(codec.decode(wire)).toEqual(value);
});

it("waits for bytes, one by one", () => {
  for (const [schema, sent] of [
    [Schema, wire],
    [Body, ours.compile(Body).encode(value)],
  ] as const) {
    const decoder = new ours.Decoder(ours.compile(schema, { mode }));
    const got = [...sent].flatMap((byte) => [...decoder.push(Uint8Array.of(byte))]);
    expect(got).toEqual([value]);
  }
});

it("says where its errors are", () => {
  const codec = ours.compile(Schema, { mode });
  expect(codec.safeDecode(wire.with(3, 0xf2))).toMatchObject({ ok: false, error: { code: "value", path: "kind" } });
  expect(() => codec.encode({ ...value, items: [1, 70_000] })).toThrow(
    expect.objectContaining({ name: "EncodeError", code: "range", path: "items[1]" }),
  );
  expect(() => ours.struct({ inner: theirs.struct({ n: theirs.bits(3) }) as never })).toThrow(/^inner: /);
  expect(() => ours.compile(ours.struct({ a: theirs.bytes(theirs.field("../n")) as never }) as never)).toThrow(
    expect.objectContaining({ name: "SchemaError" }),
  );
});
