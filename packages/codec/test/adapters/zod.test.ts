// What zod says of a value is what encode says of it: the same values, the same path.

import {
  array,
  bytes,
  constant,
  f64,
  field,
  type Infer,
  type Input,
  i16,
  lazy,
  match,
  nullable,
  type Schema,
  string,
  struct,
  u8,
  u16,
  u32,
  u64,
  union,
  when,
} from "@wireform/codec";
import { arbitrary, input } from "@wireform/codec/fast-check";
import { toZod, zodCodec } from "@wireform/codec/zod";
import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import * as z from "zod";
import { everyKind } from "../properties/every-kind.ts";
import { compileHere } from "../support/mode.ts";
import { runs, seed } from "../support/runs.ts";

const Message = struct({
  magic: constant(u32, 0xcafebabe),
  id: u64,
  length: u16,
  kind: u8,
  body: union("type", u8, { hello: [1, struct({ name: string(u8) })], move: [2, struct({ at: array(i16, 2) })] }),
  data: bytes(field("length")),
  note: when(field("kind").is(1), string(nullable(u8, 255))),
  score: f64,
});
const message: Infer<typeof Message> = {
  magic: 0xcafebabe,
  id: 7n,
  length: 2,
  kind: 1,
  body: { type: "move", at: [1, -1] },
  data: Uint8Array.of(1, 2),
  note: null,
  score: Number.NaN,
};

const issuesOf = (schema: z.ZodType, value: unknown): string[] =>
  (schema.safeParse(value).error?.issues ?? []).map(({ path }) => path.join("."));

describe("toZod", () => {
  it("has exactly the types of Infer and Input", () => {
    expectTypeOf(toZod(Message)).toEqualTypeOf<z.ZodType<Infer<typeof Message>, Infer<typeof Message>>>();
    expectTypeOf(toZod(Message, "input")).toEqualTypeOf<z.ZodType<Input<typeof Message>, Input<typeof Message>>>();
  });

  it("accepts a decoded message and gives it back", () => {
    expect(toZod(Message).parse(message)).toStrictEqual(message);
  });

  it("lets what encode fills in be left out only on the input side", () => {
    const { magic: _, length: __, ...given } = message;
    expect(toZod(Message, "input").parse(given)).toStrictEqual(given);
    expect(issuesOf(toZod(Message), given)).toEqual(["magic", "length"]);
  });

  it.each([
    ["an integer past its width", { kind: 256 }, ["kind"]],
    ["a fraction", { kind: 1.5 }, ["kind"]],
    ["NaN for an integer", { kind: Number.NaN }, ["kind"]],
    ["a number where 64 bits are a bigint", { id: 7 }, ["id"]],
    ["a bigint past 64 bits", { id: 2n ** 64n }, ["id"]],
    ["another constant", { magic: 1 }, ["magic"]],
    ["an unknown variant", { body: { type: "bye" } }, ["body.type"]],
    ["an element too many", { body: { type: "move", at: [1, 2, 3] } }, ["body.at"]],
    ["an element of the wrong type", { body: { type: "move", at: [1, "2"] } }, ["body.at.1"]],
    ["an array for bytes", { data: [1, 2] }, ["data"]],
    ["a length that is not that of the bytes", { length: 3 }, ["length"]],
    ["a field whose condition does not hold", { kind: 2 }, ["note"]],
    ["a text for a float", { score: "NaN" }, ["score"]],
    ["two faults in different places", { kind: -1, id: 7 }, ["id", "kind"]],
  ])("refuses %s", (_, change, paths) => {
    const value = { ...message, ...change };
    expect(issuesOf(toZod(Message), value)).toEqual(expect.arrayContaining(paths));
    const codec = compileHere(Message);
    expect(() => codec.encode(value as never)).toThrow(expect.objectContaining({ name: "EncodeError" }));
    try {
      codec.encode(value as never);
    } catch (error) {
      expect(paths).toContain((error as { keys: unknown[] }).keys.join("."));
    }
  });

  it.each([null, undefined, 0, "text", [], () => 0])("refuses %s for a message", (value) => {
    expect(issuesOf(toZod(Message), value)).not.toEqual([]);
  });

  it("tells the case of a match by the field that decides it", () => {
    const Matched = toZod(struct({ kind: u8, body: match(field("kind"), { 1: u8, 2: string(u8) }) }));
    expect(issuesOf(Matched, { kind: 1, body: 5 })).toEqual([]);
    expect(issuesOf(Matched, { kind: 1, body: "5" })).toEqual(["body"]);
    expect(issuesOf(Matched, { kind: 3, body: 5 })).toEqual(["body"]);
  });

  it("refuses values that contain themselves or are too deep, without going down for ever", () => {
    type Tree = { value: number; children: Tree[] };
    const Tree: Schema<Tree> = struct({
      value: u8,
      children: array(
        lazy(() => Tree),
        u8,
      ),
    });
    const Zod = toZod(Tree);
    let deep: Tree = { value: 0, children: [] };
    for (let i = 0; i < 60; i++) deep = { value: i, children: [deep] };
    expect(Zod.safeParse(deep).success).toBe(true);
    for (let i = 0; i < 100_000; i++) deep = { value: i % 256, children: [deep] };
    expect(Zod.safeParse(deep).error?.issues).toMatchObject([{ code: "custom", params: { code: "limit" } }]);
    for (const value of [1, 300]) {
      const ring: Tree = { value, children: [] };
      ring.children.push(ring, ring);
      expect(Zod.safeParse(ring).success).toBe(false);
    }
  });

  it("can be used in schemas of zod, where its paths go on", () => {
    const Outer = z.object({ list: z.array(toZod(Message)) });
    expect(issuesOf(Outer, { list: [message, { ...message, length: 3 }] })).toEqual(["list.1.length"]);
  });
});

const deepKeys = (value: unknown, keys: (string | number)[] = []): (string | number)[][] => {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || value instanceof Date) return [keys];
  const parts = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [keys, ...parts.flatMap(([key, part]) => deepKeys(part, [...keys, key]))];
};

/** A copy with another value at one place. */
function changed(value: unknown, [key, ...rest]: (string | number)[], to: unknown): unknown {
  if (key === undefined) return to;
  if (Array.isArray(value)) return value.map((part: unknown, i) => (i === key ? changed(part, rest, to) : part));
  const copy = { ...(value as Record<string, unknown>) };
  if (rest.length === 0 && to === undefined) delete copy[key];
  else copy[key] = changed(copy[key], rest, to);
  return copy;
}

const oddities = fc.constantFrom(
  undefined,
  null,
  -1,
  0,
  1,
  1.5,
  Number.NaN,
  -0,
  255,
  256,
  65536,
  2 ** 53,
  0n,
  2n ** 64n,
  "",
  "é",
  "\ud800",
  true,
  new Uint8Array(0),
  new Uint8Array(3),
  [],
  [1],
  {},
);

describe.each(Object.entries(everyKind))("%s", (_, schema) => {
  const codec = compileHere(schema);

  it("what decoding gives, zod accepts", () => {
    const Zod = toZod(schema);
    fc.assert(
      fc.property(arbitrary(schema), (value) => {
        expect(Zod.safeParse(value).error?.issues).toBe(undefined);
      }),
      { numRuns: runs(20), seed },
    );
  });

  it("what encoding takes, zod accepts as input, and what it gives encodes to the same bytes", () => {
    const Zod = toZod(schema, "input");
    fc.assert(
      fc.property(input(schema), (value) => {
        const parsed = Zod.safeParse(value);
        expect(parsed.error?.issues).toBe(undefined);
        expect(codec.encode(parsed.data as never)).toEqual(codec.encode(value));
      }),
      { numRuns: runs(20), seed },
    );
  });

  it("what zod accepts encodes, and what encode refuses zod refuses at the same path", () => {
    for (const side of ["output", "input"] as const) {
      const Zod = toZod(schema, side as "output");
      fc.assert(
        fc.property(arbitrary(schema), fc.nat(), oddities, (value, n, odd) => {
          const places = deepKeys(value);
          const bad = changed(value, places[n % places.length] as string[], odd);
          const { data, error } = Zod.safeParse(bad);
          try {
            codec.encode(bad as never);
          } catch (refused) {
            const { keys, name } = refused as { name: string; keys: unknown[] };
            expect(name).toBe("EncodeError");
            expect(error?.issues.map(({ path }) => path)).toContainEqual(keys);
            return;
          }
          if (!error) expect(codec.encode(data as never)).toEqual(codec.encode(bad as never));
        }),
        { numRuns: runs(60), seed },
      );
    }
  });
});

describe("zodCodec", () => {
  const Wire = zodCodec(Message);
  const bytesOf = compileHere(Message).encode(message);

  it("decodes and encodes through zod", () => {
    expect(z.decode(Wire, bytesOf)).toStrictEqual(message);
    expect(z.encode(Wire, message)).toEqual(bytesOf);
    expectTypeOf(z.decode(Wire, bytesOf)).toEqualTypeOf<Infer<typeof Message>>();
  });

  it("says where bytes are wrong, with our code and offset", () => {
    const result = z.safeDecode(Wire, Uint8Array.of(...bytesOf.subarray(0, 15), 9, ...bytesOf.subarray(16)));
    expect(result.error?.issues).toMatchObject([
      { code: "custom", path: ["body", "type"], params: { code: "tag", offset: 15 } },
    ]);
    expect(z.safeDecode(Wire, bytesOf.subarray(0, 20)).error?.issues).toMatchObject([
      { params: { code: "truncated" } },
    ]);
    expect(z.safeDecode(Wire, "text" as never).success).toBe(false);
  });

  it("says where a value is wrong", () => {
    const result = z.safeEncode(Wire, { ...message, kind: 300 });
    expect(result.error?.issues).toMatchObject([{ path: ["kind"], params: { code: "range" } }]);
  });

  it("joins codecs of zod", () => {
    const base64 = z.codec(z.base64(), z.custom<Uint8Array>(), {
      decode: (text) => z.util.base64ToUint8Array(text),
      encode: (data) => z.util.uint8ArrayToBase64(data),
    });
    const Text = base64.pipe(Wire);
    expect(z.decode(Text, z.encode(Text, message))).toStrictEqual(message);
  });
});
