// Law: a delimiter is found once, and what it ends is known to end there before it is read.

import type { Until } from "../length.js";
import { delimiterAt, delimiterBegins, find } from "../runtime/bytes.js";
import type { Source } from "../source.js";

/** Emits the search for a delimiter from `p`; gives where it stands and, as an expression, where the bytes behind it are. */
export function emitFind(
  source: Source,
  { max, orEnd }: Until,
  delimiters: readonly Uint8Array[],
  unit: number,
): { at: string; behind: string } {
  const sizes = delimiters.map((delimiter) => delimiter.length);
  const longest = Math.max(...sizes);
  const list = source.constant(delimiters, `[${delimiters.map((d) => `new Uint8Array([${d}])`).join(", ")}]`);
  const more = source.hard === "true" ? undefined : `!${source.hard}`;
  const at = source.name("at");
  source.line(
    `${orEnd ? "let" : "const"} ${at} = ${source.use("find", find)}(b, p, p, ${source.end}, ${list}, ${unit});`,
  );
  // Where so many bytes follow that it would be too long, none need be waited for.
  const inReach = max === undefined ? "" : ` && ${source.end} - p < ${max + longest}`;
  if (!orEnd) source.stop(`${at} < 0`, inReach === "" ? {} : { when: `${at} < 0${inReach}` });
  else {
    if (more) source.stop(`${at} < 0 && ${more}`, inReach === "" ? {} : { when: `${at} < 0 && ${more}${inReach}` });
    source.line(`if (${at} < 0) ${at} = ${source.end};`);
  }
  if (max !== undefined) source.stop(`${at} - p > ${max}`);
  // A delimiter that another one starts with is only known to be the longer one when the next bytes are there.
  if (more && longest > Math.min(...sizes))
    source.stop(
      `${more} && ${at} + ${longest} > ${source.end} && ${source.use("delimiterBegins", delimiterBegins)}(b, ${at}, ${source.end}, ${list})`,
      {},
    );
  const behind =
    delimiters.length === 1 && !orEnd
      ? `${at} + ${longest}`
      : `${at} + ${source.use("delimiterAt", delimiterAt)}(b, ${at}, ${source.end}, ${list})`;
  return { at, behind };
}
