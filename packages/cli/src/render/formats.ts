// How messages are written. Law: what is written of a message is written with it, but for the first rows of a table.

import type { AnySchema, Key } from "@wireform/codec";
import { type Json, toJsonText } from "@wireform/codec/json";
import { usage } from "../failure.js";
import { type Cells, cellsOf } from "./cells.js";
import { Csv } from "./csv.js";
import { highlighted } from "./highlight.js";
import { parsePath, valueAt } from "./paths.js";
import { Table } from "./table.js";

export type FormatName = "ndjson" | "pretty" | "table" | "csv" | "hex" | "none";

export interface Format {
  /** What to write of a message; `bytes` are its own. */
  text(message: unknown, bytes: () => Uint8Array): string;
  /** What to write before a pause and at the end. */
  rest?(): string;
}

export interface FormatOptions {
  readonly schema: AnySchema;
  readonly fields: readonly string[] | undefined;
  /** What all messages together have, where that is known before them. */
  readonly columns: readonly string[] | undefined;
  readonly color: boolean;
}

/** What is shown of a message: as JSON, or in columns. */
interface Turn {
  readonly json: (message: unknown) => Json;
  /** What has one of the `known` columns stays whole. */
  readonly cells: (message: unknown, known?: readonly string[]) => Cells;
}

const makers: Readonly<Record<Exclude<FormatName, "hex">, (turn: Turn, options: FormatOptions) => Format>> = {
  ndjson: ({ json }) => ({ text: (message) => `${JSON.stringify(json(message))}\n` }),
  pretty: ({ json }, { color }) => ({
    text(message) {
      const text = JSON.stringify(json(message), undefined, 2);
      return `${color ? highlighted(text) : text}\n`;
    },
  }),
  table({ cells }, { color }) {
    const table = new Table(color ? (head) => `\u001b[1m${head}\u001b[0m` : (head) => head);
    return { text: (message) => table.row(cells(message)), rest: () => table.flush() };
  },
  none: () => ({ text: () => "" }),
  csv({ cells }, { fields, columns }) {
    const csv = new Csv(fields ? undefined : columns);
    return { text: (message) => csv.row(cells(message, csv.columns)) };
  },
};

export function formatOf(name: FormatName, options: FormatOptions): Format {
  const { schema, fields } = options;
  if (name === "hex") {
    if (fields) throw usage("--format hex writes whole messages, without --fields");
    return { text: (_, bytes) => `${Buffer.from(bytes()).toString("hex")}\n` };
  }
  const text = toJsonText(schema);
  if (name === "ndjson" && !fields) return { text: (message) => `${text(message)}\n` };
  // By way of its text a value becomes JSON several times as fast.
  const json = (message: unknown): Json => JSON.parse(text(message));
  const whole: Turn = { json, cells: (message, known) => cellsOf(json(message), known) };
  return makers[name](fields ? picking(fields, json) : whole, options);
}

/** The fields that are asked for, each under its whole path; in columns, also those that a message has not. */
function picking(fields: readonly string[], json: Turn["json"]): Turn {
  const picks = fields.map((field): readonly [string, Key[]] => [field, parsePath(field)]);
  const cells = (message: unknown): Cells => {
    const whole = json(message);
    return new Map(picks.map(([field, keys]) => [field, valueAt(whole, keys) as Json | undefined]));
  };
  return {
    cells,
    json: (message) => Object.fromEntries([...cells(message)].filter(([, cell]) => cell !== undefined)) as Json,
  };
}
