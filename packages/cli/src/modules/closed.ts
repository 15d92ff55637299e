// Law: of a schema's functions only those are printed that are the same wherever they stand: their text uses its
// arguments, what it declares itself, and what every JavaScript has.

import { type Node, parseExpressionAt } from "acorn";
import { analyze } from "eslint-scope";

/** What a text may use from around it: values that cannot reach a file, a network or the text of a program. */
const KNOWN = new Set(
  "undefined NaN Infinity Math Number BigInt String Boolean Symbol Object Array Map Set JSON RegExp Date Error TypeError RangeError isNaN isFinite parseInt parseFloat ArrayBuffer DataView Int8Array Uint8Array Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array BigInt64Array BigUint64Array".split(
    " ",
  ),
);

/** What means something else elsewhere, or cannot be printed. */
const REFUSED: Readonly<Record<string, string>> = {
  ThisExpression: "uses `this`",
  Super: "uses `super`",
  MetaProperty: "uses `import.meta` or `new.target`",
  ImportExpression: "imports",
  PrivateIdentifier: "is part of a class",
};

function refused(node: unknown): string | undefined {
  if (typeof node !== "object" || node === null) return undefined;
  const { type } = node as { type?: unknown };
  if (typeof type === "string" && Object.hasOwn(REFUSED, type)) return REFUSED[type];
  for (const part of Object.values(node)) {
    const why = refused(part);
    if (why !== undefined) return why;
  }
  return undefined;
}

/** The text of a function as an expression; throws an error that says what it needs from elsewhere. */
export function closedText(made: Function): string {
  const text = Function.prototype.toString.call(made);
  let expression: Node;
  try {
    expression = parseExpressionAt(`(${text}\n)`, 0, { ecmaVersion: 2022, ranges: true });
  } catch {
    throw new Error("has no text that can stand by itself");
  }
  const why = refused(expression);
  if (why !== undefined) throw new Error(why);
  const program = { type: "Program", sourceType: "module", body: [{ type: "ExpressionStatement", expression }] };
  const { globalScope } = analyze(program as never, { ecmaVersion: 2022, sourceType: "module" });
  const outer = (globalScope?.through ?? []).map(({ identifier }) => (identifier as { name: string }).name);
  const unknown = [...new Set(outer)].filter((name) => !KNOWN.has(name));
  if (unknown.length > 0) throw new Error(`uses ${unknown.map((name) => `\`${name}\``).join(" and ")} from around it`);
  return `(${text})`;
}
