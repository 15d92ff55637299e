// Law: what was typed before is a comfort: where it cannot be kept, nothing is said and nothing fails. It is readable
// by nobody else, since passwords are typed too.

import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const most = 1000;

export class History {
  private readonly path: string | undefined;

  constructor(env: Readonly<Record<string, string | undefined>>) {
    const { XDG_STATE_HOME, HOME } = env;
    if (XDG_STATE_HOME) this.path = join(XDG_STATE_HOME, "wireform", "history");
    else if (HOME) this.path = join(HOME, ".wireform_history");
  }

  /** What was typed, the last first. */
  lines(): string[] {
    if (this.path === undefined) return [];
    try {
      const lines = readFileSync(this.path, "utf8")
        .split("\n")
        .filter((line) => line !== "");
      if (lines.length > 2 * most) writeFileSync(this.path, `${lines.slice(-most).join("\n")}\n`, { mode: 0o600 });
      return lines.slice(-most).reverse();
    } catch {
      return [];
    }
  }

  add(line: string): void {
    if (this.path === undefined || line.trim() === "") return;
    try {
      mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
      appendFileSync(this.path, `${line}\n`, { mode: 0o600 });
    } catch {
      // Not writable: this session's own lines are still there.
    }
  }
}
