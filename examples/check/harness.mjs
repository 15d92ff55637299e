// Runs checks that need real programs: each within its time, skipped where a program is missing, with everything it
// started stopped behind it.

import { spawn } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];

/** Where a program is, or undefined. */
export function find(program) {
  const executable = (path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  };
  return folders.map((folder) => join(folder, program)).find(executable);
}

/** A folder that is removed at the end. */
export const scratch = mkdtempSync(join(tmpdir(), "wireform-check-"));

const children = new Set();

function stopAll() {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
}

process.on("exit", () => {
  stopAll();
  rmSync(scratch, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

/** A port that was free a moment ago. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits until `condition` gives something, and gives it. */
export async function until(what, condition, milliseconds = 15_000) {
  for (const end = Date.now() + milliseconds; Date.now() < end; await wait(10)) {
    const found = await condition();
    if (found) return found;
  }
  throw new Error(`waited ${milliseconds / 1000} s for ${what}`);
}

/** Starts a program, which goes on until it is stopped; `output` is what it has said so far. */
export function start(program, args, { input } = {}) {
  const child = spawn(find(program) ?? program, args, { stdio: "pipe" });
  const started = { child, output: "", stop: (signal = "SIGTERM") => child.kill(signal) };
  children.add(child);
  child.stdin.on("error", () => {});
  if (input !== undefined) child.stdin.end(input);
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (started.output += chunk));
  started.ended = new Promise((resolve) => {
    child.on("error", (error) => resolve({ code: error.message }));
    child.on("close", (code, signal) => {
      children.delete(child);
      resolve({ code: code ?? signal });
    });
  });
  return started;
}

/** Runs a program to its end and gives what it wrote; throws when it fails. */
export async function run(program, args, { input = "", milliseconds = 60_000, encoding = "utf8" } = {}) {
  const child = spawn(find(program) ?? program, args, { stdio: "pipe" });
  children.add(child);
  const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [out, complaints] = [[], []];
  child.stdout.on("data", (chunk) => out.push(chunk));
  child.stderr.on("data", (chunk) => complaints.push(chunk));
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status, signal) => resolve(status ?? signal));
  });
  clearTimeout(timer);
  children.delete(child);
  const said = Buffer.concat(out);
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${said}${Buffer.concat(complaints)}`.slice(0, 500));
  return encoding === "buffer" ? said : said.toString(encoding);
}

/** Starts one of our examples and gives the port that it says it listens on. */
export async function startExample(file, ...args) {
  const server = start(process.execPath, [join(import.meta.dirname, "..", file), ...args]);
  const line = await until(`${file} to listen`, () => /listening on (.*)\n/.exec(server.output));
  return { ...server, address: line[1], port: Number(/:(\d+)$/.exec(line[1])?.[1]) };
}

const counts = { passed: 0, failed: 0, skipped: 0 };

/** Runs one check, which may return a remark. `needs` are the programs without which it is skipped. */
export async function check(name, needs, body, { milliseconds = 60_000 } = {}) {
  const missing = needs.filter((program) => !find(program));
  if (missing.length > 0) {
    counts.skipped++;
    console.log(`skip  ${name}: ${missing.join(", ")} not installed`);
    return;
  }
  const began = performance.now();
  const late = new AbortController();
  try {
    const remark = await Promise.race([
      body(),
      wait(milliseconds, undefined, { signal: late.signal }).then(() => {
        throw new Error(`not done after ${milliseconds / 1000} s`);
      }),
    ]);
    counts.passed++;
    console.log(`ok    ${name}${remark ? `: ${remark}` : ""} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    counts.failed++;
    console.log(`FAIL  ${name}: ${error.stack ?? error}`);
  } finally {
    late.abort();
    stopAll();
  }
}

/** Says how it went, and ends the process. */
export function finish() {
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  process.exit(counts.failed === 0 ? 0 : 1);
}
