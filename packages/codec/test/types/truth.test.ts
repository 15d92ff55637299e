// Values that the types promise, checked against the bytes: what is typed as absent is absent, what may be left out may.
import {
  type AnySchema,
  array,
  at,
  bits,
  bytes,
  checksum,
  constant,
  custom,
  enumeration,
  field,
  flag,
  type Infer,
  type Input,
  i16,
  lazy,
  lengthOf,
  magic,
  map,
  match,
  nullable,
  padding,
  range,
  reserved,
  rest,
  type Schema,
  safe,
  sized,
  string,
  struct,
  typedArray,
  u8,
  u16,
  u32,
  u64,
  uleb128,
  union,
  when,
  xor8,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { compileHere } from "../support/mode.ts";
import { fromHex, toHex } from "../support/shared-data.ts";

const unspaced = (hex: string): string => hex.replaceAll(" ", "");

/** These bytes are this value of the type that is inferred, and come from that one of the type that encode takes. */
function holds<S extends AnySchema>(what: string, schema: S, hex: string, value: Infer<S>, given: Input<S>): void {
  it(`${what}: ${hex}`, () => {
    const codec = compileHere(schema);
    expect(codec.decode(fromHex(unspaced(hex)))).toStrictEqual(value);
    expect(toHex(codec.encode(given))).toBe(unspaced(hex));
    expect(toHex(codec.encode(value as Input<S>))).toBe(unspaced(hex));
  });
}

const empty = new Uint8Array();

describe("structs", () => {
  const Framed = struct({
    start: magic("W"),
    header: struct({ version: constant(u8, 2), length: u8, sub: struct({ count: u8 }) }),
    has: flag,
    unused: reserved(bits(7)),
    body: bytes(field("header.length").minus(1)),
    items: array(u8, field("header.sub.count")),
    extra: when(field("has"), u16),
    end: padding({ align: 2 }),
  });
  holds(
    "with a field that is there",
    Framed,
    "57 02 02 01 80 aa 07 0102 00",
    { header: { version: 2, length: 2, sub: { count: 1 } }, has: true, body: fromHex("aa"), items: [7], extra: 0x0102 },
    { header: { sub: {} }, has: true, body: fromHex("aa"), items: [7], extra: 0x0102 },
  );
  holds(
    "with a field that is absent",
    Framed,
    "57 02 01 00 00 00",
    { header: { version: 2, length: 1, sub: { count: 0 } }, has: false, body: empty, items: [] },
    { header: { sub: {} }, has: false, body: empty, items: [], extra: undefined },
  );

  const Packet = struct({
    length: lengthOf(u16, { from: "text", to: "data" }),
    text: string(nullable(i16)),
    data: typedArray(u16, rest),
    at: u8,
    far: at(field("at"), safe(u64)),
    sum: checksum(u8, xor8, { from: "length", to: "data" }),
  });
  holds(
    "with nothing, with numbers, with something elsewhere",
    Packet,
    "0004 ffff 0001 06 05 0000000000000009".replace("06 05", "08 05"),
    { length: 4, text: null, data: Uint16Array.of(1), at: 8, far: 9, sum: 5 },
    { text: null, data: Uint16Array.of(1), far: 9 },
  );

  holds(
    "with a default for what is absent",
    struct({
      wide: flag,
      unused: reserved(bits(7)),
      size: map(when(field("wide"), u16), { decode: (n) => n ?? 0, encode: (n: number) => n || undefined }),
    }),
    "00",
    { wide: false, size: 0 },
    { wide: false, size: 0 },
  );
});

describe("what has no value of its own", () => {
  holds(
    "a constant in a window and at an offset may be left out",
    struct({ at: u8, size: u8, framed: sized(field("size"), constant(u16, 1)), far: at(field("at"), constant(u8, 9)) }),
    "04 02 0001 09",
    { at: 4, size: 2, framed: 1, far: 9 },
    {},
  );
  holds(
    "a window around what may be absent",
    struct({ has: flag, unused: reserved(bits(7)), value: sized(u8, when(field("has"), u8)) }),
    "00 00",
    { has: false },
    { has: false },
  );
  holds(
    "nothing that may be null",
    struct({ value: sized(nullable(i16), magic("!")) }),
    "ffff",
    { value: null },
    { value: null },
  );
  holds("nothing that is not null", struct({ value: sized(nullable(i16), magic("!")) }), "0001 21", {}, {});
  holds(
    "a function makes a value of it",
    struct({ value: map(magic("!"), { decode: () => "bang", encode: (_: string) => undefined }) }),
    "21",
    { value: "bang" },
    { value: "bang" },
  );
});

describe("unions", () => {
  type Node = { id: number; next: Node[] };
  const Node: Schema<Node> = struct({
    id: u8,
    next: array(
      lazy(() => Node),
      u8,
    ),
  });
  const Value = union("type", u8, {
    hidden: [1, magic("!")],
    fixed: [2, constant(u16, 7)],
    flat: [3, struct({ a: u8, n: u8, b: bytes(field("n")) })],
    node: [4, lazy(() => Node)],
    text: [range(0x20, 0x2f), string(field("tag").minus(0x20))],
    small: [range(0x80, 0xff), struct({})],
  });
  holds("a value that no byte stands for", Value, "01 21", { type: "hidden" }, { type: "hidden" });
  holds("a constant", Value, "02 0007", { type: "fixed", value: 7 }, { type: "fixed" });
  holds(
    "the fields of a struct",
    Value,
    "03 05 01 ff",
    { type: "flat", a: 5, n: 1, b: fromHex("ff") },
    { type: "flat", a: 5, b: fromHex("ff") },
  );
  holds(
    "what is recursive",
    Value,
    "04 01 01 02 00",
    { type: "node", value: { id: 1, next: [{ id: 2, next: [] }] } },
    { type: "node", value: { id: 1, next: [{ id: 2, next: [] }] } },
  );
  holds(
    "a tag that is a length",
    Value,
    "22 6f6b",
    { type: "text", tag: 0x22, value: "ok" },
    { type: "text", value: "ok" },
  );
  holds("a tag that is a number", Value, "81", { type: "small", tag: 0x81 }, { type: "small", tag: 0x81 });
});

describe("matches by names", () => {
  const type = enumeration(u8, { hello: 1, data: 2, none: 3, fixed: 4 });
  const Message = struct({
    type,
    n: u8,
    length: uleb128,
    body: sized(
      field("length"),
      match(field("type"), {
        hello: struct({ name: string(field("../n")) }),
        data: bytes(rest),
        none: magic("-"),
        fixed: constant(u32, 5),
      }),
    ),
  });
  holds(
    "one that derives a field",
    Message,
    "01 02 02 6f6b",
    { type: "hello", n: 2, length: 2, body: { name: "ok" } },
    { type: "hello", body: { name: "ok" } },
  );
  holds(
    "one that leaves it to be given",
    Message,
    "02 09 01 ff",
    { type: "data", n: 9, length: 1, body: fromHex("ff") },
    { type: "data", n: 9, body: fromHex("ff") },
  );
  holds("one without a value", Message, "03 00 01 2d", { type: "none", n: 0, length: 1 }, { type: "none", n: 0 });
  holds(
    "one that is constant",
    Message,
    "04 00 04 00000005",
    { type: "fixed", n: 0, length: 4, body: 5 },
    { type: "fixed", n: 0 },
  );
  it("refuses what its type refuses", () => {
    const codec = compileHere(Message);
    // @ts-expect-error: n follows from nothing
    expect(() => codec.encode({ type: "data", body: empty })).toThrow(expect.objectContaining({ code: "missing" }));
    // @ts-expect-error: nothing stands there
    expect(() => codec.encode({ type: "none", n: 0, body: 1 })).toThrow(
      expect.objectContaining({ code: "unexpected" }),
    );
    // @ts-expect-error: always 5
    expect(() => codec.encode({ type: "fixed", n: 0, body: 6 })).toThrow(expect.objectContaining({ code: "mismatch" }));
  });
});

describe("numbers by their schema", () => {
  holds("what an enumeration passes", enumeration(u64, { a: 1n }, { unknown: "pass" }), "0000000000000002", 2n, 2n);
  holds(
    "what 49 bits hold",
    struct({ a: bits(49), b: bits(15) }),
    "0000000000008001",
    { a: 1n, b: 1 },
    { a: 1n, b: 1 },
  );
  holds("a varint of any size", uleb128({ big: true }), "8001", 128n, 128n);
  holds(
    "what functions make of bytes",
    custom({
      name: "bit count",
      decode: ([first]) => (first === undefined ? { needed: 1 } : { value: `${first}`, size: 1 }),
      encode: (text) => Uint8Array.of(Number(text)),
      min: 1,
      max: 1,
    }),
    "07",
    "7",
    "7",
  );
});
