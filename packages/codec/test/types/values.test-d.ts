// What every kind decodes as and encodes from.
import {
  type AnySchema,
  array,
  asText,
  at,
  bits,
  bool,
  bytes,
  check,
  constant,
  custom,
  decimal,
  enumeration,
  f16,
  f32,
  f64le,
  field,
  flag,
  hexadecimal,
  type Infer,
  type Input,
  i8,
  i32,
  i48le,
  i64,
  lazy,
  magic,
  map,
  nullable,
  octal,
  padding,
  quicVarint,
  reserved,
  rest,
  type Schema,
  safe,
  sized,
  sleb128,
  string,
  struct,
  typedArray,
  u8,
  u16,
  u24,
  u32,
  u48,
  u64,
  u64le,
  uleb128,
  union,
  until,
  zigzag,
} from "@wireform/codec";
import { describe, expectTypeOf, it } from "vitest";

/** A schema whose Infer and Input are the same type. */
const both = <S extends AnySchema>(_: S) => ({
  as: <T>(
    ..._wrong: [Same<Infer<S>, T>, Same<Input<S>, T>] extends [true, true] ? [] : [infer: Infer<S>, input: Input<S>]
  ) => {},
});
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

it("the helper of this file tells types apart", () => {
  both(u8).as<number>();
  // @ts-expect-error
  both(u8).as<bigint>();
  // @ts-expect-error
  both(u8).as<any>();
  // @ts-expect-error
  both(constant(u8, 1)).as<1>();
});

describe("numbers", () => {
  it("up to 48 bits are numbers, 64 are bigints", () => {
    both(u8).as<number>();
    both(u24).as<number>();
    both(u48).as<number>();
    both(i48le).as<number>();
    both(u64).as<bigint>();
    both(i64).as<bigint>();
    both(u64le).as<bigint>();
    both(safe(u64)).as<number>();
    // @ts-expect-error: is safe already
    safe(u32);
  });

  it("floats", () => {
    both(f16).as<number>();
    both(f64le).as<number>();
  });

  it("bit fields of more than 48 bits are bigints", () => {
    both(bits(1)).as<number>();
    both(bits(48)).as<number>();
    both(bits(49)).as<bigint>();
    both(bits(64)).as<bigint>();
    both(bits(12, { signed: true })).as<number>();
    both(bits(8 as number)).as<number | bigint>();
    both(flag).as<boolean>();
    both(bool).as<boolean>();
  });

  it("variable integers are bigints where asked", () => {
    both(uleb128).as<number>();
    both(zigzag).as<number>();
    both(sleb128({ maxBytes: 4 })).as<number>();
    both(quicVarint({ big: true })).as<bigint>();
    both(uleb128({ big: false, maxBytes: 3 })).as<number>();
    both(uleb128({ big: true as boolean })).as<number | bigint>();
  });

  it("numbers in text are bigints where asked", () => {
    both(decimal(5)).as<number>();
    both(hexadecimal(until(" "))).as<number>();
    both(octal(8, { pad: " " })).as<number>();
    both(decimal(until("\r\n"), { sign: "minus", big: true })).as<bigint>();
    both(decimal(5, { big: true as boolean })).as<number | bigint>();
  });
});

describe("bytes, text and repetition", () => {
  it("by every length", () => {
    both(bytes(4)).as<Uint8Array>();
    both(bytes(u16)).as<Uint8Array>();
    both(bytes(until("\0"))).as<Uint8Array>();
    both(bytes(rest)).as<Uint8Array>();
    both(string(u8)).as<string>();
    both(string(until("\r\n"), "ascii")).as<string>();
    both(string(16, { encoding: "ascii", pad: " " })).as<string>();
  });

  it("a length that can say nothing gives null", () => {
    both(bytes(nullable(i32))).as<Uint8Array | null>();
    both(string(nullable(i8))).as<string | null>();
    expectTypeOf<Infer<ReturnType<typeof nullableArray>>>().toEqualTypeOf<number[] | null>();
    expectTypeOf<Input<ReturnType<typeof nullableArray>>>().toEqualTypeOf<readonly number[] | null>();
    both(sized(nullable(i32), u8)).as<number | null>();
  });
  const nullableArray = () => array(u8, nullable(i32));

  it("arrays decode as mutable and encode from readonly arrays", () => {
    const pairs = array(struct({ a: u8, b: array(u64, 2) }), u16);
    expectTypeOf<Infer<typeof pairs>>().toEqualTypeOf<{ a: number; b: bigint[] }[]>();
    expectTypeOf<Input<typeof pairs>>().toEqualTypeOf<
      readonly { readonly a: number; readonly b: readonly bigint[] }[]
    >();
  });

  it("typed arrays", () => {
    both(typedArray(u8, 4)).as<Uint8Array>();
    both(typedArray(u16, u32)).as<Uint16Array>();
    both(typedArray(i32, rest)).as<Int32Array>();
    both(typedArray(f32, 3)).as<Float32Array>();
    both(typedArray(f64le, 3)).as<Float64Array>();
    both(typedArray(u64, rest)).as<BigUint64Array>();
    both(typedArray(u64le, u8)).as<BigUint64Array>();
    // @ts-expect-error: no typed array has three bytes an element
    typedArray(u24, 3);
    // @ts-expect-error: nor numbers of eight
    typedArray(safe(u64), 3);
  });

  it("the last element is known to the function that looks for it", () => {
    const Item = struct({ more: flag, n: bits(7) });
    const items = array(
      Item,
      until((item, index) => {
        expectTypeOf(item).toEqualTypeOf<{ more: boolean; n: number }>();
        return !item.more && index > 0;
      }),
    );
    expectTypeOf<Infer<typeof items>>().toEqualTypeOf<{ more: boolean; n: number }[]>();
    array(
      string(u8),
      until((line) => line.length === 0),
    );
    const done = until((line: string) => line === "");
    array(string(u8), done);
  });

  it("text of its integers has the same values, references and kind", () => {
    both(asText(u64)).as<bigint>();
    const Text = asText(struct({ n: u8, data: bytes(field("n")) }));
    expectTypeOf<Infer<typeof Text>>().toEqualTypeOf<{ n: number; data: Uint8Array }>();
    expectTypeOf<Input<typeof Text>>().toEqualTypeOf<{ readonly n?: number | undefined; readonly data: Uint8Array }>();
    const Flat = union("type", u8, { text: [1, Text] });
    expectTypeOf<Infer<typeof Flat>>().toEqualTypeOf<{ type: "text"; n: number; data: Uint8Array }>();
    struct({ n: u8, data: asText(array(u8, field("n"))) });
    // @ts-expect-error: typo
    struct({ n: u8, data: asText(array(u8, field("typo"))) });
  });
});

describe("values that mean something", () => {
  it("enumerations are the names", () => {
    const operation = enumeration(u16, { request: 1, reply: 2 });
    both(operation).as<"request" | "reply">();
    both(enumeration(u64, { low: 1n, high: 2n ** 63n })).as<"low" | "high">();
  });

  it("enumerations that pass unknown numbers", () => {
    both(enumeration(u16, { request: 1, reply: 2 }, { unknown: "pass" })).as<"request" | "reply" | number>();
    both(enumeration(u64, { low: 1n }, { unknown: "pass" })).as<"low" | bigint>();
    both(enumeration(bits(4), { low: 1 }, { unknown: "refuse" })).as<"low">();
  });

  it("constants are literals and may be left out", () => {
    const five = constant(u8, 5);
    expectTypeOf<Infer<typeof five>>().toEqualTypeOf<5>();
    expectTypeOf<Input<typeof five>>().toEqualTypeOf<5 | undefined>();
    const big = constant(u64, 7n);
    expectTypeOf<Infer<typeof big>>().toEqualTypeOf<7n>();
    const name = constant(enumeration(u8, { ping: 1, pong: 2 }), "ping");
    expectTypeOf<Infer<typeof name>>().toEqualTypeOf<"ping">();
    const word = constant(string(4), "RIFF");
    expectTypeOf<Infer<typeof word>>().toEqualTypeOf<"RIFF">();
    // @ts-expect-error: not a number
    constant(u8, "5");
    // @ts-expect-error: not one of the names
    constant(enumeration(u8, { ping: 1 }), "pang");
  });

  it("magic, padding and reserved have no value", () => {
    both(magic("PNG")).as<void>();
    both(padding(3)).as<void>();
    both(padding({ align: 4 })).as<void>();
    both(reserved(bits(5))).as<void>();
  });

  it("map takes what decode gives unless it says otherwise", () => {
    const time = map(u32, { decode: (s) => new Date(s * 1000), encode: (d) => d.getTime() / 1000 });
    both(time).as<Date>();
    const loose = map(u32, {
      decode: (s) => new Date(s * 1000),
      encode: (d: Date | number) => (typeof d === "number" ? d : d.getTime() / 1000),
    });
    expectTypeOf<Infer<typeof loose>>().toEqualTypeOf<Date>();
    expectTypeOf<Input<typeof loose>>().toEqualTypeOf<Date | number>();
    map(struct({ a: u8, b: constant(u8, 2) }), {
      decode(value) {
        expectTypeOf(value).toEqualTypeOf<{ a: number; b: 2 }>();
        return value.a;
      },
      encode: (a) => ({ a }),
    });
    // @ts-expect-error: encode must give what the schema takes
    map(u32, { decode: (s) => String(s), encode: (d: string) => d });
  });

  it("check changes no type", () => {
    both(check(u16, (port) => port !== 0, "must not be port 0")).as<number>();
    const even = check(struct({ a: u8, b: constant(u8, 1) }), ({ a, b }) => a > b, "must be more than one");
    expectTypeOf<Infer<typeof even>>().toEqualTypeOf<{ a: number; b: 1 }>();
    expectTypeOf<Input<typeof even>>().toEqualTypeOf<{ readonly a: number; readonly b?: 1 | undefined }>();
  });

  it("sized, lazy and at are their content", () => {
    both(sized(u16, string(rest))).as<string>();
    both(sized(4, u8, { skip: true })).as<number>();
    both(lazy(() => u64)).as<bigint>();
    both(at(16, u16)).as<number>();
  });

  it("custom is what its functions say", () => {
    const text = custom({
      name: "text",
      decode: (input, end) => (end ? { value: String(input.length), size: input.length } : { needed: 1 }),
      encode: (value: string | number) => Uint8Array.of(Number(value)),
    });
    expectTypeOf<Infer<typeof text>>().toEqualTypeOf<string>();
    expectTypeOf<Input<typeof text>>().toEqualTypeOf<string | number>();
    both(
      custom<Date>({ name: "date", decode: () => ({ needed: 8 }), encode: (date) => Uint8Array.of(date.getDate()) }),
    ).as<Date>();
  });

  it("a schema of anything is anything", () => {
    expectTypeOf<Infer<AnySchema>>().toBeAny();
    expectTypeOf<Input<AnySchema>>().toBeUnknown();
    expectTypeOf<Infer<Schema<string>>>().toEqualTypeOf<string>();
    expectTypeOf<Input<Schema<string, number>>>().toEqualTypeOf<number>();
  });
});
