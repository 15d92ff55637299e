// Law: what a parser says as data is translated; what it says by a function is called on decode and reported, and what
// can be said in neither way is refused, by path. Nothing is guessed.

import {
  type AnySchema,
  array,
  bits,
  bytes,
  check,
  compile,
  constant,
  field,
  type Key,
  type Length,
  lazy,
  map,
  match,
  padding,
  pathText,
  reserved,
  rest,
  type Schema,
  SchemaError,
  sized,
  struct,
  until,
} from "../../index.js";
import { at } from "../../kinds/when.js";
import { bytesUntil, guard, primitives, textOf } from "./from-leaves.js";
import { aliasesOf, type BinaryParser, endsBits, type Given, isParser, nodesOf, optionsOf } from "./parser.js";
import { type Problem, throwProblems } from "./problems.js";
import { Lost, Scope } from "./scope.js";
import { spread } from "./spread.js";

/** A place that can be decoded but not encoded, and why. */
export interface DecodeOnly {
  readonly path: string;
  readonly why: string;
}

export interface FromOptions {
  /** Schemas of one's own, by path, in place of what a parser says by functions: `{ "header.flags": bits(3) }`. */
  readonly replace?: { readonly [path: string]: AnySchema };
  /** Parsers that are named (`namely`) but cannot be reached from the one given. */
  readonly aliases?: { readonly [name: string]: BinaryParser };
}

/** A struct being put together; parsers nested without a name go on in it. */
interface Building {
  readonly keys: readonly Key[];
  readonly scope: Scope;
  readonly fields: Map<string, AnySchema>;
  /** Fields whose own fields stand in this struct's object. */
  readonly spread: string[];
  /** Bit fields since the last whole byte. */
  run: { total: number; count: number };
  order: "msb" | "lsb" | undefined;
  /** Makes names for what has none; no field of a parser can have a space in its name. */
  unnamed(what: string): string;
}

class Translation {
  readonly decodeOnly: DecodeOnly[] = [];
  readonly problems: Problem[] = [];
  private readonly options: FromOptions;
  private readonly aliases: Map<string, BinaryParser>;
  private readonly built = new Map<string, AnySchema>();
  private readonly wanted: { readonly name: string; readonly keys: readonly Key[] }[] = [];

  constructor(parser: BinaryParser, options: FromOptions) {
    this.options = options;
    this.aliases = aliasesOf(parser);
    for (const [name, of] of Object.entries(options.aliases ?? {})) this.aliases.set(name, of);
  }

  whole(parser: BinaryParser): AnySchema {
    const root = this.struct(parser, [], new Scope());
    if (parser.alias !== undefined) this.built.set(parser.alias, root);
    for (let next = this.wanted.pop(); next; next = this.wanted.pop()) {
      if (this.built.has(next.name)) continue;
      const of = this.aliases.get(next.name);
      if (of) this.built.set(next.name, this.struct(of, next.keys, new Scope()));
      else this.fail(next.keys, `uses "${next.name}", which cannot be found from this parser; give it in aliases`);
    }
    const Made = parser.constructorFn as (new () => object) | undefined;
    if (!Made) return root;
    return map(root, { decode: (value: object) => Object.assign(new Made(), value), encode: (value) => value });
  }

  private fail(keys: readonly Key[], why: string): AnySchema {
    this.problems.push({ keys, why });
    return bytes(0);
  }

  private report(keys: readonly Key[], why: string): () => never {
    this.decodeOnly.push({ path: pathText(keys), why });
    return () => {
      throw new Error(`can only be decoded: ${why}`);
    };
  }

  /** What `make` gives; what it cannot is a problem of this place. */
  private attempt(keys: readonly Key[], make: () => AnySchema): AnySchema {
    try {
      return make();
    } catch (error) {
      if (error instanceof SchemaError) return this.fail([...keys, ...error.keys], error.reason);
      if (error instanceof Lost) return this.fail(keys, error.message);
      throw error;
    }
  }

  private struct(parser: BinaryParser, keys: readonly Key[], scope: Scope): AnySchema {
    let count = 0;
    const building: Building = {
      keys,
      scope,
      fields: new Map(),
      spread: [],
      run: { total: 0, count: 0 },
      order: undefined,
      unnamed: (what) => `${what} ${++count}`,
    };
    this.fill(building, parser);
    return this.attempt(keys, () => {
      const order = building.order === "lsb" ? ({ bitOrder: "lsb", endian: "big" } as const) : {};
      const whole: AnySchema = struct(Object.fromEntries(building.fields) as never, order);
      return building.spread.length > 0 ? spread(whole, building.spread) : whole;
    });
  }

  private fill(into: Building, parser: BinaryParser): void {
    for (const node of nodesOf(parser)) {
      const { type, options, varName: name } = { ...node, options: optionsOf(node) };
      const keys = name === "" ? into.keys : [...into.keys, name];
      const replaced = this.options.replace?.[pathText(name === "" ? [...into.keys, type] : keys)];
      if (replaced) this.add(into, name === "" ? into.unnamed(type) : name, replaced, {});
      else if (type === "nest" && name === "") {
        if (typeof options.formatter === "function") this.fail(into.keys, "a nest without a name has a formatter");
        this.fill(into, options.type as BinaryParser);
      } else if (type === "seek") this.seek(into, options.length, keys);
      else if (type === "choice" && name === "") this.spreadChoice(into, node);
      else if (name === "") this.fail([...into.keys, type], "has no name to stand under");
      else {
        if (into.run.count > 0 && type !== "bit")
          this.fail(keys, "bits go on into it; give them a parser of their own");
        const inside = new Scope(into.scope);
        const raw = this.attempt(keys, () => this.value(node, keys, into, inside));
        const changed = typeof options.formatter === "function" ? "a formatter changes it" : undefined;
        this.add(into, name, this.dressed(raw, node, keys), { inside, changed });
      }
      if (type === "bit" && endsBits(node)) this.endRun(into, node, keys);
    }
  }

  private add(
    into: Building,
    name: string,
    schema: AnySchema,
    known: { inside?: Scope; changed?: string | undefined },
  ) {
    if (into.scope.has(name)) this.fail([...into.keys, name], "is read twice, and the second would replace the first");
    into.scope.known.set(name, known);
    into.fields.set(name, schema);
  }

  private seek(into: Building, length: Given | undefined, keys: readonly Key[]): void {
    if (typeof length === "number" && length >= 0)
      into.fields.set(
        into.unnamed("skip"),
        this.attempt(keys, () => padding(length, { ignore: true })),
      );
    else if (typeof length === "number")
      this.fail([...keys, "seek"], "steps back to bytes that were read before; replace it by at()");
    else this.fail([...keys, "seek"], "skips a number of bytes that is not known beforehand; replace it by a field");
  }

  private endRun(into: Building, { endian }: BinaryParser, keys: readonly Key[]): void {
    const { total, count } = into.run;
    const missing = (8 - (total % 8)) % 8;
    const order = endian === "le" ? "lsb" : "msb";
    if (missing > 0) into.fields.set(into.unnamed("bits"), reserved(bits(missing), { ignore: true }));
    into.run = { total: 0, count: 0 };
    if (count === 1 && missing === 0) return;
    if (order === "lsb" && total > 32)
      this.fail(keys, "little-endian bits of more than 32 overlap in binary-parser; say what the bytes mean yourself");
    if ((into.order ?? order) !== order) this.fail(keys, "bits of both orders; put them into parsers of their own");
    into.order = order;
    if (order === "lsb") into.fields.set(into.unnamed("bits"), padding(0));
  }

  /** What is asserted of a value and made of it. */
  private dressed(raw: AnySchema, node: BinaryParser, keys: readonly Key[]): AnySchema {
    const { assert, formatter } = optionsOf(node);
    return this.attempt(keys, () => {
      let schema = raw;
      if (typeof assert === "function")
        schema = check(
          raw,
          (value) => Boolean(assert.call(guard("assert"), value)),
          "must be what its assert function accepts",
        );
      else if (typeof assert === "string" && raw.facts.uses.length > 0)
        schema = check(raw, (value) => value === assert, `must be ${JSON.stringify(assert)}`);
      else if (assert !== undefined && assert !== null) schema = constant(raw, assert);
      if (typeof formatter !== "function") return schema;
      const encode = this.report(keys, "its formatter has no inverse");
      return map(schema, { decode: (value) => formatter.call(guard("formatter"), value) as unknown, encode });
    });
  }

  private length(given: Given | undefined, scope: Scope, what: string): number | ReturnType<typeof field> {
    if (typeof given === "number") return given;
    if (typeof given === "string") return field(scope.find(given));
    throw new Lost(`its ${what} is a function; say it with replace`);
  }

  private value(node: BinaryParser, keys: readonly Key[], into: Building, inside: Scope): AnySchema {
    const options = optionsOf(node);
    const { scope } = into;
    const { type } = node;
    if (type === "bit") {
      into.run.total += options.length as number;
      into.run.count++;
      return bits(options.length as number);
    }
    if (type === "string") return textOf(options, () => this.length(options.length, scope, "length"));
    if (type === "buffer") return this.blob(node, keys, scope);
    if (type === "array") return this.array(node, keys, scope);
    if (type === "choice") return this.choice(node, keys, scope, false);
    if (type === "nest") return this.typed(options.type, keys, inside);
    if (type === "pointer") {
      const offset = this.length(options.offset, scope, "offset");
      return at(offset, this.typed(options.type, keys, new Scope()));
    }
    if (type === "wrapper") return this.wrapped(node, keys, scope);
    const primitive = Object.hasOwn(primitives, type) ? primitives[type] : undefined;
    if (primitive) return primitive;
    throw new Lost(type === "saveOffset" ? "an offset is not in the bytes" : `${type} is not known here`);
  }

  /** What a type option stands for; `scope` is that of its fields. */
  private typed(type: string | BinaryParser | undefined, keys: readonly Key[], scope: Scope): AnySchema {
    if (isParser(type)) return this.struct(type, keys, scope);
    const name = String(type);
    const primitive = Object.hasOwn(primitives, name) && !this.aliases.has(name) ? primitives[name] : undefined;
    if (primitive) return primitive;
    this.wanted.push({ name, keys });
    return lazy(() => this.built.get(name) as AnySchema);
  }

  private blob(node: BinaryParser, keys: readonly Key[], scope: Scope): AnySchema {
    const { readUntil, length } = optionsOf(node);
    if (readUntil === "eof") return bytes(rest);
    if (typeof readUntil !== "function") return bytes(this.length(length, scope, "length"));
    const encode = this.report(keys, "what ends it is a function of the bytes behind it");
    return bytesUntil((byte, from) => Boolean(readUntil.call(guard("readUntil"), byte, from)), encode);
  }

  private array(node: BinaryParser, keys: readonly Key[], scope: Scope): AnySchema {
    const { readUntil, length, lengthInBytes, type, key } = optionsOf(node);
    const item = this.typed(type, keys, new Scope(scope));
    const of = (by: Length): AnySchema => array(item, by);
    const ends = readUntil as (item: unknown, rest: unknown) => unknown;
    const schema =
      typeof readUntil === "function"
        ? of(until((value) => Boolean(ends.call(guard("readUntil"), value, guard("readUntil")))))
        : readUntil === "eof"
          ? of(rest)
          : lengthInBytes === undefined
            ? of(this.length(length, scope, "length"))
            : sized(this.length(lengthInBytes, scope, "lengthInBytes"), of(rest));
    if (key === undefined) return schema;
    const encode = this.report(keys, "an object by keys has lost the order of the array");
    const decode = (items: Record<string, unknown>[]) => Object.fromEntries(items.map((value) => [value[key], value]));
    return map(schema, { decode, encode });
  }

  private choice(node: BinaryParser, keys: readonly Key[], scope: Scope, shares: boolean): AnySchema {
    const { tag, choices = {}, defaultChoice } = optionsOf(node);
    if (typeof tag !== "string") throw new Lost("its tag is not the name of a field; say it with replace");
    const ref = field(scope.find(tag));
    const one = (type: string | BinaryParser | undefined): AnySchema => {
      if (shares && !isParser(type)) throw new Lost("a choice without a name has a case that is no parser");
      return this.typed(type, keys, new Scope(scope, shares));
    };
    const cases = Object.fromEntries(
      Object.keys(choices).map((key) => [String(Number.parseInt(key, 10)), one(choices[key as unknown as number])]),
    );
    return match(ref, cases, defaultChoice === undefined ? undefined : one(defaultChoice));
  }

  private spreadChoice(into: Building, node: BinaryParser): void {
    const key = into.unnamed("choice");
    const schema = this.attempt([...into.keys, "choice"], () => this.choice(node, into.keys, into.scope, true));
    into.spread.push(key);
    into.fields.set(key, schema);
  }

  private wrapped(node: BinaryParser, keys: readonly Key[], scope: Scope): AnySchema {
    const { wrapper, type } = optionsOf(node);
    const inner = this.typed(type, keys, new Scope());
    const encode = this.report(keys, "its wrapper has no inverse");
    let codec: ReturnType<typeof compile<AnySchema>> | undefined;
    return map(this.blob(node, keys, scope), {
      decode: (outer) => {
        codec ??= compile(sized(rest, inner, { skip: true }));
        return codec.decode((wrapper as (bytes: Uint8Array) => Uint8Array).call(guard("wrapper"), outer)) as unknown;
      },
      encode,
    });
  }
}

/**
 * The schema of an existing parser of binary-parser, and the places that can only be decoded because a function says what
 * they are. What cannot be decoded either is a SchemaError that names all such paths; say those with `replace`.
 *
 * @example
 * const { schema, decodeOnly } = fromBinaryParser(parser);
 * const codec = compile(schema);
 */
// biome-ignore lint/suspicious/noExplicitAny: binary-parser has no type for what it decodes
export function fromBinaryParser<T = any>(
  parser: BinaryParser,
  options: FromOptions = {},
): { readonly schema: Schema<T>; readonly decodeOnly: readonly DecodeOnly[] } {
  if (!isParser(parser)) throw new SchemaError("argument", "fromBinaryParser takes a Parser of binary-parser");
  const translation = new Translation(parser, options);
  const schema = translation.whole(parser);
  throwProblems("Wireform", translation.problems);
  compile(schema);
  return { schema: schema as Schema<T>, decodeOnly: translation.decodeOnly };
}
