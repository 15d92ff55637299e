// Every test runs once with generated code and once without; which is which comes from the environment.

import { type AnySchema, type Codec, type CompileOptions, compile, type Infer, type Input } from "@wireform/codec";

export const mode = (process.env["WIREFORM_MODE"] ?? "auto") as "auto" | "jit" | "interpret";

/** Compiles in the mode that this run is for. */
export const compileHere = <S extends AnySchema>(schema: S, options: CompileOptions = {}): Codec<Infer<S>, Input<S>> =>
  compile(schema, { mode, ...options });
