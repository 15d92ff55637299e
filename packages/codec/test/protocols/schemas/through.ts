// Bytes that mean other bytes: text in hexadecimal, stuffing, masks. What they mean is a message of its own.

import { type AnySchema, type Infer, type Input, type MapSchema, map, type Schema } from "@wireform/codec";
import { compileHere } from "../../support/mode.ts";
import { fromHex, toHex } from "../../support/shared-data.ts";

/** `content`, as `change.encode` writes its bytes and `change.decode` reads them back, in the bytes of `outer`. */
export function through<S extends AnySchema>(
  outer: Schema<Uint8Array>,
  change: { decode(bytes: Uint8Array): Uint8Array; encode(bytes: Uint8Array): Uint8Array },
  content: S,
): MapSchema<Infer<S>, Input<S>, Schema<Uint8Array>> {
  const codec = compileHere(content);
  return map(outer, {
    decode: (bytes): Infer<S> => codec.decode(change.decode(bytes)),
    encode: (value: Input<S>) => change.encode(codec.encode(value)),
  });
}

/** Bytes as upper-case hexadecimal digits. */
export const digits = {
  decode(text: Uint8Array): Uint8Array {
    const given = String.fromCharCode(...text);
    if (!/^[\dA-F]*$/.test(given)) throw new Error(`upper-case hexadecimal digits, not ${JSON.stringify(given)}`);
    return fromHex(given);
  },
  encode: (bytes: Uint8Array): Uint8Array => new TextEncoder().encode(toHex(bytes).toUpperCase()),
};
