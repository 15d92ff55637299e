// Erlang frames messages itself, by {packet, 1}, {packet, 2} and {packet, 4}: it and we must agree on every boundary.

import { strictEqual as equal, deepStrictEqual as same } from "node:assert";
import { join } from "node:path";
import { bytes, compile, u8, u16, u32 } from "@wireform/codec";
import { listen } from "@wireform/transport";
import { check, run } from "./harness.mjs";

const script = join(import.meta.dirname, "packets.escript");
const upTo = (n) => Array.from({ length: n + 1 }, (_, i) => i);

const framings = [
  [1, u8, upTo(255)],
  [2, u16, [...upTo(300), 65_534, 65_535]],
  [4, u32, [...upTo(300), 65_535, 65_536, 1_000_000]],
];

/** The same bytes as packets.escript makes. */
const message = (size) => Uint8Array.from({ length: size }, (_, i) => ((i + 1) * 31 + size) % 256);

/** Bytes in pieces that cut headers and bodies anywhere, each by a write of its own. */
async function sendInPieces(peer, whole) {
  for (let from = 0, size = 1; from < whole.length; from += size, size = (size * 7) % 1009) {
    void peer.sendBytes(whole.subarray(from, from + size));
    await peer.flush();
  }
}

export async function checkErlang() {
  for (const [width, prefix, sizes] of framings) {
    await check(`Erlang {packet, ${width}}: ${sizes.length} messages there and back`, ["escript"], async () => {
      const framed = compile(bytes(prefix));
      const received = [];
      const server = await listen({ port: 0, receive: framed, send: framed }, async (peer) => {
        for await (const one of peer) received.push(one);
        await sendInPieces(peer, Buffer.concat(received.map((one) => framed.encode(one))));
      });
      const said = await run("escript", [script, String(server.port), String(width), ...sizes.map(String)]);
      await server.close();
      equal(said, `${sizes.length} agreed\n`);
      same(
        received.map((one) => one.length),
        sizes,
      );
      for (const [i, size] of sizes.entries()) equal(Buffer.compare(received[i], message(size)), 0);
    });
  }
}
