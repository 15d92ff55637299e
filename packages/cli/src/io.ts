// Law: data alone on stdout, everything else on stderr. A reader that has gone away ends the work quietly.

import { once } from "node:events";
import { resolve } from "node:path";
import type { Readable, Writable } from "node:stream";
import { asJson, asText, type Failure } from "./failure.js";
import { FileSink } from "./output.js";

/** A stream that may be a terminal. */
export interface Sink extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What a command has of the world around it. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Set off by the first Ctrl-C; what is under way then ends and says how far it came. */
  readonly interrupted: AbortSignal;
}

/** What every command understands. */
export interface Common {
  readonly json?: boolean;
  readonly color?: "auto" | "always" | "never";
  /** Where data goes instead of stdout; `-` is stdout itself. */
  readonly output?: string;
  /** Input that ends when somebody ends it. */
  readonly follow?: boolean;
  readonly listen?: string;
  readonly connect?: string;
}

/** Thrown to leave where nobody reads the output any more. */
export class Unread extends Error {
  override readonly name = "Unread";
}

/** Where a command writes: data, notes, and whether in colour. */
export class Terminal {
  readonly io: Io;
  readonly json: boolean;
  /** The file that data goes to; undefined for stdout. */
  readonly file: string | undefined;
  private readonly wants: Common["color"];
  private gone: Error | undefined;

  constructor(world: Io, { json = false, color = "auto", output = "-", follow, listen, connect }: Common) {
    this.file = output === "-" || output === "/dev/stdout" ? undefined : resolve(world.cwd, output);
    const endless = follow === true || listen !== undefined || connect !== undefined;
    const io = this.file === undefined ? world : { ...world, stdout: new FileSink(this.file, endless) };
    this.io = io;
    this.json = json;
    this.wants = color;
    io.stdout.on("error", (error: Error) => {
      this.gone ??= error;
    });
  }

  /** Whether what goes to this stream is coloured: `--color`, then NO_COLOR and FORCE_COLOR, then whether it is a terminal. */
  colors(stream: "stdout" | "stderr"): boolean {
    if (this.wants !== "auto") return this.wants === "always";
    const { NO_COLOR, FORCE_COLOR, TERM } = this.io.env;
    if (NO_COLOR) return false;
    if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
    return this.io[stream].isTTY === true && TERM !== "dumb";
  }

  /** Writes data; waits where the reader is slower. Throws {@link Unread} once the reader is gone. */
  async write(data: string | Uint8Array): Promise<void> {
    this.check();
    if (this.io.stdout.write(data)) return;
    await this.first("drain", "close");
    this.check();
  }

  /** Waits until all is written so far, so that it is known whether it can be. */
  async written(): Promise<void> {
    const failed = await new Promise((done) => this.io.stdout.write("", done));
    if (failed && !this.io.stdout.closed) await this.first("close");
    this.check();
  }

  /** Ends what was written; data in a file is there then. */
  async end(): Promise<void> {
    if (this.file === undefined || this.io.stdout.writableEnded) return;
    this.io.stdout.end();
    await this.first("finish", "close");
    if (this.gone) this.check();
  }

  /** Leaves the file that was to be written as it was. */
  async abandon(): Promise<void> {
    if (this.file === undefined || this.io.stdout.closed) return;
    this.io.stdout.destroy();
    await this.first("close");
  }

  /** Waits until stdout says one of these. */
  private async first(...events: readonly string[]): Promise<void> {
    const over = new AbortController();
    const { signal } = over;
    await Promise.race(events.map((event) => once(this.io.stdout, event, { signal }))).catch(() => {});
    over.abort();
  }

  /** One JSON value on a line of its own. */
  async writeJson(value: unknown): Promise<void> {
    await this.write(`${JSON.stringify(value)}\n`);
  }

  /** A note to the person, beside the data. */
  note(text: string): void {
    this.io.stderr.write(`${text}\n`);
  }

  /** What went wrong. */
  tell(failure: Failure): void {
    this.io.stderr.write(this.json ? `${JSON.stringify(asJson(failure))}\n` : asText(failure));
  }

  private check(): void {
    if (this.gone && (this.gone as NodeJS.ErrnoException).code !== "EPIPE") throw this.gone;
    if (this.gone || this.io.stdout.destroyed) throw new Unread();
  }
}
