// How long a message is, whatever stands in it: the same schema, which takes any content where a length says its end, and
// judges no value that it does not need.

import {
  type AnySchema,
  bytes,
  compile,
  enumeration,
  type Length,
  lazy,
  padding,
  reserved,
  rest,
} from "@wireform/codec";

/** What kinds of schemas are made of. */
interface Parts extends AnySchema {
  readonly schema: AnySchema;
  readonly fields: Readonly<Record<string, AnySchema>>;
  readonly length: Length & { readonly kind?: string };
  readonly names: Readonly<Record<string, number | bigint>>;
  readonly value: number | bigint | boolean;
  readonly amount?: number;
  readonly align?: number;
  readonly range: { readonly from: string; readonly to?: string };
  get(): AnySchema;
}

type Change = (schema: AnySchema) => AnySchema;

const inner = ({ schema }: Parts, change: Change): AnySchema => change(schema);

const looser: Readonly<Record<string, (schema: Parts, change: Change) => AnySchema>> = {
  check: inner,
  map: inner,
  checksum: inner,
  enumeration: ({ schema, names }) => enumeration(schema, names, { unknown: "pass" }),
  reserved: ({ schema, value }) => reserved(schema, { value, ignore: true }),
  padding: ({ amount, align }) => padding(amount ?? { align: align as number }, { ignore: true }),
  string: ({ length }) => bytes(length as number),
  sized: ({ length }) => bytes(length as number),
  struct,
};

const unchecked = (of: AnySchema): AnySchema => (of.kind === "check" ? unchecked((of as Parts).schema) : of);

/** What a length covers is any bytes; what others refer to keeps its value. */
function struct(schema: Parts, change: Change): AnySchema {
  const fields = Object.entries(schema.fields) as [string, Parts][];
  const needed = new Set(fields.flatMap(([, { facts }]) => facts.uses.map(({ path }) => path.split(".")[0])));
  const covered = new Set<string>();
  const lastOf = new Set<string>();
  for (const [, { kind, range }] of fields) {
    if (kind !== "lengthOf") continue;
    const from = fields.findIndex(([name]) => name === range.from);
    const to = range.to === undefined ? fields.length - 1 : fields.findIndex(([name]) => name === range.to);
    for (const [name] of fields.slice(from, to + 1)) covered.add(name);
    lastOf.add((fields[to] as [string, Parts])[0]);
  }
  let at = 0;
  return (schema["~with"] as NonNullable<AnySchema["~with"]>)((of) => {
    const [name] = fields[at++] as [string, Parts];
    if (covered.has(name)) return lastOf.has(name) ? bytes(rest) : bytes(0);
    return needed.has(name) ? unchecked(of) : change(of);
  });
}

/** The outline of a schema; itself, where its values are needed to tell. */
export function outlineOf(schema: AnySchema): AnySchema {
  const recursive = new Map<unknown, AnySchema>();
  const change: Change = (of) => {
    if (of.kind === "lazy") {
      const { get } = of as Parts;
      let made: AnySchema | undefined;
      // Whoever asks twice is to find the same schema, or would never have seen all of them.
      const known = recursive.get(get) ?? lazy(() => (made ??= change(get())));
      recursive.set(get, known);
      return known;
    }
    const how = Object.hasOwn(looser, of.kind) ? looser[of.kind] : undefined;
    return how ? how(of as Parts, change) : (of["~with"]?.(change) ?? of);
  };
  try {
    const outline = change(schema);
    compile(outline, { mode: "interpret" });
    return outline;
  } catch (error) {
    if ((error as Error).name === "SchemaError") return schema;
    throw error;
  }
}
