// Law: a schema's file is code of its owner and is run as such; whatever goes wrong in it is reported as theirs.

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { AnySchema } from "@wireform/codec";
import { Failure, usage } from "../failure.js";
import { demandFile } from "../files.js";
import { parseName } from "./name.js";
import { shipped } from "./shipped.js";

/** A schema and what to call it. */
export interface Loaded {
  readonly schema: AnySchema;
  /** Its export's name, for titles and generated code. */
  readonly name: string;
  /** The file it came from; undefined for a shipped one. */
  readonly file: string | undefined;
}

/** The same test as the codec's own: a schema file may have a copy of the codec for itself. */
const isSchema = (value: unknown): value is AnySchema =>
  (typeof value === "object" || typeof value === "function") &&
  value !== null &&
  typeof (value as AnySchema)["~lower"] === "function";

/** Loads the schema that `text` names; files are looked for from `cwd`. */
export async function loadSchema(text: string, cwd: string): Promise<Loaded> {
  const { from, file, name } = parseName(text);
  const known = Object.hasOwn(shipped, from) ? shipped[from] : undefined;
  if (!file && !known)
    throw usage(
      `there is no protocol called "${from}"`,
      `Shipped are ${Object.keys(shipped).join(" and ")}; a file is written with its path, as in ./${from}.ts.`,
    );
  const path = file ? resolve(cwd, from) : undefined;
  const module = path === undefined ? await (known as (typeof shipped)[string]).load() : await loadFile(path, from);
  const { schema, name: found } = pick(module, name ?? known?.main, from);
  return { schema, name: found, file: path };
}

/** Runs a file of the user's, JavaScript or TypeScript; gives what it exports. */
export async function loadFile(path: string, shown: string): Promise<Record<string, unknown>> {
  if (!existsSync(path)) throw new Failure("io", `${shown}: no such file`);
  await demandFile(path, shown);
  try {
    // Node reads TypeScript itself from 22.18 on.
    const native = !/\.[cm]?ts$/.test(path) || (process.features as { typescript?: unknown }).typescript;
    return await settling(native ? importFile(path) : importWithOurs(path), shown);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const thrown = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new Failure("schema", `${shown} cannot be loaded: ${thrown}`, undefined, error);
  }
}

/** What is loaded, or a failure where nothing is left that could end an await of its own: the process would end silently. */
async function settling<T>(loading: Promise<T>, shown: string): Promise<T> {
  let stuck: () => void = () => {};
  const never = new Promise<never>((_, reject) => {
    stuck = () =>
      reject(
        new Failure("schema", `${shown} cannot be loaded: it waits for something that never comes (top-level await)`),
      );
  });
  process.once("beforeExit", stuck);
  try {
    return await Promise.race([loading, never]);
  } finally {
    process.removeListener("beforeExit", stuck);
  }
}

async function importFile(path: string): Promise<Record<string, unknown>> {
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_MODULE_NOT_FOUND" && message.includes("'@wireform/")) return await importWithOurs(path);
    throw error;
  }
}

/** A schema's file need not have the codec installed: it then uses the command's. */
async function importWithOurs(path: string): Promise<Record<string, unknown>> {
  const { createJiti } = await import("jiti");
  const [codec, mqtt, resp] = await Promise.all([
    import("@wireform/codec"),
    import("@wireform/protocols/mqtt"),
    import("@wireform/protocols/resp"),
  ]);
  const virtualModules = {
    "@wireform/codec": codec,
    "@wireform/protocols/mqtt": mqtt,
    "@wireform/protocols/resp": resp,
  };
  return await createJiti(import.meta.url, { virtualModules, fsCache: false }).import(path);
}

/** The schema a name stands for; without a name, the only one or the default one. */
function pick(
  module: Record<string, unknown>,
  name: string | undefined,
  from: string,
): { schema: AnySchema; name: string } {
  const names = Object.keys(module)
    .filter((key) => isSchema(module[key]))
    .sort();
  const wanted = name ?? (names.includes("default") ? "default" : names.length === 1 ? names[0] : undefined);
  if (wanted !== undefined && names.includes(wanted)) return { schema: module[wanted] as AnySchema, name: wanted };
  const list = names.length === 0 ? "It exports no schema." : `Its schemas: ${names.join(", ")}.`;
  if (wanted === undefined) throw usage(`${from} has ${names.length} schemas: say which, as in ${from}#Name`, list);
  const what = Object.hasOwn(module, wanted)
    ? `what ${from} exports as "${wanted}" is no schema`
    : `${from} exports no "${wanted}"`;
  throw usage(what, list);
}
