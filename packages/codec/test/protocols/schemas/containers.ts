// Files: PNG, gzip, zlib, ZIP, ustar, pcap, WAVE. Deflated content stands in one stored block, which needs no inflating.

import {
  adler32,
  array,
  bits,
  bytes,
  type Checksum,
  check,
  checksum,
  crc32,
  field,
  flag,
  i32,
  i32le,
  lengthOf,
  magic,
  octal,
  padding,
  reserved,
  rest,
  string,
  struct,
  u8,
  u16,
  u16le,
  u32,
  u32le,
  union,
  until,
  when,
} from "@wireform/codec";

/** ISO/IEC 15948, section 5: the CRC is of type and data, not of the length. */
const Chunk = struct({
  length: u32,
  type: string(4, "ascii"),
  data: bytes(field("length")),
  crc: checksum(u32, crc32, { from: "type", to: "data" }),
});
export const Png = struct({
  signature: magic("\x89PNG\r\n\x1a\n"),
  chunks: array(
    Chunk,
    until<{ type: string }>((chunk) => chunk.type === "IEND"),
  ),
});

/** RFC 1951, sections 3.2.3 and 3.2.4: bits from the least significant on; a length and its complement. */
const stored = {
  blockHead: reserved(bits(8), { value: 0x01 }),
  length: u16le,
  complement: u16le,
  content: bytes(field("length")),
};
const complements = ({ length, complement }: { length: number; complement: number }): boolean =>
  (length ^ complement) === 0xffff;
const COMPLEMENT = "a length and its complement";

/** RFC 1952, section 2.3; size and CRC are of the content before it was deflated, and stand behind it. */
export const Gzip = check(
  struct({
    id: magic("\x1f\x8b"),
    method: u8,
    flags: u8,
    mtime: u32le,
    extraFlags: u8,
    os: u8,
    ...stored,
    crc32: checksum(u32le, crc32, { from: "content", to: "content" }),
    size: lengthOf(u32le, { from: "content", to: "content" }),
  }),
  complements,
  COMPLEMENT,
);

/** RFC 1950, section 2.2: the first 16 bits are a multiple of 31. */
export const Zlib = check(
  check(
    struct({ cmf: u8, flg: u8, ...stored, adler32: checksum(u32, adler32, { from: "content", to: "content" }) }),
    ({ cmf, flg }) => (cmf * 256 + flg) % 31 === 0,
    "a header that is a multiple of 31",
  ),
  complements,
  COMPLEMENT,
);

/** APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16. */
const Local = struct({
  version: u16le,
  flags: u16le,
  method: u16le,
  time: u16le,
  date: u16le,
  crc32: checksum(u32le, crc32, { from: "data", to: "data" }),
  compressedSize: u32le,
  size: u32le,
  nameLength: u16le,
  extraLength: u16le,
  name: string(field("nameLength")),
  extra: bytes(field("extraLength")),
  data: bytes(field("compressedSize")),
});
const Central = struct({
  madeBy: u16le,
  version: u16le,
  flags: u16le,
  method: u16le,
  time: u16le,
  date: u16le,
  crc32: u32le,
  compressedSize: u32le,
  size: u32le,
  nameLength: u16le,
  extraLength: u16le,
  commentLength: u16le,
  disk: u16le,
  internal: u16le,
  external: u32le,
  localOffset: u32le,
  name: string(field("nameLength")),
  extra: bytes(field("extraLength")),
  comment: string(field("commentLength")),
});
const End = struct({
  disk: u16le,
  centralDisk: u16le,
  diskEntries: u16le,
  entries: u16le,
  centralSize: u32le,
  centralOffset: u32le,
  comment: bytes(u16le),
});
export const Zip = array(
  union("record", u32le, { local: [0x04034b50, Local], central: [0x02014b50, Central], end: [0x06054b50, End] }),
  until<{ record: string }>(({ record }) => record === "end"),
);

/** The sum of the header's bytes, where the checksum's own eight count as spaces: two of them are written as others. */
const tarSum: Checksum<number> = {
  name: "tar",
  width: 17,
  begin: () => 8 * 0x20 - 0x20,
  update(sum, bytes, from, to) {
    let total = sum as number;
    for (let i = from; i < to; i++) total += bytes[i] as number;
    return total;
  },
  end: (sum) => sum as number,
};
const Zero = magic("\0");
const text = (size: number) => string(size, { encoding: "ascii", pad: "\0" });

/** POSIX.1-2017, pax, "ustar Interchange Format": a header of 512 bytes. */
export const Ustar = struct({
  name: text(100),
  mode: octal(7),
  modeEnd: Zero,
  uid: octal(7),
  uidEnd: Zero,
  gid: octal(7),
  gidEnd: Zero,
  size: octal(11),
  sizeEnd: Zero,
  mtime: octal(11),
  mtimeEnd: Zero,
  checksum: checksum(octal(6), tarSum, { from: "name", to: "pad" }),
  checksumEnd: magic("\0 "),
  type: string(1, "ascii"),
  linkName: text(100),
  magic: magic("ustar\0"),
  version: string(2, "ascii"),
  userName: text(32),
  groupName: text(32),
  deviceMajor: text(8),
  deviceMinor: text(8),
  prefix: text(155),
  pad: padding(12),
});

/** pcap: the magic number, as it was written on the machine that captured, says in which order the rest is. */
export const PcapHeader = union("endian", u32, {
  be: [0xa1b2c3d4, struct({ major: u16, minor: u16, thisZone: i32, sigFigs: u32, snapLength: u32, linkType: u32 })],
  le: [
    0xd4c3b2a1,
    struct({ major: u16le, minor: u16le, thisZone: i32le, sigFigs: u32le, snapLength: u32le, linkType: u32le }),
  ],
});

/** RIFF: chunks of an odd size are followed by a byte that their size does not count. */
const RiffChunk = struct({
  id: string(4, "ascii"),
  size: u32le,
  data: bytes(field("size")),
  pad: when(field("size").has(1), reserved(u8)),
});
export const Wave = struct({
  riff: magic("RIFF"),
  riffSize: lengthOf(u32le, { from: "form" }),
  form: magic("WAVE"),
  chunks: array(RiffChunk, rest),
});

/** The bits of RFC 1951's block header in their own order, for the test that they are read from the right end. */
export const BlockHeader = struct({ final: flag, type: bits(2), rest: reserved(bits(5)) }, { bitOrder: "lsb" });
