// The protocol of most tests: a u16 length, then that many bytes of latin1 text. The text "bad!" is refused.
import { type Codec, check, compile, string, u16 } from "@wireform/codec";

const Frame = check(string(u16, "latin1"), (text) => text !== "bad!", "anything but bad!");

const mode = process.env.WIREFORM_MODE ?? "auto";

/** Texts of at most `max` characters. */
export function frames(max = 65_535): Codec<string> {
  return compile(Frame, { mode, limits: { maxMessageSize: 2 + max } });
}

const codec = frames();

/** The bytes of some frames, one behind the other. */
export function wire(...texts: string[]): Uint8Array {
  return Uint8Array.from(texts.flatMap((text) => [...codec.encode(text)]));
}

export const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
export const text = (from: Uint8Array): string => String.fromCharCode(...from);
