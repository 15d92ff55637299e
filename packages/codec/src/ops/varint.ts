// Law: variable-length integers are written in their shortest form; other forms are refused on decode unless allowed.

import { show } from "../errors.js";
import type { Op } from "../plan.js";
import { type Reader, STOP } from "../runtime/reader.js";
import { missingVarint, readVarint, type VarintFormat, varintRange, writeVarint } from "../runtime/varint.js";
import type { Writer } from "../runtime/writer.js";

const problems = {
  long: (format: VarintFormat) => `at most ${format.maxBytes} bytes of variable-length integer`,
  minimal: () => "the shortest form of the integer",
  large: (format: VarintFormat) =>
    format.big ? "an integer of at most 64 bits" : "a whole number of at most 2^53 - 1 in size",
};

export function varint(format: VarintFormat): Op {
  const { form, maxBytes, big } = format;
  const { min, max } = varintRange(format);
  const type = big ? "bigint" : "number";
  const suffix = big ? "n" : "";
  return {
    min: 1,
    max: maxBytes,
    numeric: type,
    unsigned: (form === "uleb" || form === "quic") && !big,
    width(n) {
      if (form === "quic") return n < 64 ? 1 : n < 16384 ? 2 : n < 0x40000000 ? 4 : 8;
      let size = 1;
      for (let span = form === "uleb" ? 128 : 64; (n >= span || n < -span) && size < maxBytes; span *= 128) size++;
      return size;
    },
    emitWidth(_, n) {
      if (form === "quic") return `(${n} < 64 ? 1 : ${n} < 16384 ? 2 : ${n} < 1073741824 ? 4 : 8)`;
      const most = big ? maxBytes : 8;
      const spans = Array.from({ length: most - 1 }, (_, i) => (form === "uleb" ? 128 : 64) * 128 ** i);
      const fits = (span: number): string =>
        form === "uleb" ? `${n} < ${span}` : `${n} < ${span} && ${n} >= ${-span}`;
      return `(${spans.map((span, i) => `${fits(span)} ? ${i + 1} : `).join("")}${most})`;
    },
    decode(m: Reader) {
      const { p } = m;
      const value = readVarint(m, m.b, p, m.e, format);
      if (typeof value !== "string") return value;
      if (value === "short") m.short(m.e - p + missingVarint(m.b, p, m.e, format), false);
      else {
        const actual = value === "long" ? "it goes on" : "it is not";
        m.fail(value === "large" ? "value" : "varint", problems[value](format), actual, p);
      }
      return STOP;
    },
    encode(w: Writer, value) {
      if (typeof value !== type) throw w.refuse("type", `needs a ${type}`, value);
      if (!big && !Number.isInteger(value)) throw w.refuse("range", "needs a whole number", value);
      const number = value as number | bigint;
      if (number < min || number > max)
        throw w.fail("range", `needs a whole number from ${min} to ${max}`, `got ${show(value)}`);
      w.room(10);
      w.p = writeVarint(w.b, w.p, number, form);
    },
    emitDecode(source) {
      const value = source.name("n");
      const one =
        form === "sleb" ? `${value} << 25 >> 25` : form === "zigzag" ? `${value} >>> 1 ^ -(${value} & 1)` : value;
      const fast = big ? `BigInt(${one})` : one;
      source.line(`let ${value} = b[p];`);
      source.block(
        `if (p < ${source.end} && ${value} < ${form === "quic" ? 64 : 128}) {`,
        () => {
          if (fast !== value) source.line(`${value} = ${fast};`);
          source.line("p++;");
        },
        "",
      );
      if (form === "uleb" && !big && maxBytes > 1) {
        const second = source.byte("p", 1);
        source.block(
          `} else if (p + 1 < ${source.end} && ${second} < 128 && ${second} > 0) {`,
          () => {
            source.line(`${value} = ${value} & 127 | ${second} << 7;`);
            source.line("p += 2;");
          },
          "",
        );
      }
      source.block("} else {", () => {
        const text = source.constant(format, JSON.stringify(format));
        source.line(`${value} = ${source.use("readVarint", readVarint)}(r, b, p, ${source.end}, ${text});`);
        source.stop(`typeof ${value} === "string"`, { when: `${value} === "short"` });
        source.line("p = r.p;");
      });
      return value;
    },
    emitEncode(source, value) {
      source.stop(
        `${big ? `typeof ${value} !== "bigint"` : `!Number.isInteger(${value})`} || ${value} < ${min}${suffix} || ${value} > ${max}${suffix}`,
      );
      // A number that fits the range never takes more than its maxBytes.
      source.need(maxBytes);
      const slow = `p = ${source.use("writeVarint", writeVarint)}(b, p, ${value}, "${form}");`;
      if (form !== "uleb" || big) return source.line(slow);
      source.line(`if (${value} < 128) b[p++] = ${value};`);
      source.line(`else if (${value} < 16384) { b[p] = ${value} & 127 | 128; b[p + 1] = ${value} >>> 7; p += 2; }`);
      source.line(`else ${slow}`);
    },
  };
}
