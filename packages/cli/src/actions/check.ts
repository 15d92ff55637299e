// What a schema should not have.

import { compile } from "@wireform/codec";
import { several } from "@wireform/codec/tooling";
import { type Finding, lint } from "../anatomy/lint.js";
import { Exit } from "../failure.js";
import type { Terminal } from "../io.js";
import { limitsOf } from "../schemas/limits.js";
import { loadSchema } from "../schemas/load.js";

interface Options {
  readonly schema: string;
  readonly maxMessageSize?: number;
  readonly maxElements?: number;
}

export async function run(terminal: Terminal, options: Options): Promise<Exit | undefined> {
  const { schema, name } = await loadSchema(options.schema, terminal.io.cwd);
  const { limits } = compile(schema, { limits: limitsOf(options) });
  const findings = lint(schema, name, limits);
  if (terminal.json) await terminal.writeJson({ findings });
  else await terminal.write(findings.map((each) => text(each, terminal.colors("stdout"))).join(""));
  if (!terminal.json) terminal.note(findings.length === 0 ? "nothing found" : several(findings.length, "finding"));
  return findings.length === 0 ? undefined : Exit.no;
}

function text({ rule, path, what, todo }: Finding, color: boolean): string {
  const paint = (code: number, words: string): string => (color ? `\u001b[${code}m${words}\u001b[0m` : words);
  return `${paint(1, path)}: ${what} ${paint(2, `[${rule}]`)}\n  ${todo}\n`;
}
