// Law: a function looks while it runs, at what was read so far and nothing else, and changes nothing there; what it keeps of
// it for later is closed. Most functions never look: until one does, nothing is put together.

import { type Level, type List, type Seen, type Sight, type Source, seenAmong, seenBy } from "./sight.js";

/** What proxies stand for; nothing is ever put there. */
const NOTHING = {};

function unchangeable(): never {
  throw new Error("changes what it is shown, which is not possible here");
}

/** Shows an object that is filled only when it is looked at. */
abstract class View implements ProxyHandler<object> {
  abstract fields(): Record<string, unknown>;

  get(_: object, key: PropertyKey): unknown {
    return Reflect.get(this.fields(), key);
  }

  has(_: object, key: PropertyKey): boolean {
    return Reflect.has(this.fields(), key);
  }

  ownKeys(): (string | symbol)[] {
    return Reflect.ownKeys(this.fields());
  }

  getOwnPropertyDescriptor(_: object, key: PropertyKey): PropertyDescriptor | undefined {
    const found = Reflect.getOwnPropertyDescriptor(this.fields(), key);
    return found && { ...found, configurable: true };
  }

  getPrototypeOf(): object | null {
    return Reflect.getPrototypeOf(this.fields());
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

/** Shows one of the objects around. */
class Around extends View {
  private readonly look: Look;
  private readonly at: number;

  constructor(look: Look, at: number) {
    super();
    this.look = look;
    this.at = at;
  }

  fields(): Record<string, unknown> {
    return this.look.object(this.at);
  }
}

/** A call of a function, or several in a row while nothing changes; it shows the object being filled. */
export class Look extends View {
  /** Whether something was looked at. */
  looked = false;
  /** The object being filled. */
  readonly self: object;
  private open = true;
  private readonly sight: Sight;
  private readonly source: Source;
  private readonly name: string | undefined;
  private readonly value: unknown;
  private found: readonly Seen[] | undefined;
  private views: (object | undefined)[] | undefined;
  private objects: Record<string, unknown>[] | undefined;

  /** `name` and `value` are what the innermost object has already of the field that the function is about. */
  constructor(sight: Sight, source: Source, name?: string, value?: unknown) {
    super();
    this.sight = sight;
    this.source = source;
    this.name = name;
    this.value = value;
    this.self = new Proxy(NOTHING, this);
  }

  /** The outermost object. */
  get vars(): object {
    return this.view(this.sight.findIndex(({ spot }) => spot.around === undefined));
  }

  /** Ends the call, and refuses what it gave where that is what it was only shown. */
  kept<T>(result: T): T {
    if (result === this.self || (this.views?.includes(result as object) && result !== undefined))
      throw new Error("gives what it can only look at while it runs; give a copy");
    return result;
  }

  close(): void {
    this.open = false;
  }

  fields(): Record<string, unknown> {
    return this.object(owner(this.sight, 0));
  }

  /** The fields of an object at a level. */
  object(at: number): Record<string, unknown> {
    this.looked = true;
    if (!this.open) throw new Error("looks at fields after it has run, when they are closed");
    if (!this.source) throw new Error("looks at other fields");
    this.found ??=
      typeof this.source === "function" ? seenAmong(this.source(), this.sight) : seenBy(this.source, this.sight);
    this.objects ??= [];
    return this.objects[at] ?? this.fill(this.objects, this.found, at);
  }

  private view(at: number): object {
    if (at === owner(this.sight, 0)) return this.self;
    this.views ??= [];
    const view = this.views[at] ?? new Proxy(NOTHING, new Around(this, at));
    this.views[at] = view;
    return view;
  }

  private fill(objects: Record<string, unknown>[], found: readonly Seen[], at: number): Record<string, unknown> {
    const { create } = (found[at] as Seen).spot;
    const result = (create ? new create() : {}) as Record<string, unknown>;
    objects[at] = result;
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
      into["$root"] = this.object(parent)["$root"];
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

const locked = {
  set: unchangeable,
  defineProperty: unchangeable,
  deleteProperty: unchangeable,
  setPrototypeOf: unchangeable,
  preventExtensions: unchangeable,
};

/** What can be looked at but not changed. */
const lock = <T extends object>(value: T): T => new Proxy(value, locked);

/** Shows an object by a key of the elements of an array that grows. */
class Keyed extends View {
  private readonly elements: readonly unknown[];
  private readonly hash: string;
  private readonly shown: Record<string, unknown> = {};
  private n = 0;

  constructor(elements: readonly unknown[], hash: string) {
    super();
    this.elements = elements;
    this.hash = hash;
  }

  fields(): Record<string, unknown> {
    for (; this.n < this.elements.length; this.n++) {
      const item = this.elements[this.n] as Record<string, unknown>;
      this.shown[item[this.hash] as string] = item;
    }
    return this.shown;
  }
}

/** Objects that are shown for arrays, which are not made again for each chunk. */
const keyed = new WeakMap<readonly unknown[], object>();

/** An array that grows, or the object that binary-parser makes of it, to be looked at. */
export function growing(elements: readonly unknown[], hash: string | undefined): object {
  if (hash === undefined) return lock(elements);
  const shown = keyed.get(elements) ?? new Proxy(NOTHING, new Keyed(elements, hash));
  keyed.set(elements, shown);
  return shown;
}

const listView = ({ hash }: List, elements: readonly unknown[]): object =>
  lock(
    hash === undefined
      ? elements
      : Object.fromEntries(elements.map((item) => [(item as Record<string, unknown>)[hash], item])),
  );
