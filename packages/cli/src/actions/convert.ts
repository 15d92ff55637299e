// One definition, two forms of its bytes.

import { asText, type Codec, compile, Decoder } from "@wireform/codec";
import type { Exit } from "../failure.js";
import type { Terminal } from "../io.js";
import { type BytesFormat, BytesWriter } from "../render/bytes.js";
import { Progress } from "../render/progress.js";
import { limitsOf } from "../schemas/limits.js";
import { loadSchema } from "../schemas/load.js";
import { type Input, openSource } from "../sources/source.js";
import { Afresh } from "./afresh.js";

interface Options extends Omit<Input, "input"> {
  readonly schema: string;
  readonly maxMessageSize?: number;
  readonly to: "text" | "binary";
  readonly format?: BytesFormat;
}

export async function run(terminal: Terminal, options: Options, input: string | undefined): Promise<Exit | undefined> {
  const { schema } = await loadSchema(options.schema, terminal.io.cwd);
  const limits = limitsOf(options);
  const codecs = { binary: compile(schema, { limits }), text: compile(asText(schema), { limits }) } as Record<
    string,
    Codec<unknown, unknown>
  >;
  const other = options.to === "text" ? "binary" : "text";
  const decoder = new Decoder(codecs[other] as Codec<unknown, never>);
  const to = codecs[options.to] as Codec<unknown, unknown>;
  // Lengths differ.
  const afresh = new Afresh(to.encode);
  const writer = new BytesWriter(terminal, options.format);
  const sizes = { binary: 0, text: 0 };
  let messages = 0;
  const convert = function* (some: Iterable<unknown>): Generator<Uint8Array> {
    for (const message of some) {
      const bytes = afresh.encode(message);
      sizes[options.to] += bytes.length;
      messages++;
      yield bytes;
    }
  };
  const { chunks, size } = await openSource({ ...options, input }, terminal);
  const progress = new Progress(terminal, size);
  try {
    for await (const chunk of chunks) {
      sizes[other] += chunk.length;
      await writer.all(convert(decoder.push(chunk)));
      progress.add(chunk.length);
    }
    await writer.all(convert(decoder.end()));
  } finally {
    progress.end();
  }
  terminal.note(terminal.json ? JSON.stringify({ messages, ...sizes }) : sizesText(messages, sizes));
  return undefined;
}

function sizesText(messages: number, { binary, text }: { binary: number; text: number }): string {
  const times = binary === 0 ? "" : `, ${(text / binary).toFixed(2)} times as many`;
  return `${messages} ${messages === 1 ? "message" : "messages"}: ${binary} bytes in binary, ${text} as text${times}`;
}
