// Standard Schema (version 1): libraries that take any validator take a codec, which makes messages of bytes.

import { standFor } from "../../compile.js";
import type { Codec, Key } from "../../index.js";

interface Issue {
  readonly message: string;
  readonly path: readonly Key[];
}

/** A codec that is a Standard Schema of bytes as well. */
export interface StandardCodec<Out, In = Out> extends Codec<Out, In> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: "wireform";
    validate(
      value: unknown,
    ): { readonly value: Out; readonly issues?: undefined } | { readonly issues: readonly Issue[] };
    /** Types only; never present at run time. */
    readonly types?: { readonly input: Uint8Array; readonly output: Out } | undefined;
  };
}

/**
 * The same codec with `~standard`: what is validated is bytes, and what comes out is the message.
 *
 * @example
 * procedure.input(withStandard(compile(Message)))
 */
export function withStandard<Out, In>(codec: Codec<Out, In>): StandardCodec<Out, In> {
  const standard: StandardCodec<Out, In>["~standard"] = {
    version: 1,
    vendor: "wireform",
    validate(value) {
      if (!(value instanceof Uint8Array)) return { issues: [{ message: "needs a Uint8Array", path: [] }] };
      const result = codec.safeDecode(value);
      if (result.ok) return { value: result.value };
      return { issues: [{ message: result.error.message, path: result.error.keys }] };
    },
  };
  // As properties, not values: a codec's functions are made when they are first asked for.
  const properties = Object.getOwnPropertyDescriptors(codec);
  const standing = { ...properties, "~standard": { value: Object.freeze(standard), enumerable: true } };
  const result = Object.freeze(Object.defineProperties({}, standing)) as StandardCodec<Out, In>;
  standFor(result, codec);
  return result;
}
