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
  type Infer,
  type Input,
  lazy,
  magic,
  match,
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
