// The fields of a struct as the values have them: which have no key, which may be left out, and where others are found.

import type { AnySchema, Fields } from "../../schema.js";

interface Wrapper extends AnySchema {
  readonly schema?: AnySchema;
  readonly content?: AnySchema;
  readonly fields?: Fields;
  readonly value?: unknown;
}

/** Whether there is never a value. */
export function isHidden(schema: AnySchema): boolean {
  if (schema.kind === "magic" || schema.kind === "padding" || schema.kind === "reserved") return true;
  const { schema: inner } = schema as Wrapper;
  return (schema.kind === "when" || schema.kind === "check" || schema.kind === "at") && inner !== undefined
    ? isHidden(inner)
    : false;
}

/** Whether it is there only sometimes. */
export const isConditional = (schema: AnySchema): boolean => {
  const { schema: inner, cases, otherwise } = schema as Wrapper & { cases?: Fields; otherwise?: AnySchema };
  if (schema.kind === "when") return true;
  if (schema.kind === "check" || schema.kind === "at") return inner !== undefined && isConditional(inner);
  if (schema.kind !== "match") return false;
  return [...Object.values(cases as Fields), ...(otherwise ? [otherwise] : [])].some(
    (of) => isConditional(of) || isHidden(of),
  );
};

/** Whether encoding knows the value without being given it, wherever it stands. */
export function isKnown(schema: AnySchema): boolean {
  const { kind } = schema;
  if (kind === "constant" || kind === "checksum" || kind === "lengthOf") return true;
  return (kind === "check" || kind === "at") && isKnown((schema as Wrapper).schema as AnySchema);
}

/** The paths of fields that others derive: of their lengths and counts, and of offsets. */
export function derivedPaths(fields: readonly [string, AnySchema][], outer: readonly string[]): readonly string[] {
  const own = fields.flatMap(([, schema]) =>
    schema.facts.uses.filter((use) => use.derives && !use.path.startsWith("../")).map((use) => use.path),
  );
  return [...own, ...outer];
}

/** Those of the paths that lead into a field. */
export const pathsInto = (paths: readonly string[], key: string): readonly string[] =>
  paths.flatMap((path) => (path.startsWith(`${key}.`) ? [path.slice(key.length + 1)] : []));

/** The fields that stand beside a union's tag: a struct's own, or the value. */
export function variantFields(schema: AnySchema): [string, AnySchema][] {
  let of = schema as Wrapper;
  while (of.kind === "check") of = of.schema as Wrapper;
  return of.kind === "struct" ? Object.entries(of.fields as Fields) : [["value", schema]];
}

/** A struct's value and its fields, and the struct around it. */
export interface Scope {
  readonly fields: readonly [string, AnySchema][];
  readonly values: Readonly<Record<string, unknown>>;
  readonly parent: Scope | undefined;
}

/** The value of a field by its path; a constant's own where it is left out. */
export function lookUp(scope: Scope | undefined, path: string): unknown {
  let from = scope;
  let rest = path;
  for (; rest.startsWith("../"); rest = rest.slice(3)) from = from?.parent;
  let fields = from?.fields ?? [];
  let value: unknown = from?.values;
  for (const key of rest.split(".")) {
    let schema = fields.find(([name]) => name === key)?.[1] as Wrapper | undefined;
    const known = schema?.kind === "constant" ? schema.value : undefined;
    value =
      (typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined) ?? known;
    while (schema && !schema.fields) schema = (schema.schema ?? schema.content) as Wrapper | undefined;
    fields = Object.entries(schema?.fields ?? {});
  }
  return value;
}

/** The case of a match for a field's value. */
export function caseFor(cases: Fields, otherwise: AnySchema | undefined, tag: unknown): AnySchema | undefined {
  const numeric = typeof tag === "number" || typeof tag === "bigint";
  const key = Object.keys(cases).find(
    (name) => name === String(tag) || (numeric && /^0x/i.test(name) && BigInt(name) === BigInt(tag)),
  );
  return key === undefined ? otherwise : cases[key];
}
