// A process of its own that does one thing when asked: `startProcess(script, name)` here, `answer(functions)` there.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Starts a script beside this one; whatever it offers can be asked for by name, one thing at a time. */
export function startProcess(script, ...args) {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), args, {
    execArgv: [],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  return {
    ask: (what, options = {}) =>
      new Promise((resolve, reject) => {
        const failed = (code) => reject(new Error(`${script} ${args} ended with ${code}`));
        child.once("exit", failed);
        child.once("message", ({ error, result }) => {
          child.off("exit", failed);
          if (error === undefined) resolve(result);
          else reject(new Error(error));
        });
        child.send({ what, options });
      }),
    stop: () => child.kill(),
  };
}

/** Answers what is asked with these functions. */
export function answer(functions) {
  process.on("message", async ({ what, options }) => {
    try {
      process.send({ result: await functions[what](options) });
    } catch (error) {
      process.send({ error: String(error?.stack ?? error) });
    }
  });
  process.on("disconnect", () => process.exit());
}

/** Milliseconds of processor time, in the program and in the system for it. */
export const processorTime = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
