// One connection that changes its language: the decoder is told inside the loop, and what it has already received of the
// next language is read in that.

import {
  type AnySchema,
  array,
  type Codec,
  Decoder,
  type Infer,
  sized,
  string,
  struct,
  u8,
  u16,
  until,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { Frontend, Startup } from "./protocols/schemas/postgresql.ts";
import { FromClient } from "./protocols/schemas/websocket.ts";
import { compileHere } from "./support/mode.ts";

/** What comes out when `next` says in which language to go on behind a message; alike for every cut. */
function conversation(
  first: Codec<unknown, never>,
  next: (message: never) => Codec<unknown, never> | undefined,
  parts: readonly Uint8Array[],
): unknown[] {
  const stream = Uint8Array.from(parts.flatMap((part) => [...part]));
  const talk = (places: readonly number[]): unknown[] => {
    const decoder = new Decoder<unknown>(first);
    const out: unknown[] = [];
    let from = 0;
    for (const to of [...places, stream.length]) {
      for (const message of decoder.push(stream.slice(from, to))) {
        out.push([decoder.offset, message]);
        const codec = next(message as never);
        if (codec) decoder.use(codec);
      }
      from = to;
    }
    decoder.end();
    expect(decoder.buffered).toBe(0);
    return out;
  };
  const whole = talk([]);
  expect(talk(Array.from(stream, (_, i) => i))).toEqual(whole);
  for (let place = 0; place <= stream.length; place++) expect(talk([place])).toEqual(whole);
  return whole.map((each) => (each as [number, unknown])[1]);
}

const of = (schema: AnySchema): Codec<unknown, never> => compileHere(schema) as Codec<unknown, never>;

describe("a switch of codec inside the loop", () => {
  it("from lines to frames, after the line that asks for it", () => {
    const line = compileHere(string(until("\r\n"), "ascii"));
    const frame = compileHere(sized(u16, struct({ id: u8, name: string(u8) })));
    const parts = [
      line.encode("HELO me"),
      line.encode("UPGRADE"),
      frame.encode({ id: 13, name: "\r\n" }),
      frame.encode({ id: 10, name: "b" }),
    ];
    const upgraded = (message: unknown) => (message === "UPGRADE" ? of(frame.schema) : undefined);
    expect(conversation(of(line.schema), upgraded, parts)).toEqual([
      "HELO me",
      "UPGRADE",
      { id: 13, name: "\r\n" },
      { id: 10, name: "b" },
    ]);
  });

  it("behind PostgreSQL's first message, which has no type byte, and behind a refused SSLRequest before it", () => {
    const [startup, frontend] = [compileHere(Startup), compileHere(Frontend)];
    const parts = [
      startup.encode({ request: { code: "ssl" } }),
      startup.encode({ request: { code: "startup", parameters: [{ name: "user", value: "ada" }] } }),
      frontend.encode({ type: "Query", query: "SELECT 1" }),
      frontend.encode({ type: "Terminate" }),
    ];
    const started = ({ request }: Infer<typeof Startup>) => (request?.code === "startup" ? of(Frontend) : undefined);
    expect(conversation(of(Startup), started, parts)).toMatchObject([
      { request: { code: "ssl" } },
      { request: { code: "startup" } },
      { type: "Query", query: "SELECT 1" },
      { type: "Terminate" },
    ]);
  });

  it("from an HTTP request to WebSocket frames, of which the first came with it", () => {
    const line = string(until("\r\n"), "ascii");
    const Request = struct({
      start: line,
      headers: array(struct({ name: string(until(": "), "ascii"), value: line }), until("\r\n")),
    });
    const [request, frames] = [compileHere(Request), compileHere(FromClient)];
    const maskingKey = Uint8Array.of(1, 2, 3, 4);
    const text = { fin: true, opcode: "text", maskingKey, payload: Uint8Array.of(0x68, 0x69) } as const;
    const parts = [
      request.encode({ start: "GET /chat HTTP/1.1", headers: [{ name: "Upgrade", value: "websocket" }] }),
      frames.encode(text),
      frames.encode({ ...text, payload: Uint8Array.of(13, 10, 13, 10) }),
    ];
    const upgraded = ({ headers }: Partial<Infer<typeof Request>>) =>
      headers?.some(({ name }) => name === "Upgrade") ? of(FromClient) : undefined;
    expect(conversation(of(Request), upgraded, parts)).toMatchObject([
      { start: "GET /chat HTTP/1.1" },
      { opcode: "text", payload: Uint8Array.of(0x68, 0x69) },
      { opcode: "text", payload: Uint8Array.of(13, 10, 13, 10) },
    ]);
  });

  it("there and back, many times in one chunk", () => {
    const [one, two] = [of(u8), of(u16)];
    const decoder = new Decoder<unknown>(one);
    const out: unknown[] = [];
    for (const message of decoder.push(new Uint8Array(30_000).fill(1))) {
      out.push(message);
      decoder.use(message === 1 ? two : one);
    }
    expect(out).toEqual(Array.from({ length: 20_000 }, (_, i) => (i % 2 === 0 ? 1 : 0x0101)));
  });

  it("reads anew, in the new language, what has been received of the next message", () => {
    const decoder = new Decoder<unknown>(of(string(u8)));
    expect([...decoder.push(Uint8Array.of(5, 0x61))]).toEqual([]);
    expect(decoder.needed).toBe(4);
    decoder.use(of(struct({ a: u8, b: u8, c: u8 })));
    expect([...decoder.push(Uint8Array.of(7, 9))]).toEqual([{ a: 5, b: 0x61, c: 7 }]);
    expect(decoder.buffered).toBe(1);
  });
});

describe("bytes that no message has used", () => {
  const pair = compileHere(u16);
  it("are handed over, wherever they are: in the chunk, gathered from several, or both", () => {
    const decoder = new Decoder(pair);
    for (const _ of decoder.push(Uint8Array.of(0, 1, 9))) expect(decoder.take()).toEqual(Uint8Array.of(9));
    expect([...decoder.push(Uint8Array.of(0, 2, 3))]).toEqual([2]);
    const rest = decoder.push(Uint8Array.of(4, 5, 6));
    expect(decoder.take()).toEqual(Uint8Array.of(3, 4, 5, 6));
    expect([...rest]).toEqual([]);
    expect(decoder.take()).toEqual(new Uint8Array(0));
    expect([...decoder.end()]).toEqual([]);
  });
  it("are forgotten by the decoder, which goes on with what comes, at its place in the stream", () => {
    const decoder = new Decoder(compileHere(struct({ n: u8, text: string(1, "ascii") })));
    for (const _ of decoder.push(Uint8Array.of(1, 0x61, 9)));
    expect(decoder.offset).toBe(2);
    expect(decoder.take()).toEqual(Uint8Array.of(9));
    expect([decoder.buffered, decoder.offset]).toEqual([0, 3]);
    expect(() => [...decoder.push(Uint8Array.of(2, 0x62, 3, 0xff))]).toThrow(
      expect.objectContaining({ code: "encoding", path: "text", offset: 6 }),
    );
  });
  it("are a copy, not the chunk", () => {
    const decoder = new Decoder(pair);
    const chunk = Uint8Array.of(0, 1, 9);
    for (const _ of decoder.push(chunk));
    chunk.fill(0);
    expect(decoder.take()).toEqual(Uint8Array.of(9));
  });
});
