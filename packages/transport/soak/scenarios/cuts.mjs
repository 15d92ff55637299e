// RST and FIN at every place of a message, 1,000 times each: every one is reported, none as success.

import { listen } from "@wireform/transport";
import { count, frame, frames, headerSize, hold, scaled, scenario, Tally, until } from "../scenario.mjs";
import { startWorker } from "../worker.mjs";

scenario(async () => {
  const trials = scaled(1000, 50);
  const wire = frame(96);
  const places = {
    0: 0,
    1: 1,
    "header-1": headerSize - 1,
    header: headerSize,
    middle: wire.length / 2,
    "end-1": wire.length - 1,
  };
  let reasons = new Tally();
  let loops = new Tally();
  const greeting = new Uint8Array(1);
  const readers = [
    async (peer) => {
      for await (const message of peer) loops.add(`message of ${message.length}`);
    },
    async (peer) => {
      for await (const batch of peer.batches()) loops.add(`batch of ${batch.length}`);
    },
  ];
  let turn = 0;
  const server = await listen(
    { port: 0, ...frames(), observe: (event) => event.type === "close" && reasons.add(event.closed.reason) },
    async (peer) => {
      void peer.send(greeting);
      try {
        await readers[turn++ % readers.length](peer);
        loops.add("finished");
      } catch (error) {
        loops.add(error.code);
        throw error;
      }
    },
  );
  const crowd = startWorker("crowd");
  const all = { RST: new Tally(), FIN: new Tally() };
  for (const how of ["RST", "FIN"]) {
    for (const [place, length] of Object.entries(places)) {
      reasons = new Tally();
      loops = new Tally();
      await crowd.cut({ port: server.port, count: trials, bytes: wire.subarray(0, length), how });
      const where = `${how} at ${place}`;
      await until(
        () => reasons.total >= trials,
        10_000,
        () => `${where}: all are reported: ${reasons}`,
      );
      const expected =
        length === 0
          ? how === "FIN"
            ? ["end"]
            : ["end", "reset"]
          : how === "FIN"
            ? ["truncated"]
            : ["truncated", "reset"];
      for (const reason of Object.keys(reasons.counts)) hold(expected.includes(reason), `${where}: ${reasons}`);
      hold(reasons.total === trials, `${where}: ${reasons.total} reports of ${trials}`);
      // What the loop over the messages tells is what `closed` tells.
      const finished = loops.counts.finished ?? 0;
      hold(loops.total === trials && finished === (reasons.counts.end ?? 0), `${where}: ${loops}, but ${reasons}`);
      for (const [reason, n] of Object.entries(reasons.counts)) {
        for (let i = 0; i < n; i++) all[how].add(length === 0 ? `${reason} at 0` : reason);
      }
    }
  }
  await server.close();
  return `${count(12 * trials)} cuts; RST: ${all.RST}; FIN: ${all.FIN}`;
});
