// Values as text: one line each, or as many lines as JSON.stringify makes of them when it indents.

import { StringDecoder } from "node:string_decoder";
import { plain } from "@wireform/codec/tooling";
import { Failure } from "../failure.js";

/** A value and the line on which its text starts. */
export interface Parsed {
  readonly value: unknown;
  readonly line: number;
}

/** Reads text that comes in chunks; each value comes with the chunk that ends its last line. */
export class JsonReader {
  private readonly utf8 = new StringDecoder("utf8");
  /** The last line as far as it is there, and the lines of a value that goes on. */
  private parts: string[] = [];
  private gathered: string[] = [];
  private line = 0;

  *push(chunk: Uint8Array): Generator<Parsed> {
    const [first, ...more] = this.utf8.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)).split("\n");
    this.parts.push(first as string);
    for (const next of more) {
      const text = this.parts.join("");
      this.parts = [next];
      yield* this.take(text);
    }
  }

  *end(): Generator<Parsed> {
    yield* this.take(this.parts.join("") + this.utf8.end());
    if (this.gathered.length > 0) yield this.parse();
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

/** The values of a text, as they come. */
export async function* readJson(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Parsed> {
  const reader = new JsonReader();
  for await (const chunk of chunks) yield* reader.push(chunk);
  yield* reader.end();
}
