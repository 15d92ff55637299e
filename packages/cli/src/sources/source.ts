// Where bytes come from. Law: a source gives chunks as they come and holds no more than one.

import { realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { addAbortSignal } from "node:stream";
import { Failure, usage } from "../failure.js";
import type { Terminal } from "../io.js";
import { parseAddress } from "./address.js";
import { follow, readFile } from "./file.js";
import { accept, dial } from "./tcp.js";
import { fromText, type NotationName, readText } from "./text.js";

/** What the command line says of the input. */
export interface Input {
  /** A file; `-`, or nothing, for standard input. */
  readonly input?: string | undefined;
  readonly hex?: string;
  readonly base64?: string;
  readonly listen?: string;
  readonly connect?: string;
  readonly follow?: boolean;
  /** What the bytes of the input are: the message's own, or text that says them. */
  readonly from?: "raw" | NotationName;
  /** Most bytes of a chunk. */
  readonly chunk?: number;
}

export interface Source {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** How many bytes will come, where that is known. */
  readonly size: number | undefined;
}

/** The input that the options name. */
export async function openSource(input: Input, terminal: Terminal): Promise<Source> {
  const { from = "raw", chunk } = input;
  const { chunks, size } = await choose(input, terminal);
  const bytes = from === "raw" ? chunks : readText(chunks, from);
  return { chunks: chunk === undefined ? bytes : cut(bytes, chunk), size };
}

/** The chunks of the input that the options name. */
export async function* chunksOf(input: Input, terminal: Terminal): AsyncGenerator<Uint8Array> {
  yield* (await openSource(input, terminal)).chunks;
}

async function choose(given: Input, terminal: Terminal): Promise<Source> {
  const { io } = terminal;
  const { input = "-", hex, base64, listen, connect } = given;
  const text = hex ?? base64;
  const instead = (["hex", "base64", "listen", "connect"] as const).find((name) => given[name] !== undefined);
  if (instead !== undefined && given.input !== undefined) throw usage(`--${instead} stands instead of an input`);
  if (text !== undefined) return literal(fromText(text, hex === undefined ? "base64" : "hex"));
  const signal = io.interrupted;
  if (connect !== undefined) return endless(dial(parseAddress(connect, io.cwd), signal));
  if (listen !== undefined)
    return endless(accept(parseAddress(listen, io.cwd), signal, (at) => terminal.note(`listening on ${at}`)));
  if (input === "-") return endless(addAbortSignal(signal, io.stdin));
  const path = resolve(io.cwd, input);
  const stats = await stat(path);
  if (stats.isDirectory()) throw new Failure("io", `${input}: is a directory`);
  if (given.follow) {
    // What is written to it would be read again, for ever.
    if (terminal.file !== undefined && (await realpath(terminal.file).catch(() => "")) === (await realpath(path)))
      throw usage(`${input} is both followed and written`);
    return endless(follow(path, input, signal));
  }
  return { chunks: readFile(path, signal), size: stats.isFile() ? stats.size : undefined };
}

const endless = (chunks: AsyncIterable<Uint8Array>): Source => ({ chunks, size: undefined });

const literal = (bytes: Uint8Array): Source => ({
  chunks: (async function* () {
    yield bytes;
  })(),
  size: bytes.length,
});

/** The same bytes in pieces of at most `most`. */
async function* cut(chunks: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) for (let at = 0; at < chunk.length; at += most) yield chunk.subarray(at, at + most);
}
