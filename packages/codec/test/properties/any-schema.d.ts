import { type AnySchema } from "@wireform/codec";
import { type Arbitrary } from "fast-check";
export interface Gene {
    readonly kind: number;
    readonly a: number;
    readonly b: number;
    readonly kids: readonly Gene[];
}
/** A piece of a definition and the text that makes it. */
interface Written<T> {
    readonly made: T;
    readonly text: string;
}
/** What a field can be for those behind it. */
interface Earlier {
    readonly key: string;
    readonly use: "length" | "number" | "flag" | "name" | "other";
}
interface Scope {
    readonly fields: Earlier[];
    readonly outer: Scope | undefined;
}
/** The schema of a gene, wherever it stands. */
export declare function schemaOf(gene: Gene, scope: Scope | undefined, depth: number): Written<AnySchema>;
/** Any schema, with its text. */
export declare function anySchema(): Arbitrary<{
    readonly text: string;
    readonly schema: AnySchema;
}>;
export {};
