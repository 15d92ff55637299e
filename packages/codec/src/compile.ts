// Law: compiled code does only what succeeds. Whatever it cannot finish, for want of bytes or because something is
// wrong, the interpreter does again and says why; so both agree by construction.

import { DecodeError, type Key, SchemaError, show } from "./errors.js";
import { demandGenerate, type EncodeMessage, Generated, mayGenerate, pool } from "./generate.js";
import { type Inspection, inspector } from "./inspect.js";
import { type Limits, limitsOf } from "./limits.js";
import { own } from "./own.js";
import { lower, type Op } from "./plan.js";
import { type Decode, Reader, STOP } from "./runtime/reader.js";
import { Writer } from "./runtime/writer.js";
import { type AnySchema, type Infer, type Input, isSchema } from "./schema.js";

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
  /** Standard Schema, version 1: libraries that take any validator take a codec, which makes messages of bytes. */
  readonly "~standard": Standard<Out>;
}

/** What of a codec makes it a Standard Schema. */
export interface Standard<Out> {
  readonly version: 1;
  readonly vendor: "wireform";
  validate(
    value: unknown,
  ): { readonly value: Out; readonly issues?: undefined } | { readonly issues: readonly Issue[] };
  /** Types only; never present at run time. */
  readonly types?: { readonly input: Uint8Array; readonly output: Out } | undefined;
}

interface Issue {
  readonly message: string;
  readonly path: readonly Key[];
}

export interface CompileOptions {
  /** "jit" generates JavaScript, "interpret" does not; "auto" (the default) generates it where that is allowed. */
  readonly mode?: "auto" | "jit" | "interpret";
  readonly limits?: Partial<Limits>;
  /** Decoded bytes are views into the input instead of copies. */
  readonly views?: boolean;
}

/** What a Decoder or an Encoder needs of a codec besides its public face. */
export interface Engine {
  readonly op: Op;
  /** Generated code, where there is any: of the whole message, and of what in it can be decoded by itself. */
  readonly decode: Decode | undefined;
  readonly part: ((part: object) => Decode | undefined) | undefined;
  readonly encode: EncodeMessage | undefined;
  readonly limits: Limits;
  readonly views: boolean;
  /** Whether something in a message takes everything up to its end. */
  readonly open: boolean;
}

const engines = new WeakMap<object, Engine>();

/** The inside of a codec made by {@link compile}. */
export function engineOf(codec: object): Engine {
  const engine = engines.get(codec);
  if (!engine) throw new SchemaError("argument", `needs a codec made by compile; got ${show(codec)}`);
  return engine;
}

/** The same bytes as a plain view, whatever they came as. */
function bytesOf(input: unknown): Uint8Array {
  if (input instanceof Uint8Array) return input;
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  // Also those of another realm, as test runners and frames have them.
  if (["[object ArrayBuffer]", "[object SharedArrayBuffer]"].includes(Object.prototype.toString.call(input)))
    return new Uint8Array(input as ArrayBuffer);
  throw new TypeError(`decode takes a Uint8Array, a Buffer, an ArrayBuffer or a DataView; got ${show(input)}`);
}

/**
 * Compiles a schema.
 *
 * @example
 * const point = compile(struct({ x: i16, y: i16 }));
 * point.encode({ x: 1, y: -1 });                        // 00 01 ff ff
 * point.decode(Uint8Array.of(0, 1, 255, 255));          // { x: 1, y: -1 }
 */
export function compile<S extends AnySchema>(schema: S, given: CompileOptions = {}): Codec<Infer<S>, Input<S>> {
  const options = own(given);
  if (!isSchema(schema)) throw new SchemaError("argument", `compile takes a schema; got ${show(schema)}`);
  const { mode = "auto", views = false } = options;
  if (mode !== "auto" && mode !== "jit" && mode !== "interpret")
    throw new SchemaError("argument", `compile's mode is "auto", "jit" or "interpret"; got ${show(mode)}`);
  const limits = limitsOf(options.limits);
  const [stray] = schema.facts.uses;
  if (stray)
    throw new SchemaError("reference", `refers to "${stray.path}", but stands in no struct that could have it`);
  const op = lower(schema);
  const open = schema.facts.greedy || op.greedy === true;
  if (mode === "jit") demandGenerate();

  let idle: Reader | undefined;
  /** One message by the interpreter. */
  const interpret = (b: Uint8Array, start: number, final: boolean): { m: Reader; value: unknown } => {
    const m = idle ?? new Reader(b, start, limits, final);
    if (idle) m.restart(b, start, final);
    idle = undefined;
    m.views = views;
    const value = op.decode(m);
    // A reader that stopped keeps why and where.
    if (value !== STOP) idle = m;
    return { m, value };
  };

  const decodeSlowly = (input: unknown): unknown => {
    const b = bytesOf(input);
    const { m, value } = interpret(b, 0, true);
    if (value !== STOP) {
      if (m.whole()) return value;
      idle = undefined;
    }
    throw m.error();
  };

  /** Encodes by the interpreter, which knows why it cannot, and hands the writer to `use`. */
  const slowly = <T>(value: unknown, use: (w: Writer) => T): T => {
    const spare = pool.take(limits);
    const { b } = spare;
    let next: Writer | undefined = spare;
    // The first attempt nearly always is the last.
    const w = Writer.whole(
      op,
      value,
      () => {
        const writer = next ?? new Writer(b, 0, limits, false);
        if (next) writer.restart(b);
        next = undefined;
        return writer;
      },
      open,
    );
    const result = use(w);
    // A writer that threw is left to the collector, with all that it had open.
    pool.give(w);
    return result;
  };

  const encodeSlowly = (value: unknown): Uint8Array => slowly(value, (w) => w.b.slice(0, w.p));
  const generated =
    mode === "interpret" || !mayGenerate()
      ? undefined
      : new Generated(op, limits, views, mode === "jit", { decode: decodeSlowly, encode: encodeSlowly });

  const look = once(() => inspector(schema));
  const decodeMessage = once(() => generated?.decodeMessage);
  const encodeMessage = once(() => generated?.encodeMessage);
  // Each codec's own generated functions become its public ones when they are first used; nothing stands in between.
  const decode = once(() => generated?.decode ?? decodeSlowly) as () => Codec<unknown>["decode"];
  const encode = once(() => generated?.encode ?? encodeSlowly);
  const codec: { -readonly [K in keyof Codec<unknown, unknown>]: Codec<unknown, unknown>[K] } = {
    schema,
    mode: generated ? "jit" : "interpret",
    limits,
    bound: Object.freeze({ min: schema.facts.min, max: schema.facts.max }),
    get source() {
      return generated?.text ?? "";
    },
    decode(input) {
      codec.decode = decode();
      return codec.decode(input);
    },
    encode(value) {
      codec.encode = encode();
      return codec.encode(value);
    },
    safeDecode(input) {
      try {
        return { ok: true, value: codec.decode(input) };
      } catch (error) {
        if (error instanceof DecodeError) return { ok: false, error };
        throw error;
      }
    },
    "~standard": {
      version: 1,
      vendor: "wireform",
      validate(value) {
        if (!(value instanceof Uint8Array)) return { issues: [{ message: "needs a Uint8Array", path: [] }] };
        const result = codec.safeDecode(value);
        if (result.ok) return { value: result.value };
        return { issues: [{ message: result.error.message, path: result.error.keys }] };
      },
    },
    size: (value) => {
      const message = encodeMessage();
      const end = message ? measure(message, value, limits) : -1;
      return end < 0 ? slowly(value, (w) => w.p) : end;
    },
    write(value, into, offset = 0) {
      if (!(into instanceof Uint8Array))
        throw new TypeError(`write takes a Uint8Array to write into; got ${show(into)}`);
      if (!Number.isInteger(offset) || offset < 0 || offset > into.length)
        throw new RangeError(`write's offset is from 0 to ${into.length}; got ${show(offset)}`);
      const message = encodeMessage();
      if (message) {
        const end = writeInto(message, value, into, offset, limits);
        if (end >= 0) return end;
      }
      return slowly(value, (w) => {
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
      const message = decodeMessage();
      if (message) {
        const run = new Reader(b, offset, limits, false);
        run.views = views;
        const value = message(b, offset, run.e, run, false);
        if (value !== STOP) return { value, offset: run.p };
      }
      const { m, value } = interpret(b, offset, false);
      if (m.fault) throw m.error();
      return value === STOP ? { needed: m.needed } : { value, offset: Math.max(m.p, m.far) };
    },
    inspect(bytes, options = {}) {
      const { offset = 0 } = own(options);
      if (!Number.isSafeInteger(offset) || offset < 0)
        throw new RangeError(`inspect's offset is a whole number of at least 0; got ${show(offset)}`);
      return look()(bytesOf(bytes), limits, offset);
    },
  };
  engines.set(codec, {
    op,
    get decode() {
      return decodeMessage();
    },
    part: generated && ((part) => generated.decodePart(part as Op)),
    get encode() {
      return encodeMessage();
    },
    limits,
    views,
    open,
  });
  return codec as Codec<Infer<S>, Input<S>>;
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The size of one message by generated code; -1 when it cannot tell. */
function measure(message: EncodeMessage, value: unknown, limits: Limits): number {
  const w = pool.take(limits);
  let end = -1;
  try {
    end = message(w, w.b, 0, value);
  } catch {
    // The interpreter meets the same trouble and says where.
  }
  pool.give(w);
  return end <= limits.maxMessageSize ? end : -1;
}

/** From here on a part of the buffer is written to as one of its own, so that what it lacks of room is cheap to find elsewhere. */
const FAR = 2 ** 20;

/** Writes one message by generated code; -1 when it cannot. */
function writeInto(message: EncodeMessage, value: unknown, into: Uint8Array, offset: number, limits: Limits): number {
  if (offset > FAR) {
    const end = writeInto(message, value, into.subarray(offset), 0, limits);
    return end < 0 ? end : offset + end;
  }
  const w = pool.take(limits);
  const kept = w.b;
  w.b = into;
  w.start = offset;
  let end = -1;
  try {
    end = message(w, into, offset, value);
  } catch {
    // The interpreter meets the same trouble and says where.
  }
  // It asks for a little more room than it may use in the end, and then writes elsewhere.
  if (w.b !== into && end <= into.length && end >= 0) into.set(w.b.subarray(offset, end), offset);
  w.b = kept;
  w.start = 0;
  pool.give(w);
  if (end > into.length) return -1;
  return end - offset <= limits.maxMessageSize ? end : -1;
}
