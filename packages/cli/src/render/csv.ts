// RFC 4180: a header, then a line a message.

import { usage } from "../failure.js";
import { type Cells, cellText } from "./cells.js";

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const line = (texts: readonly string[]): string => `${texts.map(quoted).join(",")}\r\n`;

export class Csv {
  columns: readonly string[] | undefined;
  private begun = false;

  /** Without columns, those of the first message. */
  constructor(columns: readonly string[] | undefined) {
    this.columns = columns;
  }

  row(cells: Cells): string {
    this.columns ??= [...cells.keys()];
    const { columns } = this;
    const stray = [...cells.keys()].find((name) => !columns.includes(name));
    if (stray !== undefined)
      throw usage(`there is no column for "${stray}"`, "Say with --fields which columns there are to be.");
    const head = this.begun ? "" : line(columns);
    this.begun = true;
    return head + line(columns.map((name) => cellText(cells.get(name))));
  }
}
