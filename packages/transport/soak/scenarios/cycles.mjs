// A million connections, each opened, used once and closed, in blocks: memory on both sides does not grow with their
// number. Most go over a Unix socket, which is quicker, and whose system keeps nothing of a connection that is closed.

import { tmpdir } from "node:os";
import { join } from "node:path";
import { listen } from "@wireform/transport";
import { count, descriptors, frames, hold, megabytes, memory, scaled, scenario, seconds } from "../scenario.mjs";
import { startWorker } from "../worker.mjs";

/** Bytes for each connection, by least squares. */
function slope(points) {
  const n = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n;
  let above = 0;
  let below = 0;
  for (const [x, y] of points) {
    above += (x - meanX) * (y - meanY);
    below += (x - meanX) ** 2;
  }
  return above / below;
}

scenario(async () => {
  const wanted = scaled(1_000_000, 10_000);
  const budget = scaled(900_000, 30_000);
  const block = Math.max(1000, wanted / 100);
  const enough = 10;
  const codecs = frames();
  const echo = (peer) => void peer.onMessage((message) => void peer.send(message));
  const path = join(tmpdir(), `wireform-soak-${process.pid}.sock`);
  const servers = [await listen({ port: 0, ...codecs }, echo), await listen({ path, ...codecs }, echo)];
  const client = startWorker("client");
  const serverMemory = [];
  const clientMemory = [];
  let done = 0;
  let retried = 0;
  let openDescriptors = 0;
  const start = performance.now();
  while (done < enough * block || (done < wanted && performance.now() - start < budget)) {
    const result = await client.cycles({ port: servers[0].port, path, count: block });
    done += block;
    retried += result.retried;
    clientMemory.push([done, result.used]);
    serverMemory.push([done, (await memory()).used]);
    if (serverMemory.length === 5) openDescriptors = descriptors();
  }
  const took = performance.now() - start;
  const figures = [];
  for (const [side, points] of [
    ["server", serverMemory],
    ["client", clientMemory],
  ]) {
    // The first blocks fill pools and compile; 256 KiB in all, and half a byte each, are the noise of measuring.
    const settled = points.slice(Math.floor(points.length / 5));
    const each = slope(settled);
    const grown = each * (done - settled[0][0]);
    figures.push(`${side} ${megabytes(settled[0][1])} → ${megabytes(settled.at(-1)[1])} (${each.toFixed(2)} B each)`);
    hold(grown <= 256 * 1024 + 0.5 * done, `memory grows with connections: ${figures.join(", ")}`);
  }
  const accepted = servers.reduce((sum, server) => sum + server.counters.accepted, 0);
  hold(accepted >= done, `${accepted} accepted of ${done}`);
  hold(descriptors() <= openDescriptors, `${descriptors() - openDescriptors} descriptors are left`);
  await Promise.all(servers.map((server) => server.drain(1000)));
  const reached = done < wanted ? ` of ${count(wanted)} (no more fit ${seconds(budget)})` : "";
  const resting = retried > 0 ? `, ${count(retried)} had to wait for a port` : "";
  return `${count(done)} cycles${reached}, ${count((done / took) * 1000)} a second${resting}; ${figures.join(", ")}`;
});
