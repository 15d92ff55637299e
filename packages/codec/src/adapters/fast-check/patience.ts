// Values that fit are waited for, but not for ever.

import type { Arbitrary } from "fast-check";
import { type AnySchema, SchemaError } from "../../index.js";
import { type Make, Rejected } from "./draw.js";

const most = 2000;

/** Values that fit. When thousands in a row do not, it is not by chance; `why` says what the last one lacked. */
export function fitting<T>(drawn: Arbitrary<T>, fits: (value: T) => boolean, why: () => string): Arbitrary<T> {
  let inVain = 0;
  return drawn.filter((value) => {
    if (fits(value)) {
      inVain = 0;
      return true;
    }
    if (++inVain < most) return false;
    inVain = 0;
    throw new SchemaError("argument", `no value was found that fits (${why()}); give some with overrides`);
  });
}

/** Values that are what they are, whatever stands around them. */
export const plain = <T>(arbitrary: Arbitrary<T>): Arbitrary<Make> =>
  arbitrary.map(
    (value): Make =>
      () =>
        value,
  );

/** Parts that depend on nothing around them, made at once, so that those that do not do are drawn again on the spot. */
export function settled(
  schema: AnySchema,
  drawn: Arbitrary<Make>,
  change: (value: unknown) => unknown,
): Arbitrary<Make> {
  if (schema.facts.uses.length > 0)
    return drawn.map(
      (make): Make =>
        (scope, room) =>
          change(make(scope, room)),
    );
  const alone = (make: Make): unknown => {
    try {
      return change(make(undefined));
    } catch (error) {
      if (error instanceof Rejected) return error;
      throw error;
    }
  };
  let why = "";
  const fits = (value: unknown): boolean => {
    if (!(value instanceof Rejected)) return true;
    why = value.message;
    return false;
  };
  return plain(fitting(drawn.map(alone), fits, () => why));
}
