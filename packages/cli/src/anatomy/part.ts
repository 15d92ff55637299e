// What a schema is made of, as a tree of plain data: messages, fields, sizes, bit ranges, names of numbers, and which
// fields follow from which. A schema that contains itself is told once, and called by its name from then on.

import type { AnySchema, Ref, StructOptions } from "@wireform/codec";
import { labelOf, lengthLabel, placesOf, type Use } from "@wireform/codec/tooling";
import { type Any, type Fields, isRange, type Scope, variantFields } from "./any.js";
import { type Least, leastBytes } from "./least.js";
import { mostBytes, mostOfFields } from "./sizes.js";
import { conditionWords, valueWords } from "./words.js";

export interface Part {
  /** A field's or variant's name; `[]` for the elements of an array. */
  readonly name: string;
  /** Where it stands in the value; elements of arrays without their number. */
  readonly path: string;
  /** How its schema is written: `u16`, `string(u8)`. */
  readonly kind: string;
  readonly min: number;
  readonly max: number;
  /** For bit fields: the bits they have of the bytes they touch, and the first of these in their run. */
  readonly bits?: { readonly high: number; readonly low: number; readonly byte: number };
  /** For a variant: the value that stands for it on the wire, and the field that has it. */
  readonly tag?: { readonly field: string; readonly value: unknown };
  /** The value that it always has. */
  readonly always?: unknown;
  /** The names that its numbers have. */
  readonly names?: Readonly<Record<string, number | bigint>>;
  /** What it follows from, where encoding fills it in. */
  readonly derived?: string;
  /** When it is there. */
  readonly when?: string;
  /** What else is asked of it. */
  readonly checks: readonly string[];
  /** What else is to be said of it. */
  readonly notes: readonly string[];
  /** The name of the schema that stands here again. */
  readonly again?: string;
  readonly parts: readonly Part[];
}

type Draft = { -readonly [K in keyof Part]: K extends "checks" | "notes" ? string[] : Part[K] };

interface Walk {
  /** Names of schemas that contain themselves, by what they are and by what gives them. */
  readonly known: Map<unknown, string>;
  readonly path: string;
  readonly scope: Scope | undefined;
  readonly least: Least;
}

/** The tree of a schema that people call `name`. */
export function anatomyOf(schema: AnySchema, name: string): Part {
  return partOf(schema, name, {
    known: new Map([[schema, name]]),
    path: "",
    scope: undefined,
    least: leastBytes(schema),
  });
}

function partOf(schema: AnySchema, name: string, walk: Walk, more: Partial<Part> = {}): Part {
  const draft: Draft = {
    name,
    path: walk.path,
    kind: labelOf(schema),
    min: walk.least.of(schema),
    max: mostBytes(schema, walk.scope),
    checks: [],
    notes: [],
    parts: [],
    ...(more as object),
  };
  describe(schema as Any, draft, walk);
  return draft;
}

/** Says of a draft what a kind adds; kinds around another go on with what is inside. */
type Describe = (schema: Any, draft: Draft, walk: Walk) => void;

const inside: Describe = ({ schema }, draft, walk) => {
  draft.kind = labelOf(schema);
  describe(schema as Any, draft, walk);
};

const kinds: Readonly<Record<string, Describe>> = {
  struct(schema, draft, walk) {
    draft.parts = fieldsOf(Object.entries(schema.fields), schema.options, walk);
  },
  union(union, draft, walk) {
    const { tagName, tag, variants } = union;
    draft.kind = `union on ${tagName}, ${labelOf(tag)}`;
    draft.parts = Object.entries(variants).map(([name, variant]) => variantOf(name, variant, union, walk));
  },
  match({ ref, cases, otherwise }, draft, walk) {
    draft.kind = `match on ${lengthLabel(ref)}`;
    draft.parts = [
      ...Object.entries(cases).map(([value, schema]) => partOf(schema, value, walk)),
      ...(otherwise ? [partOf(otherwise, "otherwise", walk)] : []),
    ];
  },
  array({ item }, draft, walk) {
    draft.parts = [partOf(item, "[]", { ...walk, path: `${walk.path}[]` })];
  },
  typedArray({ item, length }, draft) {
    draft.kind = `typedArray(${labelOf(item)}, ${lengthLabel(length)})`;
  },
  sized({ length, content, skip }, draft, walk) {
    const window = `sized(${lengthLabel(length)})`;
    if (skip) draft.notes.push("bytes left over are skipped");
    draft.kind = labelOf(content);
    describe(content as Any, draft, walk);
    draft.kind = `${window} ${draft.kind}`;
  },
  lazy({ get }, draft, walk) {
    const target = get();
    const again = walk.known.get(target) ?? walk.known.get(get);
    draft.kind = labelOf(target);
    if (again !== undefined) {
      draft.again = again;
      return;
    }
    const name = walk.path === "" ? draft.name : walk.path;
    for (const key of [target, get]) walk.known.set(key, name);
    describe(target as Any, draft, { ...walk, scope: undefined });
  },
  check(schema, draft, walk) {
    inside(schema, draft, walk);
    draft.checks.push(schema.message);
  },
  when(schema, draft, walk) {
    draft.when = conditionWords(schema.condition);
    draft.min = walk.least.of(schema.schema);
    inside(schema, draft, walk);
  },
  map(schema, draft, walk) {
    inside(schema, draft, walk);
    draft.notes.push("mapped by functions");
  },
  at(schema, draft, walk) {
    draft.notes.push(`at the offset ${typeof schema.offset === "number" ? schema.offset : lengthLabel(schema.offset)}`);
    draft.min = walk.least.of(schema.schema);
    draft.max = mostBytes(schema.schema);
    inside(schema, draft, walk);
  },
  constant(schema, draft, walk) {
    draft.always = schema.value;
    inside(schema, draft, walk);
  },
  enumeration(schema, draft, walk) {
    draft.names = schema.names;
    if (schema.unknown === "pass") draft.notes.push("other numbers pass");
    inside(schema, draft, walk);
  },
  checksum(schema, draft, walk) {
    draft.derived = `${schema.algorithm.name} of ${rangeWords(schema.range)}`;
    inside(schema, draft, walk);
  },
  lengthOf(schema, draft, walk) {
    draft.derived = `length of ${rangeWords(schema.range)}`;
    inside(schema, draft, walk);
  },
  reserved(schema, draft, walk) {
    draft.notes.push(schema.ignore ? `reserved, written as ${valueWords(schema.value)}` : "reserved");
    if (!schema.ignore) draft.always = schema.value;
    inside(schema, draft, walk);
  },
  padding({ align, ignore }, draft) {
    if (align !== undefined) draft.notes.push(`up to a multiple of ${align}`);
    if (ignore) draft.notes.push("any bytes are taken");
  },
  magic({ bytes }, draft) {
    draft.always = bytes;
  },
};

function describe(schema: Any, draft: Draft, walk: Walk): void {
  if (Object.hasOwn(kinds, schema.kind)) kinds[schema.kind]?.(schema, draft, walk);
}

const rangeWords = ({ from, to }: Any["range"]): string => `${from} to ${to ?? "the end"}`;

/** What a field is to the fields that it follows from. */
function follows(schema: AnySchema, key: string): string {
  let of = schema as Any;
  while (of.kind !== "at" && of.kind !== "array" && (of.schema ?? of.content) && !isLength(of))
    of = (of.schema ?? of.content) as Any;
  if (of.kind === "at") return `offset of ${key}`;
  return of.kind === "array" || of.kind === "typedArray" ? `count of ${key}` : `length of ${key}`;
}

const isLength = ({ kind, length }: Any): boolean => kind === "sized" && (length as Ref).kind === "field";

/** Fields with their bits, and with what those that are derived follow from. */
function fieldsOf(fields: Fields, options: Required<StructOptions>, walk: Walk): Part[] {
  const places = placesOf(fields, options);
  const scope: Scope = { fields, parent: walk.scope };
  const derived = new Map<string, string>();
  for (const [key, schema] of fields)
    for (const { path, derives } of schema.facts.uses as readonly Use[])
      if (derives && !path.startsWith("../") && !derived.has(path)) derived.set(path, follows(schema, key));
  return fields.map(([key, schema]) => {
    const place = places.get(key);
    const from = derived.get(key);
    const part = partOf(
      schema,
      key,
      { ...walk, scope, path: walk.path === "" ? key : `${walk.path}.${key}` },
      {
        ...(place && { bits: bitsOf(place) }),
        ...(from !== undefined && { derived: from }),
      },
    );
    return withDerived(part, key, derived);
  });
}

/** Fields of a field that follow from something further out: `header.length`. */
function withDerived(part: Part, path: string, derived: ReadonlyMap<string, string>): Part {
  if (![...derived.keys()].some((key) => key.startsWith(`${path}.`))) return part;
  const parts = part.parts.map((inner) => {
    const own = `${path}.${inner.name}`;
    const from = derived.get(own);
    return withDerived(from === undefined ? inner : { ...inner, derived: from }, own, derived);
  });
  return { ...part, parts };
}

function bitsOf(place: { size: number; lowest: number; little: boolean; width?: number }): NonNullable<Part["bits"]> {
  const { size, lowest, little, width = 8 * size } = place;
  const first = lowest >> 3;
  const last = (lowest + width - 1) >> 3;
  return { high: (lowest & 7) + width - 1, low: lowest & 7, byte: little ? first : size - 1 - last };
}

/** A variant with its fields behind the tag. */
function variantOf(name: string, variant: Any["variants"][string], union: Any, walk: Walk): Part {
  const [value, schema] = variant;
  const { fields, options, struct } = variantFields(union, variant);
  const checks: string[] = [];
  for (let of = schema as Any; struct && of.kind === "check"; of = of.schema as Any) checks.unshift(of.message);
  const [tag, ...parts] = fieldsOf(fields, options, walk) as [Part, ...Part[]];
  return {
    name,
    path: walk.path,
    kind: "variant",
    min: walk.least.ofFields(fields),
    max: mostOfFields(fields, walk.scope, new Set(walk.known.keys())),
    tag: { field: union.tagName, value },
    checks,
    notes: [],
    parts: [isRange(value) ? tag : { ...tag, always: value }, ...parts],
  };
}
