// B: the 20-byte IPv4 header of RFC 791, every bit field a property of its own.
import { Parser } from "binary-parser";
import * as P from "micro-packed";
import ProtoDef from "protodef";
import * as R from "restructure";
import * as T from "typed-binary";
import { asBuffer, protodefFor, typedBinary } from "./rivals.mjs";

const makeValue = ({ below }) => ({
  version: 4,
  ihl: 5,
  dscp: below(64),
  ecn: below(4),
  totalLength: below(0x10000),
  identification: below(0x10000),
  reserved: false,
  dontFragment: below(2) === 1,
  moreFragments: below(2) === 1,
  fragmentOffset: below(0x2000),
  timeToLive: below(256),
  protocol: [1, 6, 17][below(3)],
  headerChecksum: below(0x10000),
  source: below(2 ** 32),
  destination: below(2 ** 32),
});

const wireform = ({ bits, flag, struct, u8, u16, u32 }) =>
  struct({
    version: bits(4),
    ihl: bits(4),
    dscp: bits(6),
    ecn: bits(2),
    totalLength: u16,
    identification: u16,
    reserved: flag,
    dontFragment: flag,
    moreFragments: flag,
    fragmentOffset: bits(13),
    timeToLive: u8,
    protocol: u8,
    headerChecksum: u16,
    source: u32,
    destination: u32,
  });

const refuse = (what) => {
  throw new RangeError(what);
};
const isBoolean = (value) => value === true || value === false;

const hand = {
  decode(bytes) {
    if (bytes.length !== 20) refuse("length");
    const b0 = bytes[0];
    const b1 = bytes[1];
    const b6 = bytes[6];
    return {
      version: b0 >> 4,
      ihl: b0 & 15,
      dscp: b1 >> 2,
      ecn: b1 & 3,
      totalLength: (bytes[2] << 8) | bytes[3],
      identification: (bytes[4] << 8) | bytes[5],
      reserved: (b6 & 0x80) !== 0,
      dontFragment: (b6 & 0x40) !== 0,
      moreFragments: (b6 & 0x20) !== 0,
      fragmentOffset: ((b6 & 0x1f) << 8) | bytes[7],
      timeToLive: bytes[8],
      protocol: bytes[9],
      headerChecksum: (bytes[10] << 8) | bytes[11],
      source: ((bytes[12] << 24) | (bytes[13] << 16) | (bytes[14] << 8) | bytes[15]) >>> 0,
      destination: ((bytes[16] << 24) | (bytes[17] << 16) | (bytes[18] << 8) | bytes[19]) >>> 0,
    };
  },
  encode(value) {
    const { version, ihl, dscp, ecn, totalLength, identification } = value;
    const { reserved, dontFragment, moreFragments, fragmentOffset } = value;
    const { timeToLive, protocol, headerChecksum, source, destination } = value;
    if ((version & 15) !== version) refuse("version");
    if ((ihl & 15) !== ihl) refuse("ihl");
    if ((dscp & 63) !== dscp) refuse("dscp");
    if ((ecn & 3) !== ecn) refuse("ecn");
    if ((totalLength & 0xffff) !== totalLength) refuse("totalLength");
    if ((identification & 0xffff) !== identification) refuse("identification");
    if (!isBoolean(reserved) || !isBoolean(dontFragment) || !isBoolean(moreFragments)) refuse("flags");
    if ((fragmentOffset & 0x1fff) !== fragmentOffset) refuse("fragmentOffset");
    if ((timeToLive & 0xff) !== timeToLive) refuse("timeToLive");
    if ((protocol & 0xff) !== protocol) refuse("protocol");
    if ((headerChecksum & 0xffff) !== headerChecksum) refuse("headerChecksum");
    if (source >>> 0 !== source) refuse("source");
    if (destination >>> 0 !== destination) refuse("destination");
    const bytes = new Uint8Array(20);
    bytes[0] = (version << 4) | ihl;
    bytes[1] = (dscp << 2) | ecn;
    bytes[2] = totalLength >> 8;
    bytes[3] = totalLength;
    bytes[4] = identification >> 8;
    bytes[5] = identification;
    bytes[6] = (reserved ? 0x80 : 0) | (dontFragment ? 0x40 : 0) | (moreFragments ? 0x20 : 0) | (fragmentOffset >> 8);
    bytes[7] = fragmentOffset;
    bytes[8] = timeToLive;
    bytes[9] = protocol;
    bytes[10] = headerChecksum >> 8;
    bytes[11] = headerChecksum;
    bytes[12] = source >>> 24;
    bytes[13] = source >>> 16;
    bytes[14] = source >>> 8;
    bytes[15] = source;
    bytes[16] = destination >>> 24;
    bytes[17] = destination >>> 16;
    bytes[18] = destination >>> 8;
    bytes[19] = destination;
    return bytes;
  },
};

const withFlags = (value, { reserved, dontFragment, moreFragments }) => ({
  ...value,
  reserved: Boolean(reserved),
  dontFragment: Boolean(dontFragment),
  moreFragments: Boolean(moreFragments),
});

const binaryParser = () => {
  const parser = new Parser()
    .endianness("big")
    .bit4("version")
    .bit4("ihl")
    .bit6("dscp")
    .bit2("ecn")
    .uint16("totalLength")
    .uint16("identification")
    .bit1("reserved")
    .bit1("dontFragment")
    .bit1("moreFragments")
    .bit13("fragmentOffset")
    .uint8("timeToLive")
    .uint8("protocol")
    .uint16("headerChecksum")
    .uint32("source")
    .uint32("destination");
  return {
    name: "binary-parser",
    note: "flags as 0 and 1",
    input: asBuffer,
    decode: (bytes) => parser.parse(bytes),
    toValue: (v) => withFlags(v, v),
  };
};

const microPacked = () => {
  const flag = P.wrap({ encodeStream: (w, v) => w.bits(v ? 1 : 0, 1), decodeStream: (r) => r.bits(1) === 1 });
  const coder = P.struct({
    version: P.bits(4),
    ihl: P.bits(4),
    dscp: P.bits(6),
    ecn: P.bits(2),
    totalLength: P.U16BE,
    identification: P.U16BE,
    reserved: flag,
    dontFragment: flag,
    moreFragments: flag,
    fragmentOffset: P.bits(13),
    timeToLive: P.U8,
    protocol: P.U8,
    headerChecksum: P.U16BE,
    source: P.U32BE,
    destination: P.U32BE,
  });
  return { name: "micro-packed", decode: (bytes) => coder.decode(bytes), encode: (value) => coder.encode(value) };
};

// For libraries without bit fields: the four shared words stay whole, and splitting them is left out of the timing.
const pack = ({ version, ihl, dscp, ecn, reserved, dontFragment, moreFragments, fragmentOffset, ...value }) => ({
  versionIhl: (version << 4) | ihl,
  service: (dscp << 2) | ecn,
  totalLength: value.totalLength,
  identification: value.identification,
  fragment: (reserved << 15) | (dontFragment << 14) | (moreFragments << 13) | fragmentOffset,
  timeToLive: value.timeToLive,
  protocol: value.protocol,
  headerChecksum: value.headerChecksum,
  source: value.source,
  destination: value.destination,
});
const unpack = ({ versionIhl, service, fragment, ...value }) => ({
  version: versionIhl >> 4,
  ihl: versionIhl & 15,
  dscp: service >> 2,
  ecn: service & 3,
  reserved: (fragment & 0x8000) !== 0,
  dontFragment: (fragment & 0x4000) !== 0,
  moreFragments: (fragment & 0x2000) !== 0,
  fragmentOffset: fragment & 0x1fff,
  ...value,
});
const words = (u8, u16, u32) => ({
  versionIhl: u8,
  service: u8,
  totalLength: u16,
  identification: u16,
  fragment: u16,
  timeToLive: u8,
  protocol: u8,
  headerChecksum: u16,
  source: u32,
  destination: u32,
});
const unsplit = { note: "no bit fields: whole words, not split", fromValue: pack, toValue: unpack };

const typed = () => ({
  name: "typed-binary",
  ...typedBinary(T.object(words(T.u8, T.u16, T.u32))),
  ...unsplit,
});

const restructure = () => {
  const schema = new R.Struct(words(R.uint8, R.uint16be, R.uint32be));
  return {
    name: "restructure",
    decode: (bytes) => schema.fromBuffer(bytes),
    encode: (value) => schema.toBuffer(value),
    ...unsplit,
  };
};

const protodef = () => {
  const bits = (...fields) => ["bitfield", fields.map(([name, size]) => ({ name, size, signed: false }))];
  const schema = [
    "container",
    [
      { anon: true, type: bits(["version", 4], ["ihl", 4], ["dscp", 6], ["ecn", 2]) },
      { name: "totalLength", type: "u16" },
      { name: "identification", type: "u16" },
      { anon: true, type: bits(["reserved", 1], ["dontFragment", 1], ["moreFragments", 1], ["fragmentOffset", 13]) },
      { name: "timeToLive", type: "u8" },
      { name: "protocol", type: "u8" },
      { name: "headerChecksum", type: "u16" },
      { name: "source", type: "u32" },
      { name: "destination", type: "u32" },
    ],
  ];
  const numbers = ({ ...value }) => {
    for (const name of ["reserved", "dontFragment", "moreFragments"]) value[name] = Number(value[name]);
    return value;
  };
  return {
    name: "protodef",
    note: "flags as 0 and 1",
    ...protodefFor(ProtoDef, schema),
    fromValue: numbers,
    toValue: (v) => withFlags(v, v),
  };
};

export const message = {
  id: "B",
  title: "20-byte IPv4 header, fifteen fields, eight of them less than a byte or across bytes",
  makeValue,
  wireform,
  hand,
  rivals: [binaryParser, microPacked, typed, restructure, protodef],
};
