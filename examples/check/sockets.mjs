// socat and ncat against the echo server, over TCP, TLS and Unix sockets; processes that share a port.

import { strictEqual as equal, deepStrictEqual as same } from "node:assert";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { compile, string, until as untilBytes } from "@wireform/codec";
import { connect } from "@wireform/transport";
import { check, run, scratch, startExample } from "./harness.mjs";

const line = compile(string(untilBytes("\n")));

/** Lines of every length, more than fits the buffers of both sides. */
const lines = (small) =>
  Buffer.from(
    Array.from({ length: small ? 2000 : 20_000 }, (_, i) => `${i} ${randomBytes(i % 97).toString("hex")}\n`).join(""),
  );

const echoes = async (program, args, input) => {
  const back = await run(program, args, { input, encoding: "buffer" });
  equal(back.length, input.length);
  equal(Buffer.compare(back, input), 0);
};

export async function checkSockets({ small }) {
  const input = lines(small);

  // Their input ends long before ours: the echo of the rest only arrives if half-close works.
  await check("socat: half-close over TCP, every byte comes back", ["socat"], async () => {
    const { port } = await startExample("echo-server.mjs", "0");
    await echoes("socat", ["-t10", "-", `TCP:127.0.0.1:${port}`], input);
  });
  await check("ncat: half-close over TCP, every byte comes back", ["ncat"], async () => {
    const { port } = await startExample("echo-server.mjs", "0");
    await echoes("ncat", ["127.0.0.1", String(port)], input);
  });
  await check("socat: a Unix socket", ["socat"], async () => {
    const { address } = await startExample("echo-server.mjs", join(scratch, "a.sock"));
    await echoes("socat", ["-t10", "-", `UNIX-CONNECT:${address}`], input);
  });
  await check("ncat: a Unix socket", ["ncat"], async () => {
    const { address } = await startExample("echo-server.mjs", join(scratch, "b.sock"));
    await echoes("ncat", ["-U", address], input);
  });
  await check("socat: TLS", ["socat", "openssl"], async () => {
    const [key, cert] = [join(scratch, "key.pem"), join(scratch, "cert.pem")];
    const subject = ["-subj", "/CN=localhost", "-days", "2", "-keyout", key, "-out", cert];
    await run("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...subject]);
    const { port } = await startExample("echo-server.mjs", "0", key, cert);
    await echoes("socat", ["-t10", "-", `OPENSSL:127.0.0.1:${port},cafile=${cert},commonname=localhost`], input);
  });
  await check("ncat: a line without its end is never echoed", ["ncat"], async () => {
    const { port } = await startExample("echo-server.mjs", "0");
    equal(await run("ncat", ["127.0.0.1", String(port)], { input: "whole\nhal" }), "whole\n");
  });

  await check("a server across cluster workers", [], async () => {
    const { port } = await startExample("cluster.mjs", "0", "2");
    const answers = new Set();
    for (let i = 0; i < 8; i++) {
      const peer = await connect({ port, receive: line, send: line });
      await peer.send("hello");
      await peer.finish();
      const said = [];
      for await (const text of peer) said.push(text);
      equal(said.length, 1);
      answers.add(said[0]);
    }
    same([...answers].sort(), ["worker 1: hello", "worker 2: hello"]);
  });
}
