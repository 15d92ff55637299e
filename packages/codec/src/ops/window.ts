// Law: a window ends where its length says. All of it must be there before its content is read, its content cannot read
// past it, and what the content leaves over is an error unless the schema says to skip it.

import type { Until } from "../length.js";
import { isLeaf, type Op } from "../plan.js";
import { laterOf } from "../runtime/later.js";
import { type Reader, STOP } from "../runtime/reader.js";
import type { Writer } from "../runtime/writer.js";
import { isName, type Source } from "../source.js";
import {
  type Count,
  derive,
  emitDerive,
  emitMeasured,
  emitUnlessNull,
  readCount,
  widthOf,
  writeCount,
} from "./count.js";
import { endingAt } from "./delimiter.js";
import { emitFill, fill, typedAs } from "./fill.js";
import { presence } from "./leaf.js";

/** Left with its content begun; the end of the window is kept. */
const OPEN = 1;

interface Options {
  min: number;
  max: number;
  /** Bytes behind the content are skipped on decode, and filled with zeroes up to a fixed size on encode. */
  skip: boolean;
}

/**
 * Reads the content of a window that ends at `end`, all of which is there. What it needs beyond, through offsets, is
 * waited for with the window open.
 */
function inside(m: Reader, end: number, content: Op, skip: boolean): unknown | typeof STOP {
  const { e, hard } = m;
  m.e = end;
  m.hard = true;
  const value = content.decode(m);
  if (value === STOP) {
    // What asks for more than its window has says nothing of the message's size.
    m.announced = 0;
    return m.leave(undefined, OPEN, undefined, [end]);
  }
  if (m.p !== end && !skip) {
    m.fail("length", "content that fills its window", `${end - m.p} bytes are left over`);
    return STOP;
  }
  m.p = end;
  m.e = e;
  m.hard = hard;
  return value;
}

function emitInside(source: Source, end: string, content: Op, skip: boolean): string {
  const outer = { end: source.end, hard: source.hard };
  source.end = end;
  source.hard = "true";
  const value = content.emitDecode(source);
  const kept = isName(value) ? value : source.store(value);
  if (skip) source.line(`p = ${end};`);
  else source.stop(`p !== ${end}`);
  Object.assign(source, outer);
  return kept;
}

/** As many bytes as a number, a prefix or a field says. */
export function sizedWindow(count: Count, content: Op, options: Options): Op {
  const { skip } = options;
  const prefix = count.mode === "prefix" ? count : undefined;
  const nothing = prefix?.nothing;
  return {
    ...options,
    // Where nothing can be said, content without a value is told from null by its absence.
    ...(nothing !== undefined && content.hidden ? { optional: true } : presence(content)),
    ...(nothing === undefined && content.names && { names: content.names, framed: true }),
    emitHint: (value) => content.emitHint?.(value) ?? "0",
    decode(m: Reader) {
      const saved = m.resume();
      if (saved?.index === OPEN) return inside(m, saved.numbers[0] as number, content, skip);
      const n = saved?.numbers[0] ?? readCount(m, count);
      if (n === STOP) return m.leave(undefined, 0, undefined);
      if (n === -1) return null;
      if (!m.need(n as number)) {
        m.glimpse(content);
        return m.leave(undefined, 0, undefined, [n as number]);
      }
      return inside(m, m.p + (n as number), content, skip);
    },
    encode(w: Writer, value) {
      if (nothing !== undefined && value === null) return writeCount(w, count, -1);
      const at = w.p;
      if (prefix) laterOf(w).keep(prefix.op.min);
      const from = w.p;
      content.encode(w, value);
      const n = w.p - from;
      if (prefix) {
        if (n === nothing) throw w.fail("length", `a length of ${n} means null`, `needs ${n}`);
        fill(w, prefix.op, at, typedAs(prefix.op, n));
      } else if (count.mode === "fixed") {
        if (n > count.n || (n < count.n && !skip))
          throw w.fail("length", `needs ${skip ? "at most " : ""}${count.n} bytes`, `got ${n}`);
        w.room(count.n - n);
        w.b.fill(0, w.p, from + count.n);
        w.p = from + count.n;
      } else if (count.mode === "ref") derive(w, count.bound, n);
    },
    emitDecode: (source) =>
      emitMeasured(source, count, (n) => {
        const end = source.store(`p + ${n}`, "end");
        source.stop(`${end} > ${source.end}`, { n });
        return emitInside(source, end, content, skip);
      }),
    emitEncode(source, value) {
      const write = () => {
        const at = source.store("p", "at");
        let reserved = "0";
        if (prefix) {
          reserved = isLeaf(prefix.op)
            ? String(prefix.op.size)
            : source.store(
                prefix.op.emitWidth?.(
                  source,
                  source.store(`${content.min} + (${content.emitHint?.(value) ?? 0} || 0)`, "guess"),
                ) ?? String(widthOf(prefix.op, content.min)),
                "width",
              );
          source.need(reserved);
          if (isLeaf(prefix.op) && prefix.op.place) source.line(`b.fill(0, p, p + ${reserved});`);
          source.advance(reserved);
        }
        const before = source.places.length;
        content.emitEncode(source, value);
        const n = source.store(`p - ${at} - ${reserved}`, "length");
        if (prefix) {
          if (nothing !== undefined) source.stop(`${n} === ${nothing}`);
          emitFill(
            source,
            prefix.op,
            at,
            prefix.op.numeric === "bigint" ? source.store(`BigInt(${n})`) : n,
            reserved,
            source.places.slice(before),
          );
        } else if (count.mode === "fixed") {
          source.stop(`${n} ${skip ? ">" : "!=="} ${count.n}`);
          if (!skip) return;
          source.need(`${count.n} - ${n}`);
          source.line(`b.fill(0, p, ${at} + ${count.n});`);
          source.line(`p = ${at} + ${count.n};`);
        } else if (count.mode === "ref") emitDerive(source, count.bound, n);
      };
      emitUnlessNull(source, count, value, write);
    },
  };
}

/** Everything up to the end of what surrounds it. */
export function restWindow(content: Op, options: Options): Op {
  return {
    ...options,
    ...presence(content),
    ...(content.names && { names: content.names }),
    decode(m: Reader) {
      m.resume();
      if (m.hard) return inside(m, m.e, content, options.skip);
      m.unended();
      return STOP;
    },
    encode: (w, value) => content.encode(w, value),
    emitDecode(source) {
      if (source.hard !== "true") source.stop(`!${source.hard}`, {});
      return emitInside(source, source.end, content, options.skip);
    },
    emitEncode: (source, value) => content.emitEncode(source, value),
  };
}

/** Everything up to a delimiter. */
export function delimitedWindow(until: Until, delimiters: readonly Uint8Array[], content: Op, options: Options): Op {
  const { max } = until;
  const ending = endingAt(until, delimiters, 1);
  return {
    ...options,
    ...presence(content),
    decode(m: Reader) {
      const saved = m.resume();
      const from = saved?.numbers[0] ?? m.p;
      const at = saved?.index === OPEN ? from : ending.find(m, from);
      if (at === STOP) return STOP;
      const value = inside(m, at, content, options.skip);
      if (value !== STOP) m.p = ending.behind(m, at);
      return value;
    },
    encode(w: Writer, value) {
      const at = w.p;
      content.encode(w, value);
      const n = w.p - at;
      if (max !== undefined && n > max) throw w.fail("length", `needs at most ${max} bytes`, `got ${n}`);
      ending.write(w, at, value);
    },
    emitDecode(source) {
      const { at, behind } = ending.emitFind(source);
      const value = emitInside(source, at, content, options.skip);
      source.line(`p = ${behind};`);
      return value;
    },
    emitEncode(source, value) {
      const at = source.store("p", "at");
      content.emitEncode(source, value);
      const n = source.store(`p - ${at}`, "length");
      if (max !== undefined) source.stop(`${n} > ${max}`);
      ending.emitWrite(source, at, n);
    },
  };
}
