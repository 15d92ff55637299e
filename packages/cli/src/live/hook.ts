// A module of the user's that may drop, delay or change messages on their way. Law: what means the same afterwards has
// the same bytes; what does not is encoded anew, with all that follows from other fields filled in again.

import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Codec, EncodeError, Key } from "@wireform/codec";
import { usage } from "../failure.js";
import { loadFile } from "../schemas/load.js";

/** Which way a message goes: `up` to the target, `down` to the client. */
export type Direction = "up" | "down";

/** What a hook module exports as `message`: gives what is to be sent instead, nothing to drop it, or a promise of that. */
export type Hook = (message: unknown, about: { direction: Direction; connection: number }) => unknown;

export async function loadHook(path: string, cwd: string): Promise<Hook> {
  const { message } = await loadFile(resolve(cwd, path), path);
  if (typeof message !== "function")
    throw usage(
      `${path} exports no function called "message"`,
      "export function message(m, { direction, connection }) { return m; }",
    );
  return message as Hook;
}

/** A message on its way: its bytes, and what they mean. */
interface Message {
  readonly bytes: Uint8Array;
  readonly value: unknown;
}

/** What a hook made of a message: whether it passes as it came, and what goes with it or in its place. */
export interface Made {
  /** The message as it came: the hook may have changed the object it was given. */
  readonly original: Message;
  readonly sent: readonly (Message & { readonly same: boolean })[];
}

export async function hooked(
  hook: Hook,
  codec: Codec<unknown, unknown>,
  { bytes, value }: Message,
  about: Parameters<Hook>[1],
): Promise<Made> {
  const result = await hook(value, about);
  const original = { bytes, value: codec.decode(bytes) };
  const list =
    result === undefined || result === null ? [] : Array.isArray(result) && result !== value ? result : [result];
  return {
    original,
    sent: list.map((each) => {
      if (isDeepStrictEqual(each, original.value)) return { ...original, same: true };
      const made = encodeAnew(codec, each);
      return { bytes: made, value: codec.decode(made), same: false };
    }),
  };
}

/** Encodes a value in which what follows from other fields may still be as it was: that is left out, and so filled in. */
function encodeAnew(codec: Codec<unknown, unknown>, value: unknown): Uint8Array {
  let given = value;
  for (;;) {
    try {
      return codec.encode(given);
    } catch (error) {
      const { code, keys = [] } = error as Partial<EncodeError>;
      if (code !== "mismatch" || keys.length === 0) throw error;
      const without = leftOut(given, keys);
      if (without === undefined) throw error;
      given = without;
    }
  }
}

/** The same value without what stands at `keys`; undefined when there is nothing. */
function leftOut(value: unknown, [key, ...rest]: readonly Key[]): unknown {
  if (typeof value !== "object" || value === null || key === undefined || !Object.hasOwn(value, key)) return undefined;
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<Key, unknown>;
  if (rest.length === 0) delete copy[key];
  else {
    copy[key] = leftOut(copy[key], rest);
    if (copy[key] === undefined) return undefined;
  }
  return copy;
}
