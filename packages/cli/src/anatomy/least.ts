// The least that a schema takes, when what contains itself is followed to its end; infinity where it has none.

import type { AnySchema, Length, Nullable, Until } from "@wireform/codec";
import { type Any, type Fields, variantFields } from "./any.js";
import { sizeOfConstant } from "./sizes.js";

export interface Least {
  /** Of any part of the schema. */
  of(schema: AnySchema): number;
  /** Of fields in order. */
  ofFields(fields: Fields): number;
}

export function leastBytes(root: AnySchema): Least {
  // What a recursive schema takes is known when it does not change any more; until then it has no end.
  const known = new Map<unknown, number>();
  let changed = true;

  const of = (schema: AnySchema): number => least(schema as Any);
  const all = (fields: Fields): number => {
    const bits = fields.reduce((sum, [, { facts }]) => sum + (facts.bits ?? 0), 0);
    return fields.reduce((sum, [, schema]) => sum + (schema.facts.bits === undefined ? of(schema) : 0), bits / 8);
  };
  const least = (schema: Any): number => {
    const { length } = schema;
    switch (schema.kind) {
      case "struct":
        return all(Object.entries(schema.fields));
      case "union":
        return Math.min(...Object.values(schema.variants).map((variant) => all(variantFields(schema, variant).fields)));
      case "match":
        return Math.min(...[...Object.values(schema.cases), ...(schema.otherwise ? [schema.otherwise] : [])].map(of));
      case "array":
        return needsOne(length)
          ? Math.max(schema.facts.min, of(schema.item) * (typeof length === "number" ? length : 1))
          : schema.facts.min;
      case "sized": {
        const content = of(schema.content);
        // Where the length can say that there is nothing, there need be no content.
        if ((length as Nullable).kind === "nullable") return schema.facts.min;
        if (typeof length === "number") return content === Number.POSITIVE_INFINITY ? content : length;
        return schema.facts.min - schema.content.facts.min + content;
      }
      case "when":
      // Bytes elsewhere, which may be those of others.
      case "at":
        return 0;
      case "constant":
        return sizeOfConstant(schema);
      case "lazy": {
        const target = schema.get();
        if (!known.has(target)) {
          known.set(target, Number.POSITIVE_INFINITY);
          changed = true;
        }
        return known.get(target) as number;
      }
      default:
        return schema.schema && schema.kind !== "reserved" ? of(schema.schema) : schema.facts.min;
    }
  };

  const settled = <T>(ask: () => T): T => {
    changed = true;
    ask();
    while (changed) {
      changed = false;
      for (const [target, before] of known) {
        const now = of(target as AnySchema);
        if (now >= before) continue;
        known.set(target, now);
        changed = true;
      }
    }
    return ask();
  };
  known.set(root, Number.POSITIVE_INFINITY);
  return { of: (schema) => settled(() => of(schema)), ofFields: (fields) => settled(() => all(fields)) };
}

/** Whether an array has an element at the least. */
const needsOne = (length: Length): boolean =>
  typeof length === "number" ? length > 0 : (length as Until).kind === "until" && (length as Until).last !== undefined;
