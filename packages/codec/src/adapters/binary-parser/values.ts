// Law: what stands under a name follows from its options: as data where they are data, by asking while decoding where they
// are functions, or names of what is not in the bytes.

import { type AnySchema, bytes, field, type Key, map, match, type Ref, rest, sized } from "../../index.js";
import { at } from "../../kinds/when.js";
import { type Asked, computed, given as givenBy } from "./computed.js";
import { decodeOnlyText } from "./decode-only.js";
import { primitives, textOf } from "./from-leaves.js";
import { called } from "./named.js";
import { type BinaryParser, type Given, isParser, looks, optionsOf } from "./parser.js";
import { Changed, Lost, Scope } from "./scope.js";
import { type List, type Spot, sightOf, spotOf } from "./sight.js";
import { arrayOf, bytesUntil } from "./until.js";
import { unwrapped } from "./wrapped.js";

/** The translation that values are part of. */
export interface Whole {
  /** The parser that is asked, and whether it tells others what is around them. */
  readonly parser: BinaryParser;
  readonly context: boolean;
  readonly aliases: ReadonlyMap<string, BinaryParser>;
  struct(parser: BinaryParser, keys: readonly Key[], scope: Scope): AnySchema;
  /** The schema of a parser that is used by its name. */
  named(name: string, keys: readonly Key[]): AnySchema;
  /** Notes what can only be decoded, and gives why. */
  report(keys: readonly Key[], why: string): string;
}

/** Makes the schemas of what has a name, but for bits. */
export class Values {
  private readonly whole: Whole;

  constructor(whole: Whole) {
    this.whole = whole;
  }

  /** What must be asked for while decoding: a function, or something that only then has a name. */
  asked(
    given: Given | undefined,
    keys: readonly Key[],
    scope: Scope,
    what: string,
    why: string,
    has?: { readonly name: string; readonly value: unknown },
  ): Asked {
    const sight = sightOf(scope.spot);
    this.whole.report(keys, why);
    if (typeof given === "function") return { fn: given, what, sight, why, ...has };
    if (typeof given !== "string") throw new Lost(`it has no ${what}`);
    // A name that leads nowhere is refused now; any other is followed through what functions see.
    this.pathOf(given, scope);
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
    const asked = {
      ...this.asked(given, keys, scope, what, why, has.name === undefined ? undefined : (has as never)),
      tag,
    };
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

  /** What a node stands for; `inside` is the scope of its fields. */
  of(node: BinaryParser, keys: readonly Key[], scope: Scope, inside: Scope): AnySchema {
    const options = optionsOf(node);
    const { type } = node;
    if (type === "string") return this.text(node, keys, scope);
    if (type === "buffer") return this.blob(node, keys, scope);
    if (type === "array") return this.array(node, keys, scope);
    if (type === "choice") return this.choice(node, keys, scope);
    if (type === "nest") return this.typed(options.type, keys, inside);
    if (type === "pointer")
      return this.by(options.offset, keys, scope, { what: "offset" }, (offset, { spot }) =>
        at(offset, this.typed(options.type, keys, new Scope(undefined, spotOf("object", spot, { key: node.varName })))),
      );
    if (type === "wrapper") return this.wrapped(node, keys, scope);
    const primitive = Object.hasOwn(primitives, type) ? primitives[type] : undefined;
    if (primitive) return primitive;
    throw new Lost(type === "saveOffset" ? "an offset is not in the bytes" : `${type} is not known here`);
  }

  /** What a type option stands for; `scope` is that of its fields. */
  private typed(type: string | BinaryParser | undefined, keys: readonly Key[], scope: Scope): AnySchema {
    if (isParser(type)) return this.whole.struct(type, keys, scope);
    const name = String(type);
    const primitive = Object.hasOwn(primitives, name) && !this.whole.aliases.has(name) ? primitives[name] : undefined;
    if (primitive) return primitive;
    const schema = this.whole.named(name, keys);
    if (!this.whole.context) return schema;
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
    const why = this.whole.report(keys, "what ends it is a function of the bytes behind it");
    return bytesUntil({ fn: readUntil, what: "readUntil", sight: sightOf(scope.spot) }, why);
  }

  private array(node: BinaryParser, keys: readonly Key[], scope: Scope): AnySchema {
    const { readUntil, length, lengthInBytes, type, key } = optionsOf(node);
    const name = node.varName;
    const counted = readUntil === undefined && lengthInBytes === undefined;
    const list: List | undefined = looks(type, this.whole.aliases)
      ? { lists: new WeakMap(), counted, hash: key }
      : undefined;
    const itemIn = (around: Scope): AnySchema =>
      this.typed(type, keys, new Scope(around, spotOf("object", around.spot, { key: name, list })));
    const has = { name, value: Object.freeze(key === undefined ? [] : {}) };
    const schema =
      typeof readUntil === "function"
        ? arrayOf(
            itemIn(scope),
            { fn: readUntil, what: "readUntil", sight: sightOf(scope.spot), name, hash: key },
            list,
          )
        : readUntil === "eof"
          ? arrayOf(itemIn(scope), rest, list)
          : lengthInBytes === undefined
            ? this.by(length, keys, scope, { what: "length", ...has }, (by, around) =>
                arrayOf(itemIn(around), by, list),
              )
            : this.by(lengthInBytes, keys, scope, { what: "lengthInBytes", ...has }, (by, around) =>
                sized(by, arrayOf(itemIn(around), rest, list)),
              );
    if (key === undefined) return schema;
    const why = this.whole.report(keys, "an object by keys has lost the order of the array");
    const decode = (items: Record<string, unknown>[]) => Object.fromEntries(items.map((value) => [value[key], value]));
    return map(schema, {
      decode,
      encode: (): never => {
        throw new Error(decodeOnlyText(why));
      },
    });
  }

  choice(node: BinaryParser, keys: readonly Key[], scope: Scope, key?: string): AnySchema {
    const { tag, choices = {}, defaultChoice } = optionsOf(node);
    const name = node.varName;
    const has = name === "" ? {} : { name, value: Object.freeze({}) };
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

  private wrapped(node: BinaryParser, keys: readonly Key[], scope: Scope): AnySchema {
    const { wrapper, type } = optionsOf(node);
    const spot = spotOf("object", scope.spot, { key: node.varName, wrapped: true });
    const content = this.typed(type, keys, new Scope(undefined, spot));
    const bytesIn = this.blob({ ...node, options: { ...node.options, formatter: undefined } }, keys, scope);
    return unwrapped(bytesIn, {
      wrapper: wrapper as Function,
      // In the function of a parser that has a name, binary-parser's own `this` is the global object.
      self: this.whole.parser.alias === undefined ? this.whole.parser : globalThis,
      content,
      looks: looks(type, this.whole.aliases),
      why: this.whole.report(keys, "its wrapper has no inverse"),
    });
  }
}
