// Law: zod says all that can be said of a part by itself; what depends on other parts, encode is asked. So zod accepts
// nothing that encode refuses, and says of it what encode says, at the same path.

import * as z from "zod";
import type { Key } from "../../index.js";
import { type AnySchema, compile, EncodeError, type Infer, type Input, type Length, SchemaError } from "../../index.js";
import { numbersOf } from "../../numbers.js";
import type { Fields } from "../../schema.js";
import { derivedPaths, isConditional, isHidden, isKnown, pathsInto, variantFields } from "../json/fields.js";
import { issueOf } from "./issue.js";

interface Walk {
  readonly keys: readonly Key[];
  /** Whether what encoding fills in may be left out. */
  readonly input: boolean;
  /** Paths into this value that something further out derives. */
  readonly derived: readonly string[];
  go(schema: AnySchema, change?: Partial<Pick<Walk, "keys" | "derived">>): z.ZodType;
  /** A schema that may contain itself. */
  again(schema: AnySchema): z.ZodType;
}

type Make = (schema: never, walk: Walk) => z.ZodType;
type Inner = { readonly schema: AnySchema };
type Lengthy = { readonly length: Length };

const nullable = (length: Length, schema: z.ZodType): z.ZodType =>
  (length as { kind?: string }).kind === "nullable" ? schema.nullable() : schema;

/** The shape of an object of these fields. */
function shapeOf(fields: readonly [string, AnySchema][], walk: Walk): { [key: string]: z.ZodType } {
  const paths = derivedPaths(fields, walk.derived);
  const shape: { [key: string]: z.ZodType } = {};
  for (const [key, schema] of fields) {
    if (isHidden(schema)) continue;
    const made = walk.go(schema, { keys: [...walk.keys, key], derived: pathsInto(paths, key) });
    const spared = walk.input && (isKnown(schema) || paths.includes(key));
    shape[key] = spared || isConditional(schema) ? made.optional() : made;
  }
  return shape;
}

/** A value of which only functions know what it is: encode will ask them. */
const anything: Make = () => z.custom<unknown>();
const nothing: Make = () => z.undefined();
const inner: Make = ({ schema }: Inner, walk) => walk.go(schema, { derived: walk.derived });

const arrays: Readonly<Record<string, new () => object>> = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  u64: BigUint64Array,
  i64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
};

const kinds: Readonly<Record<string, Make>> = {
  struct: ({ fields }: { fields: Fields }, walk) => z.object(shapeOf(Object.entries(fields), walk)),
  union(
    { tagName, tag, variants }: { tagName: string; tag: AnySchema; variants: { [name: string]: [unknown, AnySchema] } },
    walk,
  ) {
    const options = Object.entries(variants).map(([name, [value, schema]]) => {
      const own = variantFields(schema);
      const ranged = typeof value === "object";
      const shape = shapeOf(ranged ? [["tag", tag], ...own] : own, walk);
      if (ranged) {
        const { from, to } = value as { from: number; to: number };
        const number = z.int().min(from).max(to);
        shape["tag"] = walk.input && derivedPaths(own, []).includes("tag") ? number.optional() : number;
      }
      return z.object({ [tagName]: z.literal(name), ...shape });
    });
    return z.discriminatedUnion(tagName, options as unknown as [z.ZodObject<{ [key: string]: z.ZodLiteral<string> }>]);
  },
  match({ cases, otherwise }: { cases: Fields; otherwise?: AnySchema }, walk) {
    const all = [...Object.values(cases), ...(otherwise ? [otherwise] : [])].filter((of) => !isHidden(of));
    return z.union(all.map((of) => walk.go(of, { derived: walk.derived })));
  },
  array({ item, length }: Lengthy & { item: AnySchema }, walk) {
    const made = z.array(walk.go(item, { keys: [...walk.keys, 0] }));
    return nullable(length, typeof length === "number" ? made.length(length) : made);
  },
  typedArray: ({ item }: { item: AnySchema }) => z.instanceof(arrays[item.kind.replace(/le$/, "")] as new () => object),
  bytes({ length }: Lengthy) {
    const made = z.instanceof(Uint8Array);
    if (typeof length !== "number") return nullable(length, made);
    return made.refine((bytes) => bytes.length === length, `needs ${length} bytes`);
  },
  string: ({ length }: Lengthy) => nullable(length, z.string()),
  sized: ({ length, content }: Lengthy & { content: AnySchema }, walk) =>
    nullable(length, walk.go(content, { derived: walk.derived })),
  lazy: ({ get }: { get(): AnySchema }, walk) => walk.again(get()),
  enumeration({ schema, names, unknown }: Inner & { names: object; unknown: string }, walk) {
    const named = z.enum(Object.keys(names) as [string]);
    return unknown === "pass" ? z.union([named, walk.go(schema)]) : named;
  },
  constant: ({ value, schema }: Inner & { value: unknown }, walk) =>
    value instanceof Uint8Array ? walk.go(schema) : z.literal(value as z.core.util.Literal),
  map: anything,
  custom: anything,
  at: inner,
  when: inner,
  check: inner,
  checksum: inner,
  lengthOf: inner,
  bool: () => z.boolean(),
  flag: () => z.boolean(),
  magic: nothing,
  padding: nothing,
  reserved: nothing,
};

function make(schema: AnySchema, walk: Walk): z.ZodType {
  const numbers = numbersOf(schema);
  if (numbers?.float) return z.custom<number>((value) => typeof value === "number", "needs a number");
  if (numbers?.big) return z.bigint().min(numbers.min).max(numbers.max);
  if (numbers) return z.int().min(Number(numbers.min)).max(Number(numbers.max));
  const kind = Object.hasOwn(kinds, schema.kind) ? kinds[schema.kind] : undefined;
  if (!kind) throw new SchemaError("argument", `cannot be said in zod, being ${schema.kind}`, walk.keys);
  return kind(schema as never, walk);
}

const DEEPEST = 512;

/** Whether a value is nested deeper than anything that could be encoded; one that contains itself is. */
function bottomless(value: unknown): boolean {
  let level = new Set<unknown>([value]);
  for (let depth = 0; level.size > 0; depth++) {
    if (depth > DEEPEST) return true;
    const next = new Set<unknown>();
    for (const part of level)
      if (typeof part === "object" && part !== null && !ArrayBuffer.isView(part))
        for (const child of Object.values(part)) if (typeof child === "object") next.add(child);
    level = next;
  }
  return false;
}

/**
 * The zod schema of what decoding gives; for `"input"`, of what encoding takes, where everything that encoding fills in
 * may be left out. What zod accepts encodes; what encode refuses, zod refuses at the same path.
 *
 * @example
 * const Form = toZod(Message, "input");
 * Form.safeParse(fromTheUser);
 */
export function toZod<S extends AnySchema>(schema: S, side?: "output"): z.ZodType<Infer<S>, Infer<S>>;
export function toZod<S extends AnySchema>(schema: S, side: "input"): z.ZodType<Input<S>, Input<S>>;
export function toZod(schema: AnySchema, side: "output" | "input" = "output"): z.ZodType {
  const codec = compile(schema);
  const refusal = (value: unknown): EncodeError | undefined => {
    try {
      codec.size(value as never);
      return undefined;
    } catch (error) {
      if (error instanceof EncodeError) return error;
      throw error;
    }
  };
  const made = new Map<AnySchema, z.ZodType>();
  let recursive = false;
  const go = (of: AnySchema, keys: readonly Key[], derived: readonly string[]): z.ZodType => {
    const walk: Walk = {
      keys,
      derived,
      input: side === "input",
      go: (part, change = {}) => go(part, change.keys ?? keys, change.derived ?? []),
      again(part) {
        recursive = true;
        return z.lazy(() => {
          const known = made.get(part) ?? go(part, keys, []);
          made.set(part, known);
          return known;
        });
      },
    };
    return make(of, walk);
  };
  const parts = go(schema, [], []);
  // Asked even where a part is wrong already, because what encode says first may be said of another.
  const asked = parts.check(
    z.core._check(
      (payload) => {
        const error = refusal(payload.value);
        if (error === undefined) return;
        const said = payload.issues.some(({ path = [] }) => samePath(path, error.keys));
        if (!said) payload.issues.push(issueOf(error, payload.value));
      },
      { when: () => true },
    ),
  );
  if (!recursive) return asked;
  const shallow = z.core._check((payload) => {
    const error = bottomless(payload.value) ? refusal(payload.value) : undefined;
    if (error) payload.issues.push(issueOf(error, payload.value));
  });
  return z.custom<unknown>().check(shallow).pipe(asked);
}

const samePath = (a: readonly PropertyKey[], b: readonly Key[]): boolean =>
  a.length === b.length && a.every((key, i) => key === b[i]);
