// Where fields are matched by a sibling that holds names, the names tell the shapes of the struct apart: its type is a
// union with one member a name. Structs without such fields pay for one question.

import type { Ref } from "../reference.js";
import type { AnySchema, Fields, Infer, Input, Schema, StructIn, StructOut } from "../schema.js";
import type { SizedSchema } from "./sized.js";

interface Match extends AnySchema {
  readonly ref: Ref;
  readonly cases: Fields;
  readonly otherwise: unknown;
}
type Framed = AnySchema & { readonly content: Match };
/** The matches among the fields, in a window or not. */
type Matches<S> = S extends Match ? S : S extends { readonly content: infer M extends Match } ? M : never;

/** The one field that all matches look at, if its values are names. */
type Tag<F extends Fields, M> =
  OneOf<M extends Match ? M["ref"]["path"] : never> extends infer P extends keyof F & string
    ? HoldsNames<Infer<F[P]>, Input<F[P]>> extends true
      ? P
      : never
    : never;
type OneOf<P, All = P> = P extends unknown ? ([All] extends [P] ? P : never) : never;
type HoldsNames<Out, In> = [Out] extends [string | boolean]
  ? string extends Out
    ? false
    : [In] extends [Out | undefined]
      ? true
      : false
  : false;

/** The fields as they are where the tag has one of its values; never where a match has no case for it. */
type Chosen<F extends Fields, P extends keyof F, M, T extends string | boolean> = [Refusing<M, T>] extends [never]
  ? {
      [K in keyof F]: K extends P
        ? Schema<T, T | Extract<Input<F[P]>, undefined>>
        : F[K] extends Match
          ? Case<F[K], T>
          : F[K] extends SizedSchema<infer C extends Match, infer L>
            ? SizedSchema<Case<C, T>, L>
            : F[K];
    }
  : never;
type Case<M extends Match, T extends string | boolean> = `${T}` extends keyof M["cases"]
  ? M["cases"][`${T}`]
  : Extract<M["otherwise"], AnySchema>;
type Refusing<M, T extends string | boolean> = M extends Match ? ([Case<M, T>] extends [never] ? M : never) : never;

type EachOut<F extends Fields, P extends keyof F, M, T> = T extends string | boolean
  ? StructOut<Chosen<F, P, M, T>>
  : never;
type EachIn<F extends Fields, P extends keyof F, M, T> = T extends string | boolean
  ? StructIn<Chosen<F, P, M, T>>
  : never;

type ByTagOut<F extends Fields, M, P extends keyof F> = [P] extends [never]
  ? StructOut<F>
  : EachOut<F, P, M, Infer<F[P]>>;
type ByTagIn<F extends Fields, M, P extends keyof F> = [P] extends [never] ? StructIn<F> : EachIn<F, P, M, Infer<F[P]>>;

type MatchesOf<F extends Fields> = Matches<Extract<F[keyof F], Match | Framed>>;
/** {@link StructOut}, told apart by the names that its matches look at. */
export type DiscriminatedOut<F extends Fields> = [MatchesOf<F>] extends [never]
  ? StructOut<F>
  : ByTagOut<F, MatchesOf<F>, Tag<F, MatchesOf<F>>>;
/** {@link StructIn}, told apart likewise. */
export type DiscriminatedIn<F extends Fields> = [MatchesOf<F>] extends [never]
  ? StructIn<F>
  : ByTagIn<F, MatchesOf<F>, Tag<F, MatchesOf<F>>>;
