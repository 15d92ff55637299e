// Law: a schema is frozen plain data. What depends on another field names it (`field("n")`), so that the encoder can
// fill it in, the compiler can inline it and tools can read it. Closures appear only in map, check and custom.

import { SchemaError, show } from "./errors.js";
import { bare } from "./own.js";
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
  /** True when it does so from an offset: up to the end of the message, out of every window that it stands in. */
  readonly endless: boolean;
  /** References that leave this schema, as seen from the struct that holds it. */
  readonly uses: readonly Use[];
}

/** What every schema has at run time. */
interface Noun {
  readonly kind: string;
  readonly facts: Facts;
  /** Turns this noun into actions; the context is a plan.ts Context. */
  readonly "~lower": (schema: never, context: never) => unknown;
  /** For kinds with children: the same kind over changed children. */
  readonly "~with"?: (change: (schema: AnySchema) => AnySchema) => AnySchema;
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
> extends Noun {
  /** Types only; never present at run time. */
  readonly "~types": { out: Out; in: (value: In) => void; refs: Refs; derived: Derived };
}

/** A schema of anything. That its `in` is no function keeps what stands in a struct from being inferred as any. */
export interface AnySchema extends Noun {
  // biome-ignore lint/suspicious/noExplicitAny: the one place that stands for a schema of anything
  readonly "~types": { out: any; in: any; refs: any; derived: any };
}

/** The type of a decoded value. */
export type Infer<S extends AnySchema> = S["~types"]["out"];
/** The type that `encode` takes: like {@link Infer}, with everything optional that encoding can fill in. */
export type Input<S extends AnySchema> = Parameters<S["~types"]["in"]>[0];
export type RefsOf<S extends AnySchema> = S["~types"]["refs"];
export type DerivedOf<S extends AnySchema> = S["~types"]["derived"];
/** Of the fields that some of several schemas derive, those that all of them do: whichever there is, it tells them. */
export type DerivedByAll<C extends { readonly [name: string]: AnySchema }> = [DerivedOf<C[keyof C]>] extends [never]
  ? never
  : InAll<C, DerivedOf<C[keyof C]>>;
type InAll<C extends { readonly [name: string]: AnySchema }, D> = D extends unknown
  ? [{ [K in keyof C]: D extends DerivedOf<C[K]> ? never : K }[keyof C]] extends [never]
    ? D
    : never
  : never;

export type Simplify<T> = { [K in keyof T]: T[K] } & {};

/**
 * Whether a struct has a key for a value of this type: always, only sometimes (`when`), or never (magic, padding and
 * reserved bytes, whose type is void).
 */
type Presence<T> = 0 extends 1 & T
  ? "always"
  : undefined extends T
    ? unknown extends T
      ? "always"
      : [T] extends [void]
        ? [void] extends [T]
          ? "never"
          : "sometimes"
        : "sometimes"
    : "always";

export type Fields = { readonly [name: string]: AnySchema };

type AllRefs<F extends Fields> = RefsOf<F[keyof F]>;
type AllDerived<F extends Fields> = DerivedOf<F[keyof F]>;

type Outer<Path extends string> = Path extends `../${infer Rest}` ? Rest : never;
/** The paths that lead into a field of the same struct: "header.length". */
type Inner<Path extends string> = Path extends `../${string}`
  ? never
  : Path extends `${string}.${string}`
    ? Path
    : never;
/** What is left of those that go into the field `Name`: "length". */
type Into<Path extends string, Name> = Path extends `${infer First}.${infer Rest}`
  ? First extends Name
    ? Rest
    : never
  : never;

export type OuterRefs<F extends Fields> = Outer<AllRefs<F>>;
export type OuterDerived<F extends Fields> = Outer<AllDerived<F>>;

/** Most structs have all of their keys always; for these it is cheaper to ask once than for every field. */
export type StructOut<F extends Fields> =
  undefined extends Infer<F[keyof F]> ? PresentOut<F> : { -readonly [K in keyof F]: Infer<F[K]> };
type PresentOut<F extends Fields> = Simplify<
  { -readonly [K in keyof F as Presence<Infer<F[K]>> extends "always" ? K : never]: Infer<F[K]> } & {
    -readonly [K in keyof F as Presence<Infer<F[K]>> extends "sometimes" ? K : never]?: Exclude<Infer<F[K]>, void>;
  }
>;

export type StructIn<F extends Fields, D extends string = AllDerived<F>> = undefined extends
  | Input<F[keyof F]>
  | ([D] extends [never] ? never : undefined)
  ? PresentIn<F, D, Inner<D>>
  : { readonly [K in keyof F]: Input<F[K]> };
type InPresence<T, K, D> = K extends D ? (Presence<T> extends "never" ? "never" : "sometimes") : Presence<T>;
type PresentIn<F extends Fields, D extends string, N extends string> = Simplify<
  {
    readonly [K in keyof F as InPresence<Input<F[K]>, K, D> extends "always" ? K : never]: Loosen<
      Input<F[K]>,
      Into<N, K>
    >;
  } & {
    readonly [K in keyof F as InPresence<Input<F[K]>, K, D> extends "sometimes" ? K : never]?:
      | Exclude<Loosen<Input<F[K]>, Into<N, K>>, void>
      | undefined;
  }
>;
/** Makes what a field further out derives (`field("header.length")`) optional in a value. */
type Loosen<T, D extends string> = [D] extends [never]
  ? T
  : T extends object
    ? Simplify<
        { readonly [K in keyof T as K extends D ? never : K]: Loosen<T[K], Into<D, K>> } & {
          readonly [K in keyof T as K extends D ? K : never]?: T[K] | undefined;
        }
      >
    : T;

/** The names and paths, among `Path`, that lead to no field of a struct. */
export type Unknown<Path extends string, F extends Fields> = string extends Path
  ? never
  : Path extends keyof F | `../${string}`
    ? never
    : Path extends `${infer First}.${infer Rest}`
      ? First extends keyof F
        ? UnknownIn<Infer<F[First]>, Rest, First>
        : First
      : Path;
type UnknownIn<T, Path extends string, Before extends string> = 0 extends 1 & T
  ? never
  : Path extends `${infer First}.${infer Rest}`
    ? First extends KeyOf<T>
      ? UnknownIn<T[First], Rest, `${Before}.${First}`>
      : `${Before}.${First}`
    : Path extends KeyOf<T>
      ? never
      : `${Before}.${Path}`;
type KeyOf<T> = T extends string | readonly unknown[] | ArrayBufferView ? never : keyof T;

/** The fields themselves; where one refers to a field that is not there, a compile error that names it. */
export type Checked<F extends Fields> = [Unknown<AllRefs<F>, F>] extends [never]
  ? F
  : {
      [K in keyof F & string]: [Unknown<RefsOf<F[K]>, F>] extends [never]
        ? F[K]
        : `this struct has no field "${Unknown<RefsOf<F[K]>, F>}"`;
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
  for (const part of [facts.uses, ...facts.uses]) Object.freeze(part);
  if (facts.integer) Object.freeze(bare(facts.integer));
  return Object.freeze(
    bare({
      kind,
      facts: Object.freeze(bare(facts)),
      ...data,
      "~lower": lower,
      ...(rebuild && { "~with": rebuild }),
    }),
  ) as unknown as S;
}

const NONE: readonly Use[] = Object.freeze([]);

/** Facts with the usual answers filled in. */
export function facts(min: number, max: number, more: Partial<Facts> = {}): Facts {
  return { min, max, greedy: false, endless: false, uses: NONE, ...more };
}

/** The names of an object literal and what they stand for; refuses `{ __proto__: … }`, which makes no name at all. */
export function entriesOf<T>(object: { readonly [name: string]: T }, what: string): [string, T][] {
  const prototype = typeof object === "object" && object !== null ? Object.getPrototypeOf(object) : undefined;
  if (prototype === undefined)
    throw new SchemaError("argument", `${what} takes an object with a name for each; got ${show(object)}`);
  // That of another realm has this of its own too.
  if (prototype !== null && !Object.hasOwn(prototype, "isPrototypeOf"))
    throw new SchemaError("name", `${what} takes a plain object, and "__proto__" cannot be a name in it`);
  return Object.entries(object);
}

/** Refuses an option that is none of the words it may be. */
export function checkOption(name: string, value: unknown, allowed: readonly string[]): void {
  if (!allowed.includes(value as string))
    throw new SchemaError("argument", `${name} is one of ${allowed.map(show).join(", ")}; got ${show(value)}`);
}

export function isSchema(value: unknown): value is AnySchema {
  return (
    (typeof value === "object" || typeof value === "function") &&
    value !== null &&
    typeof (value as AnySchema)["~lower"] === "function"
  );
}
