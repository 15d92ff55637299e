// What a command looks like from outside; what it does is loaded when it is called, so that help is quick.

import type { Command } from "commander";
import type { Exit } from "../failure.js";
import type { Terminal } from "../io.js";

/** What a command does. Its arguments are commander's, the command itself last; it gives its exit code, 0 where it gives none. */
// biome-ignore lint/suspicious/noExplicitAny: each action states what its command's own definition gives it
export type Action = (terminal: Terminal, options: any, ...args: any[]) => Promise<Exit | undefined>;

export interface Definition {
  /** One line for the list of commands. */
  readonly summary: string;
  /** Adds arguments and options. */
  build(command: Command): void;
  /** Real command lines and what each does, shown by `--help`; three or more. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  action(): Promise<{ run: Action }>;
}
