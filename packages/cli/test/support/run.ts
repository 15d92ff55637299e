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
  /** Whether its output goes to a terminal. */
  readonly terminal?: boolean;
  /** Whether its input comes from one. */
  readonly typed?: boolean;
}

class Kept extends Writable {
  isTTY = false;
  readonly chunks: Buffer[] = [];
  readonly columns = 100;
  private looking: (() => void)[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk);
    for (const look of this.looking.splice(0)) look();
    done();
  }

  /** Resolves with what `pattern` matches as soon as it was written. */
  async saw(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.bytes.toString());
      if (found) return found;
      await new Promise<void>((resolve) => this.looking.push(resolve));
    }
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

/** A command that is still running. */
export interface Running {
  readonly stdin: PassThrough;
  readonly stdout: Kept;
  readonly stderr: Kept;
  readonly ended: Promise<Ran>;
}

/** Starts a command; what is written to its standard input is the caller's. */
export function start(argv: readonly string[], around: Omit<Surroundings, "stdin"> = {}): Running {
  const [stdout, stderr, stdin] = [new Kept(), new Kept(), new PassThrough()];
  stdout.isTTY = stderr.isTTY = around.terminal === true;
  const io: Io = {
    stdin: Object.assign(stdin, { isTTY: around.typed === true }),
    stdout,
    stderr,
    env: around.env ?? {},
    cwd: around.cwd ?? import.meta.dirname,
    interrupted: around.interrupted ?? new AbortController().signal,
  };
  const ended = run(argv, io).then((code) => ({
    code,
    stdout: stdout.bytes.toString(),
    stderr: stderr.bytes.toString(),
    bytes: stdout.bytes,
  }));
  return { stdin, stdout, stderr, ended };
}

export async function wireform(argv: readonly string[], { stdin, ...around }: Surroundings = {}): Promise<Ran> {
  const running = start(argv, around);
  running.stdin.end(stdin ?? "");
  return await running.ended;
}
