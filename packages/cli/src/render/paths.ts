// Places in a value, written as errors write them: `move.path[3].x`, `headers["content-type"]`.

import type { Key } from "@wireform/codec";
import { usage } from "../failure.js";

const STEP = /^(?:\.?([\p{ID_Start}$_][\p{ID_Continue}$-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\])/u;

export function parsePath(text: string): Key[] {
  const keys: Key[] = [];
  for (let at = 0; at < text.length; ) {
    const [step, name, index, quoted] = STEP.exec(text.slice(at)) ?? [];
    if (step === undefined || (at === 0 && step.startsWith(".")))
      throw usage(`"${text}" is no path`, 'A path is written a.b, a[0].b or a["a b"].');
    keys.push(name ?? (index === undefined ? (JSON.parse(quoted as string) as string) : Number(index)));
    at += step.length;
  }
  if (keys.length === 0) throw usage("an empty path leads nowhere");
  return keys;
}

const isObject = (value: unknown): value is Record<Key, unknown> => typeof value === "object" && value !== null;

/** What stands there; undefined where there is no such place. */
export const valueAt = (value: unknown, keys: readonly Key[]): unknown =>
  keys.reduce((at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined), value);

/** The same value with another one there; objects and lists on the way are made where they are missing. */
export function withValueAt(value: unknown, [key, ...rest]: readonly Key[], put: unknown): unknown {
  if (key === undefined) return put;
  const inner = withValueAt(isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined, rest, put);
  if (typeof key === "string") return { ...(isObject(value) && !Array.isArray(value) ? value : {}), [key]: inner };
  const list = Array.isArray(value) ? [...value] : [];
  list[key] = inner;
  return list;
}

/** The same value without what stands there. */
export function withoutValueAt(value: unknown, [key, ...rest]: readonly Key[]): unknown {
  if (key === undefined || !isObject(value) || !Object.hasOwn(value, key)) return value;
  if (rest.length > 0) return withValueAt(value, [key], withoutValueAt(value[key], rest));
  if (Array.isArray(value)) return value.filter((_, i) => i !== key);
  const { [key]: _, ...others } = value;
  return others;
}
