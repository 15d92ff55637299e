// How the bytes of messages are written.

import type { Terminal } from "../io.js";

export type BytesFormat = "raw" | "hex" | "base64";

/** Writes a message's bytes; as text, on a line of their own. Nobody wants raw bytes on a terminal without asking. */
export function bytesWriter(terminal: Terminal, format: BytesFormat | undefined): (bytes: Uint8Array) => Promise<void> {
  const form = format ?? (terminal.io.stdout.isTTY ? "hex" : "raw");
  return (bytes) => terminal.write(form === "raw" ? bytes : `${Buffer.from(bytes).toString(form)}\n`);
}
