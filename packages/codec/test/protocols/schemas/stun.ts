// STUN, RFC 8489 (vectors of RFC 5769): a header of 20 bytes and attributes that are padded to four.

import {
  array,
  bytes,
  checksum,
  constant,
  crc,
  custom,
  field,
  map,
  match,
  rest,
  sized,
  struct,
  u8,
  u16,
  u32,
} from "@wireform/codec";

export interface Attribute {
  readonly type: number;
  readonly length: number;
  readonly value: Uint8Array;
  readonly padding?: Uint8Array;
}

/**
 * Section 14: the length counts the value without its padding, which may hold anything and is covered by what follows.
 * A length rounded up is not one that encode could run backwards, so that this is written by hand.
 */
const Attribute = custom<Attribute>({
  name: "attribute",
  min: 4,
  decode(bytes) {
    if (bytes.length < 4) return { needed: 4 - bytes.length };
    const [a, b, c, d] = bytes as unknown as [number, number, number, number];
    const length = (c << 8) | d;
    const end = 4 + length;
    const size = Math.ceil(end / 4) * 4;
    if (bytes.length < size) return { needed: size - bytes.length };
    const padding = end < size ? { padding: bytes.slice(end, size) } : {};
    return { value: { type: (a << 8) | b, length, value: bytes.slice(4, end), ...padding }, size };
  },
  encode({ type, value, padding }) {
    const end = 4 + value.length;
    const bytes = new Uint8Array(Math.ceil(end / 4) * 4);
    bytes.set([type >> 8, type & 0xff, value.length >> 8, value.length & 0xff]);
    bytes.set(value, 4);
    if (padding) bytes.set(padding, end);
    return bytes;
  },
});

/** Section 14.7: CRC-32, xored with 5354554e ("STUN"). */
const fingerprint = crc({
  width: 32,
  poly: 0x04c11db7,
  init: 0xffffffff,
  refin: true,
  refout: true,
  xorout: (0xffffffff ^ 0x5354554e) >>> 0,
});

/** Section 5. The fingerprint is the last attribute, eight bytes, and covers everything before it. */
export const Message = struct({
  type: u16,
  length: u16,
  magicCookie: constant(u32, 0x2112a442),
  transactionId: bytes(12),
  attributes: sized(field("length").minus(8), array(Attribute, rest)),
  fingerprintType: constant(u16, 0x8028),
  fingerprintLength: constant(u16, 4),
  fingerprint: checksum(u32, fingerprint, { from: "type", to: "attributes" }),
});

const xor = (bytes: Uint8Array, key: Uint8Array): Uint8Array => bytes.map((byte, i) => byte ^ (key[i] as number));
const xored = (size: number, key: Uint8Array) => {
  const change = (bytes: Uint8Array): Uint8Array => xor(bytes, key);
  return map(bytes(size), { decode: change, encode: change });
};

/** Section 14.2: XOR-MAPPED-ADDRESS; the key is the cookie and behind it the transaction id. */
export const xorMappedAddress = (transactionId: Uint8Array) => {
  const key = Uint8Array.of(0x21, 0x12, 0xa4, 0x42, ...transactionId);
  return struct({
    zero: constant(u8, 0),
    family: u8,
    port: map(u16, { decode: (port) => port ^ 0x2112, encode: (port: number) => port ^ 0x2112 }),
    address: match(field("family"), { 1: xored(4, key), 2: xored(16, key) }),
  });
};
