// Sends a gigabyte of MQTT packets, made on the fly, through `wireform decode`, and says what it took: the most memory the
// command ever had, and its rate beside that of the same work inside one process, by the clock and by the processor's
// time, which other work on the machine changes less. Fails where memory grows with the stream; a rate below 0.7 of the
// other is said to be slow, for others may use the machine too.
//
//   node packages/cli/scripts/stream.mjs [megabytes]

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { compile, Decoder } from "@wireform/codec";
import { toJsonText } from "@wireform/codec/json";
import { Packet } from "@wireform/protocols/mqtt";

const total = Number(process.argv[2] ?? 1000) * 1e6;
const command = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const codec = compile(Packet, { views: true });

/** Readings of many sensors: packets of 30 to 600 bytes, at each quality of service. */
function packets() {
  const parts = [];
  for (let n = 0; n < 4000; n++) {
    const qos = n % 3;
    const readings = Array.from({ length: 1 + (n % 9) ** 2 }, (_, i) => ((n * 31 + i * 17) % 1000) / 10);
    parts.push(
      codec.encode({
        type: "publish",
        dup: false,
        qos,
        retain: n % 7 === 0,
        topic: `plant/${n % 5}/line/${n % 50}/temperature`,
        ...(qos > 0 && { packetId: 1 + n }),
        payload: Buffer.from(JSON.stringify(readings)),
      }),
    );
    if (qos > 0) parts.push(codec.encode({ type: qos === 1 ? "puback" : "pubrec", packetId: 1 + n }));
  }
  return { block: Buffer.concat(parts), count: parts.length };
}

const { block, count } = packets();
const blocks = Math.ceil(total / block.length);
const [bytes, messages] = [blocks * block.length, blocks * count];
/** As pipes cut it. */
const CHUNK = 65536;
function* chunks() {
  for (let n = 0; n < blocks; n++)
    for (let at = 0; at < block.length; at += CHUNK) yield block.subarray(at, at + CHUNK);
}

const rate = ({ time, work }) =>
  `${(bytes / time / 1e6).toFixed(0)} MB/s, ${(messages / time / 1e6).toFixed(2)} million messages/s (${work.toFixed(1)} s of a processor)`;

/** In this process: decoded, and, with a file, written to it as text. */
function inProcess(file) {
  const begun = performance.now();
  const before = process.cpuUsage();
  const decoder = new Decoder(codec);
  const json = toJsonText(Packet);
  let seen = 0;
  for (const chunk of chunks()) {
    let text = "";
    for (const message of decoder.push(chunk)) {
      seen++;
      if (file !== undefined) text += `${json(message)}\n`;
    }
    if (file !== undefined) writeSync(file, text);
  }
  assert.equal(seen, messages);
  const { user, system } = process.cpuUsage(before);
  return { time: (performance.now() - begun) / 1000, work: (user + system) / 1e6 };
}

/** By the command: its rate, and the most memory that it had after a tenth of the stream and in the end. */
async function byCommand(file, ...options) {
  const child = spawn(process.execPath, [command, "decode", "--schema", "mqtt", ...options], {
    stdio: ["pipe", file, "inherit"],
  });
  const begun = performance.now();
  const about = (what) => readFileSync(`/proc/${child.pid}/${what}`, "utf8");
  const peak = () => Number(/VmHWM:\s+(\d+)/.exec(about("status"))?.[1]) / 1024;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  let sent = 0;
  let early;
  for (const chunk of chunks()) {
    sent += chunk.length;
    if (!child.stdin.write(chunk)) await new Promise((resolve) => child.stdin.once("drain", resolve));
    if (early === undefined && sent >= bytes / 10) early = peak();
  }
  const late = peak();
  // User and system time, in hundredths of a second.
  const [user, system] = about("stat")
    .replace(/^.*\) /s, "")
    .split(" ")
    .slice(11, 13);
  child.stdin.end();
  assert.equal(await ended, 0);
  return { time: (performance.now() - begun) / 1000, work: (Number(user) + Number(system)) / 100, early, late };
}

console.log(
  `${(bytes / 1e6).toFixed(0)} MB, ${messages} MQTT packets of ${(bytes / messages).toFixed(0)} bytes on average`,
);
const nowhere = openSync("/dev/null", "w");
const busy = loadavg()[0] > cpus().length / 2;
const decoding = inProcess(undefined);
console.log(`decoded in one process, nothing written:      ${rate(decoding)}`);
const writing = inProcess(nowhere);
console.log(`the same, each written as a line of JSON:     ${rate(writing)}`);
const checking = await byCommand(nowhere, "--format", "none");
console.log(`wireform decode, from a pipe, nothing written: ${rate(checking)}`);
const streaming = await byCommand(nowhere);
console.log(`wireform decode, from a pipe, the same lines: ${rate(streaming)}`);
closeSync(nowhere);
const ratios = (alone, command) => {
  const [clock, work] = [alone.time / command.time, alone.work / command.work];
  return { clock, work, text: `${clock.toFixed(2)} by the clock, ${work.toFixed(2)} by the processor's time` };
};
const ratio = ratios(writing, streaming);
console.log(`of the rate in one process, where neither writes anything: ${ratios(decoding, checking).text}`);
const peak = `peak memory ${streaming.early.toFixed(0)} MB after a tenth, ${streaming.late.toFixed(0)} MB in the end`;
assert.ok(streaming.late < 256 && streaming.late < 1.5 * streaming.early, `memory is bounded: ${peak}`);
console.log(`pass: ${peak}`);
const verdict = (busy ? ratio.work : ratio.clock) >= 0.7 ? "pass" : "slow";
console.log(
  `${verdict}: ${ratio.text}, wanted 0.7${busy ? "; the machine is busy, so the processor's time counts" : ""}`,
);
console.log(`${cpus().length} cores, ${cpus()[0]?.model}, Node.js ${process.version}`);
