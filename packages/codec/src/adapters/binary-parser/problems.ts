import { type Key, pathText, SchemaError } from "../../index.js";

/** A place in a definition that the other library cannot say. */
export interface Problem {
  readonly keys: readonly Key[];
  readonly why: string;
}

/** Refuses a definition for everything in it that cannot be said. */
export function throwProblems(to: string, problems: readonly Problem[]): void {
  const [first, ...others] = problems;
  if (!first) return;
  if (others.length === 0) throw new SchemaError("argument", first.why, first.keys);
  const lines = problems.map(({ keys, why }) => `\n  ${pathText(keys) || "the message"}: ${why}`);
  throw new SchemaError("argument", `${problems.length} places cannot be said in ${to}:${lines.join("")}`);
}
