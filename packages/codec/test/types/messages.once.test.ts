// What the compiler says of a mistake and shows of a type, to a person who uses the package.
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Installed, install } from "./installed.ts";

let installed: Installed;
beforeAll(() => {
  installed = install();
});
afterAll(() => installed.remove());

const imports = `import { array, at, bits, bytes, checksum, compile, constant, crc32, enumeration, field, i16, lengthOf, magic, match, nullable, range, reserved, rest, sized, string, struct, u8, u16, u32, union, when, type Infer, type Input } from "@wireform/codec";`;

it("a misspelt reference is named, in the line of the field that has it", () => {
  const mistakes: readonly (readonly [field: string, missing: string])[] = [
    [`a: bytes(field("lenght")),`, "lenght"],
    [`b: array(u8, field("cuont").minus(1)),`, "cuont"],
    [`c: when(field("flgas").has(1), u8),`, "flgas"],
    [`d: match(field("tpye"), { 1: u8 }),`, "tpye"],
    [`e: sized(field("szie"), bytes(rest)),`, "szie"],
    [`f: at(field("ofset"), u8),`, "ofset"],
    [`g: checksum(u32, crc32, { from: "satrt" }),`, "satrt"],
    [`h: lengthOf(u32, { from: "length", to: "ned" }),`, "ned"],
    [`i: struct({ data: bytes(field("../otuer")) }),`, "otuer"],
    [`j: union("type", u8, { x: [1, struct({ data: bytes(field("../aronud")) })] }),`, "aronud"],
    [`k: bytes(field("header.lenght")),`, "header.lenght"],
    [`l: bytes(field("haeder.length")),`, "haeder"],
  ];
  const text = [
    imports,
    "export const S = struct({",
    "length: u16, header: struct({ length: u16 }),",
    ...mistakes.map(([field]) => field),
    "});",
  ].join("\n");
  const { errors } = installed.check("misspelt", text);
  expect(errors.map(({ line }) => line)).toEqual(mistakes.map((_, i) => 4 + i));
  for (const [i, { text }] of errors.entries())
    expect(text).toContain(`is not assignable to type '"this struct has no field \\"${mistakes[i]?.[1]}\\""'`);
});

it("in a union, a reference beside a value is named too, and a tag that its schema cannot have is told by its type", () => {
  const text = [
    imports,
    'union("type", u8, { a: [1, bytes(field("size"))] });',
    'union("type", enumeration(u8, { up: 1, down: 2 }), { a: ["upp", u8] });',
  ].join("\n");
  const { errors } = installed.check("union", text);
  expect(errors).toEqual([
    { line: 2, text: expect.stringContaining('there is no field \\"size\\" beside this value') },
    { line: 3, text: expect.stringContaining(`Type '"upp"' is not assignable to type '"down" | "up" | TagRange'`) },
  ]);
});

it("types are shown as what they are, without the names of what made them", () => {
  const shown: readonly (readonly [type: string, as: string])[] = [
    [
      "Infer<typeof Packet>",
      "{ magic: 3405691582; version: number; flags: number; length: number; body: Bytes; crc: number; }",
    ],
    [
      "Input<typeof Packet>",
      "{ readonly magic?: 3405691582 | undefined; readonly version: number; readonly flags: number; readonly length?: number | undefined; readonly body: Bytes; readonly crc?: number | undefined; }",
    ],
    [
      "Infer<typeof Mixed>",
      '{ qos: number; kind: "a" | "b"; id?: { a: number; }; text: string | null; list: { n: number; }[]; last: number; }',
    ],
    [
      "Input<typeof Mixed>",
      '{ readonly qos: number; readonly kind: "a" | "b"; readonly id?: { readonly a: number; } | undefined; readonly text: string | null; readonly list: readonly { readonly n: number; }[]; readonly last: number; }',
    ],
    ["Infer<typeof Framed>", "{ header: { v: number; n: number; }; body: string | Bytes | { a: number; }; }"],
    [
      "Input<typeof Framed>",
      "{ readonly header: { readonly v: number; readonly n?: number | undefined; }; readonly body: string | Bytes | { readonly a: number; }; }",
    ],
    [
      "Infer<typeof Body>",
      '{ version: number; name: string; type: "hello"; } | { value: Bytes; type: "raw"; } | { tag: number; type: "small"; }',
    ],
    [
      "Input<typeof Body>",
      '{ readonly version: number; readonly name: string; readonly type: "hello"; } | { readonly value: Bytes; readonly type: "raw"; } | { readonly tag: number; readonly type: "small"; }',
    ],
  ];
  const text = [
    imports,
    'const Packet = struct({ magic: constant(u32, 0xcafebabe), version: bits(4), flags: bits(4), length: u16, body: bytes(field("length")), crc: checksum(u32, crc32, { from: "magic", to: "body" }) });',
    'const Mixed = struct({ start: magic("x"), qos: bits(2), unused: reserved(bits(6)), kind: enumeration(u8, { a: 1, b: 2 }), id: when(field("qos"), struct({ a: u8 })), text: string(nullable(i16)), list: array(struct({ n: u16 }), u8), last: u8 });',
    'const Framed = struct({ header: struct({ v: u8, n: u16 }), body: sized(field("header.n"), match(field("header.v"), { 1: struct({ a: u8 }), 2: string(rest) }, bytes(rest))) });',
    'const Body = union("type", u8, { hello: [1, struct({ version: u8, name: string(u8) })], raw: [2, bytes(rest)], small: [range(3, 9), struct({})] });',
    ...shown.map(([type], i) => `export const shown${i}: never = {} as ${type};`),
  ].join("\n");
  const { errors } = installed.check("shown", text, { noErrorTruncation: true });
  const types = errors.map(({ text }) => /^TS2322: Type '(.*)' is not assignable to type 'never'/.exec(text)?.[1]);
  expect(types.map((type) => type?.replaceAll("Uint8Array<ArrayBufferLike>", "Bytes"))).toEqual(
    shown.map(([, as]) => as),
  );
});
