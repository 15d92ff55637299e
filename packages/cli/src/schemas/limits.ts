// Limits as the command line says them.

import type { Limits } from "@wireform/codec";

/** Those that were given; the rest is the codec's. */
export const limitsOf = ({ maxMessageSize }: { readonly maxMessageSize?: number }): Partial<Limits> =>
  maxMessageSize === undefined ? {} : { maxMessageSize };
