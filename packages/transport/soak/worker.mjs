// A process that does what it is told: functions here, called there.

import { fork, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Starts workers/<name>.mjs; any function that it offers can be called, by name. It ends when this process does. */
export function startWorker(name, { inside = [] } = {}) {
  const script = fileURLToPath(new URL(`workers/${name}.mjs`, import.meta.url));
  const stdio = ["ignore", "inherit", "inherit", "ipc"];
  const [command, ...before] = inside;
  const child = command
    ? spawn(command, [...before, process.execPath, "--expose-gc", script], { stdio, serialization: "advanced" })
    : fork(script, { stdio, execArgv: ["--expose-gc"], serialization: "advanced" });
  const waiting = new Map();
  let last = 0;
  child.on("message", ({ id, result, error }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) resolve(result);
    else reject(new Error(`${name}: ${error}`));
  });
  child.on("close", (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`the worker ${name} ended with ${code ?? signal}`));
  });
  const call = (action, options) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      child.send({ id: last, action, options });
    });
  return new Proxy(
    { stop: () => child.kill("SIGKILL") },
    { get: (own, action) => own[action] ?? ((options) => call(action, options)) },
  );
}

/** Offers functions to whoever started this process. */
export function offer(actions) {
  process.on("message", async ({ id, action, options }) => {
    try {
      process.send({ id, result: await actions[action](options ?? {}) });
    } catch (error) {
      process.send({ id, error: String(error?.stack ?? error) });
    }
  });
  process.on("disconnect", () => process.exit());
}
