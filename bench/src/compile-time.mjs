// How long a schema of 100 fields takes from definition to the first decoded message. The names differ each time, so
// that nothing, V8's cache of compiled text included, has seen the schema before.
import { performance } from "node:perf_hooks";
import { whyAbsent, wireform } from "./wireform.mjs";

const fieldCount = 100;

const define = ({ bits, bytes, f64, flag, i16, string, struct, u8, u16, u32 }, mark) => {
  const kinds = [u8, u16, u32, i16, f64, bits(4), bits(3), flag, string(u8, "ascii"), bytes(4)];
  const entries = Array.from({ length: fieldCount }, (_, i) => [`${mark}_${i}`, kinds[i % kinds.length]]);
  return struct(Object.fromEntries(entries));
};
// u8 u16 u32 i16 f64, a byte of bits, an empty string, four bytes: ten times over.
const zeros = new Uint8Array((1 + 2 + 4 + 2 + 8 + 1 + 1 + 4) * (fieldCount / 10));

const once = (mode, mark) => {
  const start = performance.now();
  const codec = wireform.compile(define(wireform, mark), { mode });
  const compiled = performance.now();
  codec.encode(codec.decode(zeros));
  return { compile: compiled - start, ready: performance.now() - start };
};

/** One fresh process: its very first compile, then the later ones. */
export const measureCompile = (mode, times) => {
  if (whyAbsent) return { why: whyAbsent };
  const first = once(mode, "first");
  const later = Array.from({ length: times }, (_, i) => once(mode, `m${i}`));
  return { first, later };
};
