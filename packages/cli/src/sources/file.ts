// Bytes of files, also of those that still grow.

import { createReadStream } from "node:fs";
import { open, readFile as readAll, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Failure } from "../failure.js";

const CHUNK = 256 * 1024;
/** How long to wait, in milliseconds, before looking whether a file has grown. */
const PAUSE = 100;

export const readFile = (path: string, signal: AbortSignal): AsyncIterable<Uint8Array> =>
  createReadStream(path, { signal, highWaterMark: CHUNK });

/** All of a file that was named on the command line. */
export async function wholeFile(shown: string, cwd: string): Promise<Buffer> {
  const path = resolve(cwd, shown);
  await demandFile(path, shown);
  return await readAll(path);
}

/** Refuses a directory by its name, which reading it would not say. */
export async function demandFile(path: string, shown: string): Promise<void> {
  if ((await stat(path)).isDirectory()) throw new Failure("io", `${shown}: is a directory`);
}

/** What is in the file and what is written behind it, until it is interrupted. */
export async function* follow(path: string, shown: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    for (let at = 0; ; ) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, at);
      at += bytesRead;
      if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
      else if ((await file.stat()).size < at) throw new Failure("io", `${shown}: was cut while it was followed`);
      else await setTimeout(PAUSE, undefined, { signal });
    }
  } finally {
    await file.close();
  }
}
