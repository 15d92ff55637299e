// What each kind of schema is to binary-parser.

import type { AnySchema, Condition, Length, Ref, StructSchema, Until } from "../../index.js";
import type { Fields } from "../../schema.js";
import { numbered, type Post, primitiveOf, refinements, safely, signed } from "./to-leaves.js";
import { called, conditionFinder, finder, lengthFinder, type Spot, Unseen } from "./to-scope.js";
import {
  andThen,
  type Builder,
  empty,
  formatted,
  LAST_FIRST,
  type Place,
  type Put,
  valueOf,
  type Writing,
} from "./to-writing.js";

type Lengthy = AnySchema & { readonly length: Length };
type Of<T> = AnySchema & T;

/** How long something is, as an option of binary-parser. */
const byLength = (length: unknown): object => (length === undefined ? { readUntil: "eof" } : { length });

const cannot =
  (why: string): Put =>
  () => {
    throw new Unseen(why);
  };

const delimiterOf = ({ delimiters, orEnd }: Until): Uint8Array => {
  const [only] = delimiters;
  if (only === undefined || delimiters.length > 1 || orEnd) throw new Unseen("several ways to end");
  return typeof only === "string" ? new TextEncoder().encode(only) : only;
};

const isUntil = (length: Length): length is Until => (length as Until).kind === "until";

function putBytes(this: Writing, name: string, { length }: Lengthy, place: Place): void {
  if (!isUntil(length)) {
    this.sized(name, length, place, (key, by, { into, ...at }) => {
      into["buffer"]?.(key, { ...byLength(by), ...formatted({ into, ...at }) });
    });
    return;
  }
  const end = delimiterOf(length);
  const readUntil = (_byte: number, from: Uint8Array): boolean => end.every((byte, i) => from[i] === byte);
  place.into["buffer"]?.(name, { readUntil, ...formatted(place) });
  place.into["seek"]?.(end.length);
}

type Text = Lengthy & {
  readonly encoding: string;
  readonly pad?: string;
  readonly padSide: string;
  readonly without?: string;
};

function putString(this: Writing, name: string, { length, encoding, pad, padSide, without }: Text, place: Place): void {
  if (without !== undefined)
    throw new Unseen("characters that may not stand in it, for which binary-parser does not look");
  if (encoding !== "utf8" && encoding !== "ascii")
    throw new Unseen(`${encoding}, which binary-parser does not have or takes for another encoding`);
  if (pad !== undefined && (pad !== "\0" || padSide !== "end"))
    throw new Unseen("padding other than NULs behind the text");
  const padded = pad === undefined ? {} : { stripNull: true };
  if (!isUntil(length)) {
    this.sized(name, length, place, (key, by, { into, ...at }) => {
      const ends = by === undefined ? { greedy: true } : { length: by };
      into["string"]?.(key, { ...ends, ...padded, encoding, ...formatted({ into, ...at }) });
    });
    return;
  }
  if (delimiterOf(length).join() !== "0") throw new Unseen("text that ends at something other than a NUL");
  place.into["string"]?.(name, { zeroTerminated: true, encoding, ...formatted(place) });
}

function putArray(this: Writing, name: string, { item, length }: Lengthy & { item: AnySchema }, place: Place): void {
  const body = (key: string, by: object, at: Place): void => {
    const plain = primitiveOf(item);
    const spot: Spot = { parent: at.spot, via: "item" };
    const { type, post } = plain
      ? { type: plain, post: undefined }
      : this.parser(item, { ...at, post: undefined }, spot);
    const all = post && ((items: unknown[]) => items.map((value) => post(value as never)));
    const { last } = length as Until;
    const ends = last && { readUntil: (value: unknown) => last(post ? post(value as never) : value, 0) };
    at.into["array"]?.(key, {
      type,
      ...(ends ?? by),
      ...formatted({ ...at, post: all ? andThen(all as Post, at.post) : at.post }),
    });
  };
  if (!isUntil(length)) this.sized(name, length, place, (key, by, at) => body(key, byLength(by), at));
  else if (length.last && length.last.length <= 1 && !length.orEnd) body(name, {}, place);
  else throw new Unseen("an array that ends at a delimiter or by its index");
}

function putSized(
  this: Writing,
  name: string,
  { length, content }: Lengthy & { content: AnySchema },
  place: Place,
): void {
  if (isUntil(length)) throw new Unseen("a window that ends at a delimiter");
  this.sized(name, length, place, (key, by, at) => {
    const { type, post } = this.parser(content, at, { parent: at.spot, key, via: "window" });
    at.into["wrapped"]?.(key, {
      ...byLength(by),
      wrapper: (bytes: Uint8Array) => bytes,
      type,
      ...formatted({ ...at, post }),
    });
  });
}

type Union = Of<{
  tagName: string;
  tag: AnySchema;
  variants: { readonly [name: string]: readonly [tag: unknown, schema: AnySchema] };
}>;

function putUnion(this: Writing, name: string, { tagName, tag, variants }: Union, place: Place): void {
  if ((tag.facts.bits ?? 0) % 8 !== 0) throw new Unseen("a tag that shares its byte with the fields of its variants");
  const list = Object.entries(variants);
  const spot: Spot = { parent: place.spot, key: name, via: "nest" };
  const inner: Place = { ...place, into: empty(), spot, post: undefined };
  this.fields([[tagName, tag]], { endian: "big", bitOrder: "msb" }, inner);
  const pick = (raw: unknown): number =>
    list.findIndex(([, [value]]) => {
      const { from, to } = value as { from: number; to: number };
      return typeof value === "object" ? (raw as number) >= from && (raw as number) <= to : value === raw;
    });
  const choices = list.map(([key, [value, schema]]) => {
    const renamed = { [tagName]: undefined, ...(typeof value === "object" && { tag: tagName }) };
    const at: Place = {
      ...inner,
      into: empty(),
      keys: [...place.keys, key],
      struct: { parent: place.struct, spot, renamed },
    };
    let of = schema;
    while (of.kind === "check") of = (of as Of<{ schema: AnySchema }>).schema;
    if (of.kind !== "struct") this.fields([["value", schema]], { endian: "big", bitOrder: "msb" }, at);
    else if (of !== schema) this.fail(at.keys, "a variant that is checked as a whole");
    else this.fields(Object.entries((of as StructSchema<Fields>).fields), (of as StructSchema<Fields>).options, at);
    return at.into;
  });
  const tagOf = called((self) => pick((self as Record<string, unknown>)[tagName]));
  inner.into["choice"]?.({ tag: tagOf, choices: Object.fromEntries(choices.entries()) });
  const named = ({ [tagName]: raw, ...others }: Record<string, unknown>): unknown => {
    const [key, [value]] = list[pick(raw)] as (typeof list)[number];
    return { [tagName]: key, ...(typeof value === "object" && { tag: raw }), ...others };
  };
  place.into["nest"]?.(name, { type: inner.into, formatter: andThen(named as Post, place.post) });
}

type Match = Of<{ ref: Ref; cases: Fields; otherwise?: AnySchema }>;

function putMatch(this: Writing, name: string, { ref, cases, otherwise }: Match, place: Place): void {
  const find = finder(place.spot, place.struct, ref.path);
  const keys = Object.keys(cases);
  const spot: Spot = { parent: place.spot, key: name, via: "nest" };
  const wrapped = (schema: AnySchema): Builder => {
    const into = empty();
    this.put("value", schema, { ...place, into, spot, post: undefined });
    return into;
  };
  const tag = called((self, root) => {
    const value = find(self, root);
    const numeric = typeof value === "number" || typeof value === "bigint";
    return keys.findIndex(
      (key) => key === String(value) || (numeric && /^0x/i.test(key) && BigInt(key) === BigInt(value)),
    );
  });
  place.into["choice"]?.(name, {
    tag,
    choices: Object.fromEntries(Object.values(cases).map((schema, i) => [i, wrapped(schema)])),
    ...(otherwise && { defaultChoice: wrapped(otherwise) }),
    formatter: andThen(valueOf as Post, place.post),
  });
}

function putWhen(this: Writing, name: string, of: Of<{ condition: Condition; schema: AnySchema }>, place: Place): void {
  const holds = conditionFinder(place.spot, place.struct, of.condition);
  const there = empty();
  this.put(name, of.schema, { ...place, into: there });
  const tag = called((self, root) => (holds(self, root) ? 1 : 0));
  place.into["choice"]?.({ tag, choices: { 0: empty(), 1: there } });
}

function putAt(this: Writing, name: string, of: Of<{ offset: number | Ref; schema: AnySchema }>, place: Place): void {
  const offset = typeof of.offset === "number" ? of.offset : called(lengthFinder(place.spot, place.struct, of.offset));
  const spot: Spot = { parent: place.spot, key: name, via: "nest" };
  const { type, post } = this.parser(of.schema, { ...place, struct: undefined }, spot);
  place.into["pointer"]?.(name, { offset, type, ...formatted({ ...place, post }) });
}

/** What is a number to binary-parser: its own types, or bits. */
export function putNumber(this: Writing, name: string, schema: AnySchema, place: Place): void {
  const {
    kind,
    format,
    width,
    signed: negative,
  } = schema as Of<{
    format?: { bytes: number; little: boolean; signed: boolean; safe?: boolean };
    width?: number;
    signed?: boolean;
  }>;
  const primitive = primitiveOf(schema);
  if (primitive) place.into[primitive]?.(name, formatted(place));
  else if (format?.safe) {
    const type = `${format.signed ? "int" : "uint"}64${format.little ? "le" : "be"}`;
    place.into[type]?.(name, { formatter: andThen(safely, place.post) });
  } else if (kind === "u24") place.into["bit24"]?.(name, formatted(place))["seek"]?.(0);
  else if (kind === "bits" && place.little && (width as number) > 8) this.fail(place.keys, LAST_FIRST);
  else if (kind === "bits" && (width as number) <= 32)
    place.into[`bit${width}`]?.(
      name,
      negative ? { formatter: andThen(signed(width as number), place.post) } : formatted(place),
    );
  else this.fail(place.keys, `${kind === "bits" ? `bits(${width})` : kind}, which binary-parser has no type for`);
}

function putRefined(this: Writing, name: string, schema: Of<{ schema: AnySchema }>, place: Place): void {
  const post = (refinements[schema.kind] as (schema: never) => Post)(schema as never);
  this.put(name, schema.schema, { ...place, post: andThen(post, place.post) });
}

function putSkipped(
  this: Writing,
  _name: string,
  of: Of<{ ignore?: boolean; bytes?: Uint8Array }>,
  place: Place,
): void {
  const { min, max } = of.facts;
  if (max === 0) return;
  if (!of.ignore || min !== max || (of.facts.bits ?? 0) % 8 !== 0)
    throw new Unseen("bytes without a value, which binary-parser can only skip, without a look at them");
  place.into["seek"]?.(min);
}

export const puts: Readonly<Record<string, unknown>> = {
  struct(this: Writing, name: string, schema: AnySchema, place: Place) {
    const { type, post } = this.parser(schema, place, { parent: place.spot, key: name, via: "nest" });
    place.into["nest"]?.(name, { type, ...formatted({ ...place, post }) });
  },
  bool(this: Writing, name: string, _schema: AnySchema, place: Place) {
    place.into["uint8"]?.(name, { formatter: andThen(numbered["bool"] as Post, place.post) });
  },
  flag(this: Writing, name: string, _schema: AnySchema, place: Place) {
    place.into["bit1"]?.(name, { formatter: andThen(numbered["flag"] as Post, place.post) });
  },
  typedArray(this: Writing, name: string, schema: Lengthy & { item: AnySchema }, place: Place) {
    const make = typedArrays[schema.item.kind.replace(/le$/, "")] as { from(items: never): unknown };
    putArray.call(this, name, schema, { ...place, post: andThen((items: never) => make.from(items), place.post) });
  },
  bytes: putBytes,
  string: putString,
  array: putArray,
  sized: putSized,
  union: putUnion,
  match: putMatch,
  when: putWhen,
  at: putAt,
  constant: putRefined,
  enumeration: putRefined,
  map: putRefined,
  check: putRefined,
  magic: putSkipped,
  padding: putSkipped,
  reserved: putSkipped,
  lazy: cannot("recursion, for which binary-parser needs a name that all of the program shares"),
  custom: cannot("functions of one's own between bytes and values"),
  checksum: cannot("a checksum, which binary-parser would not check"),
  lengthOf: cannot("a length of several fields"),
};

const typedArrays: Readonly<Record<string, unknown>> = {
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
