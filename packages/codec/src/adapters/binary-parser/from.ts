// Law: what a parser says as data is translated; what it says by a function is called on decode and reported, and what
// can be said in neither way is refused, by path. Nothing is guessed.

import {
  type AnySchema,
  bits,
  bytes,
  compile,
  constant,
  check,
  field,
  type Key,
  lazy,
  map,
  match,
  padding,
  pathText,
  type Ref,
  reserved,
  rest,
  type Schema,
  SchemaError,
  sized,
  struct,
} from "../../index.js";
import { at } from "../../kinds/when.js";
import { type Asked, computed, given as givenBy, skipped } from "./computed.js";
import { asserted, decodeOnlyText, formatted, sighted } from "./decode-only.js";
import { primitives, textOf } from "./from-leaves.js";
import { called } from "./named.js";
import { aliasesOf, type BinaryParser, endsBits, type Given, isParser, looks, namesIn, nodesOf, optionsOf } from "./parser.js";
import { type Problem, throwProblems } from "./problems.js";
import { Changed, Lost, Scope } from "./scope.js";
import { type List, type Sight, sightOf, type Spot, spotOf } from "./sight.js";
import { spread } from "./spread.js";
import { arrayOf, bytesUntil } from "./until.js";
import { unwrapped } from "./wrapped.js";

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
  /** Whether functions look at what was read of fields of fixed size. */
  sighted: boolean;
  /** Makes names for what has none; no field of a parser can have a space in its name. */
  unnamed(what: string): string;
  /** The same where it is told by its name; that is what it is, where no field is called so. */
  told(what: string): string;
}

class Translation {
  readonly decodeOnly: DecodeOnly[] = [];
  readonly problems: Problem[] = [];
  private readonly options: FromOptions;
  private readonly aliases: Map<string, BinaryParser>;
  private readonly built = new Map<string, AnySchema>();
  private readonly wanted: { readonly name: string; readonly keys: readonly Key[] }[] = [];
  /** The parser that is asked, and whether it tells others what is around them. */
  private readonly parser: BinaryParser;
  private readonly context: boolean;

  constructor(parser: BinaryParser, options: FromOptions) {
    this.options = options;
    this.parser = parser;
    this.context = parser.useContextVariables === true;
    this.aliases = aliasesOf(parser);
    for (const [name, of] of Object.entries(options.aliases ?? {})) this.aliases.set(name, of);
  }

  whole(parser: BinaryParser): AnySchema {
    const { context } = this;
    const Made = parser.constructorFn as (new () => object) | undefined;
    const called = context && parser.alias !== undefined;
    const root = this.struct(
      parser,
      [],
      new Scope(undefined, spotOf("object", undefined, { context, called, create: Made })),
    );
    if (parser.alias !== undefined) this.built.set(parser.alias, root);
    for (let next = this.wanted.shift(); next; next = this.wanted.shift()) {
      if (this.built.has(next.name)) continue;
      const of = this.aliases.get(next.name);
      if (of) this.built.set(next.name, this.struct(of, next.keys, this.outermost()));
      else this.fail(next.keys, `uses "${next.name}", which cannot be found from this parser; give it in aliases`);
    }
    if (!Made) return root;
    return map(root, { decode: (value: object) => Object.assign(new Made(), value), encode: (value) => value });
  }

  /** Where the fields of a parser that is used by its name stand. */
  private outermost(): Scope {
    return new Scope(undefined, spotOf("object", undefined, { context: this.context, called: this.context }));
  }

  private fail(keys: readonly Key[], why: string): AnySchema {
    this.problems.push({ keys, why });
    return bytes(0);
  }

  private report(keys: readonly Key[], why: string): string {
    const path = pathText(keys);
    const known = this.decodeOnly.find((each) => each.path === path);
    if (known) this.decodeOnly.splice(this.decodeOnly.indexOf(known), 1);
    this.decodeOnly.push({ path, why: known ? `${known.why}; ${why}` : why });
    return why;
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
    const names = namesIn(parser);
    const building: Building = {
      keys,
      scope,
      fields: new Map(),
      spread: [],
      run: { total: 0, count: 0 },
      order: undefined,
      sighted: false,
      unnamed: (what) => `${what} ${++count}`,
      told: (what) => (building.fields.has(what) || names.has(what) ? building.unnamed(what) : what),
    };
    this.fill(building, parser);
    if (building.sighted) building.fields.set(building.unnamed("sight"), sighted());
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
        this.bare(node, into.keys);
        this.fill(into, options.type as BinaryParser);
      } else if (type === "seek") this.seek(into, options.length, keys);
      else if (type === "choice" && name === "") this.spreadChoice(into, node);
      else if (name === "") this.fail([...into.keys, type], "has no name to stand under");
      else {
        if (into.run.count > 0 && type !== "bit")
          this.fail(keys, "bits go on into it; give them a parser of their own");
        const inside = new Scope(into.scope, spotOf("object", into.scope.spot, { key: name }));
        const raw = this.attempt(keys, () => this.value(node, keys, into, inside));
        const changed = typeof options.formatter === "function" ? "a formatter changes it" : undefined;
        this.add(into, name, this.dressed(raw, node, keys, into), { inside, changed });
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
    into.scope.spot.names.push(name);
    into.fields.set(name, schema);
  }

  /** Refuses functions on what has no name, where binary-parser would put something else in place of the whole object. */
  private bare(node: BinaryParser, keys: readonly Key[]): void {
    for (const what of ["formatter", "assert"] as const)
      if (typeof optionsOf(node)[what] === "function")
        this.fail(keys, `a ${node.type} without a name has ${what === "assert" ? "an" : "a"} ${what}`);
  }

  private seek(into: Building, length: Given | undefined, keys: readonly Key[]): void {
    if (typeof length === "number" && length >= 0)
      into.fields.set(
        into.unnamed("skip"),
        this.attempt(keys, () => padding(length, { ignore: true })),
      );
    else if (typeof length === "number")
      this.fail([...keys, "seek"], "steps back to bytes that were read before; replace it by at()");
    else {
      const key = into.told("seek");
      const schema = this.attempt([...keys, "seek"], () =>
        skipped(this.asked(length, [...keys, key], into.scope, "length", "how much is skipped, its bytes do not tell")),
      );
      into.fields.set(key, schema);
    }
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
  private dressed(raw: AnySchema, node: BinaryParser, keys: readonly Key[], into: Building): AnySchema {
    const { assert, formatter } = optionsOf(node);
    const told = (fn: Function, what: string) => {
      into.sighted = true;
      return { fn, what, sight: sightOf(into.scope.spot), name: node.varName };
    };
    return this.attempt(keys, () => {
      let schema = raw;
      if (typeof assert === "function") schema = asserted(raw, told(assert, "assert"));
      else if (typeof assert === "string" && (raw.facts.uses.length > 0 || raw.kind === "computed"))
        schema = check(raw, (value) => value === assert, `must be ${JSON.stringify(assert)}`);
      else if (assert !== undefined && assert !== null) schema = constant(raw, assert);
      if (typeof formatter !== "function") return schema;
      return formatted(schema, told(formatter, "formatter"), this.report(keys, "its formatter has no inverse"));
    });
  }

  /** What must be asked for while decoding: a function, or something that only then has a name. */
  private asked(
    given: Given | undefined,
    keys: readonly Key[],
    { spot }: Scope,
    what: string,
    why: string,
    has?: { readonly name: string; readonly value: unknown },
  ): Asked {
    const sight: Sight = sightOf(spot);
    this.report(keys, why);
    if (typeof given === "function") return { fn: given, what, sight, why, ...has };
    if (typeof given !== "string") throw new Lost(`it has no ${what}`);
    const path = given.split(".");
    const fn = function (this: unknown): unknown {
      return path.reduce<unknown>((at, key) => (at as Record<string, unknown> | null | undefined)?.[key], this);
    };
    return { fn, what, sight, why, ...has };
  }

  /** What `make` gives of a length, offset or tag, seen from the scope that it gives along. */
  private by(
    given: Given | undefined,
    keys: readonly Key[],
    scope: Scope,
    { what, tag = false, ...has }: { what: string; tag?: boolean; name?: string; value?: unknown },
    make: (by: number | Ref, scope: Scope) => AnySchema,
  ): AnySchema {
    if (typeof given === "number") return make(given, scope);
    let why = `its ${what} is a function`;
    if (typeof given === "string") {
      const path = this.pathOf(given, scope);
      if (typeof path === "string") return make(field(path), scope);
      why = path.message;
    }
    const asked = { ...this.asked(given, keys, scope, what, why, has.name === undefined ? undefined : (has as never)), tag };
    return computed(make(givenBy(asked), new Scope(scope, spotOf("frame", scope.spot, {}))), asked);
  }

  private pathOf(name: string, scope: Scope): string | Changed {
    try {
      return scope.find(name);
    } catch (error) {
      if (error instanceof Changed) return error;
      throw error;
    }
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
    if (type === "string") return this.text(node, keys, scope);
    if (type === "buffer") return this.blob(node, keys, scope);
    if (type === "array") return this.array(node, keys, scope);
    if (type === "choice") return this.choice(node, keys, scope);
    if (type === "nest") return this.typed(options.type, keys, inside);
    if (type === "pointer")
      return this.by(options.offset, keys, scope, { what: "offset" }, (offset, { spot }) =>
        at(
          offset,
          this.typed(options.type, keys, new Scope(undefined, spotOf("object", spot, { key: node.varName }))),
        ),
      );
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
    const schema = lazy(() => this.built.get(name) as AnySchema);
    if (!this.context) return schema;
    const { around, key, list, wrapped } = scope.spot;
    return called(schema, wrapped ? undefined : { sight: sightOf(around as Spot), key, list });
  }

  private text(node: BinaryParser, keys: readonly Key[], scope: Scope): AnySchema {
    const options = optionsOf(node);
    const { length, zeroTerminated, greedy } = options;
    if (zeroTerminated || greedy) return textOf(options, 0);
    return this.by(length, keys, scope, { what: "length" }, (by) => textOf(options, by));
  }

  private blob(node: BinaryParser, keys: readonly Key[], scope: Scope): AnySchema {
    const { readUntil, length } = optionsOf(node);
    if (readUntil === "eof") return bytes(rest);
    if (typeof readUntil !== "function") return this.by(length, keys, scope, { what: "length" }, (by) => bytes(by));
    const why = this.report(keys, "what ends it is a function of the bytes behind it");
    return bytesUntil({ fn: readUntil, what: "readUntil", sight: sightOf(scope.spot) }, why);
  }

  private array(node: BinaryParser, keys: readonly Key[], scope: Scope): AnySchema {
    const { readUntil, length, lengthInBytes, type, key } = optionsOf(node);
    const name = node.varName;
    const counted = readUntil === undefined && lengthInBytes === undefined;
    const list: List | undefined = looks(type, this.aliases)
      ? { lists: new WeakMap(), counted, hash: key }
      : undefined;
    const itemIn = (around: Scope): AnySchema =>
      this.typed(type, keys, new Scope(around, spotOf("object", around.spot, { key: name, list })));
    const has = { name, value: key === undefined ? [] : {} };
    const schema =
      typeof readUntil === "function"
        ? arrayOf(itemIn(scope), { fn: readUntil, what: "readUntil", sight: sightOf(scope.spot), name }, list)
        : readUntil === "eof"
          ? arrayOf(itemIn(scope), rest, list)
          : lengthInBytes === undefined
            ? this.by(length, keys, scope, { what: "length", ...has }, (by, around) => arrayOf(itemIn(around), by, list))
            : this.by(lengthInBytes, keys, scope, { what: "lengthInBytes", ...has }, (by, around) =>
                sized(by, arrayOf(itemIn(around), rest, list)),
              );
    if (key === undefined) return schema;
    const why = this.report(keys, "an object by keys has lost the order of the array");
    const decode = (items: Record<string, unknown>[]) => Object.fromEntries(items.map((value) => [value[key], value]));
    return map(schema, {
      decode,
      encode: (): never => {
        throw new Error(decodeOnlyText(why));
      },
    });
  }

  private choice(node: BinaryParser, keys: readonly Key[], scope: Scope, key?: string): AnySchema {
    const { tag, choices = {}, defaultChoice } = optionsOf(node);
    const name = node.varName;
    const has = name === "" ? {} : { name, value: {} };
    const place = key === undefined ? keys : [...keys, key];
    return this.by(tag, place, scope, { what: "tag", tag: true, ...has }, (ref, around) => {
      const one = (type: string | BinaryParser | undefined): AnySchema => {
        if (name === "" && !isParser(type)) throw new Lost("a choice without a name has a case that is no parser");
        const spot = name === "" ? spotOf("shares", around.spot, {}) : spotOf("object", around.spot, { key: name });
        return this.typed(type, keys, new Scope(around, spot));
      };
      const cases = Object.fromEntries(
        Object.keys(choices).map((key) => [String(Number.parseInt(key, 10)), one(choices[key as unknown as number])]),
      );
      if (typeof ref === "number") throw new Lost("its tag is always the same; say it with replace");
      return match(ref, cases, defaultChoice === undefined ? undefined : one(defaultChoice));
    });
  }

  private spreadChoice(into: Building, node: BinaryParser): void {
    const { tag } = optionsOf(node);
    this.bare(node, [...into.keys, "choice"]);
    const key = typeof tag === "function" ? into.told("choice") : into.unnamed("choice");
    const schema = this.attempt([...into.keys, "choice"], () => this.choice(node, into.keys, into.scope, key));
    into.spread.push(key);
    into.scope.spot.spread.add(key);
    into.scope.spot.names.push(key);
    into.fields.set(key, schema);
  }

  private wrapped(node: BinaryParser, keys: readonly Key[], scope: Scope): AnySchema {
    const { wrapper, type } = optionsOf(node);
    const spot = spotOf("object", scope.spot, { key: node.varName, wrapped: true });
    const content = this.typed(type, keys, new Scope(undefined, spot));
    const bytesIn = this.blob({ ...node, options: { ...node.options, formatter: undefined } }, keys, scope);
    return unwrapped(bytesIn, {
      wrapper: wrapper as Function,
      // In the function of a parser that has a name, binary-parser's own `this` is the global object.
      self: this.parser.alias === undefined ? this.parser : globalThis,
      content,
      looks: looks(type, this.aliases),
      why: this.report(keys, "its wrapper has no inverse"),
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
