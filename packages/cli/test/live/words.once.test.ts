// What people type, what it means, and what is shown for it.

import {
  array,
  bytes,
  compile,
  enumeration,
  f64,
  type Schema,
  string,
  struct,
  u8,
  u16,
  u64,
  union,
} from "@wireform/codec";
import { arbitrary } from "@wireform/codec/fast-check";
import { toJson } from "@wireform/codec/json";
import { Packet } from "@wireform/protocols/mqtt";
import { Inline, TextCommand, Value } from "@wireform/protocols/resp";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asWords, readMessage } from "../../src/live/words.ts";
import { messagesOf } from "../../src/schemas/messages.ts";

const Body = union("type", u8, {
  hello: [1, struct({ version: u8, name: string(u8) })],
  move: [2, struct({ at: struct({ x: u16, y: u16 }), path: array(u8, u8), id: u64, rate: f64 })],
  blob: [3, bytes(u8)],
  state: [4, struct({ power: enumeration(u8, { on: 1, off: 0 }) })],
  bye: [5, struct({})],
});
const Point = struct({ x: u8, label: string(u8) });

/** Names that mean something else where they are typed. */
const Odd = struct({ "a.b": u8, "#c": u8, "d e": string(u8) });
const Hash = union("type", u8, { "#": [1, struct({ a: u8 })], ".x": [2, struct({})], "a.b": [3, bytes(u8)] });

const schemas = { Odd, Hash, Body, Point, Packet, Value, Inline, TextCommand, list: array(string(u8), u8) };
type Name = keyof typeof schemas;

const jsonOf = (name: Name, line: string) => readMessage(schemas[name], messagesOf(schemas[name]), line).json;

describe("what is typed", () => {
  it.each([
    ["Body", "bye", { type: "bye" }],
    ["Body", "hello version=1 name=ada", { type: "hello", version: 1, name: "ada" }],
    // Digits where text stands are text.
    ["Body", "hello version=0x10 name=7", { type: "hello", version: 16, name: "7" }],
    ["Body", 'hello  name="a b=c {"  version=1', { type: "hello", version: 1, name: "a b=c {" }],
    ["Body", "hello version=1 name='it\\'s'", { type: "hello", version: 1, name: "it's" }],
    [
      "Body",
      "move at.x=1 at.y=2 path=[1, 2] id=18446744073709551615 rate=NaN",
      { type: "move", at: { x: 1, y: 2 }, path: [1, 2], id: "18446744073709551615", rate: Number.NaN },
    ],
    ["Body", "move at={x: 1, y: 2} path=[] rate=1.5", { type: "move", at: { x: 1, y: 2 }, path: [], rate: 1.5 }],
    // Bytes are digits, or text in quotes, whatever the text looks like.
    ["Body", "blob cafe", { type: "blob", value: "cafe" }],
    ["Body", "blob 1234", { type: "blob", value: "1234" }],
    ["Body", 'blob "cafe"', { type: "blob", value: "63616665" }],
    ["Body", 'blob value="no hex"', { type: "blob", value: "6e6f20686578" }],
    ["Body", "state power=on", { type: "state", power: "on" }],
    ["Body", "{type: 'hello', version: 1, name: 'ada',}", { type: "hello", version: 1, name: "ada" }],
    ["Point", "x=1 label=here", { x: 1, label: "here" }],
    ["Inline", "SET key 5", "SET key 5"],
    ["Inline", "5", "5"],
    ["TextCommand", 'value=[{value: "GET"}]', { value: [{ value: "GET" }] }],
    ["list", "SET key 5", ["SET", "key", "5"]],
  ])("%s: %s", (name, line, json) => {
    expect(jsonOf(name as Name, line)).toEqual(json);
  });

  it.each([
    ["Body", "helo version=1", 'there is no message "helo"'],
    ["Body", "hello version", '"version" is no field=value'],
    ["Body", "hello version=1 name=ada colour=red", "colour: is not one of version, name"],
    ["Body", "hello version=one name=ada", "version: needs a whole number"],
    ["Body", 'hello name="ada', "a quote is not closed"],
    ["Body", "move path=[1", "a bracket is not closed"],
    ["Body", "{type: hello}", "this is no JSON: invalid character 'h' at 1:8"],
    ["Body", "blob hello", "value: needs bytes as pairs of hexadecimal digits"],
    ["Body", "hello __proto__=1", "__proto__: is not one of version, name"],
  ])("%s: %s is refused: %s", (name, line, message) => {
    expect(() => jsonOf(name as Name, line)).toThrow(message);
  });
});

describe("what is shown", () => {
  it.each([
    ["Body", { type: "hello", version: 1, name: "ada lovelace" }, 'hello version=1 name="ada lovelace"'],
    ["Body", { type: "hello", version: 1, name: "null" }, 'hello version=1 name="null"'],
    [
      "Body",
      { type: "hello", version: 1, name: "\u001b[31m\u009b\u202e" },
      'hello version=1 name="\\u001b[31m\\u009b\\u202e"',
    ],
    ["Body", { type: "blob", value: Uint8Array.of(0xca, 0xfe) }, "blob value=cafe"],
    ["Body", { type: "blob", value: new TextEncoder().encode("hi there") }, 'blob value="hi there"'],
    ["Body", { type: "bye" }, "bye"],
    ["Inline", "SET a 1", '"SET a 1"'],
  ])("%s: %o as %s", (name, message, line) => {
    const schema = schemas[name as Name];
    expect(asWords(toJson(schema, message), messagesOf(schema), message)).toBe(line);
  });

  for (const [name, schema] of Object.entries(schemas))
    it(`can be typed and means the same: ${name}`, () => {
      const codec = compile(schema as unknown as Schema<never>);
      const messages = messagesOf(schema);
      fc.assert(
        fc.property(arbitrary(schema as unknown as Schema<never>), (message) => {
          const line = asWords(toJson(schema, message), messages, message);
          expect(line).toMatch(/^[^\p{Cc}]*$/u);
          const { value } = readMessage(schema, messages, line);
          expect(Buffer.from(codec.encode(value as never)).toString("hex")).toBe(
            Buffer.from(codec.encode(message)).toString("hex"),
          );
        }),
        { numRuns: 30 },
      );
    });
});
