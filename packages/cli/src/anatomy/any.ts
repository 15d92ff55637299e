// A schema as tools read it: with whatever its kind has, and the fields around it.

import {
  type AnySchema,
  type Condition,
  check,
  type Length,
  type Ref,
  type StructOptions,
  type TagRange,
} from "@wireform/codec";

export type Fields = readonly [name: string, schema: AnySchema][];

/** Any schema; which of these it has, its kind says. */
export interface Any extends AnySchema {
  readonly schema: AnySchema;
  readonly content: AnySchema;
  readonly item: AnySchema;
  readonly length: Length;
  readonly fields: Readonly<Record<string, AnySchema>>;
  readonly options: Required<StructOptions>;
  readonly tagName: string;
  readonly tag: AnySchema;
  readonly variants: Readonly<Record<string, readonly [tag: unknown, schema: AnySchema]>>;
  readonly cases: Readonly<Record<string, AnySchema>>;
  readonly otherwise: AnySchema | undefined;
  readonly ref: Ref;
  readonly condition: Condition;
  readonly offset: number | Ref;
  readonly value: unknown;
  readonly bytes: Uint8Array;
  readonly align: number | undefined;
  readonly ignore: boolean;
  readonly skip: boolean;
  readonly unknown: "refuse" | "pass";
  readonly names: Readonly<Record<string, number | bigint>>;
  readonly message: string;
  readonly predicate: (value: unknown) => boolean;
  readonly algorithm: { readonly name: string };
  readonly range: { readonly from: string; readonly to?: string };
  readonly format: Readonly<Record<string, unknown>> | undefined;
  get(): AnySchema;
}

/** The fields that references can name, and those of the struct around. */
export interface Scope {
  readonly fields: Fields;
  readonly parent: Scope | undefined;
}

/** The field that a reference names. */
export function fieldAt(scope: Scope | undefined, path: string): AnySchema | undefined {
  let from = scope;
  let rest = path;
  for (; rest.startsWith("../"); rest = rest.slice(3)) from = from?.parent;
  let fields = from?.fields ?? [];
  let found: Any | undefined;
  for (const key of rest.split(".")) {
    found = fields.find(([name]) => name === key)?.[1] as Any | undefined;
    let inner = found;
    while (inner && !inner.fields) inner = (inner.schema ?? inner.content) as Any | undefined;
    fields = Object.entries(inner?.fields ?? {});
  }
  return found;
}

/** A variant as the struct it is on the wire: its tag, then its fields; what is no struct stands under `value`. */
export function variantFields(
  { tagName, tag }: Pick<Any, "tagName" | "tag">,
  [value, schema]: readonly [tag: unknown, schema: AnySchema],
): { fields: Fields; options: Required<StructOptions>; struct: boolean } {
  let of = schema as Any;
  while (of.kind === "check") of = of.schema as Any;
  const struct = of.kind === "struct";
  const own: Fields = struct ? Object.entries(of.fields) : [["value", schema]];
  return {
    fields: [isRange(value) ? ["tag", within(tag, value)] : [tagName, tag], ...own],
    options: struct ? of.options : { endian: "big", bitOrder: "msb" },
    struct,
  };
}

/** A tag where it stands for one variant of several numbers. */
const within = (tag: AnySchema, { from, to }: TagRange): AnySchema =>
  check(tag, (n: number | bigint) => n >= from && n <= to, `${from} to ${to}`);

export const isRange = (tag: unknown): tag is TagRange => (tag as Partial<TagRange> | null)?.kind === "range";

/** From which field to which a range goes. */
export function rangeIn(fields: Fields, { from, to }: Any["range"]): { first: number; last: number } {
  const at = (name: string): number => fields.findIndex(([key]) => key === name);
  return { first: at(from), last: to === undefined ? fields.length - 1 : at(to) };
}
