// Bytes of files, also of those that still grow.

import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { Failure } from "../failure.js";

const CHUNK = 256 * 1024;
/** How long to wait, in milliseconds, before looking whether a file has grown. */
const PAUSE = 100;

export const readFile = (path: string, signal: AbortSignal): AsyncIterable<Uint8Array> =>
  createReadStream(path, { signal, highWaterMark: CHUNK });

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
