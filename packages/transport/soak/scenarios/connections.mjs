// 10,000 connections: what an idle one costs, a round of echo to all, all closed.

import { listen } from "@wireform/transport";
import { count, descriptors, frame, frames, hold, memory, ms, scaled, scenario, Tally, until } from "../scenario.mjs";
import { startWorker } from "../worker.mjs";

scenario(async () => {
  const peers = scaled(10_000, 100);
  const ends = new Tally();
  const crowd = startWorker("crowd");
  const server = await listen(
    {
      port: 0,
      ...frames(),
      observe: (event) => event.type === "close" && ends.add(event.closed.reason),
    },
    (peer) => void peer.onMessage((message) => void peer.send(message)),
  );

  // What only the first connections cost.
  await crowd.open({ port: server.port, count: 100 });
  await crowd.close({ how: "FIN" });
  await until(() => server.counters.open === 0, 5000, "the first 100 are gone");
  const before = { ...(await memory()), descriptors: descriptors() };

  const opening = await crowd.open({ port: server.port, count: peers });
  await until(() => server.counters.open === peers, 30_000, "all are accepted");
  const idle = await memory();
  const heapEach = (idle.used - before.used) / peers;
  const rssEach = (idle.rss - before.rss) / peers;
  hold(heapEach <= 6 * 1024, `an idle connection costs ${count(heapEach)} bytes of heap, more than 6 KiB`);

  const hello = frame(32);
  const echoing = await crowd.exchange({ bytes: hello });
  const closing = await crowd.close({ how: "FIN" });
  await until(
    () => server.counters.open === 0,
    30_000,
    () => `all are gone: ${server.counters.open} are left`,
  );
  hold(ends.counts.end === peers + 100, `not all ended well: ${ends}`);
  await server.close();
  hold(descriptors() <= before.descriptors, `${descriptors() - before.descriptors} descriptors are left`);
  return (
    `${count(peers)} connected in ${ms(opening)}, idle ${count(heapEach)} bytes of heap each (rss ${count(rssEach)}), ` +
    `echo to all in ${ms(echoing)}, all closed in ${ms(closing)}`
  );
});
