// Law: a number written as text is an integer like any other: a value, a length, a count or a tag.

import { hex, show } from "../errors.js";
import type { Leaf, Op } from "../plan.js";
import { put } from "../runtime/bytes.js";
import {
  type Bounds,
  type DigitsFormat,
  digit,
  endOfDigits,
  formatDigits,
  parseDigits,
  putDecimal,
  putText,
} from "../runtime/digits.js";
import { type Reader, STOP } from "../runtime/reader.js";
import type { Writer } from "../runtime/writer.js";
import { leaf } from "./leaf.js";

const named = ({ min, max }: Bounds): string => `a whole number from ${min} to ${max}`;
const beyond = (value: number | bigint, { min, max }: Bounds): boolean => value < min || value > max;
const beyondText = (value: string, { min, max }: Bounds): string =>
  `${value} < ${literal(min)} || ${value} > ${literal(max)}`;
const literal = (n: number | bigint): string => (typeof n === "bigint" ? `${n}n` : String(n));

/** What was parsed, or a sentence where it is outside of the bounds. */
function within(value: number | bigint | string, bounds: Bounds | undefined): number | bigint | string {
  return bounds && typeof value !== "string" && beyond(value, bounds) ? named(bounds) : value;
}

function check(w: Writer, value: unknown, { big, sign }: DigitsFormat, bounds: Bounds | undefined): number | bigint {
  const type = big ? "bigint" : "number";
  if (typeof value !== type) throw w.refuse("type", `needs a ${type}`, value);
  if (!big && !Number.isSafeInteger(value))
    throw w.refuse("range", "needs a whole number of at most 2^53 - 1 in size", value);
  if (sign === "none" && (value as number) < 0) throw w.refuse("range", "needs a whole number of at least 0", value);
  if (bounds && beyond(value as number | bigint, bounds)) throw w.refuse("range", `needs ${named(bounds)}`, value);
  return Object.is(value, -0) ? 0 : (value as number | bigint);
}

function checkText(value: string, { big, sign }: DigitsFormat, bounds: Bounds | undefined): string {
  const type = big ? `typeof ${value} !== "bigint"` : `!Number.isSafeInteger(${value})`;
  if (bounds) return `${type} || ${beyondText(value, bounds)}`;
  return sign === "none" ? `${type} || ${value} < 0` : type;
}

/** A number in exactly `width` characters. */
export function fixedDigits(width: number, format: DigitsFormat, bounds?: Bounds): Leaf {
  const numeric = format.big ? "bigint" : "number";
  return leaf({
    size: width,
    numeric,
    get(m, p) {
      const value = within(parseDigits(m.b, p, p + width, format, true), bounds);
      if (typeof value !== "string") return value;
      m.fail("digits", `needs ${value}`, `got ${hex(m.b.subarray(p, p + width), 0, 24)}`, p);
      return STOP;
    },
    put(w, p, value) {
      const text = formatDigits(check(w, value, format, bounds), format, width);
      if (text === undefined) throw w.refuse("range", `needs a number that fits ${width} characters`, value);
      putText(w.b, p, text);
    },
    emitGet(source, base, offset) {
      const at = source.store(offset === 0 ? base : `${base} + ${offset}`, "at");
      const value = source.store(
        `${source.use("parseDigits", parseDigits)}(b, ${at}, ${at} + ${width}, ${source.constant(format, JSON.stringify(format))}, true)`,
        "n",
      );
      source.stop(`typeof ${value} === "string"`);
      if (bounds) source.stop(beyondText(value, bounds));
      return value;
    },
    emitPut(source, base, offset, value) {
      source.stop(checkText(value, format, bounds));
      const kept = format.big ? value : `${value} + 0`;
      const text = source.store(
        `${source.use("formatDigits", formatDigits)}(${kept}, ${source.constant(format, JSON.stringify(format))}, ${width})`,
        "text",
      );
      source.stop(`${text} === undefined`);
      source.line(`${source.use("putText", putText)}(b, ${base} + ${offset}, ${text});`);
    },
  });
}

/** A number up to a delimiter. */
export function digitsUntil(delimiter: Uint8Array, format: DigitsFormat, bounds?: Bounds): Op {
  const { base, big, sign, maxDigits } = format;
  const longest = maxDigits + (sign === "none" ? 0 : 1) + delimiter.length;
  const simple = base === 10 && sign !== "always";
  /** Whether every number that is not negative fits, so that its digits need not be counted first. */
  const quick = simple && !big && maxDigits >= 16;
  return {
    min: 1 + delimiter.length + (sign === "always" ? 1 : 0),
    max: longest,
    unsigned: sign === "none" && !big,
    width: (n) => (formatDigits(big ? BigInt(n) : n, format, 0)?.length ?? maxDigits) + delimiter.length,
    emitWidth: (source, n) =>
      `((${source.use("formatDigits", formatDigits)}(${big ? `BigInt(${n})` : n}, ${source.constant(format, JSON.stringify(format))}, 0)?.length ?? ${maxDigits}) + ${delimiter.length})`,
    numeric: big ? "bigint" : "number",
    decode(m: Reader) {
      const { b, p } = m;
      const saved = m.resume();
      const end = endOfDigits(
        b,
        saved?.numbers[0] ?? p,
        Math.min(m.e, p + longest),
        (saved?.numbers[0] ?? p) > p ? { ...format, sign: "none" } : format,
      );
      if (end - p > longest - delimiter.length) {
        m.fail("digits", `needs at most ${maxDigits} digits`, "more follow");
        return STOP;
      }
      for (let i = 0; i < delimiter.length; i++) {
        if (end + i >= m.e) {
          // Where that is too much, the first byte too many is named, which is the same in any chunks.
          const most = m.start + m.limits.maxMessageSize - p;
          m.short(Math.min(end - p + delimiter.length, Math.max(most + 1, delimiter.length)), false);
          // A sign alone is read again, so that it is never taken for the middle of the digits.
          return m.leave(undefined, 0, undefined, [end - p > 1 ? end : p]);
        }
        if (b[end + i] === delimiter[i]) continue;
        // Up to the byte that is wrong, which is the same in any chunks.
        m.fail(
          "digits",
          `needs digits of base ${base}, then ${show(new TextDecoder("latin1").decode(delimiter))}`,
          `got ${hex(b.subarray(p, end + i + 1), 0, 24)}`,
        );
        return STOP;
      }
      const value = within(parseDigits(b, p, end, format, false), bounds);
      if (typeof value === "string") {
        m.fail("digits", `needs ${value}`, `got ${hex(b.subarray(p, end), 0, 24)}`);
        return STOP;
      }
      m.p = end + delimiter.length;
      return value;
    },
    encode(w, value) {
      const number = check(w, value, format, bounds);
      if (quick && (number as number) >= 0) {
        w.room(16 + delimiter.length);
        w.p = putDecimal(w.b, w.p, number as number);
      } else {
        const text = formatDigits(number, format, 0);
        if (text === undefined) throw w.refuse("range", `needs a number of at most ${maxDigits} digits`, value);
        w.room(text.length + delimiter.length);
        w.p = putText(w.b, w.p, text);
      }
      w.p = put(w.b, w.p, delimiter);
    },
    emitDecode(source) {
      const end = source.name("q");
      const value = source.name("n");
      const delimited = [
        `${end} + ${delimiter.length} > ${source.end}`,
        ...[...delimiter].map((byte, i) => `${source.byte(end, i)} !== ${byte}`),
      ].join(" || ");
      const cut = [
        `${end} + ${delimiter.length} > ${source.end} && ${end} - p <= ${longest - delimiter.length}`,
        ...[...delimiter.slice(0, -1)].map(
          (byte, i) => `(${end} + ${i} >= ${source.end} || ${source.byte(end, i)} === ${byte})`,
        ),
      ].join(" && ");
      const short = { when: cut, n: `${end} + ${delimiter.length} - p` };
      if (!simple) {
        const text = source.constant(format, JSON.stringify(format));
        source.line(`const ${end} = ${source.use("endOfDigits", endOfDigits)}(b, p, ${source.end}, ${text});`);
        source.stop(delimited, short);
        source.line(`const ${value} = ${source.use("parseDigits", parseDigits)}(b, p, ${end}, ${text}, false);`);
        source.stop(`typeof ${value} === "string"`);
      } else {
        const from = source.name("from");
        const c = source.name("c");
        source.line(`let ${end} = p, ${value} = 0, ${c} = 0;`);
        if (sign !== "none") source.line(`if (b[p] === 45${sign === "either" ? " || b[p] === 43" : ""}) ${end}++;`);
        source.line(`const ${from} = ${end};`);
        source.line(
          `for (; ${end} < ${source.end} && (${c} = b[${end}] - 48) >= 0 && ${c} <= 9; ${end}++) ${value} = ${value} * 10 + ${c};`,
        );
        const beyond = `${value} > 9007199254740991`;
        const zeros = sign === "either" ? `${end} - ${from} > 1 || b[p] === 45 && ${value} === 0` : `${end} - p > 1`;
        source.stop(
          `${end} === ${from} || ${end} - ${from} > ${maxDigits}${big ? "" : ` || ${beyond}`}${format.zeros ? "" : ` || b[${from}] === 48 && (${zeros})`}`,
          short,
        );
        source.stop(delimited);
        if (sign !== "none") source.line(`if (b[p] === 45 && ${value} !== 0) ${value} = -${value};`);
        if (big) {
          const text = source.constant(format, JSON.stringify(format));
          source.line(
            `${value} = ${value} <= 9007199254740991 && ${value} >= -9007199254740991 ? BigInt(${value}) : ${source.use("parseDigits", parseDigits)}(b, p, ${end}, ${text}, false);`,
          );
        }
      }
      if (bounds) source.stop(beyondText(value, bounds));
      source.line(`p = ${end} + ${delimiter.length};`);
      return value;
    },
    emitEncode(source, value) {
      source.stop(checkText(value, format, bounds));
      source.need(longest);
      const slow = () => {
        const text = source.store(
          `${source.use("formatDigits", formatDigits)}(${big ? value : `${value} + 0`}, ${source.constant(format, JSON.stringify(format))}, 0)`,
          "text",
        );
        source.stop(`${text} === undefined`);
        source.line(`p = ${source.use("putText", putText)}(b, p, ${text});`);
      };
      if (quick) {
        source.block(
          `if (${value} >= 0) {`,
          () => source.line(`p = ${source.use("putDecimal", putDecimal)}(b, p, ${value});`),
          sign === "none" ? "}" : "} else {",
        );
        if (sign !== "none") source.block("", slow);
      } else slow();
      for (let i = 0; i < delimiter.length; i++) source.line(`b[p++] = ${delimiter[i]};`);
    },
  };
}

/** Whether a byte can be part of a number, so that a delimiter may not start with it. */
export function isDigit(byte: number, format: DigitsFormat): boolean {
  return digit(byte, { ...format, letters: "any" }) >= 0 || (format.sign !== "none" && (byte === 43 || byte === 45));
}
