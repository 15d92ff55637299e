// Law: a run of bytes is taken whole or not at all; its length is checked against the limits before anything is copied.

import { show } from "../errors.js";
import type { Until } from "../length.js";
import { isLeaf, type Leaf, type Op } from "../plan.js";
import { type Reader, STOP } from "../runtime/reader.js";
import { shortWrite } from "../runtime/text.js";
import type { Writer } from "../runtime/writer.js";
import type { Content } from "./content.js";
import { type Count, emitMeasured, emitUnlessNull, emitWriteCount, nothingOf, readCount, writeCount } from "./count.js";
import { endingAt } from "./delimiter.js";
import { fill, typedAs } from "./fill.js";
import { leaf } from "./leaf.js";

/** Exactly `size` bytes. */
export function fixedBlob(size: number, content: Content): Leaf {
  const { pad } = content;
  const trim = (b: Uint8Array, from: number, to: number): [number, number] => {
    if (pad?.start) while (from < to && b[from] === pad.byte) from += 1;
    else if (pad) while (to > from && b[to - 1] === pad.byte) to -= 1;
    return [from, to];
  };
  const padOut = (b: Uint8Array, p: number, used: number): void => {
    // The value was written at the start; text that is padded in front moves to the end.
    if (pad?.start) b.copyWithin(p + size - used, p, p + used).fill(pad.byte, p, p + size - used);
    else if (pad) b.fill(pad.byte, p + used, p + size);
  };
  return leaf({
    size,
    get(m, p) {
      const [from, to] = trim(m.b, p, p + size);
      return content.read(m, from, to);
    },
    put(w, p, value) {
      const used = content.size(w, value);
      if (pad ? used > size : used !== size)
        throw w.fail("length", `needs ${pad ? "at most " : ""}${size} bytes`, `got ${used}`);
      const before = w.p;
      w.p = p;
      content.write(w, value, before);
      w.p = before;
      if (pad && used > 0 && w.b[pad.start ? p : p + used - 1] === pad.byte && content.unit === 1)
        throw w.refuse("delimiter", `cannot ${pad.start ? "start" : "end"} with its padding, ${show(pad.byte)}`, value);
      padOut(w.b, p, used);
    },
    emitGet(source, base, offset) {
      const from = offset === 0 ? base : `${base} + ${offset}`;
      if (!pad) return content.emitRead(source, from, `${base} + ${offset + size}`, size);
      const [start, end] = [source.name("from"), source.name("to")];
      source.line(`let ${start} = ${from}, ${end} = ${base} + ${offset + size};`);
      source.line(
        pad.start
          ? `while (${start} < ${end} && b[${start}] === ${pad.byte}) ${start}++;`
          : `while (${end} > ${start} && b[${end} - 1] === ${pad.byte}) ${end}--;`,
      );
      return content.emitRead(source, start, end);
    },
    emitPut(source, base, offset, value) {
      const used = content.emitSize(source, value);
      source.stop(`${used} ${pad ? ">" : "!=="} ${size}`);
      if (content.emitPut && !pad) {
        content.emitPut(source, base, offset, value, size);
        return;
      }
      const kept = source.store("p", "before");
      const at = source.store(`${base} + ${offset}`, "at");
      source.line(`p = ${at};`);
      content.emitWrite(source, value, used);
      source.line(`p = ${kept};`);
      if (!pad) return;
      if (content.unit === 1)
        source.stop(`${used} > 0 && b[${pad.start ? at : `${at} + ${used} - 1`}] === ${pad.byte}`);
      if (pad.start)
        source.line(
          `b.copyWithin(${at} + ${size} - ${used}, ${at}, ${at} + ${used}).fill(${pad.byte}, ${at}, ${at} + ${size} - ${used});`,
        );
      else source.line(`b.fill(${pad.byte}, ${at} + ${used}, ${at} + ${size});`);
    },
  });
}

/** As many bytes as a prefix or a field says. */
export function countedBlob(count: Count, content: Content, bounds: { min: number; max: number }): Op {
  const { unsized } = content;
  const nothing = nothingOf(count);
  const patched = unsized && count.mode === "prefix" && isLeaf(count.op) ? count.op : undefined;
  return {
    ...bounds,
    emitHint: (value) => `${value}?.length`,
    decode(m: Reader) {
      const n = m.resume()?.numbers[0] ?? readCount(m, count);
      if (n === STOP) return m.leave(undefined, 0, undefined, []);
      if (n === -1) return null;
      if (!m.need(n as number)) return m.leave(undefined, 0, undefined, [n as number]);
      const value = content.read(m, m.p, m.p + (n as number));
      if (value !== STOP) m.p += n as number;
      return value;
    },
    encode(w: Writer, value) {
      if (nothing !== undefined && value === null) return writeCount(w, count, -1);
      if (patched) {
        const at = w.p;
        w.room(patched.size);
        w.gaps.open(at, patched.size);
        w.b.fill(0, at, at + patched.size);
        w.p += patched.size;
        unsized?.write(w, value);
        const n = w.p - at - patched.size;
        if (n === nothing) throw w.refuse("length", `a length of ${n} means null`, value);
        fill(w, patched, at, typedAs(patched, n));
        return;
      }
      const n = content.size(w, value);
      writeCount(w, count, n);
      w.room(n);
      content.write(w, value);
    },
    emitDecode(source) {
      return emitMeasured(source, count, (n) => {
        source.need(n);
        const kept = source.store(content.emitRead(source, "p", `p + ${n}`));
        source.advance(n);
        return kept;
      });
    },
    emitEncode(source, value) {
      const write = () => {
        if (patched) {
          unsized?.emitCheck(source, value);
          // Mostly text takes a byte a unit. Short text that takes more is met when it is written; long text asks first.
          source.need(
            `${patched.size} + (${value}.length > ${shortWrite} ? ${value}.length * ${unsized?.most} : ${value}.length)`,
          );
          const at = source.store("p", "at");
          if (patched.place) source.line(`b.fill(0, p, p + ${patched.size});`);
          source.advance(patched.size);
          unsized?.emitWrite(source, value);
          const n = source.store(
            patched.numeric === "bigint" ? `BigInt(p - ${at} - ${patched.size})` : `p - ${at} - ${patched.size}`,
            "length",
          );
          if (nothing !== undefined && nothing >= 0) source.stop(`${n} === ${nothing}`);
          patched.emitPut(source, at, 0, n);
          return;
        }
        const n = content.emitSize(source, value);
        emitWriteCount(source, count, n);
        source.need(n);
        content.emitWrite(source, value, n);
      };
      emitUnlessNull(source, count, value, write);
    },
  };
}

/** Everything up to the end of what surrounds it. */
export function restBlob(content: Content, bounds: { min: number; max: number }): Op {
  return {
    ...bounds,
    emitHint: (value) => `${value}?.length`,
    decode(m: Reader) {
      if (!m.hard) {
        m.unended();
        return STOP;
      }
      const value = content.read(m, m.p, m.e);
      if (value !== STOP) m.p = m.e;
      return value;
    },
    encode(w: Writer, value) {
      w.room(content.size(w, value));
      content.write(w, value);
    },
    emitDecode(source) {
      if (source.hard !== "true") source.stop(`!${source.hard}`, {});
      const value = source.store(content.emitRead(source, "p", source.end));
      source.line(`p = ${source.end};`);
      return value;
    },
    emitEncode(source, value) {
      const n = content.emitSize(source, value);
      source.need(n);
      content.emitWrite(source, value, n);
    },
  };
}

/** Everything up to a delimiter, which is read but is not part of the value. */
export function delimitedBlob(
  until: Until,
  delimiters: readonly Uint8Array[],
  content: Content,
  bounds: { min: number; max: number },
): Op {
  const { max } = until;
  const ending = endingAt(until, delimiters, content.unit);
  return {
    ...bounds,
    decode(m: Reader) {
      const at = ending.find(m, m.resume()?.numbers[0] ?? m.p);
      if (at === STOP) return STOP;
      const value = content.read(m, m.p, at);
      if (value !== STOP) m.p = ending.behind(m, at);
      return value;
    },
    encode(w: Writer, value) {
      const n = content.size(w, value);
      if (max !== undefined && n > max) throw w.fail("length", `needs at most ${max} bytes`, `got ${n}`);
      w.room(n);
      const at = w.p;
      content.write(w, value);
      ending.write(w, at, value);
    },
    emitDecode(source) {
      const { at, behind } = ending.emitFind(source);
      const value = source.store(content.emitRead(source, "p", at));
      source.line(`p = ${behind};`);
      return value;
    },
    emitEncode(source, value) {
      const n = content.emitSize(source, value);
      if (max !== undefined) source.stop(`${n} > ${max}`);
      source.need(n);
      const at = source.store("p", "at");
      content.emitWrite(source, value, n);
      ending.emitWrite(source, at, n);
    },
  };
}
