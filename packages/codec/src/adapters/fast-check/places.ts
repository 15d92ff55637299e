// Where the fields of a value are, as far as its schema says.

import type { AnySchema, Variants } from "../../index.js";
import type { Fields } from "../../schema.js";
import { fieldsOf } from "./struct.js";

type Place = readonly (string | number)[];

/** The places of all struct fields in a value; what functions made of bytes is left alone. */
export function placesOf(schema: AnySchema, value: unknown, here: Place = []): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const of = schema as unknown as {
    readonly fields: Fields;
    readonly item: AnySchema;
    readonly content: AnySchema;
    readonly schema: AnySchema;
    readonly tagName: string;
    readonly variants: Variants;
  };
  const members = (entries: readonly (readonly [string, AnySchema])[]): Place[] =>
    entries.flatMap(([key, field]) =>
      Object.hasOwn(value, key)
        ? [[...here, key], ...placesOf(field, (value as Record<string, unknown>)[key], [...here, key])]
        : [],
    );
  if (schema.kind === "struct") return members(Object.entries(of.fields));
  if (schema.kind === "array")
    return (value as unknown[]).slice(0, 4).flatMap((item, i) => placesOf(of.item, item, [...here, i]));
  if (schema.kind === "sized") return placesOf(of.content, value, here);
  if (["when", "check", "at"].includes(schema.kind)) return placesOf(of.schema, value, here);
  if (schema.kind !== "union") return [];
  const variant = of.variants[(value as Record<string, string>)[of.tagName] as string];
  return [[...here, of.tagName], ...(variant ? members(fieldsOf(variant[1])) : [])];
}

/** The value with something else in one place; without it, where that is undefined. */
export function changed(value: unknown, [key, ...rest]: Place, to: unknown): unknown {
  if (key === undefined) return to;
  if (Array.isArray(value)) return value.map((item, i) => (i === key ? changed(item, rest, to) : item));
  const own = { ...(value as Record<string, unknown>) };
  if (rest.length === 0 && to === undefined) delete own[key];
  else own[key] = changed(own[key], rest, to);
  return own;
}
