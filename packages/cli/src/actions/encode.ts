// Values to bytes.

import { compile, type EncodeError, type Key } from "@wireform/codec";
import { fromJson } from "@wireform/codec/json";
import { type Exit, Failure, usage } from "../failure.js";
import type { Terminal } from "../io.js";
import { type BytesFormat, BytesWriter } from "../render/bytes.js";
import { parsePath, withValueAt } from "../render/paths.js";
import { Progress } from "../render/progress.js";
import { limitsOf } from "../schemas/limits.js";
import { loadSchema } from "../schemas/load.js";
import { JsonReader, type Parsed } from "../sources/json.js";
import { openSource } from "../sources/source.js";
import { Afresh } from "./afresh.js";

interface Options {
  readonly schema: string;
  readonly maxMessageSize?: number;
  readonly value?: string;
  readonly set?: readonly string[];
  readonly format?: BytesFormat;
}

export async function run(terminal: Terminal, options: Options, input: string | undefined): Promise<Exit | undefined> {
  const { schema } = await loadSchema(options.schema, terminal.io.cwd);
  const codec = compile(schema, { limits: limitsOf(options) });
  const { default: json5 } = await import("json5");
  const changes = (options.set ?? []).map((text) => changeOf(text, json5.parse));
  const plainly = (json: unknown): Uint8Array => codec.encode(fromJson(schema, json));
  const encode = changes.length === 0 ? plainly : changing(plainly, changes);
  const encodeAll = function* (values: Iterable<Parsed>): Generator<Uint8Array> {
    for (const { value, line } of values)
      try {
        yield encode(value);
      } catch (error) {
        if ((error as Error).name !== "EncodeError") throw error;
        throw new Failure("encode", `line ${line}: ${(error as Error).message}`, undefined, error);
      }
  };
  const writer = new BytesWriter(terminal, options.format);
  if (options.value !== undefined && input !== undefined) throw usage("--value stands instead of an input");
  // Nobody has typed values that are to be changed: one is made from nothing.
  if (options.value !== undefined) await writer.all([encode(parsed(options.value, json5.parse))]);
  else if (input === undefined && options.set && terminal.io.stdin.isTTY) await writer.all([encode({})]);
  else {
    const reader = new JsonReader();
    let values = 0;
    const counted = function* (some: Iterable<Parsed>): Generator<Parsed> {
      for (const each of some) {
        values++;
        yield each;
      }
    };
    const { chunks, size } = await openSource({ input }, terminal);
    const progress = new Progress(terminal, size);
    try {
      for await (const chunk of chunks) {
        await writer.all(encodeAll(counted(reader.push(chunk))));
        progress.add(chunk.length);
      }
      await writer.all(encodeAll(counted(reader.end())));
    } finally {
      progress.end();
    }
    // So it is where nothing was piped in.
    if (values === 0 && input === undefined && options.set) await writer.all([encode({})]);
  }
  return undefined;
}

function parsed(text: string, parse: (text: string) => unknown): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new Failure("encode", `--value is no JSON: ${(error as Error).message}`, undefined, error);
  }
}

/** A value to put somewhere, and what it may mean: JSON, or else the text that it is. */
interface Change {
  readonly keys: readonly Key[];
  readonly readings: readonly unknown[];
}

function changeOf(text: string, parse: (text: string) => unknown): Change {
  const at = text.indexOf("=");
  if (at < 0) throw usage(`--set takes path=value; got ${JSON.stringify(text)}`);
  const keys = parsePath(text.slice(0, at));
  const given = text.slice(at + 1);
  try {
    return { keys, readings: [parse(given), given] };
  } catch {
    return { keys, readings: [given] };
  }
}

/** Encodes values with the changes made. Of what a change may mean, the first that can be encoded counts. */
function changing(encode: (json: unknown) => Uint8Array, changes: readonly Change[]): (json: unknown) => Uint8Array {
  const indexOf = (keys: readonly Key[]): number =>
    changes.findIndex((change) => change.keys.every((key, i) => key === keys[i]));
  return (json) => {
    const readings = changes.map((change) => [...change.readings]);
    const refused = new Map<number, unknown>();
    const afresh = new Afresh(encode, (keys) => indexOf(keys) >= 0);
    for (;;) {
      const put = changes.reduce((at, { keys }, i) => withValueAt(at, keys, readings[i]?.[0]), json);
      try {
        return afresh.encode(put);
      } catch (error) {
        const { name, keys } = error as EncodeError;
        const by = name === "EncodeError" ? indexOf(keys) : -1;
        if (!refused.has(by)) refused.set(by, error);
        readings[by]?.shift();
        if (!readings[by]?.length) throw refused.get(by);
      }
    }
  };
}
