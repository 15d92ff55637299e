// RESP from real bytes: one table of wire facts a type, the cases of node-redis, and everything that redis-server,
// redis-cli and redis-benchmark said to each other while they were recorded.

import { type Codec, Decoder } from "@wireform/codec";
import { Command, ExactValue, Inline, Request, TextCommand, Value } from "@wireform/protocols/resp";
import { describe, expect, expectTypeOf, it } from "vitest";
import { exact, facts } from "../../codec/test/support/facts.ts";
import { compileHere } from "../../codec/test/support/mode.ts";
import { describeShared, fromHex, toHex } from "../../codec/test/support/shared-data.ts";
import { loadRecordings, type Stream } from "../recordings/load.mjs";

const utf8 = new TextEncoder();
const ascii = (text: string): Uint8Array => utf8.encode(text);
const wire = (text: string): string => toHex(ascii(text));

const value = compileHere(Value);
const exactValue = compileHere(ExactValue);
const command = compileHere(Command);
const request = compileHere(Request);

const bulk = (text: string): Value => ({ type: "bulk", value: ascii(text) });
const simple = (text: string): Value => ({ type: "simple", value: text });
const integer = (n: number | bigint): Value => ({ type: "integer", value: n });

describe("types equivalent to RESP version 2", () => {
  facts(Value, {
    ok: [
      [simple("hello world"), wire("+hello world\r\n")],
      [simple(""), wire("+\r\n")],
      [simple("é"), wire("+é\r\n")],
      [{ type: "error", value: "ERR this is the error description" }, wire("-ERR this is the error description\r\n")],
      [integer(1234), wire(":1234\r\n")],
      [integer(-1), wire(":-1\r\n")],
      [integer(0), wire(":0\r\n")],
      [integer(2 ** 53 - 1), wire(":9007199254740991\r\n")],
      [integer(2n ** 53n), wire(":9007199254740992\r\n")],
      [integer(-(2 ** 53 - 1)), wire(":-9007199254740991\r\n")],
      [integer(2n ** 63n - 1n), wire(":9223372036854775807\r\n")],
      [integer(-(2n ** 63n)), wire(":-9223372036854775808\r\n")],
      [bulk("hello world"), wire("$11\r\nhello world\r\n")],
      [bulk(""), wire("$0\r\n\r\n")],
      [bulk("a\r\nb"), wire("$4\r\na\r\nb\r\n")],
      [{ type: "bulk", value: Uint8Array.of(0xff, 0x00) }, wire("$2\r\n") + "ff00" + wire("\r\n")],
      [{ type: "bulk", value: null }, wire("$-1\r\n")],
      [{ type: "array", value: [integer(1), integer(2), integer(3)] }, wire("*3\r\n:1\r\n:2\r\n:3\r\n")],
      [{ type: "array", value: [] }, wire("*0\r\n")],
      [{ type: "array", value: null }, wire("*-1\r\n")],
      [
        {
          type: "array",
          value: [
            { type: "array", value: [integer(1), bulk("hello")] },
            { type: "array", value: null },
          ],
        },
        wire("*2\r\n*2\r\n:1\r\n$5\r\nhello\r\n*-1\r\n"),
      ],
    ],
    decodes: [
      [wire(":+1\r\n"), integer(1)],
      [wire(":+9223372036854775807\r\n"), integer(2n ** 63n - 1n)],
    ],
    encodes: [[integer(5n), wire(":5\r\n")]],
    badValues: [
      [{ type: "simple", value: "a\r\nb" }, "delimiter", "value"],
      [{ type: "simple", value: "a\nb" }, "rejected", "value"],
      [{ type: "simple", value: "\ud800" }, "encoding", "value"],
      [{ type: "simple", value: 5 }, "type", "value"],
      [{ type: "error" }, "missing", "value"],
      [{ type: "integer", value: 1.5 }, "rejected", "value"],
      [{ type: "integer", value: 2 ** 53 }, "rejected", "value"],
      [{ type: "integer", value: 2n ** 63n }, "rejected", "value"],
      [{ type: "integer", value: Number.NaN }, "rejected", "value"],
      [{ type: "integer", value: "5" }, "rejected", "value"],
      [{ type: "bulk", value: "text" }, "type", "value"],
      [{ type: "bulk" }, "missing", "value"],
      [{ type: "array", value: [integer(1), { type: "bulk", value: 1 }] }, "type", "value[1].value"],
      [{ type: "array", value: [{ type: "list", value: [] }] }, "range", "value[0].type"],
      [{ value: 1 }, "missing", "type"],
      [null, "type"],
    ],
    badHex: [
      ["", "truncated", 0, "type"],
      ["00", "tag", 0, "type"],
      [wire("hello\r\n"), "tag", 0, "type"],
      [wire("+a\nb\r\n"), "rejected", 1, "value"],
      [wire("+a\rb\r\n"), "rejected", 1, "value"],
      ["2b" + "c3" + wire("\r\n"), "encoding", 1, "value"],
      [wire("+a\r"), "truncated", 1, "value"],
      [wire(":\r\n"), "digits", 1, "value"],
      [wire(":1.0\r\n"), "digits", 1, "value"],
      [wire(":01\r\n"), "digits", 1, "value"],
      [wire(": 1\r\n"), "digits", 1, "value"],
      [wire(":9223372036854775808\r\n"), "rejected", 1, "value"],
      [wire(":-9223372036854775809\r\n"), "rejected", 1, "value"],
      [wire(":12345678901234567890\r\n"), "digits", 1, "value"],
      [wire("$-2\r\n"), "length", 1, "value"],
      [wire("$+1\r\na\r\n"), "digits", 1, "value"],
      [wire("$1\r\nab\r\n"), "constant", 5, "end"],
      [wire("$3\r\nab\r\n"), "truncated", 7, "end"],
      [wire("$1\na\r\n"), "digits", 1, "value"],
      [wire("*2\r\n:1\r\n:x\r\n"), "digits", 9, "value[1].value"],
      [wire("*-2\r\n"), "length", 1, "value"],
      [wire(":1\r\n:2\r\n"), "trailing", 4],
    ],
  });
});

describe("types introduced by RESP3", () => {
  const pair = (key: Value, of: Value) => ({ key, value: of });
  facts(Value, {
    ok: [
      [{ type: "null" }, wire("_\r\n")],
      [{ type: "boolean", value: true }, wire("#t\r\n")],
      [{ type: "boolean", value: false }, wire("#f\r\n")],
      [{ type: "double", value: 1.23 }, wire(",1.23\r\n")],
      [{ type: "double", value: 10 }, wire(",10\r\n")],
      [{ type: "double", value: -0 }, wire(",-0\r\n")],
      [{ type: "double", value: 0.1 + 0.2 }, wire(",0.30000000000000004\r\n")],
      [{ type: "double", value: 5e-324 }, wire(",5e-324\r\n")],
      [{ type: "double", value: 1e21 }, wire(",1e+21\r\n")],
      [{ type: "double", value: Number.POSITIVE_INFINITY }, wire(",inf\r\n")],
      [{ type: "double", value: Number.NEGATIVE_INFINITY }, wire(",-inf\r\n")],
      [{ type: "double", value: Number.NaN }, wire(",nan\r\n")],
      [
        { type: "bigNumber", value: 3492890328409238509324850943850943825024385n },
        wire("(3492890328409238509324850943850943825024385\r\n"),
      ],
      [{ type: "bigNumber", value: -1n }, wire("(-1\r\n")],
      [{ type: "bulkError", value: ascii("SYNTAX invalid syntax") }, wire("!21\r\nSYNTAX invalid syntax\r\n")],
      [{ type: "verbatim", value: { format: "txt", text: ascii("Some string") } }, wire("=15\r\ntxt:Some string\r\n")],
      [{ type: "verbatim", value: { format: "mkd", text: ascii("") } }, wire("=4\r\nmkd:\r\n")],
      [
        { type: "verbatim", value: { format: "txt", text: ascii("x".repeat(96)) } },
        wire(`=100\r\ntxt:${"x".repeat(96)}\r\n`),
      ],
      [
        { type: "map", value: [pair(simple("first"), integer(1)), pair(simple("second"), integer(2))] },
        wire("%2\r\n+first\r\n:1\r\n+second\r\n:2\r\n"),
      ],
      [{ type: "map", value: [] }, wire("%0\r\n")],
      [
        { type: "set", value: [simple("orange"), { type: "boolean", value: true }, integer(100)] },
        wire("~3\r\n+orange\r\n#t\r\n:100\r\n"),
      ],
      [
        { type: "push", value: [simple("message"), simple("somechannel"), simple("this is the message")] },
        wire(">3\r\n+message\r\n+somechannel\r\n+this is the message\r\n"),
      ],
      [
        {
          type: "array",
          value: [
            integer(1),
            { type: "attribute", attributes: [pair(simple("ttl"), integer(3600))], value: integer(3) },
          ],
        },
        wire("*2\r\n:1\r\n|1\r\n+ttl\r\n:3600\r\n:3\r\n"),
      ],
    ],
    decodes: [
      [wire(",+1\r\n"), { type: "double", value: 1 }],
      [wire(",-1.1E+1\r\n"), { type: "double", value: -11 }],
      [wire(",9.9999999999999995e-08\r\n"), { type: "double", value: 1e-7 }],
      [wire(",+inf\r\n"), { type: "double", value: Number.POSITIVE_INFINITY }],
      [wire(",-nan\r\n"), { type: "double", value: Number.NaN }],
      [wire(",nan(0x8)\r\n"), { type: "double", value: Number.NaN }],
      [wire("(+1\r\n"), { type: "bigNumber", value: 1n }],
    ],
    badValues: [
      [{ type: "boolean", value: 1 }, "rejected", "value"],
      [{ type: "double", value: "1" }, "rejected", "value"],
      [{ type: "bigNumber", value: 1 }, "type", "value"],
      [{ type: "bulkError", value: null }, "type", "value"],
      [{ type: "verbatim", value: { format: "text", text: ascii("") } }, "length", "value.format"],
      [{ type: "map", value: [{ key: { type: "null" } }] }, "missing", "value[0].value"],
      [{ type: "set", value: null }, "type", "value"],
      [{ type: "attribute", attributes: [] }, "missing", "value"],
    ],
    badHex: [
      [wire("_x\r\n"), "constant", 1, "end"],
      [wire("#x\r\n"), "value", 1, "value"],
      [wire("#true\r\n"), "constant", 2, "end"],
      [wire(",.5\r\n"), "rejected", 1, "value"],
      [wire(",1.\r\n"), "rejected", 1, "value"],
      [wire(",0x10\r\n"), "rejected", 1, "value"],
      [wire(",\r\n"), "rejected", 1, "value"],
      [wire(",Infinity\r\n"), "rejected", 1, "value"],
      [wire("(1.5\r\n"), "digits", 1, "value"],
      [wire("!-1\r\n"), "digits", 1, "value"],
      [wire("=5\r\ntxt;a\r\n"), "constant", 7, "value.colon"],
      [wire("%-1\r\n"), "digits", 1, "value"],
      [wire("%1\r\n+a\r\n#x\r\n"), "value", 9, "value[0].value.value"],
      [wire(">?\r\n"), "digits", 1, "value"],
      [wire("|1\r\n+a\r\n:1\r\n^"), "tag", 12, "value.type"],
    ],
  });

  it("refuses a verbatim string too short for its format, without waiting for more", () => {
    for (const [text, path] of [
      ["=2\r\ntx", "value.format"],
      ["=3\r\ntxt", "value.colon"],
    ] as const)
      expect(() => value.read(ascii(text)), text).toThrow(expect.objectContaining({ code: "truncated", path }));
  });

  it("refuses streamed strings and aggregates where their length would stand", () => {
    for (const text of ["$?\r\n;4\r\nHell\r\n;0\r\n", "*?\r\n:1\r\n.\r\n", "~?\r\n.\r\n", "%?\r\n.\r\n"])
      expect(() => value.decode(ascii(text)), text).toThrow(
        expect.objectContaining({ code: "digits", path: "value", offset: 1 }),
      );
  });
});

describe("exact values", () => {
  facts(ExactValue, {
    ok: [
      [{ type: "integer", value: 5n }, wire(":5\r\n")],
      [{ type: "double", value: "9.9999999999999995e-08" }, wire(",9.9999999999999995e-08\r\n")],
      [{ type: "array", value: [{ type: "double", value: "-nan" }] }, wire("*1\r\n,-nan\r\n")],
    ],
    badValues: [
      [{ type: "integer", value: 5 }, "type", "value"],
      [{ type: "double", value: 1.5 }, "type", "value"],
      [{ type: "double", value: "one" }, "rejected", "value"],
    ],
  });
});

describe("commands", () => {
  facts(Command, {
    ok: [
      [[ascii("GET"), Uint8Array.of(0xff)], wire("*2\r\n$3\r\nGET\r\n$1\r\n") + "ff" + wire("\r\n")],
      [[], wire("*0\r\n")],
    ],
    badValues: [["GET", "type", "value"]],
    badHex: [
      [wire("PING\r\n"), "constant", 0, "type"],
      [wire("*1\r\n:1\r\n"), "constant", 4, "value[0].type"],
      [wire("*1\r\n$-1\r\n"), "digits", 5, "value[0].value"],
    ],
  });
  facts(TextCommand, {
    ok: [[["SET", "key", "é"], wire("*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$2\r\né\r\n")]],
    badHex: [[wire("*1\r\n$1\r\n") + "ff" + wire("\r\n"), "encoding", 8, "value[0].value"]],
  });
  facts(Inline, {
    ok: [
      ["PING", wire("PING\r\n")],
      ["", wire("\r\n")],
      ['  SET  k "a b" ', wire('  SET  k "a b" \r\n')],
    ],
    decodes: [[wire("PING\n"), "PING"]],
    badValues: [
      ["a\nb", "delimiter"],
      ["x".repeat(65537), "length"],
      ["*1", "rejected"],
    ],
    badHex: [
      ["78".repeat(65540), "limit", 0],
      [wire("*1\r\n"), "rejected", 0],
    ],
  });
  facts(Request, {
    ok: [
      [{ type: "command", value: [ascii("PING")] }, wire("*1\r\n$4\r\nPING\r\n")],
      [{ type: "inline", value: "PING" }, wire("PING\r\n")],
      [{ type: "inline", value: "" }, wire("\r\n")],
    ],
    badValues: [
      [{ type: "inline", value: "*1" }, "rejected", "value"],
      [{ type: "inline", value: [] }, "type", "value"],
      [{ type: "other", value: "" }, "range", "value"],
    ],
    badHex: [
      ["", "truncated", 0, "type"],
      [wire("*1\r\n+a\r\n"), "constant", 4, "value.value[0].type"],
    ],
  });
});

it("gives values types that narrow by their type field", () => {
  const decoded = value.decode(ascii("_\r\n"));
  expectTypeOf(decoded).toEqualTypeOf<Value>();
  if (decoded.type === "bulk") expectTypeOf(decoded.value).toEqualTypeOf<Uint8Array | null>();
  if (decoded.type === "integer") expectTypeOf(decoded.value).toEqualTypeOf<number | bigint>();
  if (decoded.type === "map") expectTypeOf(decoded.value).toEqualTypeOf<{ key: Value; value: Value }[]>();
  expectTypeOf(command.decode).returns.toEqualTypeOf<Uint8Array[]>();
  expectTypeOf(exactValue.decode).returns.toEqualTypeOf<ExactValue>();
});

describe("limits", () => {
  const nested = (depth: number): Uint8Array => ascii(`${"*1\r\n".repeat(depth)}:1\r\n`);
  const failing = (bytes: Uint8Array, codec: Codec<unknown> = value) => {
    try {
      codec.read(bytes);
    } catch (error) {
      return error as { code: string; offset: number; expected: string };
    }
    throw new Error("was not refused");
  };

  it("decodes and encodes 64 arrays in each other, and refuses the 65th", () => {
    const deep = value.decode(nested(64));
    expect(toHex(value.encode(deep))).toBe(toHex(nested(64)));
    expect(failing(nested(65))).toMatchObject({ code: "limit", offset: 4 * 65 });
    expect(() => value.encode({ type: "array", value: [deep] })).toThrow(expect.objectContaining({ code: "limit" }));
  });

  it("refuses 10^5 arrays in each other without running out of stack", () => {
    expect(failing(nested(100_000))).toMatchObject({ code: "limit", offset: 4 * 65 });
  });

  it("refuses counts and lengths beyond the limits at their header", () => {
    const huge = [
      ["*4294967295\r\n", 13],
      ["*1048577\r\n", 10],
      ["~4294967295\r\n", 13],
      ["%9007199254740991\r\n", 19],
      [">1048577\r\n", 10],
      ["|1048577\r\n", 10],
      ["$4294967295\r\n", 13],
      ["!16777216\r\n", 11],
      ["=16777216\r\n", 11],
      [`${"*1\r\n".repeat(3)}*4294967295\r\n`, 25],
    ] as const;
    for (const [header, offset] of huge)
      expect(failing(ascii(header)), header).toMatchObject({ code: "limit", offset });
    expect(failing(ascii("*4294967295\r\n"), command as Codec<unknown>)).toMatchObject({ code: "limit" });
  });

  it("counts elements across nesting", () => {
    const rows = `*1000\r\n${":1\r\n".repeat(1000)}`;
    expect(value.read(ascii(`*1000\r\n${rows.repeat(1000)}`))).toMatchObject({ offset: 7 + 4007 * 1000 });
    const small = compileHere(Value, { limits: { maxElements: 10 } });
    expect(small.decode(ascii(`*2\r\n*4\r\n${":1\r\n".repeat(4)}*4\r\n${":1\r\n".repeat(4)}`))).toBeDefined();
    expect(() => small.decode(ascii(`*2\r\n*4\r\n${":1\r\n".repeat(4)}*5\r\n${":1\r\n".repeat(5)}`))).toThrow(
      expect.objectContaining({ code: "limit", path: "value[1].value" }),
    );
  });

  it("refuses an integer whose digits never end", () => {
    expect(failing(ascii(`:${"1".repeat(30)}`))).toMatchObject({ code: "digits", offset: 1 });
    expect(failing(ascii(`$${"1".repeat(30)}`))).toMatchObject({ code: "digits", offset: 1 });
    expect(failing(ascii(`(${"1".repeat(5000)}`))).toMatchObject({ code: "digits", offset: 1 });
  });
});

interface DecoderCase {
  readonly name: string;
  readonly text: string;
  readonly hex: string;
  readonly replies?: unknown[];
  readonly errorReplies?: unknown[];
  readonly pushReplies?: unknown[];
  readonly typeMapping?: Record<string, string>;
}

describeShared<DecoderCase[]>("replies as node-redis decodes them", "resp/decoder-cases.json", (rows) => {
  it.each(rows.map((row) => [row.name, row] as const))("%s", (_, row) => {
    const bytes = fromHex(row.hex);
    const decoded = value.decode(bytes);
    const [want] = [...(row.replies ?? []), ...(row.errorReplies ?? []), ...(row.pushReplies ?? [])];
    expect(exact(asNodeRedis(decoded, row.typeMapping ?? {}))).toBe(exact(want));
    expect(decoded.type === "push").toBe(row.pushReplies !== undefined);
    expect(/error/i.test(decoded.type)).toBe(row.errorReplies !== undefined);

    expect(exact(value.decode(value.encode(decoded)))).toBe(exact(decoded));
    if (!notCanonical.test(row.text)) expect(toHex(value.encode(decoded))).toBe(row.hex);

    for (let cut = 0; cut < bytes.length; cut++) {
      const answer = value.read(bytes.subarray(0, cut)) as { needed: number };
      expect(answer.needed, `cut at ${cut}`).toBeGreaterThanOrEqual(1);
      expect(answer.needed, `cut at ${cut}`).toBeLessThanOrEqual(bytes.length - cut);
    }
    for (const sizes of [[1], [2], [3, 1]])
      expect(exact(fed(value, bytes, cutBy(bytes, sizes)))).toBe(exact([decoded]));
  });
});

/** Numbers in another form than encode writes: a plus sign, an exponent that is not called for. */
const notCanonical = /^[:,(]\+|^,1e1\r|E\+1\r|e\+9\r/;

/** A value in the forms of ../shared/data/resp/README.md. */
function asNodeRedis(of: Value, mapping: Record<string, string>): unknown {
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  const all = (values: readonly Value[]): unknown[] => values.map((one) => asNodeRedis(one, mapping));
  const asked = (name: string, form: string): boolean => mapping[name] === form;
  switch (of.type) {
    case "null":
      return null;
    case "simple":
      return asked("SIMPLE_STRING", "Buffer") ? ascii(of.value) : of.value;
    case "error":
      return { $simpleError: of.value };
    case "bulkError":
      return { $blobError: text(of.value) };
    case "integer":
      return asked("NUMBER", "String") ? String(of.value) : of.value;
    case "bigNumber":
      return asked("BIG_NUMBER", "String") ? String(of.value) : of.value;
    case "double":
      return asked("DOUBLE", "String") ? String(of.value) : of.value;
    case "boolean":
      return of.value;
    case "bulk":
      return of.value === null || asked("BLOB_STRING", "Buffer") ? of.value : text(of.value);
    case "verbatim":
      if (asked("VERBATIM_STRING", "Buffer")) return of.value.text;
      return asked("VERBATIM_STRING", "VerbatimString")
        ? { $verbatim: { format: of.value.format, text: text(of.value.text) } }
        : text(of.value.text);
    case "array":
      return of.value && all(of.value);
    case "push":
      return all(of.value);
    case "set":
      return asked("SET", "Set") ? { $set: all(of.value) } : all(of.value);
    case "map": {
      const pairs = of.value.map((pair) => all([pair.key, pair.value]));
      if (asked("MAP", "Array")) return pairs.flat();
      return asked("MAP", "Map") ? { $map: pairs } : Object.fromEntries(pairs);
    }
    case "attribute":
      return asNodeRedis(of.value, mapping);
  }
}

describeShared<{ name: string; command: (string | Uint8Array)[]; hex: string }[]>(
  "commands as node-redis encodes them",
  "resp/encoder-cases.json",
  (rows) => {
    it.each(rows.map((row) => [row.name, row] as const))("%s", (_, row) => {
      const words = row.command.map((word) => (typeof word === "string" ? ascii(word) : word));
      expect(toHex(command.encode(words))).toBe(row.hex);
      expect(command.decode(fromHex(row.hex))).toEqual(words);
      const asValues: Value = { type: "array", value: words.map((word) => ({ type: "bulk", value: word })) };
      expect(toHex(value.encode(asValues))).toBe(row.hex);
    });
  },
);

/** What a Decoder gives for the bytes, cut at these positions. */
function fed<T>(codec: Codec<T, never>, bytes: Uint8Array, cuts: readonly number[]): T[] {
  const decoder = new Decoder(codec);
  const messages: T[] = [];
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    messages.push(...decoder.push(bytes.slice(from, to)));
    from = to;
  }
  messages.push(...decoder.end());
  return messages;
}

/** Positions at which chunks of these sizes, again and again, cut the bytes. */
function cutBy(bytes: Uint8Array, sizes: readonly number[]): number[] {
  const cuts: number[] = [];
  for (let at = 0, i = 0; (at += sizes[i++ % sizes.length] as number) < bytes.length; ) cuts.push(at);
  return cuts;
}

describe("recorded traffic", () => {
  const recordings = loadRecordings("resp");
  const codecOf = (stream: Stream): Codec<unknown, never> =>
    (stream.from === "server" ? exactValue : request) as Codec<unknown, never>;
  const streams = recordings.flatMap(({ name, streams: both }) =>
    both.map((stream) => ({ name: `${name}, ${stream.from}`, stream })),
  );

  /** The messages of a stream, one read after another, each with where it ended. */
  function messagesOf<T>(codec: Codec<T, never>, bytes: Uint8Array): { value: T; offset: number }[] {
    const messages: { value: T; offset: number }[] = [];
    let offset = 0;
    while (offset < bytes.length) {
      const read = codec.read(bytes, offset);
      if ("needed" in read) throw new Error(`cut at ${offset}`);
      messages.push(read);
      offset = read.offset;
    }
    return messages;
  }

  it("has every type that Redis 7.0 sends", () => {
    const seen = new Set<string>();
    const visit = (of: ExactValue): void => {
      seen.add(of.type);
      if (of.type === "attribute") visit(of.value);
      if (of.type === "map") for (const pair of of.value) [pair.key, pair.value].forEach(visit);
      if (of.type === "array" || of.type === "set" || of.type === "push") of.value?.forEach(visit);
    };
    for (const { stream } of streams)
      if (stream.from === "server") for (const message of messagesOf(exactValue, stream.bytes)) visit(message.value);
    expect([...seen].sort()).toEqual(
      ["array", "attribute", "bigNumber", "boolean", "bulk", "double", "error", "integer", "map", "null", "push"]
        .concat("set", "simple", "verbatim")
        .sort(),
    );
  });

  it("has commands, inline commands and both on one connection", () => {
    const forms = streams
      .filter(({ stream }) => stream.from === "client")
      .map(({ stream }) => new Set(messagesOf(request, stream.bytes).map((message) => message.value.type)));
    const have = (...types: string[]) => forms.filter((form) => exact([...form].sort()) === exact(types)).length;
    expect([have("command"), have("inline"), have("command", "inline")]).toEqual([expect.any(Number), 2, 1]);
    expect(have("command")).toBe(forms.length - 3);
  });

  it.each(streams)("$name: decodes to its last byte and encodes back to the same bytes", ({ stream }) => {
    const codec = codecOf(stream) as Codec<unknown>;
    const messages = messagesOf(codec as Codec<unknown, never>, stream.bytes);
    const encoded = Buffer.concat(messages.map((message) => codec.encode(message.value)));
    expect(encoded.equals(stream.bytes)).toBe(true);
  });

  it.each(streams)("$name: gives the same messages however it is cut", ({ stream }) => {
    const codec = codecOf(stream);
    const want = exact(messagesOf(codec, stream.bytes).map((message) => message.value));
    const random = (seed: number) => () => (seed = (seed * 16807) % 2147483647);
    for (const [name, cuts] of [
      ["as recorded", stream.chunks.slice(0, -1)],
      ["byte by byte", cutBy(stream.bytes, [1])],
      ["one chunk", []],
      ["7 and 1", cutBy(stream.bytes, [7, 1])],
      [
        "random",
        cutBy(
          stream.bytes,
          Array.from(
            { length: 101 },
            (
              (next) => () =>
                1 + (next() % 200)
            )(random(7)),
          ),
        ),
      ],
    ] as const)
      expect(exact(fed(codec, stream.bytes, cuts)) === want, name).toBe(true);
  });

  it("as plain values, encodes back to the same bytes but for doubles that Redis wrote longer than need be", () => {
    const longer: string[] = [];
    for (const { stream } of streams) {
      if (stream.from !== "server") continue;
      let from = 0;
      for (const message of messagesOf(value, stream.bytes)) {
        const bytes = Buffer.from(stream.bytes.subarray(from, message.offset));
        const encoded = Buffer.from(value.encode(message.value));
        from = message.offset;
        if (encoded.equals(bytes)) continue;
        const doubles = bytes.toString("latin1").match(/(?<=(^|\n),)[^\r]+/g) ?? [];
        longer.push(...doubles.filter((text) => text !== String(Number(text)) && !text.endsWith("inf")));
        expect(exact(value.decode(encoded))).toBe(exact(message.value));
      }
    }
    expect([...new Set(longer)].sort()).toEqual([
      "1.2345678901234567e+19",
      "1.6000000000000001",
      "13.36138933897018433",
      "15.08726745843887329",
      "37.50266842333162032",
      "38.11555639549629859",
      "9.9999999999999995e-08",
    ]);
  });

  it("holds integers beyond 2^53 that a number could not", () => {
    const big = streams
      .filter(({ stream }) => stream.from === "server")
      .flatMap(({ stream }) => exact(messagesOf(value, stream.bytes)).match(/value: \d+n/g) ?? []);
    expect(big).toContain("value: 9223372036854774002n");
  });
});
