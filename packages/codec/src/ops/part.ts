// Law: of a message that has not all come yet, what has come goes through generated code part by part.

import { isLeaf, type Op } from "../plan.js";
import { type Reader, STOP } from "../runtime/reader.js";

/** Decodes what needs none of the fields around it: by generated code where it is all there, else by running it. */
export function decodePart(m: Reader, op: Op): unknown | typeof STOP {
  const value = m.ease(op);
  return value === STOP ? op.decode(m) : value;
}

/** The same op, decoded as a part. */
export function part(op: Op): Op {
  return op.apart || isLeaf(op) ? op : { ...op, apart: true, decode: (m) => decodePart(m, op) };
}
