// Commands that talk to each other, or to a server of the test, over a Unix socket of their own.

import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { onTestFinished } from "vitest";
import { sessionText, words } from "../support/golden.ts";
import { type Running, start } from "../support/run.ts";

/** A folder with the scripts and schemas of test/fixtures/live, for sockets too; gone when the test is done. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "wf-"));
  cpSync(resolve(import.meta.dirname, "../fixtures/live"), path, { recursive: true });
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Starts a command; interrupted when the test is done, so that nothing outlives it. */
export function begin(line: string, cwd: string): Running & { interrupt(): void } {
  const interruption = new AbortController();
  const running = start(words(line).slice(1), { cwd, interrupted: interruption.signal });
  onTestFinished(async () => {
    interruption.abort();
    running.stdin.end();
    await running.ended;
  });
  return { ...running, interrupt: () => interruption.abort() };
}

/** Starts what listens, then what connects, and gives the session of each. */
export async function together(cwd: string, ...lines: readonly string[]): Promise<string> {
  const running = [];
  for (const line of lines) {
    const command = begin(line, cwd);
    running.push(command);
    if (line !== lines.at(-1)) await command.stderr.saw(/listening/);
  }
  const all = await Promise.all(running.map(({ ended }) => ended));
  return lines.map((line, i) => sessionText(line, all[i] as Awaited<Running["ended"]>)).join("");
}

/** A server of the test's own. */
export async function served(path: string, handle: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    handle(socket);
  });
  await new Promise<void>((done) => server.listen(path, done));
  onTestFinished(() => void server.close());
  return server;
}

/** A client of the test's own. */
export async function dialed(path: string | { port: number }): Promise<Socket> {
  const to = typeof path === "string" ? { path } : path;
  const socket = createConnection({ ...to, allowHalfOpen: true });
  socket.on("error", () => {});
  onTestFinished(() => void socket.destroy());
  await new Promise<void>((done) => socket.once("connect", done));
  return socket;
}

/** Everything that comes until the other end is done. */
export async function all(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
