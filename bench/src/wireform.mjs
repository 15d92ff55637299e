// Wireform as a contender. Its built packages are imported by name; where one is missing or unfinished, the rows are
// absent and say why, so that the rest can be measured.
import { random } from "./random.mjs";

const codec = await import("@wireform/codec").catch((error) => ({ missing: error.message.split("\n")[0] }));

export const wireform = codec;

/** Why Wireform cannot be measured at all, or undefined. */
export const whyAbsent = codec.missing ?? (codec.compile ? undefined : "@wireform/codec exports no compile yet");

/** A message's codec in one mode, as a contender. */
export async function codecOf(message, mode) {
  const name = `wireform ${mode}`;
  if (whyAbsent) return { name, why: whyAbsent };
  try {
    const schema = await message.wireform(codec);
    if (!schema) return { name, why: `the protocol's schema for ${message.id} is not there yet` };
    const compiled = codec.compile(schema, { mode });
    // The first call makes the functions; from then on they stand in their places themselves.
    compiled.decode(compiled.encode(message.makeValue(random(1))));
    const { decode, encode } = compiled;
    return { name, decode, encode };
  } catch (error) {
    return { name, why: `does not compile: ${error.message.split("\n")[0]}` };
  }
}
