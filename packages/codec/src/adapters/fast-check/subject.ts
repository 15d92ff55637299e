// What a law is asked about, and what it says where it does not hold.

import fc, { type Arbitrary, type IProperty } from "fast-check";
import { engineOf } from "../../compile.js";
import { mayGenerate } from "../../generate.js";
import { compile } from "../../index.js";
import { type Mutation, mutations } from "./mutations.js";
import { type AnyCodec, Broken } from "./outcome.js";
import { type DrawOptions, input } from "./values.js";

/** What a law is asked about. */
export interface Subject {
  readonly codec: AnyCodec;
  /** The same schema, compiled the other way; undefined where JavaScript may not be generated. */
  readonly other: AnyCodec | undefined;
  readonly inputs: Arbitrary<unknown>;
  readonly mutations: Arbitrary<Mutation>;
  /** A value that takes about so many bytes, where the user says what that is. */
  readonly grown: ((bytes: number) => unknown) | undefined;
}

export function subjectOf(codec: AnyCodec, options: DrawOptions): Subject {
  const { schema, limits } = codec;
  const { views } = engineOf(codec);
  const mode = codec.mode === "jit" ? "interpret" : "jit";
  const other =
    mode === "interpret" || mayGenerate() ? (compile(schema, { limits, views, mode }) as AnyCodec) : undefined;
  const { grown } = options;
  return { codec, other, inputs: input(schema, options), mutations: mutations(schema, options), grown };
}

// biome-ignore lint/suspicious/noExplicitAny: as fast-check has it, whose properties take arguments of all kinds
export type Law = IProperty<any>;

export const joined = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

export const demand = (holds: boolean, reason: string, codec: AnyCodec, bytes: Uint8Array): void => {
  if (!holds) throw new Broken(reason, codec, bytes);
};

/** Whatever goes wrong with these bytes, crashes too, is told with them, and with what was done to them. */
export function about(codec: AnyCodec, bytes: Uint8Array, run: () => void, damage?: string): void {
  try {
    run();
  } catch (error) {
    const broken = error instanceof Broken ? error : undefined;
    const told = broken?.bytes
      ? broken
      : new Broken(broken?.reason ?? String(error), codec, bytes, { cause: broken?.cause ?? error });
    if (damage !== undefined) told.message = `after this damage: ${damage}\n${told.message}`;
    throw told;
  }
}

/** A law of each value and its bytes, and of what else is drawn. */
export function ofValues<More extends unknown[]>(
  { codec, inputs }: Subject,
  holds: (bytes: Uint8Array, value: unknown, ...more: More) => void,
  ...more: { [K in keyof More]: Arbitrary<More[K]> }
): Law {
  const ask = (value: unknown, ...drawn: More): void => {
    const bytes = codec.encode(value);
    about(codec, bytes, () => holds(bytes, value, ...drawn));
  };
  return fc.property<[unknown, ...More]>(inputs, ...more, ask);
}
