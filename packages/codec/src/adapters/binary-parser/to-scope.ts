// Where fields lie while binary-parser decodes: the objects it fills, and the structs whose fields lie in them.

import type { Condition, Ref } from "../../index.js";

/** An object that binary-parser fills, and how it is reached from the one around it. */
export interface Spot {
  readonly parent?: Spot;
  readonly key?: string;
  /** Elements of arrays have no path; windows do not know the object around them. */
  readonly via: "root" | "nest" | "item" | "window";
  /** Set on the outermost one where something finds its way through $parent, which binary-parser must be told to keep. */
  climbed?: boolean;
}

/** A struct of the definition and the object that its fields lie in. */
export interface Struct {
  readonly parent: Struct | undefined;
  readonly spot: Spot;
  /** Fields that lie under another name there, and those that are not there as they are. */
  readonly renamed?: { readonly [name: string]: string | undefined };
}

/** Finds a value while decoding: `this` is the object being filled, the argument the outermost one. */
export type Find = (self: unknown, root: unknown) => unknown;

/** A function as binary-parser calls it: `this` is the object being filled, the argument the outermost one. */
export const called = (find: Find) =>
  function (this: unknown, root: unknown): unknown {
    return find(this, root);
  };

/** A place that a function of binary-parser cannot see. */
export class Unseen extends Error {}

const walk = (from: unknown, keys: readonly string[]): unknown =>
  keys.reduce<unknown>((at, key) => (at as Record<string, unknown> | null | undefined)?.[key], from);

/** How to find what a reference names, seen from the object that is being filled. */
export function finder(from: Spot, struct: Struct | undefined, path: string): Find {
  let target = struct;
  let rest = path;
  for (; rest.startsWith("../"); rest = rest.slice(3)) target = target?.parent;
  if (!target) throw new Unseen(`refers to "${path}", which lies outside of what it can see`);
  const [first = "", ...inner] = rest.split(".");
  const renamed = target.renamed && Object.hasOwn(target.renamed, first) ? target.renamed[first] : first;
  if (renamed === undefined) throw new Unseen(`refers to "${first}", which is a name only once everything is decoded`);
  const keys = [renamed, ...inner];
  const way = target.spot === from ? undefined : wayTo(target.spot);
  if (way) return (_self, root) => walk(root, [...way, ...keys]);
  const ups: string[] = [];
  for (let at: Spot | undefined = from; at !== target.spot; at = at.parent) {
    if (!at || at.via === "window") throw new Unseen(`refers to "${path}", out of a window in an element of an array`);
    ups.push("$parent");
  }
  let root = from;
  while (root.parent) root = root.parent;
  root.climbed = ups.length > 0 || root.climbed === true;
  return (self) => walk(self, [...ups, ...keys]);
}

/** The keys from the outermost object; undefined inside of elements. */
function wayTo(spot: Spot): string[] | undefined {
  if (!spot.parent) return [];
  const before = wayTo(spot.parent);
  return before && spot.via !== "item" ? [...before, spot.key as string] : undefined;
}

/** The length that a reference stands for. */
export function lengthFinder(from: Spot, struct: Struct | undefined, { path, steps }: Ref): Find {
  const find = finder(from, struct, path);
  return (self, root) =>
    steps.reduce(
      (value, [name, n]) => (name === "plus" ? value + n : name === "minus" ? value - n : value * n),
      Number(find(self, root)),
    );
}

/** Whether a condition holds. */
export function conditionFinder(from: Spot, struct: Struct | undefined, condition: Condition): Find {
  const { join, ref, test } = condition;
  if (join) {
    const [how, one, other] = join;
    const a = conditionFinder(from, struct, one);
    const b = conditionFinder(from, struct, other);
    return how === "and"
      ? (self, root) => a(self, root) && b(self, root)
      : (self, root) => a(self, root) || b(self, root);
  }
  const { path, steps } = ref as Ref;
  const find = steps.length > 0 ? lengthFinder(from, struct, ref as Ref) : finder(from, struct, path);
  if (!test) return find;
  const [name, given] = test;
  return (self, root) => {
    const value = find(self, root) as number;
    // A number and a bigint that are the same number are not the same value.
    const wanted = (typeof value === "bigint" && typeof given === "number" ? BigInt(given) : given) as number;
    if (name === "is") return value === wanted;
    if (name === "isNot") return value !== wanted;
    if (name === "atLeast") return value >= wanted;
    if (name === "atMost") return value <= wanted;
    return (BigInt(value) & BigInt(wanted)) === BigInt(wanted);
  };
}
