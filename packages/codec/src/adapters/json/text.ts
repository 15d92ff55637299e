// Law: the same text as JSON.stringify gives of toJson's value, without making that value.

import type { AnySchema, Infer } from "../../index.js";
import { numbersOf } from "../../numbers.js";
import { property } from "../../runtime/writer.js";
import type { Fields } from "../../schema.js";
import { isConditional, isHidden, variantFields } from "./fields.js";
import { toHex } from "./form.js";
import { toJson } from "./value.js";

/** The text of a part; undefined where there is no value, as of a field that is not there. */
type Text = (value: unknown) => string | undefined;
/** The text of one kind; undefined where that depends on what stands around it. */
type Make = (schema: never, text: (schema: AnySchema) => Text | undefined) => Text | undefined;

const quote = JSON.stringify as (text: string) => string;

const orNull =
  (text: Text): Text =>
  (value) =>
    value === null ? "null" : text(value);

const inner: Make = ({ schema }: { schema: AnySchema }, text) => text(schema);

/** Members of an object, behind those of `first`. */
function members(fields: readonly [string, AnySchema][], text: Parameters<Make>[1], first = ""): Text | undefined {
  const shown = fields.filter(([, schema]) => !isHidden(schema));
  const texts = shown.map(([, schema]) => text(schema));
  if (texts.includes(undefined)) return undefined;
  const keys = shown.map(([key]) => key);
  const names = keys.map((key) => `${quote(key)}:`);
  const others = names.map((name) => `,${name}`);
  // What may be missing could otherwise come from a prototype.
  const sure = shown.map(([, schema]) => !isConditional(schema));
  return (value) => {
    let all = first;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string;
      const part = sure[i] ? (value as Record<string, unknown>)[key] : property(value as object, key);
      if (part === undefined) continue;
      const said = (texts[i] as Text)(part);
      if (said !== undefined) all += (all === "" ? names[i] : others[i]) + said;
    }
    return `{${all}}`;
  };
}

function listed({ item }: { item: AnySchema }, text: Parameters<Make>[1]): Text | undefined {
  const one = isHidden(item) ? () => "null" : text(item);
  if (!one) return undefined;
  return orNull((list) => {
    let all = "";
    for (const value of list as Iterable<unknown>) all += (all === "" ? "" : ",") + (one(value) ?? "null");
    return `[${all}]`;
  });
}

interface Tagged {
  readonly tagName: string;
  readonly tag: AnySchema;
  readonly variants: { readonly [name: string]: readonly [tag: unknown, schema: AnySchema] };
}

function union({ tagName, tag, variants }: Tagged, text: Parameters<Make>[1]): Text | undefined {
  const texts = new Map<unknown, Text>();
  for (const [name, [number, schema]] of Object.entries(variants)) {
    const fields = variantFields(schema);
    const all: [string, AnySchema][] = typeof number === "object" ? [["tag", tag], ...fields] : fields;
    const made = members(all, text, `${quote(tagName)}:${quote(name)}`);
    if (!made) return undefined;
    texts.set(name, made);
  }
  return (value) => texts.get((value as Record<string, unknown>)[tagName])?.(value);
}

function lazily({ get }: { get(): AnySchema }): Text {
  let made: Text | undefined;
  return (value) => {
    made ??= textOf(get());
    return made(value);
  };
}

/** What JSON cannot say is text. */
const float: Text = (value) =>
  Number.isFinite(value) && !Object.is(value, -0) ? String(value) : quote(Object.is(value, -0) ? "-0" : String(value));

const bool: Make = () => (value) => (value === true ? "true" : "false");

const kinds: Readonly<Record<string, Make>> = {
  struct: ({ fields }: { fields: Fields }, text) => members(Object.entries(fields), text),
  union,
  array: listed,
  typedArray: listed,
  bytes: () => orNull((value) => `"${toHex(value as Uint8Array)}"`),
  string: () => orNull((value) => quote(value as string)),
  sized: ({ content }: { content: AnySchema }, text) => {
    const whole = text(content);
    return whole && orNull(whole);
  },
  lazy: lazily,
  enumeration: ({ schema, names }: { schema: AnySchema; names: object }, text) => {
    const known = new Map<unknown, string>(Object.keys(names).map((name) => [name, quote(name)]));
    const number = text(schema);
    return (
      number && ((value) => known.get(value) ?? (typeof value === "bigint" ? `{"number":"${value}"}` : number(value)))
    );
  },
  at: inner,
  when: inner,
  check: inner,
  constant: inner,
  checksum: inner,
  lengthOf: inner,
  bool,
  flag: bool,
};

const recent = new WeakMap<AnySchema, Text>();

function textOf(schema: AnySchema): Text {
  const known = recent.get(schema);
  if (known) return known;
  const part = (of: AnySchema): Text | undefined => {
    const numbers = numbersOf(of);
    if (numbers?.float) return float;
    if (numbers) return numbers.big ? (value) => `"${value}"` : (value) => `${value}`;
    const made = Object.hasOwn(kinds, of.kind) ? kinds[of.kind]?.(of as never, part) : undefined;
    if (made || of.facts.uses.length > 0) return made;
    return (value) => JSON.stringify(toJson(of, value));
  };
  // Nothing stands around a whole schema.
  const made = part(schema) as Text;
  recent.set(schema, made);
  return made;
}

/**
 * The JSON of decoded values as text, several times as fast as by {@link toJson}.
 *
 * @example
 * const text = toJsonText(Message);
 * for (const message of decoder.push(chunk)) out.write(`${text(message)}\n`);
 */
export function toJsonText<S extends AnySchema>(schema: S): (value: Infer<S>) => string {
  const text = textOf(schema);
  return (value) => text(value) ?? "null";
}
