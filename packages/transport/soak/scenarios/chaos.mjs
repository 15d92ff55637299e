// Peers that RST, FIN, babble, half-close, dawdle and abort at random for a minute, against a server that aborts too:
// a good peer is answered throughout, and afterwards nothing is left.

import { listen } from "@wireform/transport";
import {
  count,
  descriptors,
  frames,
  hold,
  megabytes,
  memory,
  ms,
  pause,
  scaled,
  scenario,
  seconds,
  Tally,
  timers,
  until,
} from "../scenario.mjs";
import { startWorker } from "../worker.mjs";

const handlers = [
  async (peer) => {
    for await (const message of peer) await peer.send(message);
  },
  (peer) => void peer.onMessage((message) => void peer.send(message)),
  async (peer) => {
    for await (const batch of peer.batches()) await peer.sendMany(batch);
  },
  (peer) => {
    setTimeout(() => peer.abort("a whim"), 10);
    peer.onMessage((message) => void peer.send(message));
  },
  async (peer) => {
    for await (const message of peer) {
      await peer.send(message);
      throw new Error("a handler that fails");
    }
  },
];

scenario(async () => {
  const milliseconds = scaled(60_000, 4000);
  const reasons = new Tally();
  let raging = false;
  let turn = 0;
  const server = await listen(
    {
      port: 0,
      ...frames(),
      closeTimeout: 500,
      timeouts: { messageDeadline: 2000, writeStall: 2000 },
      observe: (event) => event.type === "close" && reasons.add(event.closed.reason),
    },
    (peer) => handlers[raging ? turn++ % handlers.length : 0](peer),
  );
  const chaos = startWorker("chaos");
  const client = startWorker("client");
  await client.startPinging({ port: server.port, gap: 5 });
  await until(() => server.counters.open === 1, 5000, "the good peer is here");
  raging = true;

  const rage = (time, seed) => chaos.rage({ port: server.port, milliseconds: time, seed });
  const calm = async () => {
    await until(
      () => server.counters.open === 1,
      15_000,
      () => `${server.counters.open - 1} bad peers are left`,
    );
    await pause(50);
    return { ...(await memory()), descriptors: descriptors(), timers: timers() };
  };
  // Compiled code, pools and the tables of the runtime are there after a while; what comes on top would be a leak.
  await rage(Math.max(5000, milliseconds / 4), 1);
  const before = await calm();
  const { peers, deeds } = await rage(milliseconds, 2);
  const after = await calm();

  const { count: echoes, p99, max } = await client.stopPinging();
  hold(echoes > milliseconds / 500, `a good peer got ${echoes} answers only`);
  hold(max < 2000, `a good peer waited ${ms(max)} for an answer`);
  hold(after.descriptors <= before.descriptors, `${after.descriptors - before.descriptors} descriptors are left`);
  hold(after.timers <= before.timers, `${after.timers - before.timers} timers are left`);
  const allowed = before.used * 1.05 + 256 * 1024;
  hold(after.used <= allowed, `memory went from ${megabytes(before.used)} to ${megabytes(after.used)}`);
  hold(server.counters.errors === 0, `${server.counters.errors} errors of the listening socket`);
  await server.drain(1000);
  return (
    `${seconds(milliseconds)}, ${count(peers)} peers, ${count(deeds)} deeds (${reasons}); a good peer got ` +
    `${count(echoes)} answers, p99 ${ms(p99)}; descriptors ${before.descriptors} → ${after.descriptors}, timers ` +
    `${before.timers} → ${after.timers}, memory ${megabytes(before.used)} → ${megabytes(after.used)}`
  );
});
