// Fields in order, as in the table of a protocol's specification.

import { inside, SchemaError, show } from "../errors.js";
import { struct as structOp } from "../ops/struct.js";
import { bare, own } from "../own.js";
import type { BitPlace, Context, Entry, Named, Op, Scope } from "../plan.js";
import {
  type AnySchema,
  type Checked,
  entriesOf,
  type Facts,
  type Fields,
  facts,
  isSchema,
  node,
  type OuterDerived,
  type OuterRefs,
  type Schema,
  type Use,
} from "../schema.js";
import type { DiscriminatedIn, DiscriminatedOut } from "./discriminate.js";

export interface StructOptions {
  /** Which byte of a run of bit fields is the most significant: the first ("big", the default) or the last. */
  readonly endian?: "big" | "little";
  /** From which end of a run bit fields are taken: the most significant ("msb", the default) or the least. */
  readonly bitOrder?: "msb" | "lsb";
}

export interface StructSchema<F extends Fields>
  extends Schema<DiscriminatedOut<F>, DiscriminatedIn<F>, OuterRefs<F>, OuterDerived<F>> {
  readonly kind: "struct";
  readonly fields: F;
  readonly options: Required<StructOptions>;
}

/** What can be asked of fields that cover others: their kind knows its range. */
export interface Covering {
  readonly range: { readonly from: string; readonly to?: string };
  /** Checks the range against the fields of a struct, of which it is the one at an index; the last that it bounds, if any. */
  readonly "~bounds": (keys: readonly string[], at: number) => string | undefined;
}

/**
 * Fields in order. Bit fields next to each other share bytes; a field that another refers to as its length, a checksum
 * and the like may be left out on encode. It must be given where it is the length only of what may not be there: under a
 * condition, in the elements of an array, in one case of a match or a union.
 *
 * @example
 * struct({ version: bits(4), flags: bits(4), length: u16, body: bytes(field("length")) })
 */
export function struct<const F extends Fields>(fields: Checked<F>, options: StructOptions = {}): StructSchema<F> {
  const entries = entriesOf(fields as Fields, "struct");
  for (const [key, schema] of entries) {
    checkName(key);
    if (!isSchema(schema)) throw new SchemaError("argument", `is not a schema; got ${show(schema)}`, [key]);
  }
  const { endian = "big", bitOrder = "msb" } = own(options);
  if (!["big", "little"].includes(endian) || !["msb", "lsb"].includes(bitOrder))
    throw new SchemaError("argument", `struct's endian is "big" or "little" and its bitOrder "msb" or "lsb"`);
  const order = Object.freeze({ endian, bitOrder });
  const kept = Object.freeze({ ...fields });
  return node(
    "struct",
    structFacts(entries),
    { fields: kept, options: order },
    (_schema: never, context: never) => lowerStruct(entries, order, context),
    (change) =>
      struct(
        Object.fromEntries(entries.map(([key, schema]) => [key, inside(key, () => change(schema))])) as never,
        order,
      ) as never,
  );
}

/** Names that mean something else to JavaScript objects, or change the order of keys. */
function checkName(key: string): void {
  if (key === "__proto__")
    throw new SchemaError("name", 'a field cannot be called "__proto__"; JavaScript gives that name another meaning', [
      key,
    ]);
  if (key === "") throw new SchemaError("name", "a field needs a name");
  if (/^(0|[1-9]\d*)$/.test(key))
    throw new SchemaError(
      "name",
      `a field cannot be called "${key}", because JavaScript would put it before the others; give it a letter`,
      [key],
    );
}

function structFacts(entries: readonly [string, AnySchema][]): Facts {
  let min = 0;
  let max = 0;
  let bits = 0;
  // Only the first run of bit fields may lack bits: a union's tag may stand before it.
  let first = true;
  let lead = 0;
  let greedy: { key: string; at: number } | undefined;
  const uses: Use[] = [];
  const keys = entries.map(([key]) => key);
  // What is greedy ends where its range does.
  const covered = new Set<string>();
  entries.forEach(([key, schema], at) => {
    const bounded = (schema as Partial<Covering>)["~bounds"]?.(keys, at);
    if (bounded !== undefined) covered.add(bounded);
    if (schema.facts.bits !== undefined) bits += schema.facts.bits;
    else {
      if (bits % 8 !== 0 && first) lead = 8 - (bits % 8);
      else endBits(bits, key);
      if (schema.facts.lead) throw new SchemaError("bits", leadText(schema.facts.lead), [key]);
      first = false;
      min += Math.ceil(bits / 8) + schema.facts.min;
      max += Math.ceil(bits / 8) + schema.facts.max;
      bits = 0;
    }
    if (greedy && schema.facts.max > 0) throw new SchemaError("end", nothingLeft(greedy.key, key), [greedy.key]);
    if (schema.facts.endless || (schema.facts.greedy && !covered.has(key))) greedy = { key, at };
    for (const use of schema.facts.uses) {
      if (use.path.startsWith("../")) uses.push({ ...use, path: use.path.slice(3) });
      else {
        const name = use.path.split(".")[0] as string;
        const to = keys.indexOf(name);
        if (to < 0)
          throw new SchemaError(
            "reference",
            `refers to "${name}", which is not a field of this struct (${keys.join(", ")})`,
            [key],
          );
        if (to >= at)
          throw new SchemaError(
            "reference",
            `refers to "${name}", which ${to === at ? "is itself" : "stands later"}; a reference can only look back`,
            [key],
          );
      }
    }
  });
  if (bits % 8 !== 0 && first) lead = 8 - (bits % 8);
  else endBits(bits, "the end");
  return facts(min + Math.ceil(bits / 8), max + Math.ceil(bits / 8), {
    greedy: greedy !== undefined,
    endless: entries.some(([, schema]) => schema.facts.endless),
    uses,
    ...(lead > 0 && { lead }),
  });
}

const nothingLeft = (greedy: string, key: string): string =>
  `"${greedy}" takes everything up to the end, so that nothing is left for "${key}"; give it a length, put it last, or put both into a range`;

/** Whether recursion in some field takes everything up to the end of the struct; refused where another field follows. */
function takesAll(lowered: readonly Entry[]): boolean {
  const at = (key: string): number => lowered.findIndex((entry) => entry.key === key);
  // A length bounds the range behind it.
  const covered = lowered.flatMap(({ key, op: { derived } }) =>
    derived && !derived.checksum && at(derived.to) > at(key) ? [derived.to] : [],
  );
  const greedy = lowered.find(({ key, op }) => op.greedy && !covered.includes(key));
  const next = greedy && lowered.slice(at(greedy.key) + 1).find(({ op }) => op.max > 0);
  if (next) throw new SchemaError("end", nothingLeft((greedy as Entry).key, next.key), [(greedy as Entry).key]);
  return greedy !== undefined;
}

const leadText = (lead: number): string =>
  `its first bit fields do not fill whole bytes; ${lead} ${lead === 1 ? "bit is" : "bits are"} missing, unless it stands behind the tag of a union`;

function endBits(bits: number, key: string): void {
  if (bits % 8 !== 0)
    throw new SchemaError(
      "bits",
      `the bit fields before ${key === "the end" ? key : `"${key}"`} are ${bits} bits together, not whole bytes; ${8 - (bits % 8)} are missing`,
      key === "the end" ? [] : [key],
    );
}

/** Lowers a struct; `tag` is a field in front that a union adds. */
export function lowerStruct(
  entries: readonly [string, AnySchema][],
  order: Required<StructOptions>,
  context: Context,
): Op {
  const runOf = entries.findIndex(([, schema]) => schema.facts.bits === undefined);
  const head = entries
    .slice(0, runOf < 0 ? entries.length : runOf)
    .reduce((sum, [, schema]) => sum + (schema.facts.bits as number), 0);
  if (head % 8 !== 0) throw new SchemaError("bits", leadText(8 - (head % 8)));
  const names = new Map<string, Named>();
  const scope: Scope = {
    depth: context.scope ? context.scope.depth + 1 : 0,
    parent: context.scope,
    names,
    keys: entries.map(([key]) => key),
    slots: undefined,
  };
  const struct = { entries, ...order, places: undefined };
  const lowered: Entry[] = entries.map(([key, schema]) => {
    const bits = schema.facts.bits === undefined ? undefined : bare({ key, struct });
    const little = order.endian === "little";
    const op = inside(key, () => context.lower(schema, { key, scope, bits, little }));
    const named: Named = { key, op, read: false, slot: undefined };
    names.set(key, named);
    return {
      key,
      op,
      named,
      hidden: op.hidden === true,
      careful: key in Object.prototype,
      marked: false,
      before: -1,
      after: -1,
    };
  });
  let min = 0;
  let max = 0;
  const runs = new Set<object>();
  for (const { op } of lowered) {
    const { place } = op as { place?: BitPlace };
    if (place && runs.has(place.run)) continue;
    if (place) runs.add(place.run);
    min += op.min;
    max += op.max;
  }
  return structOp(lowered, scope, { min, max, ...(takesAll(lowered) && { greedy: true }) });
}
