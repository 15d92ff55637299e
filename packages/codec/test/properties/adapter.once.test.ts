// The harness itself: what it draws, how that shrinks, and what it says when a law is broken.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AnySchema,
  array,
  bits,
  bytes,
  check,
  compile,
  custom,
  enumeration,
  f64,
  field,
  i32,
  lazy,
  lengthOf,
  map,
  match,
  nullable,
  rest,
  type Schema,
  sized,
  string,
  struct,
  u8,
  u16,
  u32,
  u64,
  union,
  until,
  when,
} from "@wireform/codec";
import {
  arbitrary,
  chunkings,
  conversations,
  input,
  isBroken,
  mutations,
  properties,
  testCodec,
  trialsOf,
  wire,
} from "@wireform/codec/fast-check";
import fc, { type RunDetails } from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { roundTrip } from "../../src/adapters/fast-check/laws.ts";
import { failureOf } from "../support/facts.ts";
import { everyKind } from "./every-kind.ts";

const sample = <T>(of: fc.Arbitrary<T>, numRuns = 400): T[] => fc.sample(of, { numRuns, seed: 7 });

/** The smallest value that fast-check finds for which `fails` is true. */
function smallest<T>(of: fc.Arbitrary<T>, fails: (value: T) => boolean): T {
  const details = fc.check(
    fc.property(of, (value) => !fails(value)),
    { seed: 7, numRuns: 1000 },
  ) as RunDetails<[T]>;
  if (!details.counterexample) throw new Error("nothing failed");
  return details.counterexample[0];
}

describe("values", () => {
  const Message = union("type", u8, {
    text: [1, struct({ name: string(u8), more: bits(3), kind: bits(5) })],
    blob: [2, struct({ data: bytes(nullable(i32)), size: u64, x: f64 })],
    none: [3, struct({})],
  });
  const values = sample(arbitrary(Message), 2000);
  const seen = (test: (value: any) => boolean): boolean => values.some(test);

  test("have every variant, null, both ends of ranges, -0 and NaN, empty and longest texts, surrogate pairs", () => {
    for (const type of ["text", "blob", "none"]) expect(seen((v) => v.type === type)).toBe(true);
    expect(seen((v) => v.data === null)).toBe(true);
    expect(seen((v) => v.data?.length === 0)).toBe(true);
    for (const edge of [0n, 1n, 2n ** 63n, 2n ** 64n - 1n]) expect(seen((v) => v.size === edge)).toBe(true);
    for (const x of [0, -0, Number.NaN, Infinity, -Infinity]) expect(seen((v) => Object.is(v.x, x))).toBe(true);
    expect(seen((v) => v.name === "")).toBe(true);
    expect(seen((v) => v.type === "text" && new TextEncoder().encode(v.name).length === 255)).toBe(true);
    expect(seen((v) => /[\u{10000}-\u{10ffff}]/u.test(v.name))).toBe(true);
    expect(seen((v) => v.more === 7 && v.kind === 31)).toBe(true);
  });

  test("are as decode gives them, with what follows from others", () => {
    const schema = struct({ n: u8, flag: u8, items: array(u16, field("n")), extra: when(field("flag").is(9), u8) });
    for (const value of sample(arbitrary(schema))) {
      expect(value.n).toBe(value.items.length);
      expect("extra" in value).toBe(value.flag === 9);
    }
    expect(sample(arbitrary(schema)).some((value) => value.flag === 9)).toBe(true);
    for (const value of sample(input(schema))) expect("n" in value).toBe(false);
  });

  test("are seldom refused by encode, whatever the kind", () => {
    for (const [name, schema] of Object.entries(everyKind)) {
      let refused = 0;
      sample(input(schema, { onRefused: () => refused++ }), 100);
      expect(refused, name).toBeLessThan(20);
    }
  });

  describe("of a length of several fields that is asked before it is known, are consistent and on both sides", () => {
    const lengths = lengthOf(u8, { from: "more" });
    const more = when(field("n").atLeast(1), u16);
    test.each<[string, AnySchema, (v: any) => boolean]>([
      ["for what it covers itself", struct({ n: lengths, more, rest: bytes(rest) }), (v) => v.more !== undefined],
      ["for all that it covers", struct({ n: lengths, more }), (v) => v.more !== undefined],
      [
        "as a bigint",
        struct({ n: lengthOf(u64, { from: "more" }), more: when(field("n").atLeast(4n), u32), rest: bytes(u8) }),
        (v) => v.more !== undefined,
      ],
      [
        "beside another",
        struct({ n: lengths, m: lengthOf(u16, { from: "tail", to: "tail" }), more, tail: when(field("m").is(1), u8) }),
        (v) => v.tail !== undefined,
      ],
      [
        "with what takes the rest of it",
        struct({ n: lengthOf(u8, { from: "more", to: "body" }), more, body: bytes(rest), tail: u8 }),
        (v) => v.more !== undefined,
      ],
      [
        "behind what it covers",
        struct({ n: lengthOf(u8, { from: "a", to: "a" }), a: bytes(u8), more: when(field("n").atLeast(6), u16) }),
        (v) => v.more !== undefined,
      ],
      [
        "from within",
        array(struct({ n: lengths, more: struct({ a: when(field("../n").is(2), u8), b: bytes(rest) }) }), u8),
        (v) => v.some((item: any) => item.more.a !== undefined),
      ],
      [
        "by a match",
        struct({ n: lengths, more: match(field("n"), { 0: struct({}), 2: u16, 4: u32 }) }),
        (v) => typeof v.more === "number",
      ],
      [
        "checked",
        struct({ n: check(lengths, (n) => n !== 3, "anything but 3"), more: when(field("n").atLeast(1), bytes(u8)) }),
        (v) => v.more !== undefined,
      ],
    ])("%s", (_, schema, there) => {
      const codec = compile(schema);
      const values = sample(arbitrary(schema), 300);
      for (const value of values) expect(codec.decode(codec.encode(value as never))).toEqual(value);
      expect(new Set(values.map(there))).toEqual(new Set([true, false]));
    });
  });

  test("shrink to the smallest that fails", () => {
    expect(smallest(arbitrary(Message), (v: any) => v.name?.length > 2)).toEqual({
      type: "text",
      name: "   ",
      more: 0,
      kind: 0,
    });
    expect(
      smallest(arbitrary(array(struct({ a: u16, b: string(u8) }), u8)), (v) => v.some(({ a }) => a >= 700)),
    ).toEqual([{ a: 700, b: "" }]);
  });

  test("of recursive schemas end", () => {
    type Tree = { value: number; children: Tree[] };
    const Tree: Schema<Tree> = struct({
      value: u8,
      children: array(
        lazy(() => Tree),
        u8,
      ),
    });
    const depth = (tree: Tree): number => 1 + Math.max(0, ...tree.children.map(depth));
    const depths = sample(arbitrary(Tree)).map(depth);
    expect(Math.max(...depths)).toBeGreaterThan(2);
    expect(Math.max(...depths)).toBeLessThan(12);
  });

  test("that cannot be are not waited for", () => {
    const tooMany = sized(3, array(u16, rest));
    for (const schema of [tooMany, struct({ a: u8, b: tooMany }), array(tooMany, u8)])
      expect(() => sample(wire(schema), 50)).toThrow("no value was found that fits");
    const all = enumeration(bits(1), { a: 0, b: 1 }, { unknown: "pass" });
    expect(new Set(sample(wire(struct({ all, more: bits(7) }))).map((b) => (b[0] as number) >> 7))).toEqual(
      new Set([0, 1]),
    );
  });

  test("come from overrides where nothing is known of them", () => {
    const odd = custom<string>({
      name: "odd",
      decode() {
        throw new Error("never by chance");
      },
      encode: (text) => new TextEncoder().encode(text),
    });
    expect(() => sample(properties(compile(odd)) && wire(struct({ odd })), 1)).toThrow();
    const overrides = (schema: AnySchema) => (schema === odd ? fc.constantFrom("a", "b") : undefined);
    expect(sample(wire(struct({ odd }), { overrides }), 3).map((b) => b.length)).toEqual([1, 1, 1]);
  });
});

describe("chunks and damage", () => {
  const whole = Uint8Array.from({ length: 20 }, (_, i) => i);

  test("chunks are the same bytes, with empty ones, single bytes and many among them, and shrink to one", () => {
    const cut = sample(chunkings(whole));
    for (const chunks of cut) expect(Uint8Array.from(chunks.flatMap((chunk) => [...chunk]))).toEqual(whole);
    expect(cut.some((chunks) => chunks.some((chunk) => chunk.length === 0))).toBe(true);
    expect(cut.some((chunks) => chunks.length === 20 && chunks.every((chunk) => chunk.length === 1))).toBe(true);
    expect(cut.some((chunks) => chunks.length === 2)).toBe(true);
    expect(smallest(chunkings(whole), () => true)).toEqual([whole]);
    expect(smallest(chunkings(whole), (chunks) => chunks.length > 1)).toHaveLength(2);
  });

  test("damage says what it did and to which field", () => {
    const schema = struct({ length: u16, body: bytes(field("length")), name: string(until("\0")) });
    const labels = sample(mutations(schema), 600).map(({ label }) => label);
    for (const what of [
      /^length set to ones$/,
      /^length set to one more$/,
      /^bit \d of byte \d+ flipped$/,
      /^truncated to \d+ bytes$/,
      /^\d bytes inserted at \d+$/,
      /^name left out$/,
      /^name written twice$/,
      /^length and name swapped$/,
      /^length moved behind name$/,
      / then /,
    ])
      expect(
        labels.some((label) => what.test(label)),
        String(what),
      ).toBe(true);
  });
});

describe("conversations", () => {
  test.each([
    ["a message that lasts to the end", [u8, bytes(rest)], "takes everything up to the end", [1]],
    ["messages without bytes", [struct({})], "has no bytes", [0]],
  ] as [string, AnySchema[], string, number[]][])("are none of %s", (_, schemas, text, keys) => {
    const refusal = { name: "SchemaError", code: "argument", keys, message: expect.stringContaining(text) };
    expect(failureOf(() => conversations(schemas))).toMatchObject(refusal);
  });
});

describe("a law that is broken", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "wireform-cases-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Forgets that 200 and more were ever different. */
  const lossy = struct({
    id: u8,
    level: map(u8, { decode: (n) => Math.min(n, 200), encode: (n: number) => (n >= 200 ? 255 : n) }),
    late: map(u8, { decode: (n) => n, encode: (n: number) => (n === 7 ? 8 : n) }),
  });

  function suite(options: object = {}): Map<string, () => void> {
    const tests = new Map<string, () => void>();
    testCodec(compile(lossy), {
      name: "lossy",
      test: (name, run) => void tests.set(name, run),
      seed: 3,
      runs: 300,
      cases: folder,
      ...options,
    });
    return tests;
  }

  const failure = (run: (() => void) | undefined): string => {
    try {
      run?.();
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error("nothing was thrown");
  };

  test("is told with the reason, the bytes field by field, the smallest values and how to see it again", () => {
    const text = failure(suite().get("lossy: roundTrip"));
    expect(text).toMatch(/^lossy breaks the law roundTrip \(after \d+ tries, shrunk \d+ times\)\n/);
    expect(text).toContain("\ndecode(encode(v)) is not v: it.late is 8 here and 7 there\n");
    expect(text).toMatch(/\n0002 +08 +\. +late +u8 +8\n/);
    expect(text).toContain('\nwith [{"id":0,"level":0,"late":7}]\n');
    const [, path] = text.match(/again: testCodec\(codec, \{ only: "roundTrip", seed: 3, path: "([\d:]+)" \}\)/) ?? [];
    expect(path).toBeDefined();
    const again = suite({ only: "roundTrip", path });
    expect([...again.keys()]).toEqual(["lossy: roundTrip"]);
    expect(failure(again.get("lossy: roundTrip"))).toContain("(after 1 tries");
  });

  test("leaves its bytes in a file that is tried first from then on", () => {
    failure(suite().get("lossy: roundTrip"));
    const [file] = readdirSync(join(folder, "lossy"));
    expect(file).toMatch(/^roundTrip-[\da-f]{8}\.hex$/);
    expect(readFileSync(join(folder, "lossy", file as string), "utf8")).toMatch(/^[\da-f]+\n$/);
    expect([...suite().keys()]).toContain(`lossy: ${file}`);
    expect([...suite({ cases: false }).keys()]).not.toContain(`lossy: ${file}`);
  });

  test("is asked of those bytes again, before anything else", () => {
    expect(failure(suite({ runs: 5000 }).get("lossy: mutatedInput"))).toMatch(
      /after this damage: \S.*\nwhat was decoded changes/,
    );
    const [file] = readdirSync(join(folder, "lossy"));
    const [[name, again]] = [...suite()] as [[string, () => void]];
    expect(name).toBe(`lossy: ${file}`);
    expect(failure(again)).toContain("what was decoded changes on its way through encode");
  });

  test("because the codec crashes is told with its bytes too", () => {
    const decode = (): never => {
      throw new RangeError("crash");
    };
    const subject = {
      codec: { ...compile(lossy), decode },
      other: undefined,
      inputs: fc.constant({ id: 1, level: 2, late: 3 }),
    };
    const broken = fc.check(roundTrip(subject as never)) as RunDetails<unknown>;
    expect(broken.errorInstance).toMatchObject({
      bytes: Uint8Array.of(1, 2, 3),
      message: expect.stringMatching(/^RangeError: crash\n.*\n0000 {2}01/),
    });
  });

  test("is looked for no longer than asked", () => {
    const tests: (() => void)[] = [];
    const codec = compile(struct({ a: u8, b: string(u8) }));
    testCodec(codec, {
      test: (_, run) => void tests.push(run),
      cases: false,
      only: ["size", "bounded"],
      runs: 1e9,
      seconds: 0.2,
    });
    const start = Date.now();
    for (const run of tests) run();
    expect(tests).toHaveLength(2);
    expect(Date.now() - start).toBeGreaterThan(300);
  });

  test("is looked for once where there is no time, and again with other seeds", () => {
    const trials = trialsOf(compile(struct({ a: u8, b: string(u8) })), { cases: false, only: ["size", "canonical"] });
    expect(trials.map(({ name }) => name)).toEqual(["canonical", "size"]);
    for (const seed of [1, 2])
      for (const trial of trials) expect(trial.run({ seed, seconds: 1e-9 })).toBeGreaterThanOrEqual(1);
    expect(trials.map((trial) => trial.run())).toEqual([100, 100]);
  });

  test("is told from what keeps it from being tried", () => {
    const thrown = (schema: AnySchema, options: object): unknown => {
      const [trial] = trialsOf(compile(schema), { cases: false, only: "roundTrip", seed: 3, ...options });
      try {
        return trial?.run();
      } catch (error) {
        return error;
      }
    };
    const none = map(u32, {
      decode: () => {
        throw new Error("none");
      },
      encode: () => 0,
    });
    expect(isBroken(thrown(lossy, { runs: 300 }))).toBe(true);
    expect(isBroken(thrown(none, {}))).toBe(false);
  });

  test("is told where its bytes cannot be kept", () => {
    writeFileSync(join(folder, "lossy"), "");
    const text = failure(suite({ only: "roundTrip" }).get("lossy: roundTrip"));
    expect(text).toMatch(/\nnot kept: EEXIST.*\nagain: /);
  });

  test("is not told of where there is none", () => {
    const tests: [string, () => void][] = [];
    testCodec(compile(struct({ a: u8, b: string(u8) })), { test: (...it) => void tests.push(it), cases: false });
    expect(tests.map(([name]) => name)).toEqual(
      [
        "roundTrip",
        "canonical",
        "size",
        "derived",
        "splitInvariance",
        "promptEmission",
        "honestPrefixes",
        "truncation",
        "mutatedInput",
        "picture",
        "damagedStreams",
        "modesAgree",
        "bounded",
        "conversation",
        "linearTime",
      ].map((law) => `struct: ${law}`),
    );
    for (const [, run] of tests) run();
  });
});
