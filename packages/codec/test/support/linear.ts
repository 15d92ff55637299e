// Time without a clock's moods: only a wrong order of growth fails, never a slow or a busy machine.

import { expect } from "vitest";

type Run = () => void | Promise<void>;

/** Microseconds of this process, however busy the machine is. */
async function cost(run: Run): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/**
 * Holds that `long`, with 8 times as much to do, costs about 8 times as much; looking at all again at every step would cost
 * 64 times as much. Of each the try counts that garbage and warming up disturbed least, however many that takes.
 */
export async function expectLinear(short: Run, long: Run): Promise<void> {
  let [most, least] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let tries = 0; tries < 16; tries++) {
    most = Math.min(most, await cost(long));
    least = Math.min(least, await cost(short));
    if (most < 24 * least) return;
  }
  expect(most / least).toBeLessThan(24);
}
