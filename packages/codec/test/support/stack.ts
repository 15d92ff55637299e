// A caller's stack that is nearly used up. The calls that use it are on it when the rest is measured, so that it does not
// matter how large their frames are, which changes as the engine compiles them.

interface Descent<T> {
  /** How many calls deep the stack ended, and how many of them were left again. */
  end: number;
  left: number;
  begun: boolean;
  result?: T;
}

function descend<T>(calls: number, share: number, run: () => T, state: Descent<T>): void {
  try {
    descend(calls + 1, share, run, state);
  } catch (error) {
    if (state.begun) throw error;
    // Here there may be no room to do anything in; a call further out sees to it.
    if (state.end === 0) state.end = calls;
    state.left++;
    if (state.left < state.end * (1 - share)) throw error;
  }
  if (state.begun) return;
  state.begun = true;
  state.result = run();
}

/** Runs something where such a share of the stack is used up. */
export function nearEnd<T>(share: number, run: () => T): T {
  const state: Descent<T> = { end: 0, left: 0, begun: false };
  descend(1, share, run, state);
  return state.result as T;
}
