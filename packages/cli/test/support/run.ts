// Runs a command in this process, with streams of its own.

import { PassThrough, Writable } from "node:stream";
import type { Io } from "../../src/io.ts";
import { run } from "../../src/program.ts";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly bytes: Uint8Array;
}

export interface Surroundings {
  readonly stdin?: string | Uint8Array;
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  readonly interrupted?: AbortSignal;
}

class Kept extends Writable {
  readonly chunks: Buffer[] = [];
  readonly columns = 100;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk);
    done();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

export async function wireform(argv: readonly string[], around: Surroundings = {}): Promise<Ran> {
  const [stdout, stderr, stdin] = [new Kept(), new Kept(), new PassThrough()];
  stdin.end(around.stdin ?? "");
  const io: Io = {
    stdin,
    stdout,
    stderr,
    env: around.env ?? {},
    cwd: around.cwd ?? import.meta.dirname,
    interrupted: around.interrupted ?? new AbortController().signal,
  };
  const code = await run(argv, io);
  return { code, stdout: stdout.bytes.toString(), stderr: stderr.bytes.toString(), bytes: stdout.bytes };
}
