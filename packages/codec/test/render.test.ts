// Pictures for people: one line a field, every byte in its column, kept word for word in test/golden.

import {
  type AnySchema,
  array,
  bits,
  bytes,
  checksum,
  compile,
  constant,
  crc32,
  field,
  flag,
  i16,
  map,
  padding,
  type RenderOptions,
  render,
  rest,
  SchemaError,
  sized,
  string,
  struct,
  typedArray,
  u8,
  u16,
  u32,
  union,
  until,
} from "@wireform/codec";
import { mutations } from "@wireform/codec/fast-check";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anySchema } from "./properties/any-schema.ts";
import { expectGolden } from "./support/golden.ts";
import { compileHere } from "./support/mode.ts";
import { rowsOf } from "./support/picture.ts";
import { runs, seed } from "./support/runs.ts";
import { fromHex } from "./support/shared-data.ts";

const Login = struct({
  magic: constant(u16, 0xcafe),
  length: u16,
  urgent: flag,
  reserved: bits(3),
  kind: bits(4),
  name: string(u8),
  pad: padding({ align: 4 }),
  path: array(struct({ x: i16, y: i16 }), u8),
  body: bytes(field("length")),
  crc: checksum(u32, crc32, { from: "magic", to: "body" }),
});
const login = compileHere(Login);
const wire = login.encode({
  urgent: true,
  reserved: 0,
  kind: 3,
  name: "ada.l.",
  path: [
    { x: 1, y: -2 },
    { x: 300, y: 4 },
  ],
  body: new Uint8Array(90).fill(0x2a),
});

const draw = (schema: AnySchema, hex: string, options: RenderOptions & { offset?: number } = {}): string =>
  render(compileHere(schema).inspect(fromHex(hex.replaceAll(" ", "")), options), { color: false, ...options });

describe("golden pictures", () => {
  it("of a whole message at an offset, with a long field", () => {
    expectGolden("whole", render(login.inspect(wire, { offset: 0x1a0 }), { color: false, title: "login" }));
  });

  it("of a wrong checksum and trailing bytes", () => {
    const wrong = Uint8Array.from([...wire, 0, 0]);
    wrong[wire.length - 1] = 0;
    expectGolden("wrong", render(login.inspect(wrong), { color: false, title: "login" }));
  });

  it("of every way to be cut", () => {
    const Message = sized(u16, union("type", u8, { say: [1, struct({ text: string(u8), n: u32 })] }));
    const whole = compileHere(Message).encode({ type: "say", text: "hey", n: 7 });
    const pictures = Array.from({ length: whole.length + 1 }, (_, n) =>
      render(compileHere(Message).inspect(whole.subarray(0, n)), { color: false, title: "message" }),
    );
    expectGolden("cut", pictures.join("\n"));
  });

  it("in four bit orders", () => {
    const fields = { a: bits(3), b: bits(10), c: bits(3), d: flag, e: bits(4), f: bits(3) };
    const orders = [
      { endian: "big", bitOrder: "msb" },
      { endian: "big", bitOrder: "lsb" },
      { endian: "little", bitOrder: "msb" },
      { endian: "little", bitOrder: "lsb" },
    ] as const;
    expectGolden(
      "bits",
      orders
        .map((order) => draw(struct(fields, order), "b5c39a", { title: `${order.endian} ${order.bitOrder}` }))
        .join("\n"),
    );
  });

  it("of values of every sort", () => {
    const Sorts = struct({
      text: string(until("\n")),
      numbers: typedArray(u16, 2),
      when: map(u32, { decode: (s) => new Date(s * 1000), encode: (d: Date) => d.getTime() / 1000 }),
      list: array(u8, u8),
      inner: sized(u8, struct({ tail: bytes(rest) })),
    });
    expectGolden("sorts", draw(Sorts, "68c3a90a 00010002 5f5e1000 0207ff 01aa"));
  });

  it("in colour: red for what is wrong, dim for padding, one colour for one path", () => {
    const Colourful = struct({ a: u8, pad: padding(1), list: array(u8, 2), crc: checksum(u32, crc32, { from: "a" }) });
    const picture = draw(Colourful, "01 00 02 03 00000000", { color: true });
    expectGolden("colour", picture.replaceAll("\u001b", "^"));
  });
});

describe("the first line", () => {
  it("has the title, or how the schema is called, and how many bytes there are", () => {
    expect(draw(u8, "01").split("\n")[0]).toMatch(/ {2}u8, 1 byte$/);
    expect(draw(u8, "01", { title: "one" }).split("\n")[0]).toMatch(/ {2}one, 1 byte$/);
    expect(draw(u16, "0102", { offset: 0x1234 }).split("\n")[0]).toMatch(/ {2}u16, 2 bytes at 0x1234$/);
  });
});

describe("lines", () => {
  it("stand under the columns of their absolute offsets", () => {
    const lines = draw(struct({ a: u8, b: u16 }), "010203", { offset: 0xfffff }).split("\n");
    expect(lines[1]).toBe("0fffff                                                01  .                 a  u8   1");
    expect(lines[2]).toBe("100000  02 03                                             ..                b  u16  515");
  });

  it("of a long field are as many as asked, and the rest is counted", () => {
    const long = "41".repeat(100);
    expect(draw(bytes(rest), long).split("\n")).toHaveLength(1 + 4 + 1 + 1);
    expect(draw(bytes(rest), long)).toContain("      … 36 more bytes\n");
    expect(draw(bytes(rest), long, { maxLines: 1 })).toContain("      … 84 more bytes\n");
    expect(draw(bytes(rest), long, { maxLines: Number.POSITIVE_INFINITY })).not.toContain("…");
    expect(draw(bytes(rest), "41".repeat(65))).toContain("      … 1 more byte\n");
  });

  it("say in a few words what the user's functions made", () => {
    const Made = map(u8, { decode: (n) => ({ n, text: "x".repeat(99) }), encode: ({ n }: { n: number }) => n });
    expect(draw(Made, "07")).toContain(`{ n: 7, text: "${"x".repeat(40)}…" }`);
    const Odd = map(u8, {
      decode: () => ({
        get n(): number {
          throw new Error("not now");
        },
      }),
      encode: () => 0,
    });
    expect(draw(Odd, "07")).toContain("an object");
    expect(draw(struct({}), "")).toContain("struct  {}");
  });

  it("never carry what a terminal would obey", () => {
    const evil = "1b5b33316d c29b31 e280ae e280a8 0a".replaceAll(" ", "");
    const picture = draw(struct({ "a\u009b": sized(u8, u8), b: string(rest) }), `0101${evil}`);
    expect(picture).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e]/);
    expect(picture).toContain("\\u009b");
  });
});

describe("colour by default", () => {
  const colourful = (tty: boolean, env: Record<string, string>): boolean => {
    const { isTTY } = process.stdout;
    const { NO_COLOR } = process.env;
    process.stdout.isTTY = tty;
    delete process.env["NO_COLOR"];
    Object.assign(process.env, env);
    try {
      return render(compile(u8).inspect(Uint8Array.of(1))).includes("\u001b[");
    } finally {
      process.stdout.isTTY = isTTY;
      delete process.env["NO_COLOR"];
      if (NO_COLOR !== undefined) process.env["NO_COLOR"] = NO_COLOR;
    }
  };

  it("is there on a terminal, and not where NO_COLOR is set or text goes elsewhere", () => {
    expect(colourful(true, {})).toBe(true);
    expect(colourful(true, { NO_COLOR: "" })).toBe(true);
    expect(colourful(true, { NO_COLOR: "1" })).toBe(false);
    expect(colourful(false, {})).toBe(false);
  });

  it("gives way to what is asked for", () => {
    expect(draw(u8, "01", { color: true })).toContain("\u001b[");
    const plain = draw(Login, "cafe");
    expect(render(login.inspect(fromHex("cafe")), { color: true }).replace(/\u001b\[\d+m/g, "")).toBe(plain);
  });
});

it("any bytes of any schema: each byte stands in its column of some line, as it is", () => {
  fc.assert(
    fc.property(anySchema(), fc.nat(), fc.nat(40), ({ schema }, seed, offset) => {
      let codec: ReturnType<typeof compileHere>;
      try {
        codec = compileHere(schema);
        for (const { bytes } of fc.sample(mutations(schema), { seed, numRuns: 4 })) {
          const inspection = codec.inspect(bytes, { offset });
          expectDrawn(bytes, offset, render(inspection, { color: false, maxLines: Number.POSITIVE_INFINITY }));
        }
      } catch (error) {
        if (!(error instanceof SchemaError)) throw error;
      }
    }),
    { numRuns: runs(20), seed },
  );
}, 600_000);

function expectDrawn(bytes: Uint8Array, offset: number, picture: string): void {
  const halves = new Map<number, string[]>();
  for (const row of rowsOf(picture))
    for (const [at, two] of row.bytes) {
      const full = (bytes[at - offset] as number).toString(16).padStart(2, "0");
      const ok = two === full || two === `${full[0]}_` || two === `_${full[1]}`;
      expect(ok, `${two} at ${at} of ${full} in\n${picture}`).toBe(true);
      halves.set(at, [...(halves.get(at) ?? []), two]);
    }
  for (let i = 0; i < bytes.length; i++) {
    const drawn = halves.get(i + offset) ?? [];
    const both = drawn.some((two) => two.endsWith("_")) && drawn.some((two) => two.startsWith("_"));
    expect(both || drawn.some((two) => !two.includes("_")), `byte ${i} is whole in\n${picture}`).toBe(true);
  }
}
