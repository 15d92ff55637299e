// Law: a definition becomes a parser that decodes its bytes to the same values, or is refused for every place where it
// would not. What binary-parser has no word for is said by functions that are made here, never by text.

import { type AnySchema, type Infer, SchemaError, type StructSchema } from "../../index.js";
import { type Fields, isSchema } from "../../schema.js";
import { throwProblems } from "./problems.js";
import { putNumber, puts } from "./to-kinds.js";
import type { Spot } from "./to-scope.js";
import { empty, Writing } from "./to-writing.js";

/** A Parser of binary-parser that gives values of a known type. */
export interface ParserOf<T> {
  parse(bytes: Uint8Array): T;
  compile(): void;
  getCode(): string;
}

/**
 * A Parser of binary-parser that decodes what the schema describes to the same values. What it cannot say is a SchemaError
 * that names every such path.
 *
 * @example
 * toBinaryParser(Message).parse(bytes)
 */
export function toBinaryParser<S extends AnySchema>(schema: S): ParserOf<Infer<S>> {
  if (!isSchema(schema)) throw new SchemaError("argument", "toBinaryParser takes a schema");
  const writing = new Writing(puts, putNumber);
  if (schema.kind !== "struct")
    throw new SchemaError(
      "argument",
      `a message of binary-parser is a struct, not ${schema.kind}; put it into a field`,
    );
  const into = empty();
  const { fields, options } = schema as unknown as StructSchema<Fields>;
  const spot: Spot = { via: "root" };
  writing.fields(Object.entries(fields), options, { into, keys: [], struct: { parent: undefined, spot }, spot });
  if (spot.climbed) into["useContextVars"]?.(true);
  throwProblems("binary-parser", writing.problems);
  return into as unknown as ParserOf<Infer<S>>;
}
