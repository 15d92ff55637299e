// Values as text: one line each, or as many lines as JSON.stringify makes of them when it indents.

import { StringDecoder } from "node:string_decoder";
import { Failure } from "../failure.js";

/** A value and where its text starts. */
export interface Parsed {
  readonly value: unknown;
  readonly line: number;
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const utf8 = new StringDecoder("utf8");
  let parts: string[] = [];
  for await (const chunk of chunks) {
    const [first, ...more] = utf8.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)).split("\n");
    parts.push(first as string);
    for (const line of more) {
      yield parts.join("");
      parts = [line];
    }
  }
  yield parts.join("") + utf8.end();
}

/** The values of a text, as they come. */
export async function* readJson(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Parsed> {
  let gathered: string[] = [];
  let line = 0;
  const parsed = (): Parsed => {
    const first = line - gathered.length + 1;
    try {
      return { value: JSON.parse(gathered.join("\n")), line: first };
    } catch (error) {
      throw new Failure("encode", `line ${first} is no JSON: ${(error as Error).message}`, undefined, error);
    }
  };
  for await (const text of linesOf(chunks)) {
    line++;
    if (gathered.length === 0 && text.trim() === "") continue;
    gathered.push(text);
    // It goes on behind a line that leaves something open, up to one that closes without being indented.
    if (gathered.length === 1 ? /[{[,:]\s*$/.test(text) : !/^[}\]]/.test(text)) continue;
    yield parsed();
    gathered = [];
  }
  if (gathered.length > 0) yield parsed();
}
