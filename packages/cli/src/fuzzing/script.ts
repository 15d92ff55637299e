// The messages around a damaged one, and what a server answers to each.

import type { Codec } from "@wireform/codec";
import { fromJson } from "@wireform/codec/json";
import { Failure } from "../failure.js";
import type { Terminal } from "../io.js";
import { JsonReader, type Parsed } from "../sources/json.js";
import { chunksOf } from "../sources/source.js";
import type { Step } from "./exchange.js";
import type { Judge } from "./judge.js";

/** The bytes of the messages in a file, one a line. */
export async function readScript(
  input: string,
  codec: Codec<unknown, never>,
  terminal: Terminal,
): Promise<Uint8Array[]> {
  const script: Uint8Array[] = [];
  const add = ({ value, line }: Parsed): void => {
    try {
      script.push(codec.encode(fromJson(codec.schema, value) as never));
    } catch (error) {
      if ((error as Error).name !== "EncodeError") throw error;
      throw new Failure("encode", `${input}, line ${line}: ${(error as Error).message}`, undefined, error);
    }
  };
  const reader = new JsonReader();
  for await (const chunk of chunksOf({ input }, terminal)) for (const parsed of reader.push(chunk)) add(parsed);
  for (const parsed of reader.end()) add(parsed);
  return script;
}

/** The script with what the server answers to each message of it; `own` says that the messages are made up. */
export async function rehearse(
  script: readonly Uint8Array[],
  judge: Judge,
  own: boolean,
  terminal: Terminal,
): Promise<Step[]> {
  const { answers, closed, wrong } = await judge.answersTo(script);
  terminal.io.interrupted.throwIfAborted();
  if (wrong)
    throw new Failure(
      "decode",
      `its answer to what is not damaged does not decode: ${wrong.message}`,
      "--receive says what it answers with, where that is another schema.",
      wrong,
    );
  if (closed !== undefined && !own)
    throw new Failure("io", `it hangs up behind message ${closed + 1} of the script, which is not damaged`);
  if (!answers.some((n) => n > 0))
    terminal.note("It answers nothing to what is not damaged, so that it cannot be told whether it hangs.");
  return closed === undefined ? script.map((bytes, i) => ({ bytes, answers: Math.min(1, answers[i] ?? 0) })) : [];
}
