// Law: a function of a parser sees what binary-parser shows it: the objects being filled, with the fields read so far,
// whether they are found by the interpreter or by generated code.

import { keyText } from "../../ops/struct-emit.js";
import type { Context, Named } from "../../plan.js";
import type { Reader } from "../../runtime/reader.js";
import type { Source as Text } from "../../source.js";

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

export interface Level {
  readonly spot: Spot;
  /** How many of its names are read. */
  readonly n: number;
  readonly key: string | undefined;
  readonly list: List | undefined;
}

/** What can be seen from one place of a parser, innermost first. */
export type Sight = readonly Level[];

/** What is read of a level: the value of its struct, and the elements before it. */
export interface Seen extends Level {
  readonly value: object;
  readonly elements: readonly unknown[] | undefined;
}

/** Where what there is to see is found once a function looks: a reader, or what generated code has; nowhere on encode. */
export type Source = Reader | (() => readonly unknown[]) | undefined;

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
export function seenBy(m: Reader, sight: Sight): readonly Seen[] {
  const levels: Level[] = [];
  const top = m.scopes.length - 1;
  for (let next: Sight | undefined = sight; next; ) {
    levels.push(...next);
    const caller = callers.get(m)?.[top - levels.length + 1];
    const last = levels[levels.length - 1] as Level;
    next = last.spot.context ? caller?.sight : undefined;
    if (next && caller?.list) levels[levels.length - 1] = { ...last, key: caller.key, list: caller.list };
  }
  return levels.map((level, i) => ({
    ...level,
    value: m.scopes[top - i] as object,
    elements: level.list?.lists.get(m.scopes[top - i - 1] as object),
  }));
}

/** The same of what generated code has: the value and the elements of each level. */
export const seenAmong = (found: readonly unknown[], sight: Sight): readonly Seen[] =>
  sight.map((level, i) => ({
    ...level,
    value: found[2 * i] as object,
    elements: found[2 * i + 1] as unknown[] | undefined,
  }));

/** The fields of each level, whose values generated code then keeps; undefined where it cannot reach them. */
export function bindSight(context: Context, sight: Sight): readonly (readonly Named[])[] | undefined {
  let { scope } = context;
  const levels: Named[][] = [];
  for (const { spot, n } of sight) {
    if (!scope) return undefined;
    const { names } = scope;
    levels.push(spot.kind === "frame" ? [] : spot.names.slice(0, n).flatMap((name) => names.get(name) ?? []));
    scope = scope.parent;
  }
  for (const named of levels.flat()) named.read = true;
  // What is around a parser that is used by its name, only a reader can tell.
  return sight.at(-1)?.spot.called ? undefined : levels;
}

/** A function that gives what {@link seenAmong} takes, as JavaScript; what it cannot reach is left to the interpreter. */
export function emitSight(source: Text, sight: Sight, bound: ReturnType<typeof bindSight>): string {
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
