// Law: each codec's functions are linked from a text of their own, entry points included, so that the engine optimises
// every codec for itself. A direction is generated when it is first used; where generating is not allowed, or stops being
// allowed, the interpreter does the work.

import { SchemaError } from "./errors.js";
import type { Limits } from "./limits.js";
import type { Op } from "./plan.js";
import { type Decode, Reader } from "./runtime/reader.js";
import { Writer } from "./runtime/writer.js";
import { type Printed, Source } from "./source.js";

/** Encodes one message at `p` of `b`, which is `w.b`, and returns the end in `w.b`; -1 when the interpreter must say why. */
export type EncodeMessage = (w: Writer, b: Uint8Array, p: number, value: unknown) => number;

/** What public functions do when generated code cannot. */
export interface Slowly {
  decode(input: unknown): unknown;
  encode(value: unknown): Uint8Array;
}

let allowed: boolean | undefined;

/** Whether JavaScript may be generated here; asked once. */
export function mayGenerate(): boolean {
  if (allowed === undefined) {
    try {
      allowed = new Function("return true")() === true;
    } catch {
      allowed = false;
    }
  }
  return allowed;
}

/**
 * Writers take turns: encoding writes into a buffer that is used again and again and copies the result out. A message
 * that encodes another one meanwhile, inside a map or a getter, finds the pool empty and gets a writer of its own.
 */
export const pool: { writer: Writer | undefined; take(limits: Limits): Writer; give(writer: Writer): void } = {
  writer: undefined,
  take(limits) {
    const writer = pool.writer ?? new Writer(new Uint8Array(4096), 0, limits, false);
    pool.writer = undefined;
    writer.limits = limits;
    writer.elements = 0;
    writer.depth = 0;
    return writer;
  },
  give(writer) {
    if (writer.b.length > KEPT) writer.b = new Uint8Array(4096);
    pool.writer = writer;
  },
};

/** Larger buffers are not kept for the next message. */
const KEPT = 65536;
/** Messages that always have the same size, up to this, are written into their own buffer at once. */
const EXACT = 1024;

/** The names that generated code may use, and what they stand for. */
function link<T>(printed: Printed, own: Record<string, unknown>, entry: string): T {
  const names = [...printed.imports.keys(), ...printed.constants.map((constant) => constant.name), ...Object.keys(own)];
  const values = [
    ...printed.imports.values(),
    ...printed.constants.map((constant) => constant.value),
    ...Object.values(own),
  ];
  return new Function(...names, `"use strict";\n${printed.functions}\n${entry}`)(...values) as T;
}

/** The text of a module that makes one direction's function; functions of the user are the one thing it must be given. */
function moduleText(name: "decode" | "encode", printed: Printed): string {
  const given = printed.constants.filter((constant) => constant.text === undefined).map((constant) => constant.name);
  const made = printed.constants
    .filter((constant) => constant.text !== undefined)
    .map((constant) => `  const ${constant.name} = ${constant.text};\n`);
  const body = printed.functions.replace(/^/gm, "  ").replace(/ +$/gm, "");
  const note = given.length > 0 ? `, given the schema's own functions: ${given.join(", ")}` : "";
  const maker = name === "decode" ? "makeDecode" : "makeEncode";
  return `/** Makes the ${name} function${note}. */\nexport function ${maker}(${given.join(", ")}) {\n${made.join("")}${body}\n  return ${name}0;\n}\n`;
}

/** The generated side of a codec. Each function is made when it is first asked for; undefined is left to the interpreter. */
export class Generated {
  private readonly op: Op;
  private readonly limits: Limits;
  private readonly views: boolean;
  /** Whether trouble with generating is an error, or left to the interpreter. */
  private readonly must: boolean;
  private readonly slowly: Slowly;
  private readonly made = new Map<string | Op, unknown>();
  /** What keeps a direction from being generated. */
  private readonly why = { decode: "", encode: "" };

  constructor(op: Op, limits: Limits, views: boolean, must: boolean, slowly: Slowly) {
    this.op = op;
    this.limits = limits;
    this.views = views;
    this.must = must;
    this.slowly = slowly;
  }

  private once<T>(what: string | Op, make: () => T | undefined): T | undefined {
    if (!this.made.has(what)) this.made.set(what, this.attempt(make));
    return this.made.get(what) as T | undefined;
  }

  private attempt<T>(make: () => T): T | undefined {
    try {
      return make();
    } catch (error) {
      if (this.must || !(error instanceof EvalError)) throw error;
      return undefined;
    }
  }

  /** The functions that work anywhere in a buffer. */
  private printed(direction: "decode" | "encode"): Printed | undefined {
    return this.once(`print ${direction}`, () => {
      const source = new Source(direction, this.views);
      source.function(this.op);
      this.why[direction] = source.interpreted;
      return source.interpreted ? undefined : source.finish();
    });
  }

  /** Decodes one message anywhere in a buffer. */
  get decodeMessage(): Decode | undefined {
    return this.once("decodeMessage", () => {
      const printed = this.printed("decode");
      return printed && link<Decode>(printed, {}, "return decode0;");
    });
  }

  /** Decodes a part of a message anywhere in a buffer: something that needs none of the fields around it. */
  decodePart(part: Op): Decode | undefined {
    if (part === this.op) return this.decodeMessage;
    return this.once(part, () => {
      const source = new Source("decode", this.views);
      source.function(part);
      return source.interpreted ? undefined : link<Decode>(source.finish(), {}, "return decode0;");
    });
  }

  get encodeMessage(): EncodeMessage | undefined {
    return this.once("encodeMessage", () => {
      const printed = this.printed("encode");
      return printed && link<EncodeMessage>(printed, {}, "return encode0;");
    });
  }

  /** The public decode: bytes that are one message. */
  get decode(): ((input: unknown) => unknown) | undefined {
    return this.once("decode", () => {
      const { limits, views } = this;
      const source = new Source("decode", views);
      const { min, max } = this.op;
      const printed = source.entry(this.op, limits, min === max && max <= limits.maxMessageSize ? max : undefined);
      const fresh = (): Reader => {
        const r = new Reader(new Uint8Array(0), 0, limits, true);
        r.views = views;
        return r;
      };
      return source.interpreted ? undefined : link(printed, { fresh, slowly: this.slowly.decode }, "");
    });
  }

  /** The public encode. */
  get encode(): ((value: unknown) => Uint8Array) | undefined {
    return this.once("encode", () => {
      const { op, limits } = this;
      const exact = op.min === op.max && op.min <= Math.min(EXACT, limits.maxMessageSize) ? op.min : undefined;
      const source = new Source("encode", this.views);
      const printed = source.entry(op, limits, exact);
      // Where the size never changes nothing but a surprise makes it grow, and then it is done again.
      const own = new Writer(new Uint8Array(0), 0, limits, exact !== undefined);
      return source.interpreted ? undefined : link(printed, { own, pool, limits, slowly: this.slowly.encode }, "");
    });
  }

  private left(direction: "decode" | "encode"): string {
    return `// There is no ${direction} function: this schema ${this.why[direction]}, and so is interpreted.\n`;
  }

  /** What was generated, as an ES module of its own. */
  get text(): string {
    const decode = this.printed("decode");
    const encode = this.printed("encode");
    const parts = [
      decode ? moduleText("decode", decode) : this.left("decode"),
      encode ? moduleText("encode", encode) : this.left("encode"),
    ];
    const needs = [decode, encode].flatMap((printed) =>
      printed ? [...printed.imports.keys(), ...printed.constants.flatMap((constant) => constant.needs ?? [])] : [],
    );
    const imports = [...new Set(needs)].sort();
    const head = imports.length > 0 ? `import { ${imports.join(", ")} } from "@wireform/codec/runtime";\n\n` : "";
    return head + parts.join("\n");
  }
}

/** Refuses to generate where that is not allowed. */
export function demandGenerate(): void {
  if (!mayGenerate())
    throw new SchemaError(
      "argument",
      'mode "jit" generates JavaScript, which is not allowed here; use "auto" or "interpret"',
    );
}
