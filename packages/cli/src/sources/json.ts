// Values as text: one line each, or as many lines as JSON.stringify makes of them when it indents. Law: bytes that are no
// UTF-8 are refused, and not read as something else.

import { isUtf8 } from "node:buffer";
import { plain } from "@wireform/codec/tooling";
import { Failure } from "../failure.js";

/** A value and the line on which its text starts. */
export interface Parsed {
  readonly value: unknown;
  readonly line: number;
}

/** Reads text that comes in chunks; each value comes with the chunk that ends its last line. */
export class JsonReader {
  /** Bytes of a character that has begun, and how many came before them. */
  private begun: Uint8Array = new Uint8Array(0);
  private offset = 0;
  /** The last line as far as it is there, and the lines of a value that goes on. */
  private parts: string[] = [];
  private gathered: string[] = [];
  private line = 0;

  *push(chunk: Uint8Array): Generator<Parsed> {
    const bytes = Buffer.concat([this.begun, chunk]);
    const whole = bytes.subarray(0, bytes.length - beginning(bytes));
    this.begun = bytes.subarray(whole.length);
    yield* this.read(whole);
  }

  *end(): Generator<Parsed> {
    if (this.begun.length > 0) yield* this.read(Buffer.from(this.begun));
    yield* this.take(this.parts.join(""));
    if (this.gathered.length > 0) yield this.parse();
  }

  private *read(bytes: Buffer): Generator<Parsed> {
    // What comes before a bad line is good.
    const good = isUtf8(bytes) ? bytes.length : badLine(bytes);
    const [first, ...more] = bytes.toString("utf8", 0, good).split("\n");
    this.parts.push(first as string);
    for (const next of more) {
      const text = this.parts.join("");
      this.parts = [next];
      yield* this.take(text);
    }
    if (good < bytes.length) {
      const bad = good + badByte(bytes.subarray(good));
      const byte = (bytes[bad] as number).toString(16).padStart(2, "0");
      throw new Failure("encode", `line ${this.line + 1} is no UTF-8: byte ${byte} at offset ${this.offset + bad}`);
    }
    this.offset += bytes.length;
  }

  private *take(text: string): Generator<Parsed> {
    const { gathered } = this;
    this.line++;
    if (gathered.length === 0 && text.trim() === "") return;
    gathered.push(text);
    // It goes on behind a line that leaves something open, up to one that closes without being indented.
    if (gathered.length === 1 ? /[{[,:]\s*$/.test(text) : !/^[}\]]/.test(text)) return;
    yield this.parse();
  }

  private parse(): Parsed {
    const line = this.line - this.gathered.length + 1;
    const text = this.gathered.join("\n");
    this.gathered = [];
    try {
      return { value: JSON.parse(text), line };
    } catch (error) {
      throw new Failure("encode", `line ${line} is no JSON: ${plain((error as Error).message)}`, undefined, error);
    }
  }
}

/** How many bytes at the end are the beginning of a character. */
function beginning(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < sizeFrom(byte) ? back : 0;
  }
  return 0;
}

const sizeFrom = (lead: number): number => (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1);

/** Where the first line starts that is no UTF-8. */
function badLine(bytes: Buffer): number {
  for (let start = 0; ; ) {
    const end = bytes.indexOf(10, start);
    if (end < 0 || !isUtf8(bytes.subarray(start, end))) return start;
    start = end + 1;
  }
}

/** Where the first character starts that is none. */
function badByte(line: Uint8Array): number {
  let at = 0;
  for (;;) {
    const next = at + sizeFrom(line[at] as number);
    if (next > line.length || !isUtf8(line.subarray(at, next))) return at;
    at = next;
  }
}

/** The values of a text, as they come. */
export async function* readJson(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Parsed> {
  const reader = new JsonReader();
  for await (const chunk of chunks) yield* reader.push(chunk);
  yield* reader.end();
}
