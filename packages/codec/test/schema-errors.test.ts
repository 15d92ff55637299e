// Every definition that cannot work is refused while it is defined, or at the latest when it is compiled, by an error
// that names the field and says what to do.

import {
  array,
  asText,
  at,
  bits,
  bytes,
  check,
  checksum,
  compile,
  constant,
  crc,
  crc32,
  custom,
  decimal,
  enumeration,
  f64,
  field,
  flag,
  hexadecimal,
  lazy,
  lengthOf,
  magic,
  map,
  match,
  nullable,
  padding,
  range,
  reserved,
  rest,
  type SchemaError,
  sized,
  string,
  struct,
  u8,
  u16,
  u32,
  u64,
  uleb128,
  union,
  until,
  when,
} from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { compileHere } from "./support/mode.ts";

type Row = readonly [name: string, define: () => unknown, code: string, path: string, says: RegExp];

const any = <T>(value: T): never => value as never;

/** Thrown by defining alone. */
function refused(rows: readonly Row[]): void {
  it.each(rows)("%s", (_, define, code, path, says) => {
    let error: unknown;
    try {
      define();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ name: "SchemaError", code, path });
    expect((error as SchemaError).message).toMatch(says);
    if (path !== "") expect((error as SchemaError).message.startsWith(`${path}: `)).toBe(true);
  });
}

describe("names", () => {
  const named = (name: string) => struct(Object.fromEntries([[name, u8]]) as never);
  refused([
    ["__proto__", () => named("__proto__"), "name", "__proto__", /cannot be called "__proto__"/],
    ["an integer", () => named("7"), "name", '["7"]', /give it a letter/],
    ["zero", () => named("0"), "name", '["0"]', /JavaScript would put it before the others/],
    ["a large integer", () => named("4294967295"), "name", '["4294967295"]', /give it a letter/],
    ["nothing", () => named(""), "name", "", /needs a name/],
  ]);
  it.each([
    "constructor",
    "toString",
    "hasOwnProperty",
    "prototype",
    "then",
    "-1",
    "1.5",
    "01",
    "a;b",
    "a\nb",
    "\u2028",
    "${x}",
    "`",
    "*/",
    "__defineGetter__",
    "valueOf",
    "toJSON",
    "length",
    "name",
    "x".repeat(65536),
  ])("%s is a name like any other", (name) => {
    const schema = struct(
      Object.fromEntries([
        ["first", u8],
        [name, u16],
        ["sometimes", when(field("first"), u8)],
        ["last", bytes(field("first"))],
      ]) as never,
    );
    const codec = compileHere(schema) as unknown as { encode(v: object): Uint8Array; decode(b: Uint8Array): object };
    const value = Object.fromEntries([
      ["first", 1],
      [name, 2],
      ["sometimes", 3],
      ["last", Uint8Array.of(4)],
    ]);
    const wire = codec.encode(value);
    expect(wire).toEqual(Uint8Array.of(1, 0, 2, 3, 4));
    expect(codec.decode(wire)).toEqual(value);
    expect(Object.keys(codec.decode(wire))).toEqual(["first", name, "sometimes", "last"]);
  });
});

describe("references", () => {
  refused([
    [
      "to a later field",
      () => struct(any({ b: bytes(field("n")), n: u8 })),
      "reference",
      "b",
      /"n".*stands later; a reference can only look back/,
    ],
    ["to itself", () => struct(any({ n: array(u8, field("n")) })), "reference", "n", /is itself/],
    [
      "to a field that is not there",
      () => struct(any({ n: u8, b: bytes(field("m")) })),
      "reference",
      "b",
      /"m", which is not a field of this struct \(n, b\)/,
    ],
    ["into a struct that is not there", () => struct(any({ n: u8, b: bytes(field("h.n")) })), "reference", "b", /"h"/],
    [
      "further out, to a later field",
      () => struct(any({ a: struct({ b: bytes(field("../n")) }), n: u8 })),
      "reference",
      "a",
      /"n".*stands later/,
    ],
    [
      "further out, to a field that is not there",
      () => struct(any({ a: struct({ b: bytes(field("../n")) }) })),
      "reference",
      "a",
      /"n"/,
    ],
    [
      "further out, to itself",
      () => struct(any({ a: struct({ b: bytes(field("../a")) }) })),
      "reference",
      "a",
      /is itself/,
    ],
    ["by no name", () => field(""), "reference", "", /is not a path; write "name"/],
    ["by a number", () => field(any(5)), "reference", "", /is not a path/],
    ["by two dots", () => field(".."), "reference", "", /is not a path/],
    ["by an empty step", () => field("a..b"), "reference", "", /is not a path/],
    ["by a way back in the middle", () => field("a/../b"), "reference", "", /is not a path/],
    [
      "in a case",
      () => struct(any({ t: u8, x: match(field("t"), { 1: bytes(field("n")) }) })),
      "reference",
      "x",
      /"n"/,
    ],
    [
      "in a variant",
      () => union("t", u8, any({ a: [1, struct(any({ b: bytes(field("n")) }))] })),
      "reference",
      "b",
      /"n"/,
    ],
    [
      "in an element",
      () => struct(any({ list: array(struct({ b: bytes(field("../n")) }), 2) })),
      "reference",
      "list",
      /"n"/,
    ],
    ["in a condition", () => struct(any({ x: when(field("on"), u8) })), "reference", "x", /"on"/],
  ]);
  const compiled = (schema: unknown) => () => compileHere(any(schema));
  refused([
    ["outside of every struct", compiled(bytes(field("n"))), "reference", "", /stands in no struct/],
    [
      "out of the outermost struct",
      compiled(struct(any({ b: bytes(field("../n")) }))),
      "reference",
      "",
      /stands in no struct/,
    ],
    [
      "into a field that is no struct",
      compiled(struct(any({ n: u8, b: bytes(field("n.m")) }))),
      "reference",
      "b",
      /"n" is not a struct with a field "m"/,
    ],
    [
      "into a struct without the field",
      compiled(struct(any({ h: struct({ n: u8 }), b: bytes(field("h.m")) }))),
      "reference",
      "b",
      /"h" is not a struct with a field "m"/,
    ],
    [
      "into an array",
      compiled(struct(any({ h: array(struct({ n: u8 }), 2), b: bytes(field("h.n")) }))),
      "reference",
      "b",
      /"h" is not a struct/,
    ],
    [
      "into a union",
      compiled(struct(any({ h: union("t", u8, { a: [1, struct({ n: u8 })] }), b: bytes(field("h.n")) }))),
      "reference",
      "b",
      /"h" is not a struct/,
    ],
    [
      "into what may be absent",
      compiled(struct(any({ on: u8, h: when(field("on"), struct({ n: u8 })), b: bytes(field("h.n")) }))),
      "reference",
      "b",
      /"h" is not a struct/,
    ],
    [
      "into what may be null",
      compiled(struct(any({ h: sized(nullable(u8, 255), struct({ n: u8 })), b: bytes(field("h.n")) }))),
      "reference",
      "b",
      /"h" is not a struct/,
    ],
    [
      "to padding",
      compiled(struct(any({ n: padding(1), b: bytes(field("n")) }))),
      "reference",
      "b",
      /has no value to refer to/,
    ],
    [
      "to magic",
      compiled(struct(any({ n: magic("x"), b: bytes(field("n")) }))),
      "reference",
      "b",
      /has no value to refer to/,
    ],
    [
      "to something reserved",
      compiled(struct(any({ n: reserved(u8), b: bytes(field("n")) }))),
      "reference",
      "b",
      /has no value to refer to/,
    ],
    ["to text", compiled(struct(any({ n: string(1), b: bytes(field("n")) }))), "inverse", "b", /not a whole number/],
    ["to a fraction", compiled(struct(any({ n: f64, b: bytes(field("n")) }))), "inverse", "b", /not a whole number/],
    [
      "to a truth",
      compiled(struct(any({ a: flag, z: bits(7), b: bytes(field("a")) }))),
      "inverse",
      "b",
      /not a whole number/,
    ],
    [
      "to a name",
      compiled(struct(any({ n: enumeration(u8, { a: 1 }), b: bytes(field("n")) }))),
      "inverse",
      "b",
      /not a whole number/,
    ],
    [
      "to a mapped number",
      compiled(struct(any({ n: map(u8, { decode: (n) => n, encode: (n: number) => n }), b: bytes(field("n")) }))),
      "inverse",
      "b",
      /not a whole number/,
    ],
    [
      "to a struct",
      compiled(struct(any({ n: struct({ m: u8 }), b: bytes(field("n")) }))),
      "inverse",
      "b",
      /not a whole number/,
    ],
    [
      "to a length of a range",
      compiled(struct(any({ n: lengthOf(u8, { from: "b" }), b: bytes(field("n")) }))),
      "reference",
      "b",
      /follows from a range/,
    ],
    [
      "to a checksum",
      compiled(struct(any({ a: u8, n: checksum(u32, crc32, { from: "a", to: "a" }), b: bytes(field("n")) }))),
      "reference",
      "b",
      /follows from a range/,
    ],
  ]);
});

describe("arithmetic", () => {
  refused([
    [
      "times nothing",
      () => field("n").times(0),
      "inverse",
      "",
      /times\(0\) cannot be run backwards; multiply by 1 or more/,
    ],
    ["times less than nothing", () => field("n").times(-1), "inverse", "", /multiply by 1 or more/],
    [
      "times a fraction",
      () => field("n").times(0.5),
      "inverse",
      "",
      /takes a whole number, because encode must run it backwards/,
    ],
    ["plus a fraction", () => field("n").plus(0.5), "inverse", "", /takes a whole number/],
    ["minus not a number", () => field("n").minus(Number.NaN), "inverse", "", /takes a whole number/],
    ["plus a bigint", () => field("n").plus(any(1n)), "inverse", "", /takes a whole number/],
    ["plus a word", () => field("n").plus(any("1")), "inverse", "", /takes a whole number/],
    ["times infinity", () => field("n").times(Number.POSITIVE_INFINITY), "inverse", "", /takes a whole number/],
  ]);
});

describe("ends", () => {
  refused([
    [
      "rest, then a field",
      () => struct({ a: bytes(rest), b: u8 }),
      "end",
      "a",
      /"a" takes everything.*nothing is left for "b"; give it a length/,
    ],
    ["rest in a struct, then a field", () => struct({ a: struct({ x: bytes(rest) }), b: u8 }), "end", "a", /"b"/],
    [
      "rest in a variant, then a field",
      () => struct({ a: union("t", u8, { x: [1, bytes(rest)] }), b: u8 }),
      "end",
      "a",
      /"b"/,
    ],
    [
      "a delimiter or the end, then a field",
      () => struct({ a: string(until("\n", { orEnd: true })), b: u8 }),
      "end",
      "a",
      /"b"/,
    ],
    ["rest, then a rest", () => struct({ a: array(u8, rest), b: bytes(rest) }), "end", "a", /"b"/],
    [
      "rest inside of a range, then a field of it",
      () => struct({ n: lengthOf(u8, { from: "a" }), a: bytes(rest), b: u8 }),
      "end",
      "a",
      /"b"/,
    ],
    [
      "rest in an element",
      () => array(struct({ a: bytes(rest) }), 2),
      "end",
      "",
      /there can be no second; give it a length/,
    ],
    [
      "elements without bytes to the end",
      () => array(struct({}), rest),
      "end",
      "",
      /never reach the end; give their number/,
    ],
  ]);
  it("rest, then nothing that takes bytes, is fine", () => {
    expect(compile(struct({ a: bytes(rest), b: magic("") })).decode(Uint8Array.of(1))).toEqual({ a: Uint8Array.of(1) });
  });
});

describe("bits", () => {
  refused([
    [
      "before a field",
      () => struct({ x: u8, a: bits(3), b: u8 }),
      "bits",
      "b",
      /before "b" are 3 bits together, not whole bytes; 5 are missing/,
    ],
    ["at the end", () => struct({ x: u8, a: bits(3) }), "bits", "", /before the end are 3 bits/],
    ["in an inner struct", () => struct({ a: struct({ x: bits(3) }) }), "bits", "a", /bits are missing/],
    ["as elements", () => array(bits(3), 2), "bits", "", /put the bits into a struct/],
    ["as a prefix", () => bytes(bits(4)), "bits", "", /make them a field and refer to it/],
    ["under a condition", () => when(field("x"), flag), "bits", "", /put whole bytes under it/],
    ["in a window", () => sized(1, bits(4)), "bits", "", /put the bits into a struct/],
    ["none", () => bits(0), "argument", "", /1 to 64/],
    ["too many", () => bits(65), "argument", "", /1 to 64/],
    ["a part of one", () => bits(1.5), "argument", "", /1 to 64/],
  ]);
  refused([
    ["alone", () => compileHere(struct({ a: bits(3) })), "bits", "", /5 bits are missing/],
    ["alone in an array", () => compileHere(array(struct({ a: bits(7) }), 2)), "bits", "", /1 bit is missing/],
  ]);
});

describe("ranges", () => {
  refused([
    [
      "from a field that is not there",
      () => struct(any({ n: lengthOf(u8, { from: "x" }), b: u8 })),
      "reference",
      "n",
      /"x", which is not a field/,
    ],
    [
      "to a field that is not there",
      () => struct(any({ n: lengthOf(u8, { from: "b", to: "x" }), b: u8 })),
      "reference",
      "n",
      /"x", which is not a field/,
    ],
    [
      "the wrong way round",
      () => struct({ n: lengthOf(u8, { from: "b", to: "a" }), a: u8, b: u8 }),
      "reference",
      "n",
      /ends before it starts \("b" to "a"\)/,
    ],
    ["without a start", () => lengthOf(u8, any({})), "argument", "", /covers \{ from: "field"/],
    ["of no integer", () => lengthOf(any(5), { from: "a" }), "argument", "", /takes an integer schema/],
  ]);
  refused([
    [
      "that overlap",
      () =>
        compileHere(
          struct({
            m: lengthOf(u8, { from: "a", to: "b" }),
            n: lengthOf(u8, { from: "b", to: "c" }),
            a: u8,
            b: u8,
            c: u8,
          }),
        ),
      "reference",
      "m",
      /overlaps that of "n"; one must lie inside the other/,
    ],
    [
      "from the middle of a byte",
      () => compileHere(struct({ n: lengthOf(u8, { from: "b" }), a: bits(4), b: bits(4) })),
      "bits",
      "n",
      /in the middle of a run of bit fields/,
    ],
    [
      "over some bits of a byte",
      () => compileHere(struct({ n: lengthOf(u8, { from: "a", to: "a" }), a: bits(4), b: bits(4) })),
      "bits",
      "n",
      /ends at "a", in the middle of a run of bit fields/,
    ],
    [
      "outside of a struct",
      () => compileHere(any(lengthOf(u8, any({ from: "a" })))),
      "reference",
      "",
      /stands in none/,
    ],
    [
      "as text",
      () => compileHere(struct({ n: lengthOf(string(2), { from: "a" }), a: u8 })),
      "argument",
      "n",
      /must be a whole number/,
    ],
  ]);
});

describe("arguments", () => {
  refused([
    ["a struct of nothing", () => struct(any(null)), "argument", "", /struct takes an object/],
    ["a field that is no schema", () => struct(any({ a: 5 })), "argument", "a", /is not a schema; got 5/],
    ["a field that is missing", () => struct(any({ a: undefined })), "argument", "a", /is not a schema/],
    [
      "an order that there is not",
      () => struct({ a: u8 }, any({ endian: "middle" })),
      "argument",
      "",
      /"big" or "little"/,
    ],
    ["bits from nowhere", () => struct({ a: u8 }, any({ bitOrder: "both" })), "argument", "", /"msb" or "lsb"/],
    ["a length that is a fraction", () => bytes(1.5), "argument", "", /whole number of at least 0/],
    ["a length below nothing", () => string(-1), "argument", "", /whole number of at least 0/],
    ["a length that is a word", () => array(u8, any("4")), "argument", "", /takes a length/],
    ["no length", () => bytes(any(undefined)), "argument", "", /takes a length/],
    ["bytes up to a last", () => bytes(any(until(() => true))), "argument", "", /use array\(u8, until/],
    ["an encoding that there is not", () => string(u8, any("utf7")), "argument", "", /use map\(bytes/],
    ["an empty delimiter", () => until(""), "argument", "", /at least one byte/],
    ["no delimiters", () => until([]), "argument", "", /at least one byte/],
    ["a delimiter twice", () => until(["a", "a"]), "duplicate", "", /twice/],
    ["a longest that is a fraction", () => until("a", { max: 0.5 }), "argument", "", /max is a number of bytes/],
    ["null by no number", () => nullable(any("x")), "argument", "", /takes an integer schema/],
    ["null at a fraction", () => nullable(u8, 0.5), "argument", "", /whole number/],
    ["a constant that does not fit", () => constant(u8, 256), "argument", "", /constant 256 does not fit u8/],
    ["a constant of another type", () => constant(u8, any("a")), "argument", "", /does not fit u8/],
    ["a constant bigint that does not fit", () => constant(u64, -1n), "argument", "", /does not fit u64/],
    ["magic that is no bytes", () => magic(any(5)), "argument", "", /takes bytes or text/],
    ["magic outside of bytes", () => magic("€"), "argument", "", /U\+0000 to U\+00FF/],
    ["padding below nothing", () => padding(-1), "argument", "", /at least 0/],
    ["padding to a multiple of nothing", () => padding({ align: 0 }), "argument", "", /at least 1/],
    ["a name twice", () => enumeration(u8, { a: 1, b: 1 }), "duplicate", "b", /has the value 1, as "a" has/],
    ["a name for a word", () => enumeration(u8, any({ a: "1" })), "argument", "a", /is not a number/],
    ["a reserved value that does not fit", () => reserved(u8, { value: 256 }), "argument", "", /does not fit u8/],
    ["tags in the wrong order", () => range(2, 1), "argument", "", /in order/],
    ["an offset below nothing", () => at(-1, u8), "argument", "", /at least 0/],
    ["recursion by no function", () => lazy(any(u8)), "argument", "", /function that returns a schema/],
    ["a map by nothing", () => map(u8, any(undefined)), "argument", "", /map takes/],
    ["a custom by nothing", () => custom(any({})), "argument", "", /takes a name and two functions/],
    ["a check by nothing", () => check(u8, any(undefined), "x"), "argument", "", /takes a function/],
    [
      "a checksum of no width",
      () => crc({ width: 0, poly: 1, init: 0, refin: true, refout: true, xorout: 0 }),
      "argument",
      "",
      /crc: width must be an integer from 1 to 128/,
    ],
    [
      "text in a window of so many bytes",
      () => asText(struct({ a: sized(4, struct({ n: u8, s: string(rest) })) })),
      "argument",
      "a",
      /give it a prefix/,
    ],
    ["text of no schema", () => asText(any(5)), "argument", "", /schema/],
    ["digits without a width", () => decimal(any(undefined)), "argument", "", /./],
    ["digits of no width", () => decimal(0), "argument", "", /./],
    ["digits from a fraction", () => decimal(3, { min: 0.5 }), "argument", "", /min.*0\.5/],
    ["digits below 0 without a sign", () => decimal(3, { min: -1 }), "argument", "", /min.*-1/],
    ["digits up to what no number can be", () => decimal(20, { max: 2n ** 60n }), "argument", "", /max/],
    ["digits from more than they go to", () => decimal(3, { min: 5, max: 4 }), "argument", "", /min.*5 and 4/],
    ["digits that end at a digit", () => hexadecimal(until("a")), "argument", "", /./],
  ]);
  const limit = (limits: object) => () => compile(u8, { limits: any(limits) });
  refused([
    ["nothing to compile", () => compile(any(undefined)), "argument", "", /compile takes a schema/],
    [
      "a mode that there is not",
      () => compile(u8, any({ mode: "fast" })),
      "argument",
      "",
      /"auto", "jit" or "interpret"/,
    ],
    [
      "a limit that there is not",
      limit({ maxDeph: 1 }),
      "argument",
      "",
      /limits has no "maxDeph"; there are maxMessageSize/,
    ],
    ["a limit below nothing", limit({ maxElements: -1 }), "argument", "", /limits.maxElements is a whole number/],
    ["a limit that is a fraction", limit({ maxMessageSize: 1.5 }), "argument", "", /limits.maxMessageSize/],
    [
      "a limit without end",
      limit({ maxMessageSize: Number.POSITIVE_INFINITY }),
      "argument",
      "",
      /limits.maxMessageSize/,
    ],
    [
      "a depth that no stack has",
      limit({ maxDepth: 1025 }),
      "argument",
      "",
      /limits.maxDepth is a whole number from 0 to 1024/,
    ],
    [
      "a prefix that is no number",
      () => compileHere(bytes(string(1))),
      "argument",
      "",
      /a length prefix must be a whole number/,
    ],
    [
      "a prefix that takes no number",
      () => compileHere(array(u8, any(struct({ n: u8 })))),
      "argument",
      "",
      /a length prefix must be a whole number/,
    ],
  ]);
});

describe("an error in the depth of a definition", () => {
  it("names every field on the way to it", () => {
    const define = () =>
      compileHere(
        struct({ a: u8, outer: struct({ inner: struct(any({ x: u8, list: array(bytes(field("x.y")), u8) })) }) }),
      );
    expect(define).toThrow(
      expect.objectContaining({
        name: "SchemaError",
        code: "reference",
        path: "outer.inner.list",
        keys: ["outer", "inner", "list"],
      }),
    );
  });
  it("is an Error, known by its code", () => {
    try {
      bits(0);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
      expect((error as SchemaError).code).toBe("argument");
      expect((error as SchemaError).reason).toBe((error as SchemaError).message);
    }
  });
});

describe("a definition", () => {
  it("is frozen", () => {
    const schema = struct({
      n: u8,
      body: bytes(field("n").plus(1)),
      t: union("t", u8, { a: [1, uleb128], b: [range(2, 3), struct({})] }),
      m: match(field("n"), { 1: u8 }),
      w: when(field("n").is(1).and(field("n")), u8),
      e: enumeration(u8, { a: 1 }),
      o: bytes(nullable(u8)),
      u: string(until(["a", "b"])),
      p: at(5, u8),
      d: decimal(3),
      l: lazy(() => u8),
      magic: magic("x"),
      sum: lengthOf(u16, { from: "n" }),
    });
    const frozen = (value: unknown, seen = new Set<unknown>()): void => {
      if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || seen.has(value)) return;
      seen.add(value);
      expect(Object.isFrozen(value)).toBe(true);
      for (const inner of Object.values(value)) frozen(inner, seen);
    };
    frozen(schema);
  });
  it("does not change with the objects that it was made from", () => {
    const fields = { a: u8, b: u16 };
    const mark = Uint8Array.of(1, 2);
    const schema = struct({ inner: struct(fields), magic: magic(mark), list: bytes(until(mark)) });
    Object.assign(fields, { a: u32, c: u8 });
    mark.fill(9);
    expect(compileHere(schema).encode({ inner: { a: 1, b: 2 }, list: Uint8Array.of(5) })).toEqual(
      Uint8Array.of(1, 0, 2, 1, 2, 5, 1, 2),
    );
  });
});
