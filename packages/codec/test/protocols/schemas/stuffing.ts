// Frames whose content is rewritten so that their delimiter cannot stand in it: COBS, SLIP (RFC 1055), HDLC (RFC 1662).

import { bytes, magic, rest, struct, until } from "@wireform/codec";
import { through } from "./through.ts";

/** Each zero becomes the distance to the next; 254 bytes without one get a distance that stands for no zero. */
const cobs = {
  decode(stuffed: Uint8Array): Uint8Array {
    const content: number[] = [];
    for (let at = 0; at < stuffed.length; ) {
      const code = stuffed[at] as number;
      if (at + code > stuffed.length)
        throw new Error(`a block of ${code - 1} bytes, ${stuffed.length - at - 1} are left`);
      content.push(...stuffed.subarray(at + 1, at + code));
      at += code;
      if (code < 0xff && at < stuffed.length) content.push(0);
    }
    return Uint8Array.from(content);
  },
  encode(content: Uint8Array): Uint8Array {
    const stuffed: number[] = [];
    let head = stuffed.push(0) - 1;
    content.forEach((byte, i) => {
      if (byte !== 0) stuffed.push(byte);
      const full = stuffed.length - head === 0xff;
      if (byte !== 0 && !(full && i < content.length - 1)) return;
      stuffed[head] = stuffed.length - head;
      head = stuffed.push(0) - 1;
    });
    stuffed[head] = stuffed.length - head;
    return Uint8Array.from(stuffed);
  },
};

/** A byte that stands for others with the one behind it. */
function escaping(escape: number, table: { readonly [byte: number]: number }) {
  const back = new Map(Object.entries(table).map(([byte, code]) => [code, Number(byte)]));
  return {
    decode(stuffed: Uint8Array): Uint8Array {
      const content: number[] = [];
      for (let at = 0; at < stuffed.length; at++) {
        let byte: number | undefined = stuffed[at];
        if (byte === escape) byte = back.get(stuffed[++at] as number);
        if (byte === undefined) throw new Error(`an escape at ${at - 1} that stands for nothing`);
        content.push(byte);
      }
      return Uint8Array.from(content);
    },
    encode: (content: Uint8Array): Uint8Array =>
      Uint8Array.from([...content].flatMap((byte) => (table[byte] === undefined ? [byte] : [escape, table[byte]]))),
  };
}

/** Cheshire and Baker, section 3; a frame ends at a zero byte. */
export const Cobs = through(bytes(until("\0")), cobs, bytes(rest));

/** RFC 1055: END is c0, ESC is db. */
export const Slip = through(bytes(until(Uint8Array.of(0xc0))), escaping(0xdb, { 192: 0xdc, 219: 0xdd }), bytes(rest));

/** RFC 1662, section 4.2: between flags, 7e; a byte behind 7d has its sixth bit turned over. */
export const Hdlc = struct({
  open: magic("\x7e"),
  content: through(bytes(until("\x7e")), escaping(0x7d, { 126: 0x5e, 125: 0x5d }), bytes(rest)),
});
