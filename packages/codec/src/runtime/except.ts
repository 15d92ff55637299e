// Law: what may not stand in a text is told while its bytes are looked at anyway, in both directions.

import { type Encoding, readLatin1, shortWrite } from "./text.js";

/** Up to this many bytes a loop sees at once that all is allowed ASCII; beyond, the platform reads and searches faster. */
const FEW = 64;
const REFUSED = 1;
const BEYOND_ASCII = 2;

/**
 * An encoding of single-unit ASCII (UTF-8, ASCII, ISO 8859-1) in which some ASCII characters may not stand: bytes and
 * text that have one are invalid.
 */
export function except(encoding: Encoding, without: string): Encoding {
  const refused = [...without];
  const verdicts = new Uint8Array(256).fill(BEYOND_ASCII, 128);
  for (const c of refused) verdicts[c.charCodeAt(0)] = REFUSED;
  const hasRefused = (s: string): boolean => refused.some((c) => s.includes(c));
  return {
    ...encoding,
    without,
    read(b, start, end) {
      if (end - start > FEW) {
        const s = encoding.read(b, start, end);
        return s === undefined || hasRefused(s) ? undefined : s;
      }
      let seen = 0;
      for (let i = start; i < end; i++) seen |= verdicts[b[i]!]!;
      if (seen === 0) return readLatin1(b, start, end);
      return seen & REFUSED ? undefined : encoding.read(b, start, end);
    },
    write(b, offset, s) {
      if (s.length <= shortWrite + 16) {
        let seen = 0;
        for (let i = 0; i < s.length; i++) {
          const c = s.charCodeAt(i);
          seen |= c > 127 ? BEYOND_ASCII : verdicts[c]!;
          b[offset + i] = c;
        }
        if (seen === 0) return offset + s.length;
        if (seen & REFUSED) return -1;
      } else if (hasRefused(s)) return -1;
      return encoding.write(b, offset, s);
    },
  };
}
