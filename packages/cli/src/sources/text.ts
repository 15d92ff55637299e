// Bytes as people write them: hexadecimal digits with whatever stands between, and base64. Law: where the text is cut
// into chunks changes nothing.

import { plain } from "@wireform/codec/tooling";
import { usage } from "../failure.js";

interface Notation {
  readonly encoding: "hex" | "base64";
  readonly name: string;
  /** What stands between digits and means nothing. */
  readonly between: RegExp;
  /** Digits, and the padding behind the last of them. */
  readonly digits: RegExp;
  /** So many digits make whole bytes; of fewer at the end, so many do not. */
  readonly group: number;
  readonly short: number;
}

const notations = {
  hex: {
    encoding: "hex",
    name: "hexadecimal",
    between: /0x|[\s:,_-]/gi,
    digits: /^[0-9a-f]*/i,
    group: 2,
    short: 1,
  },
  /** In either alphabet, the one for URLs too. */
  base64: { encoding: "base64", name: "base64", between: /\s/g, digits: /^[0-9a-z+/_-]*=*/i, group: 4, short: 1 },
} as const satisfies Readonly<Record<string, Notation>>;

/** How a text says bytes. */
export type NotationName = keyof typeof notations;

class TextReader {
  private readonly how: Notation;
  private left = "";

  constructor(notation: NotationName) {
    this.how = notations[notation];
  }

  /** The bytes that are whole with this text. */
  push(text: string): Uint8Array {
    const { between, digits, group, name } = this.how;
    const all = (this.left + text).replace(between, "");
    const known = (digits.exec(all) as RegExpExecArray)[0].length;
    if (known < all.length) throw usage(`"${plain(all[known] as string)}" is no ${name} digit`);
    // The last one may be the beginning of 0x or of padding.
    const whole = Math.max(0, all.length - 1 - ((all.length - 1) % group));
    this.left = all.slice(whole);
    return this.bytes(all.slice(0, whole));
  }

  /** The bytes of what is left. */
  end(): Uint8Array {
    const rest = this.left.replace(/=+$/, "");
    if (rest.length % this.how.group === this.how.short)
      throw usage(`the last of the ${this.how.name} digits does not make a whole byte`);
    return this.bytes(rest);
  }

  private bytes(digits: string): Uint8Array {
    if (digits.includes("=")) throw usage("more base64 digits follow its padding");
    return Uint8Array.from(Buffer.from(digits, this.how.encoding));
  }
}

/** The bytes that a text says. In hexadecimal `0x` in front, and spaces, colons, commas and line ends between, are passed over. */
export function fromText(text: string, notation: NotationName): Uint8Array {
  const reader = new TextReader(notation);
  return Buffer.concat([reader.push(text), reader.end()]);
}

/** The same for text that comes in chunks. */
export async function* readText(chunks: AsyncIterable<Uint8Array>, notation: NotationName): AsyncGenerator<Uint8Array> {
  const reader = new TextReader(notation);
  for await (const chunk of chunks) yield reader.push(Buffer.from(chunk).toString("latin1"));
  yield reader.end();
}
