import { expect, it } from "vitest";
import { compileHere } from "../support/mode.ts";
import { describeShared, fromHex, toHex } from "../support/shared-data.ts";
import { prove, refused } from "./prove.ts";
import { Handshake, Plaintext, Record } from "./schemas/tls.ts";

interface Row {
  readonly name: string;
  readonly hex: string;
  readonly fields: {
    readonly type: number;
    readonly version: number;
    readonly length: number;
    readonly level?: number;
    readonly description?: number;
    readonly data?: Uint8Array;
    readonly handshake?: { readonly type: number };
    readonly records?: readonly { readonly type: number; readonly version: number; readonly length: number }[];
  };
}

const record = compileHere(Record);
const plaintext = compileHere(Plaintext);
const handshake = compileHere(Handshake);

const names: { [type: number]: string } = { 1: "client_hello", 2: "server_hello" };

function fragmentOf({ level, description, data, handshake: message }: Row["fields"]): unknown {
  if (level !== undefined) return { level: level === 1 ? "warning" : "fatal", description };
  return message ? { ...message, type: names[message.type] } : data;
}

describeShared<{ cases: readonly Row[] }>("TLS", "protocols-facts/tls.json", ({ cases }) => {
  const whole = cases.filter(({ hex, fields }) => fields.records === undefined && hex.length > 10);

  it("has five records of one message, a header and a message in two records", () => {
    expect([whole.length, cases.length]).toEqual([5, 7]);
  });

  it.each(whole.map((row) => [row.name, row] as const))("%s", (_, { hex, fields }) => {
    const { type, version, length } = fields;
    prove(plaintext, hex, { type, version, length, fragment: fragmentOf(fields) }, { derived: ["length"] });
    prove(record, hex, { type, version, length, fragment: fromHex(hex.slice(10)) }, { derived: ["length"] });
  });

  const row = (name: string): Row => cases.find((each) => each.name.includes(name)) as Row;

  it("a header alone asks for all that it announces", () => {
    const { hex, fields } = row("record header");
    expect(plaintext.read(fromHex(hex))).toEqual({ needed: fields.length });
  });

  it("the handshake message in two records is the one in its record", () => {
    const split = row("two records");
    const bytes = fromHex(split.hex);
    const fragments: string[] = [];
    for (let at = 0; at < bytes.length; ) {
      const next = record.read(bytes, at);
      if ("needed" in next) expect.fail(`needs ${next.needed} more bytes`);
      const { fragment, ...head } = next.value;
      expect(head).toEqual(split.fields.records?.[fragments.length]);
      fragments.push(toHex(fragment));
      at = next.offset;
    }
    expect(fragments.length).toBe(2);
    const one = row("ClientHello in its record");
    expect(fragments.join("")).toBe(one.hex.slice(10));
    prove(handshake, fragments.join(""), fragmentOf(one.fields), { derived: ["length"] });
    expect(refused(plaintext, split.hex).code).toBe("truncated");
  });
});

it.each([
  [
    "a session id of 33 bytes",
    `010000480303${"00".repeat(32)}21${"00".repeat(33)}${"00".repeat(4)}`,
    "rejected",
    "sessionId",
  ],
  [
    "an odd number of bytes of cipher suites",
    `01000028${"0303"}${"00".repeat(32)}00${"0003130113"}`,
    "truncated",
    "cipherSuites[1]",
  ],
  [
    "an extension that leaves its list",
    `0100002f0303${"00".repeat(32)}00000213010100${"0004000a0001"}`,
    "truncated",
    "extensions[0].data",
  ],
  ["a message that nobody greets with", "0b00000000", "tag", "type"],
])("%s is refused", (_, wire, code, path) => {
  const error = refused(handshake, wire);
  expect([error.code, error.path]).toEqual([code, path]);
});

it("a record of more than 2^14 + 256 bytes is refused from its header", () => {
  expect(() => record.read(fromHex("1703034101"))).toThrow(
    expect.objectContaining({ code: "rejected", path: "length" }),
  );
});
