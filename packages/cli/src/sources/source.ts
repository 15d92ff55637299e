// Where bytes come from. Law: a source gives chunks as they come and holds no more than one.

import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import type { Io } from "../io.js";
import { fromHex } from "./hex.js";

/** What the command line says of the input. */
export interface Input {
  readonly input: string;
  readonly hex?: string;
}

/** The chunks of the input that the options name. */
export async function* chunksOf({ input, hex }: Input, io: Io): AsyncGenerator<Uint8Array> {
  if (hex !== undefined) yield fromHex(hex);
  else if (input === "-") yield* io.stdin;
  else yield* createReadStream(resolve(io.cwd, input), { signal: io.interrupted });
}
