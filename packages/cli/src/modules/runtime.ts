// The functions that printed modules stand on, as the built codec has them.

import { createRequire } from "node:module";
import { inlined } from "./inline.js";

/** Their text, by name. */
export const runtime = (names: readonly string[]): string =>
  inlined(createRequire(import.meta.url).resolve("@wireform/codec/standalone"), names);
