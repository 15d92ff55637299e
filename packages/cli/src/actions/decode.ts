// Bytes to values, message by message.

import { compile, Decoder } from "@wireform/codec";
import { toJson } from "@wireform/codec/json";
import type { Exit } from "../failure.js";
import type { Terminal } from "../io.js";
import { loadSchema } from "../schemas/load.js";
import { chunksOf, type Input } from "../sources/source.js";

interface Options extends Omit<Input, "input"> {
  readonly schema: string;
}

export async function run(terminal: Terminal, options: Options, input: string): Promise<Exit | undefined> {
  const { io } = terminal;
  const { schema } = await loadSchema(options.schema, io.cwd);
  const decoder = new Decoder(compile(schema));
  for await (const chunk of chunksOf({ ...options, input }, io))
    for (const message of decoder.push(chunk)) await terminal.writeJson(toJson(schema, message));
  for (const message of decoder.end()) await terminal.writeJson(toJson(schema, message));
  return undefined;
}
