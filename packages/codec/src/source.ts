// Law: schema text never becomes code. Identifiers are ours, names are quoted, and functions and tables are passed in
// as arguments; the only strings that reach the output unquoted come from the ops themselves.

import { isIdentifier } from "./errors.js";
import { own } from "./own.js";
import { STOP } from "./runtime/reader.js";

/** Quotes any string as a JavaScript string literal that is also safe in a comment. */
export function quote(text: string): string {
  return JSON.stringify(text).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

/** Whether an expression is one of our variables. */
export const isName = (expression: string): boolean => isIdentifier(expression) && expression.includes("_");

/** Who emits a function of its own: a recursive schema. */
export interface Emitter {
  emitDecode(source: Source): string;
  emitEncode(source: Source, value: string): void;
}

/** A value that code refers to by name; `text` re-creates it in a printed module, where that is possible. */
interface Constant {
  name: string;
  value: unknown;
  text: string | undefined;
  /** The runtime's exports that the text uses. */
  needs: string | readonly string[] | undefined;
}

/** Bytes that are not there: when, where that is not all of the reason, and how many from `p` on; one more than are there unless said. */
interface Shortage {
  readonly when?: string;
  readonly n?: string | number;
}

/** What the functions of one text have in common. */
class Text {
  names = 0;
  readonly functions: Map<Emitter, string> = new Map();
  readonly bodies: string[] = [];
  readonly imports: Map<string, unknown> = new Map();
  readonly constants: Constant[] = [];
  /** Set where something stands at a multiple, and where something may have to move. */
  readonly moves: { aligned?: true; widened?: true } = {};
  interpreted = "";

  printed(functions: string): Printed {
    return { imports: this.imports, constants: this.constants, functions };
  }
}

/** Builds the text of a generated function and of those that it calls. */
export class Source {
  private readonly lines: string[] = [];
  private depth = 1;
  /** Names of the variables that hold the values of fields, for references to them. */
  vars: Map<object, string> = new Map();
  /** Names of the variables that hold what the user gave for a field. */
  given: Map<object, string> = new Map();
  /** Names of the variables that hold a derived field's place and value while encoding. */
  slots: Map<object, { place: string; value: string }> = new Map();
  /** Variables that hold positions in the function being written, in the order of what they point at. */
  places: string[] = [];
  /** The variable that holds the end of the innermost window. */
  end = "e";
  /** JavaScript for "no bytes can follow". */
  hard = "hard";
  /** Per struct that waits for another: what to write at its end. */
  deferred: Map<object, (() => void)[]> = new Map();
  /** Whether the function being written is the public one, which hands over to the interpreter itself. */
  private inEntry = false;

  readonly direction: "decode" | "encode";
  /** Whether decoded bytes are views. */
  readonly views: boolean;
  /** Whether no interpreter stands behind, so that whoever gives up must note why. */
  private readonly alone: boolean;
  private readonly text: Text;

  constructor(direction: "decode" | "encode", views: boolean, alone = false, text: Text = new Text()) {
    this.direction = direction;
    this.views = views;
    this.alone = alone;
    this.text = text;
  }

  /** What it is about the schema that cannot be compiled, so that the interpreter does this direction; empty otherwise. */
  get interpreted(): string {
    return this.text.interpreted;
  }

  set interpreted(value: string) {
    this.text.interpreted = value;
  }

  line(text: string): void {
    this.lines.push("  ".repeat(this.depth) + text);
  }

  /** Opens a block, writes what `body` writes, closes it. */
  block(head: string, body: () => void, tail = "}"): void {
    if (head !== "") this.line(head);
    this.depth++;
    const places = this.places.length;
    body();
    this.places.length = places;
    this.depth--;
    if (tail !== "") this.line(tail);
  }

  /** A fresh identifier, readable where the hint is a plain word. */
  name(hint = "v"): string {
    return `${isIdentifier(hint) && hint.length < 25 ? hint : "v"}_${++this.text.names}`;
  }

  /** Stores an expression in a fresh variable. */
  store(expression: string, hint?: string): string {
    const name = this.name(hint);
    this.line(`const ${name} = ${expression};`);
    return name;
  }

  /** Stores what a function of the user gives; gives up where it throws, so that the interpreter says where. */
  attempt(call: string, hint: string): string {
    const name = this.name(hint);
    this.line(`let ${name};`);
    this.block("try {", () => this.line(`${name} = ${call};`), "} catch {");
    this.block("", () => this.stop());
    return name;
  }

  /** Notes what bears on places; what must stay aligned and yet move along takes several attempts, which the interpreter makes. */
  place(how: "aligned" | "widened"): void {
    const { moves } = this.text;
    moves[how] = true;
    if (moves.aligned && moves.widened)
      this.interpreted = "aligns what stands behind a field whose width depends on what follows";
  }

  /** Gives up: the interpreter then says why. Where bytes may be missing, `short` tells that from their being wrong. */
  stop(condition?: string, short?: Shortage): void {
    if (short && this.alone) {
      const { when, n = `${this.end} - p + 1` } = own(short);
      this.line(`if (${when ?? condition}) return r.short(p, ${n}, ${this.hard});`);
      if (when === undefined) return;
    }
    this.line(condition === undefined ? this.givingUp : `if (${condition}) ${this.givingUp}`);
  }

  /** The statement that leaves the function being written without a result. */
  get givingUp(): string {
    if (this.alone) return this.direction === "decode" ? "return r.stop(p);" : "return w.stop(p);";
    if (this.inEntry) return this.direction === "decode" ? "return slowly(b);" : "break done;";
    return this.direction === "decode" ? `return ${this.use("STOP", STOP)};` : "return -1;";
  }

  /** Asks for `n` bytes at `p` before reading, or for room before writing. */
  need(n: string | number): void {
    if (this.direction === "decode") this.stop(`p + ${n} > ${this.end}`, { n });
    else this.line(`if (p + ${n} > b.length) b = w.grow(p, ${n});`);
  }

  advance(n: string | number): void {
    if (n !== 0) this.line(`p += ${n};`);
  }

  /** The name of a runtime function. It comes along, so that a bundle holds only what its schemas use. */
  use(name: string, value: unknown): string {
    this.text.imports.set(name, value);
    return name;
  }

  /** The name of a value that is passed in; `text` is how a printed module makes it, of the runtime's exports `needs`. */
  constant(value: unknown, text?: string, needs?: string | readonly string[]): string {
    const { constants } = this.text;
    const known = constants.find((c) => c.value === value);
    if (known) return known.name;
    const name = `${this.alone ? `${this.direction}Constant` : "c"}${constants.length}`;
    constants.push({ name, value, text, needs });
    return name;
  }

  /** Byte `offset` of `base`. */
  byte(base: string, offset: number): string {
    return offset === 0 ? `b[${base}]` : `b[${base} + ${offset}]`;
  }

  /** The name of the function for an op that calls itself. It sees none of the variables around the call. */
  function(op: Emitter): string {
    const { direction, text } = this;
    const known = text.functions.get(op);
    if (known) return known;
    const name = `${direction}${text.functions.size}`;
    text.functions.set(op, name);
    const body = new Source(direction, this.views, this.alone, text);
    if (direction === "decode") {
      const value = op.emitDecode(body);
      body.line("r.p = p;");
      body.line(`return ${value};`);
    } else {
      op.emitEncode(body, "v");
      body.line("return p;");
    }
    const head = `function ${name}(${direction === "decode" ? "b, p, e, r, hard" : "w, b, p, v"}) {`;
    text.bodies.push([head, ...body.lines, "}"].join("\n"));
    return name;
  }

  /** The public function: a whole message in place of a call, so that the engine sees straight-line code. */
  entry(
    op: Emitter & { readonly min: number; emitHint?(value: string): string },
    limits: { readonly maxMessageSize: number },
    exact: number | undefined,
  ): Printed {
    this.inEntry = true;
    this.hard = "true";
    this.depth = 2;
    let value = "";
    if (this.direction === "decode") {
      value = op.emitDecode(this);
      this.stop("p !== e");
    } else {
      op.emitEncode(this, "v");
    }
    const { bodies, constants } = this.text;
    const body = this.lines.join("\n");
    const reentrant = constants.some((constant) => constant.text === undefined);
    const text =
      this.direction === "decode"
        ? decodeEntry(body, value, bodies.join("\n"), limits.maxMessageSize, reentrant, exact)
        : encodeEntry(body, limits.maxMessageSize, exact, op.emitHint?.("v"), op.min);
    return this.text.printed(`${bodies.join("\n\n")}\n${text}`);
  }

  finish(): Printed {
    return this.text.printed(this.text.bodies.join("\n\n"));
  }
}

export interface Printed {
  readonly imports: ReadonlyMap<string, unknown>;
  readonly constants: readonly Constant[];
  readonly functions: string;
}

/** The public decode around the body that reads a message of all of `b`. */
function decodeEntry(
  body: string,
  value: string,
  functions: string,
  maxMessageSize: number,
  reentrant: boolean,
  exact: number | undefined,
): string {
  const text = `${body}${value}${functions}`;
  const reset = ["elements", "depth", "start"]
    .filter((name) => text.includes(`r.${name}`))
    .map((name) => `r.${name} = 0; `);
  const reader = ["r.", ", r, ", "(r, "].some((use) => text.includes(use));
  // The user's own functions may use the same codec in between, so that the reader must be taken and given back.
  const taken = reader && reentrant;
  return `${reader ? "let idle = fresh();\n" : ""}return function decode(b) {
  if (!(b instanceof Uint8Array) || b.length ${exact === undefined ? `> ${maxMessageSize}` : `!== ${exact}`}) return slowly(b);
${reader ? `  const r = idle${taken ? " ?? fresh(); idle = undefined" : ""};\n` : ""}  ${reset.join("")}const e = ${exact ?? "b.length"};
  let p = 0;
${body}
${taken ? "  idle = r;\n" : ""}  return ${value};
};`;
}

/**
 * The public encode around the body that writes a message into `b`. Where the size never changes (`exact`) or can be
 * guessed from the value (`hint`), `b` is the result itself; otherwise it is a buffer that is used again.
 */
function encodeEntry(
  body: string,
  maxMessageSize: number,
  exact: number | undefined,
  hint: string | undefined,
  min: number,
): string {
  const attempt = (done: string, start = ""): string => `  try {
    done: {
${start}${body}
      ${done}
    }
  } catch {
    // The interpreter meets the same trouble and says where.
  }
`;
  if (exact !== undefined) {
    return `return function encode(v) {
  const w = own;
  w.elements = 0;
  let b = new Uint8Array(${exact}), p = 0;
${attempt(`if (p === ${exact}) return b;`)}  return slowly(v);
};`;
  }
  const give = `if (p <= ${maxMessageSize}) bytes = p === b.length ? b : b.slice(0, p);`;
  if (hint === undefined) {
    return `return function encode(v) {
  const w = pool.take(limits);
  let b = w.b, p = 0, bytes;
${attempt(`if (p <= ${maxMessageSize}) bytes = b.slice(0, p);`)}  pool.give(w);
  return bytes ?? slowly(v);
};`;
  }
  const start = `    const guess = ${min} + ${hint};
    b = w.b = new Uint8Array(guess <= 65536 ? guess : 64);
`;
  return `let busy = false;
return function encode(v) {
  if (busy) return slowly(v);
  busy = true;
  const w = own;
  w.elements = 0;
  w.depth = 0;
  let b, p = 0, bytes;
${attempt(give, start)}  busy = false;
  return bytes ?? slowly(v);
};`;
}
