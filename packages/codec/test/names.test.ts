// T19: text of a schema never becomes code, and no name means something else to JavaScript than to its author.

import {
  type AnySchema,
  array,
  bits,
  bytes,
  type Codec,
  check,
  checksum,
  constant,
  crc,
  crc32,
  custom,
  decimal,
  enumeration,
  field,
  i16,
  lengthOf,
  magic,
  map,
  match,
  nullable,
  padding,
  render,
  reserved,
  rest,
  SchemaError,
  sized,
  string,
  struct,
  typedArray,
  u8,
  u16,
  u32,
  uleb128,
  union,
  until,
  when,
} from "@wireform/codec";
import { afterEach, describe, expect, it } from "vitest";
import { exact, facts, failureOf } from "./support/facts.ts";
import { compileHere, mode } from "./support/mode.ts";

const marker = "wireformRanThis";
const ran = () => Reflect.get(globalThis, marker);
afterEach(() => {
  expect(ran(), "text of a schema ran as code").toBe(undefined);
});

const attack = `globalThis.${marker}=1`;
const names = [
  "a;b",
  "a b",
  "-",
  "constructor",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "isPrototypeOf",
  "__defineGetter__",
  "prototype",
  "class",
  "await",
  "default",
  "null",
  "true",
  "undefined",
  "this",
  "arguments",
  "eval",
  "let",
  "$tmp0",
  "_",
  "p",
  "b",
  "e",
  "r",
  "v",
  "w",
  "hard",
  "STOP",
  "c0",
  "v_1",
  "p_1",
  "n_2",
  "at_3",
  "decode0",
  "encode0",
  "length",
  "then",
  "toJSON",
  "kind",
  "value",
  "key",
  "get",
  "name",
  '"',
  "'",
  "`",
  "\\",
  '\\"',
  "\n",
  "\r\n",
  "\u2028",
  "\u2029",
  "\0",
  "*/",
  "//",
  "/*",
  "${x}",
  "</script>",
  "<!--",
  "-->",
  "#private",
  "[0]",
  "[Symbol.iterator]",
  "é",
  "日本",
  "😀",
  "\ud800",
  "ﬁ",
  "01",
  "1.5",
  "-1",
  "1e3",
  "0x1",
  "Infinity",
  "NaN",
  `";${attack};"`,
  `';${attack};'`,
  `\`;${attack};\``,
  `*/${attack}/*`,
  `\n${attack}\n`,
  `\\";${attack}//`,
  `]);${attack};([`,
  `\${${attack}}`,
  `\u2028${attack}\u2028`,
  `a=${attack}`,
  "x".repeat(65536),
  `${'"'.repeat(65535)}\\`,
];

const brief = (name: string): string =>
  JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}… (${name.length})` : name);
const isPath = (name: string): boolean => !/[./]/.test(name);

describe("a struct with a field of every name", () => {
  const fields = Object.fromEntries(names.map((name) => [name, u8] as const));
  const value = Object.fromEntries(names.map((name, i) => [name, i]));
  facts(struct(fields), { ok: [[value, names.map((_, i) => i.toString(16).padStart(2, "0")).join("")]] });

  it("keeps the order of the names", () => {
    const decoded = compileHere(struct(fields)).decode(Uint8Array.from(names, (_, i) => i));
    expect(Object.keys(decoded)).toEqual(names);
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
  });
});

describe("each name, wherever a name can stand", () => {
  for (const name of names)
    it(brief(name), () => {
      const both = (schema: AnySchema, value: unknown, hex: string): void => {
        const codec = compileHere(schema);
        expect(Buffer.from(codec.encode(value)).toString("hex")).toBe(hex);
        expect(exact(codec.decode(Buffer.from(hex, "hex")))).toBe(exact(value));
      };
      both(struct({ first: u8, [name]: when(field("first"), u8) } as never), { first: 1, [name]: 2 }, "0102");
      both(
        struct({ [name]: struct({ [name]: array(struct({ [name]: u8 }), u8) }) }),
        { [name]: { [name]: [{ [name]: 7 }] } },
        "0107",
      );
      both(enumeration(u8, { [name]: 5, other: 6 }), name, "05");
      both(constant(string(u16), "x"), "x", "000178");
      both(
        union("type", u8, { [name]: [1, struct({ a: u8 })], other: [2, struct({})] } as never),
        { type: name, a: 9 },
        "0109",
      );
      if (name !== "a") both(union(name, u8, { one: [1, struct({ a: u8 })] }), { [name]: "one", a: 9 }, "0109");
      both(union("type", string(until("\0")), { v: ["tag", struct({})] }), { type: "v" }, "74616700");
      if (!name.includes("\ud800")) {
        const text = Buffer.from(name);
        both(
          union("type", string(u32), { v: [name, struct({})] }),
          { type: "v" },
          Buffer.concat([Buffer.alloc(4).fill(0), text])
            .toString("hex")
            .replace(/^.{8}/, text.length.toString(16).padStart(8, "0")),
        );
        both(constant(string(text.length), name), name, text.toString("hex"));
        if (!name.includes("\0"))
          both(struct({ a: string(until(name)), b: u8 }), { a: "", b: 1 }, `${text.toString("hex")}01`);
      }
      if (!isPath(name)) return;
      both(
        struct({ [name]: u8, body: bytes(field(name)) } as never),
        { [name]: 2, body: Uint8Array.of(8, 9) },
        "020809",
      );
      both(
        struct({ [name]: u8, sum: checksum(u8, sum, { from: name, to: name }) } as never),
        { [name]: 2, sum: 2 },
        "0202",
      );
      both(
        struct({ [name]: u8, rest: match(field(name), { 1: u8, 2: u16 }) } as never),
        { [name]: 2, rest: 3 },
        "020003",
      );
      const derived = compileHere<AnySchema>(struct({ [name]: u8, body: bytes(field(name)) } as never));
      expect(derived.encode({ body: Uint8Array.of(8, 9) })).toEqual(Uint8Array.of(2, 8, 9));
      expect(failureOf(() => derived.decode(Uint8Array.of(5, 1)))).toMatchObject({
        code: "truncated",
        path: "body",
        offset: 1,
      });
      expect(failureOf(() => derived.encode({ [name]: 5, body: Uint8Array.of(8) }))).toMatchObject({
        code: "mismatch",
        keys: [name],
      });
      const measured = struct({
        [name]: lengthOf(u8, { from: "body", to: "body" }),
        body: string(until("!")),
      } as never);
      expect(compileHere<AnySchema>(measured).encode({ body: "ab" })).toEqual(Uint8Array.of(3, 97, 98, 33));
    });

  const sum = crc({ width: 8, poly: 1, init: 0, refin: false, refout: false, xorout: 0, name: `*/${attack}/*` });
});

describe("names that a field cannot have", () => {
  const refused = (make: () => unknown): SchemaError => {
    try {
      make();
    } catch (error) {
      if (error instanceof SchemaError) return error;
      throw error;
    }
    throw new Error("nothing was refused");
  };
  it("__proto__ is refused, however it is written", () => {
    expect(refused(() => struct({ ["__proto__"]: u8 }))).toMatchObject({ code: "name", keys: ["__proto__"] });
    expect(refused(() => struct({ a: struct({ ["__proto__"]: u8 }) }))).toMatchObject({ code: "name" });
    expect(refused(() => union("__proto__", u8, { a: [1, struct({})] }))).toMatchObject({ code: "name" });
    expect(refused(() => struct({ __proto__: u8, a: u8 } as never))).toMatchObject({ code: "name" });
    expect(refused(() => union("t", u8, { __proto__: [1, struct({})], a: [2, struct({})] } as never))).toMatchObject({
      code: "name",
    });
    expect(refused(() => match(field("n"), { __proto__: u8, 1: u8 } as never))).toMatchObject({ code: "name" });
  });
  it("what JavaScript would put before the others is refused", () => {
    for (const name of ["0", "1", "42", "4294967294", "4294967295", "9007199254740993"]) {
      expect(refused(() => struct({ a: u8, [name]: u8 }))).toMatchObject({ code: "name", keys: [name] });
      expect(refused(() => union(name, u8, { a: [1, struct({})] }))).toMatchObject({ code: "name" });
    }
  });
  it("no name at all is refused", () => {
    expect(refused(() => struct({ "": u8 }))).toMatchObject({ code: "name" });
  });
  it("an object without a prototype is as good as any", () => {
    const fields = Object.assign(Object.create(null), { a: u8 }) as { a: typeof u8 };
    expect(compileHere(struct(fields)).decode(Uint8Array.of(5))).toEqual({ a: 5 });
  });
});

describe("names that are values", () => {
  facts(enumeration(u8, { ["__proto__"]: 1, constructor: 2, 7: 7 }), {
    ok: [
      ["__proto__", "01"],
      ["constructor", "02"],
      ["7", "07"],
    ],
    badValues: [
      ["toString", "range"],
      [7, "range"],
    ],
  });
  facts(
    union("type", u8, { ["__proto__"]: [1, struct({ a: u8 })], constructor: [2, struct({})], 3: [3, struct({})] }),
    {
      ok: [
        [{ type: "__proto__", a: 5 }, "0105"],
        [{ type: "constructor" }, "02"],
        [{ type: "3" }, "03"],
      ],
      badValues: [
        [{ type: "toString" }, "range", "type"],
        [{ type: 3 }, "range", "type"],
        [{}, "missing", "type"],
      ],
      badHex: [["04", "tag", 0, "type"]],
    },
  );
});

describe("text that a schema says to people", () => {
  it("is never code either", () => {
    const reject = check(u8, (n: number) => n < 9, `*/";${attack};'\u2028`);
    const mapped = map(u8, { decode: (n) => n, encode: (n: number) => n });
    const schema = struct({ a: reject, b: mapped, m: magic(`";${attack};"`), s: string(until(`";${attack};\n`)) });
    const codec = compileHere(schema);
    const bytes = codec.encode({ a: 1, b: 2, s: "x" });
    expect(codec.decode(bytes)).toEqual({ a: 1, b: 2, s: "x" });
    expect(failureOf(() => codec.decode(Uint8Array.of(9, ...bytes.subarray(1))))).toMatchObject({
      code: "rejected",
      path: "a",
    });
    expect(() => field("n").is({ toString: () => attack } as never)).toThrow(SchemaError);
    expect(() => field("n").plus(attack as never)).toThrow(SchemaError);
  });

  it.runIf(mode !== "interpret")("stays text in the module that is printed", () => {
    for (const name of names) {
      const schema = struct({
        [name]: u8,
        s: string(until(name)),
        e: enumeration(u8, { [name]: 1 }),
        u: union("t", u8, { [name]: [1, struct({ [name]: u8 })] }),
      });
      if (name.includes("\ud800")) continue;
      const { source } = compileHere(schema);
      expect(source).not.toMatch(/[\u2028\u2029]/);
      const script = source.replace(/^import .*$/gm, "").replace(/^export /gm, "");
      // Its functions run to the end, or stop at a runtime function that is not here; what is quoted does nothing.
      for (const make of ["makeDecode", "makeEncode"])
        expect(() => new Function(`${script}; return ${make}();`)()).not.toThrow(SyntaxError);
    }
  });
});

describe("a polluted Object.prototype", () => {
  const message = struct({
    n: u8,
    body: bytes(field("n")),
    kind: enumeration(u8, { a: 1, b: 2 }),
    fixed: constant(u8, 7),
    sum: lengthOf(u8, { from: "n", to: "kind" }),
    more: when(field("kind").is("b"), u8),
    inner: union("type", u8, { x: [1, struct({ value: u8 })], y: [2, u8] }),
    list: array(struct({ value: u8 }), u8),
  });
  const value = {
    n: 1,
    body: Uint8Array.of(5),
    kind: "a",
    fixed: 7,
    sum: 3,
    inner: { type: "y", value: 4 },
    list: [{ value: 6 }],
  };
  const hex = "0105010703020401" + "06";
  const bad: [unknown, string][] = [
    [{ ...value, kind: undefined }, "kind"],
    [{ kind: "a", inner: { type: "y", value: 4 }, list: [] }, "body"],
    [{ ...value, inner: { value: 4 } }, "inner.type"],
    [{ ...value, inner: { type: "x" } }, "inner.value"],
    [{ ...value, list: [{}] }, "list[0].value"],
    [{ ...value, kind: "b" }, "more"],
    [{}, "body"],
  ];
  const pollution: Record<string, unknown> = {
    n: 9,
    body: Uint8Array.of(1, 2, 3),
    kind: "b",
    fixed: 8,
    sum: 99,
    more: 3,
    inner: { type: "x", value: 1 },
    list: [],
    type: "x",
    value: 77,
    length: 5,
    key: "k",
    tag: 1,
    a: 1,
    x: 1,
  };

  const polluted = <T>(run: () => T): T => {
    for (const [key, planted] of Object.entries(pollution))
      Object.defineProperty(Object.prototype, key, {
        value: planted,
        configurable: true,
        enumerable: true,
        writable: true,
      });
    try {
      return run();
    } finally {
      for (const key of Object.keys(pollution)) Reflect.deleteProperty(Object.prototype, key);
    }
  };

  for (const when of ["before", "after"] as const)
    it(`changes nothing for a codec that was compiled ${when} it`, () => {
      const clean = compileHere(message);
      const codec = when === "before" ? clean : polluted(() => compileHere(message));
      const given = { body: value.body, kind: "a", inner: value.inner, list: value.list } as never;
      const seen = polluted(() => ({
        full: Buffer.from(codec.encode(value as never)).toString("hex"),
        short: Buffer.from(codec.encode(given)).toString("hex"),
        decoded: codec.decode(Buffer.from(hex, "hex")) as object,
        refused: bad.map(([wrong]) => {
          try {
            codec.encode(wrong as never);
            return "accepted";
          } catch (error) {
            return (error as { path?: string }).path;
          }
        }),
      }));
      expect(seen.full).toBe(hex);
      expect(seen.short).toBe(hex);
      expect(exact(seen.decoded)).toBe(exact(value));
      expect(Object.keys(seen.decoded)).not.toContain("more");
      expect(seen.refused).toEqual(bad.map(([, path]) => path));
    });
});

describe("one property that every object inherits, when a schema is defined and compiled and after that", () => {
  const planted: Record<string, unknown> = {
    get: () => 5,
    value: 7,
    kind: "lazy",
    mode: "fast",
    limits: { maxDepth: 0 },
    views: true,
    endian: "little",
    bitOrder: "lsb",
    encoding: "latin1",
    pad: "x",
    padSide: "start",
    without: "h",
    max: 0,
    orEnd: true,
    last: () => true,
    unknown: "pass",
    ignore: true,
    skip: true,
    lead: 4,
    big: true,
    safe: true,
    sign: "always",
    maxDigits: 1,
    label: "evil",
    length: 9,
    to: "zz",
    place: 1,
    hidden: true,
    derived: 1,
    constant: 1,
    optional: true,
    greedy: true,
    numeric: "bigint",
    names: new Map(),
    slot: 1,
    slots: 1,
    range: { from: 0, to: 255 },
    checksum: 1,
    integer: { signed: true },
    traits: {},
    accept: () => undefined,
    again: 1,
    unsized: 1,
    run: 1,
    needed: 2,
    key: "q",
    keys: ["q"],
    offset: 1,
    color: true,
    join: 1,
    test: ["is", 9],
    bits: { high: 7, low: 0 },
    signed: true,
    verdict: { ok: false, text: "no" },
    derivedAt: 0,
  };
  const define = () =>
    struct({
      n: u8,
      body: bytes(field("n")),
      size: lengthOf(u16, { from: "text", to: "list" }),
      text: string(u8),
      list: array(u16, u8),
      inner: union("type", u8, { a: [1, struct({ x: u8 })], b: [2, u8] }),
      high: bits(3),
      low: bits(5),
      k: u8,
      more: when(field("k"), u8),
      match: match(field("k"), { 0: u8 }, u16),
      digits: decimal(3),
      name: enumeration(u8, { p: 1, q: 2 }),
      reserved: reserved(u8),
      pad: padding({ align: 4 }),
      frame: sized(u8, bytes(rest)),
      line: string(until("\0")),
      way: custom({
        name: "one",
        decode: (b) => ({ value: b[0], size: 1 }),
        encode: (v) => Uint8Array.of(v as number),
      }),
      sum: checksum(u32, crc32, { from: "n", to: "way" }),
      fixed: string(6, { pad: " " }),
      numbers: typedArray(u16, u8),
      nothing: bytes(nullable(i16)),
      wide: uleb128({ big: true }),
    });
  const given = {
    body: Uint8Array.of(1, 2),
    text: "h\u00e9",
    list: [1, 2],
    inner: { type: "a", x: 1 },
    high: 1,
    low: 2,
    k: 0,
    match: 9,
    digits: 7,
    name: "p",
    frame: Uint8Array.of(1),
    line: "q",
    way: 3,
    fixed: "ab",
    numbers: Uint16Array.of(1),
    nothing: null,
    wide: 300n,
  };
  const story = (codec: Codec<unknown>): string => {
    const wire = codec.encode(given);
    const told = [wire, codec.decode(wire), codec.size(given), render(codec.inspect(wire))];
    const refused = [() => codec.decode(wire.subarray(0, 9)), () => codec.encode({ ...given, high: 9 })].map(failureOf);
    return exact([...told, ...refused.map(({ message }) => message)]);
  };
  const clean = story(compileHere<AnySchema>(define()));
  const before = compileHere<AnySchema>(define());
  for (const key of Object.keys(planted))
    it(key, () => {
      Object.defineProperty(Object.prototype, key, {
        value: planted[key],
        configurable: true,
        enumerable: true,
        writable: true,
      });
      let told: unknown[];
      try {
        told = [before, compileHere<AnySchema>(define())].map(story);
      } catch (error) {
        told = [error];
      } finally {
        Reflect.deleteProperty(Object.prototype, key);
      }
      expect(told).toEqual([clean, clean]);
    });
});
