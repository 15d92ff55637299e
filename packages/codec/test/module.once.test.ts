// What a codec prints as its source is an ES module of its own: imported, it does the same.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type AnySchema,
  adler32,
  array,
  bits,
  bytes,
  check,
  checksum,
  compile,
  crc,
  crc16modbus,
  crc32,
  decimal,
  enumeration,
  f32,
  f64,
  field,
  flag,
  hexadecimal,
  i16,
  internetChecksum,
  lazy,
  lengthOf,
  map,
  rest,
  type Schema,
  sized,
  string,
  struct,
  typedArray,
  u8,
  u16,
  u32,
  u64,
  uleb128,
  union,
  until,
  when,
} from "@wireform/codec";
import { Reader, STOP, Writer } from "@wireform/codec/runtime";
import { afterAll, describe, expect, it, vi } from "vitest";
import { exact } from "./support/facts.ts";
import { expectGolden } from "./support/golden.ts";
import { toHex } from "./support/shared-data.ts";

// Other processes, which a busy machine may keep waiting.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const home = resolve(import.meta.dirname, "..");
mkdirSync(resolve(home, ".cache"), { recursive: true });
const folder = mkdtempSync(resolve(home, ".cache/modules-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Own = readonly Function[];
interface Printed {
  makeDecode(...own: Own): (b: Uint8Array, p: number, e: number, r: Reader, hard: boolean) => unknown;
  makeEncode(...own: Own): (w: Writer, b: Uint8Array, p: number, value: unknown) => number;
}

let files = 0;

async function imported(source: string): Promise<Printed> {
  const file = resolve(folder, `${files++}.mjs`);
  writeFileSync(file, source);
  return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Printed;
}

/** Decodes and encodes by the printed module as the codec does, with the schema's own functions given in order. */
async function expectSame(schema: AnySchema, values: readonly unknown[], own: { decode?: Own; encode?: Own } = {}) {
  const codec = compile(schema, { mode: "jit" });
  const { limits } = codec;
  const module = await imported(codec.source);
  expect(module.makeDecode).toHaveLength(own.decode?.length ?? 0);
  const decode = module.makeDecode(...(own.decode ?? []));
  const encode = module.makeEncode(...(own.encode ?? []));
  for (const value of values) {
    const wire = codec.encode(value as never);
    const w = new Writer(new Uint8Array(0), 0, limits, false);
    const end = encode(w, w.b, 0, value);
    expect(toHex(w.b.subarray(0, end))).toBe(toHex(wire));
    const r = new Reader(wire, 0, limits, true);
    expect(exact(decode(wire, 0, wire.length, r, true))).toBe(exact(codec.decode(wire)));
    expect(r.p).toBe(wire.length);
    for (let cut = 0; cut < wire.length; cut++)
      expect(decode(wire, 0, cut, new Reader(wire.subarray(0, cut), 0, limits, true), true)).toBe(STOP);
  }
}

const Point = struct({ x: i16, y: i16 });
const Message = sized(
  u16,
  union("type", u8, {
    hello: [0x01, struct({ version: u8, name: string(u8) })],
    move: [0x02, struct({ at: u32, path: array(Point, u16) })],
  }),
);

describe("a printed module", () => {
  it("has framed unions, strings and arrays", () =>
    expectSame(Message, [
      { type: "hello", version: 1, name: "ada" },
      { type: "move", at: 7, path: [{ x: 1, y: -1 }] },
    ]));

  it("has the user's functions passed in, and what they refuse is refused", async () => {
    const toDate = (seconds: number): Date => new Date(seconds * 1000);
    const toSeconds = (date: Date): number => date.getTime() / 1000;
    const small = (n: number): boolean => n < 5;
    const Timed = struct({ at: map(u32, { decode: toDate, encode: toSeconds }), n: check(u8, small, "below 5") });
    await expectSame(Timed, [{ at: new Date(1000), n: 4 }], { decode: [toDate, small], encode: [toSeconds, small] });
    const { makeDecode } = await imported(compile(Timed, { mode: "jit" }).source);
    const wire = Uint8Array.of(0, 0, 0, 1, 9);
    const r = new Reader(wire, 0, compile(Timed).limits, true);
    expect(makeDecode(toDate, small)(wire, 0, 5, r, true)).toBe(STOP);
  });

  it("has recursion", () => {
    type Tree = { value: number; kids: Tree[] };
    const Tree: Schema<Tree> = struct({
      value: u8,
      kids: array(
        lazy(() => Tree),
        u8,
      ),
    });
    return expectSame(Tree, [{ value: 1, kids: [{ value: 2, kids: [] }] }]);
  });

  it.each([
    ["crc32", u32, crc32],
    ["crc16modbus", u16, crc16modbus],
    ["adler32", u32, adler32],
    ["internetChecksum", u16, internetChecksum],
    [
      "one of the catalogue",
      u16,
      crc({ width: 16, poly: 0x8005, init: 0, refin: true, refout: true, xorout: 0, name: "CRC-16/ARC" }),
    ],
    [
      "a wide one",
      u64,
      crc({ width: 64, poly: 0x42f0e1eba9ea3693n, init: 0n, refin: false, refout: false, xorout: 0n }),
    ],
  ] as const)("has checksums: %s", (_, of, algorithm) =>
    expectSame(
      struct({
        n: u16,
        body: bytes(field("n")),
        sum: checksum(of as AnySchema, algorithm as never, { from: "n", to: "body" }),
      }),
      [{ body: Uint8Array.of(1, 2, 3) }],
    ),
  );

  it("has digits, delimiters, bits, conditions, floats, typed arrays, lengths and ranges", () =>
    expectSame(
      struct({
        width: decimal(4),
        hex: hexadecimal(until(" ")),
        urgent: flag,
        kind: bits(7),
        line: string(until("\r\n")),
        extra: when(field("urgent"), f32),
        ratio: f64,
        samples: typedArray(u16, u8),
        mode: enumeration(u8, { on: 1, off: 0 }),
        id: uleb128,
        length: lengthOf(u8, { from: "label", to: "tail" }),
        label: string(4),
        tail: bytes(rest),
      }),
      [
        {
          width: 42,
          hex: 255,
          urgent: true,
          kind: 3,
          line: "hi",
          extra: 0.5,
          ratio: -0,
          samples: Uint16Array.of(1, 2),
          mode: "on",
          id: 300,
          label: "abcd",
          tail: Uint8Array.of(9),
        },
      ],
    ));

  it("has text in every encoding", () =>
    expectSame(
      struct({
        a: string(u8),
        b: string(u8, "ascii"),
        c: string(u8, "latin1"),
        d: string(u8, "utf16be"),
        e: string(u8, "utf16le"),
        f: string(u8, { encoding: "latin1", without: "x" }),
      }),
      [{ a: "é☃", b: "ada", c: "é", d: "é☃", e: "é☃", f: "é" }],
    ));

  it("has names that look like code, and stays valid", () => {
    const names = [
      'a"b',
      "a'b",
      "a`${x}`",
      "a\nb",
      "a\r\u2028b\u2029",
      "*/ throw 1; /*",
      "// end",
      "</script>",
      "a;b",
      "constructor",
      "toString",
      "prototype",
      "\u0000",
      "é",
      "n".repeat(65536),
    ];
    const fields = Object.fromEntries(names.map((name) => [name, u8]));
    const value = Object.fromEntries(names.map((name, i) => [name, i]));
    const Odd = union("*/'\"\n\u2028", u8, { "*/ throw 1": [1, struct(fields)] });
    return expectSame(Odd, [{ "*/'\"\n\u2028": "*/ throw 1", ...value }]);
  });

  it("is empty where nothing is generated", () => {
    expect(compile(Message, { mode: "interpret" }).source).toBe("");
  });

  it("is kept word for word, for a person to look over", () => {
    expectGolden("source", compile(Message, { mode: "jit" }).source);
  });

  it("runs in Node as it is", () => {
    writeFileSync(resolve(folder, "message.mjs"), compile(Message, { mode: "jit" }).source);
    const program = `
      import { Reader, Writer } from "@wireform/codec/runtime";
      import { makeDecode, makeEncode } from "./message.mjs";
      const limits = { maxMessageSize: 1000, maxElements: 10, maxDepth: 1 };
      const w = new Writer(new Uint8Array(0), 0, limits, false);
      const end = makeEncode()(w, w.b, 0, { type: "hello", version: 1, name: "ada" });
      const bytes = w.b.slice(0, end);
      const value = makeDecode()(bytes, 0, end, new Reader(bytes, 0, limits, true), true);
      console.log(JSON.stringify({ bytes: Buffer.from(bytes).toString("hex"), value }));
    `;
    writeFileSync(resolve(folder, "main.mjs"), program);
    const child = spawnSync(
      process.execPath,
      ["--disallow-code-generation-from-strings", resolve(folder, "main.mjs")],
      {
        encoding: "utf8",
      },
    );
    expect(child.stderr).toBe("");
    expect(JSON.parse(child.stdout)).toEqual({
      bytes: "0006010103616461",
      value: { type: "hello", version: 1, name: "ada" },
    });
  });
});
