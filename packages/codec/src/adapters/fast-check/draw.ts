// Law: what a field depends on is read from the values around it when they are put together, not while they are drawn.
// So all parts are drawn independently of each other, and each of them shrinks on its own.

import type { Arbitrary } from "fast-check";
import type { Condition, Ref, Test } from "../../reference.js";
import type { AnySchema } from "../../schema.js";
import { integerRange } from "./range.js";

/** Stands for fields without a value. */
export const ABSENT: unique symbol = Symbol("absent");

/** What was drawn cannot be put together; another will be drawn. */
export class Rejected extends Error {}

/** A window of a fixed size, as it is filled: how much what takes the rest must take more than it would. */
export interface Room {
  extra: number;
}

/** A drawn part: its value, given the struct that it stands in and the window to fill, if there is one. */
export type Make = (scope: Scope | undefined, room?: Room) => unknown;

/** A struct while its value is put together. */
export interface Scope {
  readonly parent: Scope | undefined;
  readonly fields: { readonly [name: string]: AnySchema };
  readonly values: Record<string, unknown>;
  /** Fields that follow from others, by path: the number that they stand for, where it is known, and whether something tells it. */
  readonly derived: Map<string, { value: number | undefined; told: boolean }>;
  /** What those have where nothing tells them. */
  readonly spares: Map<string, unknown>;
}

/** What the schemas around one ask of it. */
export interface Wish {
  /** The path of a field in it. */
  readonly path: string;
  /** For what follows from others: the path of the field in the struct that is its home, and how many structs out that is. */
  readonly derived?: { readonly path: string; readonly up: number; readonly first: boolean };
  /** Values that make a difference; the only ones that will do where `only` is set. */
  readonly values?: readonly unknown[];
  readonly only?: boolean;
}

/** What a kind needs to know to draw its values. */
export interface Context {
  /** Levels of recursion and of arrays around. */
  readonly depth: number;
  readonly nesting: number;
  readonly wishes: readonly Wish[];
  /** Draws another schema. Wishes are passed on only when given. */
  draw(schema: AnySchema, change?: Partial<Pick<Context, "depth" | "nesting" | "wishes">>): Arbitrary<Make>;
}

/** From this level of recursion on, what is not recursive is preferred. */
export const DEEP = 2;

function reach(scope: Scope | undefined, path: string): { scope: Scope; path: string } {
  let found = scope;
  let rest = path;
  while (rest.startsWith("../")) {
    found = found?.parent;
    rest = rest.slice(3);
  }
  if (!found) throw new Rejected(path);
  return { scope: found, path: rest };
}

function fieldAt(scope: Scope, path: string): AnySchema | undefined {
  const [first, ...rest] = path.split(".") as [string, ...string[]];
  let schema: AnySchema | undefined = scope.fields[first];
  for (const key of rest) {
    while (schema && !("fields" in schema)) schema = (schema as { readonly schema?: AnySchema }).schema;
    schema = (schema as { readonly fields?: Record<string, AnySchema> } | undefined)?.fields?.[key];
  }
  return schema;
}

/** The value that a path leads to. */
export function lookUp(from: Scope | undefined, wanted: string): unknown {
  const { scope, path } = reach(from, wanted);
  const derived = scope.derived.get(path);
  if (derived?.value !== undefined) {
    const schema = fieldAt(scope, path);
    return schema && integerRange(schema)?.big ? BigInt(derived.value) : derived.value;
  }
  let value: unknown = scope.values;
  for (const key of path.split(".")) value = (value as Record<string, unknown> | null | undefined)?.[key];
  return value;
}

const forward = (steps: Ref["steps"], value: number): number =>
  steps.reduce((v, [name, n]) => (name === "plus" ? v + n : name === "minus" ? v - n : v * n), value);

const backward = (steps: Ref["steps"], length: number): number =>
  steps.reduceRight((v, [name, n]) => (name === "plus" ? v - n : name === "minus" ? v + n : Math.floor(v / n)), length);

/** The length that a reference stands for, as near to `natural` as may be; the field then follows from it. */
export function agree(from: Scope | undefined, ref: Ref, natural: number): number {
  const { scope, path } = reach(from, ref.path);
  const known = scope.derived.get(path);
  const schema = fieldAt(scope, path);
  let value = known?.value;
  if (value === undefined) {
    const range = schema && integerRange(schema);
    value = backward(ref.steps, natural);
    if (range) value = Math.min(Number(range.max), Math.max(Number(range.min), value));
  }
  scope.derived.set(path, { value, told: true });
  const length = forward(ref.steps, value);
  if (!Number.isSafeInteger(length) || length < 0 || length > 100000) throw new Rejected(path);
  return length;
}

/** Notes that something tells a field, without saying what. */
export function tell(from: Scope | undefined, ref: Ref): void {
  const { scope, path } = reach(from, ref.path);
  scope.derived.set(path, { value: scope.derived.get(path)?.value, told: true });
}

/** Whether a condition holds. */
export function holds(scope: Scope | undefined, { join, ref, test }: Condition): boolean {
  if (join)
    return join[0] === "and"
      ? holds(scope, join[1]) && holds(scope, join[2])
      : holds(scope, join[1]) || holds(scope, join[2]);
  const { path, steps } = ref as Ref;
  const raw = lookUp(scope, path);
  const value = steps.length > 0 ? forward(steps, Number(raw)) : raw;
  if (!test) return Boolean(value);
  const [name, given] = test;
  if (name === "is") return value === given;
  if (name === "isNot") return value !== given;
  if (name === "has") return (Number(value) & Number(given)) === given;
  return name === "atLeast" ? (value as number) >= (given as number) : (value as number) <= (given as number);
}

/** Values of the field on both sides of what a test asks. */
export function turningPoints(steps: Ref["steps"], test: Test | undefined): unknown[] {
  if (!test) return [0, 1, 0n, 1n, true, false];
  const [name, given] = test;
  if (typeof given !== "number") {
    if (typeof given !== "bigint") return typeof given === "boolean" ? [given, !given] : [given];
    return name === "atLeast" ? [given, given - 1n] : [given, given + 1n];
  }
  const raw = backward(steps, given);
  if (name === "has") return [given, 0];
  return name === "atLeast" ? [raw, raw - 1] : [raw, raw + 1];
}
