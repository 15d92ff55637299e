// Which keys a struct has, which may be left out, and what they hold.
import {
  array,
  at,
  bits,
  bytes,
  type Codec,
  check,
  checksum,
  compile,
  constant,
  crc32,
  custom,
  enumeration,
  field,
  flag,
  type Infer,
  type Input,
  i16,
  lengthOf,
  magic,
  map,
  match,
  nullable,
  padding,
  reserved,
  rest,
  type StructSchema,
  sized,
  string,
  struct,
  typedArray,
  u8,
  u16,
  u32,
  u64,
  union,
  until,
  when,
} from "@wireform/codec";
import { describe, expectTypeOf, it } from "vitest";

describe("keys", () => {
  it("no field, no key", () => {
    const Empty = struct({});
    expectTypeOf<Infer<typeof Empty>>().toEqualTypeOf<{}>();
    expectTypeOf<Input<typeof Empty>>().toEqualTypeOf<{}>();
  });

  it("magic, padding and reserved leave none", () => {
    const Chunk = struct({
      start: magic("RIFF"),
      urgent: flag,
      kind: bits(7),
      unused: reserved(u8),
      boxed: sized(4, magic("WAVE")),
      maybe: when(field("urgent"), magic("!")),
      either: match(field("kind"), { 0: magic("a"), 1: padding(1) }),
      later: at(16, magic("x")),
      sure: check(magic("y"), () => true, "never"),
      pad: padding({ align: 4 }),
    });
    expectTypeOf<Infer<typeof Chunk>>().toEqualTypeOf<{ urgent: boolean; kind: number }>();
    expectTypeOf<Input<typeof Chunk>>().toEqualTypeOf<{ readonly urgent: boolean; readonly kind: number }>();
    // @ts-expect-error: nothing to give
    compile(Chunk).encode({ urgent: true, kind: 0, start: undefined });
  });

  it("a struct in a struct stays a struct", () => {
    const Line = struct({ from: struct({ x: i16, y: i16 }), to: struct({ x: i16, y: i16 }), id: constant(u8, 1) });
    expectTypeOf<Infer<typeof Line>>().toEqualTypeOf<{
      from: { x: number; y: number };
      to: { x: number; y: number };
      id: 1;
    }>();
    expectTypeOf<Input<typeof Line>>().toEqualTypeOf<{
      readonly from: { readonly x: number; readonly y: number };
      readonly to: { readonly x: number; readonly y: number };
      readonly id?: 1 | undefined;
    }>();
  });

  it("fields that are null keep their key", () => {
    const Row = struct({ key: string(u8), value: bytes(nullable(i16)) });
    expectTypeOf<Infer<typeof Row>>().toEqualTypeOf<{ key: string; value: Uint8Array | null }>();
    // @ts-expect-error: null must be said
    compile(Row).encode({ key: "a" });
  });

  it("a field of any type is required", () => {
    const Open = struct({
      a: custom<any>({ name: "a", decode: () => ({ needed: 1 }), encode: () => new Uint8Array() }),
    });
    expectTypeOf<Infer<typeof Open>>().toEqualTypeOf<{ a: any }>();
    expectTypeOf<Input<typeof Open>>().toEqualTypeOf<{ readonly a: any }>();
    const Unknown = struct({
      a: custom<unknown>({ name: "a", decode: () => ({ needed: 1 }), encode: () => new Uint8Array() }),
    });
    expectTypeOf<Infer<typeof Unknown>>().toEqualTypeOf<{ a: unknown }>();
  });
});

describe("fields under a condition", () => {
  const Publish = struct({
    qos: bits(2),
    unused: reserved(bits(6)),
    packetId: when(field("qos").atLeast(1), u16),
    version: when(field("qos").is(2).or(field("qos").is(3)), constant(u8, 5)),
    payload: bytes(rest),
  });

  it("are absent after decoding, never undefined", () => {
    expectTypeOf<Infer<typeof Publish>>().toEqualTypeOf<{
      qos: number;
      packetId?: number;
      version?: 5;
      payload: Uint8Array;
    }>();
    // @ts-expect-error: absent, not undefined
    const wrong: Infer<typeof Publish> = { qos: 0, packetId: undefined, payload: new Uint8Array() };
    expectTypeOf(wrong.packetId).toEqualTypeOf<number | undefined>();
  });

  it("may be given as undefined when encoding", () => {
    expectTypeOf<Input<typeof Publish>>().toEqualTypeOf<{
      readonly qos: number;
      readonly packetId?: number | undefined;
      readonly version?: 5 | undefined;
      readonly payload: Uint8Array;
    }>();
    compile(Publish).encode({ qos: 0, packetId: undefined, payload: new Uint8Array() });
  });

  it("can be null too", () => {
    const Column = struct({ has: flag, unused: reserved(bits(7)), text: when(field("has"), string(nullable(i16))) });
    expectTypeOf<Infer<typeof Column>>().toEqualTypeOf<{ has: boolean; text?: string | null }>();
    expectTypeOf<Input<typeof Column>>().toEqualTypeOf<{
      readonly has: boolean;
      readonly text?: string | null | undefined;
    }>();
  });

  it("a default given by map makes them always there", () => {
    const Window = struct({
      wide: flag,
      unused: reserved(bits(7)),
      size: map(when(field("wide"), u32), { decode: (n) => n ?? 0, encode: (n: number) => n || undefined }),
    });
    expectTypeOf<Infer<typeof Window>>().toEqualTypeOf<{ wide: boolean; size: number }>();
    expectTypeOf<Input<typeof Window>>().toEqualTypeOf<{ readonly wide: boolean; readonly size: number }>();
  });
});

describe("derived fields", () => {
  it("a length, a count and an offset of the same struct", () => {
    const Record = struct({
      length: u16,
      count: u8,
      nameAt: u32,
      data: bytes(field("length").minus(4)),
      items: array(u16, field("count").times(2)),
      samples: typedArray(u32, field("count")),
      name: at(field("nameAt"), string(u8)),
    });
    expectTypeOf<Infer<typeof Record>>().toEqualTypeOf<{
      length: number;
      count: number;
      nameAt: number;
      data: Uint8Array;
      items: number[];
      samples: Uint32Array;
      name: string;
    }>();
    expectTypeOf<Input<typeof Record>>().toEqualTypeOf<{
      readonly length?: number | undefined;
      readonly count?: number | undefined;
      readonly nameAt?: number | undefined;
      readonly data: Uint8Array;
      readonly items: readonly number[];
      readonly samples: Uint32Array;
      readonly name: string;
    }>();
  });

  it("what is only read is not derived", () => {
    const Read = struct({
      kind: u8,
      more: u8,
      body: match(field("kind"), { 1: u8, 2: u16 }),
      extra: when(field("more").has(1).and(field("kind").isNot(2)), u8),
    });
    expectTypeOf<Input<typeof Read>>().toEqualTypeOf<{
      readonly kind: number;
      readonly more: number;
      readonly body: number;
      readonly extra?: number | undefined;
    }>();
  });

  it("through every kind that can stand between", () => {
    const Deep = struct({
      a: u8,
      b: u8,
      c: u8,
      d: u8,
      e: u8,
      f: u64,
      g: u8,
      kind: u8,
      inArray: array(bytes(field("a")), 2),
      inSized: sized(u16, bytes(field("b"))),
      inWhen: when(field("kind"), bytes(field("c"))),
      inMatch: match(field("kind"), { 1: bytes(field("d")) }, string(field("e"))),
      inMap: map(bytes(field("f")), { decode: (value) => value.length, encode: (n: number) => new Uint8Array(n) }),
      inCheck: check(bytes(field("g")), () => true, "anything"),
    });
    expectTypeOf<Input<typeof Deep>>().toEqualTypeOf<{
      readonly a?: number | undefined;
      readonly b?: number | undefined;
      // What is not always there does not always tell its length.
      readonly c: number;
      readonly d: number;
      readonly e: number;
      readonly f?: bigint | undefined;
      readonly g?: number | undefined;
      readonly kind: number;
      readonly inArray: readonly Uint8Array[];
      readonly inSized: Uint8Array;
      readonly inWhen?: Uint8Array | undefined;
      readonly inMatch: Uint8Array | string;
      readonly inMap: number;
      readonly inCheck: Uint8Array;
    }>();
  });

  it("but must be given where what it counts may not be there, unless something that is there counts it too", () => {
    const Maybe = struct({
      kind: u8,
      a: u8,
      b: u8,
      c: u8,
      d: u8,
      e: u8,
      when: when(field("kind"), bytes(field("a"))),
      elements: array(struct({ x: bytes(field("../b")) }), u8),
      match: match(field("kind"), { 1: bytes(field("c")), 2: array(u8, field("c")) }, string(field("c"))),
      union: union("t", u8, { x: [1, bytes(field("../d"))], y: [2, struct({ e: bytes(field("../d")) })] }),
      null: sized(nullable(i16), bytes(field("e"))),
      again: when(field("kind"), bytes(field("c"))),
    });
    type Given = Input<typeof Maybe>;
    expectTypeOf<Pick<Given, "a" | "b" | "c" | "d" | "e">>().toEqualTypeOf<{
      readonly a: number;
      readonly b: number;
      readonly c?: number | undefined;
      readonly d?: number | undefined;
      readonly e: number;
    }>();
  });

  it("from a struct inside: one step out", () => {
    const Outer = struct({
      n: u16,
      m: u16,
      inner: struct({ k: u8, a: bytes(field("k")), b: bytes(field("../n")) }),
      list: array(struct({ c: struct({ d: bytes(field("../../m")) }) }), 2),
    });
    expectTypeOf<Input<typeof Outer>>().toEqualTypeOf<{
      readonly n?: number | undefined;
      readonly m?: number | undefined;
      readonly inner: { readonly k?: number | undefined; readonly a: Uint8Array; readonly b: Uint8Array };
      readonly list: readonly { readonly c: { readonly d: Uint8Array } }[];
    }>();
  });

  it("a field of an earlier struct: one step in, and further", () => {
    const Framed = struct({
      header: struct({ version: u8, length: u16, sub: struct({ id: u8, count: u8 }) }),
      body: bytes(field("header.length").minus(4)),
      items: array(u8, field("header.sub.count")),
    });
    expectTypeOf<Infer<typeof Framed>>().toEqualTypeOf<{
      header: { version: number; length: number; sub: { id: number; count: number } };
      body: Uint8Array;
      items: number[];
    }>();
    expectTypeOf<Input<typeof Framed>>().toEqualTypeOf<{
      readonly header: {
        readonly version: number;
        readonly length?: number | undefined;
        readonly sub: { readonly id: number; readonly count?: number | undefined };
      };
      readonly body: Uint8Array;
      readonly items: readonly number[];
    }>();
    compile(Framed).encode({ header: { version: 1, sub: { id: 1 } }, body: new Uint8Array(), items: [] });
    // @ts-expect-error: the version follows from nothing
    compile(Framed).encode({ header: { sub: { id: 1 } }, body: new Uint8Array(), items: [] });
  });

  it("a field that is read inside an earlier struct stays required", () => {
    const Framed = struct({
      header: struct({ kind: u8 }),
      body: match(field("header.kind"), { 1: u8, 2: string(u8) }),
    });
    expectTypeOf<Input<typeof Framed>>().toEqualTypeOf<{
      readonly header: { readonly kind: number };
      readonly body: number | string;
    }>();
  });

  it("lengths and checksums of a range", () => {
    const Frame = struct({
      length: lengthOf(u16, { from: "topic", to: "payload" }),
      topic: string(u8),
      payload: bytes(rest),
      crc: checksum(u32, crc32, { from: "length", to: "payload" }),
      sum: checksum(u64, crc32, { from: "crc" }),
    });
    expectTypeOf<Infer<typeof Frame>>().toEqualTypeOf<{
      length: number;
      topic: string;
      payload: Uint8Array;
      crc: number;
      sum: bigint;
    }>();
    expectTypeOf<Input<typeof Frame>>().toEqualTypeOf<{
      readonly length?: number | undefined;
      readonly topic: string;
      readonly payload: Uint8Array;
      readonly crc?: number | undefined;
      readonly sum?: bigint | undefined;
    }>();
  });

  it("a length in front of a union, used by a variant", () => {
    const Message = struct({
      length: u16,
      body: union("type", u8, {
        text: [1, struct({ text: string(field("../length").minus(1)) })],
        raw: [2, bytes(field("../length").minus(1))],
      }),
    });
    expectTypeOf<Input<typeof Message>>().toEqualTypeOf<{
      readonly length?: number | undefined;
      readonly body:
        | { readonly type: "text"; readonly text: string }
        | { readonly type: "raw"; readonly value: Uint8Array };
    }>();
  });
});

describe("what encode accepts", () => {
  const Path = struct({ name: string(u8), points: array(struct({ x: u8, y: u8 }), u8) });
  const codec = compile(Path);

  it("what decode gave", () => {
    const decoded = codec.decode(new Uint8Array());
    codec.encode(decoded);
    decoded.points.push({ x: 1, y: 2 });
    decoded.name = "other";
  });

  it("readonly values and values as const", () => {
    const frozen = { name: "a", points: [{ x: 1, y: 2 }] } as const;
    codec.encode(frozen);
    codec.encode(Object.freeze({ name: "a", points: Object.freeze([Object.freeze({ x: 1, y: 2 })]) }));
    const points: readonly Readonly<{ x: number; y: number }>[] = [];
    codec.encode({ name: "a", points });
  });

  it("instances of classes and subclasses of Uint8Array", () => {
    class Named {
      readonly points: readonly never[] = [];
      readonly name: string;
      constructor(name: string) {
        this.name = name;
      }
    }
    codec.encode(new Named("a"));
    compile(bytes(u8)).encode(Buffer.from("a"));
  });

  it("no other types and no unknown keys", () => {
    // @ts-expect-error: a string is not a number
    codec.encode({ name: "a", points: [{ x: "1", y: 2 }] });
    // @ts-expect-error: no such field
    codec.encode({ name: "a", points: [], colour: 1 });
    // @ts-expect-error: names are required
    codec.encode({ points: [] });
    // @ts-expect-error: null is not undefined
    codec.encode(null);
  });
});

it("compile gives the codec of the schema's two types", () => {
  const schema = struct({ a: constant(u8, 1), b: u16 });
  expectTypeOf(compile(schema)).toEqualTypeOf<
    Codec<{ a: 1; b: number }, { readonly a?: 1 | undefined; readonly b: number }>
  >();
  expectTypeOf(compile(schema, { mode: "interpret", limits: { maxDepth: 1 } })).toEqualTypeOf<
    Codec<{ a: 1; b: number }, { readonly a?: 1 | undefined; readonly b: number }>
  >();
  expectTypeOf(schema).toEqualTypeOf<StructSchema<typeof schema.fields>>();
});

it("the fields of a struct can be taken out and used again", () => {
  const Header = struct({ id: u8, kind: enumeration(u8, { a: 1, b: 2 }) });
  const Longer = struct({ ...Header.fields, more: u8 });
  expectTypeOf<Infer<typeof Longer>>().toEqualTypeOf<{ id: number; kind: "a" | "b"; more: number }>();
});

it("functions inside a struct know their values without annotations", () => {
  const Log = struct({
    time: map(u32, {
      decode: (seconds) => new Date(seconds * 1000),
      encode: (date) => {
        expectTypeOf(date).toEqualTypeOf<Date>();
        return date.getTime() / 1000;
      },
    }),
    port: check(u16, (port) => port > 0, "must not be 0"),
    text: custom({
      name: "text",
      decode: (input) => ({ value: String(input), size: input.length }),
      encode: (value) => {
        expectTypeOf(value).toEqualTypeOf<string>();
        return new Uint8Array(value.length);
      },
    }),
    lines: array(
      string(u8),
      until((line) => line === ""),
    ),
    one: union("type", u8, { a: [1, map(u8, { decode: (n) => `${n}`, encode: (s) => Number(s) })] }),
  });
  expectTypeOf<Infer<typeof Log>>().toEqualTypeOf<{
    time: Date;
    port: number;
    text: string;
    lines: string[];
    one: { type: "a"; value: string };
  }>();
  expectTypeOf<Input<typeof Log>>().toEqualTypeOf<{
    readonly time: Date;
    readonly port: number;
    readonly text: string;
    readonly lines: readonly string[];
    readonly one: { readonly type: "a"; readonly value: string };
  }>();
});
