// Functions of a parser are called as binary-parser calls them, however the bytes come; what they say is decoded, listed,
// and refused on encode.

import { Decoder, type EncodeError, type Schema } from "@wireform/codec";
import { fromBinaryParser } from "@wireform/codec/binary-parser";
import { describe, expect, it } from "vitest";
import { compileHere } from "../support/mode.ts";
import { fromHex, toHex } from "../support/shared-data.ts";
import { Parser } from "./parser.ts";

const start = (): Parser => Parser.start();
type Self = Record<string, any>;

/** Buffers and views of the same bytes are equal here. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value).map(([key, part]) => [key, plain(part)]);
}

const bytesOf = (hex: string): Uint8Array => fromHex(hex.replaceAll(" ", ""));

/** All that a decoder gives for some chunks. */
function decoded(codec: ReturnType<typeof compileHere<Schema<unknown>>>, chunks: readonly Uint8Array[]): unknown[] {
  const decoder = new Decoder(codec);
  const values: unknown[] = [];
  for (const chunk of chunks) values.push(...decoder.push(chunk));
  values.push(...decoder.end());
  return values;
}

/** A parser; bytes; the places that can only be decoded, and where encode says so. */
const told: [string, Parser, string, string[]][] = [
  [
    "a length of bytes",
    start()
      .uint8("n")
      .buffer("data", {
        length(this: Self) {
          return this["n"] * 2;
        },
      })
      .uint8("end"),
    "02 01020304 09",
    ["data"],
  ],
  [
    "a length of text, by the argument",
    start()
      .uint8("n")
      .string("text", { length: (vars: Self) => vars["n"] - 1 })
      .uint8("end"),
    "03 6162 09",
    ["text"],
  ],
  [
    "a length of padded text",
    start()
      .uint8("n")
      .string("text", { length: (vars: Self) => vars["n"], stripNull: true, encoding: "ascii" })
      .uint8("end"),
    "03 610000 09",
    ["text"],
  ],
  [
    "a count",
    start()
      .uint8("n")
      .array("list", {
        type: "uint16le",
        length(this: Self) {
          return this["n"] + 1;
        },
      })
      .uint8("end"),
    "01 0100 0200 09",
    ["list"],
  ],
  [
    "a count that is a bigint",
    start()
      .uint64("n")
      .array("list", {
        type: "uint8",
        length(this: Self) {
          return this["n"];
        },
      }),
    "0000000000000002 0102",
    ["list"],
  ],
  [
    "a count of nothing",
    start()
      .uint8("n")
      .array("list", { type: start().uint8("x"), length: () => 0 })
      .uint8("end"),
    "01 09",
    ["list"],
  ],
  [
    "a length in bytes",
    start()
      .uint8("n")
      .array("list", { type: start().uint8("k").uint8("v"), lengthInBytes: (vars: Self) => vars["n"] * 2 })
      .uint8("end"),
    "02 01020304 09",
    ["list"],
  ],
  [
    "a tag",
    start()
      .uint8("type")
      .choice("body", {
        tag(this: Self) {
          return this["type"] & 15;
        },
        choices: { 1: start().uint8("a"), 2: "uint16be" },
      })
      .uint8("end"),
    "f1 07 09",
    ["body"],
  ],
  [
    "a tag that is none of the numbers",
    start()
      .uint8("type")
      .choice("body", { tag: () => "1", choices: { 1: start().uint8("a") }, defaultChoice: start().uint16("b") }),
    "01 0007",
    ["body"],
  ],
  [
    "a tag of a choice without a name",
    start()
      .uint8("type")
      .choice({
        tag: (vars: Self) => vars["type"] - 1,
        choices: { 0: start().uint8("a"), 1: start().uint8("n").buffer("b", { length: "n" }) },
      })
      .uint8("end"),
    "02 01ff 09",
    ["choice"],
  ],
  [
    "an offset",
    start()
      .uint8("at")
      .pointer("name", {
        type: start().string("text", { zeroTerminated: true }),
        offset(this: Self) {
          return this["at"] + 1;
        },
      })
      .uint8("b"),
    "01 09 6100",
    ["name"],
  ],
  [
    "a number of bytes to skip",
    start()
      .uint8("n")
      .skip(function (this: Self) {
        return this["n"];
      })
      .uint8("end"),
    "02 ffff 09",
    ["seek"],
  ],
  ["as many bytes to skip as a field says", start().uint8("n").seek("n").uint8("end"), "02 ffff 09", ["seek"]],
  [
    "skips inside and beside a field of that name",
    start()
      .uint8("seek")
      .nest("x", {
        type: start()
          .uint8("n")
          .skip("n")
          .skip((vars: Self) => vars["seek"]),
      }),
    "01 01 ff ff",
    ["x.seek", 'x["seek 1"]'],
  ],
  [
    "a formatter that looks at other fields",
    start()
      .uint8("a")
      .uint8("b", {
        formatter(this: Self, n: number) {
          return n + this["a"];
        },
      })
      .uint8("c", {
        formatter(this: Self, n: number) {
          return [n, Object.keys(this), "b" in this, JSON.stringify([this["a"], this["b"]])];
        },
      }),
    "01 02 03",
    ["b", "c"],
  ],
  [
    "formatters of bits",
    start()
      .bit4("a")
      .bit4("b", {
        formatter(this: Self, n: number) {
          return n + this["a"];
        },
      })
      .bit8("c", {
        formatter(this: Self, n: number) {
          return this["b"] * n;
        },
      }),
    "12 03",
    ["b", "c"],
  ],
  [
    "a formatter of little-endian bits",
    start()
      .endianness("little")
      .bit4("a")
      .bit12("b", {
        formatter(this: Self, n: number) {
          return n + this["a"];
        },
      }),
    "1234",
    ["b"],
  ],
  [
    "a formatter of a nested parser and of its field",
    start()
      .uint8("k")
      .nest("x", {
        type: start()
          .uint8("a")
          .uint8("b", {
            formatter(this: Self, n: number) {
              return n * this["a"];
            },
          }),
        formatter(this: Self, x: Self) {
          return { ...x, k: this["k"] };
        },
      }),
    "05 02 03",
    ["x.b", "x"],
  ],
  [
    "a length that a formatter changed",
    start()
      .uint8("n", { formatter: (n: number) => n - 1 })
      .buffer("data", { length: "n" })
      .uint8("end"),
    "03 0102 09",
    ["n", "data"],
  ],
  [
    "a tag that a formatter changed",
    start()
      .uint8("type", { formatter: (n: number) => n >> 4 })
      .choice("body", { tag: "type", choices: { 1: start().uint8("a"), 2: "uint16be" } }),
    "20 0007",
    ["type", "body"],
  ],
  [
    "bytes up to what a function finds",
    start()
      .uint8("stop")
      .buffer("data", {
        readUntil(this: Self, byte: number) {
          return byte === this["stop"];
        },
      })
      .uint8("end"),
    "07 010203 07",
    ["data"],
  ],
  [
    "a wrapper, and functions in it that look around",
    start()
      .uint8("n")
      .uint8("key")
      .wrapped("body", {
        length: (vars: Self) => vars["n"],
        wrapper: (data: Uint8Array) => data.map((byte) => byte ^ 255),
        type: start()
          .uint8("x")
          .buffer("rest", { length: (vars: Self) => vars["key"] })
          .uint8("y", {
            formatter(this: Self, y: number) {
              return y + this["x"];
            },
          })
          .pointer("p", { offset: () => 0, type: "uint8" }),
      })
      .uint8("end"),
    "04 02 fe fdfc fb 09",
    ["body.rest", "body.y", "body.p", "body"],
  ],
  [
    "a wrapper of as many bytes as ever, in elements and nested parsers, and functions in it that look around",
    start()
      .uint8("n")
      .nest("x", {
        type: start()
          .wrapped("y", {
            length: 2,
            wrapper: (data: Uint8Array) => data.map((byte) => byte ^ 255),
            type: start()
              .uint8("a")
              .buffer("b", { length: (vars: Self) => vars["n"] }),
          })
          .uint8("c"),
      })
      .array("list", {
        length: 2,
        type: start()
          .uint8("d")
          .wrapped("z", {
            length: 1,
            wrapper: (data: Uint8Array) => data,
            type: start().uint8("e", { formatter: (e: number) => e + 1 }),
          }),
      }),
    "01 fefd 03 0405 0607",
    ["x.y.b", "x.y", "list.z.e", "list.z"],
  ],
  [
    "functions in elements, some of which look at those before",
    start()
      .uint8("n")
      .array("list", {
        length: (vars: Self) => vars["n"],
        type: start()
          .uint8("size")
          .buffer("data", {
            length(this: Self, vars: Self) {
              return this["size"] + vars["list"].length;
            },
          }),
      })
      .uint8("end"),
    "03 01ff 01eeee 00dddd 09",
    ["list.data", "list"],
  ],
  [
    "a choice in elements",
    start().array("list", {
      readUntil: "eof",
      type: start()
        .uint8("t")
        .choice("v", {
          tag(this: Self) {
            return this["t"] % 2;
          },
          choices: {
            0: start()
              .uint8("n")
              .string("s", {
                length(this: Self) {
                  return this["n"];
                },
              }),
            1: "uint16be",
          },
        }),
    }),
    "02 02 6162 03 0001 04 00",
    ["list.v.s", "list.v"],
  ],
  [
    "a case without a name that looks at what is beside it",
    start()
      .uint8("type")
      .choice({
        tag: "type",
        choices: {
          1: start()
            .uint8("m")
            .buffer("b", {
              length(this: Self) {
                return this["m"] + this["type"];
              },
            }),
        },
      })
      .buffer("c", {
        length(this: Self) {
          return this["b"].length;
        },
      }),
    "01 01 ffff eeee",
    ["b", "c"],
  ],
  [
    "recursion with functions",
    start()
      .namely("wireformFunctions")
      .uint8("value")
      .uint8("flags")
      .array("children", {
        type: "wireformFunctions",
        length(this: Self, vars: Self) {
          return this["flags"] + (this === vars ? 0 : 99);
        },
      }),
    "01 02 0200 0301 0400",
    ["children"],
  ],
  [
    "what $parent, $root and $index are",
    start()
      .useContextVars()
      .uint8("base")
      .array("list", {
        length: 3,
        type: start()
          .buffer("data", {
            length(this: Self) {
              return this["$index"] + this["$parent"].base;
            },
          })
          .nest("x", {
            type: start().uint8("y", {
              formatter(this: Self, n: number) {
                return n + this["$root"].base + this["$parent"].data.length + this["$parent"].$parent.list.length;
              },
            }),
          }),
      }),
    "01 ff 01 eeee 02 dddddd 03",
    ["list.data", "list.x.y"],
  ],
  [
    "an element's $index by its name",
    start()
      .useContextVars()
      .array("list", { length: 3, type: start().buffer("data", { length: "$index" }).uint8("x") }),
    "01 ff02 eeee03",
    ["list.data"],
  ],
  [
    "what is around a parser that is used by its name",
    (() => {
      start()
        .namely("wireformContext")
        .uint8("n")
        .buffer("data", {
          length(this: Self) {
            return this["n"] + this["$parent"].more + (this["$index"] ?? 0);
          },
        });
      return start()
        .useContextVars()
        .uint8("more")
        .nest("one", { type: "wireformContext" })
        .array("many", { type: "wireformContext", length: 2 });
    })(),
    "01 01ffff 00ee 00dddd",
    ["one.data"],
  ],
  [
    "an object by keys whose elements have functions",
    start()
      .uint8("n")
      .array("list", {
        key: "k",
        length: (vars: Self) => vars["n"],
        type: start()
          .uint8("k")
          .string("v", {
            length(this: Self, vars: Self) {
              return Object.keys(vars["list"]).length;
            },
          }),
      }),
    "03 05 0761 096263",
    ["list.v", "list"],
  ],
  [
    "lengths that are fields of cases, by their names",
    start()
      .uint8("t")
      .choice({
        tag: "t",
        choices: { 1: start().uint8("n"), 2: start().choice({ tag: "t", choices: { 2: start().uint16("n") } }) },
      })
      .buffer("data", { length: "n" })
      .choice("c", { tag: "t", choices: { 1: "uint8", 2: start().uint8("m") } })
      .array("list", { type: "uint8", length: "c.m" })
      .nest("h", {
        type: start()
          .uint8("u")
          .choice({ tag: "u", choices: { 1: start().uint8("k") } }),
      })
      .string("text", { length: "h.k" }),
    "02 0001 ff 02 0506 01 01 61",
    ["data", "list", "text"],
  ],
  [
    "an object by keys that its own end looks at",
    start()
      .array("list", {
        key: "k",
        type: start().uint8("k").uint8("v"),
        readUntil(this: Self) {
          return Object.keys(this["list"]).length === 2;
        },
      })
      .uint8("end"),
    "0102 0103 0504 09",
    ["list"],
  ],
  [
    "what is around what is pointed at, by its name",
    start()
      .useContextVars()
      .uint8("at")
      .uint8("n")
      .pointer("x", {
        offset: "at",
        type: start()
          .uint8("n")
          .buffer("a", { length: "$parent.n" })
          .nest("y", {
            type: start().buffer("b", { length: "$parent.$parent.n" }).buffer("c", { length: "$root.at" }),
          }),
      }),
    "02 01 03 04 05 0607",
    ["x.a", "x.y.b", "x.y.c"],
  ],
];

/** The parsers by whose names others above are found. */
const aliases = {
  wireformContext: start()
    .namely("wireformContext")
    .uint8("n")
    .buffer("data", {
      length(this: Self) {
        return this["n"] + this["$parent"].more + (this["$index"] ?? 0);
      },
    }),
};

describe.each(told)("%s, by a function", (_, parser, hex, paths) => {
  const data = bytesOf(hex);
  const { schema, decodeOnly } = fromBinaryParser<unknown>(parser, { aliases });
  const codec = compileHere(schema as Schema<unknown>);
  const value: unknown = parser.parse(Buffer.from(data));

  it("is decoded as by binary-parser", () => {
    expect(plain(codec.decode(data))).toEqual(plain(value));
    const read = codec.read(Buffer.concat([Buffer.of(1, 2), data]), 2);
    if (codec.bound.max !== Number.POSITIVE_INFINITY || "value" in read)
      expect(plain((read as { value: unknown }).value)).toEqual(plain(value));
  });

  it("is decoded the same however the bytes are cut", () => {
    for (let i = 0; i <= data.length; i++)
      expect(plain(decoded(codec, [data.subarray(0, i), data.subarray(i)]))).toEqual(plain([value]));
    expect(
      plain(
        decoded(
          codec,
          Array.from(data, (byte) => Uint8Array.of(byte)),
        ),
      ),
    ).toEqual(plain([value]));
  });

  it("is cut short with an error, wherever that is", () => {
    for (let i = 0; i < data.length; i++) {
      const result = codec.safeDecode(data.subarray(0, i));
      if (!result.ok) expect(result.error.code).toMatch(/truncated|rejected/);
    }
  });

  it("is shown", () => {
    const picture = codec.inspect(data);
    expect(picture.error).toBe(undefined);
    expect(plain(picture.value)).toEqual(plain(value));
  });

  it("is listed, and refused on encode", () => {
    expect(decodeOnly.map(({ path }) => path).sort()).toEqual([...paths].sort());
    for (const run of [() => codec.encode(value), () => codec.size(value)])
      expect(run).toThrow(
        expect.objectContaining({
          name: "EncodeError",
          code: "rejected",
          actual: expect.stringContaining("can only be decoded"),
        }),
      );
    const refused = attempt(() => codec.encode(value)) as EncodeError;
    expect(paths).toContain(refused.path.replace(/\[\d+\]/g, ""));
  });
});

function attempt(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

/** What a function can see: objects by number, in the order in which they are met, with their own fields. */
function seen(...roots: unknown[]): unknown {
  const known = new Map<object, number>();
  const look = (value: unknown): unknown => {
    if (value instanceof Uint8Array) return toHex(value);
    if (typeof value !== "object" || value === null) return value;
    const number = known.get(value);
    if (number !== undefined) return `#${number}`;
    known.set(value, known.size);
    if (Array.isArray(value)) return value.map(look);
    return [value.constructor.name, ...Object.entries(value).map(([key, part]) => [key, look(part)])];
  };
  return roots.map(look);
}

/** A parser whose functions note what they see, and what they noted while `run` ran. */
type Notes = { at: string; sees: unknown }[];
function noting(make: (note: (at: string, result?: (self: Self) => unknown) => Function) => Parser): {
  parser: Parser;
  during(run: () => void): Notes;
} {
  const notes: Notes = [];
  const parser = make(
    (at, result = () => 1) =>
      function (this: Self, ...args: unknown[]) {
        notes.push({ at, sees: seen(this, ...args) });
        return result.call(this, this);
      },
  );
  return {
    parser,
    during(run) {
      notes.length = 0;
      run();
      return [...notes];
    },
  };
}

const always = (): boolean => true;
const sights: [string, Parameters<typeof noting>[0], string][] = [
  [
    "at the top",
    (note) =>
      start()
        .uint8("a", { assert: note("assert", always), formatter: note("formatter") })
        .buffer("b", { length: note("twice: length") })
        .string("c", { length: note("twice: text") })
        .choice("d", { tag: note("tag"), choices: { 1: "uint8" } })
        .array("e", { type: "uint8", length: note("count") })
        .array("f", { type: "uint8", lengthInBytes: note("bytes") })
        .pointer("g", { offset: note("offset"), type: "uint8" })
        .skip(note("skip"))
        .array("h", { type: "uint8", length: 1, assert: note("assert of an array", always) }),
    "01 02 61 03 04 05 ff 06",
  ],
  [
    "in nested parsers",
    (note) =>
      start()
        .uint8("a")
        .nest("x", {
          type: start()
            .uint8("b")
            .nest("y", {
              type: start()
                .uint8("c", { assert: note("assert", always), formatter: note("formatter") })
                .buffer("d", { length: note("twice: length") }),
              formatter: note("formatter of y", () => "y"),
            })
            .buffer("e", { length: note("twice: behind") }),
          assert: note("assert of x", always),
        })
        .nest({
          type: start()
            .uint8("f")
            .buffer("g", { length: note("twice: without a name") }),
        }),
    "01 02 03 04 05 06 07",
  ],
  [
    "in elements",
    (note) =>
      start()
        .uint8("a")
        .array("x", {
          length: 2,
          type: start()
            .uint8("b", { assert: note("assert", always) })
            .array("y", {
              length: note("count", () => 2),
              type: start().buffer("c", { length: note("twice: length") }),
            }),
        }),
    "01 02 aa bb 03 cc dd",
  ],
  [
    "in choices",
    (note) =>
      start()
        .uint8("t")
        .choice("x", {
          tag: "t",
          choices: {
            1: start()
              .uint8("a")
              .buffer("b", { length: note("twice: length") }),
          },
        })
        .choice({
          tag: note("tag"),
          choices: {
            1: start()
              .uint8("c")
              .buffer("d", { length: note("twice: without a name"), assert: note("assert", always) }),
          },
        })
        .buffer("e", { length: note("twice: behind") }),
    "01 02 03 04 05 06",
  ],
  [
    "in pointers and wrapped bytes",
    (note) =>
      start()
        .uint8("a")
        .pointer("p", {
          offset: 0,
          type: start()
            .uint8("b")
            .buffer("c", { length: note("twice: pointer") }),
        })
        .wrapped("w", {
          length: note("twice: length of wrapped", () => 2),
          wrapper: (data: Uint8Array) => data,
          type: start()
            .uint8("d", { formatter: note("formatter") })
            .buffer("e", { length: note("twice: wrapped") }),
        }),
    "01 02 03",
  ],
  [
    "with context variables",
    (note) =>
      start()
        .useContextVars()
        .uint8("a", { formatter: note("formatter") })
        .nest("x", {
          type: start()
            .uint8("b")
            .array("y", {
              length: 2,
              type: start()
                .uint8("c", { formatter: note("element") })
                .buffer("d", { length: note("twice: length") }),
            })
            .array("z", { lengthInBytes: note("bytes"), type: start().uint8("e", { assert: note("assert", always) }) }),
        })
        .choice("v", {
          tag: "a",
          choices: {
            1: start()
              .uint8("f")
              .buffer("g", { length: note("twice: choice") }),
          },
        })
        .choice({
          tag: "a",
          choices: {
            1: start()
              .uint8("h")
              .buffer("i", { length: note("twice: without a name") }),
          },
        })
        .pointer("p", {
          offset: 0,
          type: start()
            .uint8("j")
            .buffer("k", { length: note("twice: pointer") }),
        }),
    "01 02 03aa 04bb 05 06cc 07dd",
  ],
  [
    "in a parser that is used by its name",
    (note) =>
      start()
        .namely("wireformSights")
        .uint8("n")
        .buffer("data", { length: note("twice: length") })
        .array("inner", { type: "wireformSights", length: note("count", (self) => self["n"]) }),
    "02 ff 01 ee 00 dd 00 cc",
  ],
  [
    "in a parser that is used by its name, with context variables",
    (note) =>
      start()
        .useContextVars()
        .namely("wireformSightsInContext")
        .uint8("n")
        .buffer("data", { length: note("twice: length") })
        // A function would be asked again for each element's $index.
        .array("inner", { type: "wireformSightsInContext", length: "n" }),
    "02 ff 01 ee 00 dd 00 cc",
  ],
];

it.each(sights)("functions see %s what binary-parser shows them, in its order", (_, make, hex) => {
  const { parser, during } = noting(make);
  const data = bytesOf(hex);
  const codec = compileHere(fromBinaryParser<unknown>(parser).schema as Schema<unknown>);
  const asked = new Map<string, number>();
  // binary-parser asks twice for the length of bytes and of text: where they end, and how far to go on.
  const theirs = during(() => parser.parse(Buffer.from(data))).filter(({ at }) => {
    const times = asked.get(at) ?? 0;
    asked.set(at, times + 1);
    return !at.startsWith("twice") || times % 2 === 0;
  });
  const ours = during(() => codec.decode(data));
  expect(theirs.length).toBeGreaterThan(0);
  expect(ours).toEqual(theirs);
  // In pieces as well, though perhaps more than once.
  const inPieces = during(() =>
    decoded(
      codec,
      Array.from(data, (byte) => Uint8Array.of(byte)),
    ),
  );
  for (const note of inPieces) expect(theirs).toContainEqual(note);
  for (const note of theirs) expect(inPieces).toContainEqual(note);
});
