// The TypeScript types of a schema's values as text: what Infer and Input say, written out.

import { type AnySchema, type Key, type Length, SchemaError } from "../../index.js";
import { numbersOf } from "../../numbers.js";
import { type Fields, isSchema } from "../../schema.js";
import { derivedPaths, pathsInto } from "../json/fields.js";
import { ONLY, shapesOf } from "./discriminate.js";

export interface Walk {
  /** Whether the type is of what encoding takes, where everything that it fills in may be left out. */
  readonly input: boolean;
  readonly keys: readonly Key[];
  /** Paths into this value that something further out derives. */
  readonly derived: readonly string[];
  readonly indent: string;
  /** The names of recursive types, and their texts once these are known. */
  readonly names: Map<AnySchema, string>;
  readonly texts: Map<string, string>;
  /** Gives the text of a function that can be printed; throws for others. */
  readonly own: ((made: Function) => string) | undefined;
}

/** The members of a union type. Where one is `undefined` a field may be absent; where `void` is all, there is no field. */
type Members = readonly string[];
type Print = (schema: never, walk: Walk) => Members;
type Inner = { readonly schema: AnySchema };
type Tagged = {
  readonly tagName: string;
  readonly tag: AnySchema;
  readonly variants: Readonly<Record<string, readonly [tag: unknown, schema: AnySchema]>>;
};
type Lengthy = { readonly length: Length };

const keyText = (key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key));

const refuse = (walk: Walk, what: string, instead: string): SchemaError =>
  new SchemaError("argument", `${what}, which a module of its own cannot have; ${instead}`, walk.keys);
const OWN = "describe it with other schemas, or use the codec itself";

/** What a length gives: these members, or null where it can say so. Its prefix is only looked at. */
function counted(length: Length, walk: Walk, members: Members): Members {
  const { prefix } = length as { prefix?: AnySchema };
  if (prefix) membersOf(prefix, walk);
  else if (isSchema(length)) membersOf(length, walk);
  return prefix ? [...members, "null"] : members;
}

function literal(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "number";
  return value instanceof Uint8Array ? "Uint8Array" : JSON.stringify(value);
}

/** Several members as one type. */
function joined(members: Members): string {
  const all = [...new Set(members)];
  return all.length === 0 ? "never" : all.join(" | ");
}

/** What encoding fills in may be left out. */
const known = (members: Members, walk: Walk): Members => (walk.input ? [...members, "undefined"] : members);

/** An object type of fields, with some in front that are always there. */
function object(fields: readonly [string, AnySchema][], walk: Walk, first: readonly [string, string][] = []): string {
  const paths = derivedPaths(fields, walk.derived);
  const indent = `${walk.indent}  `;
  const readonly = walk.input ? "readonly " : "";
  const lines = first.map(
    ([key, type]) => `${readonly}${keyText(key)}${type.endsWith(" | undefined") ? "?" : ""}: ${type};`,
  );
  for (const [key, schema] of fields) {
    const members = membersOf(schema, {
      ...walk,
      keys: [...walk.keys, key],
      derived: pathsInto(paths, key),
      indent,
    });
    const there = members.filter((member) => member !== "undefined" && member !== "void");
    if (there.length === 0) continue;
    const optional = there.length < members.length || (walk.input && paths.includes(key));
    const absent = optional && walk.input ? " | undefined" : "";
    lines.push(`${readonly}${keyText(key)}${optional ? "?" : ""}: ${joined(there)}${absent};`);
  }
  return lines.length === 0 ? "{}" : `{\n${lines.map((line) => `${indent}${line}\n`).join("")}${walk.indent}}`;
}

/** What checks stand around, where their functions can be printed; a variant has its fields beside the tag all the same. */
function unchecked(schema: AnySchema, walk: Walk): AnySchema {
  if (schema.kind !== "check") return schema;
  const { predicate, schema: of } = schema as AnySchema & Inner & { predicate: Function };
  if (!walk.own) throw refuse(walk, "is checked by a function (check)", "leave the check to whoever uses the module");
  try {
    walk.own(predicate);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw refuse(
      walk,
      `is checked by a function that ${why}`,
      "have it use its argument alone, or leave the check out",
    );
  }
  return unchecked(of, walk);
}

const inner: Print = ({ schema }: Inner, walk) => membersOf(schema, walk);
const derivedField: Print = ({ schema }: Inner, walk) => known(membersOf(schema, walk), walk);
const boolean: Print = () => ["boolean"];
const hidden: Print = () => ["void"];

const arrays: Readonly<Record<string, string>> = {
  u8: "Uint8Array",
  i8: "Int8Array",
  u16: "Uint16Array",
  i16: "Int16Array",
  u32: "Uint32Array",
  i32: "Int32Array",
  u64: "BigUint64Array",
  i64: "BigInt64Array",
  f32: "Float32Array",
  f64: "Float64Array",
};

const kinds: Readonly<Record<string, Print>> = {
  struct: ({ fields }: { fields: Fields }, walk) =>
    shapesOf(fields).map((shape) => object(Object.entries(shape), walk)),
  union: ({ tagName, tag: of, variants }: Tagged, walk) => {
    membersOf(of, { ...walk, keys: [...walk.keys, tagName] });
    return Object.entries(variants).flatMap(([name, [tag, variant]]) => {
      const at = { ...walk, keys: [...walk.keys, name] };
      const schema = unchecked(variant, at);
      const head: [string, string][] = [[tagName, JSON.stringify(name)]];
      if (schema.kind !== "struct") {
        const value: [string, AnySchema] = ["value", schema];
        const spared = walk.input && derivedPaths([value], []).includes("tag");
        if (typeof tag === "object") head.push(["tag", spared ? "number | undefined" : "number"]);
        return [object([value], at, head)];
      }
      if (typeof tag === "object") head.push(["tag", "number"]);
      return shapesOf((schema as AnySchema & { fields: Fields }).fields).map((shape) =>
        object(Object.entries(shape), at, head),
      );
    });
  },
  match: ({ cases, otherwise }: { cases: Fields; otherwise?: AnySchema }, walk) =>
    [...Object.values(cases), ...(otherwise ? [otherwise] : [])].flatMap((of) => membersOf(of, walk)),
  array: ({ item, length }: Lengthy & { item: AnySchema }, walk) => {
    if ((length as { last?: unknown }).last)
      throw refuse(walk, "ends at an element that a function names", "give it a count, a delimiter or the rest");
    const of = membersOf(item, { ...walk, keys: [...walk.keys, 0], derived: [] });
    const text = new Set(of).size === 1 && !of[0]?.startsWith("readonly ") ? joined(of) : `(${joined(of)})`;
    return counted(length, walk, [`${walk.input ? "readonly " : ""}${text}[]`]);
  },
  typedArray: ({ item, length }: Lengthy & { item: AnySchema }, walk) =>
    counted(length, walk, [arrays[item.kind.replace(/le$/, "")] as string]),
  bytes: ({ length }: Lengthy, walk) => counted(length, walk, ["Uint8Array"]),
  string: ({ length }: Lengthy, walk) => counted(length, walk, ["string"]),
  sized: ({ length, content }: Lengthy & { content: AnySchema }, walk) =>
    counted(length, walk, membersOf(content, walk)),
  when: ({ schema }: Inner, walk) => {
    const members = membersOf(schema, walk);
    return joined(members) === "void" ? members : [...members, "undefined"];
  },
  lazy: ({ get }: { get(): AnySchema }, walk) => [named(get(), walk)],
  enumeration: ({ schema, names, unknown }: Inner & { names: object; unknown: string }, walk) => {
    const numbers = membersOf(schema, walk);
    return [...Object.keys(names).map((name) => JSON.stringify(name)), ...(unknown === "pass" ? numbers : [])];
  },
  [ONLY]: ({ value }: { value: unknown }) => [literal(value)],
  constant: ({ schema, value }: Inner & { value: unknown }, walk) => {
    membersOf(schema, walk);
    return known([literal(value)], walk);
  },
  checksum: ({ schema, algorithm }: Inner & { algorithm: { name: string; source?: string } }, walk) => {
    if (algorithm.source === undefined)
      throw refuse(walk, `has a checksum of its own, ${algorithm.name}`, "use crc({ … }) or one that is shipped");
    return derivedField({ schema } as never, walk);
  },
  lengthOf: derivedField,
  bool: boolean,
  flag: boolean,
  magic: hidden,
  padding: hidden,
  reserved: hidden,
  map: (_: never, walk) => {
    throw refuse(walk, "is made by functions (map)", OWN);
  },
  check: (schema: AnySchema, walk) => membersOf(unchecked(schema, walk), walk),
  custom: (_: never, walk) => {
    throw refuse(walk, "is read by functions (custom)", OWN);
  },
  at: (_: never, walk) => {
    throw refuse(walk, "lies at an offset (at), which only the interpreter reads and writes", "use the codec itself");
  },
};

function membersOf(schema: AnySchema, walk: Walk): Members {
  const numbers = numbersOf(schema);
  if (numbers) return [!numbers.float && numbers.big ? "bigint" : "number"];
  const print = Object.hasOwn(kinds, schema.kind) ? kinds[schema.kind] : inner;
  return (print as Print)(schema as never, walk);
}

/** The name of a recursive type, whose text is made once. */
function named(schema: AnySchema, walk: Walk): string {
  const known = walk.names.get(schema);
  if (known !== undefined) return known;
  const name = `${walk.names.get(ROOT)}${walk.names.size}`;
  walk.names.set(schema, name);
  walk.texts.set(name, joined(membersOf(schema, { ...walk, derived: [], indent: "" })));
  return name;
}

/** Stands for the name of the whole. */
const ROOT = {} as AnySchema;

/** The declarations of a schema's type under a name, and of those that it is made of. */
export function typesOf(schema: AnySchema, name: string, input: boolean, own: Walk["own"]): string {
  const names = new Map([
    [ROOT, name],
    [schema, name],
  ]);
  const walk: Walk = { input, keys: [], derived: [], indent: "", names, texts: new Map(), own };
  walk.texts.set(name, joined(membersOf(schema, walk)));
  return [...walk.texts].map(([of, text]) => `export type ${of} = ${text};\n`).join("\n");
}
