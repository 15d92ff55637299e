// The declarations that are published, seen by programs that install the package.
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Installed, install } from "./installed.ts";

let installed: Installed;
beforeAll(() => {
  installed = install();
});
afterAll(() => installed.remove());

/** Every public function, in schemas that are exported, so that their types must have names a stranger can write. */
const program = `
import * as codec from "@wireform/codec";
import {
  array, asText, at, bits, bool, bytes, check, checksum, compile, constant, crc32, custom, decimal, enumeration, f32, field,
  flag, hexadecimal, i16, i32, lazy, lengthOf, magic, map, match, nullable, octal, padding, quicVarint, range, reserved,
  rest, safe, sized, string, struct, typedArray, u8, u16, u32, u64, uleb128, union, until, when, zigzag,
  type Codec, type Infer, type Input, type Schema,
} from "@wireform/codec";

export const Header = struct({
  start: magic("WF"), version: bits(4), urgent: flag, unused: reserved(bits(3)), length: lengthOf(u16, { from: "id" }),
  id: uleb128, big: quicVarint({ big: true }), delta: zigzag, fixed: constant(u8, 7), ok: bool,
  size: decimal(until(" ")), mode: octal(8), hex: hexadecimal(4),
  kind: enumeration(u8, { a: 1, b: 2 }), loose: enumeration(u64, { a: 1n }, { unknown: "pass" }),
});
export const Record = struct({
  header: Header,
  n: u16,
  where: u32,
  body: bytes(field("n")),
  name: string(nullable(i16)),
  line: string(until("\\r\\n"), "ascii"),
  samples: typedArray(f32, u8),
  points: array(struct({ x: i16, y: i16 }), u8),
  maybe: when(field("header.urgent").is(true).and(field("n").atLeast(1)), safe(u64)),
  choice: match(field("header.version"), { 1: u8, 2: string(u8) }, bytes(4)),
  far: at(field("where"), string(u8)),
  time: map(u32, { decode: (s) => new Date(s), encode: (d) => d.getTime() }),
  port: check(u16, (port) => port > 0, "must not be 0"),
  own: custom({ name: "own", decode: (b) => ({ value: b.length, size: 0 }), encode: (n) => new Uint8Array(n) }),
  pad: padding({ align: 4 }),
  crc: checksum(u32, crc32, { from: "n", to: "pad" }),
  rest: sized(rest, bytes(rest)),
});
type Tree = { value: number; children: Tree[] };
export const Tree: Schema<Tree> = struct({ value: u8, children: array(lazy(() => Tree), u8) });
export const Frame = sized(u32, union("type", u8, { record: [1, Record], tree: [2, lazy(() => Tree)], small: [range(3, 9), i32] }));
export const frame = compile(Frame);
export const text = compile(asText(Frame));
export const first: Codec<Infer<typeof Frame>, Input<typeof Frame>> = frame;
export type Frame = Infer<typeof Frame>;
export const value = frame.decode(new Uint8Array());
export const name: string | null | undefined = value.type === "record" ? value.name : undefined;
export const error: codec.DecodeError | undefined = ((r) => (r.ok ? undefined : r.error))(frame.safeDecode(new Uint8Array()));
`;

it.each([
  ["node", { module: "nodenext" }],
  ["a bundler", { module: "esnext", moduleResolution: "bundler" }],
  ["optional properties that may be undefined", { module: "nodenext", exactOptionalPropertyTypes: false }],
])("for %s the declarations are right as they are and the program's own can be made", (name, options) => {
  const { errors } = installed.check(name.replaceAll(" ", "-"), program, {
    ...options,
    skipLibCheck: false,
    declaration: true,
    noEmit: false,
    outDir: "dist",
  });
  expect(errors).toEqual([]);
});
