// How the bytes of messages are written.

import type { Terminal } from "../io.js";

export type BytesFormat = "raw" | "hex" | "base64";

/** Bytes are gathered up to so many, so that a chunk of small messages is written at once. */
const GATHERED = 65536;

/** Writes messages' bytes; as text, each on a line of its own. Nobody wants raw bytes on a terminal without asking. */
export class BytesWriter {
  private readonly terminal: Terminal;
  private readonly form: BytesFormat;
  private parts: Uint8Array[] = [];
  private size = 0;

  constructor(terminal: Terminal, format: BytesFormat | undefined) {
    this.terminal = terminal;
    this.form = format ?? (terminal.io.stdout.isTTY ? "hex" : "raw");
  }

  /** Writes all that `messages` gives, also what it gave before it threw. */
  async all(messages: Iterable<Uint8Array>): Promise<void> {
    try {
      for (const each of messages) {
        const part = this.form === "raw" ? each : Buffer.from(`${Buffer.from(each).toString(this.form)}\n`);
        this.parts.push(part);
        this.size += part.length;
        if (this.size >= GATHERED) await this.flush();
      }
    } finally {
      await this.flush();
    }
  }

  private async flush(): Promise<void> {
    const { parts } = this;
    if (parts.length === 0) return;
    this.parts = [];
    this.size = 0;
    await this.terminal.write(parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts));
  }
}
