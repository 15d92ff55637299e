// Law: a parser is its nodes in order, of which those without a name go on in the object around; what fits nowhere is a
// problem of its place, and all of them are found before anything is refused.

import { show } from "../../errors.js";
import {
  type AnySchema,
  bits,
  bytes,
  check,
  constant,
  type Key,
  lazy,
  map,
  padding,
  pathText,
  reserved,
  SchemaError,
  struct,
} from "../../index.js";
import { skipped } from "./computed.js";
import { asserted, formatted, sighted } from "./decode-only.js";
import {
  aliasesOf,
  type BinaryParser,
  endsBits,
  type Given,
  looks,
  namesIn,
  namesOfCases,
  nodesOf,
  optionsOf,
} from "./parser.js";
import type { Problem } from "./problems.js";
import { Lost, Scope } from "./scope.js";
import { sightOf, spotOf } from "./sight.js";
import { spread } from "./spread.js";
import { Values, type Whole } from "./values.js";

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

/** A parser on its way to a schema. */
export class Translation implements Whole {
  readonly decodeOnly: DecodeOnly[] = [];
  readonly problems: Problem[] = [];
  private readonly options: FromOptions;
  readonly aliases: Map<string, BinaryParser>;
  private readonly built = new Map<string, AnySchema>();
  private readonly wanted: { readonly name: string; readonly keys: readonly Key[] }[] = [];
  private readonly values: Values = new Values(this);
  readonly parser: BinaryParser;
  readonly context: boolean;

  constructor(parser: BinaryParser, options: FromOptions) {
    this.options = options;
    this.parser = parser;
    this.context = parser.useContextVariables === true;
    this.aliases = aliasesOf(parser);
    for (const [name, of] of Object.entries(options.aliases ?? {})) this.aliases.set(name, of);
  }

  /** The schema of all of it. */
  whole(): AnySchema {
    const { context, parser } = this;
    const root = this.outermost(parser, [], context && parser.alias !== undefined);
    if (parser.alias !== undefined) this.built.set(parser.alias, root);
    for (let next = this.wanted.shift(); next; next = this.wanted.shift()) {
      if (this.built.has(next.name)) continue;
      const of = this.aliases.get(next.name);
      if (of) this.built.set(next.name, this.outermost(of, next.keys, context));
      else this.fail(next.keys, `uses "${next.name}", which cannot be found from this parser; give it in aliases`);
    }
    return root;
  }

  /** A parser that is asked, or used by its name. */
  private outermost(of: BinaryParser, keys: readonly Key[], called: boolean): AnySchema {
    // With binary-parser the class of the one that is asked is that of all that name one.
    const Made = (of.constructorFn && this.parser.constructorFn) as (new () => object) | undefined;
    const spot = spotOf("object", undefined, { context: this.context, called, create: Made });
    const fields = this.struct(of, keys, new Scope(undefined, spot));
    if (!Made) return fields;
    return map(fields, { decode: (value: object) => Object.assign(new Made(), value), encode: (value) => value });
  }

  named(name: string, keys: readonly Key[]): AnySchema {
    this.wanted.push({ name, keys });
    return lazy(() => this.built.get(name) as AnySchema);
  }

  private fail(keys: readonly Key[], why: string): AnySchema {
    this.problems.push({ keys, why });
    return bytes(0);
  }

  report(keys: readonly Key[], why: string): string {
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

  struct(parser: BinaryParser, keys: readonly Key[], scope: Scope): AnySchema {
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
        const raw = this.attempt(keys, () =>
          type === "bit" ? this.bit(node, into) : this.values.of(node, keys, into.scope, inside),
        );
        if (type === "wrapper" && looks(options.type, this.aliases)) into.sighted = true;
        const changed = typeof options.formatter === "function" ? "a formatter changes it" : undefined;
        const cases = type === "choice" ? namesOfCases(node) : undefined;
        this.add(into, name, this.dressed(raw, node, keys, into), { inside, changed, cases });
      }
      if (type === "bit" && endsBits(node)) this.endRun(into, node, keys);
    }
  }

  private bit(node: BinaryParser, { run }: Building): AnySchema {
    const width = optionsOf(node).length as number;
    run.total += width;
    run.count++;
    return bits(width);
  }

  private add(
    into: Building,
    name: string,
    schema: AnySchema,
    known: { inside?: Scope; changed?: string | undefined; cases?: ReadonlySet<string> | undefined },
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
        skipped(
          this.values.asked(length, [...keys, key], into.scope, "length", "how much is skipped, its bytes do not tell"),
        ),
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
      else if (assert !== undefined && assert !== null)
        schema =
          raw.kind === "computed" || node.type === "pointer" || raw.facts.uses.length > 0
            ? check(raw, (value) => value === assert, `must be ${show(assert)}`)
            : constant(raw, assert);
      if (typeof formatter !== "function") return schema;
      return formatted(schema, told(formatter, "formatter"), this.report(keys, "its formatter has no inverse"));
    });
  }

  private spreadChoice(into: Building, node: BinaryParser): void {
    const { tag } = optionsOf(node);
    this.bare(node, [...into.keys, "choice"]);
    const key = typeof tag === "function" ? into.told("choice") : into.unnamed("choice");
    const schema = this.attempt([...into.keys, "choice"], () => this.values.choice(node, into.keys, into.scope, key));
    for (const name of namesOfCases(node)) into.scope.some.add(name);
    into.spread.push(key);
    into.scope.spot.spread.add(key);
    into.scope.spot.names.push(key);
    into.fields.set(key, schema);
  }
}
