// What a scenario is made of: a server measured in this process, peers in others, and one line that says how it went.

import { readdirSync } from "node:fs";
import { bytes, check, compile, u32 } from "@wireform/codec";

const scale = Number(process.env.WIREFORM_SOAK_SCALE ?? 1);

/** So many of the full count as the scale says, but at least so many. */
export const scaled = (full, least = 1) => Math.min(full, Math.max(least, Math.round(full * scale)));

const uncaught = [];
process.on("uncaughtException", (error) => uncaught.push(error));
process.on("unhandledRejection", (error) => uncaught.push(error));

// Whoever stops it early still gets what it made cleared away.
process.once("SIGTERM", () => process.exit(1));
process.once("SIGINT", () => process.exit(1));

/** Runs the scenario: it answers its figures, throws what failed, or a Skipped. */
export async function scenario(body) {
  try {
    const figures = await body();
    hold(uncaught.length === 0, `${uncaught.length} uncaught: ${uncaught[0]?.stack}`);
    console.log(`${figures}; 0 uncaught`);
    process.exit(0);
  } catch (error) {
    console.log(error instanceof Skipped ? error.message : (error.stack ?? error));
    process.exit(error instanceof Skipped ? 77 : 1);
  }
}

/** This machine cannot show it. */
export class Skipped extends Error {}

/** Fails the scenario unless what must be so is so. */
export function hold(so, otherwise) {
  if (!so) throw new Error(otherwise);
}

/** Waits until something is so; fails after so many milliseconds. */
export async function until(isSo, milliseconds, what) {
  const end = performance.now() + milliseconds;
  while (!isSo()) {
    hold(performance.now() < end, `${typeof what === "function" ? what() : what}: not within ${milliseconds} ms`);
    await pause(5);
  }
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Memory after a thorough collection, in bytes. */
export async function memory() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await pause(10);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, used: heapUsed + external };
}

/** Open descriptors of this process; 0 where that cannot be known. */
export const descriptors = () => (process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0);

/** Timers that would keep this process going, one's own pause included. */
export const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

export const headerSize = 4;

/** The protocol of the scenarios: a u32 length and as many bytes, at least one. */
export function frames(maxMessageSize = 8 * 1024 * 1024) {
  const codec = compile(
    check(bytes(u32), ({ length }) => length > 0, "not empty"),
    { limits: { maxMessageSize } },
  );
  return { receive: codec, send: codec };
}

/** One message on the wire. */
export function frame(size, fill = 0x61) {
  const wire = Buffer.alloc(headerSize + size, fill);
  wire.writeUInt32BE(size);
  return wire;
}

/** Counts how often each thing was said. */
export class Tally {
  counts = {};
  total = 0;
  add(name) {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
    this.total++;
  }
  toString() {
    const entries = Object.entries(this.counts).sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.map(([name, n]) => `${count(n)} ${name}`).join(", ") || "none";
  }
}

export const count = (n) => Math.round(n).toLocaleString("en-US");
export const ms = (n) => (n < 10 ? `${n.toFixed(1)} ms` : `${count(n)} ms`);
export const seconds = (n) => `${(n / 1000).toFixed(1)} s`;
export const megabytes = (n) => `${(n / 2 ** 20).toFixed(1)} MiB`;

/** The value below which so much of them lies. */
export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
