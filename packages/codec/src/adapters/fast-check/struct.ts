// Structs: each field drawn on its own, those that follow from others left out, those that others depend on drawn
// where it makes a difference.

import fc, { type Arbitrary } from "fast-check";
import { inside } from "../../errors.js";
import type { Condition, Ref } from "../../reference.js";
import { type AnySchema, type Fields, isSchema } from "../../schema.js";
import { ABSENT, type Context, type Make, type Scope, turningPoints, type Wish } from "./draw.js";
import { type LengthSchema, lengthIn, measured } from "./measured.js";
import { either } from "./numbers.js";
import { integerRange } from "./range.js";
import { accepts } from "./sizes.js";

/** What a schema says of the fields around it, and how many structs out they are. */
interface Mention {
  readonly path: string;
  readonly derives: boolean;
  /** Values that make a difference, for what is read. */
  readonly values: readonly unknown[];
  readonly only: boolean;
}

type Any = Record<string, unknown>;

function ofCondition({ join, ref, test }: Condition): Mention[] {
  if (join) return [...ofCondition(join[1]), ...ofCondition(join[2])];
  const { path, steps } = ref as Ref;
  return [{ path, derives: false, values: turningPoints(steps, test), only: false }];
}

/** The keys of a match, as whichever type the field has. */
const ofKeys = (keys: readonly string[]): unknown[] =>
  keys.flatMap((key) => [
    key,
    ...(/^(-?\d+|0x[\da-f]+)$/i.test(key) ? [Number(key), BigInt(key)] : []),
    ...(key === "true" || key === "false" ? [key === "true"] : []),
  ]);

const outer = (mentions: readonly Mention[]): Mention[] =>
  mentions.flatMap((mention) => (mention.path.startsWith("../") ? [{ ...mention, path: mention.path.slice(3) }] : []));

/** Everything that a schema refers to outside of itself, as seen from the struct that holds it. */
export function mentionsOf(schema: AnySchema): Mention[] {
  if (schema.facts.uses.length === 0) return [];
  const { kind } = schema;
  const found: Mention[] = [];
  const data = schema as unknown as Any;
  if (kind === "struct") return outer(Object.values(data["fields"] as Fields).flatMap(mentionsOf));
  if (kind === "union")
    return outer(
      Object.values(data["variants"] as Record<string, readonly [unknown, AnySchema]>).flatMap(([, variant]) =>
        fieldsOf(variant).flatMap(([, field]) => mentionsOf(field)),
      ),
    );
  for (const name of ["length", "offset"]) {
    const ref = data[name] as Ref | undefined;
    if (isSchema(ref)) found.push(...mentionsOf(ref));
    else if (ref?.kind === "field") found.push({ path: ref.path, derives: true, values: [], only: false });
  }
  if (kind === "when") found.push(...ofCondition(data["condition"] as Condition));
  if (kind === "match") {
    const cases = data["cases"] as Fields;
    const only = data["otherwise"] === undefined;
    found.push({ path: (data["ref"] as Ref).path, derives: false, values: ofKeys(Object.keys(cases)), only });
    for (const inner of [...Object.values(cases), ...(only ? [] : [data["otherwise"] as AnySchema])])
      found.push(...mentionsOf(inner));
  }
  for (const name of ["item", "content", "schema"])
    if (isSchema(data[name])) found.push(...mentionsOf(data[name] as AnySchema));
  return found;
}

/** The fields that stand beside a union's tag: a struct's own, or the value. */
export function fieldsOf(schema: AnySchema): [string, AnySchema][] {
  let of = schema as AnySchema & { schema?: AnySchema; fields?: Fields };
  while (of.kind === "check") of = of.schema as typeof of;
  return of.kind === "struct" ? Object.entries(of.fields as Fields) : [["value", schema]];
}

/** Wishes for a field, and for what is in it, from what stands behind it. */
function wishesFor(key: string, mentions: readonly Mention[], outside: readonly Wish[]): Wish[] {
  const inside = (path: string): string => (path === key ? "" : path.slice(key.length + 1));
  const about = (path: string): boolean => path === key || path.startsWith(`${key}.`);
  const own = mentions.filter((m) => about(m.path));
  const wishes: Wish[] = own.map(({ path, derives, values, only }) =>
    derives
      ? { path: inside(path), derived: { path, up: 0, first: own.some((m) => m.path === path && !m.derives) } }
      : { path: inside(path), values, only },
  );
  for (const wish of outside)
    if (about(wish.path))
      wishes.push({
        ...wish,
        path: inside(wish.path),
        ...(wish.derived && { derived: { ...wish.derived, up: wish.derived.up + 1 } }),
      });
  return wishes;
}

/** A field that follows from others: left to them, or decided first where something reads it before. */
function derivedMake(schema: AnySchema, { path, up, first }: NonNullable<Wish["derived"]>): Arbitrary<Make> {
  const range = integerRange(schema);
  const small = Array.from({ length: 65 }, (_, i) => (range?.big ? BigInt(i) : i)).filter(
    (n) => schema.facts.bits !== undefined || accepts(schema, n),
  );
  const fitting = range ? small.filter((n) => BigInt(n) >= range.min && BigInt(n) <= range.max) : small;
  // What is read before it is told must be given.
  const decided = first || schema.kind === "check";
  return fc.constantFrom(...(fitting.length > 0 ? fitting : [0])).map(
    (n): Make =>
      (scope) => {
        let home = scope as Scope;
        for (let i = 0; i < up; i++) home = home.parent as Scope;
        if (!home.derived.has(path)) home.derived.set(path, { value: decided ? Number(n) : undefined, told: false });
        if (decided) return n;
        home.spares.set(path, n);
        return ABSENT;
      },
  );
}

const integral = (value: unknown): boolean => typeof value === "number" || typeof value === "bigint";

/** Values that are wished for, as far as the field can have them. */
function wished(schema: AnySchema, wishes: readonly Wish[]): { values: unknown[]; only: boolean } {
  const range = integerRange(schema);
  const asked = wishes.filter((wish) => wish.path === "" && wish.values);
  const all = [...new Set(asked.flatMap((wish) => wish.values ?? []))];
  const values = all.filter((value) => {
    if (range)
      return (
        integral(value) &&
        (typeof value === "bigint") === range.big &&
        Number.isInteger(Number(value)) &&
        BigInt(value as number) >= range.min &&
        BigInt(value as number) <= range.max &&
        (schema.facts.bits !== undefined || accepts(schema, value))
      );
    if (schema.kind === "flag") return typeof value === "boolean";
    return schema.facts.uses.length === 0 && schema.facts.bits === undefined && accepts(schema, value);
  });
  return { values, only: asked.some((wish) => wish.only) };
}

/** Lengths of several fields that something other than a length looks at. */
function askedLengths(
  entries: readonly (readonly [string, AnySchema])[],
  mentions: readonly Mention[],
  outside: readonly Wish[],
): Map<string, LengthSchema> {
  const names = new Set([...mentions.filter((m) => !m.derives), ...outside.filter((w) => w.values)].map((m) => m.path));
  return new Map(
    entries.flatMap(([key, schema]) => {
      const length = names.has(key) ? lengthIn(schema) : undefined;
      return length ? [[key, length] as const] : [];
    }),
  );
}

/** Where to start: what makes a difference, and small lengths. */
function guessOf({ schema }: LengthSchema, wishes: readonly Wish[]): Arbitrary<unknown> {
  const { values } = wished(schema, wishes);
  const numbers = values.length > 0 ? values : [integerRange(schema)?.big ? 0n : 0];
  return fc.constantFrom(...numbers);
}

/** One field, drawn as those behind it would like it. */
function fieldMake(schema: AnySchema, wishes: readonly Wish[], context: Context): Arbitrary<Make> {
  const derived = wishes.find((wish) => wish.path === "" && wish.derived)?.derived;
  if (derived && schema.kind !== "constant") return derivedMake(schema, derived);
  const base = context.draw(schema, { wishes: wishes.filter((wish) => wish.path !== "") });
  const { values, only } = wished(schema, wishes);
  if (values.length === 0 || schema.kind === "constant") return base;
  const known = fc.constantFrom(...values).map(
    (value): Make =>
      () =>
        value,
  );
  return only ? known : either(base, known, 1);
}

/** Puts a value where a path leads, as far as there are structs on the way. */
function put(values: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.split(".");
  const last = keys.pop() as string;
  let at: Record<string, unknown> | undefined = values;
  for (const key of keys) at = at?.[key] as Record<string, unknown> | undefined;
  if (typeof at === "object" && at !== null) at[last] = value;
}

/** Named parts in order, behind the values that stand there from the start. */
export function fieldsMake(
  entries: readonly (readonly [string, AnySchema])[],
  context: Context,
  first: Arbitrary<Readonly<Record<string, unknown>>> = fc.constant({}),
): Arbitrary<Make> {
  const fields = Object.fromEntries(entries);
  const mentions = entries.flatMap(([, schema]) => mentionsOf(schema));
  const asked = askedLengths(entries, mentions, context.wishes);
  const guesses = [...asked].map(([key, schema]) => guessOf(schema, wishesFor(key, mentions, context.wishes)));
  const settle = measured(entries, asked);
  const drawn = entries.map(([key, schema]) => {
    if (schema.kind === "checksum" || schema.kind === "lengthOf" || asked.has(key))
      return fc.constant<Make>(() => ABSENT);
    return inside(key, () => fieldMake(schema, wishesFor(key, mentions, context.wishes), context));
  });
  return fc.tuple(first, fc.tuple(...drawn), fc.tuple(...guesses)).map(
    ([start, makes, guess]): Make =>
      (parent, room) => {
        const extra = room?.extra ?? 0;
        const make = (lengths: Record<string, unknown>): Record<string, unknown> => {
          const values: Record<string, unknown> = { ...start, ...lengths };
          const scope: Scope = { parent, fields, values, derived: new Map(), spares: new Map() };
          if (room) room.extra = extra;
          makes.forEach((make, i) => {
            const value = make(scope, room);
            if (value !== ABSENT) values[(entries[i] as readonly [string, AnySchema])[0]] = value;
          });
          // What nothing tells in the end needs a value of its own.
          for (const [path, value] of scope.spares) if (!scope.derived.get(path)?.told) put(values, path, value);
          return values;
        };
        if (asked.size === 0) return make({});
        return settle(make, Object.fromEntries([...asked.keys()].map((key, i) => [key, guess[i]])));
      },
  );
}
