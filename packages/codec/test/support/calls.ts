// A user's function is called once for each value. Whoever starts over, to find another way or to say why not, calls
// those again that came before; so a counter in front of a schema tells whether it was read and written in one go.

import { type AnySchema, type CompileOptions, magic, map, struct, u8 } from "@wireform/codec";
import { expect } from "vitest";
import { compileHere } from "./mode.ts";
import { fromHex, toHex } from "./shared-data.ts";

// With the counter these are 16 bytes, so that what stands at multiples of 2, 4, 8 and 16 still does.
const LEAD = "in front of it:";

/** Asks of one message after another of the schema whether it is read and written in one go. */
export function oneGo(schema: AnySchema, options: CompileOptions = {}): (value: unknown, hex: string) => void {
  const calls = { decode: 0, encode: 0 };
  const counted = map(u8, {
    decode(n) {
      calls.decode++;
      return n;
    },
    encode(n: number) {
      calls.encode++;
      return n;
    },
  });
  const codec = compileHere(struct({ lead: magic(LEAD), counted, schema } as { [key: string]: AnySchema }), options);
  return (value, hex) => {
    Object.assign(calls, { decode: 0, encode: 0 });
    const message = { counted: 7, schema: value } as never;
    const bytes = Uint8Array.of(...Buffer.from(LEAD), 7, ...fromHex(hex.replaceAll(" ", "")));
    expect(toHex(codec.encode(message))).toBe(toHex(bytes));
    expect(calls, "functions are called once").toEqual({ decode: 0, encode: 1 });
    codec.decode(bytes);
    expect(calls, "functions are called once").toEqual({ decode: 1, encode: 1 });
  };
}

/** Reads and writes one message of the schema behind a counter. */
export const expectOneGo = (schema: AnySchema, value: unknown, hex: string): void => oneGo(schema)(value, hex);
