// Law: the interpreter makes an object by copying one that has all its keys, because adding keys one by one costs more.

type Copy = (template: object) => Record<string, unknown>;

// The engine remembers shapes per place in the source, so each of these lines learns the shapes of a few structs only; one
// line for all structs would be slower by ten times.
const copies: readonly Copy[] = [
  (template) => ({ ...template }),
  (template) => ({ ...template }),
  (template) => ({ ...template }),
  (template) => ({ ...template }),
  (template) => ({ ...template }),
  (template) => ({ ...template }),
  (template) => ({ ...template }),
  (template) => ({ ...template }),
  (template) => ({ ...template }),
  (template) => ({ ...template }),
  (template) => ({ ...template }),
  (template) => ({ ...template }),
  (template) => ({ ...template }),
  (template) => ({ ...template }),
  (template) => ({ ...template }),
  (template) => ({ ...template }),
];
let next = 0;

/** A function that makes objects with these keys, in this order. */
export function maker(keys: readonly string[]): () => Record<string, unknown> {
  const template: Record<string, unknown> = {};
  for (const key of keys) template[key] = undefined;
  // Teaches the shape that every field may hold anything.
  for (const key of keys) template[key] = 0;
  for (const key of keys) template[key] = undefined;
  const copy = copies[next++ % copies.length] as Copy;
  return () => copy(template);
}
