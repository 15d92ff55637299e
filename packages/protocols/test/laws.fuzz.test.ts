// Every protocol under every law, with values, chunks and damage drawn from its schema.

import { testCodec } from "@wireform/codec/fast-check";
import * as mqtt from "@wireform/protocols/mqtt";
import * as resp from "@wireform/protocols/resp";
import { test } from "vitest";
import { compileHere } from "../../codec/test/support/mode.ts";
import { runs, seed } from "../../codec/test/support/runs.ts";

const { Packet, Packet31 } = mqtt;
const { Value, ExactValue, Command, TextCommand, Inline, Request } = resp;

/** How a message of each grows, for the law of time. */
const publish = (n: number) => ({
  type: "publish",
  dup: false,
  retain: false,
  topic: "t",
  qos: 0,
  payload: new Uint8Array(n),
});
const word = new Uint8Array(10);
const words = (n: number) => new Array(n / 16).fill(word);
const bulks = (n: number) => ({ type: "array", value: words(n).map((value) => ({ type: "bulk", value })) });

for (const [name, [schema, grown]] of Object.entries({
  Packet: [Packet, publish],
  Packet31: [Packet31, publish],
  Value: [Value, bulks],
  ExactValue: [ExactValue, bulks],
  Command: [Command, words],
  TextCommand: [TextCommand, (n: number) => new Array(n / 16).fill("0123456789")],
  Inline: [Inline, (n: number) => "a".repeat(n / 8)],
  Request: [Request, (n: number) => ({ type: "command", value: words(n) })],
}))
  testCodec(compileHere(schema as never), { name, test, grown: grown as never, runs: runs(6), seed });
