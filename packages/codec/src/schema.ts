// Law: a schema is frozen plain data. What depends on another field names it (`field("n")`), so that the encoder can
// fill it in, the compiler can inline it and tools can read it. Closures appear only in map, check and custom.

import type { Ref, Use } from "./reference.js";

export type { Use };

/** What a definition says about itself before anything is compiled. Sizes are in bytes. */
export interface Facts {
  readonly min: number;
  readonly max: number;
  /** Set on bit fields: the width in bits. */
  readonly bits?: number;
  /** Set on integers that are not text already. */
  readonly integer?: { readonly signed: boolean; readonly big: boolean; readonly boolean?: boolean };
  /** Set on structs that start in the middle of a byte, as variants behind a tag of some bits do: the bits before it. */
  readonly lead?: number;
  /** True when it takes all bytes up to the end of its surroundings, so that nothing may follow. */
  readonly greedy: boolean;
  /** References that leave this schema, as seen from the struct that holds it. */
  readonly uses: readonly Use[];
}

/**
 * What bytes mean: `Out` is what decoding gives, `In` what encoding takes, `Refs` the names of outer fields it reads,
 * `Derived` those of them that encoding fills in.
 */
export interface Schema<
  out Out = unknown,
  in In = Out,
  out Refs extends string = never,
  out Derived extends string = never,
> {
  readonly kind: string;
  readonly facts: Facts;
  /** Types only; never present at run time. */
  readonly "~types"?: { out: Out; in: (value: In) => void; refs: Refs; derived: Derived };
  /** Turns this noun into actions; the context is a plan.ts Context. */
  readonly "~lower": (schema: never, context: never) => unknown;
  /** For kinds with children: the same kind over changed children. */
  readonly "~with"?: (change: (schema: AnySchema) => AnySchema) => AnySchema;
}

// biome-ignore lint/suspicious/noExplicitAny: the one place that stands for a schema of anything
export type AnySchema = Schema<any, any, any, any>;

/** The type of a decoded value. */
export type Infer<S extends AnySchema> = NonNullable<S["~types"]>["out"];
/** The type that `encode` takes: like {@link Infer}, with everything optional that encoding can fill in. */
export type Input<S extends AnySchema> = Parameters<NonNullable<S["~types"]>["in"]>[0];
export type RefsOf<S extends AnySchema> = NonNullable<S["~types"]>["refs"];
export type DerivedOf<S extends AnySchema> = NonNullable<S["~types"]>["derived"];

export type Simplify<T> = { [K in keyof T]: T[K] } & {};
type IsAny<T> = 0 extends 1 & T ? true : false;
/** Magic, padding and reserved bytes carry no value: their Out is void, and structs leave them out. */
type IsHidden<T> = IsAny<T> extends true ? false : [T] extends [void] ? ([void] extends [T] ? true : false) : false;
type IsOptional<T> = IsAny<T> extends true ? false : unknown extends T ? false : undefined extends T ? true : false;

export type Fields = { readonly [name: string]: AnySchema };

type Local<Path extends string> = Path extends `../${string}` ? never : Path;
type Outer<Path extends string> = Path extends `../${infer Rest}` ? Rest : never;
type Head<Path extends string> = Path extends `${infer First}.${string}` ? First : Path;
type Tail<Path extends string, Name> = Path extends `${infer First}.${infer Rest}`
  ? First extends Name
    ? Rest
    : never
  : never;

type AllRefs<F extends Fields> = { [K in keyof F]: RefsOf<F[K]> }[keyof F];
type AllDerived<F extends Fields> = { [K in keyof F]: DerivedOf<F[K]> }[keyof F];
export type OuterRefs<F extends Fields> = Outer<AllRefs<F>>;
export type OuterDerived<F extends Fields> = Outer<AllDerived<F>>;

type OutKey<F extends Fields, K extends keyof F, Optional extends boolean> =
  IsHidden<Infer<F[K]>> extends true ? never : IsOptional<Infer<F[K]>> extends Optional ? K : never;

export type StructOut<F extends Fields> = Simplify<
  { -readonly [K in keyof F as OutKey<F, K, false>]: Infer<F[K]> } & {
    -readonly [K in keyof F as OutKey<F, K, true>]?: Exclude<Infer<F[K]>, undefined>;
  }
>;

type InputOptional<F extends Fields, K extends keyof F, D extends string> =
  K extends Local<D> ? true : IsOptional<Input<F[K]>>;
type InKey<F extends Fields, K extends keyof F, D extends string, Optional extends boolean> =
  IsHidden<Infer<F[K]>> extends true ? never : InputOptional<F, K, D> extends Optional ? K : never;
/** Makes the fields that a sibling derives (`field("header.length")`) optional inside the nested struct. */
type Loosen<T, Names> = [Names] extends [never]
  ? T
  : Simplify<Omit<T, Names & keyof T> & { [K in Names & keyof T]?: T[K] }>;

export type StructIn<F extends Fields, D extends string = AllDerived<F>> = Simplify<
  { readonly [K in keyof F as InKey<F, K, D, false>]: Loosen<Input<F[K]>, Tail<D, K>> } & {
    readonly [K in keyof F as InKey<F, K, D, true>]?: Loosen<Input<F[K]>, Tail<D, K>> | undefined;
  }
>;

type Unknown<Path extends string, Names> = Path extends unknown
  ? Head<Path> extends Names
    ? never
    : Head<Path>
  : never;
/** Turns a reference to a field that is not there into a compile error that names it. */
export type Checked<F extends Fields> = {
  [K in keyof F]: IsAny<RefsOf<F[K]>> extends true
    ? unknown
    : [Unknown<Local<RefsOf<F[K]>>, keyof F>] extends [never]
      ? unknown
      : { readonly error: `this struct has no field "${Unknown<Local<RefsOf<F[K]>>, keyof F>}"` };
};

/** The paths a Length refers to. */
export type LengthRefs<L> = L extends Ref<infer Path> ? Path : never;
/** `null` where the Length can say that there is nothing (`nullable(i32)`), else never. */
export type LengthNull<L> = L extends { readonly kind: "nullable" } ? null : never;

/** Builds the frozen node of a kind. */
export function node<S extends AnySchema>(
  kind: string,
  facts: Facts,
  data: object,
  lower: (schema: never, context: never) => unknown,
  rebuild?: (change: (schema: AnySchema) => AnySchema) => AnySchema,
): S {
  return Object.freeze({
    kind,
    facts: Object.freeze(facts),
    ...data,
    "~lower": lower,
    ...(rebuild && { "~with": rebuild }),
  }) as unknown as S;
}

const NONE: readonly Use[] = Object.freeze([]);

/** Facts with the usual answers filled in. */
export function facts(min: number, max: number, more: Partial<Facts> = {}): Facts {
  return { min, max, greedy: false, uses: NONE, ...more };
}

export function isSchema(value: unknown): value is AnySchema {
  return (
    (typeof value === "object" || typeof value === "function") &&
    value !== null &&
    typeof (value as AnySchema)["~lower"] === "function"
  );
}
