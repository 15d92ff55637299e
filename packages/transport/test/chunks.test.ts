// However the network cuts a stream, a connection tells the same story: same messages, same error, same reason.
import { array, compile, i16, sized, string, struct, u8, u16, u32, union } from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { embed } from "../src/testing.ts";
import { bytes } from "./support/frames.ts";

const mode = process.env.WIREFORM_MODE ?? "auto";
const Point = struct({ x: i16, y: i16 });
const Body = union("type", u8, {
  hello: [0x01, struct({ version: u8, name: string(u8) })],
  move: [0x02, struct({ at: u32, path: array(Point, u16) })],
});
const message = compile(sized(u16, Body), { mode });

const hello = message.encode({ type: "hello", version: 1, name: "ada" });
const move = message.encode({
  type: "move",
  at: 7,
  path: [
    { x: 1, y: -1 },
    { x: 300, y: 2 },
  ],
});
const streams: [string, Uint8Array][] = [
  ["whole messages", Uint8Array.from([...hello, ...move, ...hello])],
  ["a cut at the end", Uint8Array.from([...hello, ...move.subarray(0, -1)])],
  ["an unknown tag between good ones", Uint8Array.from([...hello, 0, 1, 9, ...hello])],
  ["a length past the end of its body", Uint8Array.from([...hello, 0, 4, 1, 1, 200, 65, ...hello])],
];

/** An error's words, without the bytes around its place: how many there are depends on the cut. */
const words = (error: unknown) => (error as Error).message.replace(/, near [^)]*/, "");

/** Everything a reader can observe of a stream that ends behind the chunks. */
async function story(chunks: Uint8Array[], lends: boolean, how: "loop" | "handler"): Promise<unknown[]> {
  const { connection, feed, end } = embed({ receive: message, send: message, lends });
  const told: unknown[] = [];
  const reading =
    how === "handler"
      ? connection.onMessage((m) => void told.push(m))
      : (async () => {
          try {
            for await (const m of connection) told.push(m);
          } catch (error) {
            told.push(words(error));
          }
        })();
  for (const chunk of chunks) {
    feed(chunk);
    if (how === "loop") for (let i = 0; i < 12; i++) await Promise.resolve();
  }
  end();
  if (how === "loop") await reading;
  void connection.close();
  const { reason, error } = await connection.closed;
  if (how === "handler" && error) told.push(words(error));
  told.push(reason);
  return told;
}

describe.each(streams)("%s", (_, stream) => {
  it.each(["loop", "handler"] as const)("cut at every place, and into single bytes, read by a %s", async (how) => {
    const expected = await story([stream], false, how);
    expect(expected.length).toBeGreaterThan(1);
    const empty = bytes("");
    for (const lends of [false, true]) {
      for (let cut = 0; cut <= stream.length; cut++) {
        expect(await story([stream.slice(0, cut), empty, stream.slice(cut)], lends, how)).toEqual(expected);
      }
      expect(
        await story(
          Array.from(stream, (byte) => Uint8Array.of(byte)),
          lends,
          how,
        ),
      ).toEqual(expected);
    }
  });
});
