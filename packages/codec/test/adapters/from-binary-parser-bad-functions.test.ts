// What functions of a parser give or do that they should not: an error with path and offset, the same in every mode and
// however the bytes come; and what they may look at only once all bytes are there.

import {
  array,
  bytes,
  type CompileOptions,
  compile,
  DecodeError,
  Decoder,
  field,
  type Schema,
  struct,
} from "@wireform/codec";
import { fromBinaryParser } from "@wireform/codec/binary-parser";
import { arbitrary } from "@wireform/codec/fast-check";
import { toJson, toJsonSchema } from "@wireform/codec/json";
import { toModule } from "@wireform/codec/module";
import { toZod } from "@wireform/codec/zod";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectLinear } from "../support/linear.ts";
import { compileHere } from "../support/mode.ts";
import { runs, seed } from "../support/runs.ts";
import { fromHex, toHex } from "../support/shared-data.ts";
import { Parser } from "./parser.ts";

const start = (): Parser => Parser.start();
type Self = Record<string, any>;
const bytesOf = (hex: string): Uint8Array => fromHex(hex.replaceAll(" ", ""));
const ours = (parser: Parser, options: CompileOptions = {}) =>
  compileHere(fromBinaryParser(parser).schema as Schema<any>, options);

function thrown(run: () => unknown): DecodeError {
  try {
    run();
  } catch (error) {
    return error as DecodeError;
  }
  throw new Error("nothing was thrown");
}

/** The error is the same by `decode`, `read`, `inspect`, and a decoder that gets byte after byte. */
function refused(parser: Parser, hex: string, options: CompileOptions = {}): DecodeError {
  const codec = ours(parser, options);
  const data = bytesOf(hex);
  const error = thrown(() => codec.decode(data));
  expect(error).toBeInstanceOf(DecodeError);
  const same = { name: "DecodeError", code: error.code, path: error.path, offset: error.offset, actual: error.actual };
  expect(codec.inspect(data).error).toMatchObject(same);
  const decoder = new Decoder(codec);
  const inPieces = thrown(() => {
    for (const byte of data) for (const _ of decoder.push(Uint8Array.of(byte)));
    for (const _ of decoder.end());
  });
  expect(inPieces).toMatchObject(same);
  return error;
}

const results: [string, unknown, string][] = [
  ["NaN", Number.NaN, "rejected"],
  ["a negative number", -1, "length"],
  ["a fraction", 1.5, "rejected"],
  ["text", "1", "rejected"],
  ["nothing", undefined, "rejected"],
  ["null", null, "rejected"],
  ["an object", {}, "rejected"],
  ["a negative bigint", -1n, "length"],
  ["infinity", Number.POSITIVE_INFINITY, "limit"],
  ["2^60", 2 ** 60, "limit"],
  ["2^80 as a bigint", 2n ** 80n, "limit"],
  ["a billion", 1e9, "limit"],
];

describe.each(results)("a function that gives %s", (_, result, code) => {
  const give = (): unknown => result;
  it.each<[string, (parser: Parser) => Parser]>([
    ["length of bytes", (p) => p.buffer("x", { length: give })],
    ["length of text", (p) => p.string("x", { length: give })],
    ["count", (p) => p.array("x", { type: "uint8", length: give })],
    ["count of parsers", (p) => p.array("x", { type: start().uint8("a"), length: give })],
    ["length in bytes", (p) => p.array("x", { type: "uint8", lengthInBytes: give })],
    ["offset", (p) => p.pointer("x", { type: "uint8", offset: give })],
  ])("as a %s is an error at its path", (_what, add) => {
    const error = refused(add(start().uint8("a")), "01 02 03");
    expect(error).toMatchObject({ code, path: "x", offset: 1 });
  });

  it("as a number of bytes to skip too", () => {
    expect(refused(start().uint8("a").skip(give), "01 02 03")).toMatchObject({ code, path: "seek", offset: 1 });
  });

  it("as a tag is an error where no case is for it", () => {
    const parser = start()
      .uint8("a")
      .choice("x", { tag: give, choices: { 1: "uint8" } });
    expect(refused(parser, "01 02")).toMatchObject({ code: "tag", path: "x", offset: 1 });
  });
});

it("a count of a billion elements without bytes makes room for none", () => {
  const parser = start()
    .uint8("a")
    .array("x", { type: start(), length: () => 1e9 });
  const before = process.memoryUsage().heapUsed;
  expect(refused(parser, "01")).toMatchObject({ code: "limit", path: "x" });
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(50e6);
});

it("elements that a function ends too late are counted against the limit", () => {
  const parser = start()
    .uint8("a")
    .array("x", { type: start(), readUntil: () => false });
  const limits = { maxElements: 1000 };
  expect(refused(parser, "01", { limits })).toMatchObject({ code: "limit", path: "x" });
});

it("recursion that a function never ends is stopped", () => {
  const parser = start()
    .namely("wireformEndless")
    .uint8("a")
    .array("x", { type: "wireformEndless", length: () => 1 });
  expect(refused(parser, "00".repeat(1000))).toMatchObject({ code: "limit" });
  const wrapped = start()
    .namely("wireformWrapped")
    .uint8("a")
    .wrapped("x", { length: () => 0, wrapper: () => Uint8Array.of(0), type: "wireformWrapped" });
  expect(refused(wrapped, "01")).toMatchObject({ actual: expect.stringContaining("levels of recursion") });
});

const boom = new RangeError("boom");
function fail(): never {
  throw boom;
}

it.each<[string, Parser, string, number]>([
  ["length", start().uint8("a").buffer("x", { length: fail }), "x", 1],
  ["count", start().uint8("a").array("x", { type: "uint8", length: fail }), "x", 1],
  [
    "tag",
    start()
      .uint8("a")
      .choice("x", { tag: fail, choices: { 1: "uint8" } }),
    "x",
    1,
  ],
  ["offset", start().uint8("a").pointer("x", { type: "uint8", offset: fail }), "x", 1],
  ["skip", start().uint8("a").skip(fail), "seek", 1],
  ["readUntil of bytes", start().uint8("a").buffer("x", { readUntil: fail }), "x", 1],
  ["readUntil of an array", start().uint8("a").array("x", { type: "uint8", readUntil: fail }), "x[0]", 1],
  ["formatter", start().uint8("a").uint8("x", { formatter: fail }), "x", 1],
  ["assert", start().uint8("a").uint8("x", { assert: fail }), "x", 1],
  [
    "wrapper",
    start()
      .uint8("a")
      .wrapped("x", { length: 1, wrapper: fail, type: start().uint8("y") }),
    "x",
    1,
  ],
  [
    "formatter inside",
    start().nest("x", {
      type: start().array("y", { length: 1, type: start().uint8("k").uint8("z", { formatter: fail }) }),
    }),
    "x.y[0].z",
    1,
  ],
  [
    "length in a case without a name",
    start()
      .uint8("a")
      .choice({
        tag: "a",
        choices: {
          1: start().choice({ tag: (vars: Self) => vars["a"], choices: { 1: start().buffer("x", { length: fail }) } }),
        },
      }),
    "x",
    1,
  ],
])("what a %s function throws is the cause of an error at its path", (_, parser, path, offset) => {
  expect(refused(parser, "01 02")).toMatchObject({ code: "rejected", path, offset, cause: boom, actual: "boom" });
});

it("an error of a choice without a name itself says that it is one", () => {
  const parser = start()
    .uint8("a")
    .choice({ tag: (vars: Self) => vars["a"], choices: { 1: start().uint32("x") } });
  expect(refused(parser, "02")).toMatchObject({ code: "tag", path: "choice" });
  expect(refused(parser, "01 02")).toMatchObject({ code: "truncated", path: "x", offset: 1 });
});

it("an error in wrapped bytes says where in the value it is", () => {
  const parser = start().wrapped("x", {
    length: 1,
    wrapper: (data: Uint8Array) => data,
    type: start().nest("y", { type: start().uint8("z", { formatter: fail }) }),
  });
  expect(refused(parser, "01")).toMatchObject({ code: "rejected", path: "x.y.z" });
  const none = start().wrapped("x", { length: 1, wrapper: () => "text", type: start().uint8("y") });
  expect(refused(none, "01")).toMatchObject({ path: "x", actual: "its wrapper function gives no Uint8Array" });
});

it.each<[string, (self: Self, vars: Self) => unknown]>([
  ["sets a field of", (self) => (self["a"] = 5)],
  ["adds a field to", (self) => (self["new"] = 5)],
  ["deletes a field of", (self) => delete self["a"]],
  ["defines a field of", (self) => Object.defineProperty(self, "a", { value: 1 })],
  ["assigns to", (self) => Object.assign(self, { a: 1 })],
  ["freezes", (self) => Object.freeze(self)],
  ["gives another prototype to", (self) => Object.setPrototypeOf(self, null)],
  ["adds an element to an array of", (_, vars) => vars["list"].push(1)],
])("a function that %s its this is an error, not a change", (_, change) => {
  const parser = start()
    .uint8("a")
    .array("list", {
      length: 1,
      type: start()
        .uint8("b")
        .buffer("c", {
          length(this: Self, vars: Self) {
            change(this, vars);
            return 0;
          },
        }),
    });
  expect(refused(parser, "01 02")).toMatchObject({
    code: "rejected",
    path: "list[0].c",
    actual: "changes what it is shown, which is not possible here",
  });
});

it("a change that a function hides is still none", () => {
  const parser = start()
    .uint8("a")
    .buffer("x", {
      length(this: Self) {
        try {
          this["a"] = 5;
        } catch {}
        return this["a"];
      },
    });
  expect(ours(parser).decode(bytesOf("01 ff"))).toEqual({ a: 1, x: Uint8Array.of(255) });
});

it("what a function keeps of its this is closed afterwards", () => {
  const kept: Self[] = [];
  const parser = start()
    .uint8("a")
    .buffer("x", {
      length(this: Self, vars: Self) {
        kept.push(this, vars);
        return 1;
      },
    });
  ours(parser).decode(bytesOf("01 ff"));
  for (const self of kept) expect(() => self["a"]).toThrow("after it has run");
  const given = start().uint8("a", {
    formatter(this: Self) {
      return this;
    },
  });
  expect(refused(given, "01")).toMatchObject({ code: "rejected", path: "a" });
});

it("this and the argument are the same object at the top, of the class that create names", () => {
  class Message {
    a = 0;
    get twice() {
      return this.a * 2;
    }
  }
  const parser = start()
    .create(Message)
    .uint8("a")
    .buffer("x", {
      length(this: Message, vars: Message) {
        return this === vars && this instanceof Message ? this.twice : 0;
      },
    });
  expect(parser.parse(Buffer.of(1, 2, 3)).x).toHaveLength(2);
  expect(ours(parser).decode(bytesOf("01 02 03"))).toEqual(
    Object.assign(new Message(), { a: 1, x: Uint8Array.of(2, 3) }),
  );
});

it("a function may decode another message with the same codec", () => {
  const parser = start()
    .uint8("a")
    .uint8("b", {
      formatter(this: Self, b: number): number {
        return this["a"] > 0 ? b + codec.decode(Uint8Array.of(this["a"] - 1, b)).b : b;
      },
    });
  const codec: ReturnType<typeof ours> = ours(parser);
  expect(codec.decode(bytesOf("03 02"))).toEqual({ a: 3, b: 8 });
});

describe("assertions", () => {
  const parser = start()
    .uint8("a")
    .nest("x", {
      type: start().uint8("b", {
        assert(this: Self, b: number) {
          return b > this["a"];
        },
      }),
    });

  it("see the outermost object, as with binary-parser", () => {
    expect(parser.parse(Buffer.of(1, 2))).toEqual({ a: 1, x: { b: 2 } });
    expect(ours(parser).decode(bytesOf("01 02"))).toEqual({ a: 1, x: { b: 2 } });
    expect(() => parser.parse(Buffer.of(2, 1))).toThrow("Assertion error");
    expect(refused(parser, "02 01")).toMatchObject({ code: "rejected", path: "x.b", offset: 1, actual: "got 1" });
  });

  it("that look at other fields cannot be asked on encode, which says so", () => {
    const { decodeOnly } = fromBinaryParser(parser);
    // Nobody knows what a function looks at before it has been called.
    expect(decodeOnly).toEqual([]);
    expect(() => ours(parser).encode({ a: 1, x: { b: 2 } })).toThrow(
      expect.objectContaining({
        name: "EncodeError",
        path: "x.b",
        actual: "can only be decoded: its assert function looks at other fields",
      }),
    );
    const hiding = start().uint8("a", {
      assert(this: Self) {
        try {
          return this["b"] === undefined;
        } catch {
          return true;
        }
      },
    });
    expect(ours(hiding).decode(bytesOf("01"))).toEqual({ a: 1 });
    expect(() => ours(hiding).encode({ a: 1 })).toThrow(expect.objectContaining({ name: "EncodeError", path: "a" }));
  });
});

/** Counts how a decoder gives messages when chunks end at each place of `data`. */
function cut(codec: ReturnType<typeof ours>, data: Uint8Array): unknown[][] {
  return Array.from({ length: data.length + 1 }, (_, i) => {
    const decoder = new Decoder(codec);
    const before = [...decoder.push(data.subarray(0, i)), ...decoder.push(data.subarray(i))];
    return [before, [...decoder.end()]];
  });
}

describe("the bytes behind", () => {
  const upTo = (find: (rest: Uint8Array) => boolean) =>
    start()
      .buffer("x", { readUntil: (_: number, rest: Uint8Array) => find(rest) })
      .uint8("end")
      .uint8("more");
  const bytesParser = upTo((rest) => rest[0] === 9 && rest[1] === 8);
  const arrayParser = start()
    .array("x", { type: "uint8", readUntil: (_: number, rest: Uint8Array) => rest.length === 2 })
    .uint8("end")
    .uint8("more");
  const value = { x: [1, 9, 2], end: 9, more: 8 };

  it.each([
    ["bytes", bytesParser],
    ["an array", arrayParser],
  ])("of %s are all there for decode", (_, parser) => {
    const data = bytesOf("01 09 02 09 08");
    const theirs = parser.parse(Buffer.from(data)) as { x: Iterable<number> };
    expect({ ...theirs, x: [...theirs.x] }).toEqual(value);
    const mine = ours(parser).decode(data);
    expect({ ...mine, x: [...mine.x] }).toEqual(value);
  });

  it.each([
    ["bytes", bytesParser],
    ["an array", arrayParser],
  ])("of %s are waited for until the input ends, wherever it is cut", (_, parser) => {
    const codec = ours(parser);
    const data = bytesOf("01 09 02 09 08");
    expect(codec.read(data)).toEqual({ needed: 1 });
    for (const [before, end] of cut(codec, data)) {
      expect(before).toEqual([]);
      expect((end as (typeof value)[]).map((each) => ({ ...each, x: [...each.x] }))).toEqual([value]);
    }
  });

  it("are not waited for where the function does not look at them", () => {
    const parser = start()
      .buffer("x", { readUntil: (byte: number, rest: Uint8Array) => byte === 9 || (byte === 7 && rest.length > 99) })
      .uint8("end");
    const codec = ours(parser);
    expect(codec.read(bytesOf("01 02 09 03"))).toEqual({ value: { x: Uint8Array.of(1, 2), end: 9 }, offset: 3 });
    for (const [before, end] of cut(codec, bytesOf("01 09 02 09")))
      expect([...(before as []), ...(end as [])]).toEqual([
        { x: Uint8Array.of(1), end: 9 },
        { x: Uint8Array.of(2), end: 9 },
      ]);
  });

  it("are waited for by functions that say nothing of them, and by those that hide that they could not", () => {
    const second = function (this: unknown) {
      // biome-ignore lint/complexity/noArguments: that is what is tried
      return arguments[1][0] === 9;
    };
    const hiding = (_: number, rest: Uint8Array): boolean => {
      try {
        return rest[0] === 9;
      } catch {
        return true;
      }
    };
    const native = (_: number, rest: Uint8Array): boolean => new TextDecoder().decode(rest).startsWith("\t");
    for (const readUntil of [second, hiding, native]) {
      const codec = ours(start().buffer("x", { readUntil }).uint8("end"));
      const data = bytesOf("01 02 09");
      expect(codec.decode(data)).toEqual({ x: Uint8Array.of(1, 2), end: 9 });
      for (const [before, end] of cut(codec, data)) {
        expect(before).toEqual([]);
        expect(end).toEqual([{ x: Uint8Array.of(1, 2), end: 9 }]);
      }
    }
  });

  it("are those of the whole message in windows too", () => {
    const parser = start()
      .uint8("n")
      .array("list", {
        lengthInBytes: "n",
        type: start().array("x", { type: "uint8", readUntil: (_: number, rest: Uint8Array) => rest.length % 2 === 1 }),
      })
      .uint8("end");
    const data = bytesOf("02 01 02 09");
    expect(ours(parser).decode(data)).toEqual(parser.parse(Buffer.from(data)));
  });

  it("and other fields cannot be looked at on encode, which says so", () => {
    expect(fromBinaryParser(arrayParser).decodeOnly).toEqual([]);
    expect(() => ours(arrayParser).encode(value)).toThrow(
      expect.objectContaining({
        name: "EncodeError",
        path: "x",
        actual: expect.stringContaining("can only be decoded"),
      }),
    );
    const plainly = start().array("x", { type: "uint8", readUntil: (item: number) => item === 0 });
    expect(toHex(ours(plainly).encode({ x: [2, 0] }))).toBe("0200");
  });
});

it("readUntil sees the array so far", () => {
  const parser = start()
    .uint8("n")
    .array("x", {
      type: start().uint8("a"),
      readUntil(this: Self) {
        return this["x"].length === this["n"];
      },
    })
    .uint8("end");
  const data = bytesOf("02 01 02 09");
  expect(ours(parser).decode(data)).toEqual(parser.parse(Buffer.from(data)));
  for (const [before, end] of cut(ours(parser), data)) expect([...(before as []), ...(end as [])]).toHaveLength(1);
});

describe("a schema with functions", () => {
  const { schema } = fromBinaryParser<any>(
    start()
      .uint8("n")
      .nest("x", { type: start().buffer("data", { length: (vars: Self) => vars["n"] }) }),
  );
  const refusal = expect.objectContaining({ name: "SchemaError", path: "x.data" });

  it("is refused by its path by what needs to know what there can be", () => {
    expect(() => toZod(schema)).toThrow(refusal);
    expect(() => toJsonSchema(schema)).toThrow(refusal);
    expect(() => toJson(schema, { n: 1, x: { data: Uint8Array.of(1) } })).toThrow(refusal);
    expect(() => arbitrary(schema)).toThrow(refusal);
    expect(() => toModule(schema, { name: "Message", inline: () => "" })).toThrow(
      expect.objectContaining({ name: "SchemaError" }),
    );
  });

  it("is refused by the same with a formatter or an assertion that looks at other fields, when values are drawn", () => {
    for (const option of ["formatter", "assert"]) {
      const parser = start()
        .uint8("a")
        .uint8("b", {
          [option](this: Self, n: number) {
            return n + this["a"];
          },
        });
      const looking = fromBinaryParser<any>(parser).schema;
      expect(() => fc.sample(arbitrary(looking), 1)).toThrow(expect.objectContaining({ name: "SchemaError" }));
      expect(toZod(looking).safeParse({ a: 1, b: 2 }).success).toBe(false);
    }
  });
});

it("what replaces a function in an element that a function counts reaches out by one more step", () => {
  const parser = start()
    .uint8("n")
    .array("list", {
      length: (vars: Self) => vars["n"],
      type: start().buffer("data", { length: (vars: Self) => vars["n"] }),
    });
  const replaced = fromBinaryParser<any>(parser, { replace: { "list.data": bytes(field("../../n")) } });
  expect(replaced.decodeOnly.map(({ path }) => path)).toEqual(["list"]);
  expect(compileHere(replaced.schema as Schema<any>).decode(bytesOf("01 07"))).toEqual({
    n: 1,
    list: [{ data: Uint8Array.of(7) }],
  });
  const counted = fromBinaryParser<any>(parser, {
    replace: { list: array(struct({ data: bytes(field("../n")) }), field("n")) },
  });
  expect(counted.decodeOnly).toEqual([]);
  expect(toHex(compileHere(counted.schema as Schema<any>).encode({ n: 1, list: [{ data: Uint8Array.of(7) }] }))).toBe(
    "0107",
  );
});

it("an assertion of text or a number holds where a function says the length or the tag", () => {
  const parser = start()
    .uint8("n")
    .string("text", { length: (vars: Self) => vars["n"], assert: "ab" })
    .choice("x", { tag: () => 1, choices: { 1: "uint8" }, assert: 7 });
  expect(ours(parser).decode(bytesOf("02 6162 07"))).toEqual({ n: 2, text: "ab", x: 7 });
  expect(refused(parser, "02 6163 07")).toMatchObject({ code: "rejected", path: "text" });
  expect(refused(parser, "02 6162 08")).toMatchObject({ code: "rejected", path: "x" });
});

it("generated code calls functions too, and shows them what it has read", () => {
  const parser = start()
    .uint8("n")
    .uint8("scale", { formatter: (n: number) => n / 10 })
    .array("list", {
      length: (vars: Self) => vars["n"],
      type: start()
        .uint8("k")
        .string("text", {
          length(this: Self) {
            return this["k"];
          },
        }),
    })
    .choice({ tag: (vars: Self) => vars["list"].length, choices: { 1: start().uint8("a"), 2: start().uint16("b") } })
    .buffer("end", { readUntil: (byte: number) => byte === 0 });
  const { source } = compile(fromBinaryParser<any>(parser).schema, { mode: "jit" });
  expect(source).toContain("function decode0");
});

it("messages in one chunk are decoded in time that follows their number", () => {
  const parser = start()
    .uint8("n")
    .buffer("data", {
      length(this: Self) {
        return this["n"];
      },
    })
    .uint8("b", {
      formatter(this: Self, n: number) {
        return n + this["n"];
      },
    });
  const codec = ours(parser);
  const [short, long] = [8_000, 64_000].map((count) => {
    const chunk = Uint8Array.from({ length: 4 * count }, (_, i) => (i % 4 === 0 ? 2 : i & 255));
    return () => {
      let messages = 0;
      for (const _ of new Decoder(codec).push(chunk)) messages++;
      expect(messages).toBe(count);
    };
  }) as [() => void, () => void];
  return expectLinear(short, long);
});

it("an object by keys that its end looks at is decoded in time that follows its size", () => {
  const parser = start().array("x", {
    key: "k",
    type: start().uint16("k"),
    readUntil(this: Self) {
      return this["x"][65535] !== undefined;
    },
  });
  const codec = ours(parser);
  const [short, long] = [2_000, 16_000].map((count) => {
    const data = Uint8Array.from({ length: 2 * count }, (_, i) =>
      i < 2 * count - 2 ? (i % 2 ? i >> 1 : i >> 9) & 255 : 255,
    );
    return () => {
      const decoder = new Decoder(codec);
      let messages = 0;
      for (let i = 0; i < data.length; i += 7) for (const _ of decoder.push(data.subarray(i, i + 7))) messages++;
      expect(messages).toBe(1);
    };
  }) as [() => void, () => void];
  return expectLinear(short, long);
});

it("records of any numbers are decoded as by binary-parser, however they are cut", () => {
  const parser = start()
    .uint8("n")
    .array("list", {
      length(this: Self) {
        return this["n"] % 5;
      },
      type: start()
        .bit4("kind")
        .bit4("size", {
          formatter(this: Self, n: number) {
            return (n + this["kind"]) % 4;
          },
        })
        .choice("body", {
          tag(this: Self) {
            return this["kind"] % 3;
          },
          choices: {
            0: start().buffer("data", { length: (vars: Self) => vars["list"].length }),
            1: "uint16le",
          },
          defaultChoice: start().array("words", {
            type: "uint8",
            length(this: Self, vars: Self) {
              return vars["n"] % 3;
            },
          }),
        })
        .string("name", { length: "size", encoding: "latin1" }),
    });
  const codec = ours(parser);
  const padding = Uint8Array.of(...new Array(40).fill(65));
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 30 }),
      fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 20 }),
      (bytes, sizes) => {
        // Letters only, whose latin1 nobody doubts.
        const data = Uint8Array.from([...bytes.map((byte) => byte & 0x77), ...padding]);
        const theirs = parser.parse(Buffer.from(data));
        const read = codec.read(data) as { value: unknown; offset: number };
        expect(JSON.stringify(read.value)).toBe(JSON.stringify(plainly(theirs)));
        const whole = data.subarray(0, read.offset);
        const decoder = new Decoder(codec);
        const values: unknown[] = [];
        for (let at = 0, i = 0; at < whole.length; i++) {
          const size = sizes[i % sizes.length] as number;
          values.push(...decoder.push(whole.slice(at, at + size)));
          at += size;
        }
        values.push(...decoder.end());
        expect(values).toEqual([read.value]);
        expect(codec.decode(whole)).toEqual(read.value);
      },
    ),
    { numRuns: runs(200), seed },
  );
});

/** With plain views for buffers. */
function plainly(value: unknown): unknown {
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (Array.isArray(value)) return value.map(plainly);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plainly(part)]));
}
