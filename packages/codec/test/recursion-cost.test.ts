// What recursion costs: one function however often a schema contains itself, and no room for elements that cannot come.

import { array, bytes, lazy, type Schema, struct, u8, u32, union } from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { compileHere, mode } from "./support/mode.ts";
import { fromHex } from "./support/shared-data.ts";

type Tree =
  | { type: "leaf"; value: Uint8Array }
  | { type: "branch"; left: Tree; right: Tree }
  | { type: "list"; value: Tree[] };
const tree: Schema<Tree> = lazy(() => Tree);
const Tree: Schema<Tree> = union("type", u8, {
  leaf: [1, bytes(u8)],
  branch: [2, struct({ left: tree, right: tree })],
  list: [3, array(tree, u32)],
});

describe("a schema that contains itself three times", () => {
  it.runIf(mode !== "interpret")("is generated once for each direction", () => {
    const { source } = compileHere(Tree);
    expect(source.match(/function decode\d+\(/g)).toEqual(["function decode0("]);
    expect(source.match(/function encode\d+\(/g)).toEqual(["function encode0("]);
  });

  it("refuses at their count elements that are more than the message may have bytes for", () => {
    const codec = compileHere(Tree, { limits: { maxMessageSize: 100 } });
    expect(codec.read(fromHex("030000005f"))).toMatchObject({ needed: expect.any(Number) });
    expect(() => codec.read(fromHex("0300000060"))).toThrow(
      expect.objectContaining({ code: "limit", path: "value", offset: 5 }),
    );
  });
});
