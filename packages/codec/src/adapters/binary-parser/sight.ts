// Law: a function of a parser sees what binary-parser shows it: the objects being filled, with the fields read so far. It
// looks while it runs, at nothing but that, and changes nothing there; what it keeps of it for later is closed.

import type { Context, Named } from "../../plan.js";
import type { Reader } from "../../runtime/reader.js";
import type { Source } from "../../source.js";
import { keyText } from "../../ops/struct-emit.js";

/** The elements so far of arrays while they are read, by the struct that they stand in. */
export interface List {
  readonly lists: WeakMap<object, unknown[]>;
  /** Whether it ends by a number of elements: only then binary-parser tells an element its `$index`. */
  readonly counted: boolean;
  /** Where an object by this key of its elements is made of it. */
  readonly hash: string | undefined;
}

/** What stands in the interpreter's scopes at one level of a message, and what binary-parser has there. */
export interface Spot {
  /** What stands one level further out; undefined where a function of binary-parser's begins. */
  readonly around: Spot | undefined;
  /** An object being filled; fields that lie in the object around; or nothing that binary-parser has. */
  readonly kind: "object" | "shares" | "frame";
  /** The keys so far, and which of them stand for fields that lie beside the others. */
  readonly names: string[];
  readonly spread: Set<string>;
  /** The field of the object around that it is, or is an element of. */
  readonly key: string | undefined;
  readonly list: List | undefined;
  /** True in bytes that were wrapped, which know nothing of `$parent`. */
  readonly wrapped: boolean;
  /** Whether elements and nested parsers are told what is around them. */
  readonly context: boolean;
  /** Whether it is a parser that is used by its name and told what is around it. */
  readonly called: boolean;
  readonly create: (new () => object) | undefined;
}

interface Level {
  readonly spot: Spot;
  /** How many of its names are read. */
  readonly n: number;
  readonly key: string | undefined;
  readonly list: List | undefined;
}

/** What can be seen from one place of a parser, innermost first. */
export type Sight = readonly Level[];

/** What is read of a level: the value of its struct, and the elements before it. */
interface Seen extends Level {
  readonly value: object;
  readonly elements: readonly unknown[] | undefined;
}

/** Finds what there is to see; asked only when a function looks. */
export type Find = () => readonly Seen[];

export const spotOf = (kind: Spot["kind"], around: Spot | undefined, more: Partial<Spot>): Spot => ({
  around,
  kind,
  names: [],
  spread: new Set(),
  key: undefined,
  list: undefined,
  wrapped: false,
  context: around?.context ?? false,
  called: false,
  create: undefined,
  ...more,
});

/** What can be seen from a spot now, while the parser is translated. */
export function sightOf(spot: Spot): Sight {
  const levels: Level[] = [];
  for (let at: Spot | undefined = spot; at; at = at.around)
    levels.push({ spot: at, n: at.names.length, key: at.key, list: at.list });
  return levels;
}

/** From where a parser is used by its name, and as what. */
export interface Caller extends Pick<Level, "key" | "list"> {
  readonly sight: Sight;
}

/** The callers of what is read, by the level that its fields are at. */
const callers = new WeakMap<Reader, (Caller | undefined)[]>();

/** Notes from where what is read next is called. */
export function callFrom(m: Reader, from: Caller | undefined): void {
  const all = callers.get(m) ?? [];
  all[m.scopes.length] = from;
  callers.set(m, all);
}

/** A reader of other bytes sees what the one around it does. */
export function inherit(inner: Reader, m: Reader): void {
  inner.scopes = [...m.scopes];
  inner.root = inner.scopes.length;
  const known = callers.get(m);
  if (known) callers.set(inner, [...known]);
}

/** What there is to see while a reader decodes. */
export const seenIn =
  (m: Reader, sight: Sight): Find =>
  () => {
    const levels: Level[] = [];
    const top = m.scopes.length - 1;
    for (let next: Sight | undefined = sight; next; ) {
      levels.push(...next);
      const caller = callers.get(m)?.[top - levels.length + 1];
      const last = levels.at(-1) as Level;
      next = last.spot.context ? caller?.sight : undefined;
      if (next && caller?.list) levels[levels.length - 1] = { ...last, key: caller.key, list: caller.list };
    }
    return levels.map((level, i) => ({
      ...level,
      value: m.scopes[top - i] as object,
      elements: level.list?.lists.get(m.scopes[top - i - 1] as object),
    }));
  };

/** The same of what generated code found: the value and the list of each level. */
export const seenAs = (sight: Sight, found: () => readonly unknown[]): Find => {
  return () => {
    const all = found();
    return sight.map((level, i) => ({
      ...level,
      value: all[2 * i] as object,
      elements: all[2 * i + 1] as unknown[] | undefined,
    }));
  };
};

/** The fields of each level, whose values generated code then keeps; undefined where it cannot reach them. */
export function bindSight(context: Context, sight: Sight): readonly (readonly Named[])[] | undefined {
  let { scope } = context;
  const levels: Named[][] = [];
  for (const { spot, n } of sight) {
    if (!scope) return undefined;
    const { names } = scope;
    levels.push(
      spot.kind === "frame" ? [] : spot.names.slice(0, n).flatMap((name) => names.get(name) ?? []),
    );
    scope = scope.parent;
  }
  for (const named of levels.flat()) named.read = true;
  // What is around a parser that is used by its name, only a reader can tell.
  return sight.at(-1)?.spot.called ? undefined : levels;
}

/** A function that gives what {@link seenAs} takes, as JavaScript; what it cannot reach is left to the interpreter. */
export function emitSight(source: Source, sight: Sight, bound: ReturnType<typeof bindSight>): string {
  let missing = bound === undefined;
  const parts = (bound ?? []).map((level, i) => {
    const fields = level.flatMap((named) => {
      if (named.op.hidden) return [];
      const name = source.vars.get(named);
      missing ||= name === undefined;
      const field = `${keyText(named.key)}: ${name}`;
      return named.op.optional ? `...(${name} === undefined ? undefined : { ${field} })` : field;
    });
    const { list } = sight[i] as Level;
    const elements = list && source.vars.get(list);
    missing ||= list !== undefined && elements === undefined;
    return `{ ${fields.join(", ")} }, ${elements}`;
  });
  if (missing) source.interpreted = "has functions that look further than generated code does";
  return missing ? "undefined" : `() => [${parts.join(", ")}]`;
}

/** One call of a function, and what it sees meanwhile. */
export class Look {
  /** Whether it has looked. */
  looked = false;
  private open = true;
  private found: readonly Seen[] | undefined;
  private readonly sight: Sight;
  private readonly find: Find;
  private readonly name: string | undefined;
  private readonly value: unknown;
  private readonly views = new Map<number, object>();
  private readonly objects = new Map<number, Record<string, unknown>>();

  /** `name` and `value` are what the innermost object has already of the field that the function is about. */
  constructor(sight: Sight, find: Find, name?: string, value?: unknown) {
    this.sight = sight;
    this.find = find;
    this.name = name;
    this.value = value;
  }

  /** The object being filled. */
  get self(): object {
    return this.view(owner(this.sight, 0));
  }

  /** The outermost object. */
  get vars(): object {
    return this.view(this.sight.findIndex(({ spot }) => spot.around === undefined));
  }

  /** What a function gave, unless it is what it was only shown. */
  kept<T>(result: T): T {
    if (typeof result === "object" && result !== null && shown.has(result))
      throw new Error("gives what it can only look at while it runs; give a copy");
    return result;
  }

  close(): void {
    this.open = false;
  }

  private view(at: number): object {
    const known = this.views.get(at);
    if (known) return known;
    const view = new Proxy({}, new View(this, at));
    shown.add(view);
    this.views.set(at, view);
    return view;
  }

  /** The fields of an object at a level. */
  fields(at: number): Record<string, unknown> {
    this.looked = true;
    if (!this.open) throw new Error("looks at fields after it has run, when they are closed");
    this.found ??= this.find();
    return this.objects.get(at) ?? this.fill(this.found, at);
  }

  private fill(found: readonly Seen[], at: number): Record<string, unknown> {
    const { create } = (found[at] as Seen).spot;
    const result = (create ? new create() : {}) as Record<string, unknown>;
    this.objects.set(at, result);
    this.surroundings(found, at, result);
    for (let i = at; i >= 0; i--) {
      const { spot, n, key, list, value, elements } = found[i] as Seen;
      if (i < at && spot.kind === "object") {
        if (key !== undefined) result[key] = list ? listView(list, elements ?? []) : this.view(i);
        return result;
      }
      if (spot.kind === "frame") continue;
      for (const name of spot.names.slice(0, n)) {
        if (!Object.hasOwn(value, name)) continue;
        const field = (value as Record<string, unknown>)[name];
        if (spot.spread.has(name)) Object.assign(result, field);
        else result[name] = field;
      }
    }
    if (this.name !== undefined) result[this.name] = this.value;
    return result;
  }

  /** What binary-parser puts into an object before its fields. */
  private surroundings(found: readonly Seen[], at: number, into: Record<string, unknown>): void {
    const { spot, list, elements } = found[at] as Seen;
    if (at === found.length - 1) {
      into["$parent"] = null;
      into["$root"] = this.view(at);
    } else if (spot.context && !spot.wrapped) {
      const parent = owner(found, at + 1);
      into["$parent"] = this.view(parent);
      into["$root"] = this.fields(parent)["$root"];
      if (list?.counted) into["$index"] = elements?.length ?? 0;
    }
  }
}

/** The level of the object that the fields of a level lie in. */
function owner(levels: Sight, from: number): number {
  let at = from;
  while ((levels[at] as Level).spot.kind !== "object") at++;
  return at;
}

/** All that functions were shown. */
const shown = new WeakSet<object>();

function unchangeable(): never {
  throw new Error("changes what it is shown, which is not possible here");
}

const locked = {
  set: unchangeable,
  defineProperty: unchangeable,
  deleteProperty: unchangeable,
  setPrototypeOf: unchangeable,
  preventExtensions: unchangeable,
};

function listView({ hash }: List, elements: readonly unknown[]): object {
  const view = new Proxy(
    hash === undefined
      ? (elements as unknown[])
      : Object.fromEntries(elements.map((item) => [(item as Record<string, unknown>)[hash], item])),
    locked,
  );
  shown.add(view);
  return view;
}

/** Shows an object that is filled only when it is looked at. */
class View implements ProxyHandler<object> {
  private readonly look: Look;
  private readonly at: number;

  constructor(look: Look, at: number) {
    this.look = look;
    this.at = at;
  }

  get(_: object, key: PropertyKey): unknown {
    return Reflect.get(this.look.fields(this.at), key);
  }

  has(_: object, key: PropertyKey): boolean {
    return Reflect.has(this.look.fields(this.at), key);
  }

  ownKeys(): (string | symbol)[] {
    return Reflect.ownKeys(this.look.fields(this.at));
  }

  getOwnPropertyDescriptor(_: object, key: PropertyKey): PropertyDescriptor | undefined {
    const found = Reflect.getOwnPropertyDescriptor(this.look.fields(this.at), key);
    return found && { ...found, configurable: true };
  }

  getPrototypeOf(): object | null {
    return Reflect.getPrototypeOf(this.look.fields(this.at));
  }

  set(): never {
    return unchangeable();
  }

  defineProperty(): never {
    return unchangeable();
  }

  deleteProperty(): never {
    return unchangeable();
  }

  setPrototypeOf(): never {
    return unchangeable();
  }

  preventExtensions(): never {
    return unchangeable();
  }
}
