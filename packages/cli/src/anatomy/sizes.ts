// The most that a schema can take, by the largest numbers that its lengths can say.

import { type AnySchema, compile, type Length, type Nullable, type Ref, type Until } from "@wireform/codec";
import { numbersOf } from "@wireform/codec/tooling";
import { type Any, type Fields, fieldAt, rangeIn, type Scope, variantFields } from "./any.js";

export interface Numbers {
  readonly min: number;
  readonly max: number;
}

/** The whole numbers that a schema can have; undefined where it has none, or nobody knows. */
export function numbersIn(schema: AnySchema | undefined): Numbers | undefined {
  if (!schema) return undefined;
  const of = schema as Any;
  if (of.kind === "constant" || (of.kind === "reserved" && !of.ignore)) return only(of.value);
  if (of.kind === "check") return accepted(of, numbersIn(of.schema));
  if (of.kind === "checksum" || of.kind === "lengthOf") return numbersIn(of.schema);
  const numbers = numbersOf(schema);
  return numbers && !numbers.float ? { min: Number(numbers.min), max: Number(numbers.max) } : undefined;
}

/** Few enough to ask a check for each. */
const FEW = 65_536;

/** From the first to the last number that a check accepts; of very many, those that are checked. */
function accepted(check: Any, numbers: Numbers | undefined): Numbers | undefined {
  if (!numbers || numbers.max - numbers.min >= FEW) return numbers;
  let { min, max } = numbers;
  while (min < max && !takes(check, min, numbers)) min++;
  while (max > min && !takes(check, max, numbers)) max--;
  return { min, max };
}

const only = (value: unknown): Numbers | undefined =>
  typeof value === "number" || typeof value === "bigint" ? { min: Number(value), max: Number(value) } : undefined;

/** Whether a schema takes a number: by its range, and by what its checks say. */
export function takes(schema: AnySchema | undefined, n: number, numbers = numbersIn(schema)): boolean {
  const of = schema as Any | undefined;
  if (!of) return true;
  if (numbers && (n < numbers.min || n > numbers.max)) return false;
  if (of.kind !== "check") return of.schema && of.kind !== "reserved" ? takes(of.schema, n) : true;
  const plain = numbersOf(innermost(of));
  try {
    return takes(of.schema, n) && of.predicate(plain && !plain.float && plain.big ? BigInt(n) : n);
  } catch {
    return false;
  }
}

const innermost = (of: Any): AnySchema => (of.schema ? innermost(of.schema as Any) : of);

/** What a reference's arithmetic makes of a number. */
export const stepped = (n: number, { steps }: Ref): number =>
  steps.reduce((at, [step, by]) => (step === "plus" ? at + by : step === "minus" ? at - by : at * by), n);

/** What a length's own number must be at the least to say `n`. */
export const saying = (length: Length, n: number): number =>
  ((length as Ref).steps ?? []).reduceRight(
    (at, [step, by]) => (step === "plus" ? at - by : step === "minus" ? at + by : Math.ceil(at / by)),
    n,
  );

/** The integer schema that says a length, where there is one. */
export function teller(length: Length, scope: Scope | undefined): AnySchema | undefined {
  if (typeof length === "number") return undefined;
  if (typeof (length as Any)["~lower"] === "function") return length as AnySchema;
  if ((length as Nullable).kind === "nullable") return (length as Nullable).prefix;
  return (length as Ref).kind === "field" ? fieldAt(scope, (length as Ref).path) : undefined;
}

/** The most bytes or elements that a length can say; infinity where nothing says it. */
export function mostOf(length: Length, scope: Scope | undefined): number {
  if (typeof length === "number") return length;
  if ((length as Until).kind === "until") return (length as Until).max ?? Number.POSITIVE_INFINITY;
  const numbers = numbersIn(teller(length, scope));
  if (!numbers) return Number.POSITIVE_INFINITY;
  return (length as Ref).kind === "field" ? Math.max(0, stepped(numbers.max, length as Ref)) : numbers.max;
}

/** The bytes of the length itself. */
const ownOf = (length: Length): number => {
  if (typeof length === "number") return 0;
  if (typeof (length as Any)["~lower"] === "function") return (length as AnySchema).facts.max;
  if ((length as Nullable).kind === "nullable") return (length as Nullable).prefix.facts.max;
  const { delimiters = [] } = length as Partial<Until>;
  return Math.max(
    0,
    ...delimiters.map((each) => (typeof each === "string" ? new TextEncoder().encode(each) : each).length),
  );
};

const times = (n: number, size: number): number => (n === 0 || size === 0 ? 0 : n * size);

/** The bytes of a value that is always the same. */
export function sizeOfConstant({ schema, value, facts }: Any): number {
  const fixed = facts.min === facts.max || facts.bits !== undefined || facts.uses.length > 0;
  return fixed ? facts.max : compile(schema, { mode: "interpret" }).size(value);
}

/** The most bytes of a schema. One that contains itself has no most. */
export function mostBytes(schema: AnySchema, scope?: Scope, seen: ReadonlySet<unknown> = new Set([schema])): number {
  const of = schema as Any;
  const { length } = of;
  const go = (inner: AnySchema): number => mostBytes(inner, scope, seen);
  switch (of.kind) {
    case "struct":
      return mostOfFields(Object.entries(of.fields), scope, seen);
    case "union":
      return Math.max(
        ...Object.values(of.variants).map((variant) => mostOfFields(variantFields(of, variant).fields, scope, seen)),
      );
    case "match":
      return Math.max(...[...Object.values(of.cases), ...(of.otherwise ? [of.otherwise] : [])].map(go));
    case "bytes":
    case "string":
      return ownOf(length) + mostOf(length, scope);
    case "array":
    case "typedArray":
      return ownOf(length) + times(mostOf(length, scope), go(of.item));
    case "sized":
      return typeof length === "number"
        ? length
        : ownOf(length) + Math.min(mostOf(length, scope), of.skip ? Number.POSITIVE_INFINITY : go(of.content));
    case "constant":
      return sizeOfConstant(of);
    case "at":
      // Wherever that is.
      return mostOf(of.offset, scope) + go(of.schema);
    case "lazy": {
      const target = of.get();
      if (seen.has(target) || seen.has(of.get)) return Number.POSITIVE_INFINITY;
      return mostBytes(target, undefined, new Set([...seen, target, of.get]));
    }
    default:
      return of.schema && of.kind !== "reserved" ? go(of.schema) : of.facts.max;
  }
}

/** The most bytes of fields in order, of which bits share bytes and ranges end where their length says. */
export function mostOfFields(fields: Fields, parent: Scope | undefined, seen: ReadonlySet<unknown>): number {
  const bits = fields.reduce((sum, [, { facts }]) => sum + (facts.bits ?? 0), 0);
  const sizes = mostOfEach(fields, parent, seen);
  for (const [, schema] of fields) {
    if (schema.kind !== "lengthOf") continue;
    const { first, last } = rangeIn(fields, (schema as Any).range);
    const all = sumOf(sizes.slice(first, last + 1));
    sizes.fill(0, first, last + 1);
    sizes[first] = Math.min(all, numbersIn(schema)?.max ?? all);
  }
  return bits / 8 + sumOf(sizes);
}

/** The most bytes of each field by itself; none of bits. */
export function mostOfEach(fields: Fields, parent: Scope | undefined, seen: ReadonlySet<unknown>): number[] {
  const scope: Scope = { fields, parent };
  return fields.map(([, schema]) => (schema.facts.bits === undefined ? mostBytes(schema, scope, seen) : 0));
}

export const sumOf = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size, 0);
