import { type AnySchema, type Codec, DecodeError } from "@wireform/codec";
import { expect, it } from "vitest";
import { compileHere } from "../support/mode.ts";
import { describeShared, fromHex, toHex } from "../support/shared-data.ts";
import { prove, refused } from "./prove.ts";
import * as framing from "./schemas/framing.ts";

interface Row {
  readonly kind: string;
  readonly name: string;
  readonly hex: string;
  readonly messages: readonly Uint8Array[];
  readonly expect: "invalid" | "cut" | "too large";
}

const schemas: Record<string, AnySchema> = {
  netstring: framing.Netstring,
  "http-chunked": framing.Chunked,
  "content-length": framing.ContentLength,
  "syslog-octet-counting": framing.OctetCounting,
  u16be: framing.Prefixed,
  "u16be-including-itself": framing.Tpkt,
  "u32be-with-flag": framing.GrpcMessage,
  varint: framing.Delimited,
  lines: framing.CrLfLine,
  "lines-lf": framing.LfLine,
  nul: framing.ZeroTerminated,
  "dot-stuffed": framing.Mail,
};
interface Message {
  readonly content?: Uint8Array;
  readonly chunks?: readonly Uint8Array[];
  readonly lines?: readonly Uint8Array[];
}
const codecOf = (kind: string) => compileHere(schemas[kind] as AnySchema) as Codec<Message, never>;

/** The contents of a message as the rows list them. */
function contentsOf({ content, chunks, lines }: Message): readonly Uint8Array[] {
  if (lines) return [fromHex(lines.map((line) => `${toHex(line)}0d0a`).join(""))];
  return chunks?.slice(0, -1) ?? [content as Uint8Array];
}

describeShared<{ cases: readonly Row[]; invalid: readonly Row[] }>(
  "framing",
  "protocols-facts/framing.json",
  ({ cases, invalid }) => {
    it("has 22 streams of twelve kinds and 18 that are refused", () => {
      expect([cases.length, invalid.length]).toEqual([22, 18]);
      expect(new Set(cases.map((row) => row.kind))).toEqual(new Set(Object.keys(schemas)));
    });

    it.each(cases.map((row) => [row.kind, row.name, row] as const))("%s: %s", (kind, name, row) => {
      const codec = codecOf(kind);
      const bytes = fromHex(row.hex);
      const contents: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; ) {
        const next = codec.read(bytes, at);
        if ("needed" in next) expect.fail(`needs ${next.needed} more bytes`);
        const canonical = !/upper and lower|extension/.test(name);
        prove(codec, bytes.slice(at, next.offset), next.value, { canonical });
        contents.push(...contentsOf(next.value));
        at = next.offset;
      }
      expect(contents.map(toHex)).toEqual(row.messages.map(toHex));
    });

    it.each(invalid.map((row) => [row.kind, row.name, row] as const))("%s: %s", (kind, _, row) => {
      const codec = codecOf(kind);
      const error = refused(codec, row.hex);
      if (row.expect === "cut") {
        expect(codec.read(fromHex(row.hex))).toEqual({ needed: expect.any(Number) });
        expect(error.code).toBe("truncated");
      } else {
        expect(() => codec.read(fromHex(row.hex))).toThrow(DecodeError);
        if (row.expect === "too large") expect(error.expected).toMatch(/at most/);
      }
    });
  },
);

it("an empty mail and a mail of dots come back as they were", () => {
  const mail = codecOf("dot-stuffed");
  prove(mail, toHex(Buffer.from(".\r\n")), { lines: [] });
  const dots = [".", "..", ""].map((line) => new Uint8Array(Buffer.from(line)));
  prove(mail, toHex(Buffer.from("..\r\n...\r\n\r\n.\r\n")), { lines: dots });
});
