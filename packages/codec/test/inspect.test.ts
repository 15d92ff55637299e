// A message as a tree: every byte in some node, every field where it stands, as far as the bytes can be understood.

import {
  type AnySchema,
  array,
  at,
  bits,
  bytes,
  check,
  checksum,
  constant,
  crc32,
  DecodeError,
  decimal,
  field,
  flag,
  type Inspection,
  i16,
  lazy,
  lengthOf,
  match,
  type Node,
  nullable,
  padding,
  rest,
  type Schema,
  SchemaError,
  sized,
  string,
  struct,
  u8,
  u16,
  u32,
  uleb128,
  union,
  until,
  when,
} from "@wireform/codec";
import { mutations, wire } from "@wireform/codec/fast-check";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linesOf } from "../src/picture.ts";
import { anySchema } from "./properties/any-schema.ts";
import { exact } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";
import { Chain, List, Tree } from "./support/recursive.ts";
import { runs, seed } from "./support/runs.ts";
import { fromHex } from "./support/shared-data.ts";
import { nearEnd } from "./support/stack.ts";

const look = (schema: AnySchema, hex: string, offset = 0): Inspection =>
  compileHere(schema).inspect(fromHex(hex.replaceAll(" ", "")), { offset });

/** All nodes under the message, as rows of what is asked most. */
function rows(node: Node): (readonly [path: string, kind: string, start: number, end: number, value: unknown])[] {
  return node.children.flatMap((child) => [
    [child.path, child.kind, child.start, child.end, child.value] as const,
    ...rows(child),
  ]);
}

function find(node: Node, path: string): Node {
  const found = all(node).find((each) => each.path === path);
  if (!found) throw new Error(`no node at ${path}`);
  return found;
}

const all = (node: Node): Node[] => [node, ...node.children.flatMap(all)];

const Point = struct({ x: i16, y: i16 });
const Body = union("type", u8, {
  hello: [0x01, struct({ version: u8, name: string(u8) })],
  move: [0x02, struct({ at: u32, path: array(Point, u16) })],
});
const Message = sized(u16, Body);
const Packet = struct({
  magic: constant(u16, 0xcafe),
  length: u8,
  body: bytes(field("length")),
  crc: checksum(u32, crc32, { from: "magic", to: "body" }),
  more: u8,
});

describe("a whole message", () => {
  it("has a node for each field with its bytes and value", () => {
    const tree = look(Message, "000f 02 00000001 0002 0001 0002 0003 0004");
    expect(rows(tree)).toEqual([
      ["type", "u8", 2, 3, "move"],
      ["at", "u32", 3, 7, 1],
      [
        "path",
        "array(u16)",
        7,
        17,
        [
          { x: 1, y: 2 },
          { x: 3, y: 4 },
        ],
      ],
      ["path[0]", "struct", 9, 13, { x: 1, y: 2 }],
      ["path[0].x", "i16", 9, 11, 1],
      ["path[0].y", "i16", 11, 13, 2],
      ["path[1]", "struct", 13, 17, { x: 3, y: 4 }],
      ["path[1].x", "i16", 13, 15, 3],
      ["path[1].y", "i16", 15, 17, 4],
    ]);
    expect(tree).toMatchObject({ path: "", kind: "sized(u16)", start: 0, end: 17 });
    expect(tree.error).toBe(undefined);
    expect(tree.value).toEqual(compileHere(Message).decode(tree.bytes));
  });

  it("is told from the offset at which it stands", () => {
    expect(rows(look(Message, "0006 01 01 03616461", 0x1a0))).toEqual([
      ["type", "u8", 0x1a2, 0x1a3, "hello"],
      ["version", "u8", 0x1a3, 0x1a4, 1],
      ["name", "string(u8)", 0x1a4, 0x1a8, "ada"],
    ]);
    const cut = look(Message, "0006 01 01", 0x1a0);
    expect(cut.error?.offset).toBe(0x1a2);
    expect([cut.start, cut.end]).toEqual([0x1a0, 0x1a4]);
  });

  it("without a field is one node", () => {
    expect(look(u16, "0102")).toMatchObject({ kind: "u16", start: 0, end: 2, value: 258, children: [] });
    expect(look(struct({}), "")).toMatchObject({ kind: "struct", start: 0, end: 0, value: {}, children: [] });
  });

  it("has prefixes in front of elements, elements of elements, and none of what is not there", () => {
    expect(rows(look(array(array(u8, u8), u8), "02 02 0102 00"))).toEqual([
      ["[0]", "array(u8)", 1, 4, [1, 2]],
      ["[0][0]", "u8", 2, 3, 1],
      ["[0][1]", "u8", 3, 4, 2],
      ["[1]", "array(u8)", 4, 5, []],
    ]);
    const Optional = struct({ has: u8, x: when(field("has"), u8), y: bytes(nullable(u8, 255)) });
    expect(rows(look(Optional, "00 ff"))).toEqual([
      ["has", "u8", 0, 1, 0],
      ["y", "bytes(nullable u8)", 1, 2, null],
    ]);
  });

  it("knows the schemas of matches, recursion and covered ranges", () => {
    interface Tree {
      value: number;
      kids: Tree[];
    }
    const Tree: Schema<Tree> = struct({
      value: u8,
      kids: array(
        lazy(() => Tree),
        u8,
      ),
    });
    expect(rows(look(Tree, "01 01 02 00")).map(([path, , start]) => [path, start])).toEqual([
      ["value", 0],
      ["kids", 1],
      ["kids[0]", 2],
      ["kids[0].value", 2],
      ["kids[0].kids", 3],
    ]);
    const Chosen = struct({
      kind: u8,
      length: lengthOf(uleb128, { from: "body" }),
      body: match(field("kind"), { 1: struct({ a: u16 }), 2: string(rest) }),
    });
    expect(rows(look(Chosen, "01 02 0003"))).toEqual([
      ["kind", "u8", 0, 1, 1],
      ["length", "uleb128", 1, 2, 2],
      ["body", "match", 2, 4, { a: 3 }],
      ["body.a", "u16", 2, 4, 3],
    ]);
    expect(rows(look(Chosen, "02 02 6869"))[2]).toEqual(["body", "match", 2, 4, "hi"]);
  });
});

describe("bits", () => {
  const fields = { a: bits(3), b: bits(10), c: bits(3), d: flag, e: bits(7) };
  const where = (node: Node) => [node.start, node.end, node.bits?.high, node.bits?.low, node.value];

  // Which bits of b5 c3 9a they are, whatever byte and bit order say.
  it.each([
    ["big", "msb", [0, 1, 7, 5, 5], [0, 2, 12, 3, 696], [1, 2, 2, 0, 3], [2, 3, 7, 7, true], [2, 3, 6, 0, 26]],
    ["big", "lsb", [2, 3, 2, 0, 2], [1, 3, 12, 3, 115], [1, 2, 7, 5, 6], [0, 1, 0, 0, true], [0, 1, 7, 1, 90]],
    ["little", "msb", [2, 3, 7, 5, 4], [1, 3, 12, 3, 856], [1, 2, 2, 0, 3], [0, 1, 7, 7, true], [0, 1, 6, 0, 53]],
    ["little", "lsb", [0, 1, 2, 0, 5], [0, 2, 12, 3, 118], [1, 2, 7, 5, 6], [2, 3, 0, 0, false], [2, 3, 7, 1, 77]],
  ] as const)("%s-endian, %s first", (endian, bitOrder, ...want) => {
    const tree = look(struct(fields, { endian, bitOrder }), "b5 c3 9a");
    expect(tree.children.map(where)).toEqual(want);
    expect(tree.children.every((child) => child.bits?.little === (endian === "little"))).toBe(true);
  });

  it("of a tag are told from those of its variant in the same byte", () => {
    const Tagged = union("type", bits(2), { a: [1, struct({ x: bits(6), y: u8 })] });
    expect(look(Tagged, "45 07").children.map(where)).toEqual([
      [0, 1, 7, 6, "a"],
      [0, 1, 5, 0, 5],
      [1, 2, undefined, undefined, 7],
    ]);
  });
});

describe("bytes that no field has", () => {
  it("are gaps where content leaves them over or offsets jump", () => {
    const Skipping = struct({ head: sized(4, u8, { skip: true }), last: u8 });
    expect(rows(look(Skipping, "01 eeeeee 02"))).toEqual([
      ["head", "sized(4)", 0, 4, 1],
      ["last", "u8", 4, 5, 2],
    ]);
    const Inner = struct({ head: sized(4, struct({ a: u8 }), { skip: true }), last: u8 });
    expect(rows(look(Inner, "01 eeeeee 02"))).toEqual([
      ["head", "sized(4)", 0, 4, { a: 1 }],
      ["head.a", "u8", 0, 1, 1],
      ["head", "gap", 1, 4, undefined],
      ["last", "u8", 4, 5, 2],
    ]);
  });

  it("are a delimiter behind elements that end with one", () => {
    expect(rows(look(struct({ list: array(u8, until("\n")), next: u8 }), "01 02 0a 03"))).toEqual([
      ["list", 'array(until "\\n")', 0, 3, [1, 2]],
      ["list[0]", "u8", 0, 1, 1],
      ["list[1]", "u8", 1, 2, 2],
      ["list", "delimiter", 2, 3, undefined],
      ["next", "u8", 3, 4, 3],
    ]);
  });

  it("are trailing behind a whole message, which is an error as for decode", () => {
    const tree = look(Message, "0006 01 01 03616461 0000");
    expect(tree.children.at(-1)).toMatchObject({
      kind: "trailing",
      start: 8,
      end: 10,
      verdict: { ok: false, text: "2 trailing bytes" },
    });
    expect(tree.value).toMatchObject({ type: "hello" });
    expect(tree.error).toMatchObject({ code: "trailing", offset: 8 });
    expect(look(u8, "0102")).toMatchObject({ value: 1, error: { code: "trailing" } });
  });

  it("are not read behind what is wrong", () => {
    const tree = look(Packet, "caff 01 07 00000000 01");
    expect(rows(tree)).toEqual([
      ["magic", "constant", 0, 2, 0xcaff],
      ["", "unread", 2, 9, undefined],
    ]);
    expect(find(tree, "magic").verdict).toEqual({
      ok: false,
      text: "BAD, must be 51966 (0xcafe), got 51967",
    });
  });
});

describe("through offsets", () => {
  it("shows what lies behind the fields where it lies, and what lies between as a gap", () => {
    const Table = struct({ offset: u8, name: at(field("offset"), string(u8)), next: u8 });
    expect(rows(look(Table, "04 07 eeee 02 6869"))).toEqual([
      ["offset", "u8", 0, 1, 4],
      ["name", "string(u8)", 4, 7, "hi"],
      ["next", "u8", 1, 2, 7],
      ["", "gap", 2, 4, undefined],
    ]);
  });

  it("shows what lies in front, once for each time that it is read", () => {
    const Back = struct({ a: u8, offset: u8, b: at(field("offset"), struct({ c: u8 })), d: u8 });
    expect(rows(look(Back, "05 00 07"))).toEqual([
      ["a", "u8", 0, 1, 5],
      ["offset", "u8", 1, 2, 0],
      ["b", "struct", 0, 1, { c: 5 }],
      ["b.c", "u8", 0, 1, 5],
      ["d", "u8", 2, 3, 7],
    ]);
  });
});

describe("what is verified", () => {
  it("is ok where it is right", () => {
    const good = compileHere(Packet).encode({ body: Uint8Array.of(7), more: 9 });
    const tree = compileHere(Packet).inspect(good);
    expect(find(tree, "crc").verdict).toEqual({ ok: true, text: "ok" });
    expect(tree.error).toBe(undefined);
  });

  it("is shown with what it should be where it is wrong, and the rest is still read", () => {
    const tree = look(Packet, "cafe 01 07 00000001 09");
    expect(find(tree, "crc")).toMatchObject({ value: 1, verdict: { ok: false, text: "BAD, want 0x00912b46" } });
    expect(find(tree, "more")).toMatchObject({ value: 9 });
    expect(tree.error).toBe(undefined);
  });

  it("is neither where the message ends before it can be known", () => {
    const Ahead = struct({ crc: checksum(u32, crc32, { from: "body", to: "body" }), body: bytes(4) });
    const tree = look(Ahead, "00000001 0708");
    expect(find(tree, "crc").verdict).toBe(undefined);
    expect(find(tree, "body").verdict?.ok).toBe(false);
  });

  it("is a length behind what it measures, too", () => {
    const Behind = struct({ body: bytes(2), size: lengthOf(u8, { from: "body", to: "body" }) });
    expect(find(look(Behind, "0708 03"), "size").verdict).toEqual({ ok: false, text: "BAD, want 2" });
    expect(find(look(Behind, "0708 02"), "size").verdict).toBe(undefined);
  });
});

describe("a message that is cut or wrong", () => {
  it("is shown up to the field in which it ends", () => {
    const tree = look(struct({ a: u8, b: struct({ c: u8, d: u32 }), e: u8 }), "01 02 03 04");
    expect(rows(tree)).toEqual([
      ["a", "u8", 0, 1, 1],
      ["b", "struct", 1, 4, undefined],
      ["b.c", "u8", 1, 2, 2],
      ["b.d", "u32", 2, 4, undefined],
    ]);
    expect(find(tree, "b.d").verdict).toEqual({ ok: false, text: "BAD, needs 4 bytes, 2 left" });
    expect(tree.error).toBeInstanceOf(DecodeError);
    expect(tree.error).toMatchObject({ code: "truncated", path: "b.d", offset: 2 });
  });

  it("is shown with what there is of a window that is cut, whose length is what is wrong", () => {
    const tree = look(Message, "000f 02 00000001 0002 0001 0002 0003 00");
    expect(tree.verdict).toEqual({ ok: false, text: "BAD, needs 15 bytes, 14 left" });
    expect(find(tree, "path[0]").value).toEqual({ x: 1, y: 2 });
    expect(find(tree, "path[1].x").value).toBe(3);
    expect(find(tree, "path[1].y")).toMatchObject({ start: 15, end: 16, value: undefined });
    const Covered = struct({ length: lengthOf(u8, { from: "a", to: "b" }), a: u8, b: bytes(rest), c: u8 });
    expect(rows(look(Covered, "05 01 02 03"))).toEqual([
      ["length", "u8", 0, 1, 5],
      ["a", "u8", 1, 2, 1],
      ["b", "bytes(rest)", 2, 4, Uint8Array.of(2, 3)],
      ["c", "u8", 4, 4, undefined],
    ]);
  });

  it("is shown with a wrong field of structs in structs, whose names stand in the path once", () => {
    const Nested = struct({ a: struct({ b: struct({ c: constant(u8, 1) }) }) });
    const tree = look(Nested, "02");
    expect(find(tree, "a.b.c")).toMatchObject({
      value: 2,
      verdict: { ok: false, text: "BAD, must be 1 (0x1), got 2" },
    });
    expect(tree.error?.path).toBe("a.b.c");
  });

  it("is shown with a value that a check refuses, and a tag that is none", () => {
    const Checked = struct({ a: u8, b: check(u8, (n) => n < 5, "below five"), c: u8 });
    expect(rows(look(Checked, "01 07 02"))).toEqual([
      ["a", "u8", 0, 1, 1],
      ["b", "u8", 1, 2, 7],
      ["", "unread", 2, 3, undefined],
    ]);
    const tree = look(Message, "0003 07 00 00");
    expect(find(tree, "type")).toMatchObject({
      kind: "u8",
      start: 2,
      end: 3,
      value: 7,
      verdict: { ok: false, text: 'BAD, needs one of the tags of "hello", "move", got 7' },
    });
  });

  it("is shown with digits that are none, as long as they should have been", () => {
    const tree = look(struct({ n: decimal(3), z: u8 }), "31 78 33 01");
    expect(find(tree, "n")).toMatchObject({ start: 0, end: 3, value: undefined, verdict: { ok: false } });
    expect(tree.children.at(-1)).toMatchObject({ kind: "unread", start: 3, end: 4 });
  });

  it("is shown with the bytes that a window has left over", () => {
    const tree = look(Message, "0008 01 01 03616461 ffff 77");
    expect(rows(tree).slice(-2)).toEqual([
      ["", "cut", 8, 10, undefined],
      ["", "unread", 10, 11, undefined],
    ]);
  });

  it("of no bytes is one node that says what it needs", () => {
    expect(look(u16, "")).toMatchObject({ start: 0, end: 0, children: [], verdict: { ok: false } });
  });
});

it("a hundred thousand elements are shown in one go", () => {
  const bytes = new Uint8Array(3 + 100_000);
  bytes.set([1, 0x86, 0xa0]);
  const Many = struct({ hi: u8, list: array(struct({ x: u8 }), u16), tail: array(u8, rest) });
  expect(compileHere(Many).inspect(bytes).error).toBe(undefined);
}, 60_000);

it("elements without bytes have no nodes, however many are announced", () => {
  for (const item of [struct({ nothing: struct({}) }), bytes(0)]) {
    const Empty = struct({ list: array(item as AnySchema, u32), end: u8 });
    expect(rows(look(Empty, "0003d090 07")).map(([path, , start, end]) => [path, start, end])).toEqual([
      ["list", 0, 4],
      ["end", 4, 5],
    ]);
  }
}, 60_000);

it("an offset is whole and not negative", () => {
  for (const offset of [-1, 0.5, Number.NaN, "1", 2 ** 53])
    expect(() => compileHere(u8).inspect(Uint8Array.of(1), { offset: offset as number })).toThrow(RangeError);
});

it("what a limit refuses is shown where it was announced", () => {
  const tree = compileHere(struct({ list: array(u8, u32) }), { limits: { maxElements: 2 } }).inspect(
    fromHex("0000000301"),
  );
  expect(rows(tree)).toEqual([
    ["list", "array(u32)", 0, 4, undefined],
    ["", "unread", 4, 5, undefined],
  ]);
  expect(find(tree, "list").verdict).toEqual({ ok: false, text: "BAD, at most 2 elements, 3 announced" });
});

describe("a message as deep as it may be", () => {
  const ones = (n: number): Uint8Array => new Uint8Array(n).fill(1, 0, n - 1);
  const flat = (root: Node): Node[] => {
    const found = [root];
    for (const { children } of found) found.push(...children);
    return found;
  };

  it.each([
    ["optional", List, 451, 902],
    ["optional, at the limit", List, 601, 1202],
    ["in arrays", Tree, 1202, 1803],
    ["in variants", Chain, 1201, 1802],
  ])("%s, is shown in whole", (_, schema, size, nodes) => {
    // Deeper ones too, but how much deeper is up to the engine, which takes more stack for code that is not compiled yet.
    const codec = compileHere(schema, { limits: { maxDepth: 600 } });
    const tree = codec.inspect(ones(size));
    expect(tree.error).toBe(undefined);
    expect(flat(tree).length).toBe(nodes);
    expect(linesOf(tree).length).toBeGreaterThan(size / 2);
    expect(codec.encode(tree.value)).toEqual(ones(size));
  });

  it("is shown as far as the stack goes", () => {
    const codec = compileHere(Tree, { limits: { maxDepth: 1024 } });
    const tree = nearEnd(0.8, () => codec.inspect(ones(2050)));
    expect(tree.error).toMatchObject({ code: "limit", expected: "fewer levels of recursion" });
    const { keys = [] } = tree.error ?? {};
    expect(keys.length).toBeGreaterThan(20);
    const shown = flat(tree);
    expect(shown.length).toBeGreaterThan(keys.length);
    expect(shown.find(({ path }) => path === tree.error?.path)?.verdict?.ok ?? false).toBe(false);
    expect(shown.filter(({ verdict }) => verdict?.ok === false).length).toBe(1);
    // A shallow message is shown as ever.
    expect(codec.inspect(fromHex("010101010100")).error).toBe(undefined);
  });
});

it("padding and hidden fields have nodes without a value", () => {
  expect(rows(look(struct({ a: u8, pad: padding({ align: 4 }), b: u8 }), "01 000000 02"))).toEqual([
    ["a", "u8", 0, 1, 1],
    ["pad", "padding", 1, 4, undefined],
    ["b", "u8", 4, 5, 2],
  ]);
});

it("any bytes of any schema: every byte has a node, and what is said agrees with decode", () => {
  let shown = 0;
  fc.assert(
    fc.property(anySchema(), fc.nat(), ({ schema }, seed) => {
      let codec: ReturnType<typeof compileHere>;
      try {
        codec = compileHere(schema);
        for (const { bytes } of fc.sample(mutations(schema), { seed, numRuns: 3 })) expectAccounted(codec, bytes);
        for (const bytes of fc.sample(wire(schema), { seed, numRuns: 3 })) expectAccounted(codec, bytes);
        for (const bytes of fc.sample(fc.uint8Array({ maxLength: 40 }), { seed, numRuns: 3 }))
          expectAccounted(codec, bytes);
        shown++;
      } catch (error) {
        if (!(error instanceof SchemaError)) throw error;
      }
    }),
    { numRuns: runs(20), seed },
  );
  expect(shown).toBeGreaterThan(runs(20) / 2);
}, 600_000);

function expectAccounted(codec: ReturnType<typeof compileHere>, bytes: Uint8Array): void {
  const tree = codec.inspect(bytes, { offset: 5 });
  const covered = new Uint8Array(bytes.length);
  for (const node of all(tree)) {
    expect(node.start).toBeGreaterThanOrEqual(5);
    expect(node.end).toBeLessThanOrEqual(5 + bytes.length);
    if (node.children.length === 0) covered.fill(1, node.start - 5, node.end - 5);
    else covered.fill(1, node.start - 5, Math.min(...node.children.map((child) => child.start)) - 5);
  }
  expect(covered.indexOf(0)).toBe(-1);
  const result = codec.safeDecode(bytes);
  if (result.ok) {
    expect(tree.error).toBe(undefined);
    expect(exact(tree.value)).toBe(exact(result.value));
  } else if (!all(tree).some(({ verdict }) => verdict?.text.startsWith("BAD, want"))) {
    expect(tree.error).toMatchObject({ code: result.error.code, path: result.error.path, actual: result.error.actual });
    expect(tree.error?.offset).toBe(result.error.offset + 5);
  }
}
