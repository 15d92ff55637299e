// How each kind of schema draws its values.

import fc, { type Arbitrary } from "fast-check";
import {
  type AnySchema,
  type ArraySchema,
  type AtSchema,
  type ConstantSchema,
  compile,
  type EnumerationSchema,
  type Length,
  type MatchSchema,
  type Ref,
  SchemaError,
  type SizedSchema,
  type StructSchema,
  type TagRange,
  type UnionSchema,
  type Until,
  type Variants,
  type WhenSchema,
} from "../../index.js";
import { type Fields, isSchema } from "../../schema.js";
import { bytesMake, counted, fill, sequences, stringMake, typedArrayMake } from "./content.js";
import { ABSENT, type Context, DEEP, holds, lookUp, type Make, Rejected, tell } from "./draw.js";
import { either, floats, integers } from "./numbers.js";
import { fitting, plain, settled } from "./patience.js";
import { integerRange } from "./range.js";
import { accepts, resized, sizesOf } from "./sizes.js";
import { fieldsMake, fieldsOf } from "./struct.js";

type Draw = (schema: never, context: Context) => Arbitrary<Make>;

const absent = (): Arbitrary<Make> => fc.constant<Make>(() => ABSENT);

/** Whether it may contain itself. */
export function recursive(schema: AnySchema): boolean {
  if (schema.kind === "lazy") return true;
  return Object.values(schema).some((part) => {
    if (isSchema(part)) return recursive(part);
    if (typeof part !== "object" || part === null || part instanceof Uint8Array) return false;
    return Object.values(part).some((inner) =>
      isSchema(inner) ? recursive(inner) : Array.isArray(inner) && inner.some((it) => isSchema(it) && recursive(it)),
    );
  });
}

/** The value as decoding gives it, with what follows from others filled in; as it is, where it cannot stand alone. */
function decoded(schema: AnySchema): (value: unknown) => unknown {
  if (schema.facts.uses.length > 0 || (schema.facts.bits ?? 0) % 8 !== 0) return (value) => value;
  const codec = compile(schema, { mode: "interpret" });
  return (value) => {
    try {
      return codec.decode(codec.encode(value as never));
    } catch (cause) {
      throw new Rejected("value", { cause });
    }
  };
}

const asRejected = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (cause) {
    throw cause instanceof Rejected ? cause : new Rejected("function", { cause });
  }
};

/** Numbers that are tried one by one. */
const TRIED = 65536n;
/** Of more values than these any may be drawn, since chance finds them. */
const SPARSE = 40;

/** What may be let through by a predicate: drawn, and the first of all numbers. */
function* candidates(schema: AnySchema, drawn: Arbitrary<Make>): Generator<unknown> {
  const range = integerRange(schema);
  for (const make of fc.sample(drawn, { numRuns: 400, seed: 1 })) {
    try {
      const value = make(undefined);
      if (value === ABSENT || (range && (BigInt(value as number) > range.max || BigInt(value as number) < range.min)))
        continue;
      yield value;
    } catch {
      // None that can stand alone.
    }
  }
  if (!range) return;
  const end = range.max < TRIED ? range.max + 1n : TRIED;
  for (let n = range.min > 0n ? range.min : 0n; n < end; n++) yield range.big ? n : Number(n);
}

/** Sparse values that a predicate lets through, looked for once; no more than `most`. */
function examples(
  schema: AnySchema,
  drawn: Arbitrary<Make>,
  test: (value: unknown) => boolean,
  most = Number.POSITIVE_INFINITY,
): unknown[] {
  const found: unknown[] = [];
  for (const value of candidates(schema, drawn)) {
    try {
      if (test(value) && found.push(value) >= most) break;
    } catch {
      // Not this one.
    }
  }
  return found;
}

function checkMake(
  schema: { schema: AnySchema; predicate: (value: unknown) => boolean } & AnySchema,
  context: Context,
): Arbitrary<Make> {
  const inner = context.draw(schema.schema, { wishes: context.wishes });
  const full = decoded(schema.schema);
  const test = (value: unknown): boolean => asRejected(() => schema.predicate(full(value))) === true;
  const kept = (drawn: Arbitrary<Make>): Arbitrary<Make> =>
    settled(schema, drawn, (value) => {
      if (test(value)) return value;
      throw new Rejected("check");
    });
  if (schema.facts.uses.length > 0) return kept(inner);
  const found = examples(schema.schema, inner, test, SPARSE + 1);
  if (found.length > SPARSE || found.length === 0) return kept(inner);
  return plain(fc.constantFrom(...found));
}

function arrayMake({ item, length }: ArraySchema<AnySchema, Length>, context: Context): Arbitrary<Make> {
  const deep = context.depth >= DEEP && recursive(item);
  const each = context.draw(item, { nesting: context.nesting + 1 });
  const usual = deep ? 0 : ([8, 3, 2][context.nesting] ?? 1);
  const most = item.facts.max <= 8 && context.nesting === 0 ? 300 : usual;
  const { last, delimiters, orEnd } = length as Until;
  if (last) {
    const drawn = fc.array(each, { maxLength: usual });
    const ends = examples(item, each, (value) => last(decoded(item)(value), 0));
    if (ends.length === 0 && !orEnd)
      throw new SchemaError("argument", "no element was found that ends the array; say its values with overrides");
    return fc.tuple(drawn, plain(fc.constantFrom(...ends))).map(
      ([makes, end]): Make =>
        (scope) => {
          const full = decoded(item);
          const items = makes.map((make) => make(scope));
          const at = items.findIndex((value, i) => asRejected(() => last(full(value), i)));
          return at < 0 ? [...items, end(scope)] : items.slice(0, at + 1);
        },
    );
  }
  const sizes = sizesOf(length);
  const bounded = delimiters ? { ...sizes, max: usual } : sizes;
  return counted(sequences(each, bounded, usual, most), sizes, (makes, scope, room) => {
    const n = sizes.fit(scope, fill(length, makes.length, item.facts.max, room));
    return (n === makes.length ? makes : resized(makes, n)).map((make) => {
      const value = make(scope);
      return value === ABSENT ? undefined : value;
    });
  });
}

function sizedMake(schema: SizedSchema<AnySchema, Length>, context: Context): Arbitrary<Make> {
  const { length, content, skip } = schema;
  const own = context.draw(content);
  const alone = content.facts.uses.length === 0;
  const codec = typeof length === "number" && !skip && alone ? compile(content, { mode: "interpret" }) : undefined;
  const nullable = (length as { kind?: string }).kind === "nullable";
  const drawn = own.map(
    (make): Make =>
      (scope) => {
        if ((length as { kind?: string }).kind === "field") tell(scope, length as Ref);
        const value = make(scope);
        if (!codec) return value;
        const size = asRejected(() => codec.size((value === ABSENT ? undefined : value) as never)) as number;
        return size === length ? value : make(scope, { extra: (length as number) - size });
      },
  );
  const filled =
    schema.facts.uses.length > 0
      ? drawn
      : settled(schema, drawn, (value) => {
          if (accepts(schema, value === ABSENT ? undefined : value)) return value;
          throw new Rejected("window");
        });
  if (!nullable) return filled;
  const none = fc.constant<Make>(() => null);
  return context.depth >= DEEP && recursive(content) ? none : either(filled, none);
}

function unionMake(schema: UnionSchema<string, Variants>, outside: Context): Arbitrary<Make> {
  const { tagName, variants, tag } = schema;
  const context = { ...outside, wishes: [] };
  const list = Object.entries(variants);
  const shallow = context.depth >= DEEP ? list.filter(([, [, variant]]) => !recursive(variant)) : list;
  return fc.oneof(
    ...(shallow.length > 0 ? shallow : list).map(([name, [on, variant]]) => {
      const own = { [tagName]: name };
      const big = integerRange(tag)?.big === true;
      const first =
        typeof on === "object"
          ? integers({ min: BigInt((on as TagRange).from), max: BigInt((on as TagRange).to), big }).map((number) => ({
              ...own,
              tag: number,
            }))
          : fc.constant(own);
      const drawn = fieldsMake(fieldsOf(variant), context, first);
      if (variant.kind !== "check" || schema.facts.uses.length > 0) return drawn;
      // What a variant checks, it checks with its tag.
      return settled(schema, drawn, (value) => {
        if (accepts(schema, value)) return value;
        throw new Rejected("check");
      });
    }),
  );
}

function matchMake(
  { ref, cases, otherwise }: MatchSchema<string, Fields, AnySchema | undefined>,
  context: Context,
): Arbitrary<Make> {
  const keys = Object.keys(cases);
  const each = [...Object.values(cases), ...(otherwise ? [otherwise] : [])].map((schema) => context.draw(schema));
  return fc.tuple(...each).map(
    (makes): Make =>
      (scope, room) => {
        const value = lookUp(scope, ref.path);
        const at = keys.findIndex(
          (key) => key === String(value) || (typeof value === "number" && Number(key) === value),
        );
        const make = makes[at < 0 && otherwise ? keys.length : at];
        if (!make) throw new Rejected(ref.path);
        return make(scope, room);
      },
  );
}

/** Values of what only functions describe: what they make of some bytes. */
function customMake(schema: AnySchema): Arbitrary<Make> {
  const { functions } = schema as unknown as {
    functions: { decode(bytes: Uint8Array, end: boolean): { value?: unknown } };
  };
  const made = either(fc.uint8Array({ maxLength: 24 }), fc.uint8Array({ minLength: 1, maxLength: 2 })).map((bytes) => {
    try {
      const result = functions.decode(bytes, true);
      return "value" in result ? result.value : ABSENT;
    } catch {
      return ABSENT;
    }
  });
  return plain(
    fitting(
      made,
      (value) => value !== ABSENT,
      () => "custom",
    ),
  );
}

function mapMake(
  schema: AnySchema & { schema: AnySchema; functions: { decode(value: unknown): unknown } },
  context: Context,
): Arbitrary<Make> {
  const full = decoded(schema.schema);
  return settled(schema, context.draw(schema.schema), (value) =>
    asRejected(() => schema.functions.decode(full(value))),
  );
}

function enumerationMake(
  schema: EnumerationSchema<AnySchema, Record<string, number | bigint>, unknown>,
): Arbitrary<Make> {
  const names = fc.constantFrom(...Object.keys(schema.names));
  const range = integerRange(schema.schema);
  if (schema.unknown !== "pass" || !range) return plain(names);
  const known = Object.values(schema.names);
  if (BigInt(new Set(known).size) > range.max - range.min) return plain(names);
  return plain(
    either(
      names,
      integers(range).filter((n) => !known.includes(n)),
    ),
  );
}

const whenMake = ({ condition, schema }: WhenSchema<string, AnySchema>, context: Context): Arbitrary<Make> =>
  context.draw(schema).map(
    (make): Make =>
      (scope, room) =>
        holds(scope, condition) ? make(scope, room) : ABSENT,
  );

const atMake = ({ offset, schema }: AtSchema<AnySchema, unknown>, context: Context): Arbitrary<Make> =>
  context.draw(schema).map(
    (make): Make =>
      (scope) => {
        if (typeof offset !== "number") tell(scope, offset as Ref);
        return make(undefined);
      },
  );

/** How to draw the values of each kind that is no number. */
export const kinds: Readonly<Record<string, Draw>> = {
  struct: ({ fields }: StructSchema<Fields>, context) => fieldsMake(Object.entries(fields), context),
  union: unionMake,
  match: matchMake,
  when: whenMake,
  array: arrayMake,
  typedArray: typedArrayMake,
  sized: sizedMake,
  bytes: bytesMake,
  string: stringMake,
  at: atMake,
  map: mapMake,
  check: checkMake,
  custom: customMake,
  enumeration: enumerationMake,
  bool: () => plain(fc.boolean()),
  flag: () => plain(fc.boolean()),
  constant: ({ value }: ConstantSchema<unknown, AnySchema>) => plain(fc.constant(value)),
  checksum: absent,
  lengthOf: absent,
  magic: absent,
  padding: absent,
  reserved: absent,
};

/** How to draw the values of a schema; undefined for a kind that is not known here. */
export function drawOf(schema: AnySchema): Draw | undefined {
  const known = kinds[schema.kind];
  if (known) return known;
  const range = integerRange(schema);
  if (range) return () => plain(integers(range));
  const { format } = schema as { format?: { bytes: 2 | 4 | 8 } };
  return format && (() => plain(floats(format.bytes)));
}
