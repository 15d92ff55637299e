// A parser that is used by its name, and told by binary-parser what is around it.

import type { AnySchema } from "../../index.js";
import type { Op } from "../../plan.js";
import { node } from "../../schema.js";
import { type Caller, callFrom } from "./sight.js";

/** A recursive schema whose functions see from where it is used. */
export function called(schema: AnySchema, from: Caller | undefined): AnySchema {
  const { facts, get } = schema as AnySchema & { get(): AnySchema };
  return node("lazy", facts, { get }, (_schema: never, context: never) => {
    const op = schema["~lower"](schema as never, context) as Op;
    return {
      ...op,
      decode(m) {
        callFrom(m, from);
        return op.decode(m);
      },
    } satisfies Op;
  });
}
