// D: MQTT 3.1.1 PUBLISH (section 3.3) at QoS 1 with a 200-byte payload, about 235 bytes.
import { Parser } from "binary-parser";
import * as P from "micro-packed";
import ProtoDef from "protodef";
import { writeAscii } from "./ascii.mjs";
import { asBuffer, cannot, protodefFor } from "./rivals.mjs";

const makeValue = ({ below, bytes, between, text }) => {
  const topic = `sensors/${text(8)}/temperature`;
  const payload = bytes(200);
  return {
    type: "publish",
    dup: below(2) === 1,
    qos: 1,
    retain: below(2) === 1,
    length: 2 + topic.length + 2 + payload.length,
    topic,
    packetId: between(1, 0xffff),
    payload,
  };
};

const wireform = async () => (await import("@wireform/protocols/mqtt")).Packet;

const refuse = (what) => {
  throw new RangeError(what);
};

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const toUtf8 = new TextEncoder();

// Section 4.7: a topic name has a character, and neither wildcards nor U+0000. Seen in the same pass as "all ASCII":
// 0 for what is fine, 0x80 and above for text beyond ASCII, 1 for what is forbidden.
const verdicts = Uint8Array.from({ length: 256 }, (_, code) =>
  code >= 0x80 ? 0x80 : "\0#+".includes(String.fromCharCode(code)) ? 1 : 0,
);
const checkTopic = (topic) => (/^[^+#\0]+$/.test(topic) ? topic : refuse("topic"));

// Faster here than ASCII by hand, whose pieces V8 has yet to join when the topic is read.
const { latin1Slice } = Buffer.prototype;

const readTopic = (bytes, offset, end) => {
  let seen = offset === end ? 1 : 0;
  for (let i = offset; i < end; i++) seen |= verdicts[bytes[i]];
  if (seen === 0) return latin1Slice.call(bytes, offset, end);
  return checkTopic(utf8.decode(bytes.subarray(offset, end)));
};
const isPlain = (topic) => {
  let seen = topic === "" ? 1 : 0;
  for (let i = 0; i < topic.length; i++) {
    const code = topic.charCodeAt(i);
    seen |= code > 255 ? 0x80 : verdicts[code];
  }
  return seen === 0;
};

const hand = {
  decode(bytes) {
    if (bytes.length < 2) refuse("length");
    const first = bytes[0];
    if (first >> 4 !== 3) refuse("not PUBLISH");
    const qos = (first >> 1) & 3;
    if (qos === 3 || (qos === 0 && (first & 8) !== 0)) refuse("qos");
    let length = bytes[1] & 0x7f;
    let at = 2;
    for (let shift = 7; bytes[at - 1] > 127; shift += 7) {
      if (at === 5 || at >= bytes.length) refuse("remaining length");
      length |= (bytes[at] & 0x7f) << shift;
      if (bytes[at++] === 0) refuse("remaining length is not minimal");
    }
    const end = at + length;
    if (bytes.length !== end || length < 2) refuse("length");
    const topicStart = at + 2;
    const topicEnd = topicStart + ((bytes[at] << 8) | bytes[at + 1]);
    const payloadStart = qos > 0 ? topicEnd + 2 : topicEnd;
    if (payloadStart > end) refuse("length");
    const topic = readTopic(bytes, topicStart, topicEnd);
    if (qos === 0)
      return {
        type: "publish",
        dup: (first & 8) !== 0,
        qos,
        retain: (first & 1) !== 0,
        length,
        topic,
        payload: bytes.slice(payloadStart, end),
      };
    const packetId = (bytes[topicEnd] << 8) | bytes[topicEnd + 1];
    if (packetId === 0) refuse("packet id");
    return {
      type: "publish",
      dup: (first & 8) !== 0,
      qos,
      retain: (first & 1) !== 0,
      length,
      topic,
      packetId,
      payload: bytes.slice(payloadStart, end),
    };
  },
  encode(value) {
    const { type, dup, qos, retain, topic, packetId, payload } = value;
    if (type !== "publish") refuse("type");
    if ((dup !== true && dup !== false) || (retain !== true && retain !== false)) refuse("flags");
    if (qos !== 0 && qos !== 1 && qos !== 2) refuse("qos");
    if (dup && qos === 0) refuse("dup");
    if (typeof topic !== "string") refuse("topic");
    if (!(payload instanceof Uint8Array)) refuse("payload");
    const ascii = isPlain(topic);
    if (!ascii && !checkTopic(topic).isWellFormed()) refuse("topic");
    const encoded = ascii ? undefined : toUtf8.encode(topic);
    const topicLength = ascii ? topic.length : encoded.length;
    if (topicLength > 0xffff) refuse("topic");
    if (qos === 0 ? packetId !== undefined : (packetId & 0xffff) !== packetId || packetId === 0) refuse("packetId");
    const length = 2 + topicLength + (qos > 0 ? 2 : 0) + payload.length;
    if (length > 268_435_455) refuse("length");
    if (value.length !== undefined && value.length !== length) refuse("length");
    let at = length < 128 ? 2 : length < 16_384 ? 3 : length < 2_097_152 ? 4 : 5;
    const bytes = new Uint8Array(at + length);
    bytes[0] = 0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0);
    let rest = length;
    for (let i = 1; i < at; i++, rest >>= 7) bytes[i] = rest > 127 ? (rest & 0x7f) | 0x80 : rest;
    bytes[at] = topicLength >> 8;
    bytes[at + 1] = topicLength;
    at += 2;
    if (ascii) writeAscii(topic, bytes, at);
    else bytes.set(encoded, at);
    at += topicLength;
    if (qos > 0) {
      bytes[at] = packetId >> 8;
      bytes[at + 1] = packetId;
      at += 2;
    }
    bytes.set(payload, at);
    return bytes;
  },
};

const fromVarint = (bytes) => bytes.reduce((sum, byte, i) => sum | ((byte & 0x7f) << (7 * i)), 0);

const binaryParser = () => {
  const parser = new Parser()
    .endianness("big")
    .bit4("type", { assert: 3 })
    .bit1("dup")
    .bit2("qos")
    .bit1("retain")
    .array("length", {
      type: "uint8",
      readUntil: (byte) => byte < 128,
      formatter: fromVarint,
    })
    .uint16("topicLength")
    .string("topic", { length: "topicLength", encoding: "utf8" })
    .choice("id", {
      tag: "qos",
      choices: { 0: new Parser(), 1: new Parser().endianness("big").uint16("packetId") },
    })
    .buffer("payload", {
      length() {
        return this.length - 2 - this.topicLength - (this.qos > 0 ? 2 : 0);
      },
      clone: true,
    });
  return {
    name: "binary-parser",
    note: "varint by callbacks",
    input: asBuffer,
    decode: (bytes) => parser.parse(bytes),
    toValue: ({ dup, qos, retain, length, topic, id, payload }) => ({
      type: "publish",
      dup: dup === 1,
      qos,
      retain: retain === 1,
      length,
      topic,
      packetId: id.packetId,
      payload,
    }),
  };
};

const microPacked = () => {
  const varint = P.wrap({
    encodeStream(w, value) {
      for (; value > 127; value >>= 7) w.byte((value & 0x7f) | 0x80);
      w.byte(value);
    },
    decodeStream(r) {
      let value = 0;
      for (let shift = 0; shift < 28; shift += 7) {
        const byte = r.byte();
        value |= (byte & 0x7f) << shift;
        if (byte < 128) return value;
      }
      throw r.err("remaining length");
    },
  });
  const flag = P.wrap({ encodeStream: (w, v) => w.bits(v ? 1 : 0, 1), decodeStream: (r) => r.bits(1) === 1 });
  const body = P.struct({ topic: P.string(P.U16BE), packetId: P.U16BE, payload: P.bytes(null) });
  const coder = P.struct({
    type: P.bits(4),
    dup: flag,
    qos: P.bits(2),
    retain: flag,
    body: P.prefix(varint, body),
  });
  return {
    name: "micro-packed",
    note: "QoS above 0 only, hand-written varint, no `length` in the value",
    decode: (bytes) => coder.decode(bytes),
    encode: (value) => coder.encode(value),
    fromValue: ({ dup, qos, retain, topic, packetId, payload }) => ({
      type: 3,
      dup,
      qos,
      retain,
      body: { topic, packetId, payload },
    }),
    toValue: ({ body, ...head }) => ({
      ...head,
      type: "publish",
      length: 4 + body.topic.length + body.payload.length,
      ...body,
    }),
  };
};

// A type that protodef lacks, written the way its documentation of the compiler shows.
const restBuffer = {
  Read: {
    restBuffer: ["native", (bytes, at) => ({ value: bytes.slice(at), size: bytes.length - at })],
  },
  Write: {
    restBuffer: [
      "native",
      (value, bytes, at) => {
        bytes.set(value, at);
        return at + value.length;
      },
    ],
  },
  SizeOf: { restBuffer: ["native", (value) => value.length] },
};

const protodef = () => {
  const fields = [
    ["type", 4],
    ["dup", 1],
    ["qos", 2],
    ["retain", 1],
  ];
  const schema = [
    "container",
    [
      { anon: true, type: ["bitfield", fields.map(([name, size]) => ({ name, size, signed: false }))] },
      { name: "length", type: "varint" },
      { name: "topic", type: ["pstring", { countType: "u16" }] },
      { name: "packetId", type: ["switch", { compareTo: "qos", fields: { 0: "void" }, default: "u16" }] },
      { name: "payload", type: "restBuffer" },
    ],
  ];
  return {
    name: "protodef",
    note: "length is the caller's, payload runs to the end of the buffer",
    ...protodefFor(ProtoDef, schema, restBuffer),
    fromValue: (v) => ({ ...v, type: 3, dup: Number(v.dup), retain: Number(v.retain), payload: asBuffer(v.payload) }),
    toValue: (v) => ({ ...v, type: "publish", dup: v.dup === 1, retain: v.retain === 1 }),
  };
};

export const message = {
  id: "D",
  title: "MQTT 3.1.1 PUBLISH, QoS 1, 200-byte payload",
  makeValue,
  text: ({ topic, body }) => topic ?? body.topic,
  wireform,
  hand,
  rivals: [
    binaryParser,
    microPacked,
    cannot("typed-binary", "no bit fields, no varint, no u16-prefixed string"),
    cannot("restructure", "no multi-bit fields, no varint"),
    protodef,
  ],
};
