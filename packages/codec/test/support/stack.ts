// A caller's stack that is nearly used up.

/** Runs something that deep in calls. */
export const deeper = <T>(calls: number, run: () => T): T => (calls === 0 ? run() : deeper(calls - 1, run));

/** How deep something can be run from here. */
export function roomFor(): number {
  let fits = 0;
  for (let step = 2 ** 20; step >= 1; step /= 2) {
    try {
      deeper(fits + step, () => 0);
      fits += step;
    } catch {
      // Too deep.
    }
  }
  return fits;
}
