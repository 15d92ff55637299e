import type { Limits } from "./limits.js";
import type { AnySchema } from "./schema.js";

export interface Node {
  readonly path: string;
}

export function inspect(_schema: AnySchema, _bytes: Uint8Array, _limits: Limits, _offset: number): Node {
  throw new Error("not yet");
}
