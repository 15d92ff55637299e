// WebSocket frames, RFC 6455 section 5.2.

import {
  array,
  bits,
  bytes,
  check,
  enumeration,
  field,
  flag,
  type Infer,
  map,
  match,
  reserved,
  rest,
  string,
  struct,
  u16,
  u64,
  until,
  when,
} from "@wireform/codec";
import { compileHere } from "../../support/mode.ts";

/** Section 5.2: opcodes 3 to 7 and b to f are reserved. */
const Opcode = enumeration(bits(4), { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 });

const MaskingKey = when(field("../masked"), bytes(4));

/**
 * As on the wire. The length has three forms, of which the shortest must be taken: seven bits, or 126 there and 16 bits
 * more, or 127 there and 64 bits more, of which the first is 0.
 */
const Raw = struct({
  fin: flag,
  rsv1: reserved(flag),
  rsv2: reserved(flag),
  rsv3: reserved(flag),
  opcode: Opcode,
  masked: flag,
  length: bits(7),
  body: match(
    field("length"),
    {
      126: struct({
        length: check(u16, (n) => n > 125, "a length that needs 16 bits"),
        maskingKey: MaskingKey,
        payload: bytes(field("length")),
      }),
      127: struct({
        length: check(u64, (n) => n > 0xffffn && n < 1n << 63n, "a length that needs 64 bits, with the first bit 0"),
        maskingKey: MaskingKey,
        payload: bytes(field("length")),
      }),
    },
    struct({ maskingKey: MaskingKey, payload: bytes(field("../length")) }),
  ),
});

/** Section 5.3: byte i is combined with byte i modulo 4 of the key; doing it twice undoes it. */
function mask(payload: Uint8Array, key: Uint8Array | undefined): Uint8Array {
  return key ? payload.map((byte, i) => byte ^ (key[i & 3] as number)) : payload;
}

interface Plain {
  readonly fin: boolean;
  readonly opcode: Infer<typeof Opcode>;
  readonly maskingKey?: Uint8Array | undefined;
  readonly payload: Uint8Array;
}

const Unmasked = map(Raw, {
  decode: ({ fin, opcode, body: { maskingKey, payload } }): Plain => ({
    fin,
    opcode,
    ...(maskingKey && { maskingKey }),
    payload: mask(payload, maskingKey),
  }),
  encode({ fin, opcode, maskingKey, payload: plain }: Plain) {
    const payload = mask(plain, maskingKey);
    const n = payload.length;
    return {
      fin,
      opcode,
      masked: maskingKey !== undefined,
      length: n < 126 ? n : n < 0x10000 ? 126 : 127,
      body: { maskingKey, payload },
    };
  },
});

const isControl = ({ opcode }: Plain): boolean => opcode === "close" || opcode === "ping" || opcode === "pong";

// Section 7.4: codes that no endpoint may send.
const sendable = (code: number): boolean => code >= 1000 && code < 5000 && ![1004, 1005, 1006, 1015].includes(code);

/** Section 5.5.1: nothing, or a code and a reason. */
export const CloseBody = struct({
  code: check(u16, sendable, "a close code that may stand in a frame"),
  reason: string(rest),
});
export const closeBody = compileHere(CloseBody);
const text = compileHere(string(rest));

const soundBody = ({ fin, opcode, payload }: Plain): boolean =>
  opcode === "close"
    ? payload.length === 0 || closeBody.safeDecode(payload).ok
    : opcode !== "text" || !fin || text.safeDecode(payload).ok;

export const Frame = check(
  check(
    check(Unmasked, (frame) => !isControl(frame) || frame.fin, "control frames are not fragmented"),
    (frame) => !isControl(frame) || frame.payload.length <= 125,
    "control frames carry at most 125 bytes",
  ),
  soundBody,
  "a payload that its opcode allows",
);

/** Section 5.1: a client masks every frame, a server none. */
export const FromClient = check(Frame, (frame) => frame.maskingKey !== undefined, "a client masks its frames");
export const FromServer = check(Frame, (frame) => frame.maskingKey === undefined, "a server masks no frames");

/** Section 5.4: the first frame of a message says what it is, the others continue it, the last has FIN. */
const inOrder = (frames: readonly Plain[]): boolean =>
  frames.filter((frame) => !isControl(frame)).every((frame, i) => (frame.opcode === "continuation") === i > 0);
export const Message = check(
  array(
    Frame,
    until<Plain>((frame) => frame.fin && !isControl(frame)),
  ),
  inOrder,
  "one message at a time, from its first fragment to its last",
);
