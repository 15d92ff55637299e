// Peers that speak something else, in both directions: the error names what they seem to speak, and noise is an error
// like any other.

import * as http from "node:http";
import * as net from "node:net";
import * as tls from "node:tls";
import { compile, magic, string, struct, u8, u32 } from "@wireform/codec";
import { connect, listen } from "@wireform/transport";
import { count, frames, hold, megabytes, memory, scaled, scenario, Tally, until } from "../scenario.mjs";
import { startWorker } from "../worker.mjs";

const marked = compile(struct({ magic: magic("WIRE"), version: u8, text: string(u32) }));
/** Two protocols that a stranger may knock at: one begins with a length, one with a mark. */
const protocols = { "length first": frames(), "magic first": { receive: marked, send: marked } };

const said = (text) => Buffer.from(text, "latin1");
const strangers = {
  HTTP: [said("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), /look like an HTTP request/],
  "HTTP/2": [said("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), /look like an HTTP\/2 request/],
  TLS: [Buffer.from("160301020001000001fc0303", "hex"), /look like TLS/],
  SSH: [said("SSH-2.0-OpenSSH_9.2p1\r\n"), /look like SSH/],
  zeros: [Buffer.alloc(4096), /look like nothing but zeros/],
  ones: [Buffer.alloc(4096, 0xff), /./],
};

scenario(async () => {
  const each = scaled(1000, 50);
  const noise = scaled(1000, 50);
  const crowd = startWorker("crowd");
  const total = new Tally();
  for (const [name, codecs] of Object.entries(protocols)) {
    let ends = [];
    let messages = 0;
    const server = await listen(
      {
        port: 0,
        ...codecs,
        // Noise may begin with a length that is allowed.
        timeouts: { messageDeadline: 2000 },
        observe: (event) => event.type === "close" && ends.push(event.closed),
      },
      (peer) => void peer.onMessage(() => messages++),
    );
    const { port } = server;
    const expect = (who, pattern) => {
      for (const { reason, error } of ends) {
        const refused = reason === "protocol" || reason === "limit";
        hold(refused && pattern.test(error.message), `${name}: ${who} ended with ${reason}: ${error?.message}`);
        total.add(reason);
      }
      ends = [];
    };
    for (const [who, [bytes, pattern]] of Object.entries(strangers)) {
      await crowd.say({ port, bytes, count: each });
      await until(
        () => ends.length === each,
        10_000,
        () => `${ends.length} of ${each} ends of ${who}`,
      );
      expect(who, pattern);
    }

    // The real ones, who must not be left waiting.
    await new Promise((resolve) => http.get({ port, host: "127.0.0.1" }).on("error", resolve));
    await new Promise((resolve) => tls.connect({ port, host: "127.0.0.1" }).on("error", resolve));
    await until(() => ends.length === 2, 10_000, "the end of real HTTP and TLS clients");
    expect("a real client", /look like (an HTTP request|TLS)/);

    const before = await memory();
    await crowd.say({ port, random: 64 * 1024, count: noise });
    await until(() => server.counters.open === 0, 10_000, "all noise is refused");
    for (const { reason } of ends) hold(reason !== "end", `${name}: noise ended well`);
    for (const { reason } of ends) total.add(reason);
    const grown = (await memory()).used - before.used;
    hold(grown < 8 * 1024 * 1024, `${name}: noise costs ${megabytes(grown)}`);
    hold(messages === 0, `${name}: ${messages} messages were made of noise`);
    await server.close();
  }
  const clients = await answered();
  return (
    `HTTP, HTTP/2, TLS, SSH, zeros and ones ${count(each)} times each, ${count(noise)} times 64 KiB of noise, ` +
    `before ${Object.keys(protocols).join(" and ")}: ${total}, the known ones named; ${clients} foreign servers named by our client`
  );
});

/** Our client before servers of something else. */
async function answered() {
  const servers = [
    ["SSH-2.0-OpenSSH_9.2p1\r\n", /look like SSH/],
    ["HTTP/1.1 400 Bad Request\r\n\r\n", /look like an HTTP answer/],
    ["220 mail.example ESMTP\r\n", /look like the greeting of an SMTP or FTP server/],
  ];
  for (const [greeting, pattern] of servers) {
    const server = net.createServer((socket) => socket.on("error", () => {}).end(greeting));
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const peer = await connect({ port: server.address().port, ...frames() });
    peer.onMessage(() => {});
    const { reason, error } = await peer.closed;
    hold(pattern.test(error?.message), `${JSON.stringify(greeting)} ended with ${reason}: ${error?.message}`);
    server.close();
  }
  return servers.length;
}
