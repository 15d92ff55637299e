// How schemas are called on the command line: `mqtt`, `resp#Request`, `./file.ts`, `./file.ts#Name`.

import { usage } from "../failure.js";

export interface SchemaName {
  /** A file to load, or a protocol that is shipped. */
  readonly from: string;
  readonly file: boolean;
  /** Which of its schemas; undefined for the one it is about. */
  readonly name: string | undefined;
}

export function parseName(text: string): SchemaName {
  const hash = text.lastIndexOf("#");
  const from = hash < 0 ? text : text.slice(0, hash);
  const name = hash < 0 ? undefined : text.slice(hash + 1);
  if (from === "" || name === "")
    throw usage(
      `"${text}" names no schema`,
      "A schema is a file and an export, as in ./file.ts#Name, or a protocol, as in mqtt.",
    );
  return { from, file: /[/\\.]/.test(from), name };
}
