// How far a long piece of work has come, on a terminal, once it takes longer than a second.

import type { Terminal } from "../io.js";

const PATIENCE = 1000;
const BEAT = 200;
const UNITS = ["bytes", "kB", "MB", "GB", "TB"] as const;

/** A number of bytes as a person says it. */
export function bytesText(n: number): string {
  const power = n < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(n) / 3));
  const scaled = n / 1000 ** power;
  return `${power === 0 || scaled >= 100 ? Math.round(scaled) : scaled.toPrecision(3)} ${UNITS[power]}`;
}

export const timeText = (seconds: number): string =>
  seconds < 60 ? `${Math.ceil(seconds)} s` : `${Math.floor(seconds / 60)} min ${Math.ceil(seconds % 60)} s`;

/** What to say of work that is not in bytes: how much is done, after so many seconds. */
export type Say = (done: number, seconds: number) => string;

export class Progress {
  private readonly terminal: Terminal;
  private readonly say: Say;
  private readonly begun = performance.now();
  private shown = 0;
  private done = 0;
  private readonly silent: boolean;

  /** Of bytes, `what` is how many there will be. */
  constructor(terminal: Terminal, what: number | undefined | Say) {
    const { stdout, stderr } = terminal.io;
    const counts = typeof what !== "function";
    this.terminal = terminal;
    this.say = counts ? (done, seconds) => flow(done, what, seconds) : what;
    // Data of those bytes on the same screen says by itself that there is progress.
    this.silent = terminal.json || !stderr.isTTY || (counts && stdout.isTTY === true);
  }

  add(more: number): void {
    this.done += more;
    if (this.silent) return;
    const now = performance.now();
    if (now - this.begun < PATIENCE || now - this.shown < BEAT) return;
    this.shown = now;
    this.terminal.io.stderr.write(`\r\u001b[K${this.say(this.done, (now - this.begun) / 1000)}`);
  }

  /** Leaves no trace. */
  end(): void {
    if (this.shown > 0) this.terminal.io.stderr.write("\r\u001b[K");
    this.shown = 0;
  }
}

function flow(done: number, total: number | undefined, seconds: number): string {
  const rate = done / seconds;
  const speed = `${bytesText(rate)}/s`;
  if (total === undefined) return `${bytesText(done)}, ${speed}`;
  return `${bytesText(done)} of ${bytesText(total)}, ${speed}, ${timeText(Math.max(0, total - done) / rate)} left`;
}
