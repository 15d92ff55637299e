// Names for numbers, and booleans.

import { inside, SchemaError, show } from "../errors.js";
import { integer } from "../ops/integer.js";
import { literal, transformed } from "../ops/transform.js";
import { own } from "../own.js";
import type { Context, Op } from "../plan.js";
import { STOP } from "../runtime/reader.js";
import {
  type AnySchema,
  checkOption,
  type DerivedOf,
  entriesOf,
  facts,
  type Infer,
  isSchema,
  node,
  type RefsOf,
  type Schema,
} from "../schema.js";
import { quote } from "../source.js";
import { checkFits } from "./constant.js";

type Names = { readonly [name: string]: number | bigint };

export interface EnumerationOptions {
  /** What a number without a name decodes as: an error ("refuse", the default), or the number itself ("pass"). */
  readonly unknown?: "refuse" | "pass";
}

export interface EnumerationSchema<S extends AnySchema, N extends Names, Value>
  extends Schema<Value, Value, RefsOf<S>, DerivedOf<S>> {
  readonly schema: S;
  readonly names: N;
  readonly unknown: "refuse" | "pass";
}

/**
 * Numbers by their names.
 *
 * @example
 * enumeration(u8, { request: 1, reply: 2 })                       // "request" | "reply"
 * enumeration(u8, { request: 1, reply: 2 }, { unknown: "pass" })  // … | number
 */
export function enumeration<S extends AnySchema, const N extends Names>(
  schema: S,
  names: N,
  options: { readonly unknown: "pass" },
): EnumerationSchema<S, N, (keyof N & string) | Infer<S>>;
export function enumeration<S extends AnySchema, const N extends Names>(
  schema: S,
  names: N,
  options?: EnumerationOptions,
): EnumerationSchema<S, N, keyof N & string>;
export function enumeration(schema: AnySchema, names: Names, options: EnumerationOptions = {}): AnySchema {
  if (!isSchema(schema)) throw new SchemaError("argument", `enumeration takes an integer schema; got ${show(schema)}`);
  const list = entriesOf(names, "enumeration");
  if (list.length === 0) throw new SchemaError("argument", "enumeration needs at least one name");
  const { unknown = "refuse" } = own(options);
  checkOption("enumeration's unknown", unknown, ["refuse", "pass"]);
  list.forEach(([name, value], i) => {
    if (typeof value !== "number" && typeof value !== "bigint")
      throw new SchemaError("argument", `is not a number; got ${show(value)}`, [name]);
    inside(name, () => checkFits(schema, value, "its number"));
    const other = list.findIndex(([, v]) => v === value);
    if (other !== i) throw new SchemaError("duplicate", `has the value ${value}, as "${list[other]?.[0]}" has`, [name]);
  });
  return node(
    "enumeration",
    schema.facts,
    { schema, names: Object.freeze({ ...names }), unknown },
    (_schema: never, context: never) =>
      names_((context as Context).lower(schema, { bits: (context as Context).bits }), list, unknown === "pass"),
    (change) => enumeration(change(schema), names, options) as never,
  );
}

function names_(inner: Op, list: readonly [string, number | bigint][], pass: boolean): Op {
  if (inner.numeric === undefined) throw new SchemaError("argument", "enumeration takes an integer schema");
  const type = inner.numeric;
  const toName = new Map<unknown, string>(list.map(([name, value]) => [value, name]));
  const toValue = new Map<unknown, number | bigint>(list);
  const allowed = list.map(([name]) => quote(name)).join(", ");
  const table = (entries: readonly (readonly [string | number | bigint, string | number | bigint])[]): string =>
    `new Map([${entries.map(([a, b]) => `[${literal(a)}, ${literal(b)}]`).join(", ")}])`;
  return transformed(inner, {
    forward(m, raw, at) {
      const name = toName.get(raw);
      if (name !== undefined) return name;
      if (pass) return raw;
      m.fail("value", `needs the number of one of ${allowed}`, `got ${show(raw)}`, at);
      return STOP;
    },
    back(w, value) {
      const number = toValue.get(value);
      if (number !== undefined) return number;
      if (pass && typeof value === type && !toName.has(value)) return value;
      throw w.refuse(
        pass && toName.has(value) ? "mismatch" : "range",
        pass && toName.has(value)
          ? `is called ${quote(toName.get(value) as string)}`
          : `needs one of ${allowed}${pass ? ` or a ${type}` : ""}`,
        value,
      );
    },
    emitForward(source, raw) {
      const kept = source.store(raw);
      const name = source.store(
        list.length <= 6
          ? `${list.map(([n, value]) => `${kept} === ${literal(value)} ? ${quote(n)} : `).join("")}undefined`
          : `${source.constant(toName, table(list.map(([n, value]) => [value, n])))}.get(${kept})`,
        "name",
      );
      if (pass) return `(${name} ?? ${kept})`;
      source.stop(`${name} === undefined`);
      return name;
    },
    emitBack(source, value) {
      const map = source.constant(toValue, table(list));
      const number = source.name("number");
      source.line(`let ${number} = ${map}.get(${value});`);
      if (pass) {
        const known = source.constant(toName, table(list.map(([n, v]) => [v, n])));
        source.line(
          `if (${number} === undefined && typeof ${value} === "${type}" && !${known}.has(${value})) ${number} = ${value};`,
        );
      }
      source.stop(`${number} === undefined`);
      return number;
    },
  });
}

export interface BoolSchema extends Schema<boolean> {
  readonly kind: "bool";
}

/** One byte as a boolean: 0 or 1; other bytes are refused. */
export const bool: BoolSchema = /* @__PURE__ */ node(
  "bool",
  /* @__PURE__ */ facts(1, 1, { integer: { signed: false, big: false, boolean: true } }),
  {},
  () =>
    transformed(integer({ bytes: 1, signed: false, little: false }), {
      forward(m, raw, at) {
        if (raw === 0 || raw === 1) return raw === 1;
        m.fail("value", "needs 0 or 1", `got ${raw}`, at);
        return STOP;
      },
      back(w, value) {
        if (typeof value !== "boolean") throw w.refuse("type", "needs a boolean", value);
        return value ? 1 : 0;
      },
      emitForward(source, raw) {
        const kept = source.store(raw);
        source.stop(`${kept} > 1`);
        return `${kept} === 1`;
      },
      emitBack(source, value) {
        source.stop(`typeof ${value} !== "boolean"`);
        return source.store(`${value} ? 1 : 0`, "bit");
      },
    }),
);
