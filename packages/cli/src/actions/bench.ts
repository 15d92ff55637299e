// How fast a schema is on somebody's own bytes.

import { compile, Decoder } from "@wireform/codec";
import { several } from "@wireform/codec/tooling";
import { type Exit, usage } from "../failure.js";
import type { Terminal } from "../io.js";
import { enginesOf } from "../measuring/engines.js";
import { contender, measure } from "../measuring/measure.js";
import { bytesText } from "../render/progress.js";
import { type Loaded, loadSchema } from "../schemas/load.js";
import { chunksOf, type Input } from "../sources/source.js";

interface Options extends Omit<Input, "input"> {
  readonly schema: string;
  /** Seconds. */
  readonly time: number;
}

/** What is measured fits into memory. */
const MOST = 64 * 1024 * 1024;

interface Row {
  readonly name: string;
  readonly decode?: Speed;
  readonly encode?: Speed;
  readonly why?: string | undefined;
}

interface Speed {
  readonly messages: number;
  readonly bytes: number;
}

/** The messages of the input, each with its bytes; of what is too long, the first ones. */
async function read({ schema }: Loaded, input: Input, terminal: Terminal): Promise<[Uint8Array, unknown][]> {
  const found: [Uint8Array, unknown][] = [];
  const decoder = new Decoder(compile(schema));
  const chunks: Uint8Array[] = [];
  const ends: number[] = [];
  const values: unknown[] = [];
  const take = (messages: Iterable<unknown>): void => {
    for (const value of messages) {
      values.push(value);
      ends.push(decoder.offset);
    }
  };
  for await (const chunk of chunksOf(input, terminal)) {
    chunks.push(Uint8Array.from(chunk));
    take(decoder.push(chunk));
    if (decoder.offset < MOST) continue;
    terminal.note(`Measured are the first ${bytesText(decoder.offset)}.`);
    break;
  }
  if (decoder.offset < MOST) take(decoder.end());
  const all = Buffer.concat(chunks);
  values.forEach((value, i) => {
    found.push([all.subarray(ends[i - 1] ?? 0, ends[i]), value]);
  });
  return found;
}

export async function run(terminal: Terminal, options: Options, input: string | undefined): Promise<Exit | undefined> {
  const { io } = terminal;
  const loaded = await loadSchema(options.schema, io.cwd);
  const messages = await read(loaded, { ...options, input }, terminal);
  const wires = messages.map(([bytes]) => bytes);
  if (messages.length === 0) throw usage("there is no message in the input");
  const values = messages.map(([, value]) => value);
  const size = wires.reduce((sum, { length }) => sum + length, 0);
  const engines = await enginesOf(loaded.schema, wires);
  const lanes = engines.flatMap(({ name, decode, encode }) => [
    ...(decode ? [{ name, way: "decode" as const, run: contender(decode, wires) }] : []),
    ...(encode
      ? [{ name, way: "encode" as const, run: contender(encode as (value: unknown) => unknown, values) }]
      : []),
  ]);
  const live = io.stderr.isTTY === true && !terminal.json;
  const times = await measure(
    lanes.map(({ run: each }) => each),
    options.time,
    (done) => {
      io.interrupted.throwIfAborted();
      if (live) io.stderr.write(`\r\u001b[K${Math.ceil(options.time * Math.max(0, 1 - done))} s left`);
    },
  );
  if (live) io.stderr.write("\r\u001b[K");
  const speedOf = (name: string, way: "decode" | "encode"): Speed | undefined => {
    const took = times[lanes.findIndex((lane) => lane.name === name && lane.way === way)];
    return took === undefined ? undefined : { messages: (messages.length * 1000) / took, bytes: (size * 1000) / took };
  };
  const rows = engines.map(({ name, why }): Row => {
    const [decode, encode] = [speedOf(name, "decode"), speedOf(name, "encode")];
    return { name, ...(decode && { decode }), ...(encode && { encode }), why };
  });
  if (terminal.json) await terminal.writeJson({ messages: messages.length, bytes: size, engines: rows });
  else await terminal.write(`${several(messages.length, "message")}, ${bytesText(size)}\n\n${tableOf(rows)}`);
  return undefined;
}

/** Three significant digits and a unit. */
function rate(n: number): string {
  const [unit, by] = n >= 1e6 ? ["M", 1e6] : n >= 1e3 ? ["k", 1e3] : ["", 1];
  return `${Number((n / by).toPrecision(3))}${unit}`;
}

function tableOf(rows: readonly Row[]): string {
  const cells = (speed: Speed | undefined): [string, string] =>
    speed ? [rate(speed.messages), `${Number((speed.bytes / 1e6).toPrecision(3))}`] : ["", ""];
  const lines = [
    ["", "decode/s", "MB/s", "encode/s", "MB/s", ""],
    ...rows.map(({ name, decode, encode, why = "" }) => [name, ...cells(decode), ...cells(encode), why]),
  ];
  const widths = [0, 1, 2, 3, 4].map((i) => Math.max(...lines.map((line) => (line[i] as string).length)));
  const text = (line: readonly string[]): string =>
    line.map((cell, i) => (i === 0 ? cell.padEnd(widths[0] as number) : cell.padStart(widths[i] ?? 0))).join("  ");
  return lines.map((line) => `${text(line).trimEnd()}\n`).join("");
}
