// Law: a delimiter is found once, and what it ends is known to end there before it is read.

import { show } from "../errors.js";
import type { Until } from "../length.js";
import { delimiterAt, delimiterBegins, find, put } from "../runtime/bytes.js";
import { type Reader, STOP } from "../runtime/reader.js";
import type { Writer } from "../runtime/writer.js";
import type { Source } from "../source.js";

/** How something ends at a delimiter. */
export interface Ending {
  /** Where what starts at `m.p` ends, looked for from `from` on; STOP where that is not known, or wrong. */
  find(m: Reader, from: number): number | typeof STOP;
  /** The position behind the delimiter at `at`. */
  behind(m: Reader, at: number): number;
  /** Writes the delimiter behind what was written from `at` on, and must not hold it. */
  write(w: Writer, at: number, value: unknown): void;
  /** Emits the search from `p`; gives where it ends and, as an expression, where the bytes behind the delimiter are. */
  emitFind(source: Source): { at: string; behind: string };
  /** Emits the delimiter behind `n` bytes from `at` on. */
  emitWrite(source: Source, at: string, n: string): void;
}

/** JavaScript that makes a list of delimiters, as a constant. */
export const emitDelimiters = (source: Source, delimiters: readonly Uint8Array[]): string =>
  source.constant(delimiters, `[${delimiters.map((d) => `new Uint8Array([${d}])`).join(", ")}]`);

/** `unit` is how many bytes a character takes: the delimiter stands at a multiple of it. */
export function endingAt(until: Until, delimiters: readonly Uint8Array[], unit: number): Ending {
  const { orEnd, max: limit } = until;
  const max = limit ?? Number.POSITIVE_INFINITY;
  const first = delimiters[0] as Uint8Array;
  const sizes = delimiters.map((delimiter) => delimiter.length);
  const longest = Math.max(...sizes);
  const shown = show(until.delimiters[0]);
  return {
    find(m, from) {
      const { p, e, hard } = m;
      const at = find(m.b, p, from, e, delimiters, unit);
      // A delimiter that another one starts with is only known to be the longer one when the next bytes are there.
      const found = at >= 0 && (hard || at + longest <= e || !delimiterBegins(m.b, at, e, delimiters));
      if (found && at - p <= max) return at;
      const length = at >= 0 ? at - p : hard && orEnd ? e - p : e - p - longest + 1;
      if (length > max) {
        m.fail("limit", `at most ${max} bytes before ${shown}`, "more follow");
        return STOP;
      }
      if (hard && orEnd) return e;
      if (hard) m.fail("truncated", `needs the delimiter ${shown}`, `none in the ${e - p} bytes left`);
      else if (orEnd || at >= 0) m.unended();
      else m.short(e - p + 1, false);
      return m.leave(undefined, 0, undefined, [at >= 0 ? at : Math.max(p, e - longest + 1)]);
    },
    behind: (m, at) => at + delimiterAt(m.b, at, m.e, delimiters),
    write(w, at, value) {
      const end = w.p;
      w.room(first.length);
      w.p = put(w.b, end, first);
      if (find(w.filled(w.b), at, at, w.p, delimiters, unit) !== end)
        throw w.refuse("delimiter", `cannot contain its delimiter, ${shown}`, value);
    },
    emitFind(source) {
      const list = emitDelimiters(source, delimiters);
      const more = source.hard === "true" ? undefined : `!${source.hard}`;
      const at = source.name("at");
      source.line(
        `${orEnd ? "let" : "const"} ${at} = ${source.use("find", find)}(b, p, p, ${source.end}, ${list}, ${unit});`,
      );
      // Where so many bytes follow that it would be too long, none need be waited for.
      const inReach = limit === undefined ? "" : ` && ${source.end} - p < ${limit + longest}`;
      if (!orEnd) source.stop(`${at} < 0`, inReach === "" ? {} : { when: `${at} < 0${inReach}` });
      else {
        if (more) source.stop(`${at} < 0 && ${more}`, inReach === "" ? {} : { when: `${at} < 0 && ${more}${inReach}` });
        source.line(`if (${at} < 0) ${at} = ${source.end};`);
      }
      if (limit !== undefined) source.stop(`${at} - p > ${limit}`);
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
    },
    emitWrite(source, at, n) {
      source.need(first.length);
      for (const byte of first) source.line(`b[p++] = ${byte};`);
      const list = emitDelimiters(source, delimiters);
      source.stop(`${source.use("find", find)}(w.filled(b), ${at}, ${at}, p, ${list}, ${unit}) !== ${at} + ${n}`);
    },
  };
}
