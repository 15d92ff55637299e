import {
  array,
  bytes,
  type Codec,
  check,
  Decoder,
  field,
  lazy,
  lengthOf,
  magic,
  map,
  match,
  rest,
  type Schema,
  sized,
  string,
  struct,
  u8,
  u16,
  uleb128,
  union,
  when,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { facts, failureOf } from "./support/facts.ts";
import { compileHere } from "./support/mode.ts";
import { fromHex, toHex } from "./support/shared-data.ts";
import { nearEnd } from "./support/stack.ts";

interface Tree {
  value: number;
  children: Tree[];
}
const Tree: Schema<Tree> = struct({
  value: u8,
  children: array(
    lazy(() => Tree),
    u8,
  ),
});

interface List {
  more: number;
  next?: List | undefined;
}
const List: Schema<List> = struct({
  more: u8,
  next: when(
    field("more"),
    lazy(() => List),
  ),
});

const deepList = (levels: number): List => {
  let list: List = { more: 0 };
  for (let i = 0; i < levels; i++) list = { more: 1, next: list };
  return list;
};

describe("a schema that contains itself", () => {
  facts(Tree, {
    ok: [
      [{ value: 1, children: [] }, "01 00"],
      [
        {
          value: 1,
          children: [
            { value: 2, children: [{ value: 3, children: [] }] },
            { value: 4, children: [] },
          ],
        },
        "01 02 02 01 03 00 04 00",
      ],
    ],
    badValues: [
      [
        { value: 1, children: [{ value: 2, children: [{ value: 300, children: [] }] }] },
        "range",
        "children[0].children[0].value",
      ],
      [{ value: 1, children: [null] }, "type", "children[0]"],
    ],
    badHex: [["01 01 02 01 03", "truncated", 5, "children[0].children[0].children"]],
    cuts: [[1, "children", 1]],
  });
  facts(List, {
    ok: [
      [{ more: 0 }, "00"],
      [{ more: 1, next: { more: 1, next: { more: 0 } } }, "01 01 00"],
    ],
    cuts: [],
  });
  facts(struct({ head: u8, tree: lazy(() => Tree), list: lazy(() => List), tree2: lazy(() => Tree) }), {
    ok: [
      [
        { head: 9, tree: { value: 1, children: [] }, list: { more: 0 }, tree2: { value: 2, children: [] } },
        "09 01 00 00 02 00",
      ],
    ],
  });
});

describe("schemas that contain each other", () => {
  type Expr = { type: "number"; n: number } | { type: "call"; call: Call };
  interface Call {
    name: string;
    args: Expr[];
  }
  const Expr: Schema<Expr> & { kind: "union" } = union("type", u8, {
    number: [0, struct({ n: u16 })],
    call: [1, struct({ call: lazy(() => Call) })],
  }) as never;
  const Call: Schema<Call> = struct({
    name: string(u8),
    args: array(
      lazy(() => Expr),
      u8,
    ),
  }) as never;
  facts(Call, {
    ok: [
      [
        {
          name: "f",
          args: [
            { type: "number", n: 7 },
            { type: "call", call: { name: "g", args: [] } },
          ],
        },
        "0166 02 00 0007 01 0167 00",
      ],
    ],
    badHex: [["0166 01 02", "tag", 3, "args[0].type"]],
    badValues: [[{ name: "f", args: [{ type: "call", call: { name: 1, args: [] } }] }, "type", "args[0].call.name"]],
  });
});

describe("a recursive schema with everything on each level", () => {
  interface Node {
    kind: number;
    flag: number;
    count: number;
    items: { type: string; value: Node | number }[];
  }
  const Node: Schema<Node> = struct({
    kind: u8,
    flag: u8,
    count: u8,
    items: array(
      union("type", u8, {
        leaf: [0, u8],
        node: [
          1,
          sized(
            uleb128,
            check(
              lazy(() => Node),
              () => true,
              "never",
            ),
          ),
        ],
        mapped: [
          2,
          map(
            lazy(() => Node),
            { decode: (node) => node, encode: (node: Node) => node },
          ),
        ],
      }),
      field("count"),
    ),
    extra: when(field("flag"), match(field("kind"), { 0: lazy(() => Node) }, u8)),
  }) as never;
  const nest = (levels: number, type: string): Node => {
    let node: Node = { kind: 1, flag: 0, count: 1, items: [{ type: "leaf", value: 5 }] };
    for (let i = 0; i < levels; i++) node = { kind: 1, flag: 0, count: 1, items: [{ type, value: node }] };
    return node;
  };

  it.each(["node", "mapped"])("comes back from 64 levels of %s, and is refused at 65", (type) => {
    const codec = compileHere(Node);
    expect(codec.decode(codec.encode(nest(64, type)))).toEqual(nest(64, type));
    expect(failureOf(() => codec.encode(nest(65, type)))).toMatchObject({ name: "EncodeError", code: "limit" });
    const wire = compileHere(Node, { limits: { maxDepth: 65 } }).encode(nest(65, type));
    expect(failureOf(() => codec.decode(wire))).toMatchObject({ name: "DecodeError", code: "limit" });
  });

  it.each(["node", "mapped"])(
    "of 1024 levels of %s comes back where that is allowed, or is refused where the stack ends",
    (type) => {
      const codec = compileHere(Node, { limits: { maxDepth: 1024 } });
      const unlessTooDeep = <T>(run: () => T): T | undefined => {
        try {
          return run();
        } catch (error) {
          if ((error as { code?: string }).code === "limit") return undefined;
          throw error;
        }
      };
      for (const levels of [100, 200, 1024]) {
        const wire = unlessTooDeep(() => codec.encode(nest(levels, type)));
        const value = wire && unlessTooDeep(() => codec.decode(wire));
        const again = value && unlessTooDeep(() => codec.encode(value));
        if (levels <= 200) expect(again).toBeDefined();
        if (again) expect(again).toEqual(wire);
      }
    },
  );
});

describe("how deep it may go", () => {
  it("64 levels, in both directions, unless said otherwise", () => {
    const codec = compileHere(List);
    const wire = codec.encode(deepList(64));
    expect(wire.length).toBe(65);
    expect(codec.decode(wire)).toEqual(deepList(64));
    const encode = failureOf(() => codec.encode(deepList(65)));
    expect(encode).toMatchObject({ name: "EncodeError", code: "limit", expected: "at most 64 levels of recursion" });
    const decode = failureOf(() => codec.decode(new Uint8Array(66).fill(1, 0, 65)));
    expect(decode).toMatchObject({ name: "DecodeError", code: "limit", offset: 65 });
    expect(decode.path).toBe(new Array(65).fill("next").join("."));
  });

  it.each([0, 1, 3])("%i where that is the limit", (maxDepth) => {
    const codec = compileHere(List, { limits: { maxDepth } });
    expect(codec.decode(codec.encode(deepList(maxDepth)))).toEqual(deepList(maxDepth));
    expect(failureOf(() => codec.encode(deepList(maxDepth + 1)))).toMatchObject({ code: "limit" });
    expect(failureOf(() => codec.decode(new Uint8Array(maxDepth + 2).fill(1)))).toMatchObject({ code: "limit" });
  });

  it("does not add up over siblings", () => {
    const codec = compileHere(Tree, { limits: { maxDepth: 1 } });
    const value = { value: 0, children: Array.from({ length: 200 }, (_, value) => ({ value, children: [] })) };
    expect(codec.decode(codec.encode(value))).toEqual(value);
    for (let i = 0; i < 3; i++) {
      expect(failureOf(() => codec.decode(fromHex("0001 0101 0100".replaceAll(" ", ""))))).toMatchObject({
        code: "limit",
      });
      expect(codec.decode(fromHex("00010100"))).toEqual({ value: 0, children: [{ value: 1, children: [] }] });
    }
  });

  const messages: [string, Codec<unknown>, Uint8Array][] = [64, 1024].flatMap((maxDepth) => [
    [`a list, at most ${maxDepth}`, compileHere(List, { limits: { maxDepth } }), new Uint8Array(100_001).fill(1)],
    [`a tree, at most ${maxDepth}`, compileHere(Tree, { limits: { maxDepth } }), new Uint8Array(200_000).fill(1)],
  ]);
  it.each(messages)("input that is 10^5 levels deep is refused, not a stack overflow: %s", (_, codec, wire) => {
    expect(failureOf(() => codec.decode(wire))).toMatchObject({ name: "DecodeError", code: "limit" });
    expect(failureOf(() => codec.read(wire))).toMatchObject({ name: "DecodeError", code: "limit" });
  });

  it.each([64, 1024])("a value that is 10^5 levels deep, or contains itself, is refused at %i", (maxDepth) => {
    const codec = compileHere(List, { limits: { maxDepth } });
    expect(failureOf(() => codec.encode(deepList(100_000)))).toMatchObject({ name: "EncodeError", code: "limit" });
    const loop: List = { more: 1 };
    loop.next = loop;
    expect(failureOf(() => codec.encode(loop))).toMatchObject({ name: "EncodeError", code: "limit" });
    expect(failureOf(() => codec.size(loop))).toMatchObject({ name: "EncodeError", code: "limit" });
  });

  it("recursion that takes no bytes ends too", () => {
    const Endless: Schema<any> = struct({ again: lazy(() => Endless) });
    const codec = compileHere(Endless);
    expect(failureOf(() => codec.decode(fromHex("")))).toMatchObject({ code: "limit" });
    const Wide: Schema<any> = struct({
      again: array(
        lazy(() => Wide),
        3,
      ),
    });
    expect(failureOf(() => compileHere(Wide).decode(fromHex("")))).toMatchObject({ code: "limit" });
  });
});

describe("where the stack of the caller ends", () => {
  const Named: Schema<any> = struct({
    more: u8,
    größe: when(
      field("more"),
      lazy(() => Named),
    ),
  });
  const ones = new Uint8Array(20_000).fill(1);
  const deep = deepList(2000);
  const shares = [0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 0.92];

  it.each([
    ["decode", (codec) => codec.decode(ones)],
    ["read", (codec) => codec.read(ones)],
    ["push", (codec) => [...new Decoder(codec).push(ones)]],
    ["encode", (codec) => codec.encode(deep)],
    [
      "inspect",
      (codec) => {
        throw codec.inspect(ones).error;
      },
    ],
  ] satisfies [string, (codec: Codec<any>) => unknown][])(
    "%s says that it is too deep, and the process goes on",
    (how, use) => {
      for (const share of shares) {
        for (const schema of [List, Named]) {
          const codec = compileHere(schema, { limits: { maxDepth: 1024 } });
          const error = nearEnd(share, () => failureOf(() => use(codec)));
          expect(error).toMatchObject({ code: schema === Named && how === "encode" ? "missing" : "limit" });
        }
      }
    },
  );

  it("the path leads to the level for which there is no room", () => {
    const codec = compileHere(List, { limits: { maxDepth: 1024 } });
    const error = nearEnd(0.9, () => failureOf(() => codec.decode(ones)));
    const [level] = /\d+$/.exec(String(error.actual)) ?? [];
    expect(error.keys).toEqual(new Array(Number(level)).fill("next"));
  });
});

describe("what cannot be recursive", () => {
  it.each([
    ["no function", () => lazy(5 as never), "argument"],
    ["a function that gives nothing", () => compileHere(lazy(() => undefined as never)), "recursion"],
    ["a schema that is itself lazy", () => compileHere(lazy(() => lazy(() => Tree))), "recursion"],
    [
      "one that stands for nothing but itself",
      () => {
        const self: Schema<unknown> = lazy(() => self);
        return compileHere(self);
      },
      "recursion",
    ],
    [
      "one that is made again on each call",
      () => {
        const fresh = (): Schema<any> => struct({ v: u8, c: array(lazy(fresh), u8) });
        return compileHere(fresh());
      },
      "recursion",
    ],
    [
      "one that is made again by a function that is made again",
      () => {
        const fresh = (): Schema<any> =>
          struct({
            v: u8,
            c: array(
              lazy(() => fresh()),
              u8,
            ),
          });
        return compileHere(fresh());
      },
      "recursion",
    ],
    [
      "one that reads fields around it",
      () => {
        const Inner = struct({ b: bytes(field("../n")) });
        return compileHere(struct({ n: u8, inner: lazy(() => Inner) }));
      },
      "reference",
    ],
  ])("%s", (_, define, code) => {
    expect(failureOf(define)).toMatchObject({ name: "SchemaError", code });
  });
  it("but many that contain one another can be", () => {
    const ring: Schema<any>[] = Array.from({ length: 100 }, (_, i) =>
      struct({
        v: u8,
        c: array(
          lazy(() => ring[(i + 1) % 100] as Schema<any>),
          u8,
        ),
      }),
    );
    expect(compileHere(ring[0] as Schema<any>).decode(fromHex("01010200"))).toEqual({ v: 1, c: [{ v: 2, c: [] }] });
  });
  const Greedy: Schema<any> = struct({ kind: u8, all: bytes(rest) });
  const later = lazy(() => Greedy);
  it.each([
    ["in a field, followed by another", () => struct({ inner: later, more: u8 }), "inner"],
    ["in a struct, followed by a field", () => struct({ inner: struct({ n: u8, deep: later }), more: u8 }), "inner"],
    ["under a condition", () => struct({ n: u8, inner: when(field("n"), later), more: u8 }), "inner"],
    ["in a variant", () => struct({ inner: union("t", u8, { a: [1, later] }), more: u8 }), "inner"],
    ["in a case", () => struct({ n: u8, inner: match(field("n"), { 1: later }), more: u8 }), "inner"],
    ["through recursion", () => struct({ inner: lazy(() => struct({ deep: later })), more: u8 }), "inner"],
    ["checked", () => struct({ inner: check(later, () => true, "never"), more: u8 }), "inner"],
    ["in elements", () => array(later, u8), ""],
    ["in elements to the end", () => struct({ list: array(later, rest) }), "list"],
  ])("one that takes all %s", (_, define, path) => {
    const error = failureOf(() => compileHere(define() as never));
    expect(error).toMatchObject({ name: "SchemaError", code: "end", path });
  });
  it("but one that takes all, last or in a range, can", () => {
    const last = compileHere(struct({ n: u8, inner: struct({ deep: later }), none: magic("") }));
    expect(last.decode(fromHex("010203"))).toEqual({ n: 1, inner: { deep: { kind: 2, all: Uint8Array.of(3) } } });
    const ranged = compileHere(struct({ n: lengthOf(u8, { from: "inner", to: "inner" }), inner: later, more: u8 }));
    expect(toHex(ranged.encode({ inner: { kind: 2, all: Uint8Array.of(3) }, more: 4 }))).toBe("02020304");
    expect(ranged.decode(fromHex("02020304"))).toMatchObject({ more: 4 });
  });
  it("but one that takes all of its window can", () => {
    interface Box {
      kind: number;
      inner: Box[];
    }
    const Box: Schema<Box> = struct({
      kind: u8,
      inner: array(
        sized(
          u8,
          lazy(() => Box),
        ),
        rest,
      ),
    });
    const codec = compileHere(Box);
    const value = {
      kind: 1,
      inner: [
        { kind: 2, inner: [] },
        { kind: 3, inner: [{ kind: 4, inner: [] }] },
      ],
    };
    expect(toHex(codec.encode(value))).toBe("01" + "0102" + "03030104");
    expect(codec.decode(codec.encode(value))).toEqual(value);
  });
});
