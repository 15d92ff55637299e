// A zod codec between bytes and values, for z.decode and z.encode.

import * as z from "zod";
import { type AnySchema, type Codec, compile, DecodeError, EncodeError, type Infer } from "../../index.js";
import { issueOf } from "./issue.js";

/**
 * The schema as a codec of zod: `z.decode(…, bytes)` gives the value, `z.encode(…, value)` the bytes. What is wrong
 * becomes an issue of zod with our path, and our code, offset, expected and actual as its `params`.
 *
 * @example
 * const Wire = zodCodec(Message);
 * z.decode(Wire, bytes);   z.encode(Wire, message);
 */
export function zodCodec<S extends AnySchema>(
  schema: S,
): z.ZodCodec<z.ZodType<Uint8Array, Uint8Array>, z.ZodType<Infer<S>, Infer<S>>> {
  const codec = compile(schema) as unknown as Codec<Infer<S>>;
  return z.codec(z.instanceof(Uint8Array), z.custom<Infer<S>>(), {
    decode(bytes, context) {
      const result = codec.safeDecode(bytes);
      if (result.ok) return result.value;
      context.issues.push(issueOf(result.error, bytes));
      return z.NEVER;
    },
    encode(value, context) {
      try {
        return codec.encode(value) as Uint8Array<ArrayBuffer>;
      } catch (error) {
        if (!(error instanceof EncodeError || error instanceof DecodeError)) throw error;
        context.issues.push(issueOf(error, value));
        return z.NEVER;
      }
    },
  }) as never;
}
