// Law: bytes and strings differ only in what a run of bytes stands for. Strings are strict both ways: what is not the
// encoding is refused, never replaced.

import { hex, show } from "../errors.js";
import { bare, own } from "../own.js";
import { isWhole, lay, take } from "../runtime/bytes.js";
import type { Reader } from "../runtime/reader.js";
import { STOP } from "../runtime/reader.js";
import { type Encoding, sizeUtf8 } from "../runtime/text.js";
import type { Writer } from "../runtime/writer.js";
import { quote, type Source } from "../source.js";

/** What a run of bytes stands for. */
export interface Content {
  /** Bytes per unit; delimiters stand at multiples of it. */
  readonly unit: 1 | 2;
  read(m: Reader, from: number, to: number): unknown | typeof STOP;
  /** Bytes that the value takes; throws when it is not of the right type. */
  size(w: Writer, value: unknown): number;
  /** Writes the value, whose size is known to fit; what is refused is placed at `at`, where writing starts unless given. */
  write(w: Writer, value: unknown, at?: number): void;
  /** `size` is given where it never changes. */
  emitRead(source: Source, from: string, to: string, size?: number): string;
  /** Stores the number of bytes that the value takes. */
  emitSize(source: Source, value: string): string;
  /** Writes the value, of `size` bytes, for which there is room, and moves `p` behind it. */
  emitWrite(source: Source, value: string, size: string): void;
  /** Writes a value that always takes `size` bytes at `base + offset`, where that is simpler. */
  emitPut?(source: Source, base: string, offset: number, value: string, size: number): void;
  /** Set where writing tells the size, so that a prefix can be patched instead of counting first. */
  readonly unsized?: {
    most: number;
    write(w: Writer, value: unknown): void;
    emitWrite(source: Source, value: string): void;
    emitCheck(source: Source, value: string): void;
  };
  /** What fills a fixed size behind the value. */
  readonly pad?: { readonly byte: number; readonly start: boolean };
}

const FEW = 16;

/** What is asked of typed arrays, whose class could leave bytes of other messages where theirs should be. */
export const LIES = "needs a length that is its own";

/** Stores the length of a typed array. */
export function emitLength(source: Source, value: string): string {
  const n = source.store(`${value}.length`, "length");
  source.stop(`${n} !== 0 && ${value}[${n} - 1] === undefined || ${value}[${n}] !== undefined`);
  return n;
}

export const raw: Content = /* @__PURE__ */ bare({
  unit: 1,
  read: (m, from, to) => take(m, m.b, from, to),
  size(w, value) {
    if (!(value instanceof Uint8Array)) throw w.refuse("type", "needs a Uint8Array", value);
    const n = value.length;
    if (!isWhole(value, n)) throw w.fail("length", LIES, `got ${n}`);
    return n;
  },
  write(w, value) {
    w.p = lay(w, w.b, w.p, value as Uint8Array, raw.size(w, value));
  },
  emitRead(source, from, to, size) {
    if (size === undefined || size > FEW || source.views) return `${source.use("take", take)}(r, b, ${from}, ${to})`;
    const bytes = source.store(`new Uint8Array(${size})`, "bytes");
    for (let i = 0; i < size; i++) source.line(`${bytes}[${i}] = b[${from} + ${i}];`);
    return bytes;
  },
  emitSize(source, value) {
    source.stop(`!(${value} instanceof Uint8Array)`);
    return emitLength(source, value);
  },
  emitWrite(source, value, size) {
    source.line(`p = ${source.use("lay", lay)}(w, b, p, ${value}, ${size});`);
  },
  emitPut(source, base, offset, value, size) {
    if (size > FEW) source.line(`${source.use("lay", lay)}(w, b, ${base} + ${offset}, ${value}, ${size});`);
    else for (let i = 0; i < size; i++) source.line(`${source.byte(base, offset + i)} = ${value}[${i}];`);
  },
});

export function text(encoding: Encoding, pad?: { readonly byte: number; readonly start: boolean }): Content {
  const name = encoding.name[0]?.toUpperCase() + encoding.name.slice(1);
  const { without } = own(encoding);
  const what = without === undefined ? encoding.name : `${encoding.name} without ${show(without)}`;
  /** The function for one direction: a runtime function, or that of an encoding made for this schema. */
  const named = (source: Source, way: "read" | "write"): string =>
    without === undefined
      ? source.use(`${way}${name}`, encoding[way])
      : `${source.constant(encoding, `except(${encoding.name}, ${quote(without)})`, ["except", encoding.name])}.${way}`;
  const emitRead = (source: Source, from: string, to: string): string => `${named(source, "read")}(b, ${from}, ${to})`;
  const emitWrite = (source: Source, value: string): string => `${named(source, "write")}(b, p, ${value})`;
  const variable = encoding.name === "utf8";
  const check = (w: Writer, value: unknown): string => {
    if (typeof value !== "string") throw w.refuse("type", "needs a string", value);
    return value;
  };
  const write = (w: Writer, value: unknown, at?: number): void => {
    const end = encoding.write(w.b, w.p, value as string);
    if (end < 0) throw w.refuse("encoding", `needs text that ${what} can hold`, value, undefined, at);
    w.p = end;
  };
  const emitCheck = (source: Source, value: string): void => source.stop(`typeof ${value} !== "string"`);
  return bare({
    unit: encoding.unit,
    ...(pad && { pad }),
    read(m, from, to) {
      const value = encoding.read(m.b, from, to);
      if (value !== undefined) return value;
      m.fail("encoding", `needs valid ${what}`, `got ${hex(m.b.subarray(from, to), 0, 16)}`, from);
      return STOP;
    },
    size(w, value) {
      const given = check(w, value);
      const size = variable ? sizeUtf8(given) : given.length * encoding.unit;
      if (size < 0) throw w.refuse("encoding", `needs text that ${what} can hold`, value);
      return size;
    },
    write,
    emitRead(source, from, to) {
      const value = source.store(emitRead(source, from, to), "text");
      source.stop(`${value} === undefined`);
      return value;
    },
    emitSize(source, value) {
      emitCheck(source, value);
      const size = source.store(
        variable
          ? `${source.use("sizeUtf8", sizeUtf8)}(${value})`
          : `${value}.length${encoding.unit === 2 ? " * 2" : ""}`,
        "length",
      );
      if (variable) source.stop(`${size} < 0`);
      return size;
    },
    emitWrite(source, value) {
      const end = source.store(emitWrite(source, value), "end");
      source.stop(`${end} < 0`);
      source.line(`p = ${end};`);
    },
    ...(variable && {
      unsized: {
        most: 3,
        write: (w, value) => {
          w.room(check(w, value).length * 3);
          write(w, value);
        },
        emitCheck,
        emitWrite: (source, value) => {
          const end = source.name("end");
          source.line(`let ${end} = ${emitWrite(source, value)};`);
          source.block(`if (${end} > b.length) {`, () => {
            source.line(`b = w.grow(p, ${end} - p);`);
            source.line(`${end} = ${emitWrite(source, value)};`);
          });
          source.stop(`${end} < 0`);
          source.line(`p = ${end};`);
        },
      },
    }),
  });
}
