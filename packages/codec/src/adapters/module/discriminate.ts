// Where fields are matched by a sibling that holds names, each name gives the struct a shape of its own.

import type { AnySchema } from "../../index.js";
import type { Fields } from "../../schema.js";

interface Parts extends AnySchema {
  readonly ref?: { readonly path: string };
  readonly cases?: Fields;
  readonly otherwise?: AnySchema;
  readonly content?: Parts;
  readonly names?: object;
  readonly unknown?: string;
  readonly value?: unknown;
}

/** A field that has only this value. */
export const ONLY = "only";

/** The match that a field is, in a window or not. */
const matchOf = (field: Parts): Parts | undefined =>
  field.kind === "match" ? field : field.content?.kind === "match" ? field.content : undefined;

/** The names or truth values that a field can have; undefined for every other field. */
function namesOf({ kind, names, unknown, value }: Parts): readonly (string | boolean)[] | undefined {
  if (kind === "enumeration") return unknown === "pass" ? undefined : Object.keys(names as object);
  if (kind === "bool" || kind === "flag") return [true, false];
  return kind === "constant" && (typeof value === "string" || typeof value === "boolean") ? [value] : undefined;
}

const caseOf = ({ cases, otherwise }: Parts, name: string | boolean): AnySchema | undefined =>
  Object.hasOwn(cases as Fields, String(name)) ? cases?.[String(name)] : otherwise;

/** The field as it is where the tag is `name`; undefined where that is refused. */
function chosen(field: Parts, name: string | boolean): AnySchema | undefined {
  const match = matchOf(field);
  if (!match) return field;
  const of = caseOf(match, name);
  return of && match !== field ? field["~with"]?.((part) => (part === match ? of : part)) : of;
}

/** The fields of a struct, once for each name of the one field that its matches look at. */
export function shapesOf(fields: Fields): readonly Fields[] {
  const paths = new Set(Object.values(fields).flatMap((field) => matchOf(field)?.ref?.path ?? []));
  const [path] = paths;
  const tag =
    path !== undefined && paths.size === 1 && Object.hasOwn(fields, path) ? (fields[path] as Parts) : undefined;
  const names = tag && namesOf(tag);
  if (!tag || !names) return [fields];
  return names.flatMap((name) => {
    const shape: Record<string, AnySchema> = {};
    for (const [key, field] of Object.entries(fields)) {
      const of = field === tag && tag.kind !== "constant" ? { ...tag, kind: ONLY, value: name } : chosen(field, name);
      if (!of) return [];
      shape[key] = of as AnySchema;
    }
    return [shape];
  });
}
