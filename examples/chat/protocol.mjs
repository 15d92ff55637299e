// What is said in the chat: a length of two bytes, a type of one, and what that type has.

import { compile, sized, string, struct, u8, u16, union } from "@wireform/codec";

const chat = (variants) => compile(sized(u16, union("type", u8, variants)), { limits: { maxMessageSize: 4096 } });

/** Either side may ask whether the other lives; whoever is asked answers. */
const heartbeat = { ping: [0x00, struct({})], pong: [0x01, struct({})] };

/** From clients: who they are, first; then what they say. */
export const fromClient = chat({
  ...heartbeat,
  join: [0x11, struct({ name: string(u8) })],
  say: [0x12, struct({ text: string(u16) })],
});

/** From the server. */
export const fromServer = chat({
  ...heartbeat,
  joined: [0x21, struct({ name: string(u8) })],
  said: [0x22, struct({ name: string(u8), text: string(u16) })],
  left: [0x23, struct({ name: string(u8), why: string(u8) })],
  refused: [0x2f, struct({ why: string(u8) })],
});
