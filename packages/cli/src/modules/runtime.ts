// The functions that printed modules stand on, as the built codec has them.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { inlined } from "./inline.js";

/** Where the built file is, whatever else this process takes for the codec. */
function built(): string {
  const manifest = createRequire(import.meta.url).resolve("@wireform/codec/package.json");
  const { exports } = JSON.parse(readFileSync(manifest, "utf8")) as {
    exports: Record<"./standalone", { default: string }>;
  };
  return resolve(dirname(manifest), exports["./standalone"].default);
}

/** Their text, by name. */
export const runtime = (names: readonly string[]): string => inlined(built(), names);
