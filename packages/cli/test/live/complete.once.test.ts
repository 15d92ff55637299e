// What Tab offers.

import { array, bits, enumeration, flag, string, struct, u8, u16, union } from "@wireform/codec";
import { Packet } from "@wireform/protocols/mqtt";
import { expect, it } from "vitest";
import { completer } from "../../src/live/complete.ts";
import { messagesOf } from "../../src/schemas/messages.ts";

const Body = union("type", u8, {
  hello: [1, struct({ urgent: flag, kind: bits(7), name: string(u8) })],
  help: [2, struct({})],
  state: [3, struct({ power: enumeration(u8, { on: 1, off: 0, standby: 2 }), at: struct({ x: u16, y: u16 }) })],
});
const Point = struct({ x: u8, y: u8, list: array(u8, u8) });

it.each([
  ["Body", "", ["hello ", "help ", "state "], ""],
  ["Body", "hel", ["hello ", "help "], "hel"],
  ["Body", "state ", ["power=", "at.x=", "at.y="], ""],
  ["Body", "state at.x=1 at", ["at.y="], "at"],
  ["Body", "state power=", ["power=on ", "power=off ", "power=standby "], "power="],
  ["Body", "state power=o", ["power=on ", "power=off "], "power=o"],
  ["Body", "hello urgent=t", ["urgent=true "], "urgent=t"],
  ["Body", "nothing x", [], "x"],
  ["Body", ".in", [".inspect "], ".in"],
  ["Body", ".inspect o", ["on", "off"], "o"],
  ["Body", ".expect s", ["state "], "s"],
  ["Body", ".expect state po", ["power="], "po"],
  ["Body", ".help he", ["hello ", "help "], "he"],
  ["Body", ".hex ", [], ""],
  ["Body", "{", ["type: "], ""],
  ["Body", '{type: "h', ['"hello"', '"help"'], '"h'],
  ["Body", '{type: "state", ', ["power: "], ""],
  ["Body", '{type: "state", power: ', ['"on"', '"off"', '"standby"'], ""],
  ["Body", '{type: "hello", urgent: t', ["true"], "t"],
  ["Point", "", ["x=", "y=", "list="], ""],
  ["Point", "x=1 ", ["y=", "list="], ""],
  ["Point", "{x: 1, ", ["y: ", "list: "], ""],
  ["Packet", "connack returnCode=una", ["returnCode=unacceptableProtocolVersion "], "returnCode=una"],
])("%s: %s", (name, line, offered, word) => {
  const messages = messagesOf({ Body, Point, Packet }[name as "Body"]);
  expect(completer(messages, messages, ["help", "inspect", "expect", "hex"])(line)).toEqual([offered, word]);
});

it("completes what is expected from what is received", () => {
  const complete = completer(messagesOf(Point), messagesOf(Body), ["expect"]);
  expect(complete(".expect st")).toEqual([["state "], "st"]);
  expect(complete("x")).toEqual([["x="], "x"]);
});
