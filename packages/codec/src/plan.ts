// Law: this is the narrow waist. Kinds (many, open) lower to ops (few, closed); everything behind it sees only ops.
// An op decodes and encodes by running, and writes JavaScript that does the same; nothing asks what kind it came from.

import { SchemaError } from "./errors.js";
import { bare, own } from "./own.js";
import type { Arithmetic, Ref } from "./reference.js";
import type { Checksum } from "./runtime/checksum.js";
import type { Reader, STOP } from "./runtime/reader.js";
import type { Writer } from "./runtime/writer.js";
import type { AnySchema } from "./schema.js";
import type { Emitter, Source } from "./source.js";

/** What is done with some bytes, in both directions, by running and as JavaScript. */
export interface Op extends Emitter {
  /** How people call it: `u16`, `string(u8)`. */
  label?: string;
  /** The fewest and the most bytes it takes. */
  readonly min: number;
  readonly max: number;
  /** Reads a value at `m.p`; {@link STOP} when bytes are missing or wrong. */
  decode(m: Reader): unknown | typeof STOP;
  /** Writes a value at `w.p`; throws EncodeError. */
  encode(w: Writer, value: unknown): void;
  /** Set where the value is a whole number and so can be a length, a count or a tag. */
  readonly numeric?: "number" | "bigint";
  /** Set on whole numbers that are never negative. */
  readonly unsigned?: boolean;
  /** For whole numbers of variable width: bytes that the value `n` takes. */
  width?(n: number | bigint): number;
  emitWidth?(source: Source, n: string): string;
  /** A cheap guess, from below, of the bytes beyond `min` that a value will take; may come out as NaN. */
  emitHint?(value: string): string;
  /** Set where the value is always the same, so that encode need not be given it. */
  readonly constant?: { readonly value: unknown };
  /** True where there is no value: magic, padding, reserved. */
  readonly hidden?: boolean;
  /** True where the user's functions or other fields make the value, so that nothing tells which ones there are. */
  readonly free?: boolean;
  /** True where the value may be absent. */
  readonly optional?: boolean;
  /** Set on fields whose value follows from other bytes of the same struct. */
  readonly derived?: Derived;
  /** The fields of a struct, for references into it. */
  readonly names?: ReadonlyMap<string, Named>;
  /** True where recursion takes everything up to the end; without recursion the definition itself tells. */
  readonly greedy?: boolean;
  /** True where decoding asks generated code first, when the rest of the message is not there yet. */
  readonly apart?: boolean;
  /** True for a window: once it is written, what is in it keeps its width. */
  readonly framed?: boolean;
}

/** An op of fixed size, which neighbours can share one bounds check with. */
export interface Leaf extends Op {
  readonly size: number;
  /** Set on bit fields: their place in the bytes they share. */
  readonly place?: BitPlace;
  /** Reads at `p`, where `size` bytes are known to be. */
  get(m: Reader, p: number): unknown | typeof STOP;
  /** Writes at `p`, where there is room; bit fields find zeroes there. */
  put(w: Writer, p: number, value: unknown): void;
  /** An expression for the value at `base + offset`; may first write lines that stop. */
  emitGet(source: Source, base: string, offset: number): string;
  emitPut(source: Source, base: string, offset: number, value: string): void;
}

export function isLeaf(op: Op): op is Leaf {
  return "get" in op;
}

/** Whether two fields are bits that share bytes. */
export const sharesRun = (a: Op, b: Op | undefined): boolean => {
  const { place } = a as Partial<Leaf>;
  return place !== undefined && place.run === (b as Partial<Leaf> | undefined)?.place?.run;
};

/** A field that covers a range of fields: its checksum, or its length in bytes. */
export interface Derived {
  readonly from: string;
  readonly to: string;
  /** How its value follows from the bytes; without it, it is their number. */
  readonly checksum: { readonly algorithm: Checksum; readonly big: boolean } | undefined;
  /** Lays out all ranges of a struct. It comes along with the field, so that a bundle holds only what its schemas use. */
  layOut(entries: readonly Entry[]): Ranges;
}

/** A field of a struct that is being laid out. */
export interface Entry {
  readonly key: string;
  readonly op: Op;
  readonly named: Named;
  readonly hidden: boolean;
  /** Whether a position around it is remembered. */
  marked: boolean;
  /** Whether every object has a property of its name, without having it of its own. */
  readonly careful: boolean;
  /** Marks for the positions in front of it and behind it, or -1. */
  before: number;
  after: number;
}

/** What fields that cover others do in their struct. */
export interface Ranges {
  /** How many positions are remembered. */
  readonly marks: number;
  /** What happens in front of the field at an index, and behind it. */
  before(at: number): readonly Between[];
  after(at: number): readonly Between[];
  /** Starts to encode the struct, whose fields then set the marks. */
  begin(w: Writer, marks: number[]): void;
  /** Fills in lengths and checksums when the fields are written. */
  end(w: Writer, value: object, scope: Scope, marks: number[]): void;
  /** How many bytes to keep for a covering field of variable width. */
  emitWidth(source: Source, entry: Entry): string;
  emitEnd(source: Source, scope: Scope, marks: readonly string[], reserved: ReadonlyMap<Entry, string>): void;
}

/** What happens between two fields while decoding: a window opens or closes, a length or checksum is verified. */
export interface Between {
  readonly do: "between";
  /** The field that it is about. */
  readonly key: string;
  /** Where it opens a window: what closes it. */
  readonly end?: Between;
  /** True when it is done; otherwise what is missing or wrong is noted. */
  decode(m: Reader, open: Open): boolean;
  /** Does again what must be so when the struct is taken up behind it. */
  again?(m: Reader, open: Open): void;
  emitDecode(source: Source, marks: readonly string[]): void;
}

/** A struct being decoded: its value so far, its marks, and the ends around its open windows. */
export interface Open {
  readonly value: Record<string, unknown>;
  readonly marks: number[];
  readonly ends: { e: number; hard: boolean }[];
}

/** Which bits of the shared bytes a bit field is: significance 0 is the least of all `size` bytes read as one number. */
export interface BitPlace {
  /** The same object for all fields of one run. */
  readonly run: Bits;
  /** Bytes that the run of bit fields shares. */
  readonly size: number;
  readonly lowest: number;
  readonly little: boolean;
  /** How many bits it has, where that is told to people. */
  readonly width?: number;
}

/** A bit field of a struct that is being lowered: its place follows from the fields around it. */
export interface BitField {
  readonly key: string;
  readonly struct: BitStruct;
}

export interface BitStruct {
  readonly entries: readonly (readonly [string, AnySchema])[];
  readonly endian: "big" | "little";
  readonly bitOrder: "msb" | "lsb";
  /** Set once some bit field has asked for its place. */
  places: ReadonlyMap<string, BitPlace> | undefined;
}

/** What fields that share bytes do together. It comes along with them, so that a bundle holds only what its schemas use. */
export interface Bits {
  /** The bytes in which a field has its first bit and its last, and its first bit counted from the most significant of its byte. */
  locate(place: BitPlace, width: number): { readonly first: number; readonly last: number; readonly bit: number };
  byte(source: Source, base: string, offset: number): string;
  /** Loads the bytes, which several fields read, each once. */
  load(source: Source, base: string, offset: number): void;
  or(source: Source, base: string, offset: number, bits: string): void;
  /** Collects what fields put into the bytes and writes each byte once. */
  together(source: Source, base: string, offset: number, body: () => void): void;
}

/** A field as references see it. */
export interface Named {
  readonly key: string;
  readonly op: Op;
  /** Set once something refers to the field, so that generated code keeps its value in a variable. */
  read: boolean;
  /** Set once something derives the field. */
  slot: Slot | undefined;
}

/** Where a struct keeps the place and the value of a field that it derives, while encoding. */
export interface Slot {
  readonly scope: Scope;
  readonly index: number;
  frame(w: Writer): { readonly places: number[]; readonly values: (number | undefined)[] };
}

/** Fields that a struct derives, its own or of structs in it. They come along with what derives them. */
export interface Slots {
  begin(w: Writer): void;
  /** Fills them in, and does what waited for that. */
  end(w: Writer, value: object): void;
  emitBegin(source: Source): void;
  emitEnd(source: Source): void;
}

/** A struct being lowered. */
export interface Scope {
  readonly depth: number;
  readonly parent: Scope | undefined;
  readonly names: Map<string, Named>;
  /** Every field, for telling "stands later" from "does not exist". */
  readonly keys: readonly string[];
  slots: Slots | undefined;
}

/** What lowering a schema knows of its surroundings. */
export interface Context {
  readonly scope: Scope | undefined;
  readonly bits: BitPlace | BitField | undefined;
  /** Whether bit fields that stand alone have their first byte last, as the struct around them says. */
  readonly little: boolean;
  /** Ops of recursive schemas, by the function that gives the schema. */
  readonly recursive: Map<unknown, { op: Op | undefined }>;
  /** Lowers a child, in the same struct unless `scope` says otherwise; bit places are passed on only when given. */
  lower(schema: AnySchema, change?: Role & { scope?: Scope | undefined; bits?: Context["bits"]; little?: boolean }): Op;
}

/** Sees every op as it is made, and may wrap it. */
export type Wrap = (op: Op, schema: AnySchema, role: Role) => Op;

/** What a child is to the schema that holds it: a named field, an element, or neither. */
export interface Role {
  readonly key?: string;
  readonly element?: boolean;
  /** True for what a recursive schema stands for: it is not wrapped, because each place that it stands in is. */
  readonly recursive?: boolean;
}

function context(
  scope: Scope | undefined,
  bits: Context["bits"],
  little: boolean,
  recursive: Context["recursive"],
  wrap: Wrap | undefined,
): Context {
  return {
    scope,
    bits,
    little,
    recursive,
    lower(schema, given = {}) {
      const change = own(given);
      const around = "scope" in change ? change.scope : scope;
      const inner = context(around, change.bits, change.little ?? little, recursive, wrap);
      const op = bare((schema["~lower"] as (schema: AnySchema, context: Context) => Op)(schema, inner));
      return wrap && !change.recursive ? bare(wrap(op, schema, change)) : op;
    },
  };
}

/** Lowers a whole schema. */
export function lower(schema: AnySchema, wrap?: Wrap, bits?: BitPlace): Op {
  // Where the schema contains itself, that is the same op.
  const whole: { op: Op | undefined } = { op: undefined };
  whole.op = context(undefined, undefined, false, new Map([[schema, whole]]), wrap).lower(schema, {
    bits,
    recursive: true,
  });
  return wrap ? bare(wrap(whole.op, schema, bare({}))) : whole.op;
}

/** A reference with its field found. */
export interface Bound {
  readonly named: Named;
  readonly scope: Scope;
  /** Keys from the struct's value to the field's. */
  readonly keys: readonly string[];
  readonly steps: readonly Arithmetic[];
  /** Whether the field lies in a window, which keeps its width once it is written. */
  readonly framed: boolean;
}

/** Finds the field that a reference names. */
export function bind(context: Context, ref: Ref): Bound {
  let path: string = ref.path;
  let scope = context.scope;
  while (path.startsWith("../") && scope) {
    path = path.slice(3);
    scope = scope.parent;
  }
  const refuse = (why: string): never => {
    throw new SchemaError("reference", `field("${ref.path}")${why}`);
  };
  const keys = path.split(".");
  if (!scope || path.startsWith("../"))
    return refuse(
      ` reaches outside of every struct${scope ? "" : "; a recursive schema cannot read the fields around it"}`,
    );
  const [first, ...rest] = keys as [string, ...string[]];
  let named = scope.names.get(first);
  if (!named)
    return refuse(
      scope.keys.includes(first)
        ? `: "${first}" stands later; a reference can only look back`
        : `: "${first}" does not exist; there are ${scope.keys.join(", ")}`,
    );
  let framed = false;
  for (const key of rest) {
    framed ||= named.op.framed === true;
    const inner: Named | undefined = named.op.names?.get(key);
    if (!inner) return refuse(`: "${named.key}" is not a struct with a field "${key}"`);
    named = inner;
  }
  if (named.op.hidden) refuse(" has no value to refer to");
  named.read = true;
  return { named, scope, keys, steps: ref.steps, framed };
}

/** The op of a schema that must be a whole number. */
export function lowerNumber(context: Context, schema: AnySchema, what: string): Op {
  const op = context.lower(schema, { bits: undefined });
  if (op.numeric === undefined) throw new SchemaError("argument", `${what} must be a whole number, not ${schema.kind}`);
  return op;
}
