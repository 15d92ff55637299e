// Bytes to values, message by message.

import { compile, type DecodeError } from "@wireform/codec";
import { Exit, Failure, usage } from "../failure.js";
import type { Terminal } from "../io.js";
import { type FormatName, formatOf } from "../render/formats.js";
import { partialOf } from "../render/partial.js";
import { parsePath } from "../render/paths.js";
import { Progress } from "../render/progress.js";
import { columnsOf, demandField } from "../schemas/fields.js";
import { limitsOf } from "../schemas/limits.js";
import { loadSchema } from "../schemas/load.js";
import { type Bad, BadMessage, Messages, type Policy } from "../sources/decoding.js";
import { resync, skip } from "../sources/policies.js";
import { type Input, openSource } from "../sources/source.js";

interface Options extends Omit<Input, "input"> {
  readonly schema: string;
  readonly maxMessageSize?: number;
  readonly format: FormatName;
  readonly fields?: readonly string[];
  readonly onError: "stop" | "skip" | "resync";
}

/** Text is gathered up to so many characters, so that a chunk of small messages is written at once. */
const GATHERED = 65536;

const forPeople: readonly FormatName[] = ["pretty", "table", "csv"];

export async function run(terminal: Terminal, options: Options, input: string | undefined): Promise<Exit | undefined> {
  if (terminal.json && forPeople.includes(options.format))
    throw usage(
      `--json does not go with --format ${options.format}`,
      "Without --format, each message is a line of JSON.",
    );
  const { schema } = await loadSchema(options.schema, terminal.io.cwd);
  // Values are written before their chunk is gone.
  const codec = compile(schema, { limits: limitsOf(options), views: true });
  const failureOf = (bad: Bad, out?: number): Failure => failureFor(bad, partialOf(codec.inspect(bad.bytes)), out);
  let wrong = false;
  const report = (bad: Bad): void => {
    wrong = true;
    terminal.tell(failureOf(bad, bad.size));
  };
  const policies = { stop: () => undefined, skip: () => skip(schema, report), resync: () => resync(codec, report) };
  const messages = new Messages(codec, policies[options.onError]() as Policy | undefined);
  const { format: form, fields } = options;
  for (const field of fields ?? []) demandField(schema, field, parsePath(field));
  const columns = form === "csv" ? columnsOf(schema) : undefined;
  const format = formatOf(form, { schema, fields, columns, color: terminal.colors("stdout") });
  const bytes = (): Uint8Array => messages.bytes();

  const { chunks, size } = await openSource({ ...options, input }, terminal);
  const progress = new Progress(terminal, size);
  let text = "";
  const write = async (some: Iterable<unknown>): Promise<void> => {
    for (const message of some) {
      text += format.text(message, bytes);
      if (text.length < GATHERED) continue;
      await terminal.write(text);
      text = "";
    }
    text += format.rest?.() ?? "";
    if (text !== "") await terminal.write(text);
    text = "";
  };
  try {
    for await (const chunk of chunks) {
      await write(messages.push(chunk));
      progress.add(chunk.length);
    }
    await write(messages.end());
  } catch (error) {
    // What came before goes first.
    await terminal.write(text + (format.rest?.() ?? ""));
    throw error instanceof BadMessage ? failureOf(error.bad) : error;
  } finally {
    progress.end();
  }
  return wrong ? Exit.decode : undefined;
}

function failureFor({ error, offset }: Bad, partial: unknown, out: number | undefined): Failure {
  const hint = out === undefined ? undefined : `${out} ${out === 1 ? "byte" : "bytes"} left out at offset ${offset}`;
  return new Failure("decode", (error as DecodeError).message, hint, error, {
    partial,
    ...(out && { leftOut: { offset, bytes: out } }),
  });
}
