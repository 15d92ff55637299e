// Law: what a parser says as data is translated; what it says by a function is called on decode and reported, and what
// can be said in neither way is refused, by path. Nothing is guessed.

import { compile, type Schema, SchemaError } from "../../index.js";
import { type BinaryParser, isParser } from "./parser.js";
import { throwProblems } from "./problems.js";
import { type DecodeOnly, type FromOptions, Translation } from "./translation.js";

export type { DecodeOnly, FromOptions };

/**
 * The schema of an existing parser of binary-parser, and the places that can only be decoded because a function says what
 * they are. What cannot be decoded either is a SchemaError that names all such paths; say those with `replace`.
 *
 * @example
 * const { schema, decodeOnly } = fromBinaryParser(parser);
 * const codec = compile(schema);
 */
// biome-ignore lint/suspicious/noExplicitAny: binary-parser has no type for what it decodes
export function fromBinaryParser<T = any>(
  parser: BinaryParser,
  options: FromOptions = {},
): { readonly schema: Schema<T>; readonly decodeOnly: readonly DecodeOnly[] } {
  if (!isParser(parser)) throw new SchemaError("argument", "fromBinaryParser takes a Parser of binary-parser");
  const translation = new Translation(parser, options);
  const schema = translation.whole();
  throwProblems("Wireform", translation.problems);
  compile(schema);
  return { schema: schema as Schema<T>, decodeOnly: translation.decodeOnly };
}
