import type { Codec } from "@wireform/codec";
import { expect, it } from "vitest";
import { compileHere } from "../support/mode.ts";
import { describeShared, fromHex } from "../support/shared-data.ts";
import { prove, refused } from "./prove.ts";
import { Cobs, Hdlc, Slip } from "./schemas/stuffing.ts";

interface Row {
  readonly kind: "cobs" | "slip" | "hdlc";
  readonly decoded: string;
  readonly hex: string;
  readonly why: string;
  readonly expect: "invalid" | "cut";
}
const codecs: Record<Row["kind"], Codec<unknown, never>> = {
  cobs: compileHere(Cobs),
  slip: compileHere(Slip),
  hdlc: compileHere(Hdlc),
};

describeShared<{ cases: readonly Row[]; invalid: readonly Row[] }>(
  "stuffing",
  "protocols-facts/stuffing.json",
  ({ cases, invalid }) => {
    it.each(cases.map((row, i) => [row.kind, i, row] as const))("%s, row %i", (kind, _, { decoded, hex }) => {
      const content = fromHex(decoded);
      prove(codecs[kind], hex, kind === "hdlc" ? { content } : content);
    });

    it.each(invalid.map((row) => [row.kind, row.why, row] as const))("%s: %s", (kind, _, row) => {
      const error = refused(codecs[kind], row.hex);
      expect(error.code).toBe(row.expect === "cut" ? "truncated" : "rejected");
      const read = () => codecs[kind].read(fromHex(row.hex));
      if (row.expect === "cut") expect(read()).toEqual({ needed: expect.any(Number) });
      else expect(read).toThrow(expect.objectContaining({ name: "DecodeError" }));
    });
  },
);
