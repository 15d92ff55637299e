// What can decode and encode a schema's messages; each is held against the first before it is measured.

import { isDeepStrictEqual } from "node:util";
import { type AnySchema, type Codec, compile } from "@wireform/codec";
import { toModule } from "@wireform/codec/module";
import { closedText } from "../modules/closed.js";
import { runtime } from "../modules/runtime.js";

/** One way to do it; `why` says what it cannot do, and so is not measured at. */
export interface Engine {
  readonly name: string;
  readonly decode?: ((bytes: Uint8Array) => unknown) | undefined;
  readonly encode?: ((value: never) => Uint8Array) | undefined;
  readonly why?: string;
}

/** All of them; `bytes` are the messages to be measured. */
export async function enginesOf(schema: AnySchema, messages: readonly Uint8Array[]): Promise<Engine[]> {
  const first = messages[0] as Uint8Array;
  const makers: readonly (readonly [name: string, make: () => Promise<Omit<Engine, "name">>])[] = [
    ["jit", async () => compiled(schema, "jit", first)],
    ["interpret", async () => compiled(schema, "interpret", first)],
    ["module", () => printed(schema)],
    ["binary-parser", () => binaryParser(schema)],
  ];
  const engines: Engine[] = [];
  for (const [name, make] of makers)
    try {
      engines.push(checked({ name, ...(await make()) }, compile(schema), messages));
    } catch (error) {
      engines.push({ name, why: (error as Error).message.split("\n", 1)[0] as string });
    }
  return engines;
}

function compiled(schema: AnySchema, mode: "jit" | "interpret", message: Uint8Array): Omit<Engine, "name"> {
  const codec = compile(schema, { mode }) as Codec<unknown, never>;
  // The first call makes the functions, which then stand in its place.
  codec.encode(codec.decode(message) as never);
  const { decode, encode } = codec;
  return { decode, encode };
}

/** What `gen module` prints, as it would be imported. */
async function printed(schema: AnySchema): Promise<Omit<Engine, "name">> {
  const { code } = toModule(schema, { name: "Message", inline: runtime, own: closedText });
  return await import(/* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`);
}

async function binaryParser(schema: AnySchema): Promise<Omit<Engine, "name">> {
  const { toBinaryParser } = await import("@wireform/codec/binary-parser").catch((error: { code?: string }) => {
    throw error.code === "ERR_MODULE_NOT_FOUND" ? new Error("is not installed: npm install binary-parser") : error;
  });
  const parser = toBinaryParser(schema);
  // It takes views of a Buffer best.
  return { decode: (bytes) => parser.parse(bytes), why: "only decodes" };
}

/** Leaves out what gives something else than the codec. */
function checked(
  engine: Engine,
  codec: { decode(bytes: Uint8Array): unknown; encode(value: never): Uint8Array },
  messages: readonly Uint8Array[],
): Engine {
  const { decode, encode } = engine;
  for (const bytes of messages) {
    const value = codec.decode(bytes) as never;
    if (decode && !isDeepStrictEqual(decode(bytes), value)) return { name: engine.name, why: "decodes other values" };
    if (encode && Buffer.compare(encode(value), codec.encode(value)) !== 0)
      return { name: engine.name, why: "encodes other bytes" };
  }
  return engine;
}
