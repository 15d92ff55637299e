// Schemas by chance: genes that shrink as plain data, read as a grammar. What a definition refuses is left out, so that
// every gene is some schema; each comes with the text that makes it.

import * as wireform from "@wireform/codec";
import { type AnySchema, type Condition, type Length, type Ref, SchemaError } from "@wireform/codec";
import fc, { type Arbitrary } from "fast-check";

export interface Gene {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly kids: readonly Gene[];
}

/** A piece of a definition and the text that makes it. */
interface Written<T> {
  readonly made: T;
  readonly text: string;
}

/** What a field can be for those behind it. */
interface Earlier {
  readonly key: string;
  readonly use: "length" | "number" | "flag" | "name" | "other";
}

interface Scope {
  readonly fields: Earlier[];
  readonly outer: Scope | undefined;
}

const { field, until, rest, nullable } = wireform;
type Table = readonly (readonly [text: string, make: () => AnySchema])[];

const lengths: Table = [
  ["u8", () => wireform.u8],
  ["u16", () => wireform.u16],
  ["u16le", () => wireform.u16le],
  ["uleb128", () => wireform.uleb128],
  ["u32", () => wireform.u32],
  ["decimal(3)", () => wireform.decimal(3)],
  ['decimal(until(":"))', () => wireform.decimal(until(":"))],
  ["u64", () => wireform.u64],
  ["quicVarint", () => wireform.quicVarint],
  ['decimal(3, { pad: " " })', () => wireform.decimal(3, { pad: " " })],
  ["u24le", () => wireform.u24le],
  ["uleb128({ big: true })", () => wireform.uleb128({ big: true })],
];

const signed: Table = [
  ["i8", () => wireform.i8],
  ["i16le", () => wireform.i16le],
  ["i24", () => wireform.i24],
  ["i32", () => wireform.i32],
  ["i40le", () => wireform.i40le],
  ["i48", () => wireform.i48],
  ["i64le", () => wireform.i64le],
  ["safe(u64)", () => wireform.safe(wireform.u64)],
  ["safe(i64le)", () => wireform.safe(wireform.i64le)],
  ["sleb128", () => wireform.sleb128],
  ["zigzag", () => wireform.zigzag],
  ["zigzag({ big: true })", () => wireform.zigzag({ big: true })],
  ['decimal(until("\\n"), { sign: "minus" })', () => wireform.decimal(until("\n"), { sign: "minus" })],
  ['decimal(until(":"), { min: 2, max: 300 })', () => wireform.decimal(until(":"), { min: 2, max: 300 })],
  ["hexadecimal(4)", () => wireform.hexadecimal(4)],
  ["u40", () => wireform.u40],
  ["u48le", () => wireform.u48le],
];

/** A condition may want a number of this field, which it never has. */
const fromText = (text: string): number => {
  if (typeof text !== "string") throw new TypeError("needs text");
  return Number(text);
};

const others: Table = [
  ["bool", () => wireform.bool],
  ["f16", () => wireform.f16],
  ["f32le", () => wireform.f32le],
  ["f64", () => wireform.f64],
  ["constant(u16, 513)", () => wireform.constant(wireform.u16, 513)],
  ['magic("MZ")', () => wireform.magic("MZ")],
  ["padding(2)", () => wireform.padding(2)],
  ["padding({ align: 4 })", () => wireform.padding({ align: 4 })],
  ["reserved(u16)", () => wireform.reserved(wireform.u16)],
  ["reserved(u8, { ignore: true })", () => wireform.reserved(wireform.u8, { ignore: true })],
  ["enumeration(u8, { a: 1, b: 2 })", () => wireform.enumeration(wireform.u8, { a: 1, b: 2 })],
  [
    'enumeration(u8, { a: 1, b: 2 }, { unknown: "pass" })',
    () => wireform.enumeration(wireform.u8, { a: 1, b: 2 }, { unknown: "pass" }),
  ],
  ['check(u8, (n) => n < 9, "below 9")', () => wireform.check(wireform.u8, (n) => n < 9, "below 9")],
  [
    "map(i16, { decode: (n) => `${n}`, encode: fromText })",
    () => wireform.map(wireform.i16, { decode: (n) => `${n}`, encode: fromText }),
  ],
  ['string(6, { encoding: "ascii", pad: " " })', () => wireform.string(6, { encoding: "ascii", pad: " " })],
  ["typedArray(u16, u8)", () => wireform.typedArray(wireform.u16, wireform.u8)],
  ["typedArray(f64le, u8)", () => wireform.typedArray(wireform.f64le, wireform.u8)],
];

const pick = <T>(table: readonly T[], n: number): T => table[n % table.length] as T;
const written = (table: Table, n: number): Written<AnySchema> => {
  const [text, make] = pick(table, n);
  return { text, made: make() };
};

/** Earlier fields that will do, by the path that leads to them from here. */
function within(
  scope: Scope | undefined,
  uses: readonly Earlier["use"][],
  prefix = "",
): { path: string; use: Earlier["use"] }[] {
  if (!scope) return [];
  return [
    ...scope.fields.filter(({ use }) => uses.includes(use)).map(({ key, use }) => ({ path: prefix + key, use })),
    ...within(scope.outer, uses, `../${prefix}`),
  ];
}

function ref(gene: Gene, scope: Scope | undefined): Written<Ref> | undefined {
  const found = within(scope, ["length"]);
  if (found.length === 0) return undefined;
  const { path } = pick(found, gene.b);
  const text = `field("${path}")`;
  const made = field(path) as Ref;
  if (gene.b % 7 === 1) return { text: `${text}.minus(1)`, made: made.minus(1) };
  if (gene.b % 7 === 2) return { text: `${text}.times(2)`, made: made.times(2) };
  if (gene.b % 7 === 3) return { text: `${text}.plus(2)`, made: made.plus(2) };
  return { text, made };
}

const delimiters = ["\0", "\r\n", "ab", ";"];

function length(gene: Gene, scope: Scope | undefined): Written<Length> {
  const way = gene.a % 8;
  const given = way < 3 ? ref(gene, scope) : undefined;
  if (given) return given;
  if (way === 3) return { text: String(gene.b % 5), made: gene.b % 5 };
  if (way === 4) return { text: "rest", made: rest };
  if (way === 5) {
    const delimiter = pick(delimiters, gene.b);
    const orEnd = gene.b % 9 === 4;
    return {
      text: `until(${JSON.stringify(delimiter)}${orEnd ? ", { orEnd: true }" : ""})`,
      made: until(delimiter, orEnd ? { orEnd } : {}),
    };
  }
  if (way === 6 && gene.b % 2 === 0) return { text: "nullable(i16)", made: nullable(wireform.i16) };
  return written(lengths, gene.b) as Written<Length>;
}

function condition(gene: Gene, scope: Scope): Written<Condition | Ref> | undefined {
  const found = within(scope, ["length", "number", "flag", "name"]);
  if (found.length === 0) return undefined;
  const { path, use } = pick(found, gene.a);
  const text = `field("${path}")`;
  const made = field(path) as Ref;
  if (use === "flag") return gene.b % 2 ? { text, made } : { text: `${text}.is(false)`, made: made.is(false) };
  if (use === "name") return { text: `${text}.is("a")`, made: made.is("a") };
  const n = gene.b % 6;
  const asked: Written<Condition>[] = [
    { text: `${text}.is(${n})`, made: made.is(n) },
    { text: `${text}.isNot(${n})`, made: made.isNot(n) },
    { text: `${text}.atLeast(${n})`, made: made.atLeast(n) },
    { text: `${text}.atMost(${n})`, made: made.atMost(n) },
    { text: `${text}.has(${n})`, made: made.has(n) },
    { text: `${text}.is(${n}).or(${text}.plus(1).atLeast(9))`, made: made.is(n).or(made.plus(1).atLeast(9)) },
  ];
  return pick(asked, gene.a >> 3);
}

/** A definition where `make` accepts it. */
function attempt(text: string, make: () => AnySchema): Written<AnySchema> | undefined {
  try {
    return { text, made: make() };
  } catch (error) {
    if (error instanceof SchemaError) return undefined;
    throw error;
  }
}

function wrapped(gene: Gene, scope: Scope | undefined, depth: number): Written<AnySchema> | undefined {
  const kid = (n: number, inner: Scope | undefined): Written<AnySchema> => {
    const next = gene.kids[n % Math.max(1, gene.kids.length)];
    return next && depth > 0 ? schemaOf(next, inner, depth - 1) : written(lengths, gene.b + n);
  };
  switch (gene.kind % 10) {
    case 0: {
      const of = length(gene, scope);
      return attempt(`bytes(${of.text})`, () => wireform.bytes(of.made));
    }
    case 1: {
      const of = length(gene, scope);
      const encoding = pick(["utf8", "ascii", "latin1", "utf16be", "utf16le"] as const, gene.b >> 2);
      return attempt(`string(${of.text}, "${encoding}")`, () => wireform.string(of.made, encoding));
    }
    case 2:
    case 3: {
      const of = length(gene, scope);
      const item = kid(0, scope);
      return attempt(`array(${item.text}, ${of.text})`, () => wireform.array(item.made, of.made));
    }
    case 4: {
      const of = length(gene, scope);
      const content = kid(0, scope);
      const skip = gene.b % 11 === 5;
      return attempt(`sized(${of.text}, ${content.text}${skip ? ", { skip: true }" : ""})`, () =>
        wireform.sized(of.made, content.made, { skip }),
      );
    }
    case 5:
      return unionOf(gene, scope, depth);
    case 6: {
      const asked = scope && condition(gene, scope);
      if (!asked) return undefined;
      const inner = kid(0, scope);
      return attempt(`when(${asked.text}, ${inner.text})`, () => wireform.when(asked.made as Condition, inner.made));
    }
    case 7: {
      const found = within(scope, ["length", "number", "flag", "name"]);
      if (found.length === 0) return undefined;
      const { path, use } = pick(found, gene.a);
      const keys = use === "flag" ? ["true", "false"] : use === "name" ? ["a", "b"] : ["0", "1", "2"];
      const cases = keys.slice(0, 1 + (gene.b % keys.length)).map((key, i) => [key, kid(i, scope)] as const);
      const otherwise = gene.b % 3 === 0 ? undefined : kid(3, scope);
      const text = cases.map(([key, { text }]) => `${key}: ${text}`).join(", ");
      return attempt(`match(field("${path}"), { ${text} }${otherwise ? `, ${otherwise.text}` : ""})`, () =>
        wireform.match(
          field(path) as Ref,
          Object.fromEntries(cases.map(([key, { made }]) => [key, made])),
          otherwise?.made,
        ),
      );
    }
    case 8: {
      const found = within(scope, ["length"]);
      if (found.length === 0) return undefined;
      const { path } = pick(found, gene.a);
      const inner = kid(0, undefined);
      return attempt(`at(field("${path}"), ${inner.text})`, () => wireform.at(field(path) as Ref, inner.made));
    }
    default: {
      const inner = kid(0, undefined);
      let self: AnySchema;
      return attempt(`lazy(() => self = struct({ v: ${inner.text}, kids: array(lazy(() => self), u8) }))`, () => {
        self = wireform.struct({
          v: inner.made,
          kids: wireform.array(
            wireform.lazy(() => self),
            wireform.u8,
          ),
        });
        return self;
      });
    }
  }
}

function unionOf(gene: Gene, scope: Scope | undefined, depth: number): Written<AnySchema> | undefined {
  const tags: readonly (readonly [string, AnySchema, readonly (number | string | bigint)[]])[] = [
    ["u8", wireform.u8, [1, 2, 200]],
    ["u16le", wireform.u16le, [0, 1, 65535]],
    ["uleb128", wireform.uleb128, [0, 127, 300]],
    ['string(until(" "), "ascii")', wireform.string(until(" "), "ascii"), ["GET", "PUT", ""]],
    ["bits(4)", wireform.bits(4), [1, 2, 15]],
    ["decimal(2)", wireform.decimal(2), [0, 10, 99]],
    ["u64", wireform.u64, [0n, 1n, 1n << 63n]],
  ];
  const [tagText, tag, values] = pick(tags, gene.a);
  const count = 1 + (gene.b % 3);
  const variants = Array.from({ length: count }, (_, i) => {
    const next = gene.kids[i % Math.max(1, gene.kids.length)];
    const genes = next && depth > 0 ? next.kids : [];
    const lead: Written<AnySchema>[] = tagText === "bits(4)" ? [{ text: "bits(4)", made: wireform.bits(4) }] : [];
    const own =
      next && next.kind % 4 === 0 && tagText !== "bits(4)"
        ? schemaOf(next, { fields: [], outer: scope }, 0)
        : structOf(genes, scope, depth - 1, lead);
    const ranged = tagText === "u8" && i === 1 && gene.b % 5 === 0;
    const on = ranged ? wireform.range(2, 9) : (values[i] as number);
    return {
      name: pick(["one", "two", "three"], i),
      text: `[${ranged ? "range(2, 9)" : show(values[i])}, ${own.text}]`,
      on,
      made: own.made,
    };
  });
  const text = variants.map(({ name, text }) => `${name}: ${text}`).join(", ");
  return attempt(`union("type", ${tagText}, { ${text} })`, () =>
    wireform.union("type", tag, Object.fromEntries(variants.map(({ name, on, made }) => [name, [on, made]]))),
  );
}

const show = (value: unknown): string => (typeof value === "bigint" ? `${value}n` : JSON.stringify(value));

/** The schema of a gene, wherever it stands. */
export function schemaOf(gene: Gene, scope: Scope | undefined, depth: number): Written<AnySchema> {
  if (gene.kind % 3 === 0 && depth > 0) {
    const made = wrapped({ ...gene, kind: Math.floor(gene.kind / 3) }, scope, depth);
    if (made) return made;
  }
  if (gene.kind % 3 === 1 && depth > 0 && gene.kids.length > 0) return structOf(gene.kids, scope, depth - 1, []);
  return written([...lengths, ...signed, ...others], gene.a + gene.b);
}

const useOf = ({ text, made }: Written<AnySchema>): Earlier["use"] => {
  if (text === "bool" || text === "flag") return "flag";
  if (text.startsWith("enumeration")) return "name";
  const { integer } = made.facts;
  if (text.startsWith("constant") || text.includes("big: true") || text === "u64") return "other";
  if (lengths.some(([name]) => name === text)) return "length";
  return integer && !integer.big && !integer.boolean ? "number" : "other";
};

/** A struct of as many of the fields as stand well together. */
function structOf(
  genes: readonly Gene[],
  outer: Scope | undefined,
  depth: number,
  lead: readonly Written<AnySchema>[],
): Written<AnySchema> {
  const scope: Scope = { fields: [], outer };
  const options = (genes[0]?.b ?? 0) % 5 === 0 ? ({ endian: "little", bitOrder: "lsb" } as const) : undefined;
  let fields: Record<string, Written<AnySchema>> = {};
  const make = (of: Record<string, Written<AnySchema>>): AnySchema =>
    wireform.struct(Object.fromEntries(Object.entries(of).map(([key, { made }]) => [key, made])), options);
  const add = (more: readonly Written<AnySchema>[]): void => {
    const next = { ...fields };
    const keys = more.map((_, i) => `f${Object.keys(fields).length + i}`);
    for (const [i, one] of more.entries()) next[keys[i] as string] = one;
    if (!attempt("", () => make(next))) return;
    fields = next;
    for (const [i, one] of more.entries()) scope.fields.push({ key: keys[i] as string, use: useOf(one) });
  };
  if (lead.length > 0) add(lead);
  for (const gene of genes) {
    const keys = Object.keys(fields);
    const from = keys[gene.a % Math.max(1, keys.length)];
    if (gene.kind % 13 === 5) add(bitFields(gene));
    else if (gene.kind % 13 === 6 && from !== undefined) add(checksumOf(gene, from, keys[keys.length - 1] as string));
    else if (gene.kind % 13 === 7 && depth > 0) {
      // A length in front of what it measures stands where the range begins.
      const inner = schemaOf(gene.kids[0] ?? gene, scope, depth - 1);
      const [text, of] = pick(lengths, gene.a);
      const name = `f${keys.length + 1}`;
      const made = attempt("", () => wireform.lengthOf(of(), { from: name, to: name }))?.made;
      if (made) add([{ text: `lengthOf(${text}, { from: "${name}", to: "${name}" })`, made }, inner]);
    } else add([schemaOf(gene, scope, depth)]);
  }
  const text = Object.entries(fields)
    .map(([key, one]) => `${key}: ${one.text}`)
    .join(", ");
  return {
    text: `struct({ ${text} }${options ? ', { endian: "little", bitOrder: "lsb" }' : ""})`,
    made: make(fields),
  };
}

function bitFields(gene: Gene): Written<AnySchema>[] {
  const widths = pick([[3, 5], [1, 7], [4, 12], [1, 1, 6], [12, 20], [33, 7], [50, 6], [64], [7, 9, 8]], gene.a);
  return widths.map((width, i) => {
    if (width === 1) return { text: "flag", made: wireform.flag };
    if (gene.b % 4 === 1 && i === 0)
      return { text: `bits(${width}, { signed: true })`, made: wireform.bits(width, { signed: true }) };
    if (gene.b % 4 === 2 && i === 1)
      return { text: `reserved(bits(${width}))`, made: wireform.reserved(wireform.bits(width)) };
    return { text: `bits(${width})`, made: wireform.bits(width) as AnySchema };
  });
}

function checksumOf(gene: Gene, from: string, to: string): Written<AnySchema>[] {
  const sums = [
    ["u32", wireform.u32, "crc32", wireform.crc32],
    ["u16le", wireform.u16le, "crc16modbus", wireform.crc16modbus],
    ["u8", wireform.u8, "lrc", wireform.lrc],
    ["u16", wireform.u16, "internetChecksum", wireform.internetChecksum],
    ["u64", wireform.u64, "crc64xz", wireform.crc64xz],
  ] as const;
  const [text, of, name, algorithm] = pick(sums, gene.b);
  const made = attempt(`checksum(${text}, ${name}, { from: "${from}", to: "${to}" })`, () =>
    wireform.checksum(of as AnySchema, algorithm as never, { from, to } as never),
  );
  return made ? [made] : [];
}

/** Any schema, with its text. */
export function anySchema(): Arbitrary<{ readonly text: string; readonly schema: AnySchema }> {
  const numbers = fc.nat(999);
  const level = (depth: number): Arbitrary<Gene> =>
    fc.record({
      kind: numbers,
      a: numbers,
      b: numbers,
      kids: depth > 0 ? fc.array(level(depth - 1), { maxLength: 4, size: "max" }) : fc.constant([]),
    });
  return fc.array(level(3), { minLength: 1, maxLength: 5, size: "max" }).map((genes) => {
    const { text, made } =
      genes.length === 1 ? schemaOf(genes[0] as Gene, undefined, 3) : structOf(genes, undefined, 3, []);
    return { text, schema: made, [fc.toStringMethod]: () => text };
  });
}
