// A schema as a module of its own.

import { resolve } from "node:path";
import { type ModuleText, toModule } from "@wireform/codec/module";
import type { Exit } from "../failure.js";
import type { Terminal } from "../io.js";
import { closedText } from "../modules/closed.js";
import { runtime } from "../modules/runtime.js";
import { writeWhole } from "../output.js";
import { type Loaded, loadSchema } from "../schemas/load.js";

interface Options {
  readonly schema: string;
  readonly output: string;
  readonly types?: boolean;
  readonly maxMessageSize?: number;
  readonly maxElements?: number;
  readonly maxDepth?: number;
}

/** The texts with a line on top that says where they come from. */
function textOf({ schema, name }: Loaded, options: Options): ModuleText {
  const { maxMessageSize, maxElements, maxDepth } = options;
  const limits = { maxMessageSize, maxElements, maxDepth };
  const { code, types } = toModule(schema, { name, limits, inline: runtime, own: closedText });
  const head = `// Made by wireform gen module from ${options.schema.replace(/[\r\n\u2028\u2029]/g, " ")}; do not edit.\n\n`;
  return { code: head + code, types: head + types };
}

export async function run(terminal: Terminal, options: Options): Promise<Exit | undefined> {
  const { io } = terminal;
  const { code, types } = textOf(await loadSchema(options.schema, io.cwd), options);
  if (options.output === "-") {
    if (terminal.json) await terminal.writeJson({ code, types });
    else await terminal.write(options.types ? types : code);
    return undefined;
  }
  const declarations = options.output.replace(/\.(m?)js$/, ".d.$1ts");
  await terminal.write(code);
  await terminal.written();
  await writeWhole(resolve(io.cwd, declarations), types);
  await terminal.end();
  if (!terminal.json) terminal.note(`written: ${options.output}, ${declarations}`);
  return undefined;
}
