// Bytes that are always the same: constants, magic, padding and reserved fields.

import { hex, SchemaError, show } from "../errors.js";
import { limitsOf } from "../limits.js";
import { BitRun } from "../ops/bit-run.js";
import { refusal, scratch } from "../ops/fill.js";
import { leaf } from "../ops/leaf.js";
import { constantly, same } from "../ops/transform.js";
import { own } from "../own.js";
import { type Context, lower, type Op } from "../plan.js";
import { put, sameAt } from "../runtime/bytes.js";
import { Reader, STOP } from "../runtime/reader.js";
import type { Writer } from "../runtime/writer.js";
import {
  type AnySchema,
  type DerivedOf,
  facts,
  type Infer,
  isSchema,
  node,
  type RefsOf,
  type Schema,
} from "../schema.js";

/** What a schema does on its own, asked while something around it is defined. */
export function alone(schema: AnySchema): Op {
  const { bits } = schema.facts;
  const place = bits === undefined ? undefined : new BitRun(Math.ceil(bits / 8), false).place(0);
  return lower(schema, undefined, place);
}

/** Refuses, while defining, a value that the schema cannot carry there and back; gives it as it comes back. */
export function checkFits(schema: AnySchema, value: unknown, what: string): unknown {
  const op = alone(schema);
  const w = scratch();
  const why = refusal(op, value, w);
  if (why !== undefined)
    throw new SchemaError("argument", `${what} ${show(value)} does not fit ${schema.kind}: ${why}`);
  const back = op.decode(new Reader(w.b.subarray(0, w.p), 0, limitsOf(), true));
  if (back !== value && !same(back, value))
    throw new SchemaError(
      "argument",
      `${what} ${show(value)} is not what ${schema.kind} gives back when it is decoded`,
    );
  return back;
}

export interface ConstantSchema<V, S extends AnySchema> extends Schema<V, V | undefined, RefsOf<S>, DerivedOf<S>> {
  readonly schema: S;
  readonly value: V;
}

/**
 * A field that always has this value. It may be left out on encode; another value is refused in both directions.
 *
 * @example
 * struct({ version: constant(u8, 2) })
 */
export function constant<S extends AnySchema, const V extends Infer<S>>(schema: S, value: V): ConstantSchema<V, S> {
  if (!isSchema(schema)) throw new SchemaError("argument", `constant takes a schema and a value; got ${show(schema)}`);
  if (!["number", "bigint", "string", "boolean"].includes(typeof value) && !((value as unknown) instanceof Uint8Array))
    throw new SchemaError("argument", `constant takes a number, text, a boolean or bytes; got ${show(value)}`);
  const kept = checkFits(schema, value, "the constant");
  return node(
    "constant",
    schema.facts,
    { schema, value: kept },
    (_schema: never, context: never) =>
      constantly((context as Context).lower(schema, { bits: (context as Context).bits }), kept, kept, false, false),
    (change) => constant(change(schema), value) as never,
  );
}

/** Bytes without a value. */
export interface HiddenSchema extends Schema<void, void> {
  readonly kind: "magic" | "padding" | "reserved";
  readonly bytes?: Uint8Array;
}

/**
 * Bytes that must be there and carry no value: not in the decoded object, written by themselves.
 *
 * @example
 * struct({ start: magic("PNG"), end: magic(Uint8Array.of(0x0d, 0x0a)) })
 */
export function magic(value: Uint8Array | string): HiddenSchema {
  if (!(value instanceof Uint8Array) && typeof value !== "string")
    throw new SchemaError("argument", `magic takes bytes or text; got ${show(value)}`);
  if (typeof value === "string" && /[^\u0000-\u00ff]/.test(value))
    throw new SchemaError("argument", `magic takes text of bytes (U+0000 to U+00FF); got ${show(value)}`);
  const want = typeof value === "string" ? Uint8Array.from(value, (c) => c.charCodeAt(0)) : value.slice();
  return node("magic", facts(want.length, want.length), { bytes: want }, () => magicOp(want));
}

function magicOp(want: Uint8Array): Op {
  return leaf({
    size: want.length,
    hidden: true,
    get(m: Reader, p: number) {
      if (sameAt(m.b, p, want)) return undefined;
      m.fail("constant", `must be ${hex(want, 0, 16)}`, `got ${hex(m.b.subarray(p, p + want.length), 0, 16)}`, p);
      return STOP;
    },
    put: (w, p) => void put(w.b, p, want),
    emitGet(source, base, offset) {
      if (want.length <= 16)
        source.stop([...want].map((byte, i) => `${source.byte(base, offset + i)} !== ${byte}`).join(" || ") || "false");
      else
        source.stop(
          `!${source.use("sameAt", sameAt)}(b, ${base} + ${offset}, ${source.constant(want, `new Uint8Array([${want}])`)})`,
        );
      return "undefined";
    },
    emitPut(source, base, offset) {
      if (want.length <= 16)
        for (const [i, byte] of want.entries()) source.line(`${source.byte(base, offset + i)} = ${byte};`);
      else
        source.line(
          `${source.use("put", put)}(b, ${base} + ${offset}, ${source.constant(want, `new Uint8Array([${want}])`)});`,
        );
    },
  });
}

/**
 * Zero bytes without a value: a number of them, or as many as make the next position a multiple of `align`, counted from
 * the start of the message. Other bytes are refused unless `ignore` is set.
 *
 * @example
 * struct({ name: string(u8), pad: padding({ align: 4 }) })
 */
export function padding(
  amount: number | { readonly align: number },
  options: { readonly ignore?: boolean } = {},
): HiddenSchema {
  const ignore = own(options).ignore === true;
  if (typeof amount === "number") {
    if (!Number.isInteger(amount) || amount < 0)
      throw new SchemaError("argument", `padding takes a number of bytes, at least 0; got ${show(amount)}`);
    const zeroes = new Uint8Array(amount);
    return node("padding", facts(amount, amount), { amount, ignore }, () =>
      ignore ? { ...magicOp(zeroes), get: () => undefined, emitGet: () => "undefined" } : magicOp(zeroes),
    );
  }
  const align = own(amount ?? {}).align;
  if (!Number.isInteger(align) || align < 1)
    throw new SchemaError("argument", `padding's align is a number of bytes, at least 1; got ${show(align)}`);
  return node("padding", facts(0, align - 1), { align, ignore }, () => alignOp(align, ignore));
}

function alignOp(align: number, ignore: boolean): Op {
  const size = (p: number): number => (align - (p % align)) % align;
  return {
    min: 0,
    max: align - 1,
    hidden: true,
    decode(m: Reader) {
      const n = size(m.p - m.start);
      if (!m.need(n)) return STOP;
      for (let i = 0; i < n; i++) {
        if (m.b[m.p + i] === 0 || ignore) continue;
        m.fail("constant", "padding of zeroes", `got ${hex(m.b.subarray(m.p, m.p + n), 0, 16)}`, m.p + i);
        return STOP;
      }
      m.p += n;
      return undefined;
    },
    encode(w: Writer) {
      const n = size(w.p - w.start);
      w.aligned = w.p;
      w.room(n);
      w.b.fill(0, w.p, w.p + n);
      w.p += n;
    },
    emitDecode(source) {
      const end = source.store(`p + (${align} - (p - r.start) % ${align}) % ${align}`, "end");
      source.stop(`${end} > ${source.end}`, { n: `${end} - p` });
      if (ignore) source.line(`p = ${end};`);
      else source.block(`while (p < ${end}) {`, () => source.stop("b[p++] !== 0"));
      return "undefined";
    },
    emitEncode(source) {
      source.need(align - 1);
      source.place("aligned");
      source.line(`while ((p - w.start) % ${align} !== 0) b[p++] = 0;`);
    },
  };
}

/**
 * A field without a value that must be zero (or `value`); with `ignore`, decoding accepts anything there.
 *
 * @example
 * struct({ flags: bits(3), unused: reserved(bits(5)) })
 */
export function reserved(
  schema: AnySchema,
  options: { readonly value?: number | bigint | boolean; readonly ignore?: boolean } = {},
): HiddenSchema {
  if (!isSchema(schema)) throw new SchemaError("argument", `reserved takes a schema; got ${show(schema)}`);
  const value = checkFits(schema, own(options).value ?? zeroOf(schema), "the reserved value");
  const ignore = own(options).ignore === true;
  return node(
    "reserved",
    schema.facts,
    { schema, value, ignore },
    (_schema: never, context: never) =>
      constantly((context as Context).lower(schema, { bits: (context as Context).bits }), value, value, true, ignore),
    (change) => reserved(change(schema), { value: value as number, ignore }) as never,
  );
}

/** The zero of a schema: of the type that it encodes. */
function zeroOf(schema: AnySchema): unknown {
  const op = alone(schema);
  if (op.numeric) return op.numeric === "bigint" ? 0n : 0;
  if (schema.kind === "flag" || schema.kind === "bool") return false;
  if (schema.kind === "bytes" && schema.facts.min === schema.facts.max) return new Uint8Array(schema.facts.min);
  throw new SchemaError(
    "argument",
    `reserved takes an integer, a flag or bytes of a fixed size; say which value for ${schema.kind}`,
  );
}
