// Limits as the command line says them.

import type { Limits } from "@wireform/codec";

interface Given {
  readonly maxMessageSize?: number;
  readonly maxElements?: number;
}

/** Those that were given; the rest is the codec's. */
export const limitsOf = ({ maxMessageSize, maxElements }: Given): Partial<Limits> => ({
  ...(maxMessageSize !== undefined && { maxMessageSize }),
  ...(maxElements !== undefined && { maxElements }),
});
