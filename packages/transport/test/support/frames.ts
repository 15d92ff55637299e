// A codec written by hand: u16 length, then that many bytes as latin1 text. Stands in for compile(sized(u16, …)).
import type { Codec } from "../../src/connection/contract.ts";

class FrameError extends Error {
  readonly code: string;
  readonly path = "";
  readonly offset = 0;
  constructor(code: string, text: string) {
    super(text);
    this.code = code;
  }
}

/** Texts behind a u16 length of at most `max`. */
export function frames(max = 65_535): Codec<string> {
  const codec: Codec<string> = {
    bound: { min: 2, max: 2 + max },
    size: (text) => 2 + text.length,
    encode(text) {
      const bytes = new Uint8Array(2 + text.length);
      codec.write(text, bytes, 0);
      return bytes;
    },
    decode(bytes) {
      const result = codec.read(bytes, 0);
      if ("needed" in result) throw new FrameError("truncated", "truncated");
      return result.value;
    },
    write(text, into, offset = 0) {
      if (typeof text !== "string") throw new FrameError("type", "needs a text");
      if (text.length > max) throw new FrameError("length", `at most ${max} characters; got ${text.length}`);
      if (offset + 2 + text.length > into.length) throw new FrameError("overflow", "no room");
      into[offset] = text.length >>> 8;
      into[offset + 1] = text.length;
      for (let i = 0; i < text.length; i++) into[offset + 2 + i] = text.charCodeAt(i);
      return offset + 2 + text.length;
    },
    read(from, offset = 0) {
      const left = from.length - offset;
      if (left < 2) return { needed: 2 - left };
      const length = ((from[offset] as number) << 8) | (from[offset + 1] as number);
      if (length > max) throw new FrameError("limit", `${length} bytes announced, at most ${max}`);
      if (length === 0xbad) throw new FrameError("value", "a bad message");
      if (left < 2 + length) return { needed: 2 + length - left };
      let value = "";
      for (let i = 0; i < length; i++) value += String.fromCharCode(from[offset + 2 + i] as number);
      return { value, offset: offset + 2 + length };
    },
  };
  return codec;
}

/** The bytes of some frames, one behind the other. */
export function wire(...texts: string[]): Uint8Array {
  const codec = frames();
  return Uint8Array.from(texts.flatMap((text) => [...codec.encode(text)]));
}

export const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
export const text = (from: Uint8Array): string => String.fromCharCode(...from);
