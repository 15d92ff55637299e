// A user's function is called once for each value. Whoever starts over, to find another way or to say why not, calls
// those again that came before; so a counter in front of a schema tells whether it was read and written in one go.

import { type AnySchema, map, struct, u8 } from "@wireform/codec";
import { expect } from "vitest";
import { compileHere } from "./mode.ts";
import { fromHex, toHex } from "./shared-data.ts";

/** Reads and writes one message of the schema behind a counter. */
export function expectOneGo(schema: AnySchema, value: unknown, hex: string): void {
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
  const codec = compileHere(struct({ counted, schema } as { [key: string]: AnySchema }));
  const message = { counted: 7, schema: value } as never;
  const bytes = fromHex(`07${hex.replaceAll(" ", "")}`);
  expect(toHex(codec.encode(message))).toBe(toHex(bytes));
  expect(calls).toEqual({ decode: 0, encode: 1 });
  expect(codec.decode(bytes)).toEqual(message);
  expect(calls).toEqual({ decode: 1, encode: 1 });
}
