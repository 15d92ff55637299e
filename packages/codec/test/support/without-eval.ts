// Runs in a process of its own, bundled: prints what codecs do where JavaScript may or may not be generated.

import {
  array,
  bits,
  type Codec,
  checksum,
  compile,
  crc32,
  field,
  SchemaError,
  string,
  struct,
  u8,
  u16,
  u32,
  union,
} from "@wireform/codec";

const Body = union("type", u8, {
  text: [1, struct({ text: string(u8) })],
  list: [2, struct({ n: u8, high: bits(4), low: bits(4), items: array(u16, field("n")) })],
});
const schema = struct({ id: u16, body: Body, crc: checksum(u32, crc32, { from: "id", to: "body" }) });
const value = { id: 7, body: { type: "list", high: 1, low: 2, items: [3, 4] } } as const;

const original = globalThis.Function;
let generated = 0;
let allowed = true;
globalThis.Function = new Proxy(original, {
  construct(target, parameters) {
    generated++;
    if (!allowed) throw new EvalError("not any more");
    return new target(...(parameters as string[]));
  },
});

type AnyCodec = Codec<unknown, unknown>;
/** The answers of a codec that say whether it works, and how often it generated code for them. */
function answers(codec: AnyCodec): unknown {
  const before = generated;
  const bytes = codec.encode(value);
  const broken = bytes.slice();
  (broken[5] as number) ^= 1;
  const safe = codec.safeDecode(broken);
  const told = {
    mode: codec.mode,
    hex: Buffer.from(bytes).toString("hex"),
    value: codec.decode(bytes),
    size: codec.size(value),
    read: codec.read(bytes.subarray(0, 4)),
    error: safe.ok ? "none" : safe.error.code,
    source: codec.source.length > 0,
  };
  return { ...told, generated: generated - before };
}

const refusal = (make: () => unknown): unknown => {
  try {
    make();
    return "none";
  } catch (error) {
    return error instanceof SchemaError ? error.code : String(error);
  }
};

const interpret = answers(compile(schema, { mode: "interpret" }) as AnyCodec);
const countOfInterpret = generated;
const auto = answers(compile(schema) as AnyCodec);
// Allowed while it was compiled, and not any more when it is first used.
const late = compile(schema) as AnyCodec;
const half = compile(schema) as AnyCodec;
half.decode(Buffer.from((interpret as { hex: string }).hex, "hex"));
allowed = false;
console.log(
  JSON.stringify({
    interpret,
    countOfInterpret,
    auto,
    late: answers(late),
    half: answers(half),
    jit: refusal(() => (compile(schema, { mode: "jit" }) as AnyCodec).encode(value)),
  }),
);
