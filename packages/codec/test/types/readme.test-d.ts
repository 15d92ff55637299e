// The examples of the README, word for word where types are promised.
import {
  array,
  bits,
  bytes,
  type Codec,
  checksum,
  compile,
  constant,
  crc32,
  Decoder,
  field,
  type Infer,
  type Input,
  i16,
  sized,
  string,
  struct,
  u8,
  u16,
  u32,
  union,
} from "@wireform/codec";
import { expectTypeOf, it } from "vitest";

const Point = struct({ x: i16, y: i16 });
const Body = union("type", u8, {
  hello: [0x01, struct({ version: u8, name: string(u8) })],
  move: [0x02, struct({ at: u32, path: array(Point, u16) })],
});
const Message = sized(u16, Body);
type Message = Infer<typeof Message>;

const Packet = struct({
  magic: constant(u32, 0xcafebabe),
  version: bits(4),
  flags: bits(4),
  length: u16,
  body: bytes(field("length")),
  crc: checksum(u32, crc32, { from: "magic", to: "body" }),
});

it("a frame around a union of two messages", () => {
  expectTypeOf<Message>().toEqualTypeOf<
    { type: "hello"; version: number; name: string } | { type: "move"; at: number; path: { x: number; y: number }[] }
  >();
  expectTypeOf<Input<typeof Message>>().toEqualTypeOf<
    | { readonly type: "hello"; readonly version: number; readonly name: string }
    | {
        readonly type: "move";
        readonly at: number;
        readonly path: readonly { readonly x: number; readonly y: number }[];
      }
  >();
});

it("narrows by the tag", () => {
  const message = {} as Message;
  if (message.type === "hello") expectTypeOf(message.name).toEqualTypeOf<string>();
  else expectTypeOf(message.path).toEqualTypeOf<{ x: number; y: number }[]>();
  // @ts-expect-error: only one of the two has it
  message.name;
  // @ts-expect-error: there is no such message
  message.type === "bye";
});

it("a codec of the message", () => {
  const message = compile(Message);
  expectTypeOf(message).toEqualTypeOf<Codec<Infer<typeof Message>, Input<typeof Message>>>();
  expectTypeOf(message.decode).returns.toEqualTypeOf<Message>();
  expectTypeOf(message.encode).parameter(0).toEqualTypeOf<Input<typeof Message>>();
  expectTypeOf(message.size).parameter(0).toEqualTypeOf<Input<typeof Message>>();
  expectTypeOf(message.write).parameter(0).toEqualTypeOf<Input<typeof Message>>();
  expectTypeOf(message.read).returns.toEqualTypeOf<{ value: Message; offset: number } | { needed: number }>();
  message.encode({ type: "hello", version: 1, name: "ada" });
  // @ts-expect-error: without its name
  message.encode({ type: "hello", version: 1 });
  // @ts-expect-error: of the other message
  message.encode({ type: "hello", version: 1, name: "ada", at: 1 });
  const result = message.safeDecode(new Uint8Array());
  if (result.ok) expectTypeOf(result.value).toEqualTypeOf<Message>();
  else expectTypeOf(result.error.code).toExtend<string>();
});

it("a decoder of the message", () => {
  const decoder = new Decoder(compile(Message));
  for (const message of decoder.push(new Uint8Array())) expectTypeOf(message).toEqualTypeOf<Message>();
});

it("constants, lengths and checksums are there after decoding and optional for encoding", () => {
  expectTypeOf<Infer<typeof Packet>>().toEqualTypeOf<{
    magic: 0xcafebabe;
    version: number;
    flags: number;
    length: number;
    body: Uint8Array;
    crc: number;
  }>();
  expectTypeOf<Input<typeof Packet>>().toEqualTypeOf<{
    readonly magic?: 0xcafebabe | undefined;
    readonly version: number;
    readonly flags: number;
    readonly length?: number | undefined;
    readonly body: Uint8Array;
    readonly crc?: number | undefined;
  }>();
  const packet = compile(Packet);
  packet.encode({ version: 1, flags: 0, body: Uint8Array.of(1) });
  packet.encode({ magic: 0xcafebabe, version: 1, flags: 0, length: 1, body: Uint8Array.of(1), crc: 0 });
  // @ts-expect-error: always 0xcafebabe
  packet.encode({ magic: 1, version: 1, flags: 0, body: Uint8Array.of(1) });
});

it("a misspelt reference", () => {
  // @ts-expect-error: this struct has no field "lenght"
  struct({ length: u16, body: bytes(field("lenght")) });
});
