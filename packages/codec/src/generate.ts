// Law: each codec's functions are linked from a text of their own, entry points included, so that the engine optimises
// every codec for itself. A direction is generated when it is first used; where generating is not allowed, or stops being
// allowed, the interpreter does the work.

import { SchemaError } from "./errors.js";
import type { Limits } from "./limits.js";
import type { Op } from "./plan.js";
import { Reader, STOP } from "./runtime/reader.js";
import { Writer } from "./runtime/writer.js";
import { type Printed, Source } from "./source.js";

/** Decodes one message at `p`: its value, with the end in `r.p`; STOP when the interpreter must say why. */
export type DecodeMessage = (b: Uint8Array, p: number, e: number, r: Reader, hard: boolean) => unknown;
/** Encodes one message at `p` of `b`, which is `w.b`, and returns the end in `w.b`; -1 when the interpreter must say why. */
export type EncodeMessage = (w: Writer, b: Uint8Array, p: number, value: unknown) => number;

export interface Decoding {
  readonly message: DecodeMessage;
  /** Decodes bytes that are one message; what is not is left to `slowly`. */
  readonly whole: (input: unknown) => unknown;
}

export interface Encoding {
  readonly message: EncodeMessage;
  /** The bytes of a value; what has none is left to `slowly`. */
  readonly whole: (value: unknown) => Uint8Array;
}

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

/** Whether the user's own functions run in between, which may use the same codec. */
const reentrant = (printed: Printed): boolean => printed.constants.some((constant) => constant.text === undefined);

function linkDecoding(printed: Printed, limits: Limits, views: boolean, slowly: Slowly["decode"]): Decoding {
  const { functions } = printed;
  const again = reentrant(printed);
  const reset = ["elements", "depth", "start"]
    .filter((name) => functions.includes(`r.${name}`))
    .map((name) => `r.${name} = 0; `);
  const fresh = (): Reader => {
    const r = new Reader(new Uint8Array(0), 0, limits, true);
    r.views = views;
    return r;
  };
  const entry = `let idle = fresh();
return {
  message: decode0,
  whole(input) {
    if (input instanceof Uint8Array && input.length <= ${limits.maxMessageSize}) {
      const r = idle${again ? " ?? fresh(); idle = undefined" : ""};
      ${reset.join("")}const value = decode0(input, 0, input.length, r, true);
      ${again ? "idle = r;\n      " : ""}if (value !== DONE && r.p === input.length) return value;
    }
    return slowly(input);
  },
};`;
  return link(printed, { fresh, DONE: STOP, slowly }, entry);
}

function linkEncoding(printed: Printed, limits: Limits, size: number | undefined, slowly: Slowly["encode"]): Encoding {
  const head = "return {\n  message: encode0,\n  whole(value) {";
  if (size !== undefined && size <= EXACT) {
    // Nothing but a surprise makes it grow, and then it is done again.
    const own = new Writer(new Uint8Array(0), 0, limits, true);
    const entry = `${head}
    own.elements = 0;
    const b = new Uint8Array(${size});
    try {
      if (encode0(own, b, 0, value) === ${size}) return b;
    } catch {
      // The interpreter meets the same trouble and says where.
    }
    return slowly(value);
  },
};`;
    return link(printed, { own, slowly }, entry);
  }
  const entry = `${head}
    const w = pool.take(limits);
    let end = -1;
    try {
      end = encode0(w, w.b, 0, value);
    } catch {
      // The interpreter meets the same trouble and says where.
    }
    const bytes = end < 0 || end > ${limits.maxMessageSize} ? undefined : w.b.slice(0, end);
    pool.give(w);
    return bytes ?? slowly(value);
  },
};`;
  return link(printed, { pool, limits, slowly }, entry);
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

/** The generated side of a codec. */
export class Generated {
  private readonly op: Op;
  private readonly limits: Limits;
  private readonly views: boolean;
  /** Whether trouble with generating is an error, or left to the interpreter. */
  private readonly must: boolean;
  private readonly slowly: Slowly;
  private decodePrinted: Printed | undefined;
  private encodePrinted: Printed | undefined;
  private decodeLinked: Decoding | undefined | null = null;
  private encodeLinked: Encoding | undefined | null = null;

  constructor(op: Op, limits: Limits, views: boolean, must: boolean, slowly: Slowly) {
    this.op = op;
    this.limits = limits;
    this.views = views;
    this.must = must;
    this.slowly = slowly;
  }

  private print(direction: "decode" | "encode"): Printed | undefined {
    const source = new Source(direction);
    source.function(this.op);
    return source.interpreted ? undefined : source.finish();
  }

  private attempt<T>(make: () => T): T | undefined {
    try {
      return make();
    } catch (error) {
      if (this.must || !(error instanceof EvalError)) throw error;
      return undefined;
    }
  }

  /** Undefined where the interpreter must do it. */
  get decoding(): Decoding | undefined {
    if (this.decodeLinked === null) {
      this.decodePrinted ??= this.print("decode");
      const printed = this.decodePrinted;
      this.decodeLinked =
        printed && this.attempt(() => linkDecoding(printed, this.limits, this.views, this.slowly.decode));
    }
    return this.decodeLinked;
  }

  get encoding(): Encoding | undefined {
    if (this.encodeLinked === null) {
      this.encodePrinted ??= this.print("encode");
      const printed = this.encodePrinted;
      const size = this.op.min === this.op.max ? this.op.min : undefined;
      this.encodeLinked = printed && this.attempt(() => linkEncoding(printed, this.limits, size, this.slowly.encode));
    }
    return this.encodeLinked;
  }

  /** What was generated, as an ES module of its own. */
  get text(): string {
    this.decodePrinted ??= this.print("decode");
    this.encodePrinted ??= this.print("encode");
    const parts = [
      this.decodePrinted
        ? moduleText("decode", this.decodePrinted)
        : "// Decoding this schema is left to the interpreter.\n",
      this.encodePrinted
        ? moduleText("encode", this.encodePrinted)
        : "// Encoding this schema is left to the interpreter.\n",
    ];
    const imports = [
      ...new Set([...(this.decodePrinted?.imports.keys() ?? []), ...(this.encodePrinted?.imports.keys() ?? [])]),
    ].sort();
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
