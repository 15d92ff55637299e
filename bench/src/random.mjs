// A small seeded generator (mulberry32), so that every run measures the same messages.
export const random = (seed) => {
  const next = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  return {
    next,
    below,
    between: (low, high) => low + below(high - low + 1),
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
    text: (length, alphabet = "abcdefghijklmnopqrstuvwxyz0123456789") =>
      Array.from({ length }, () => alphabet[below(alphabet.length)]).join(""),
  };
};
