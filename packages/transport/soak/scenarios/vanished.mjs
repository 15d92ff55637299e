// A peer whose link goes down says nothing more, not even goodbye: it is found by the heartbeat, idle and in the middle
// of a stream, and by the write stall alone. Two network namespaces of our own, joined by a cable that can be pulled.

import { spawnSync } from "node:child_process";
import { hold, ms, pause, Skipped, scenario } from "../scenario.mjs";
import { startWorker } from "../worker.mjs";

const ip = (...args) => spawnSync("ip", args, { encoding: "utf8" });
const here = `wireform-${process.pid}-a`;
const there = `wireform-${process.pid}-b`;

function lay() {
  const steps = [
    ["netns", "add", here],
    ["netns", "add", there],
    ["-n", here, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", there],
    ["-n", here, "addr", "add", "198.18.0.1/30", "dev", "cable"],
    ["-n", there, "addr", "add", "198.18.0.2/30", "dev", "cable"],
    ["-n", here, "link", "set", "cable", "up"],
    ["-n", there, "link", "set", "cable", "up"],
  ];
  for (const step of steps) {
    const { status, stderr, error } = ip(...step);
    if (status !== 0) throw new Skipped(`no network namespace here: ip ${step.join(" ")}: ${error ?? stderr.trim()}`);
  }
}

function clear() {
  ip("netns", "del", here);
  ip("netns", "del", there);
}
process.on("exit", clear);

scenario(async () => {
  lay();
  const [interval, misses, writeStall] = [500, 3, 2000];
  const within = { idle: interval * (misses + 1), "mid-write": interval * (misses + 1), other: writeStall };
  const watcher = startWorker("watcher", { inside: ["ip", "netns", "exec", here] });
  const answer = startWorker("answer", { inside: ["ip", "netns", "exec", there] });
  try {
    const host = "198.18.0.1";
    const ports = await watcher.listen({ host, interval, misses, writeStall });
    const each = 5;
    for (const port of Object.values(ports)) await answer.start({ host, port, count: each });
    // While the link is up nobody is taken for dead, not even after more silence than is allowed.
    await pause(within.idle + interval);
    const { open, ended } = await watcher.state();
    hold(open === 3 * each && ended === 0, `with the link up, ${open} are open and ${ended} were given up`);

    const down = await watcher.now();
    ip("-n", there, "link", "set", "cable", "down");
    const ends = await watcher.ends({ count: 3 * each, milliseconds: 12_000 });
    const slowest = {};
    for (const { name, at, reason } of ends) {
      hold(reason === "timeout", `${name}: ${reason}`);
      slowest[name] = Math.max(slowest[name] ?? 0, at - down);
    }
    for (const [name, took] of Object.entries(slowest)) {
      const allowed = (within[name] ?? within.other) + 1000;
      hold(took <= allowed, `${name}: found after ${ms(took)}, not within ${ms(allowed)}`);
    }
    const figures = Object.entries(slowest).map(([name, took]) => `${name} ${ms(took)}`);
    return `${3 * each} peers with the link down: ${figures.join(", ")} (${misses} misses of ${interval} ms; writeStall ${ms(writeStall)})`;
  } finally {
    watcher.stop();
    answer.stop();
  }
});
