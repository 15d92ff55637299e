import { at, DecodeError, struct } from "@wireform/codec";
import { expect, it } from "vitest";
import { compileHere } from "../support/mode.ts";
import { describeShared, fromHex, toHex } from "../support/shared-data.ts";
import { prove, refused } from "./prove.ts";
import { CompressedMessage, Message, Name, TcpMessage } from "./schemas/dns.ts";

interface Row {
  readonly name: string;
  readonly hex: string;
  readonly tcp?: boolean;
  readonly kind?: "invalid" | "cut";
  readonly fields?: { readonly flags: number } & Record<string, unknown>;
  readonly namesAt?: Readonly<Record<string, string>>;
}

const message = compileHere(Message);
const compressed = compileHere(CompressedMessage);
const tcp = compileHere(TcpMessage);
const counts = ["qdcount", "ancount", "nscount", "arcount"];

function valueOf({ id, flags, ...lists }: NonNullable<Row["fields"]>): object {
  const has = (bit: number): boolean => (flags & bit) !== 0;
  return {
    id,
    response: has(0x8000),
    opcode: (flags >> 11) & 15,
    authoritative: has(0x400),
    truncated: has(0x200),
    recursionDesired: has(0x100),
    recursionAvailable: has(0x80),
    authenticData: has(0x20),
    checkingDisabled: has(0x10),
    rcode: flags & 15,
    ...Object.fromEntries(Object.values(lists).map((list, i) => [counts[i], (list as unknown[]).length])),
    ...lists,
  };
}

describeShared<{ cases: readonly Row[]; invalid: readonly Row[] }>(
  "DNS",
  "protocols-facts/dns.json",
  ({ cases, invalid }) => {
    const described = cases.filter((row) => row.fields);
    it.each(described.map((row) => [row.name, row] as const))("%s", (_, { hex, fields }) => {
      const canonical = !hex.includes("c00c");
      prove(message, hex, valueOf(fields as NonNullable<Row["fields"]>), { canonical, derived: counts });
      prove(compressed, hex, compressed.decode(fromHex(hex)), { derived: counts });
    });

    it("behind the two bytes of TCP it is the same message, pointers included", () => {
      const row = cases.find((each) => each.tcp) as Row;
      prove(tcp, row.hex, message.decode(fromHex(row.hex.slice(4))), { derived: counts });
      const answer = cases.find((each) => each.name.includes("compressed name"))?.hex as string;
      const length = (answer.length / 2).toString(16).padStart(4, "0");
      prove(tcp, length + answer, message.decode(fromHex(answer)), { canonical: false });
    });

    it("names that point into names, at their offsets in the message", () => {
      const row = cases.find((each) => each.namesAt) as Row;
      const names = row.namesAt as Record<string, string>;
      const fields = Object.fromEntries(Object.keys(names).map((offset) => [`at${offset}`, at(Number(offset), Name)]));
      const codec = compileHere(struct(fields));
      const value = Object.fromEntries(Object.entries(names).map(([offset, name]) => [`at${offset}`, name]));
      prove(codec, row.hex, value, { canonical: false, gaps: true });
    });

    it.each(invalid.map((row) => [row.kind, row.name, row] as const))("%s: %s", (kind, _, { hex }) => {
      const error = refused(message, hex);
      if (kind === "cut") {
        expect(error.code).toBe("truncated");
        expect(message.read(fromHex(hex))).toEqual({ needed: expect.any(Number) });
      } else if (error.code !== "truncated") expect(() => message.read(fromHex(hex))).toThrow(DecodeError);
    });
  },
);

it("a pointer at itself stops at the depth limit, not at the stack", () => {
  const error = refused(message, "000001000001000000000000c00c00010001");
  expect([error.code, error.path.startsWith("questions[0].name[0].name[0].name")]).toEqual(["limit", true]);
});

it.each([
  ["a label of 64 bytes", `${"a".repeat(64)}.org`],
  ["an empty label in the middle", "a..org"],
])("%s is not written", (_, name) => {
  expect(() => compileHere(Name).encode(name)).toThrow(expect.objectContaining({ name: "EncodeError" }));
  expect(toHex(compileHere(Name).encode("a.org"))).toBe("0161036f726700");
});
