// A schema in words.

import { compile } from "@wireform/codec";
import { anatomyOf } from "../anatomy/part.js";
import type { Exit } from "../failure.js";
import type { Terminal } from "../io.js";
import { anatomyText } from "../render/anatomy.js";
import { plainJson } from "../render/tree.js";
import { loadSchema } from "../schemas/load.js";

export async function run(terminal: Terminal, options: { readonly schema: string }): Promise<Exit | undefined> {
  const { schema, name } = await loadSchema(options.schema, terminal.io.cwd);
  // What cannot be compiled is not worth describing, and compiling says why.
  compile(schema);
  const anatomy = anatomyOf(schema, name);
  if (terminal.json) await terminal.writeJson(plainJson(anatomy));
  else await terminal.write(anatomyText(anatomy, terminal.colors("stdout")));
  return undefined;
}
