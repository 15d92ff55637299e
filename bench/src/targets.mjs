// What was promised, as ratios of two contenders in the same round. `atMost` and `atLeast` bound over / under.
const [hand, jit, interpret] = ["hand-written", "wireform jit", "wireform interpret"];
const module = "wireform module";
const both = ["decode", "encode"];

const each = (ids, directions, target) =>
  [...ids].flatMap((id) => directions.map((direction) => ({ id, direction, ...target })));

export const targets = [
  ...each("ABCDE", ["decode"], { over: jit, under: hand, atMost: 1.15 }),
  ...each("ABCDE", ["encode"], { over: jit, under: hand, atMost: 1.25 }),
  ...each("A", ["decode"], { over: "binary-parser", under: jit, atLeast: 1.5 }),
  ...each("B", ["decode"], { over: "binary-parser", under: jit, atLeast: 20 }),
  ...each("C", ["decode"], { over: "binary-parser", under: jit, atLeast: 4 }),
  ...each("ABCD", both, { over: module, under: jit, atMost: 1.15 }),
  ...each("ABC", both, { over: interpret, under: jit, atMost: 8 }),
  ...each("ABC", both, { over: "micro-packed", under: interpret, atLeast: 1 }),
];

export const compileTarget = { atMost: 5, unit: "ms" };

export const met = ({ atMost = Number.POSITIVE_INFINITY, atLeast = 0 }, measured) =>
  measured <= atMost && measured >= atLeast;
