// Reads a rendered picture back: which bytes stand in which columns of which lines.

/** One row: the offset in front and the bytes in their columns; "5_" and "_5" are half a byte. */
export interface Row {
  readonly offset: number;
  readonly bytes: ReadonlyMap<number, string>;
  readonly text: string;
}

export function rowsOf(picture: string): Row[] {
  const [head = "", ...lines] = picture.trimEnd().split("\n");
  const from = head.indexOf("00 01 02");
  return lines.map((text) => {
    const offset = Number.parseInt(text.slice(0, from), 16);
    const bytes = new Map<number, string>();
    for (let column = 0; column < 16; column++) {
      const at = from + 3 * column + (column >= 8 ? 1 : 0);
      const two = text.slice(at, at + 2).trim();
      if (two !== "") bytes.set(offset - (offset % 16) + column, two);
    }
    return { offset, bytes, text };
  });
}
