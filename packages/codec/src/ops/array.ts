// Law: elements are counted against the limit before room is made for them, zero-width ones too; a count that cannot
// fit into the bytes that may follow is refused before the first element.

import { reason, show } from "../errors.js";
import type { Until } from "../length.js";
import { isLeaf, type Leaf, type Op } from "../plan.js";
import { delimiterAt, delimiterBegins, find, put } from "../runtime/bytes.js";
import { type Reader, STOP } from "../runtime/reader.js";
import { under, type Writer } from "../runtime/writer.js";
import type { Source } from "../source.js";
import {
  type Count,
  emitCounting,
  emitMeasured,
  emitUnlessNull,
  emitWriteCount,
  nothingOf,
  readCount,
  writeCount,
} from "./count.js";
import { emitDelimiters } from "./delimiter.js";

interface Bounds {
  min: number;
  max: number;
}

function elements(w: Writer, value: unknown): { readonly values: readonly unknown[]; readonly n: number } {
  if (!Array.isArray(value)) throw w.refuse("type", "needs an array", value);
  const n = value.length;
  w.count(n);
  return { values: value, n };
}

/** What an element refuses; where getters took elements away meanwhile, that is the trouble. */
function refused(w: Writer, error: unknown, i: number, values: readonly unknown[], n: number): unknown {
  if (values.length < n) w.changed = true;
  return under(error, i);
}

/** Where only bytes tell how many elements there are. */
const TAKES_BYTES = "an element that takes bytes";

function encodeAll(w: Writer, item: Op, values: readonly unknown[], n: number): void {
  let i = 0;
  try {
    for (; i < n; i++) item.encode(w, values[i]);
  } catch (error) {
    throw refused(w, error, i, values, n);
  }
}

function emitElements(source: Source, value: string): string {
  source.stop(`!Array.isArray(${value})`);
  const n = source.store(`${value}.length`, "n");
  emitCounting(source, n);
  return n;
}

function emitEncodeAll(source: Source, item: Op, value: string, n: string, counted: boolean): void {
  const i = source.name("i");
  const fits = isLeaf(item) && !item.place;
  if (fits) source.need(`${n} * ${item.size}`);
  source.block(`for (let ${i} = 0; ${i} < ${n}; ${i}++) {`, () => {
    const element = source.store(`${value}[${i}]`, "item");
    const at = counted || item.min > 0 ? undefined : source.store("p", "at");
    if (fits) item.emitPut(source, "p", 0, element);
    else item.emitEncode(source, element);
    if (fits) source.advance(item.size);
    if (at) source.stop(`p === ${at}`);
  });
}

/** Elements of fixed size. */
function getElements(m: Reader, item: Leaf, n: number, values: unknown[]): unknown {
  if (!m.need(n * item.size)) {
    if (!m.fault || m.fault.code === "limit") return m.leave(undefined, 0, values, [n]);
    m.fault = undefined;
  }
  for (let i = 0; i < n; i++) {
    // An element that is cut is decoded as far as it goes, so that the error names the field.
    const value = m.p + item.size <= m.e ? item.get(m, m.p) : item.decode(m);
    if (value === STOP) return m.leave(i, i, values, [n]);
    values.push(value);
    m.p += item.size;
  }
  return values;
}

/** As many elements as a number, a prefix or a field says. */
export function countedArray(count: Count, item: Op, bounds: Bounds): Op {
  const fixed = isLeaf(item) ? item : undefined;
  return {
    ...bounds,
    emitHint: (value) => `${value}?.length * ${item.min}`,
    decode(m: Reader) {
      const saved = m.resume();
      let n = saved?.numbers[0];
      let values = saved?.value as unknown[];
      if (n === undefined) {
        const read = readCount(m, count);
        if (read === STOP) return m.leave(undefined, 0, undefined);
        n = read;
        if (n === -1) return null;
        if (!m.count(n)) return STOP;
        if (!fixed && item.min > 0 && m.p + n * item.min - m.start > m.limits.maxMessageSize)
          return m.short(n * item.min, false) || STOP;
        values = [];
      }
      if (fixed) return getElements(m, fixed, n, values);
      for (let i = saved?.index ?? 0; i < n; i++) {
        const value = item.decode(m);
        if (value === STOP) return m.leave(i, i, values, [n]);
        values.push(value);
      }
      return values;
    },
    encode(w: Writer, value) {
      if (value === null && nothingOf(count) !== undefined) return writeCount(w, count, -1);
      const { values, n } = elements(w, value);
      writeCount(w, count, n);
      encodeAll(w, item, values, n);
    },
    emitDecode: (source) =>
      emitMeasured(source, count, (n) => {
        if (count.mode === "fixed" || item.min > 0) source.need(`${n} * ${item.min}`);
        emitCounting(source, n);
        // Only what is known to be there is given room; elements without bytes are few by the limit.
        const values = source.store(item.min > 0 ? `new Array(${n})` : "[]", "values");
        const i = source.name("i");
        source.block(`for (let ${i} = 0; ${i} < ${n}; ${i}++) {`, () => {
          if (fixed) {
            source.line(`${values}[${i}] = ${fixed.emitGet(source, "p", 0)};`);
            source.advance(fixed.size);
          } else source.line(`${values}[${i}] = ${item.emitDecode(source)};`);
        });
        return values;
      }),
    emitEncode: (source, value) =>
      emitUnlessNull(source, count, value, () => {
        const n = emitElements(source, value);
        emitWriteCount(source, count, n);
        emitEncodeAll(source, item, value, n, true);
      }),
  };
}

/** Elements up to the end of what surrounds them, a delimiter in their place, or the one that a function calls the last. */
export function untilArray(until: Until, delimiters: readonly Uint8Array[], item: Op, bounds: Bounds): Op {
  const { last } = until;
  const toEnd = !last && delimiters.length === 0;
  const first = delimiters[0] ?? new Uint8Array(0);
  const longest = Math.max(0, ...delimiters.map((d) => d.length));
  const startsWithDelimiter = (b: Uint8Array, from: number, to: number): boolean =>
    find(b, from, from, Math.min(to, from + longest), delimiters, 1) === from;
  const max = until.max ?? Number.POSITIVE_INFINITY;
  const accepted = "elements that its until function accepts";
  const unfinished = (w: Writer, values: readonly unknown[]): void => {
    let i: number;
    try {
      i = values.findIndex((value, index) => last?.(value, index));
    } catch (cause) {
      throw w.fail("rejected", accepted, reason(cause), cause);
    }
    if (i < 0 ? !until.orEnd : i !== values.length - 1)
      throw w.fail(
        "length",
        "needs exactly its last element to satisfy the until function",
        i < 0 ? "none does" : `element ${i} does`,
      );
  };
  return {
    ...bounds,
    emitHint: (value) => `${value}?.length * ${item.min}`,
    decode(m: Reader) {
      const saved = m.resume();
      const values = (saved?.value as unknown[]) ?? [];
      const from = saved?.numbers[0] ?? m.p;
      let going = saved?.index === 1;
      for (;;) {
        if (!going) {
          if (until.orEnd && m.p === m.e) {
            if (m.hard) return values;
            m.unended();
            return m.leave(undefined, 0, values, [from]);
          }
          if (delimiters.length > 0) {
            const size = delimiterAt(m.b, m.p, m.e, delimiters);
            if (size > 0) {
              m.p += size;
              return values;
            }
            const left = m.e - m.p;
            if (
              (!m.hard || (!until.orEnd && (left > 0 || item.min === 0))) &&
              delimiterBegins(m.b, m.p, m.e, delimiters)
            ) {
              m.short(left + 1, false);
              return m.leave(undefined, 0, values, [from]);
            }
          }
          if (!m.count(1)) return STOP;
        }
        const at = going ? (saved?.numbers[1] as number) : m.p;
        going = false;
        const value = item.decode(m);
        if (value === STOP) return m.leave(values.length, 1, values, [from, at]);
        if (m.p - from > max) {
          m.fail("limit", `at most ${max} bytes of elements`, `${m.p - from} read`, at);
          return m.leave(values.length, 1, values);
        }
        values.push(value);
        if (!last && m.p === at) return m.fail("length", TAKES_BYTES, "it takes none") || STOP;
        try {
          if (last?.(value, values.length - 1)) return values;
        } catch (cause) {
          m.fail("rejected", accepted, reason(cause), at, { cause });
          return m.leave(values.length - 1, 1, values);
        }
      }
    },
    encode(w: Writer, value) {
      const { values, n } = elements(w, value);
      if (last) unfinished(w, values);
      const from = w.p;
      for (let i = 0; i < n; i++) {
        const at = w.p;
        try {
          item.encode(w, values[i]);
          if (w.p === at && !last) throw w.fail("length", TAKES_BYTES, "it takes none");
          if (delimiters.length > 0 && startsWithDelimiter(w.filled(w.b), at, w.p))
            throw w.refuse("delimiter", `cannot start with the delimiter ${show(until.delimiters[0])}`, values[i]);
        } catch (error) {
          throw refused(w, error, i, values, n);
        }
      }
      if (w.p - from > max) throw w.fail("length", `needs at most ${max} bytes`, `got ${w.p - from}`);
      w.room(first.length);
      w.p = put(w.b, w.p, first);
    },
    emitDecode(source) {
      const hard = source.hard === "true";
      if (toEnd && !hard) source.stop(`!${source.hard}`, {});
      const values = source.store("[]", "values");
      const from = max === Number.POSITIVE_INFINITY ? undefined : source.store("p", "from");
      source.block("for (;;) {", () => {
        if (until.orEnd) {
          if (!toEnd && !hard) source.stop(`!${source.hard} && p === ${source.end}`, {});
          source.line(`if (p === ${source.end}) break;`);
        }
        if (delimiters.length > 0) {
          const list = emitDelimiters(source, delimiters);
          const size = source.store(`${source.use("delimiterAt", delimiterAt)}(b, p, ${source.end}, ${list})`, "size");
          source.block(`if (${size} > 0) {`, () => {
            source.line(`p += ${size};`);
            source.line("break;");
          });
          if (!until.orEnd || !hard)
            source.stop(
              `${until.orEnd ? `!${source.hard} && ` : ""}p + ${longest} > ${source.end} && ${source.use("delimiterBegins", delimiterBegins)}(b, p, ${source.end}, ${list})`,
              {},
            );
        }
        emitCounting(source, "1");
        const at = last || item.min > 0 ? undefined : source.store("p", "at");
        const value = source.store(item.emitDecode(source), "item");
        if (at) source.stop(`p === ${at}`);
        if (from) source.stop(`p - ${from} > ${max}`);
        source.line(`${values}.push(${value});`);
        if (last)
          source.line(
            `if (${source.attempt(`${source.constant(last)}(${value}, ${values}.length - 1)`, "ended")}) break;`,
          );
      });
      return values;
    },
    emitEncode(source, value) {
      const n = emitElements(source, value);
      if (last) {
        const ended = source.attempt(`${value}.findIndex((item, i) => ${source.constant(last)}(item, i))`, "ended");
        source.stop(`${ended} < 0 ? ${!until.orEnd} : ${ended} !== ${n} - 1`);
      }
      const from = max === Number.POSITIVE_INFINITY ? undefined : source.store("p", "from");
      if (delimiters.length === 0) {
        emitEncodeAll(source, item, value, n, last !== undefined);
        if (from) source.stop(`p - ${from} > ${max}`);
        return;
      }
      const i = source.name("i");
      source.block(`for (let ${i} = 0; ${i} < ${n}; ${i}++) {`, () => {
        const at = source.store("p", "at");
        item.emitEncode(source, source.store(`${value}[${i}]`, "item"));
        if (item.min === 0) source.stop(`p === ${at}`);
        source.stop(
          `${source.use("find", find)}(w.filled(b), ${at}, ${at}, Math.min(p, ${at} + ${longest}), ${emitDelimiters(source, delimiters)}, 1) === ${at}`,
        );
      });
      if (from) source.stop(`p - ${from} > ${max}`);
      source.need(first.length);
      for (const byte of first) source.line(`b[p++] = ${byte};`);
    },
  };
}
