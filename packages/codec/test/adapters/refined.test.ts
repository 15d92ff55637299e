// A zod schema on a field runs in both directions, and what it refuses has our path with zod's behind it.

import {
  array,
  bytes,
  compile,
  type DecodeError,
  type EncodeError,
  type Infer,
  map,
  string,
  struct,
  u8,
  u16,
  u32,
} from "@wireform/codec";
import { refined, toZod } from "@wireform/codec/zod";
import { describe, expect, expectTypeOf, it } from "vitest";
import * as z from "zod";
import * as mini from "zod/mini";
import { compileHere } from "../support/mode.ts";
import { fromHex, toHex } from "../support/shared-data.ts";

function thrown(run: () => unknown): DecodeError | EncodeError {
  try {
    run();
  } catch (error) {
    return error as DecodeError | EncodeError;
  }
  throw new Error("nothing was thrown");
}

const date = z.codec(z.int(), z.date(), {
  decode: (seconds) => new Date(seconds * 1000),
  encode: (at) => at.getTime() / 1000,
});

describe("refined", () => {
  it("changes a value by a codec of zod, both ways", () => {
    const Entry = struct({ at: refined(u32, date), level: u8 });
    expectTypeOf<Infer<typeof Entry>>().toEqualTypeOf<{ at: Date; level: number }>();
    const codec = compileHere(Entry);
    expect(toHex(codec.encode({ at: new Date(1000), level: 2 }))).toBe("0000000102");
    expect(codec.decode(fromHex("0000000102"))).toEqual({ at: new Date(1000), level: 2 });
  });

  it("brands", () => {
    const Id = refined(u16, z.int().positive().brand<"id">());
    expectTypeOf<Infer<typeof Id>>().toEqualTypeOf<number & z.core.$brand<"id">>();
    expect(compileHere(Id).decode(fromHex("0007"))).toBe(7);
  });

  it("refuses bytes at the field's path and offset", () => {
    const codec = compileHere(
      struct({ pad: u8, list: array(struct({ id: refined(u16, z.int().positive("not 0")) }), u8) }),
    );
    const error = thrown(() => codec.decode(fromHex("00020001" + "0000")));
    expect(error).toMatchObject({
      name: "DecodeError",
      code: "rejected",
      path: "list[1].id",
      offset: 4,
      actual: "not 0",
    });
  });

  it("refuses values at the field's path", () => {
    const codec = compileHere(struct({ list: array(struct({ id: refined(u16, z.int().positive("not 0")) }), u8) }));
    const error = thrown(() => codec.encode({ list: [{ id: 1 }, { id: 0 }] }));
    expect(error).toMatchObject({ name: "EncodeError", code: "rejected", path: "list[1].id", actual: "not 0" });
  });

  it("goes on with zod's path inside of the value, both ways", () => {
    const Range = z.object({ low: z.int(), high: z.int() }).refine(({ low, high }) => low <= high, {
      error: "high is below low",
      path: ["high"],
    });
    const codec = compileHere(struct({ kind: u8, ranges: array(refined(struct({ low: u8, high: u8 }), Range), u8) }));
    expect(thrown(() => codec.decode(fromHex("0002010203" + "02")))).toMatchObject({
      name: "DecodeError",
      code: "rejected",
      path: "ranges[1].high",
      keys: ["ranges", 1, "high"],
      actual: "high is below low",
    });
    expect(thrown(() => codec.encode({ kind: 0, ranges: [{ low: 1, high: 0 }] }))).toMatchObject({
      name: "EncodeError",
      code: "rejected",
      path: "ranges[0].high",
    });
  });

  it("refuses a derived length that does not follow the rules across fields", () => {
    const Packet = struct({ n: u8, body: bytes(2) });
    const Rule = toZod(Packet).refine(({ n, body }) => body[0] === n, { error: "n is the first byte", path: ["n"] });
    const codec = compileHere(refined(Packet, Rule));
    expect(codec.decode(fromHex("070709"))).toEqual({ n: 7, body: Uint8Array.of(7, 9) });
    expect(thrown(() => codec.decode(fromHex("080709")))).toMatchObject({ path: "n", code: "rejected" });
    expect(thrown(() => codec.encode({ n: 8, body: Uint8Array.of(7, 9) }))).toMatchObject({
      path: "n",
      code: "rejected",
    });
  });

  it("takes schemas of zod/mini", () => {
    const codec = compileHere(refined(string(u8), mini.string().check(mini.minLength(2))));
    expect(codec.decode(fromHex("026162"))).toBe("ab");
    expect(thrown(() => codec.decode(fromHex("0161")))).toMatchObject({ code: "rejected" });
  });

  it.each([
    ["a transform", z.int().transform((n) => n + 1), "it has a transform"],
    ["a transform in a field", z.object({ a: z.string().transform((s) => s.length) }), "a has a transform"],
    ["a preprocess", z.preprocess((n) => n, z.int()), "it has a transform"],
    ["a catch", z.array(z.int().catch(0)), "it has a catch"],
  ])("is refused at definition with %s, which only runs forwards", (_, zod, why) => {
    const error = thrown(() => refined(u8, zod as never));
    expect(error).toMatchObject({ name: "SchemaError", code: "inverse" });
    expect(error.message).toContain(why);
  });

  it.each([undefined, {}, u8])("is refused at definition with what is no schema of zod", (zod) => {
    expect(thrown(() => refined(u8, zod as never))).toMatchObject({ name: "SchemaError", code: "argument" });
  });

  it("is asked by toZod, with its path", () => {
    const codec = toZod(struct({ at: refined(u32, date) }));
    expect(codec.safeParse({ at: new Date(5000) }).success).toBe(true);
    expect(codec.safeParse({ at: 5 }).error?.issues).toMatchObject([{ path: ["at"] }]);
  });
});

describe("what map's functions throw", () => {
  const Inner = compile(struct({ a: u8, b: array(u8, u8) }));
  const Outer = compileHere(struct({ body: map(bytes(u8), { decode: Inner.decode, encode: Inner.encode }) }));

  it("leads on into a message inside of a message, both ways", () => {
    expect(thrown(() => Outer.decode(fromHex("03010200")))).toMatchObject({ code: "rejected", path: "body.b[1]" });
    expect(thrown(() => Outer.encode({ body: { a: 1, b: [1, 256] } }))).toMatchObject({
      code: "rejected",
      path: "body.b[1]",
    });
  });

  it.each([
    [["x", Symbol("s"), 1, {}], "body.x[1]"],
    ["x", "body"],
    [undefined, "body"],
  ])("has no path but one of names and indices (row %#)", (keys, path) => {
    const refuse = (): never => {
      throw Object.assign(new Error("no"), { keys });
    };
    const codec = compileHere(struct({ body: map(u8, { decode: refuse, encode: refuse }) }));
    expect(thrown(() => codec.decode(fromHex("01")))).toMatchObject({ code: "rejected", path });
    expect(thrown(() => codec.encode({ body: 1 as never }))).toMatchObject({ code: "rejected", path });
  });
});

describe("a codec", () => {
  const codec = compileHere(struct({ n: u8, name: string(u8) }));

  it("is a Standard Schema from bytes to messages", () => {
    const { validate, ...facts } = codec["~standard"];
    expect(facts).toEqual({ version: 1, vendor: "wireform" });
    expect(validate(fromHex("010161"))).toEqual({ value: { n: 1, name: "a" } });
    expect(validate(fromHex("0101ff"))).toMatchObject({ issues: [{ path: ["name"] }] });
    expect(validate("text")).toMatchObject({ issues: [{ path: [] }] });
  });

  it("has the type of a Standard Schema", () => {
    type Message = { n: number; name: string };
    expectTypeOf(codec["~standard"]).toExtend<z.core.$ZodStandardSchema<z.ZodType<Message, Uint8Array>>>();
  });
});
