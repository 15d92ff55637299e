// What `wireform gen module` makes of a message's schema, as a contender: the printed file, imported as it is.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const name = "wireform module";
const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = at("../.cache/modules");

/** The module of a message, printed by the command. */
export async function moduleOf(message) {
  mkdirSync(folder, { recursive: true });
  const [schema, out] = [`${folder}/${message.id}-schema.mjs`, `${folder}/${message.id}.mjs`];
  writeFileSync(
    schema,
    `import * as codec from "@wireform/codec";
import { messages } from ${JSON.stringify(new URL("messages/index.mjs", import.meta.url).href)};
export const Message = await messages.find(({ id }) => id === ${JSON.stringify(message.id)}).wireform(codec);
`,
  );
  const command = [at("../../packages/cli/dist/main.js"), "gen", "module", "--schema", `${schema}#Message`, "-o", out];
  const { status, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
  if (status !== 0) return { name, why: stderr.trim().split("\n")[0] };
  const { decode, encode } = await import(out);
  return { name, decode, encode };
}
