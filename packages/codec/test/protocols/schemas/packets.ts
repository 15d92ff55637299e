// Small binary packets, each by its own specification.

import {
  array,
  bits,
  bytes,
  check,
  checksum,
  constant,
  field,
  flag,
  i8,
  internetChecksum,
  lengthOf,
  magic,
  map,
  match,
  rest,
  sized,
  string,
  struct,
  u8,
  u16,
  u32,
  u64,
  uleb128,
  union,
  until,
  when,
} from "@wireform/codec";

/**
 * Protocol Buffers, encoding guide: the key is one variable-length integer, of which the lowest three bits are the wire
 * type. So its first byte has a flag, four bits of the number and the type, and its other bytes the rest of the number.
 */
const ProtobufField = map(
  struct({
    more: flag,
    low: bits(4),
    wireType: bits(3),
    high: when(
      field("more"),
      check(uleb128, (n) => n > 0, "a key in its shortest form"),
    ),
    value: match(field("wireType"), { 0: uleb128, 1: bytes(8), 2: bytes(uleb128), 5: bytes(4) }),
  }),
  {
    decode: ({ low, high = 0, wireType, value }) => ({ number: high * 16 + low, wireType, value }),
    encode: ({ number, wireType, value }: { number: number; wireType: number; value: number | Uint8Array }) => ({
      more: number > 15,
      low: number % 16,
      wireType,
      high: number > 15 ? Math.floor(number / 16) : undefined,
      value,
    }),
  },
);
export const Protobuf = struct({ fields: array(ProtobufField, rest) });

/** RFC 4271, section 4.1: the length counts the marker in front of it too. */
export const Bgp = struct({
  marker: constant(bytes(16), new Uint8Array(16).fill(0xff)),
  length: lengthOf(
    check(u16, (n) => n >= 19 && n <= 4096, "from 19 to 4096"),
    { from: "marker" },
  ),
  type: u8,
  body: match(field("type"), {
    1: struct({ version: u8, as: u16, holdTime: u16, identifier: bytes(4), parameters: bytes(u8) }), // 4.2
    4: struct({}), // 4.4
  }),
});

/** AMQP 0-9-1, sections 4.2.2 and 4.2.3. */
export const AmqpHeader = struct({ name: magic("AMQP"), id: u8, major: u8, minor: u8, revision: u8 });
export const AmqpFrame = struct({
  type: u8,
  channel: u16,
  size: u32,
  payload: bytes(field("size")),
  end: constant(u8, 0xce),
});

/** Memcached binary protocol: one length for extras, key and value together, and one for each but the last. */
const body = { opaque: u32, cas: u64, extras: bytes(field("extrasLength")), key: string(field("keyLength")) };
const lengths = { opcode: u8, keyLength: u16, extrasLength: u8, dataType: u8 };
const bodyLength = lengthOf(u32, { from: "extras", to: "value" });
export const Memcached = union("magic", u8, {
  request: [0x80, struct({ ...lengths, vbucket: u16, bodyLength, ...body, value: bytes(rest) })],
  response: [0x81, struct({ ...lengths, status: u16, bodyLength, ...body, value: bytes(rest) })],
});

/** RFC 1350, section 5; a datagram ends each. */
const Zeroed = string(until("\0"), "ascii");
export const Tftp = union("opcode", u16, {
  readRequest: [1, struct({ file: Zeroed, mode: Zeroed })],
  data: [3, struct({ block: u16, data: bytes(rest) })],
  acknowledgement: [4, struct({ block: u16 })],
  error: [5, struct({ code: u16, message: Zeroed })],
});

// BER in its short form: lengths up to 127, integers of one byte.
const Length = check(u8, (n) => n < 128, "a length in the short form");
const Integer = map(struct({ tag: magic("\x02"), length: constant(u8, 1), value: i8 }), {
  decode: ({ value }) => value,
  encode: (value: number) => ({ value }),
});

/** RFC 4511, sections 4.1.1, 4.2 and 4.3. */
export const Ldap = struct({
  sequence: magic("\x30"),
  message: sized(
    Length,
    struct({
      messageId: Integer,
      operation: union("type", u8, {
        bind: [
          0x60,
          sized(
            Length,
            struct({
              version: Integer,
              nameTag: magic("\x04"),
              name: string(Length),
              simple: magic("\x80"),
              password: bytes(Length),
            }),
          ),
        ],
        unbind: [0x42, sized(Length, struct({}))],
      }),
    }),
  ),
});

/** RFC 768; its checksum is also of addresses that stand elsewhere, so that no range of fields covers it. */
export const Udp = struct({
  sourcePort: u16,
  destinationPort: u16,
  length: lengthOf(u16, { from: "sourcePort" }),
  checksum: u16,
  data: bytes(rest),
});

/** RFC 791, section 3.1 */
export const Ipv4 = struct({
  version: constant(bits(4), 4),
  ihl: bits(4),
  tos: u8,
  totalLength: lengthOf(u16, { from: "version" }),
  identification: u16,
  flags: bits(3),
  fragmentOffset: bits(13),
  ttl: u8,
  protocol: u8,
  checksum: checksum(u16, internetChecksum, { from: "version", to: "options" }),
  source: bytes(4),
  destination: bytes(4),
  options: bytes(field("ihl").times(4).minus(20)),
  udp: Udp,
});

/** RFC 792, "Echo or Echo Reply Message" */
export const Icmp = struct({
  type: u8,
  code: u8,
  checksum: checksum(u16, internetChecksum, { from: "type" }),
  identifier: u16,
  sequence: u16,
  data: bytes(rest),
});

/** RFC 826, "Packet format": two lengths for two addresses each. */
export const Arp = struct({
  hardware: u16,
  protocol: u16,
  hardwareLength: u8,
  protocolLength: u8,
  operation: u16,
  senderHardware: bytes(field("hardwareLength")),
  senderProtocol: bytes(field("protocolLength")),
  targetHardware: bytes(field("hardwareLength")),
  targetProtocol: bytes(field("protocolLength")),
});

/** RFC 3550, section 5.1 */
export const Rtp = struct({
  version: constant(bits(2), 2),
  padding: flag,
  extension: flag,
  csrcCount: bits(4),
  marker: flag,
  payloadType: bits(7),
  sequence: u16,
  timestamp: u32,
  ssrc: u32,
  csrc: array(u32, field("csrcCount")),
  payload: bytes(rest),
});

const endpoints = (size: number) =>
  struct({ source: bytes(size), destination: bytes(size), sourcePort: u16, destinationPort: u16 });
/** HAProxy, "The PROXY protocol", section 2.2 */
export const Proxy2 = struct({
  signature: magic("\r\n\r\n\0\r\nQUIT\n"),
  version: constant(bits(4), 2),
  command: bits(4),
  family: bits(4),
  transport: bits(4),
  length: lengthOf(u16, { from: "address" }),
  address: match(field("family"), { 1: endpoints(4), 2: endpoints(16) }),
});
