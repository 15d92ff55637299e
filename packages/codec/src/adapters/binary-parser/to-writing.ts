// A parser of binary-parser while it is put together.

// @ts-expect-error its "exports" name no types
import { Parser as Class } from "binary-parser";
import type { AnySchema, Key, Length, StructOptions, StructSchema } from "../../index.js";
import { type Fields, isSchema } from "../../schema.js";
import type { Problem } from "./problems.js";
import type { Post } from "./to-leaves.js";
import { called, lengthFinder, type Spot, type Struct, Unseen } from "./to-scope.js";

/** The methods of a Parser that are used here, all of which return it. */
export interface Builder {
  [method: string]: (nameOrOption: unknown, options?: object) => Builder;
}

const Parser: new () => Builder = Class;

/** Where something is put. */
export interface Place {
  readonly into: Builder;
  readonly keys: readonly Key[];
  readonly struct: Struct | undefined;
  readonly spot: Spot;
  /** What becomes of the value. */
  readonly post?: Post | undefined;
  /** Whether bits that stand alone have their first byte last. */
  readonly little?: boolean;
}

export const LAST_FIRST = "bits of several bytes, the last of which comes first";

export type Put = (this: Writing, name: string, schema: never, place: Place) => void;

export const empty = (): Builder => new Parser();

export const andThen = (first: Post, second: Post | undefined): Post =>
  second ? (value: never) => second(first(value) as never) : first;

export const formatted = ({ post }: Place): object => (post ? { formatter: post } : {});
export const valueOf = ({ value }: { value: unknown }): unknown => value;

/** A parser being written, and what could not be. */
export class Writing {
  readonly problems: Problem[] = [];
  private readonly kinds: Readonly<Record<string, unknown>>;
  private readonly otherwise: unknown;

  /** How to put each kind, and what is no kind of these. */
  constructor(kinds: Readonly<Record<string, unknown>>, otherwise: unknown) {
    this.kinds = kinds;
    this.otherwise = otherwise;
  }

  fail(keys: readonly Key[], why: string): void {
    this.problems.push({ keys, why });
  }

  put(name: string, schema: AnySchema, place: Place): void {
    try {
      const how = Object.hasOwn(this.kinds, schema.kind) ? this.kinds[schema.kind] : this.otherwise;
      (how as Put).call(this, name, schema as never, place);
    } catch (error) {
      if (!(error instanceof Unseen)) throw error;
      this.fail(place.keys, error.message);
    }
  }

  /** The fields of a struct, one after the other. */
  fields(fields: readonly [string, AnySchema][], options: Required<StructOptions>, place: Place): void {
    let run: [string, AnySchema][] = [];
    const endRun = (): void => {
      if (run.length > 0) this.bits(run, options, place);
      run = [];
    };
    for (const [key, schema] of fields) {
      if (!/^[a-zA-Z_$][\w$]*$/.test(key) || /^\$(parent|root|index)$/.test(key))
        this.fail([...place.keys, key], "has a name that binary-parser cannot take");
      else if (schema.facts.bits !== undefined) run.push([key, schema]);
      else {
        endRun();
        this.put(key, schema, { ...place, little: options.endian === "little", keys: [...place.keys, key] });
      }
    }
    endRun();
  }

  /** Bit fields that share bytes. */
  private bits(run: readonly [string, AnySchema][], { endian, bitOrder }: Required<StructOptions>, place: Place): void {
    const inTurn = (endian === "big") === (bitOrder === "msb");
    let total = 0;
    let part: [string, AnySchema][] = [];
    for (const [key, schema] of run) {
      part.push([key, schema]);
      total += schema.facts.bits as number;
      const last = key === run.at(-1)?.[0];
      if (!last && !(inTurn && total % 8 === 0)) continue;
      const keys = [...place.keys, key];
      if (total % 8 !== 0) this.fail(keys, "bits that end inside of a byte");
      if (endian === "little" && total > 8) this.fail(keys, LAST_FIRST);
      if (bitOrder === "lsb" && total > 32) this.fail(keys, "more than 32 bits from the least significant");
      if (bitOrder === "lsb") place.into["endianness"]?.("little");
      for (const [name, bit] of part) this.put(name, bit, { ...place, little: false, keys: [...place.keys, name] });
      // What follows starts at a byte of its own, also where it starts with bits.
      place.into["seek"]?.(0);
      if (bitOrder === "lsb") place.into["endianness"]?.("big");
      total = 0;
      part = [];
    }
  }

  /** A parser of a struct's fields, or of another schema under `value`; `post` then makes the value of what it gives. */
  parser(schema: AnySchema, place: Place, spot: Spot): { type: Builder; post: Post | undefined } {
    const type = empty();
    if (schema.kind !== "struct") {
      this.put("value", schema, { ...place, into: type, spot, post: undefined });
      return { type, post: andThen(valueOf as Post, place.post) };
    }
    const { fields, options } = schema as StructSchema<Fields>;
    this.fields(Object.entries(fields), options, {
      ...place,
      into: type,
      struct: { parent: place.struct, spot },
      spot,
      post: undefined,
    });
    return { type, post: place.post };
  }

  /** Something of a length that is a number, a reference or a prefix, or undefined for the rest. */
  sized(name: string, length: Length, place: Place, body: (name: string, length: unknown, place: Place) => void): void {
    if (length === 0) throw new Unseen("a length of 0, which is no length to binary-parser");
    if (isSchema(length)) {
      const type = empty();
      const spot: Spot = { parent: place.spot, key: name, via: "nest" };
      const inner: Place = { ...place, into: type, spot, post: undefined };
      this.put("length", length, { ...inner, struct: { parent: undefined, spot } });
      body(
        "value",
        called((self) => Number((self as { length: unknown }).length)),
        inner,
      );
      place.into["nest"]?.(name, { type, formatter: andThen(valueOf as Post, place.post) });
    } else if (typeof length === "number") body(name, length, place);
    else if (length.kind === "rest") body(name, undefined, place);
    else if (length.kind === "field") body(name, called(lengthFinder(place.spot, place.struct, length)), place);
    else throw new Unseen("a length that can say null");
  }
}
