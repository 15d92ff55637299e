// Law: of a message that has not all come yet, what has come goes through generated code part by part.

import { bare } from "../own.js";
import { isLeaf, type Op } from "../plan.js";
import { type Reader, STOP } from "../runtime/reader.js";

/**
 * What generated code makes of the bytes from here on. STOP, and nothing has changed, when that is no value, or when so
 * much was tried in vain before that bytes would be looked at too often.
 */
function ease(m: Reader, op: Op): unknown | typeof STOP {
  if (m.resuming) return STOP;
  const { p, e, elements, depth } = m;
  const decode = m.generated?.(op);
  if (!decode || m.vain + e - p > 3 * (m.end - m.start)) return STOP;
  const value = decode(m.b, p, e, m, m.hard);
  if (value !== STOP) {
    m.eased = true;
    return value;
  }
  m.vain += e - p;
  m.p = p;
  m.elements = elements;
  m.depth = depth;
  return STOP;
}

/** Decodes what needs none of the fields around it: by generated code where it is all there, else by running it. */
export function decodePart(m: Reader, op: Op): unknown | typeof STOP {
  const value = ease(m, op);
  return value === STOP ? op.decode(m) : value;
}

/** The same op, decoded as a part. */
export function part(op: Op): Op {
  return op.apart || isLeaf(op) ? op : bare({ ...op, apart: true, decode: (m) => decodePart(m, op) });
}
