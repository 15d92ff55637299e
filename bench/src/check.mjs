// Before anything is timed: does everyone mean the same value and the same bytes?

/** Where two values differ, or undefined. Byte arrays of any class compare by their bytes; key order does not count. */
export function difference(actual, expected, path = "") {
  if (Object.is(actual, expected)) return undefined;
  const says = `${path || "value"}: ${show(actual)} instead of ${show(expected)}`;
  if (typeof actual !== "object" || typeof expected !== "object" || actual === null || expected === null) return says;
  if (expected instanceof Uint8Array)
    return actual instanceof Uint8Array && Buffer.compare(actual, expected) === 0 ? undefined : says;
  if (Array.isArray(actual) !== Array.isArray(expected)) return says;
  const keys = Object.keys(expected);
  const more = Object.keys(actual).filter((key) => !Object.hasOwn(expected, key));
  if (more.length > 0) return `${path || "value"}: has ${more.join(", ")} too`;
  for (const key of keys) {
    const found = difference(actual[key], expected[key], path ? `${path}.${key}` : key);
    if (found) return found;
  }
  return undefined;
}

const show = (value) =>
  value instanceof Uint8Array
    ? Buffer.from(value).toString("hex").slice(0, 80)
    : `${JSON.stringify(value)}`.slice(0, 80);

export const agree = (who, actual, expected) => {
  const found = difference(actual, expected);
  if (found) throw new Error(`${who}: ${found}`);
};

/** Does a decoded value still look into the bytes it came from? */
export const pins = (value, bytes) => {
  if (value instanceof Uint8Array) return value.buffer === bytes.buffer;
  return typeof value === "object" && value !== null && Object.values(value).some((part) => pins(part, bytes));
};
