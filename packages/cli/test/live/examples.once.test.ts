// The examples of --help, with a port that is free, and somebody at the other end.

import { writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { connect } from "../../src/commands/connect.ts";
import { listen } from "../../src/commands/listen.ts";
import { proxy } from "../../src/commands/proxy.ts";
import { all, begin, dialed, folder, served } from "./support.ts";

/** The files that the examples name. */
function surroundings(): string {
  const cwd = folder();
  writeFileSync(join(cwd, "protocol.ts"), 'export { default as Message } from "./chat.ts";\n');
  writeFileSync(join(cwd, "hello.script"), "pingreq\n.expect pingreq\n");
  writeFileSync(join(cwd, "broker.script"), ".wait 1ms\n");
  writeFileSync(join(cwd, "slow.ts"), "export const message = async (m: object) => m;\n");
  return cwd;
}

/** The port of a server that gives back what it gets. */
async function echo(): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const lines = ({ examples }: typeof connect): string[] => examples.map(([line]) => line);

it.each(lines(connect))("%s", async (line) => {
  const cwd = surroundings();
  await served(join(cwd, "broker.sock"), (socket) => socket.pipe(socket));
  const client = begin(line.replace(/\b\d{4}$/, String(await echo())), cwd);
  client.stdin.end();
  expect((await client.ended).code).toBe(0);
});

it.each(lines(listen))("%s", async (line) => {
  const server = begin(line.replace(/\b\d{4}$/, "0"), surroundings());
  await server.stderr.saw(/listening/);
  server.stdin.end();
  expect((await server.ended).code).toBe(0);
});

it.each(lines(proxy))("%s", async (line) => {
  const ports = [0, await echo()];
  const command = `${line.replace(/\b\d{4}\b/g, () => String(ports.shift()))} --connections 1`;
  const between = begin(command, surroundings());
  const [, port] = await (line.includes("--json") ? between.stdout : between.stderr).saw(/127\.0\.0\.1:(\d+)/);
  const client = await dialed({ port: Number(port) });
  const sent = line.includes("resp") ? "*1\r\n$4\r\nPING\r\n" : "\xc0\0";
  client.end(sent, "latin1");
  expect((await all(client)).toString("latin1")).toBe(sent);
  const { code, stdout } = await between.ended;
  expect(stdout).toMatch(/pingreq|"direction":"up"/);
  expect(code).toBe(0);
});
