import { type AnySchema, type Codec, compute, internetChecksum } from "@wireform/codec";
import { describe, expect, it } from "vitest";
import { compileHere } from "../support/mode.ts";
import { describeShared, fromHex } from "../support/shared-data.ts";
import { type Laws, prove, refused } from "./prove.ts";
import * as binary from "./schemas/packets.ts";
import * as text from "./schemas/text-packets.ts";

type Fields = Record<string, unknown>;
interface Row {
  readonly protocol: string;
  readonly name: string;
  readonly hex: string;
  readonly fields: Fields;
}
type Kind = (fields: Fields) => { schema: AnySchema; value: Fields } & Laws;

const names = (schema: { variants: object }, tag: unknown): string | undefined =>
  Object.entries(schema.variants).find(([, variant]) => (variant as [unknown])[0] === tag)?.[0];

/** What each protocol's rows are in its schema. */
const kinds: { readonly [protocol: string]: Kind } = {
  protobuf: (value) => ({ schema: binary.Protobuf, value, ends: false }),
  bgp: ({ marker, length, type, ...body }) => ({
    schema: binary.Bgp,
    value: { marker, length, type, body },
    derived: ["length", "marker"],
  }),
  amqp: ({ name, ...value }) =>
    name === "AMQP"
      ? { schema: binary.AmqpHeader, value }
      : { schema: binary.AmqpFrame, value, derived: ["size", "end"] },
  memcached: ({ magic, opaque, cas, ...value }) => ({
    schema: binary.Memcached,
    value: { magic: names(binary.Memcached, magic), opaque, cas: BigInt(cas as number), ...value },
    derived: ["keyLength", "extrasLength", "bodyLength"],
  }),
  tftp: ({ opcode, ...value }) => ({
    schema: binary.Tftp,
    value: { opcode: names(binary.Tftp, opcode), ...value },
    ends: opcode !== 3,
  }),
  ldap: ({ messageId, ...bind }) => ({
    schema: binary.Ldap,
    value: {
      message: {
        messageId,
        operation: "version" in bind ? { type: "bind", value: bind } : { type: "unbind", value: {} },
      },
    },
  }),
  "ipv4+udp": (value) => ({
    schema: binary.Ipv4,
    value: { ...value, tos: 0, fragmentOffset: 0, options: new Uint8Array(0) },
    derived: ["version", "ihl", "totalLength", "length"],
  }),
  icmp: (value) => ({ schema: binary.Icmp, value, derived: ["checksum"], ends: false }),
  arp: (value) => ({ schema: binary.Arp, value, derived: ["hardwareLength", "protocolLength"] }),
  rtp: ({ csrc, ...value }) => ({
    schema: binary.Rtp,
    value: { csrcCount: (csrc as []).length, csrc, ...value },
    derived: ["csrcCount", "version"],
    ends: false,
  }),
  proxy: ({ signature, version, command, family, transport, length, ...address }) =>
    signature === undefined
      ? { schema: text.Proxy1, value: { family, ...address } }
      : {
          schema: binary.Proxy2,
          value: { version, command, family, transport, length, address },
          derived: ["length", "version"],
        },
  fix: ({ fields, ...value }) => ({
    schema: text.Fix,
    value: {
      ...value,
      fields: (fields as [string, string][]).slice(2, -1).map(([tag, field]) => ({ tag, value: field })),
    },
    derived: ["bodyLength", "checkSum"],
  }),
  nmea: (value) => ({ schema: text.Nmea, value, derived: ["checksum"] }),
  "intel-hex": (record) => ({ schema: text.IntelHex, value: { record }, derived: ["count", "checksum"] }),
  "s-record": ({ type, ...record }) => ({
    schema: text.SRecord,
    value: { type, record },
    derived: ["count", "checksum"],
  }),
};

describeShared<{ cases: readonly Row[] }>("packets", "protocols-facts/packets.json", ({ cases }) => {
  it("has 28 packets of these protocols", () => {
    expect([cases.length, new Set(cases.map((row) => row.protocol))]).toEqual([28, new Set(Object.keys(kinds))]);
  });

  it.each(cases.map((row) => [row.protocol, row.name, row] as const))("%s: %s", (protocol, _, row) => {
    const { schema, value, ...laws } = (kinds[protocol] as Kind)(row.fields);
    prove(compileHere(schema) as Codec<unknown, never>, row.hex, value, laws);
  });

  const sums = ["ipv4+udp", "icmp", "fix", "nmea", "intel-hex", "s-record"];
  it.each(cases.filter((row) => sums.includes(row.protocol)).map((row) => [row.protocol, row.name, row] as const))(
    "%s, %s: a digit that is changed is noticed",
    (protocol, _, row) => {
      const { schema } = (kinds[protocol] as Kind)(row.fields);
      const bytes = fromHex(row.hex);
      // In IPv4 the time to live; in the others a byte of content or a digit of it.
      (bytes[protocol === "ipv4+udp" ? 8 : protocol === "icmp" ? 9 : 7] as number) ^= 1;
      const error = refused(compileHere(schema) as Codec<unknown, never>, bytes);
      expect(`${error.code} ${error.message}`).toMatch(/^checksum|^rejected .*checksum/);
    },
  );

  it("the checksum of UDP is right over the pseudo header of the addresses around it", () => {
    const row = cases.find(({ protocol }) => protocol === "ipv4+udp") as Row;
    const { source, destination, protocol, udp } = compileHere(binary.Ipv4).decode(fromHex(row.hex));
    const bytes = compileHere(binary.Udp).encode(udp);
    const pseudo = [...source, ...destination, 0, protocol, udp.length >> 8, udp.length & 0xff, ...bytes];
    expect(compute(internetChecksum, Uint8Array.from(pseudo))).toBe(0);
  });
});

describe("packets beside the vectors", () => {
  it("a protobuf field number past 15 takes more bytes of its key", () => {
    const fields = [
      { number: 16, wireType: 0, value: 1 },
      { number: 5000, wireType: 5, value: fromHex("01020304") },
    ];
    prove(compileHere(binary.Protobuf), "800101" + "c5b802" + "01020304", { fields }, { ends: false });
    expect(refused(compileHere(binary.Protobuf), "880001").path).toBe("fields[0].high");
  });

  it("a FIX message whose length grows a digit moves what is behind it", () => {
    const fix = compileHere(text.Fix);
    for (const length of [0, 5, 6, 90, 96, 97, 990, 1000]) {
      const fields = [{ tag: "58", value: "x".repeat(length) }];
      const bytes = fix.encode({ beginString: "FIX.4.2", fields });
      const value = fix.decode(bytes);
      expect(value.bodyLength).toBe(length + 4);
      prove(fix, bytes, { ...value, fields }, { derived: ["bodyLength", "checkSum"] });
    }
  });

  it("two addresses of one length must agree", () => {
    const arp = compileHere(binary.Arp);
    const address = fromHex("020000000001");
    const value = {
      hardware: 1,
      protocol: 2048,
      operation: 1,
      senderHardware: address,
      senderProtocol: fromHex("c0000201"),
      targetHardware: address.slice(1),
      targetProtocol: fromHex("c0000202"),
    };
    expect(() => arp.encode(value)).toThrow(expect.objectContaining({ code: "mismatch", path: "targetHardware" }));
  });

  it("options make the header of IPv4 longer by whole words", () => {
    const ipv4 = compileHere(binary.Ipv4);
    const row = "450000210000400040114e95c0000201c63364020fa00007000dc02368656c6c6f";
    const { ihl: _, totalLength: __, checksum: ___, ...value } = ipv4.decode(fromHex(row));
    const longer = ipv4.decode(ipv4.encode({ ...value, options: fromHex("01010100") }));
    expect([longer.ihl, longer.totalLength]).toEqual([6, 37]);
    expect(() => ipv4.encode({ ...value, options: fromHex("0101") })).toThrow(
      expect.objectContaining({ code: "length", path: "options" }),
    );
  });
});
