// What it costs the compiler to know the types. The numbers in budget.json are TypeScript's own count of instantiations;
// they move only when someone decides so: WIREFORM_UPDATE_BUDGET=1 writes them anew.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Installed, install } from "./installed.ts";

const file = join(import.meta.dirname, "budget.json");
const budget: Record<string, number> = JSON.parse(readFileSync(file, "utf8"));
const headroom = 1.1;

const lines = (n: number, line: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => line(i)).join("\n");

/** One field of every sort, each with references to fields before it. */
const sorts: readonly ((n: number) => string)[] = [
  () => "u8",
  () => "u16",
  () => "u64",
  (n) => `constant(u8, ${n})`,
  () => `magic("ab")`,
  (n) => `bytes(field("f${n - 5}"))`,
  () => "string(u8)",
  (n) => `array(u16, field("f${n - 6}"))`,
  () => "enumeration(u8, { a: 1, b: 2, c: 3 })",
  (n) => `when(field("f${n - 8}").is(${n}), struct({ x: i16, y: i16 }))`,
  () => "sized(u16, array(struct({ k: u8, v: string(u16) }), rest))",
  (n) => `match(field("f${n - 3}"), { a: u8, b: string(u8) }, bytes(4))`,
  () => "map(u32, { decode: (v) => new Date(v), encode: (v) => v.getTime() })",
  (n) => `checksum(u32, crc32, { from: "f${n - 5}", to: "f${n - 1}" })`,
  (n) => `struct({ length: u8, d: bytes(field("length")), e: bytes(field("../f${n - 14}")) })`,
  () => `check(u16, (v) => v > 0, "positive")`,
  () => "bits(8)",
  () => "bytes(nullable(i32))",
  () => `union("type", u8, { a: [1, struct({ p: u8 })], b: [2, u16] })`,
  (n) => `lengthOf(u16, { from: "f${n - 1}", to: "f${n - 1}" })`,
];

const programs = {
  "100 fields of every sort": `
    const S = struct({
      ${lines(100, (i) => `f${i}: ${sorts[i % sorts.length]?.(i)},`)}
    });
    export const codec = compile(S);
    export const again = (value: Infer<typeof S>): Input<typeof S> => value;
    export const first: number = codec.decode(codec.encode({} as Input<typeof S>)).f0;`,

  "100 numbers": `
    const S = struct({
      ${lines(100, (i) => `f${i}: u16,`)}
    });
    export const codec = compile(S);
    export const again = (value: Infer<typeof S>): Input<typeof S> => value;
    export const first: number = codec.decode(codec.encode({} as Input<typeof S>)).f0;`,

  "recursive schemas": `
    type Tree = { value: number; children: Tree[] };
    const Tree: Schema<Tree> = struct({ value: u8, children: array(lazy(() => Tree), u8) });
    type Json =
      | { type: "null" }
      | { type: "number"; value: number }
      | { type: "list"; value: Json[] }
      | { type: "object"; entries: { key: string; value: Json }[] };
    const Json: Schema<Json> = union("type", u8, {
      null: [0, struct({})],
      number: [1, f64],
      list: [2, array(lazy(() => Json), u16)],
      object: [3, struct({ entries: array(struct({ key: string(u8), value: lazy(() => Json) }), u16) })],
    });
    type Person = { name: string; employer: Company | null };
    type Company = { staff: Person[] };
    const Person: Schema<Person> = struct({ name: string(u8), employer: sized(nullable(i16), lazy(() => Company)) });
    const Company: Schema<Company> = struct({ staff: array(lazy(() => Person), u8) });
    export const codecs = [compile(Tree), compile(Json), compile(Person), compile(Company)] as const;
    export const depth = (tree: Tree): number =>
      1 + Math.max(0, ...codecs[0].decode(codecs[0].encode(tree)).children.map(depth));`,

  "a union of 40 variants": `
    const U = union("type", u8, {
      ${lines(40, (i) =>
        i % 4 === 3
          ? `v${i}: [${i}, string(u8)],`
          : `v${i}: [${i}, struct({ id: u16, length: u8, a${i}: bytes(field("length")), b: when(field("id").is(${i}), u8) })],`,
      )}
    });
    type U = Infer<typeof U>;
    export const codec = compile(sized(u32, U));
    export const pick = (u: U): number => (u.type === "v0" ? u.a0.length : u.type === "v3" ? u.value.length : 0);
    export const wire = codec.encode({ type: "v1", id: 1, a1: new Uint8Array() });`,

  "structs 12 deep": `
    const S = ${Array.from({ length: 12 }).reduce<string>(
      (inner, _, i) => `struct({ n: u8, d: bytes(field("n")), inner: ${inner}, x${i}: array(u8, field("inner.n")) })`,
      "struct({ n: u8 })",
    )};
    export const codec = compile(S);
    export const again = (value: Infer<typeof S>): Input<typeof S> => value;`,
};

const imports = `import {
  array, bits, bytes, check, checksum, compile, constant, crc32, enumeration, f64, field, i16, i32, lazy, lengthOf, magic,
  map, match, nullable, rest, sized, string, struct, u8, u16, u32, u64, union, when,
  type Infer, type Input, type Schema,
} from "@wireform/codec";
`;

let installed: Installed;
beforeAll(() => {
  installed = install();
});
afterAll(() => installed.remove());

it.each(Object.entries(programs))("%s are known within the budget", (name, text) => {
  const { errors, instantiations } = installed.check(name.replaceAll(" ", "-"), imports + text, { skipLibCheck: true });
  expect(errors).toEqual([]);
  if (process.env["WIREFORM_UPDATE_BUDGET"]) {
    budget[name] = instantiations;
    writeFileSync(file, `${JSON.stringify(budget, null, 2)}\n`);
  }
  expect(instantiations).toBeGreaterThan(0);
  expect(instantiations).toBeLessThanOrEqual((budget[name] as number) * headroom);
});
