// Law: compiled code does only what succeeds. Whatever it cannot finish, for want of bytes or because something is
// wrong, the interpreter does again and says why; so both agree by construction.

import { DecodeError, SchemaError, show } from "./errors.js";
import { type Inspection, inspect } from "./inspect.js";
import { type Limits, limitsOf } from "./limits.js";
import { lower, type Op } from "./plan.js";
import { Reader, STOP } from "./runtime/reader.js";
import { Writer } from "./runtime/writer.js";
import { type AnySchema, type Infer, type Input, isSchema } from "./schema.js";
import { type Printed, Source } from "./source.js";

/** A compiled schema: functions over whole messages. */
export interface Codec<Out, In = Out> {
  /** The schema it was compiled from. */
  readonly schema: AnySchema;
  /** How it was compiled. */
  readonly mode: "jit" | "interpret";
  readonly limits: Limits;
  /** The bytes of a value, in a buffer of their own. Throws EncodeError. */
  encode(value: In): Uint8Array;
  /** The value of the whole input; bytes left over are an error. Throws DecodeError. */
  decode(bytes: Uint8Array | ArrayBufferLike | ArrayBufferView): Out;
  /** Like `decode`, with the error as a value. */
  safeDecode(
    bytes: Uint8Array | ArrayBufferLike | ArrayBufferView,
  ): { ok: true; value: Out } | { ok: false; error: DecodeError };
  /** Exactly how many bytes `encode` would give. Throws EncodeError. */
  size(value: In): number;
  /**
   * Writes at `offset` (0 unless given) and returns the offset behind. Throws EncodeError, with code "overflow" when there
   * is no room; what lies behind `offset` is then unspecified.
   */
  write(value: In, into: Uint8Array, offset?: number): number;
  /** Reads one message at `offset`: its value and the offset behind it, or how many more bytes it needs at the least. Throws DecodeError. */
  read(from: Uint8Array, offset?: number): { value: Out; offset: number } | { needed: number };
  /** The bytes as a tree, as far as they can be understood. Never throws for what the bytes hold. */
  inspect(bytes: Uint8Array, options?: { offset?: number }): Inspection;
  /** The fewest and the most bytes of a message. */
  readonly bound: { readonly min: number; readonly max: number };
  /** The JavaScript that was generated, as an ES module; empty when interpreted. */
  readonly source: string;
}

export interface CompileOptions {
  /** "jit" generates JavaScript, "interpret" does not; "auto" (the default) generates it where that is allowed. */
  readonly mode?: "auto" | "jit" | "interpret";
  readonly limits?: Partial<Limits>;
  /** Decoded bytes are views into the input instead of copies. */
  readonly views?: boolean;
}

type DecodeFunction = (b: Uint8Array, p: number, e: number, r: Reader, hard: boolean) => unknown;
type EncodeFunction = (w: Writer, b: Uint8Array, p: number, value: unknown) => number;

/** What a Decoder needs of a codec besides its public face. */
export interface Engine {
  readonly op: Op;
  readonly decode: DecodeFunction | undefined;
  readonly limits: Limits;
  readonly views: boolean;
}

const engines = new WeakMap<object, Engine>();

/** The inside of a codec made by {@link compile}. */
export function engineOf(codec: object): Engine {
  const engine = engines.get(codec);
  if (!engine) throw new SchemaError("argument", `needs a codec made by compile; got ${show(codec)}`);
  return engine;
}

let allowed: boolean | undefined;

/** Whether JavaScript may be generated here; asked once. */
function mayGenerate(): boolean {
  if (allowed === undefined) {
    try {
      allowed = new Function("return true")() === true;
    } catch {
      allowed = false;
    }
  }
  return allowed;
}

/** The same bytes as a plain view, whatever they came as. */
function bytesOf(input: unknown): Uint8Array {
  if (input instanceof Uint8Array) return input;
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  if (input instanceof ArrayBuffer || Object.prototype.toString.call(input) === "[object SharedArrayBuffer]")
    return new Uint8Array(input as ArrayBuffer);
  throw new TypeError(`decode takes a Uint8Array, a Buffer, an ArrayBuffer or a DataView; got ${show(input)}`);
}

/** The names that generated code may use, and what they stand for. */
function link(printed: Printed, entry: string): unknown {
  const names = [...printed.imports.keys(), ...printed.constants.map((constant) => constant.name)];
  const values = [...printed.imports.values(), ...printed.constants.map((constant) => constant.value)];
  return new Function(...names, `"use strict";\n${printed.functions}\nreturn ${entry};`)(...values);
}

/** Generated code as a module of its own; functions of the user are the one thing it must be given. */
function moduleText(decode: Printed, encode: Printed): string {
  const parts = [decode, encode].map((printed, i) => {
    const given = printed.constants.filter((constant) => constant.text === undefined).map((constant) => constant.name);
    const made = printed.constants
      .filter((constant) => constant.text !== undefined)
      .map((constant) => `  const ${constant.name} = ${constant.text};\n`);
    const name = i === 0 ? "decode" : "encode";
    const body = printed.functions.replace(/^/gm, "  ").replace(/ +$/gm, "");
    return `/** Makes the ${name} function${given.length > 0 ? `, given the schema's own functions: ${given.join(", ")}` : ""}. */\nexport function make${name === "decode" ? "Decode" : "Encode"}(${given.join(", ")}) {\n${made.join("")}${body}\n  return ${name}0;\n}\n`;
  });
  const imports = [...new Set([...decode.imports.keys(), ...encode.imports.keys()])].sort();
  return `${imports.length > 0 ? `import { ${imports.join(", ")} } from "@wireform/codec/runtime";\n\n` : ""}${parts.join("\n")}`;
}

function generate(op: Op): { decode: DecodeFunction | undefined; encode: EncodeFunction | undefined; text: string } {
  const decode = new Source("decode");
  decode.function(op);
  const encode = new Source("encode");
  encode.function(op);
  const printed = [decode.finish(), encode.finish()] as const;
  return {
    decode: decode.interpreted ? undefined : (link(printed[0], "decode0") as DecodeFunction),
    encode: encode.interpreted ? undefined : (link(printed[1], "encode0") as EncodeFunction),
    text: decode.interpreted || encode.interpreted ? "" : moduleText(...printed),
  };
}

// Encoding writes into a buffer that is used again and again, and copies the result out; a message that encodes another
// one meanwhile (inside a map) gets a buffer of its own.
let spare: Uint8Array | undefined;

/**
 * Compiles a schema.
 *
 * @example
 * const point = compile(struct({ x: i16, y: i16 }));
 * point.encode({ x: 1, y: -1 });                        // 00 01 ff ff
 * point.decode(Uint8Array.of(0, 1, 255, 255));          // { x: 1, y: -1 }
 */
export function compile<S extends AnySchema>(schema: S, options: CompileOptions = {}): Codec<Infer<S>, Input<S>> {
  if (!isSchema(schema)) throw new SchemaError("argument", `compile takes a schema; got ${show(schema)}`);
  const { mode = "auto", views = false } = options;
  if (mode !== "auto" && mode !== "jit" && mode !== "interpret")
    throw new SchemaError("argument", `compile's mode is "auto", "jit" or "interpret"; got ${show(mode)}`);
  const limits = limitsOf(options.limits);
  const [stray] = schema.facts.uses;
  if (stray)
    throw new SchemaError("reference", `refers to "${stray.path}", but stands in no struct that could have it`);
  const op = lower(schema);
  const generated = mode === "interpret" || (mode === "auto" && !mayGenerate()) ? undefined : generate(op);

  const interpret = (b: Uint8Array, start: number, final: boolean): { m: Reader; value: unknown } => {
    const m = new Reader(b, start, limits, final);
    m.views = views;
    const value = op.decode(m);
    return { m, value };
  };

  /** The end of what was read, or -1 after `m.fault` or a shortage. */
  const endOf = (m: Reader): number => Math.max(m.p, m.far);

  let idle: Reader | undefined;
  const compiled = generated?.decode;
  /** One message by generated code: its value, with the end in `r.p`; STOP when the interpreter must say why. */
  const quick = (b: Uint8Array, p: number, hard: boolean, whole: boolean): unknown => {
    if (!compiled) return STOP;
    const r = idle ?? new Reader(b, p, limits, hard);
    idle = undefined;
    r.elements = 0;
    r.depth = 0;
    r.start = p;
    r.views = views;
    // Bytes past the largest message are as good as not there.
    const most = p + limits.maxMessageSize;
    const value = compiled(b, p, Math.min(b.length, most), r, hard && b.length <= most);
    const end = r.p;
    idle = r;
    if (value === STOP || (whole && end !== b.length)) return STOP;
    reached = end;
    return value;
  };
  let reached = 0;

  const decode = (input: Uint8Array | ArrayBufferLike | ArrayBufferView): unknown => {
    const b = bytesOf(input);
    const value = quick(b, 0, true, true);
    if (value !== STOP) return value;
    const slow = interpret(b, 0, true);
    const { m } = slow;
    if (slow.value !== STOP) {
      const end = endOf(m);
      if (end === b.length) return slow.value;
      else m.fail("trailing", `ends after ${end} bytes`, `${b.length - end} more follow`, end);
    }
    throw m.error();
  };

  /** One message by generated code: where it ends in `w.b`; -1 when the interpreter must say why. */
  const quickly = (w: Writer, value: unknown): number => {
    if (!generated?.encode) return -1;
    try {
      const end = generated.encode(w, w.b, w.start, value);
      return end - w.start <= limits.maxMessageSize ? end : -1;
    } catch {
      // The interpreter meets the same trouble and says where.
      return -1;
    }
  };

  /** Encodes at the start of `b`, or of another buffer where that is too small. */
  const encodeInto = (value: unknown, b: Uint8Array): Writer => {
    const w = new Writer(b, 0, limits, false);
    w.p = quickly(w, value);
    if (w.p >= 0) return w;
    const slow = Writer.whole(op, value, () => new Writer(w.b, 0, limits, false));
    if (slow.p > limits.maxMessageSize)
      throw slow.fail("limit", `at most ${limits.maxMessageSize} bytes in a message`, `${slow.p} written`);
    return slow;
  };

  const withSpare = <T>(value: unknown, use: (w: Writer) => T): T => {
    const b = spare ?? new Uint8Array(4096);
    spare = undefined;
    try {
      const w = encodeInto(value, b);
      const result = use(w);
      spare = w.b.length <= 65536 ? w.b : b;
      return result;
    } catch (error) {
      spare = b;
      throw error;
    }
  };

  const codec: Codec<unknown, unknown> = {
    schema,
    mode: generated ? "jit" : "interpret",
    limits,
    bound: Object.freeze({ min: schema.facts.min, max: schema.facts.max }),
    source: generated?.text ?? "",
    decode,
    safeDecode(input) {
      try {
        return { ok: true, value: decode(input) };
      } catch (error) {
        if (error instanceof DecodeError) return { ok: false, error };
        throw error;
      }
    },
    encode: (value) => withSpare(value, (w) => w.b.slice(0, w.p)),
    size: (value) => withSpare(value, (w) => w.p),
    write(value, into, offset = 0) {
      if (!(into instanceof Uint8Array))
        throw new TypeError(`write takes a Uint8Array to write into; got ${show(into)}`);
      if (!Number.isInteger(offset) || offset < 0 || offset > into.length)
        throw new RangeError(`write's offset is from 0 to ${into.length}; got ${show(offset)}`);
      const end = quickly(new Writer(into, offset, limits, true), value);
      if (end >= 0) return end;
      // Generated code asks for a little more room than it may use in the end.
      return withSpare(value, (w) => {
        const left = into.length - offset;
        if (w.p > left) throw w.fail("overflow", `room for ${w.p} bytes`, `${left} left in the buffer given`);
        into.set(w.b.subarray(0, w.p), offset);
        return offset + w.p;
      });
    },
    read(from, offset = 0) {
      const b = bytesOf(from);
      if (!Number.isInteger(offset) || offset < 0 || offset > b.length)
        throw new RangeError(`read's offset is from 0 to ${b.length}; got ${show(offset)}`);
      const value = quick(b, offset, false, false);
      if (value !== STOP) return { value, offset: reached };
      const slow = interpret(b, offset, false);
      const { m } = slow;
      const end = endOf(m);
      if (m.fault) throw m.error();
      return slow.value === STOP ? { needed: m.needed } : { value: slow.value, offset: end };
    },
    inspect: (bytes, given) => inspect(schema, bytesOf(bytes), limits, given?.offset ?? 0),
  };
  engines.set(codec, { op, decode: generated?.decode, limits, views });
  return Object.freeze(codec) as Codec<Infer<S>, Input<S>>;
}
