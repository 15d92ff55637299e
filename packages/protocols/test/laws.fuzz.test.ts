// Every protocol under every law, with values, chunks and damage drawn from its schema.

import { testCodec } from "@wireform/codec/fast-check";
import * as mqtt from "@wireform/protocols/mqtt";
import * as resp from "@wireform/protocols/resp";
import { test } from "vitest";
import { compileHere } from "../../codec/test/support/mode.ts";
import { runs, seed } from "../../codec/test/support/runs.ts";

const { Packet, Packet31 } = mqtt;
const { Value, ExactValue, Command, TextCommand, Inline, Request } = resp;

for (const [name, schema] of Object.entries({
  Packet,
  Packet31,
  Value,
  ExactValue,
  Command,
  TextCommand,
  Inline,
  Request,
}))
  testCodec(compileHere(schema as never), { name, test, runs: runs(10), seed });
