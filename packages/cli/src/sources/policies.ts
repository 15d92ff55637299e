// Where the next message starts behind a bad one.

import type { AnySchema, Codec } from "@wireform/codec";
import { compile } from "@wireform/codec";
import type { Bad, Policy, Step } from "./decoding.js";
import { outlineOf } from "./outline.js";

type Report = (bad: Bad) => void;

/** What a codec says of the bytes at an offset; undefined where they are no message of its. */
function readAt(
  codec: Codec<unknown, never>,
  bytes: Uint8Array,
  at: number,
): ReturnType<typeof codec.read> | undefined {
  // Where each error came from is nothing to anybody, and takes most of the time.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return codec.read(bytes, at);
  } catch (error) {
    if (error instanceof Error && error.name === "DecodeError") return undefined;
    throw error;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Behind the bad message itself, where its lengths still say how long it is; there is no going on where they do not. */
export function skip(schema: AnySchema, report: Report): Policy {
  const outline = compile(outlineOf(schema), { mode: "interpret" }) as Codec<unknown, never>;
  return {
    overlong: "skip",
    report,
    past(bytes, final): Step | undefined {
      const found = readAt(outline, bytes, 0);
      if (found && "needed" in found)
        return final ? { out: bytes.length, needed: 0 } : { out: 0, needed: found.needed };
      return found && found.offset > 0 ? { out: found.offset, needed: 0 } : undefined;
    },
  };
}

/** Most bytes of a message that is looked for. */
const NEAR = 65536;

/** At the next byte from which a whole message can be read, of a size that bytes of no message seldom announce. */
export function resync(codec: Codec<unknown, never>, report: Report): Policy {
  // The bad message's own start is not the next start.
  let from = 1;
  return {
    overlong: "refuse",
    report(bad) {
      from = 1;
      report(bad);
    },
    past(bytes, final): Step {
      let at = from;
      from = 0;
      for (; at < bytes.length; at++) {
        const found = readAt(codec, bytes.subarray(0, at + NEAR), at);
        if (found === undefined) continue;
        if (!("needed" in found)) return { out: at, needed: 0 };
        if (!final && bytes.length - at + found.needed <= NEAR) return { out: at, needed: found.needed };
      }
      return { out: bytes.length, needed: final ? 0 : 1 };
    },
  };
}
