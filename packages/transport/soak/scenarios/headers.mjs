// 10,000 headers that announce the most that is allowed, and then as many that announce more: no memory follows.

import { listen } from "@wireform/transport";
import { count, frames, headerSize, hold, memory, scaled, scenario, Tally, until } from "../scenario.mjs";
import { startWorker } from "../worker.mjs";

scenario(async () => {
  const peers = scaled(10_000, 200);
  const largest = 8 * 1024 * 1024;
  const ends = new Tally();
  const crowd = startWorker("crowd");
  const server = await listen(
    {
      port: 0,
      ...frames(largest),
      closeTimeout: 500,
      observe: (event) => event.type === "close" && ends.add(event.closed.reason),
    },
    (peer) => void peer.onMessage(() => {}),
  );
  const header = (size) => {
    const wire = Buffer.alloc(headerSize);
    wire.writeUInt32BE(size);
    return wire;
  };

  await crowd.open({ port: server.port, count: peers });
  await until(() => server.counters.open === peers, 30_000, "all are accepted");
  const before = await memory();
  await crowd.write({ bytes: header(largest - headerSize) });
  await until(() => server.counters.bytesReceived === peers * headerSize, 30_000, "all headers have arrived");
  const after = await memory();
  const used = (after.used - before.used) / peers;
  const rss = (after.rss - before.rss) / peers;
  hold(used <= 2048, `a header costs ${count(used)} bytes, more than 2 KiB`);
  hold(rss <= 10 * 1024, `a header costs ${count(rss)} bytes of rss, more than 10 KiB`);
  hold(server.counters.open === peers, `an allowed header was refused: ${ends}`);
  await crowd.close({ how: "FIN" });
  await until(() => server.counters.open === 0, 30_000, "all are gone");
  hold(ends.counts.truncated === peers, `not all were cut inside a message: ${ends}`);

  await crowd.open({ port: server.port, count: peers, first: header(largest) });
  await until(
    () => ends.total === 2 * peers || server.counters.open === 0,
    30_000,
    () => `all are refused: ${ends}`,
  );
  await crowd.close({ how: "FIN" });
  await until(() => server.counters.open === 0, 30_000, "all are gone");
  hold(ends.counts.limit === peers, `not all were refused at the header: ${ends}`);
  await server.close();
  return (
    `${count(peers)} headers announcing 8 MiB cost ${count(used)} bytes each (rss ${count(rss)}), ` +
    `${count(peers)} announcing more: ${count(ends.counts.limit)} limit`
  );
});
