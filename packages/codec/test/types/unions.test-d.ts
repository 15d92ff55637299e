// One of several: by a tag in front (union) or by an earlier field (match).
import {
  type AnySchema,
  array,
  bits,
  bytes,
  check,
  compile,
  constant,
  decimal,
  enumeration,
  field,
  flag,
  type Infer,
  type Input,
  i16,
  lazy,
  magic,
  match,
  nullable,
  padding,
  range,
  reserved,
  rest,
  type Schema,
  sized,
  string,
  struct,
  u8,
  u16,
  u32,
  u64,
  union,
  when,
} from "@wireform/codec";
import { describe, expectTypeOf, it } from "vitest";

describe("union", () => {
  it("structs are flattened beside the tag, all else stands under value", () => {
    const Value = union("type", u8, {
      none: [0, struct({})],
      byte: [1, u8],
      text: [2, string(u16)],
      pair: [3, struct({ left: u8, right: u8 })],
      list: [4, array(u8, u8)],
      boxed: [5, sized(u8, struct({ a: u8 }))],
      sure: [6, check(struct({ a: u8 }), () => true, "anything")],
    });
    expectTypeOf<Infer<typeof Value>>().toEqualTypeOf<
      | { type: "none" }
      | { type: "byte"; value: number }
      | { type: "text"; value: string }
      | { type: "pair"; left: number; right: number }
      | { type: "list"; value: number[] }
      | { type: "boxed"; value: { a: number } }
      | { type: "sure"; a: number }
    >();
    expectTypeOf<Input<typeof Value>>().toEqualTypeOf<
      | { readonly type: "none" }
      | { readonly type: "byte"; readonly value: number }
      | { readonly type: "text"; readonly value: string }
      | { readonly type: "pair"; readonly left: number; readonly right: number }
      | { readonly type: "list"; readonly value: readonly number[] }
      | { readonly type: "boxed"; readonly value: { readonly a: number } }
      | { readonly type: "sure"; readonly a: number }
    >();
  });

  it("a value follows the rules of fields", () => {
    const Value = union("type", u8, {
      hidden: [1, magic("!")],
      fixed: [2, constant(u16, 7)],
    });
    expectTypeOf<Infer<typeof Value>>().toEqualTypeOf<{ type: "hidden" } | { type: "fixed"; value: 7 }>();
    expectTypeOf<Input<typeof Value>>().toEqualTypeOf<
      { readonly type: "hidden" } | { readonly type: "fixed"; readonly value?: 7 | undefined }
    >();
  });

  it("derived and conditional fields of variants", () => {
    const Body = union("kind", u8, {
      data: [1, struct({ length: u16, flags: u8, data: bytes(field("length")), more: when(field("flags"), u8) })],
    });
    expectTypeOf<Infer<typeof Body>>().toEqualTypeOf<{
      kind: "data";
      length: number;
      flags: number;
      data: Uint8Array;
      more?: number;
    }>();
    expectTypeOf<Input<typeof Body>>().toEqualTypeOf<{
      readonly kind: "data";
      readonly length?: number | undefined;
      readonly flags: number;
      readonly data: Uint8Array;
      readonly more?: number | undefined;
    }>();
  });

  it("a tag of a range is a number beside the name", () => {
    const Value = union("type", u8, {
      small: [range(0x00, 0x7f), struct({})],
      text: [range(0xa0, 0xbf), string(u8)],
      nil: [0xc0, struct({})],
    });
    expectTypeOf<Infer<typeof Value>>().toEqualTypeOf<
      { type: "small"; tag: number } | { type: "text"; tag: number; value: string } | { type: "nil" }
    >();
    expectTypeOf<Input<typeof Value>>().toEqualTypeOf<
      | { readonly type: "small"; readonly tag: number }
      | { readonly type: "text"; readonly tag: number; readonly value: string }
      | { readonly type: "nil" }
    >();
  });

  it("tags are values of the tag's schema", () => {
    union("type", enumeration(u8, { up: 1, down: 2 }), { rise: ["up", u8], fall: ["down", u8] });
    union("type", string(4), { picture: ["IHDR", struct({})] });
    union("type", u64, { one: [1n, u8] });
    union("type", bits(4), { one: [1, struct({ rest: bits(4) })] });
    union("type", decimal(2), { one: [10, u8] });
    // @ts-expect-error: not one of the names
    union("type", enumeration(u8, { up: 1, down: 2 }), { rise: ["upp", u8] });
    // @ts-expect-error: a number, not text
    union("type", u8, { one: ["1", u8] });
    // @ts-expect-error: a bigint, not a number
    union("type", u64, { one: [1, u8] });
    union("type", u8 as AnySchema, { one: [1, u8], two: ["2", u8] });
  });

  it("in a union", () => {
    const Frame = union("layer", u8, {
      control: [0, union("type", u8, { ping: [0, struct({})], close: [1, struct({ code: u16 })] })],
      data: [1, bytes(u16)],
    });
    type Frame = Infer<typeof Frame>;
    expectTypeOf<Frame>().toEqualTypeOf<
      | { layer: "control"; value: { type: "ping" } | { type: "close"; code: number } }
      | { layer: "data"; value: Uint8Array }
    >();
    const frame = {} as Frame;
    if (frame.layer === "control" && frame.value.type === "close")
      expectTypeOf(frame.value.code).toEqualTypeOf<number>();
  });

  it("a switch over the tag is exhaustive", () => {
    const Body = union("type", u8, { a: [1, struct({ x: u8 })], b: [2, struct({ y: string(u8) })] });
    const show = (body: Infer<typeof Body>): string => {
      switch (body.type) {
        case "a":
          return String(body.x);
        case "b":
          return body.y;
      }
    };
    expectTypeOf(show).returns.toEqualTypeOf<string>();
    // @ts-expect-error: x is of a, not of b
    compile(Body).encode({ type: "b", x: 1 });
    // @ts-expect-error: there is no c
    compile(Body).encode({ type: "c" });
  });

  it("a schema of which only Schema<T> is known stands under value", () => {
    type Node = { id: number };
    const Node = lazy((): Schema<Node> => struct({ id: u8 }));
    const Boxed = union("type", u8, { node: [1, Node], own: [2, u8 as Schema<number>], far: [range(3, 9), Node] });
    expectTypeOf<Infer<typeof Boxed>>().toEqualTypeOf<
      { type: "node"; value: Node } | { type: "own"; value: number } | { type: "far"; tag: number; value: Node }
    >();
    const Struct: Schema<Node> & { readonly kind: "struct" } = struct({ id: u8 });
    const Flat = union("type", u8, { node: [1, Struct] });
    expectTypeOf<Infer<typeof Flat>>().toEqualTypeOf<{ type: "node"; id: number }>();
  });

  it("a schema of anything stands anywhere", () => {
    const Dynamic = union("type", u8, { a: [1, u8 as AnySchema], b: [2, u16] });
    expectTypeOf<Infer<typeof Dynamic>>().toEqualTypeOf<
      { type: "a"; [key: string]: unknown } | { type: "b"; value: number }
    >();
  });

  it("over a schema that a function is given", () => {
    const answer = <T extends number | bigint>(
      integer: Schema<T>,
    ): Schema<{ type: "n"; value: T } | { type: "none" }> =>
      union("type", u8, { n: [1, integer], none: [2, struct({})] });
    expectTypeOf(answer(u64 as Schema<bigint>)).toEqualTypeOf<
      Schema<{ type: "n"; value: bigint } | { type: "none" }>
    >();
  });
});

describe("match", () => {
  it("is any of its cases", () => {
    const Message = struct({
      type: u8,
      length: u16,
      body: sized(field("length"), match(field("type"), { 1: struct({ a: u8 }), 2: string(rest) }, bytes(rest))),
    });
    expectTypeOf<Infer<typeof Message>>().toEqualTypeOf<{
      type: number;
      length: number;
      body: { a: number } | string | Uint8Array;
    }>();
    expectTypeOf<Input<typeof Message>>().toEqualTypeOf<{
      readonly type: number;
      readonly length?: number | undefined;
      readonly body: { readonly a: number } | string | Uint8Array;
    }>();
  });

  it("a case without a value leaves no key", () => {
    const Message = struct({ type: u8, body: match(field("type"), { 1: u32, 2: magic("!") }) });
    expectTypeOf<Infer<typeof Message>>().toEqualTypeOf<{ type: number; body?: number }>();
    expectTypeOf<Input<typeof Message>>().toEqualTypeOf<{
      readonly type: number;
      readonly body?: number | undefined;
    }>();
  });

  it("a constant case may be left out", () => {
    const Message = struct({ type: u8, body: match(field("type"), { 1: u32, 2: constant(u8, 0) }) });
    expectTypeOf<Infer<typeof Message>>().toEqualTypeOf<{ type: number; body: number }>();
    expectTypeOf<Input<typeof Message>>().toEqualTypeOf<{
      readonly type: number;
      readonly body?: number | undefined;
    }>();
  });
});

describe("match by names", () => {
  const type = enumeration(u8, { hello: 1, data: 2, bye: 3 });

  it("tells the shapes of the struct apart", () => {
    const Message = struct({
      version: u8,
      type,
      body: match(field("type"), { hello: string(u8), data: bytes(u16), bye: struct({}) }),
    });
    type Message = Infer<typeof Message>;
    expectTypeOf<Message>().toEqualTypeOf<
      | { version: number; type: "hello"; body: string }
      | { version: number; type: "data"; body: Uint8Array }
      | { version: number; type: "bye"; body: {} }
    >();
    expectTypeOf<Input<typeof Message>>().toEqualTypeOf<
      | { readonly version: number; readonly type: "hello"; readonly body: string }
      | { readonly version: number; readonly type: "data"; readonly body: Uint8Array }
      | { readonly version: number; readonly type: "bye"; readonly body: {} }
    >();
    const message = {} as Message;
    if (message.type === "hello") expectTypeOf(message.body).toEqualTypeOf<string>();
    const codec = compile(Message);
    codec.encode(message);
    codec.encode({ version: 1, type: "hello", body: "x" });
    // @ts-expect-error: data is bytes
    codec.encode({ version: 1, type: "data", body: "x" });
  });

  it("in a window, by its length or none at all", () => {
    const Message = struct({
      type,
      length: u16,
      body: sized(field("length"), match(field("type"), { hello: string(rest), data: struct({ n: u8 }) }, bytes(rest))),
      extra: sized(nullable(i16), match(field("type"), { hello: u8 }, u64)),
    });
    expectTypeOf<Infer<typeof Message>>().toEqualTypeOf<
      | { type: "hello"; length: number; body: string; extra: number | null }
      | { type: "data"; length: number; body: { n: number }; extra: bigint | null }
      | { type: "bye"; length: number; body: Uint8Array; extra: bigint | null }
    >();
    expectTypeOf<Input<typeof Message>>().toEqualTypeOf<
      | {
          readonly type: "hello";
          readonly length?: number | undefined;
          readonly body: string;
          readonly extra: number | null;
        }
      | {
          readonly type: "data";
          readonly length?: number | undefined;
          readonly body: { readonly n: number };
          readonly extra: bigint | null;
        }
      | {
          readonly type: "bye";
          readonly length?: number | undefined;
          readonly body: Uint8Array;
          readonly extra: bigint | null;
        }
    >();
  });

  it("a name without a case cannot stand there", () => {
    const Message = struct({ type, body: match(field("type"), { hello: u8, bye: u16 }) });
    expectTypeOf<Infer<typeof Message>["type"]>().toEqualTypeOf<"hello" | "bye">();
    // @ts-expect-error: there is no case for data
    compile(Message).encode({ type: "data", body: 1 });
  });

  it("a flag tells its two cases apart, one of which may have no value", () => {
    const Message = struct({
      long: flag,
      unused: reserved(bits(7)),
      size: match(field("long"), { true: u64, false: u8 }),
      more: match(field("long"), { true: padding(4), false: constant(u8, 9) }),
    });
    expectTypeOf<Infer<typeof Message>>().toEqualTypeOf<
      { long: true; size: bigint } | { long: false; size: number; more: 9 }
    >();
    expectTypeOf<Input<typeof Message>>().toEqualTypeOf<
      | { readonly long: true; readonly size: bigint }
      | { readonly long: false; readonly size: number; readonly more?: 9 | undefined }
    >();
  });

  it("a field that only one case derives is required with the others", () => {
    const Message = struct({ type, n: u8, body: match(field("type"), { hello: bytes(field("n")) }, u8) });
    expectTypeOf<Input<typeof Message>>().toEqualTypeOf<
      | { readonly type: "hello"; readonly n?: number | undefined; readonly body: Uint8Array }
      | { readonly type: "data"; readonly n: number; readonly body: number }
      | { readonly type: "bye"; readonly n: number; readonly body: number }
    >();
  });

  it("a constant tag leaves one case and may be left out", () => {
    const Message = struct({ type: constant(type, "hello"), body: match(field("type"), { hello: u8, data: u64 }) });
    expectTypeOf<Infer<typeof Message>>().toEqualTypeOf<{ type: "hello"; body: number }>();
    expectTypeOf<Input<typeof Message>>().toEqualTypeOf<{
      readonly type?: "hello" | undefined;
      readonly body: number;
    }>();
  });

  it("stays a plain union where the tag is no name, is not beside it, or is one of two", () => {
    const Open = struct({
      type: enumeration(u8, { hello: 1 }, { unknown: "pass" }),
      body: match(field("type"), { hello: u8 }, bytes(rest)),
    });
    expectTypeOf<Infer<typeof Open>>().toEqualTypeOf<{ type: "hello" | number; body: number | Uint8Array }>();
    const Inside = struct({ head: struct({ type }), body: match(field("head.type"), { hello: u8 }, bytes(rest)) });
    expectTypeOf<Infer<typeof Inside>>().toEqualTypeOf<{
      head: { type: "hello" | "data" | "bye" };
      body: number | Uint8Array;
    }>();
    const Two = struct({
      a: type,
      b: flag,
      unused: reserved(bits(7)),
      x: match(field("a"), { hello: u8 }, u64),
      y: match(field("b"), { true: u8, false: string(u8) }),
    });
    expectTypeOf<Infer<typeof Two>>().toEqualTypeOf<{
      a: "hello" | "data" | "bye";
      b: boolean;
      x: number | bigint;
      y: number | string;
    }>();
    const Text = struct({ a: string(u8), x: match(field("a"), { GET: u8, PUT: u64 }) });
    expectTypeOf<Infer<typeof Text>>().toEqualTypeOf<{ a: string; x: number | bigint }>();
  });
});
