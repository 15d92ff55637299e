#!/usr/bin/env node
// The process around a command: its streams, signals and exit code.

import { run } from "./program.js";

const interruption = new AbortController();
process.on("SIGINT", () => {
  // Whoever asks twice does not want to wait.
  if (interruption.signal.aborted) process.exit(130);
  interruption.abort();
});

const { stdin, stdout, stderr, env } = process;
process.exitCode = await run(process.argv.slice(2), {
  stdin,
  stdout,
  stderr,
  env,
  cwd: process.cwd(),
  interrupted: interruption.signal,
});
