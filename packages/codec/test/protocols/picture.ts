// A picture of a message shows every byte of it once, says what decoding says, and is drawn of damaged messages too.

import { isDeepStrictEqual } from "node:util";
import type { Codec, Inspection, Node } from "@wireform/codec";
import { expect } from "vitest";
import { toHex } from "../support/shared-data.ts";
import { damaged } from "./both-modes.ts";

// A picture lowers the schema anew, so that few damaged messages are drawn of each.
const DRAWN = 1;

type Any = Codec<unknown, never>;

function* all(node: Node): Generator<Node> {
  yield node;
  for (const child of node.children) yield* all(child);
}

/** Bytes that some field of the picture stands for, a node with children also for what is in front of them. */
function shown(picture: Inspection): number {
  const bytes = new Set<number>();
  for (const node of all(picture)) {
    const end = node.children[0]?.start ?? node.end;
    for (let at = node.start; at < end; at++) bytes.add(at);
  }
  return bytes.size;
}

/** Where something lies at an offset, `gaps` may be left. */
export function provePicture(codec: Any, bytes: Uint8Array, value: unknown, gaps: boolean): void {
  const picture = codec.inspect(bytes);
  expect(picture.error).toBeUndefined();
  expect(isDeepStrictEqual(picture.value, value)).toBe(true);
  expect(shown(picture)).toBe(bytes.length);
  for (const node of all(picture)) {
    expect(node.verdict?.ok ?? true, node.path).toBe(true);
    expect(["trailing", "cut", "unread", ...(gaps ? [] : ["gap"])]).not.toContain(node.kind);
    expect(node.start).toBeLessThanOrEqual(node.end);
  }
  let left = DRAWN;
  for (const wire of damaged(bytes)) {
    provePictureOf(codec, wire);
    if (--left === 0) return;
  }
}

function provePictureOf(codec: Any, wire: Uint8Array): void {
  const picture = codec.inspect(wire);
  const decoded = codec.safeDecode(wire);
  const hint = `for ${toHex(wire)}`;
  for (const node of all(picture)) {
    expect(node.start, hint).toBeGreaterThanOrEqual(0);
    expect(node.end, hint).toBeLessThanOrEqual(wire.length);
  }
  if (decoded.ok) {
    expect(picture.error, hint).toBeUndefined();
    expect(isDeepStrictEqual(picture.value, decoded.value), hint).toBe(true);
    return;
  }
  const { code, path, offset } = decoded.error;
  expect(
    [...all(picture)].some((node) => node.verdict?.ok === false),
    hint,
  ).toBe(true);
  // What a checksum or a counted length says is shown, and reading goes on; of what is cut, all that is there is read.
  if (code === "checksum" || code === "length" || code === "trailing" || code === "truncated") return;
  expect(picture.error, hint).toMatchObject({ code, path, offset });
}
