// 5,000 peers that send a byte a second: all are cut by the message deadline, and a good peer hardly notices.

import { listen } from "@wireform/transport";
import { count, frame, frames, hold, ms, pause, quantile, scaled, scenario, seconds, Tally } from "../scenario.mjs";
import { startWorker } from "../worker.mjs";

scenario(async () => {
  const peers = scaled(5000, 100);
  const deadline = 8000;
  const ends = new Tally();
  const lives = [];
  const opened = new Map();
  const crowd = startWorker("crowd");
  const client = startWorker("client");
  const server = await listen(
    {
      port: 0,
      ...frames(),
      timeouts: { messageDeadline: deadline },
      closeTimeout: 1000,
      observe: ({ type, connection, closed }) => {
        if (type === "open") opened.set(connection.id, performance.now());
        if (type !== "close") return;
        ends.add(closed.reason);
        if (closed.reason === "timeout") lives.push(performance.now() - opened.get(connection.id));
        opened.delete(connection.id);
      },
    },
    (peer) => void peer.onMessage((message) => void peer.send(message)),
  );

  const serve = async (body) => {
    await client.startPinging({ port: server.port, gap: 2 });
    await body();
    return await client.stopPinging();
  };
  const quiet = () => serve(() => pause(scaled(4000, 2000)));
  const before = await quiet();
  const wire = frame(64);
  await crowd.open({ port: server.port, count: peers, first: wire.subarray(0, 1) });
  await crowd.drip({ bytes: wire.subarray(1) });
  const among = await serve(() => crowd.gone());
  await crowd.close({ how: "RST" });

  hold(ends.counts.timeout === peers, `not all were cut by the deadline: ${ends}`);
  const [first, last] = [quantile(lives, 0), quantile(lives, 1)];
  hold(first >= deadline - 50, `one was cut after ${ms(first)} already`);
  hold(last <= deadline * 1.1 + 1000, `one was cut after ${ms(last)} only`);
  const after = await quiet();
  const alone = Math.max(before.p99, after.p99);
  hold(among.p99 <= Math.max(2 * alone, 50), `a good peer's p99 went from ${ms(alone)} to ${ms(among.p99)}`);
  await server.close();
  return (
    `${count(peers)} cut after ${seconds(first)} to ${seconds(last)} (deadline ${seconds(deadline)}), ` +
    `a good peer's p99 ${ms(alone)} alone, ${ms(among.p99)} among them (${count(among.count)} echoes)`
  );
});
