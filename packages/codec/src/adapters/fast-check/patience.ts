// Values that fit are waited for, but not for ever.

import type { Arbitrary } from "fast-check";
import { SchemaError } from "../../index.js";

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
