// Stretches of bytes.

export type Span = readonly [start: number, end: number];

/** The stretches of a span that none of the others covers. */
export function uncovered([start, end]: Span, others: Span[]): Span[] {
  const open: Span[] = [];
  let at = start;
  for (const [from, to] of others.sort((a, b) => a[0] - b[0])) {
    if (from > at) open.push([at, Math.min(from, end)]);
    at = Math.max(at, to);
    if (at >= end) return open;
  }
  open.push([at, end]);
  return open.filter(([from, to]) => to > from);
}
