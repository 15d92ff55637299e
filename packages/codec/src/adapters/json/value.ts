// Law: the JSON form of a value says exactly that value. What JSON cannot say (64 bits, bytes, NaN, the infinities, -0)
// is a string; what map and custom change has the form of what stands in the bytes.

import { show } from "../../errors.js";
import { type AnySchema, compile, EncodeError, type Infer, type Key, SchemaError } from "../../index.js";
import { numbersOf } from "../../numbers.js";
import { property } from "../../runtime/writer.js";
import type { Facts, Fields } from "../../schema.js";
import { caseFor, isHidden, lookUp, type Scope, variantFields } from "./fields.js";
import {
  bytes,
  type Form,
  float,
  fromHex,
  integer,
  type Place,
  refuse,
  same,
  string,
  type Turn,
  toHex,
  typed,
  within,
} from "./form.js";

/** What JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const DEEPEST = 256;

const inner: Form = same((schema: { schema: AnySchema }, value, place, turn) => turn(schema.schema, value, place));
const apart: Form = same((schema: { schema: AnySchema }, value, place, turn) =>
  turn(schema.schema, value, { ...place, scope: undefined }),
);

function items(list: unknown, item: AnySchema, place: Place, turn: Turn): unknown[] {
  if (!Array.isArray(list)) throw refuse(place, "needs an array", list);
  // What has no value is null in JSON, where an array has no holes.
  if (isHidden(item)) return list.map((value: unknown) => (value === undefined ? null : undefined));
  return Array.from(list, (value: unknown, i) => turn(item, value, within(place, i)));
}

interface Listed {
  readonly item: AnySchema;
}

const array: Form = same((schema: Listed, value, place, turn) =>
  value === null ? null : items(value, schema.item, place, turn),
);

const arrays: Readonly<Record<string, { from(items: never): unknown }>> = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  u64: BigUint64Array,
  i64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
};

const typedArray: Form = {
  to(schema: Listed, value, place, turn) {
    if (!ArrayBuffer.isView(value) || value instanceof DataView) throw refuse(place, "needs a typed array", value);
    return items(Array.from(value as unknown as ArrayLike<unknown>), schema.item, place, turn);
  },
  from: (schema: Listed, json, place, turn) =>
    arrays[schema.item.kind.replace(/le$/, "")]?.from(items(json, schema.item, place, turn) as never),
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The fields that an object has, one after the other, so that each finds those before it. */
function members(
  fields: readonly [string, AnySchema][],
  given: unknown,
  place: Place,
  turn: Turn,
  back: boolean,
  first: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  if (!isObject(given)) throw refuse(place, "needs an object", given);
  const result: Record<string, unknown> = { ...first };
  const scope: Scope = { fields, values: back ? result : given, parent: place.scope };
  for (const [key, schema] of fields) {
    const value = property(given, key);
    if (value === undefined || isHidden(schema)) continue;
    const turned = turn(schema, value, { ...within(place, key), scope });
    if (turned !== undefined) result[key] = turned;
  }
  if (!back) return result;
  const stray = Object.keys(given).find((key) => !Object.hasOwn(first, key) && !fields.some(([name]) => name === key));
  if (stray === undefined) return result;
  throw refuse(
    within(place, stray),
    `is not one of ${fields.map(([name]) => name).join(", ")}`,
    given[stray],
    "unexpected",
  );
}

const struct: Form = {
  to: (schema: { fields: Fields }, value, place, turn) =>
    members(Object.entries(schema.fields), value, place, turn, false),
  from: (schema: { fields: Fields }, json, place, turn) =>
    members(Object.entries(schema.fields), json, place, turn, true),
};

interface Tagged {
  readonly tagName: string;
  readonly tag: AnySchema;
  readonly variants: { readonly [name: string]: readonly [tag: unknown, schema: AnySchema] };
}

function variant(schema: Tagged, value: unknown, place: Place, turn: Turn, back: boolean): unknown {
  if (!isObject(value)) throw refuse(place, "needs an object", value);
  const name = property(value, schema.tagName);
  const found = typeof name === "string" && Object.hasOwn(schema.variants, name) ? schema.variants[name] : undefined;
  if (!found) {
    const names = Object.keys(schema.variants).map(show).join(", ");
    throw refuse(within(place, schema.tagName), `needs one of ${names}`, name, "range");
  }
  const [tag, of] = found;
  const fields = variantFields(of);
  const all: [string, AnySchema][] = typeof tag === "object" ? [["tag", schema.tag], ...fields] : fields;
  return members(all, value, place, turn, back, { [schema.tagName]: name });
}

const union: Form = {
  to: (schema: Tagged, value, place, turn) => variant(schema, value, place, turn, false),
  from: (schema: Tagged, json, place, turn) => variant(schema, json, place, turn, true),
};

const match: Form = same(
  (schema: { ref: { path: string }; cases: Fields; otherwise?: AnySchema }, value, place, turn) => {
    const tag = lookUp(place.scope, schema.ref.path);
    const found = caseFor(schema.cases, schema.otherwise, tag);
    if (!found)
      throw refuse(place, `needs "${schema.ref.path}" to be one of ${Object.keys(schema.cases).join(", ")}`, tag);
    return isHidden(found) ? undefined : turn(found, value, place);
  },
);

interface Named {
  readonly schema: AnySchema;
  readonly names: { readonly [name: string]: number | bigint };
}

/** A name is a string and so is a bigint, which therefore stands in an object of its own. */
const enumeration: Form = {
  to: (schema: Named, value, place, turn) =>
    typeof value === "string"
      ? value
      : typeof value === "bigint"
        ? { number: String(value) }
        : turn(schema.schema, value, place),
  from(schema: Named, json, place, turn) {
    if (isObject(json)) return turn(schema.schema, json["number"], within(place, "number"));
    if (typeof json !== "string") return turn(schema.schema, json, place);
    if (Object.hasOwn(schema.names, json)) return json;
    throw refuse(place, `needs one of ${Object.keys(schema.names).map(show).join(", ")}`, json, "range");
  },
};

interface Functions {
  readonly facts: Facts;
  readonly schema: AnySchema;
  readonly functions: { decode(value: unknown, end?: boolean): unknown; encode(value: unknown): unknown };
}

function attempt<T>(place: Place, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    const { message, keys } = cause as { message?: string; keys?: readonly Key[] };
    throw new EncodeError({
      code: "rejected",
      keys: [...place.keys, ...(Array.isArray(keys) ? keys : [])],
      offset: 0,
      expected: "a value that its functions accept",
      actual: message ?? show(cause),
      cause,
    });
  }
}

/** A value with everything in it that follows from other parts; as it is, where it cannot stand alone. */
function whole(schema: AnySchema, value: unknown): unknown {
  if (schema.facts.uses.length > 0 || (schema.facts.bits ?? 0) % 8 !== 0) return value;
  const codec = compile(schema, { mode: "interpret" });
  return codec.decode(codec.encode(value as never));
}

const map: Form = {
  to: ({ schema, functions }: Functions, value, place, turn) =>
    turn(
      schema,
      attempt(place, () => functions.encode(value)),
      place,
    ),
  from({ schema, functions }: Functions, json, place, turn) {
    const raw = turn(schema, json, place);
    return attempt(place, () => functions.decode(whole(schema, raw)));
  },
};

/** What takes no bytes stands as it is. */
const custom: Form = {
  to: ({ functions, facts }: Functions, value, place) =>
    facts.max === 0 ? plainly(value, place) : toHex(attempt(place, () => functions.encode(value) as Uint8Array)),
  from({ functions, facts, label }: Functions & { label: string }, json, place) {
    if (facts.max === 0) return plainly(json, place);
    const given = fromHex(json, place);
    const result = attempt(place, () => functions.decode(given, true)) as { value?: unknown; size?: unknown };
    if (result.size === given.length) return result.value;
    throw refuse(place, `needs the bytes of one ${label}`, json);
  },
};

function plainly(value: unknown, place: Place): unknown {
  if (value === null || ["string", "number", "boolean"].includes(typeof value)) return value;
  throw refuse(place, "needs a text, a number, a boolean or null, for there are no bytes to tell it", value);
}

const lazy: Form = same((schema: { get(): AnySchema }, value, place, turn) => {
  if (place.depth < DEEPEST) return turn(schema.get(), value, { ...place, scope: undefined, depth: place.depth + 1 });
  throw new EncodeError({
    code: "limit",
    keys: place.keys,
    offset: 0,
    expected: `at most ${DEEPEST} levels`,
    actual: "",
  });
});

const sized: Form = same((schema: { content: AnySchema }, value, place, turn) =>
  value === null ? null : turn(schema.content, value, place),
);

const hidden: Form = same(() => undefined);
const boolean = typed("boolean");

const forms: Readonly<Record<string, Form>> = {
  struct,
  union,
  match,
  array,
  typedArray,
  bytes,
  string,
  sized,
  lazy,
  enumeration,
  map,
  custom,
  at: apart,
  when: inner,
  check: inner,
  constant: inner,
  checksum: inner,
  lengthOf: inner,
  bool: boolean,
  flag: boolean,
  magic: hidden,
  padding: hidden,
  reserved: hidden,
};

function formOf(schema: AnySchema, { keys }: Place): Form {
  const numbers = numbersOf(schema);
  if (numbers) return numbers.float ? float : integer(numbers);
  const form = Object.hasOwn(forms, schema.kind) ? forms[schema.kind] : undefined;
  if (!form) throw new SchemaError("argument", `has no JSON form, being ${schema.kind}`, keys);
  return form;
}

const START: Place = { keys: [], scope: undefined, depth: 0 };

/**
 * A value as JSON, from which {@link fromJson} makes exactly that value: 64-bit integers are strings, bytes are
 * hexadecimal digits, and NaN, the infinities and -0 are strings too.
 *
 * @example
 * JSON.stringify(toJson(Message, message))
 */
export function toJson(schema: AnySchema, value: unknown): Json {
  const turn: Turn = (of, part, place) => formOf(of, place).to(of as never, part, place, turn);
  return (turn(schema, value, START) ?? null) as Json;
}

/** The value of its JSON form. Throws EncodeError, with the path, where that is not one. */
export function fromJson<S extends AnySchema>(schema: S, json: unknown): Infer<S> {
  const turn: Turn = (of, part, place) => formOf(of, place).from(of as never, part, place, turn);
  return turn(schema, json, START) as Infer<S>;
}
