// Messages and the bytes they came as, however those were cut.

import { compile } from "@wireform/codec";
import { Value } from "@wireform/protocols/resp";
import { expect, it } from "vitest";
import { expectLinear } from "../../../codec/test/support/linear.ts";
import { type Piece, Tap } from "../../src/live/wire.ts";

const codec = compile(Value);
const bytes = Buffer.from("+OK\r\n$5\r\nhello\r\n*2\r\n:1\r\n_\r\n,1.50\r\n", "latin1");
const said = (pieces: readonly Piece[]) =>
  pieces.map((piece) => [Buffer.from(piece.bytes).toString("latin1"), piece.raw ? piece.error?.code : "message"]);

function tapped(stream: Buffer, size: number): Piece[] {
  const tap = new Tap(codec as never);
  const pieces: Piece[] = [];
  for (let at = 0; at < stream.length; at += size) pieces.push(...tap.push(stream.subarray(at, at + size)));
  return [...pieces, ...tap.end()];
}

const whole = [
  ["+OK\r\n", "message"],
  ["$5\r\nhello\r\n", "message"],
  ["*2\r\n:1\r\n_\r\n", "message"],
  [",1.50\r\n", "message"],
];

it.each([1, 2, 3, 5, 7, 64])("has every message with its own bytes, in chunks of %i", (size) => {
  expect(said(tapped(bytes, size))).toEqual(whole);
});

it.each([1, 2, 3, 64])("gives back every byte behind a bad one, in chunks of %i", (size) => {
  const pieces = tapped(Buffer.concat([bytes, Buffer.from("?what\r\n+OK\r\n")]), size);
  expect(said(pieces.slice(0, 4))).toEqual(whole);
  expect(pieces.slice(4).every(({ raw }) => raw)).toBe(true);
  expect(Buffer.concat(pieces.slice(4).map((piece) => piece.bytes)).toString()).toBe("?what\r\n+OK\r\n");
  expect(pieces[4]).toMatchObject({ error: { code: "tag" } });
  expect(said(pieces.slice(5)).every(([, code]) => code === undefined)).toBe(true);
});

it("gives what a message that was cut short had", () => {
  expect(said(tapped(bytes.subarray(0, 12), 5))).toEqual([whole[0], ["$5\r\nhel", "truncated"]]);
});

it("looks at every byte a few times, not once for each chunk", () => {
  const [short, long] = [250_000, 2_000_000].map((length) => {
    const message = Buffer.from(`$${length}\r\n${"x".repeat(length)}\r\n`);
    return () => expect(tapped(message, 64)).toHaveLength(1);
  }) as [() => void, () => void];
  return expectLinear(short, long);
});
