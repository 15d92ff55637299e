// The text of a module: types, the functions of the runtime that it uses, and what is generated for the schema.

import { type AnySchema, type Limits, SchemaError } from "../../index.js";
import { limitsOf } from "../../limits.js";
import { lower, type Op } from "../../plan.js";
import { type Printed, Source } from "../../source.js";
import { typesOf } from "./types.js";

export interface ModuleOptions {
  /** What the types are called. */
  readonly name: string;
  readonly limits?: { readonly [K in keyof Limits]?: Limits[K] | undefined };
  /** The text of functions that `@wireform/codec/standalone` exports, and of all that they need. */
  inline(names: readonly string[]): string;
  /** The text of a function of the schema's, as an expression; throws where it needs more than itself. Without it none is printed. */
  own?(made: Function): string;
}

/** The texts of a module and of its declarations. */
export interface ModuleText {
  readonly code: string;
  readonly types: string;
}

/** One direction's functions; refuses what only the interpreter can do. */
function printed(op: Op, direction: "decode" | "encode", own: ModuleOptions["own"]): Printed {
  const source = new Source(direction, false, true);
  source.function(op);
  if (source.interpreted)
    throw new SchemaError(
      "argument",
      `cannot ${direction} by itself: padding to a multiple stands behind a field whose width depends on what follows, which takes the interpreter; give that field a fixed width`,
    );
  const { constants, ...rest } = source.finish();
  return {
    ...rest,
    constants: constants.map((each) => {
      const text = each.text ?? own?.(each.value as Function);
      if (text === undefined)
        throw new SchemaError("argument", "has functions of its own, which a module of its own cannot have");
      return { ...each, text };
    }),
  };
}

const constantsOf = ({ constants }: Printed): string =>
  constants.map(({ name, text }) => `const ${name} = ${text};\n\n`).join("");

/** The call that makes encode: of values that all take the same bytes, or with about how many one will take, where that can be told. */
function encoderOf(op: Op, { maxMessageSize }: Limits): string {
  if (op.min === op.max && op.max <= Math.min(1024, maxMessageSize)) return `makeFixed(encode0, limits, ${op.min})`;
  const hint = op.emitHint?.("v");
  return `makeEncode(encode0, limits${hint === undefined ? "" : `, (v) => ${op.min} + ${hint}`})`;
}

const ERRORS = `/** The bytes are no message. */
export declare class DecodeError extends Error {
  readonly name: "DecodeError";
  /** Cut short, bytes left over, more than the limits allow, or anything else. */
  readonly code: "truncated" | "trailing" | "limit" | "invalid";
  /** How far they were read when that showed. */
  readonly offset: number;
}

/** The value cannot be written. */
export declare class EncodeError extends Error {
  readonly name: "EncodeError";
  /** More than the limits allow, or anything else. */
  readonly code: "limit" | "invalid";
  /** How many bytes were written when that showed. */
  readonly offset: number;
}
`;

/** A name that hides none of those that types are written with. */
const typeName = (name: string): string => {
  const word = name.replace(/[^\w$]/g, "_").replace(/^(?=\d)|^$/, "_");
  return word in globalThis || /^(DecodeError|EncodeError|default|(big)?int|number|string|boolean)$/.test(word)
    ? "Message"
    : word;
};

/**
 * A schema as an ES module that imports nothing and generates nothing at run time: `decode`, `encode` and `read`.
 * Of the user's functions it has those of `check` that need nothing but their argument; other schemas with functions, and
 * what only the interpreter does, are refused with their path.
 */
export function toModule(schema: AnySchema, { name, limits, inline, own }: ModuleOptions): ModuleText {
  const type = typeName(name);
  const value = typesOf(schema, type, false, own);
  const input = typesOf(schema, `${type}Input`, true, own);
  const op = lower(schema);
  const decode = printed(op, "decode", own);
  const encode = printed(op, "encode", own);
  const needs = [decode, encode].flatMap(({ imports, constants }) => [
    ...imports.keys(),
    ...constants.flatMap(({ needs: needed }) => needed ?? []),
  ]);
  const kept = limitsOf(limits as Partial<Limits>);
  const { maxMessageSize, maxElements, maxDepth } = kept;
  const encoder = encoderOf(op, kept);
  const makers = ["makeDecode", "makeRead", encoder.slice(0, encoder.indexOf("(")), "DecodeError", "EncodeError"];
  const all = [...new Set([...needs, ...makers])].sort();
  const code = `// What a message may cost.
const limits = { maxMessageSize: ${maxMessageSize}, maxElements: ${maxElements}, maxDepth: ${maxDepth} };

${decode.functions}

${encode.functions}

${inline(all).trim()}

${constantsOf(decode)}${constantsOf(encode)}/** The value of bytes that are one message. Throws DecodeError. */
export const decode = makeDecode(decode0, limits);

/** One message at an offset and the offset behind it, or how many more bytes it needs at the least. Throws DecodeError. */
export const read = makeRead(decode0, limits);

/** The bytes of a value, in a buffer of their own. Throws EncodeError. */
export const encode = ${encoder};

export { DecodeError, EncodeError };
`;
  const types = `/** What decoding gives. */
${value}
/** What encoding takes; what it fills in may be left out, and must be right where it is given. */
${input}
/** The value of bytes that are one message. Throws DecodeError. */
export declare function decode(bytes: Uint8Array | ArrayBuffer | ArrayBufferView): ${type};

/** One message at an offset (0 unless given) and the offset behind it, or how many more bytes it needs at the least. Throws DecodeError. */
export declare function read(
  bytes: Uint8Array | ArrayBuffer | ArrayBufferView,
  offset?: number,
): { value: ${type}; offset: number } | { needed: number };

/** The bytes of a value, in a buffer of their own. Throws EncodeError. */
export declare function encode(value: ${type}Input): Uint8Array;

${ERRORS}`;
  return { code, types };
}
