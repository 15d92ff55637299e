// A schema's printed module, held against its codec: the same values, the same bytes, and errors for the same input.

import { inspect } from "node:util";
import { type AnySchema, type Codec, SchemaError } from "@wireform/codec";
import { toModule } from "@wireform/codec/module";
import * as standalone from "@wireform/codec/standalone";
import { expect } from "vitest";
import { toHex } from "./shared-data.ts";

interface Module {
  decode(bytes: Uint8Array): unknown;
  read(bytes: Uint8Array, offset?: number): { value: unknown; offset: number } | { needed: number };
  encode(value: unknown): Uint8Array;
}

type Any = Codec<unknown, never>;
type Known = Pick<Any, "schema" | "limits" | "mode">;

const modules = new WeakMap<AnySchema, Module | { readonly refused: SchemaError }>();

function make({ schema, limits }: Known): Module | { refused: SchemaError } {
  try {
    const { code } = toModule(schema, { name: "Message", limits, inline: () => "" });
    const body = code.replace(/^export const /gm, "const ").replace(/^export \{.*\};$/m, "");
    const names = Object.keys(standalone);
    return new Function(...names, `${body}\nreturn { decode, read, encode };`)(...Object.values(standalone)) as Module;
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    return { refused: error };
  }
}

/** The module of a codec's schema; undefined where it cannot be printed. */
export function moduleOf(codec: Known): Module | undefined {
  // What is interpreted is asked once more as generated code, and that is often enough.
  if (codec.mode === "interpret") return undefined;
  const known = modules.get(codec.schema) ?? make(codec);
  modules.set(codec.schema, known);
  return "refused" in known ? undefined : known;
}

const exact = (value: unknown): string =>
  inspect(value, { depth: null, maxArrayLength: null, maxStringLength: null, breakLength: Number.POSITIVE_INFINITY });

type Answer = { readonly value: string } | { readonly needed: number } | { readonly error: string };

/** What a call gives, as far as a module can tell. */
function answer(run: () => unknown): Answer {
  try {
    const value = run();
    if (typeof value === "object" && value !== null && Object.keys(value).join() === "needed")
      return value as { needed: number };
    return { value: exact(value) };
  } catch (error) {
    const { name, code } = error as { name: string; code: string };
    if (name !== "DecodeError" && name !== "EncodeError") throw error;
    return { error: code };
  }
}

/**
 * What a module may say where the codec gives an answer. It looks at fields of fixed size, and at elements, when all of
 * them are there, so that bytes that are wrong as well as too few may be called too few; it knows the limits of whole
 * messages only; and it waits for no byte that the limit forbids.
 */
function mayAnswer(codec: Answer, full: boolean): string[] {
  if ("value" in codec) return [`value ${codec.value}`];
  if ("needed" in codec) return full ? ["needed", "limit"] : ["needed"];
  const few = ["truncated", "needed"];
  if (codec.error === "limit") return ["limit", "invalid", ...few];
  return codec.error === "truncated" || codec.error === "trailing" ? [codec.error] : ["invalid", ...few];
}

const said = (answer: Answer): string =>
  "value" in answer ? `value ${answer.value}` : "needed" in answer ? "needed" : answer.error;

/** Whatever bytes these are, module and codec say the same of them; `missing` says how many are. */
export function expectAlikeBytes(codec: Any, bytes: Uint8Array, missing?: number): void {
  const module = moduleOf(codec);
  if (!module) return;
  for (const call of ["decode", "read"] as const) {
    const theirs = answer(() => codec[call](bytes));
    const ours = answer(() => module[call](bytes));
    const about = `${call} of ${toHex(bytes.subarray(0, 200))}`;
    expect(mayAnswer(theirs, bytes.length >= codec.limits.maxMessageSize), about).toContain(said(ours));
    if (!("needed" in ours)) continue;
    expect(Number.isInteger(ours.needed) && ours.needed >= 1, about).toBe(true);
    if (missing !== undefined) expect(ours.needed, about).toBeLessThanOrEqual(missing);
  }
}

/** A value that can be written is written alike; one that cannot is refused by both. */
export function expectAlikeValue(codec: Any, value: unknown): void {
  const module = moduleOf(codec);
  if (!module) return;
  const theirs = answer(() => codec.encode(value as never));
  const ours = answer(() => module.encode(value));
  if ("error" in theirs) expect(["invalid", "limit"]).toContain(said(ours));
  else expect(ours).toEqual(theirs);
}
