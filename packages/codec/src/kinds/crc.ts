// Law: what a checksum is made of is checked where it is defined; printed code, which has it from there, need not.

import { SchemaError, show } from "../errors.js";
import { own } from "../own.js";
import { type Checksum, type CrcParameters, type CrcValue, crc as make } from "../runtime/checksum.js";

/**
 * A CRC by its parameters, as catalogues list them.
 *
 * @example
 * crc({ width: 16, poly: 0x8005, init: 0xffff, refin: true, refout: true, xorout: 0, name: "crc16modbus" })
 */
export function crc<W extends number>(parameters: CrcParameters<W>): Checksum<CrcValue<W>> {
  const given = own((parameters ?? {}) as CrcParameters<W>);
  const { width, poly, init, refin, refout, xorout } = given as CrcParameters;
  const demand = (holds: boolean, name: string, what: string, value: unknown): void => {
    if (!holds) throw new SchemaError("argument", `crc: ${name} must be ${what}; got ${show(value)}`);
  };
  demand(Number.isInteger(width) && width >= 1 && width <= 128, "width", "an integer from 1 to 128", width);
  for (const [name, value] of Object.entries({ refin, refout }))
    demand(typeof value === "boolean", name, "true or false", value);
  for (const [name, value] of Object.entries({ poly, init, xorout })) {
    const whole = typeof value === "bigint" || Number.isSafeInteger(value);
    demand(whole && BigInt(value) >> BigInt(width) === 0n, name, `an integer of ${width} bits`, value);
  }
  return make(given);
}
