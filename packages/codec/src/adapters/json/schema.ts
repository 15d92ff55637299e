// The JSON Schema (draft 2020-12) of the JSON form of a schema's values.

import { type AnySchema, type Key, type Length, SchemaError } from "../../index.js";
import { numbersOf } from "../../numbers.js";
import type { Fields } from "../../schema.js";
import { derivedPaths, isConditional, isHidden, isKnown, pathsInto, variantFields } from "./fields.js";
import { type Json, toJson } from "./value.js";

export type JsonSchema = { [keyword: string]: Json };

interface Walk {
  readonly keys: readonly Key[];
  /** Whether what encoding fills in may be left out. */
  readonly input: boolean;
  /** Paths into this value that something further out derives. */
  readonly derived: readonly string[];
  /** Names of recursive schemas. */
  readonly names: Map<AnySchema, string>;
  readonly defs: { [name: string]: Json };
  go(schema: AnySchema, change?: Partial<Pick<Walk, "keys" | "derived">>): JsonSchema;
}

type Describe = (schema: never, walk: Walk) => JsonSchema;
type Inner = { readonly schema: AnySchema };
type Lengthy = { readonly length: Length };

/** A pattern of text without some ASCII characters. */
const noneOf = (chars: string): string =>
  `^[^${[...chars].map((c) => `\\u00${c.charCodeAt(0).toString(16).padStart(2, "0")}`).join("")}]*$`;

const isNullable = (length: Length): boolean => (length as { kind?: string }).kind === "nullable";
const orNull = (length: Length, schema: JsonSchema): JsonSchema =>
  isNullable(length) ? { anyOf: [schema, { type: "null" }] } : schema;

/** An object of these fields; those of a union's tag stand in front. */
function object(fields: readonly [string, AnySchema][], walk: Walk, first: { [key: string]: Json } = {}): JsonSchema {
  const paths = derivedPaths(fields, walk.derived);
  const properties: { [key: string]: Json } = { ...first };
  const required = Object.keys(first);
  for (const [key, schema] of fields) {
    if (isHidden(schema)) continue;
    properties[key] = walk.go(schema, { keys: [...walk.keys, key], derived: pathsInto(paths, key) });
    const spared = walk.input && (isKnown(schema) || paths.includes(key));
    if (!spared && !isConditional(schema)) required.push(key);
  }
  return { type: "object", properties, ...(required.length > 0 && { required }), additionalProperties: false };
}

const inner: Describe = ({ schema }: Inner, walk) => walk.go(schema, { derived: walk.derived });
const HEX = "^([0-9a-fA-F]{2})*$";
const UNSAYABLE = ["NaN", "Infinity", "-Infinity", "-0"];

function array({ item, length }: Lengthy & { item: AnySchema }, walk: Walk): JsonSchema {
  const items: JsonSchema = isHidden(item) ? { type: "null" } : walk.go(item, { keys: [...walk.keys, 0] });
  const count = typeof length === "number" && { minItems: length, maxItems: length };
  return orNull(length, { type: "array", items, ...count });
}

const kinds: Readonly<Record<string, Describe>> = {
  struct: ({ fields }: { fields: Fields }, walk) => object(Object.entries(fields), walk),
  union: (
    { tagName, variants }: { tagName: string; variants: { [name: string]: readonly [unknown, AnySchema] } },
    walk,
  ) => ({
    oneOf: Object.entries(variants).map(([name, [tag, schema]]) => {
      const own = variantFields(schema);
      const { from, to } = tag as { from: number; to: number };
      // The tag itself may follow from what it announces.
      const spared = walk.input && derivedPaths(own, []).includes("tag");
      const described = object(own, walk, {
        [tagName]: { const: name },
        ...(typeof tag === "object" && { tag: { type: "integer", minimum: from, maximum: to } }),
      });
      if (!spared) return described;
      return { ...described, required: (described["required"] as string[]).filter((key) => key !== "tag") };
    }),
  }),
  match: ({ cases, otherwise }: { cases: Fields; otherwise?: AnySchema }, walk) => ({
    anyOf: [...Object.values(cases), ...(otherwise ? [otherwise] : [])]
      .filter((of) => !isHidden(of))
      .map((of) => walk.go(of, { derived: walk.derived })),
  }),
  array,
  typedArray: array,
  bytes: ({ length }: Lengthy) =>
    orNull(length, {
      type: "string",
      pattern: HEX,
      ...(typeof length === "number" && { minLength: 2 * length, maxLength: 2 * length }),
    }),
  string: ({ length, without }: Lengthy & { without?: string }) =>
    orNull(length, { type: "string", ...(without && { pattern: noneOf(without) }) }),
  sized: ({ length, content }: Lengthy & { content: AnySchema }, walk) =>
    orNull(length, walk.go(content, { derived: walk.derived })),
  lazy({ get }: { get(): AnySchema }, walk) {
    const schema = get();
    let name = walk.names.get(schema);
    if (name === undefined) {
      name = `#/$defs/${walk.names.size}`;
      walk.names.set(schema, name);
      walk.defs[name.slice(8)] = walk.go(schema);
    }
    return { $ref: name };
  },
  enumeration: ({ schema, names, unknown }: Inner & { names: object; unknown: string }, walk) => {
    const known: JsonSchema = { enum: Object.keys(names) };
    if (unknown !== "pass") return known;
    const other = walk.go(schema);
    const number = numbersOf(schema);
    const big = number?.float === false && number.big;
    const boxed: JsonSchema = { type: "object", properties: { number: other }, required: ["number"] };
    return { anyOf: [known, big ? boxed : other] };
  },
  constant: (schema: { schema: AnySchema; value: unknown }) => ({ const: toJson(schema.schema, schema.value) }),
  custom: ({ facts }: AnySchema) =>
    facts.max === 0 ? { type: ["string", "number", "boolean", "null"] } : { type: "string", pattern: HEX },
  at: inner,
  map: inner,
  when: inner,
  check: inner,
  checksum: inner,
  lengthOf: inner,
  bool: () => ({ type: "boolean" }),
  flag: () => ({ type: "boolean" }),
  magic: () => ({ type: "null" }),
  padding: () => ({ type: "null" }),
  reserved: () => ({ type: "null" }),
};

function describe(schema: AnySchema, walk: Walk): JsonSchema {
  const numbers = numbersOf(schema);
  if (numbers?.float) return { anyOf: [{ type: "number" }, { enum: UNSAYABLE }] };
  if (numbers?.big) return { type: "string", pattern: numbers.min < 0n ? "^-?[0-9]+$" : "^[0-9]+$" };
  if (numbers) return { type: "integer", minimum: Number(numbers.min), maximum: Number(numbers.max) };
  const kind = Object.hasOwn(kinds, schema.kind) ? kinds[schema.kind] : undefined;
  if (!kind) throw new SchemaError("argument", `has no JSON form, being ${schema.kind}`, walk.keys);
  return kind(schema as never, walk);
}

/**
 * The JSON Schema of what `toJson` gives; for `"input"`, of what `fromJson` and then `encode` take, where everything that
 * encoding fills in may be left out.
 *
 * @example
 * writeFileSync("message.schema.json", JSON.stringify(toJsonSchema(Message)))
 */
export function toJsonSchema(schema: AnySchema, side: "output" | "input" = "output"): JsonSchema {
  const defs: { [name: string]: Json } = {};
  const names = new Map<AnySchema, string>([[schema, "#"]]);
  const go = (of: AnySchema, keys: readonly Key[], derived: readonly string[]): JsonSchema => {
    const walk: Walk = {
      keys,
      derived,
      names,
      defs,
      input: side === "input",
      go: (part, change = {}) => go(part, change.keys ?? keys, change.derived ?? []),
    };
    return describe(of, walk);
  };
  const described = go(schema, [], []);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    ...described,
    ...(Object.keys(defs).length > 0 && { $defs: defs }),
  };
}
