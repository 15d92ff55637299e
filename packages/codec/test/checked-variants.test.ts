import { bits, bytes, check, field, struct, u8, u16, union, when } from "@wireform/codec";
import { describe, expect, expectTypeOf, it } from "vitest";
import { compileHere } from "./support/mode.ts";
import { fromHex, toHex } from "./support/shared-data.ts";

describe("a variant that is a checked struct", () => {
  const Range = check(
    check(struct({ from: u8, to: u8 }), ({ from, to }) => from <= to, "must not end before it starts"),
    ({ from }) => from > 0,
    "must not start at 0",
  );
  const codec = compileHere(union("type", u8, { range: [1, Range], one: [2, check(u8, (n) => n > 0, "not 0")] }));

  it("has its fields beside the tag, as its type says", () => {
    expectTypeOf(codec.decode).returns.toEqualTypeOf<
      { type: "range"; from: number; to: number } | { type: "one"; value: number }
    >();
    expect(codec.decode(fromHex("010203"))).toEqual({ type: "range", from: 2, to: 3 });
    expect(toHex(codec.encode({ type: "range", from: 2, to: 3 }))).toBe("010203");
    expect(codec.decode(fromHex("0203"))).toEqual({ type: "one", value: 3 });
  });

  it("is checked in both directions, by every check", () => {
    const starts = { code: "rejected", path: "", offset: 0, expected: "must not end before it starts" };
    const zero = { code: "rejected", path: "", offset: 0, expected: "must not start at 0" };
    expect(() => codec.decode(fromHex("010302"))).toThrow(expect.objectContaining(starts));
    expect(() => codec.encode({ type: "range", from: 3, to: 2 })).toThrow(expect.objectContaining(starts));
    expect(() => codec.decode(fromHex("010002"))).toThrow(expect.objectContaining(zero));
    expect(() => codec.encode({ type: "range", from: 0, to: 2 })).toThrow(expect.objectContaining(zero));
  });

  it("is complete and of the right types before it is checked", () => {
    const wrong = (value: unknown) => () => codec.encode(value as never);
    expect(wrong({ type: "range", from: 2 })).toThrow(expect.objectContaining({ code: "missing", path: "to" }));
    expect(wrong({ type: "range", from: 2, to: "9" })).toThrow(expect.objectContaining({ code: "type", path: "to" }));
    expect(wrong({ type: "one", value: "2" })).toThrow(expect.objectContaining({ code: "type", path: "value" }));
  });

  it("shares a byte with a tag of some bits, and reads its own fields", () => {
    const Long = check(struct({ wide: bits(4), n: when(field("wide"), u16) }), ({ n }) => n !== 0, "must not be 0");
    const packed = compileHere(union("type", bits(4), { long: [1, Long] }));
    expect(packed.decode(fromHex("120003"))).toEqual({ type: "long", wide: 2, n: 3 });
    expect(packed.decode(fromHex("10"))).toEqual({ type: "long", wide: 0 });
    expect(toHex(packed.encode({ type: "long", wide: 2, n: 3 }))).toBe("120003");
    expect(() => packed.decode(fromHex("120000"))).toThrow(expect.objectContaining({ code: "rejected", offset: 0 }));
  });
});

describe("a check by a type guard", () => {
  it("narrows what decode gives and encode takes", () => {
    const codec = compileHere(check(u8, (n): n is 0 | 1 => n < 2, "must be 0 or 1"));
    expectTypeOf(codec.decode).returns.toEqualTypeOf<0 | 1>();
    expectTypeOf(codec.encode).parameter(0).toEqualTypeOf<0 | 1>();
    expect(codec.decode(fromHex("01"))).toBe(1);
    expect(() => codec.decode(fromHex("02"))).toThrow(expect.objectContaining({ code: "rejected" }));
  });

  it("leaves a struct what it is, so that derived fields stay optional", () => {
    const Framed = struct({
      length: u8,
      body: union("type", u8, { a: [1, struct({})] }),
      text: bytes(field("length")),
    });
    const codec = compileHere(check(Framed, (value) => value.body.type === "a", "must be a"));
    expectTypeOf(codec.encode).parameter(0).toHaveProperty("length").toEqualTypeOf<number | undefined>();
    expect(toHex(codec.encode({ body: { type: "a" }, text: fromHex("ff") }))).toBe("0101ff");
  });
});
