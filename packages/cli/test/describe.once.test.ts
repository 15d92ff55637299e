// A schema in words and as a tree.

import {
  array,
  asText,
  at,
  bits,
  bytes,
  compile,
  custom,
  enumeration,
  field,
  flag,
  lazy,
  match,
  padding,
  range,
  reserved,
  rest,
  type Schema,
  sized,
  string,
  struct,
  typedArray,
  u8,
  u16,
  u32,
  union,
  when,
} from "@wireform/codec";
import { arbitrary } from "@wireform/codec/fast-check";
import { hueOf } from "@wireform/codec/tooling";
import { Packet } from "@wireform/protocols/mqtt";
import fc from "fast-check";
import { expect, it } from "vitest";
import { anatomyOf, type Part } from "../src/anatomy/part.ts";
import { anatomyText } from "../src/render/anatomy.ts";
import { expectSession } from "./support/golden.ts";

it("tells messages, fields, sizes, bits, names and what follows from what", () =>
  expectSession("describe", [
    "wireform describe --schema ./login.ts",
    "wireform describe --schema ./login.ts --json",
    "wireform describe --schema mqtt",
    "wireform describe --schema resp",
    "wireform describe --schema resp#Request",
    "wireform describe --schema resp#Nothing",
    "wireform describe --schema ./nowhere.ts",
    "wireform describe --schema ./throws.ts",
    "wireform describe --schema ./astray.ts",
  ]));

type Tree = { value: number; children: Tree[] };
const Inner: Schema<Tree> = struct({
  value: u8,
  children: array(
    lazy(() => Inner),
    u8,
  ),
});

const everything = struct(
  {
    header: struct({ length: u16, at: u16 }),
    low: bits(4),
    wide: bits(12),
    mode: match(field("low"), { 1: u8, 2: string(u8) }, bytes(2)),
    tree: lazy(() => Inner),
    kind: union("type", bits(2), {
      small: [range(0, 2), struct({ rest: reserved(bits(6), { ignore: true }) })],
      large: [3, struct({ rest: bits(6), numbers: typedArray(u32, u8) })],
    }),
    flags: flag,
    spare: reserved(bits(7)),
    color: enumeration(u8, { red: 0, green: 1, blue: 2, black: 3, white: 4 }, { unknown: "pass" }),
    odd: custom({ name: "odd", min: 1, max: 3, decode: () => ({ needed: 1 }), encode: () => new Uint8Array(1) }),
    far: at(field("header.at"), u32),
    pad: padding({ align: 4 }),
    body: sized(
      field("header.length").minus(2),
      struct({ first: when(field("../flags").is(true).or(field("../low").isNot(3)), u8), rest: bytes(rest) }),
    ),
  },
  { bitOrder: "lsb", endian: "little" },
);

it("tells every kind", () => {
  compile(everything);
  const text = anatomyText(anatomyOf(everything, "Everything"), false);
  expect(text).toMatchInlineSnapshot(`
    "Everything     struct                         13 bytes or more
      header       struct                         4 bytes
        length     u16                            2 bytes              length of body
        at         u16                            2 bytes              offset of far
      low          bits 3-0
      wide         bits 15-4
      mode         match on low                   1 to 256 bytes
        1          u8                             1 byte
        2          string(u8)                     1 to 256 bytes
        otherwise  bytes(2)                       2 bytes
      tree         struct                         2 bytes or more
        value      u8                             1 byte
        children   array(u8)                      1 byte or more
          []       tree, again
      kind         union on type, bits(2)         1 to 1022 bytes

        small      variant                        1 byte               type 0 to 2
          tag      bits 7-6                                            0 to 2
          rest     bits 5-0                                            reserved, written as 0

        large      variant                        2 to 1022 bytes      type 3
          type     bits 7-6                                            always 3
          rest     bits 5-0
          numbers  typedArray(u32, u8)            1 to 1021 bytes
      flags        bit 0
      spare        bits 7-1                                            always 0; reserved
      color        u8                             1 byte               other numbers pass
        red        0
        green      1
        blue       2
        black      3
        white      4
      odd          odd                            1 to 3 bytes
      far          u32                            4 bytes              at the offset header.at
      pad          padding                        0 to 3 bytes         up to a multiple of 4
      body         sized(header.length-2) struct  0 to 65533 bytes
        first      u8                             1 byte               when ../flags is true or ../low is not 3
        rest       bytes(rest)                    any number of bytes
    "
  `);
});

it("colours fields as pictures of them do", () => {
  const text = anatomyText(anatomyOf(everything, "Everything"), true);
  for (const path of ["header", "header.length", "kind.numbers", "body.first"])
    expect(text).toContain(`\u001b[${hueOf(path)}m${path.split(".").at(-1)}\u001b[0m`);
});

it("comes to an end where a schema makes itself anew each time", () => {
  const parts = (part: Part): number => part.parts.reduce((sum, inner) => sum + parts(inner), 1);
  expect(parts(anatomyOf(asText(Inner), "Tree"))).toBeLessThan(20);
});

it("tells sizes and bits that messages really have", () => {
  const packets = anatomyOf(Packet, "Packet");
  const codec = compile(Packet);
  for (const message of fc.sample(arbitrary(Packet), { numRuns: 60, seed: 1 })) {
    const bytes = codec.encode(message as never);
    const { min, max, parts } = packets.parts.find(({ name }) => name === message.type) as Part;
    expect(bytes.length).toBeGreaterThanOrEqual(min);
    expect(bytes.length).toBeLessThanOrEqual(max);
    for (const { key, start, end, bits } of codec.inspect(bytes).children) {
      const part = parts.find(({ name }) => name === key) as Part;
      expect(end - start, part.path).toBeGreaterThanOrEqual(bits ? 1 : part.min);
      expect(end - start, part.path).toBeLessThanOrEqual(bits ? 1 : part.max);
      expect(bits && { high: bits.high, low: bits.low }, part.path).toEqual(
        part.bits && { high: part.bits.high, low: part.bits.low },
      );
    }
  }
});
