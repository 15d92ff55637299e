// Law: a dependence on another field is data that can be read in both directions. As a length it is a chain of
// plus, minus and times, which encode runs backwards; as a condition it is only ever read.

import { SchemaError, show } from "./errors.js";
import { bare } from "./own.js";

/** One reference to a field: its path and whether the field follows from it (a length or count) or is only read. */
export interface Use {
  readonly path: string;
  readonly derives: boolean;
}

export type Arithmetic = readonly ["plus" | "minus" | "times", number];
/** How people and JavaScript write arithmetic. */
export const operators = { plus: "+", minus: "-", times: "*" } as const;

export type Test = readonly ["is" | "isNot" | "atLeast" | "atMost" | "has", unknown];

/** A reference to an earlier field, made by {@link field}. */
export interface Ref<Path extends string = string> {
  readonly kind: "field";
  readonly path: Path;
  readonly steps: readonly Arithmetic[];
  /** The field's value + n. */
  plus(n: number): Ref<Path>;
  /** The field's value − n, as in "length minus the header". */
  minus(n: number): Ref<Path>;
  /** The field's value × n, as in "length in 32-bit words". */
  times(n: number): Ref<Path>;
  is(value: string | number | bigint | boolean | null): Condition<Path>;
  isNot(value: string | number | bigint | boolean | null): Condition<Path>;
  atLeast(value: number | bigint): Condition<Path>;
  atMost(value: number | bigint): Condition<Path>;
  /** True when all bits of `mask` are set in the field's value. */
  has(mask: number): Condition<Path>;
}

/** A yes-or-no question about earlier fields, for `when`. A bare reference asks whether the field is true or non-zero. */
export interface Condition<Path extends string = string> {
  readonly kind: "condition";
  readonly ref?: Ref<Path>;
  readonly test?: Test;
  readonly join?: readonly ["and" | "or", Condition<Path>, Condition<Path>];
  and<P extends string>(other: Condition<P> | Ref<P>): Condition<Path | P>;
  or<P extends string>(other: Condition<P> | Ref<P>): Condition<Path | P>;
}

function ref<Path extends string>(path: Path, steps: readonly Arithmetic[]): Ref<Path> {
  const step = (name: Arithmetic[0]) => (n: number) => {
    if (!Number.isSafeInteger(n)) {
      throw new SchemaError(
        "inverse",
        `field("${path}").${name} takes a whole number, because encode must run it backwards; got ${show(n)}`,
      );
    }
    if (name === "times" && n <= 0) {
      throw new SchemaError("inverse", `field("${path}").times(${n}) cannot be run backwards; multiply by 1 or more`);
    }
    return ref(path, [...steps, Object.freeze([name, n] as const)]);
  };
  const ask = (name: Test[0]) => (value: unknown) => {
    if (value !== null && !["string", "number", "bigint", "boolean"].includes(typeof value))
      throw new SchemaError(
        "argument",
        `field("${path}").${name} takes a number, text, a boolean or null; got ${show(value)}`,
      );
    return condition<Path>({ ref: self, test: Object.freeze([name, value] as const) });
  };
  const self: Ref<Path> = Object.freeze({
    kind: "field" as const,
    path,
    steps: Object.freeze(steps),
    plus: step("plus"),
    minus: step("minus"),
    times: step("times"),
    is: ask("is"),
    isNot: ask("isNot"),
    atLeast: ask("atLeast"),
    atMost: ask("atMost"),
    has: ask("has"),
  });
  return self;
}

function condition<Path extends string>(data: Pick<Condition<Path>, "ref" | "test" | "join">): Condition<Path> {
  const join = (name: "and" | "or") => (other: Condition | Ref) =>
    condition({ join: Object.freeze([name, self as unknown as Condition, asCondition(other)] as const) });
  const self = Object.freeze(
    bare({ kind: "condition" as const, ...data, and: join("and"), or: join("or") }),
  ) as unknown as Condition<Path>;
  return self;
}

/** A bare reference as a condition: true, or a number other than zero. */
export function asCondition(value: Condition | Ref): Condition {
  if (value?.kind === "condition") return value;
  if (value?.kind === "field") return condition({ ref: value });
  throw new SchemaError(
    "argument",
    `a condition is field("name"), field("name").is(…) or the like; got ${show(value)}`,
  );
}

/**
 * Names an earlier field of the same struct: `field("n")`; of the struct one level out: `field("../n")`; inside an
 * earlier struct field: `field("header.n")`.
 *
 * @example
 * struct({ count: u8, items: array(u16, field("count")) })
 */
export function field<const Path extends string>(path: Path): Ref<Path> {
  if (typeof path !== "string" || !/^(\.\.\/)*[^./]+(\.[^./]+)*$/.test(path)) {
    throw new SchemaError("reference", `field(${show(path)}) is not a path; write "name", "../name" or "header.name"`);
  }
  return ref(path, []);
}

/** All fields that a condition reads. */
export function usesOf(of: Condition): Use[] {
  if (of.join) return [...usesOf(of.join[1]), ...usesOf(of.join[2])];
  return [{ path: (of.ref as Ref).path, derives: false }];
}
