import { createHmac } from "node:crypto";
import { expect, it } from "vitest";
import { compileHere } from "../support/mode.ts";
import { describeShared, fromHex, toHex } from "../support/shared-data.ts";
import { prove, refused } from "./prove.ts";
import { type Attribute, Message, xorMappedAddress } from "./schemas/stun.ts";

interface Row {
  readonly name: string;
  readonly hex: string;
  readonly fields: Record<string, unknown> & { readonly attributes: readonly Attribute[] };
  readonly xorMappedAddress?: { readonly port: number; readonly address: Uint8Array };
}

const message = compileHere(Message);
const INTEGRITY = 0x0008;
const XOR_MAPPED_ADDRESS = 0x0020;

describeShared<{ cases: readonly Row[]; password: string }>("STUN", "protocols-facts/stun.json", (data) => {
  const rows = data.cases.map((row) => [row.name, row] as const);

  it.each(rows)("%s: value, padding and fingerprint", (_, { hex, fields }) => {
    const attributes = fields.attributes.slice(0, -1);
    const last = fields.attributes.at(-1) as Attribute;
    const value = {
      ...fields,
      attributes,
      fingerprintType: last.type,
      fingerprintLength: last.length,
      fingerprint: Number.parseInt(toHex(last.value), 16),
    };
    prove(message, hex, value, { derived: ["length", "fingerprint"] });
  });

  it.each(rows)("%s: any byte that is changed is noticed", (_, { hex }) => {
    for (let at = 0; at < hex.length / 2; at++) {
      const bytes = fromHex(hex);
      (bytes[at] as number) ^= 0x10;
      refused(message, bytes);
    }
  });

  it.each(rows)("%s: what its integrity attribute covers is the message that ends with it", (_, { hex, fields }) => {
    const { attributes } = message.decode(fromHex(hex));
    const integrity = attributes.find(({ type }) => type === INTEGRITY) as Attribute;
    const covered = fromHex(hex).slice(0, hex.indexOf(toHex(integrity.value)) / 2 - 4);
    // Section 14.5: the length is that of a message without the fingerprint.
    new DataView(covered.buffer).setUint16(2, (fields["length"] as number) - 8);
    expect(createHmac("sha1", data.password).update(covered).digest("hex")).toBe(toHex(integrity.value));
  });

  it.each(rows.filter(([, row]) => row.xorMappedAddress))(
    "%s: the address is what remains without the key",
    (_, row) => {
      const value = row.xorMappedAddress as NonNullable<Row["xorMappedAddress"]>;
      const attribute = row.fields.attributes.find(({ type }) => type === XOR_MAPPED_ADDRESS) as Attribute;
      const codec = compileHere(xorMappedAddress(row.fields["transactionId"] as Uint8Array));
      prove(codec, attribute.value, { zero: 0, family: value.address.length === 4 ? 1 : 2, ...value });
    },
  );
});
