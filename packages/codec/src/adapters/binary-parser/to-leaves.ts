// What single values of a definition are to binary-parser: its own types, and functions of what those give.

import type { AnySchema } from "../../index.js";

/** Makes one value of another; throws where there is none. */
export type Post = (value: never) => unknown;

const primitives: Readonly<Record<string, string>> = {
  u8: "uint8",
  i8: "int8",
  u16: "uint16be",
  u16le: "uint16le",
  u32: "uint32be",
  u32le: "uint32le",
  u64: "uint64be",
  u64le: "uint64le",
  i16: "int16be",
  i16le: "int16le",
  i32: "int32be",
  i32le: "int32le",
  i64: "int64be",
  i64le: "int64le",
  f32: "floatbe",
  f32le: "floatle",
  f64: "doublebe",
  f64le: "doublele",
};

/** The type of binary-parser that gives exactly these values. */
export const primitiveOf = ({ kind }: AnySchema): string | undefined =>
  Object.hasOwn(primitives, kind) ? primitives[kind] : undefined;

const refuse = (message: string): never => {
  throw new Error(message);
};

function oneOf({ value }: { value: unknown }): Post {
  if (!(value instanceof Uint8Array))
    return (given: unknown) =>
      Object.is(given, value) || (given === value && value !== 0) ? given : refuse(`must be ${value}`);
  return (given: Uint8Array) =>
    given.length === value.length && value.every((byte, i) => given[i] === byte)
      ? given
      : refuse("must be other bytes");
}

function nameOf({ names, unknown }: { names: { readonly [name: string]: number | bigint }; unknown: string }): Post {
  const known = new Map(Object.entries(names).map(([name, number]) => [number, name]));
  return (number: number | bigint) =>
    known.get(number) ?? (unknown === "pass" ? number : refuse(`${number} has no name`));
}

/** Kinds that make something of the value of another schema. */
export const refinements: Readonly<Record<string, (schema: never) => Post>> = {
  constant: oneOf,
  enumeration: nameOf,
  map:
    ({ functions }: { functions: { decode(value: unknown): unknown } }) =>
    (value: unknown) =>
      functions.decode(value),
  check:
    ({ predicate, message }: { predicate(value: unknown): boolean; message: string }) =>
    (value: unknown) =>
      predicate(value) ? value : refuse(message),
};

/** The kinds of one byte or bit that are no plain number, by the number that they are. */
export const numbered: Readonly<Record<string, Post>> = {
  bool: (n: number) => (n > 1 ? refuse("needs 0 or 1") : n === 1),
  flag: (n: number) => n === 1,
};

export const signed =
  (width: number): Post =>
  (n: number) =>
    n >= 2 ** (width - 1) ? n - 2 ** width : n;

export const safely: Post = (n: bigint) =>
  Number.isSafeInteger(Number(n)) ? Number(n) : refuse("needs a whole number of at most 2^53 - 1 in size");
