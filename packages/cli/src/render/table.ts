// A table that begins before all of its rows are known: the first ones say how wide its columns are.

import { plain } from "@wireform/codec/tooling";
import { type Cells, cellText } from "./cells.js";

/** Rows that are waited for before the columns are laid out. */
const FIRST = 64;
const WIDEST = 40;

type Row = ReadonlyMap<string, string>;

export class Table {
  private readonly paintHead: (text: string) => string;
  private waiting: Row[] = [];
  private widths = new Map<string, number>();
  private begun = false;

  constructor(paintHead: (text: string) => string) {
    this.paintHead = paintHead;
  }

  /** What can be written with this row: nothing while the columns are not known. */
  row(cells: Cells): string {
    const row = new Map(Array.from(cells, ([name, cell]) => [name, plain(cellText(cell))] as const));
    const fits = [...row.keys()].every((name) => this.widths.has(name));
    if (this.waiting.length === 0 && fits) return this.line(row);
    this.waiting.push(row);
    return this.waiting.length < FIRST ? "" : this.flush();
  }

  /** The rows that wait, below a head of their own where they have columns that those before have not. */
  flush(): string {
    const rows = this.waiting;
    this.waiting = [];
    if (rows.length === 0) return "";
    this.widths = new Map();
    for (const row of rows)
      for (const [name, text] of row)
        this.widths.set(name, Math.max(this.widths.get(name) ?? name.length, Math.min(WIDEST, text.length)));
    const space = this.begun ? "\n" : "";
    this.begun = true;
    const head = this.line(new Map(Array.from(this.widths.keys(), (name) => [name, name] as const)));
    return `${space}${this.paintHead(head.trimEnd())}\n${rows.map((row) => this.line(row)).join("")}`;
  }

  private line(row: Row): string {
    const texts = Array.from(this.widths, ([name, width]) => (row.get(name) ?? "").padEnd(width));
    return `${texts.join("  ").trimEnd()}\n`;
  }
}
