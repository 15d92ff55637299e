import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import * as text from "../src/runtime/text.js";
import { describeShared, fromHex, toHex } from "./support/shared-data.js";

type Runtime = typeof text;

/** The module as a browser gets it: no native Buffer methods, and a TextDecoder that refuses shared memory. */
async function importWithoutBuffer(): Promise<Runtime> {
  const prototype = Buffer.prototype as unknown as Record<"ucs2Write", unknown>;
  const { ucs2Write } = prototype;
  const refuseShared = (view: Uint8Array) => {
    if (!(view.buffer instanceof ArrayBuffer)) throw new TypeError("shared memory");
    return view;
  };
  class BrowserDecoder extends TextDecoder {
    override decode(view: Uint8Array): string {
      return super.decode(refuseShared(view));
    }
  }
  class BrowserEncoder extends TextEncoder {
    override encodeInto(s: string, view: Uint8Array<ArrayBuffer>) {
      return super.encodeInto(s, refuseShared(view) as Uint8Array<ArrayBuffer>);
    }
  }
  vi.resetModules();
  prototype.ucs2Write = undefined;
  try {
    const runtime = await import("../src/runtime/text.js");
    vi.stubGlobal("TextDecoder", BrowserDecoder);
    vi.stubGlobal("TextEncoder", BrowserEncoder);
    // Both coders are made at their first use.
    runtime.readUtf8(new TextEncoder().encode("é".repeat(40)), 0, 80);
    runtime.writeUtf8(new Uint8Array(120), 0, "é".repeat(40));
    return runtime;
  } finally {
    prototype.ucs2Write = ucs2Write;
    vi.unstubAllGlobals();
  }
}

const runtimes: [string, Runtime][] = [
  ["with Buffer", text],
  ["without Buffer", await importWithoutBuffer()],
];

const encodings = ["utf8", "ascii", "latin1", "utf16be", "utf16le"] as const;
type Name = (typeof encodings)[number];

// Both sides of every threshold, and of the steps of eight and four.
const lengths = [0, 1, 3, 4, 7, 8, 11, 12, 13, 15, 16, 23, 24, 25, 31, 32, 33, 100, 1000];

const guard = 0xa5;

/** What is written, having checked that no byte around it was touched; undefined where it was refused. */
function write(runtime: Runtime, name: Name, s: string, memory: ArrayBufferLike = new ArrayBuffer(s.length * 3 + 8)) {
  const b = new Uint8Array(memory).fill(guard);
  const end = runtime[name].write(b, 3, s);
  if (end === -1) return undefined;
  expect([...b.subarray(0, 3), ...b.subarray(end)].every((byte) => byte === guard)).toBe(true);
  return b.slice(3, end);
}

/** What is read from the middle of a larger view that does not start where its buffer does. */
function read(
  runtime: Runtime,
  name: Name,
  bytes: Uint8Array,
  Memory: new (size: number) => ArrayBufferLike = ArrayBuffer,
) {
  const b = new Uint8Array(new Memory(bytes.length + 9), 4).fill(0xff);
  b.set(bytes, 2);
  return runtime[name].read(b, 2, 2 + bytes.length);
}

const valid: [Name, string, string][] = [
  ["utf8", "", ""],
  ["utf8", "\0", "00"],
  ["utf8", "\x7f\x80", "7fc280"],
  ["utf8", "\u07ff\u0800", "dfbfe0a080"],
  ["utf8", "\ud7ff\ue000", "ed9fbfee8080"],
  ["utf8", "\uffff", "efbfbf"],
  ["utf8", "\u{10000}\u{10ffff}", "f0908080f48fbfbf"],
  ["utf8", "\ufeffx", "efbbbf78"],
  ["utf8", "\ufffd", "efbfbd"],
  ["ascii", "a\0\x7f", "61007f"],
  ["latin1", "\x80\x9f\xff", "809fff"],
  ["utf16be", "A\u20ac\u{1f600}", "004120acd83dde00"],
  ["utf16le", "A\u20ac\u{1f600}", "4100ac203dd800de"],
  ["utf16be", "\ufeffx", "feff0078"],
];

const invalid: [Name, string, string][] = [
  ["utf8", "c080", "overlong"],
  ["utf8", "c1bf", "overlong"],
  ["utf8", "e09fbf", "overlong"],
  ["utf8", "f08fbfbf", "overlong"],
  ["utf8", "eda080", "a surrogate"],
  ["utf8", "edbfbf", "a surrogate"],
  ["utf8", "eda0bdedb880", "a pair of surrogates (CESU-8)"],
  ["utf8", "f4908080", "beyond U+10FFFF"],
  ["utf8", "f5808080", "beyond U+10FFFF"],
  ["utf8", "f888808080", "five bytes"],
  ["utf8", "80", "a continuation alone"],
  ["utf8", "c3", "cut short"],
  ["utf8", "e282", "cut short"],
  ["utf8", "f09f98", "cut short"],
  ["utf8", "e28241", "a continuation missing"],
  ["utf8", "efbfbdff", "invalid beside a true U+FFFD"],
  ["ascii", "80", "above 7f"],
  ["ascii", "c3a9", "UTF-8"],
  ["ascii", "ff", "above 7f"],
  ["utf16be", "00", "an odd byte"],
  ["utf16be", "d800", "a high surrogate alone"],
  ["utf16le", "00dc", "a low surrogate alone"],
  ["utf16be", "dc00d800", "a pair the wrong way round"],
];

const unwritable: [Name, string, string][] = [
  ["utf8", "\ud800", "a high surrogate alone"],
  ["utf8", "\udc00", "a low surrogate alone"],
  ["utf8", "\ud800a", "a high surrogate before a letter"],
  ["utf8", "\ud800\ud800\udc00", "a high surrogate before a pair"],
  ["utf8", "\udc00\ud800", "a pair the wrong way round"],
  ["ascii", "\x80", "U+0080"],
  ["ascii", "\u0141", "U+0141, whose low byte is ASCII"],
  ["latin1", "\u0100", "U+0100"],
  ["latin1", "\u20ac", "the euro, 0x80 in windows-1252"],
  ["utf16be", "\ud800", "a high surrogate alone"],
  ["utf16le", "a\udc00", "a low surrogate alone"],
];

describe.each(runtimes)("text %s", (_, runtime) => {
  it.each(valid)("%s %j is %s", (name, s, hex) => {
    for (const length of lengths) {
      const [before, after] = [write(runtime, name, "p".repeat(length)), write(runtime, name, "q".repeat(length))];
      const bytes = fromHex(toHex(before!) + hex + toHex(after!));
      const whole = `${"p".repeat(length)}${s}${"q".repeat(length)}`;
      expect(toHex(write(runtime, name, whole)!)).toBe(toHex(bytes));
      expect(read(runtime, name, bytes)).toBe(whole);
      expect(read(runtime, name, Buffer.from(bytes))).toBe(whole);
    }
  });

  it.each(invalid)("%s refuses %s: %s", (name, hex) => {
    for (const length of lengths) {
      const around = toHex(write(runtime, name, "p".repeat(length))!);
      expect(read(runtime, name, fromHex(around + hex))).toBeUndefined();
      // Half a unit in the middle would shift what follows.
      if (hex.length % 4 === 0 || !name.startsWith("utf16")) {
        expect(read(runtime, name, fromHex(hex + around))).toBeUndefined();
      }
    }
  });

  it.each(unwritable)("%s cannot write %j: %s", (name, s) => {
    for (const length of lengths) {
      expect(write(runtime, name, "p".repeat(length) + s)).toBeUndefined();
      expect(write(runtime, name, s + "p".repeat(length))).toBeUndefined();
    }
  });

  it("latin1 gives every byte its own code point, at every length", () => {
    const all = Uint8Array.from({ length: 256 }, (_, n) => n);
    const s = String.fromCharCode(...all);
    for (const length of [...lengths, 256].filter((length) => length <= 256)) {
      expect(read(runtime, "latin1", all.subarray(256 - length))).toBe(s.slice(256 - length));
      expect(write(runtime, "latin1", s.slice(256 - length))).toEqual(all.slice(256 - length));
    }
  });

  it("latin1 and ascii write text that stands in memory as UTF-16", () => {
    const wide = `${"a\xe9".repeat(40)}\u20ac`.slice(0, 80);
    expect(write(runtime, "latin1", wide)).toEqual(fromHex("61e9".repeat(40)));
    expect(write(runtime, "ascii", `${"ab".repeat(40)}\u20ac`.slice(0, 80))).toEqual(fromHex("6162".repeat(40)));
  });

  it.each(encodings)("%s reads and writes shared memory", (name) => {
    for (const s of ["abc", "a".repeat(50), ...(name === "ascii" ? [] : ["é", "é".repeat(50)])]) {
      const bytes = write(runtime, name, s, new SharedArrayBuffer(s.length * 3 + 8))!;
      expect(toHex(bytes)).toBe(toHex(write(runtime, name, s)!));
      expect(read(runtime, name, bytes, SharedArrayBuffer)).toBe(s);
    }
  });

  it.each(encodings)("%s needs no more room than it fills", (name) => {
    for (const length of lengths) {
      const s = "a".repeat(length);
      const b = new Uint8Array(length * runtime[name].unit);
      expect(runtime[name].write(b, 0, s)).toBe(b.length);
      expect(runtime[name].read(b, 0, b.length)).toBe(s);
    }
  });

  // Whole characters, with U+FFFD and the byte order mark more often than chance has it.
  const character = fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    fc.constantFrom("\ufffd", "\ufeff"),
  );
  const wellFormed = fc.oneof(
    fc.string({ unit: "binary-ascii", maxLength: 80 }),
    fc.string({ unit: character, maxLength: 80 }),
    fc.string({ unit: fc.oneof({ weight: 20, arbitrary: fc.constantFrom("a", "b") }, character), maxLength: 80 }),
  );
  const anyUnits = fc
    .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd7fe, max: 0xe001 })), { maxLength: 60 })
    .map((units) => String.fromCharCode(...units));

  it("utf8 writes what TextEncoder writes", () => {
    fc.assert(
      fc.property(wellFormed, (s) => {
        const bytes = new TextEncoder().encode(s);
        expect(toHex(write(runtime, "utf8", s)!)).toBe(toHex(bytes));
        expect(runtime.sizeUtf8(s)).toBe(bytes.length);
        expect(read(runtime, "utf8", bytes)).toBe(s);
      }),
    );
  });

  it("utf8 reads what a fatal TextDecoder reads, and refuses what that refuses", () => {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const decode = (bytes: Uint8Array) => {
      try {
        return decoder.decode(bytes);
      } catch {
        return undefined;
      }
    };
    const nearlyValid = fc
      .tuple(wellFormed, fc.nat(), fc.integer({ min: 0x7f, max: 0xff }), fc.nat({ max: 3 }))
      .map(([s, at, byte, cut]) => {
        const bytes = new TextEncoder().encode(s);
        if (bytes.length > 0) bytes[at % bytes.length] = byte;
        return bytes.subarray(0, Math.max(0, bytes.length - cut));
      });
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 60 }), nearlyValid);
    fc.assert(
      fc.property(bytes, (bytes) => {
        expect(read(runtime, "utf8", bytes)).toBe(decode(bytes));
      }),
      { numRuns: 1000 },
    );
  });

  it("utf8 and utf16 refuse exactly the strings with a lone surrogate", () => {
    fc.assert(
      fc.property(fc.oneof(anyUnits, wellFormed), (s) => {
        const fine = !/\p{Surrogate}/u.test(s);
        expect(runtime.sizeUtf8(s)).toBe(fine ? new TextEncoder().encode(s).length : -1);
        for (const name of ["utf8", "utf16be", "utf16le"] as const) {
          const bytes = write(runtime, name, s);
          expect(bytes !== undefined).toBe(fine);
          if (bytes) expect(read(runtime, name, bytes)).toBe(s);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("utf16 reads exactly the units that are well formed", () => {
    fc.assert(
      fc.property(anyUnits, fc.boolean(), (s, little) => {
        const bytes = new Uint8Array(s.length * 2);
        const view = new DataView(bytes.buffer);
        for (let i = 0; i < s.length; i++) view.setUint16(2 * i, s.charCodeAt(i), little);
        const fine = !/\p{Surrogate}/u.test(s);
        expect(runtime.readUtf16(bytes, 0, bytes.length, little)).toBe(fine ? s : undefined);
      }),
    );
  });

  it("ascii and latin1 read back what they write, and take nothing else", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          wellFormed,
          anyUnits,
          fc.string({ unit: fc.nat(0xff).map((n) => String.fromCharCode(n)), maxLength: 60 }),
        ),
        (s) => {
          for (const [name, max] of [
            ["ascii", 0x7f],
            ["latin1", 0xff],
          ] as const) {
            const bytes = write(runtime, name, s);
            const units = Array.from({ length: s.length }, (_, i) => s.charCodeAt(i));
            expect(bytes && [...bytes]).toEqual(units.every((unit) => unit <= max) ? units : undefined);
            if (bytes) expect(read(runtime, name, bytes)).toBe(s);
          }
        },
      ),
    );
  });

  it("does without String.prototype.isWellFormed", () => {
    const prototype = String.prototype as { isWellFormed?: unknown };
    const { isWellFormed } = prototype;
    prototype.isWellFormed = undefined;
    try {
      expect(runtime.sizeUtf8(`${"é".repeat(40)}\ud800`)).toBe(-1);
      expect(runtime.sizeUtf8(`${"é".repeat(40)}\ud83d\ude00`)).toBe(84);
      expect(write(runtime, "utf16be", "\udc00")).toBeUndefined();
      expect(read(runtime, "utf16le", fromHex("3dd800de"))).toBe("\u{1f600}");
    } finally {
      prototype.isWellFormed = isWellFormed;
    }
  });

  it("has a name, a unit and a bound for each encoding", () => {
    for (const name of encodings) {
      const encoding = runtime[name];
      expect(encoding.name).toBe(name);
      expect(encoding.unit).toBe(name.startsWith("utf16") ? 2 : 1);
      const densest = { utf8: "\uffff", ascii: "a", latin1: "\xff", utf16be: "\uffff", utf16le: "\uffff" }[name];
      expect(write(runtime, name, densest)).toHaveLength(encoding.maxPerUnit);
    }
  });

  interface TextFacts {
    cases: ({ text: string } & Partial<Record<Name, string>>)[];
    invalid: { encoding: Name; hex: string; why: string }[];
  }
  describeShared<TextFacts>("facts", "protocols-facts/text.json", ({ cases, invalid }) => {
    it.each(cases)("$text", ({ text, ...forms }) => {
      for (const name of encodings) {
        const hex = forms[name];
        const bytes = write(runtime, name, text);
        expect(bytes && toHex(bytes)).toBe(hex);
        if (hex !== undefined) expect(read(runtime, name, fromHex(hex))).toBe(text);
      }
    });
    it.each(invalid)("$encoding refuses $hex: $why", ({ encoding, hex }) => {
      expect(read(runtime, encoding, fromHex(hex))).toBeUndefined();
    });
  });
});
