// Whether two values are the same in everything that a program can see: -0, NaN, key order, undefined and absent, classes.

type Entries = readonly (readonly [string | number, unknown])[];

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

function entriesOf(value: object): Entries {
  if (ArrayBuffer.isView(value) || Array.isArray(value))
    return Array.from(value as ArrayLike<unknown> as unknown[], (it, i) => [i, it] as const);
  if (value instanceof Map || value instanceof Set) return [...value].map((it, i) => [i, it] as const);
  if (value instanceof Date) return [["time", value.getTime()]];
  return Object.entries(value);
}

const shown = (value: unknown): string =>
  typeof value === "bigint"
    ? `${value}n`
    : typeof value === "string"
      ? JSON.stringify(value)
      : Object.is(value, -0)
        ? "-0"
        : isObject(value)
          ? (value.constructor?.name ?? "an object")
          : String(value);

/** The first difference in words, or undefined where there is none. */
export function difference(a: unknown, b: unknown, at = "it"): string | undefined {
  if (Object.is(a, b)) return undefined;
  if (!isObject(a) || !isObject(b)) return `${at} is ${shown(a)} here and ${shown(b)} there`;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return `${at} is ${shown(a)} here and ${shown(b)} there`;
  const [ours, theirs] = [entriesOf(a), entriesOf(b)];
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
    const [mine, yours] = [ours[i], theirs[i]];
    if (!mine || !yours) return `${at} has ${ours.length} keys or elements here and ${theirs.length} there`;
    if (mine[0] !== yours[0]) return `${at} has ${shown(mine[0])} here where it has ${shown(yours[0])} there`;
    const deeper = difference(
      mine[1],
      yours[1],
      typeof mine[0] === "number" ? `${at}[${mine[0]}]` : `${at}.${mine[0]}`,
    );
    if (deeper) return deeper;
  }
  return undefined;
}

/** A value with only those keys that another has, in its order. */
export function limitedTo(like: unknown, value: unknown): unknown {
  if (!isObject(like) || !isObject(value)) return value;
  if (Array.isArray(like) && Array.isArray(value))
    return value.map((item, i) => (i < like.length ? limitedTo(like[i], item) : item));
  if (Object.getPrototypeOf(like) !== Object.prototype) return value;
  const own = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.keys(like).map((key) => [key, limitedTo((like as Record<string, unknown>)[key], own[key])]),
  );
}
