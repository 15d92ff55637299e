// MQTT from real bytes: a table of wire facts for each packet type, the cases of mqtt-packet, and everything that
// mosquitto and its clients said to each other while they were recorded.

import { isDeepStrictEqual } from "node:util";
import { type Codec, Decoder, render } from "@wireform/codec";
import { Packet, Packet31, type PacketInput, type PacketInput31 } from "@wireform/protocols/mqtt";
import { describe, expect, expectTypeOf, it } from "vitest";
import { facts, failureOf } from "../../codec/test/support/facts.ts";
import { compileHere } from "../../codec/test/support/mode.ts";
import { describeShared, fromHex, toHex } from "../../codec/test/support/shared-data.ts";
import { loadRecordings, type Stream } from "../recordings/load.mjs";
import { isVersion3, isVersion5, isVersion5Stream, packetOf, type Row, type StreamRow } from "./support/mqtt-packet.ts";

const packet = compileHere(Packet);
const packet31 = compileHere(Packet31);

const utf8 = new TextEncoder();
/** Text as MQTT writes it (section 1.5.3), in hexadecimal. */
const text = (value: string): string => {
  const bytes = utf8.encode(value);
  return bytes.length.toString(16).padStart(4, "0") + toHex(bytes);
};
/** A packet from its first byte and what follows its remaining length. */
const framed = (first: string, body: string): string =>
  first + toHex(remaining(body.replaceAll(" ", "").length / 2)) + body;
const remaining = (length: number): Uint8Array => {
  const bytes: number[] = [];
  for (; length > 127; length >>= 7) bytes.push((length & 127) | 128);
  return Uint8Array.of(...bytes, length);
};

const plainConnect = {
  type: "connect",
  length: 16,
  protocolName: "MQTT",
  protocolLevel: 4,
  userNameFlag: false,
  passwordFlag: false,
  willRetain: false,
  willQos: 0,
  willFlag: false,
  cleanSession: true,
  keepAlive: 30,
  clientId: "test",
} as const;
const fullConnect = {
  ...plainConnect,
  length: 52,
  userNameFlag: true,
  passwordFlag: true,
  willRetain: true,
  willQos: 2,
  willFlag: true,
  cleanSession: false,
  willTopic: "topic",
  willMessage: utf8.encode("payload"),
  userName: "username",
  password: utf8.encode("password"),
} as const;

describe("3.1 CONNECT", () => {
  const header = "00044d51545404";
  const body = (flags: string, payload: string) => framed("10", `${header} ${flags} 001e ${payload}`);
  const id = text("test");

  facts(Packet, {
    ok: [
      [plainConnect, body("02", id)],
      [fullConnect, body("f4", id + text("topic") + text("payload") + text("username") + text("password"))],
      [{ ...plainConnect, length: 12, clientId: "" }, body("02", "0000")],
      // A server must read it, to answer "identifier rejected" (section 3.1.3.1).
      [{ ...plainConnect, length: 12, cleanSession: false, clientId: "" }, body("00", "0000")],
      [{ ...plainConnect, length: 18, userNameFlag: true, userName: "" }, body("82", `${id} 0000`)],
      [
        { ...plainConnect, length: 25, willFlag: true, willTopic: "a/b/c", willMessage: fromHex("") },
        body("06", `${id}${text("a/b/c")} 0000`),
      ],
      // A password is binary data (section 3.1.3.5).
      [
        {
          ...plainConnect,
          length: 22,
          userNameFlag: true,
          passwordFlag: true,
          userName: "",
          password: fromHex("00ff"),
        },
        body("c2", `${id} 0000 000200ff`),
      ],
    ],
    encodes: [[omit(plainConnect, "length", "protocolName", "protocolLevel"), body("02", id)]],
    badValues: [
      [{ ...plainConnect, protocolName: "MQIsdp" }, "mismatch", "protocolName"],
      [{ ...plainConnect, protocolLevel: 5 }, "mismatch", "protocolLevel"],
      [{ ...plainConnect, length: 17 }, "mismatch", "length"],
      [{ ...plainConnect, willQos: 1 }, "rejected"],
      [{ ...plainConnect, willRetain: true }, "rejected"],
      [{ ...fullConnect, willQos: 3 }, "rejected", "willQos"],
      [omit(fullConnect, "willTopic"), "missing", "willTopic"],
      [{ ...fullConnect, willTopic: "a/#" }, "encoding", "willTopic"],
      [{ ...plainConnect, userName: "ada" }, "unexpected", "userName"],
      [{ ...omit(fullConnect, "userName", "length"), userNameFlag: false }, "rejected"],
      [{ ...fullConnect, password: new Uint8Array(65536) }, "range", "password"],
      [{ ...plainConnect, clientId: "a\0" }, "encoding", "clientId"],
      [{ ...plainConnect, clientId: "\ud800" }, "encoding", "clientId"],
      [{ ...plainConnect, keepAlive: 65536 }, "range", "keepAlive"],
    ],
    badHex: [
      ["12 10 00044d51545404 02 001e 000474657374", "constant", 0, "flags"],
      ["10 12 00064d5149736470 03 02 001e 000474657374", "constant", 2, "protocolName"],
      ["10 10 00044d51545403 02 001e 000474657374", "constant", 8, "protocolLevel"],
      ["10 10 00044d51545405 02 001e 000474657374", "constant", 8, "protocolLevel"],
      ["10 10 00044d51545404 03 001e 000474657374", "constant", 9, "unused"],
      ["10 10 00044d51545404 1e 001e 000474657374", "rejected", 9, "willQos"],
      ["10 10 00044d51545404 0a 001e 000474657374", "rejected"],
      ["10 10 00044d51545404 22 001e 000474657374", "rejected"],
      ["10 12 00044d51545404 42 001e 000474657374 0000", "rejected"],
      ["10 12 00044d51545404 02 001e 000474657374 0000", "length", 18, "password"],
      ["10 10 00044d51545404 02 001e 000474650074", "encoding", 14, "clientId"],
      ["10 10 00044d51545404 02 001e 0004eda08074", "encoding", 14, "clientId"],
    ],
  });

  it("tells a missing will from the types", () => {
    const decoded = packet.decode(fromHex(body("02", id).replaceAll(" ", "")));
    if (decoded.type !== "connect") throw new Error(`decoded a ${decoded.type}`);
    expectTypeOf(decoded.willTopic).toEqualTypeOf<string | undefined>();
    expectTypeOf(decoded.willQos).toEqualTypeOf<0 | 1 | 2>();
    expectTypeOf(decoded.protocolName).toEqualTypeOf<"MQTT">();
    expect("willTopic" in decoded).toBe(false);
  });
});

describe("3.1 CONNECT of MQTT 3.1", () => {
  facts(Packet31, {
    ok: [
      [
        { ...plainConnect, length: 18, protocolName: "MQIsdp", protocolLevel: 3 },
        "10 12 0006 4d5149736470 03 02 001e 000474657374",
      ],
    ],
    badHex: [["10 10 00044d51545404 02 001e 000474657374", "constant", 2, "protocolName"]],
  });
});

describe("3.2 CONNACK", () => {
  const connack = (sessionPresent: boolean, returnCode: string) => ({
    type: "connack",
    length: 2,
    sessionPresent,
    returnCode,
  });
  facts(Packet, {
    ok: [
      [connack(false, "accepted"), "20 02 00 00"],
      [connack(true, "accepted"), "20 02 01 00"],
      [connack(false, "unacceptableProtocolVersion"), "20 02 00 01"],
      [connack(false, "identifierRejected"), "20 02 00 02"],
      [connack(false, "serverUnavailable"), "20 02 00 03"],
      [connack(false, "badUserNameOrPassword"), "20 02 00 04"],
      [connack(false, "notAuthorized"), "20 02 00 05"],
    ],
    badValues: [
      [connack(false, "refused"), "range", "returnCode"],
      [connack(true, "notAuthorized"), "rejected"],
    ],
    badHex: [
      ["21 02 00 00", "constant", 0, "flags"],
      ["20 02 02 00", "constant", 2, "unused"],
      ["20 02 00 06", "value", 3, "returnCode"],
      ["20 02 01 05", "rejected"],
      ["20 03 00 00 00", "length", 4, "returnCode"],
    ],
  });
});

describe("3.3 PUBLISH", () => {
  const publish = {
    type: "publish",
    dup: false,
    qos: 0,
    retain: false,
    length: 10,
    topic: "test",
    payload: utf8.encode("test"),
  } as const;
  const acknowledged = (qos: number, packetId: number) => ({
    type: "publish",
    dup: true,
    qos,
    retain: true,
    length: 12,
    topic: "test",
    packetId,
    payload: utf8.encode("test"),
  });
  facts(Packet, {
    ok: [
      [publish, "30 0a 0004 74657374 74657374"],
      [acknowledged(1, 0xffff), "3b 0c 0004 74657374 ffff 74657374"],
      [acknowledged(2, 10), "3d 0c 0004 74657374 000a 74657374"],
      [{ ...publish, length: 6, payload: fromHex("") }, "30 06 0004 74657374"],
      [{ ...publish, length: 3, topic: "/", payload: fromHex("") }, "30 03 0001 2f"],
      // U+FEFF is a character like others, wherever it stands (section 1.5.3).
      [{ ...publish, length: 6, topic: "\ufeffa", payload: fromHex("") }, "30 06 0004 efbbbf61"],
      [{ ...publish, length: 7, topic: "A\u{2a6d4}", payload: fromHex("") }, "30 07 0005 41f0aa9b94"],
      // 2.2.3 Remaining length: the last of one byte, the first of two.
      [{ ...publish, length: 127, payload: new Uint8Array(121) }, `30 7f 0004 74657374 ${"00".repeat(121)}`],
      [{ ...publish, length: 128, payload: new Uint8Array(122) }, `30 8001 0004 74657374 ${"00".repeat(122)}`],
    ],
    badValues: [
      [{ ...publish, qos: 3 }, "rejected", "qos"],
      [{ ...publish, dup: true }, "rejected"],
      [{ ...publish, packetId: 1 }, "unexpected", "packetId"],
      [omit(acknowledged(1, 1), "packetId"), "missing", "packetId"],
      [acknowledged(1, 0), "rejected", "packetId"],
      [acknowledged(1, 65536), "range", "packetId"],
      [{ ...publish, topic: "" }, "rejected", "topic"],
      [{ ...publish, topic: "a/+/b" }, "encoding", "topic"],
      [{ ...publish, topic: "a".repeat(65536) }, "range", "topic"],
      [{ ...publish, payload: "test" }, "type", "payload"],
    ],
    badHex: [
      ["36 06 0004 74657374", "rejected", 0, "qos"],
      ["38 06 0004 74657374", "rejected"],
      ["32 08 0004 74657374 0000", "rejected", 8, "packetId"],
      ["30 02 0000", "rejected", 2, "topic"],
      ["30 03 0001 23", "encoding", 4, "topic"],
      ["30 03 0001 00", "encoding", 4, "topic"],
      ["30 03 0001 ff", "encoding", 4, "topic"],
      ["30 04 0002 c080", "encoding", 4, "topic"],
      ["30 05 0003 eda080", "encoding", 4, "topic"],
      // The same length in more bytes than needed.
      ["30 8600 0004 74657374", "varint", 1, "length"],
      ["30 ffffffff01", "varint", 1, "length"],
    ],
  });

  it.each([
    [16_383, "30ff7f"],
    [16_384, "30808001"],
    [2_097_151, "30ffff7f"],
    [2_097_152, "3080808001"],
  ])("writes a remaining length of %d as %s", (length, start) => {
    const value = { ...publish, length, payload: new Uint8Array(length - 6).fill(7) };
    const bytes = packet.encode(omit(value, "length"));
    expect(toHex(bytes.subarray(0, start.length / 2))).toBe(start);
    expect(bytes.length).toBe(start.length / 2 + length);
    expect(isDeepStrictEqual(packet.decode(bytes), value)).toBe(true);
  });

  it("refuses 256 MB from its first five bytes, as the limit on messages says", () => {
    const start = fromHex("30ffffff7f");
    expect(failureOf(() => packet.read(start))).toMatchObject({ name: "DecodeError", code: "limit" });
    expect(failureOf(() => [...new Decoder(packet).push(start)])).toMatchObject({ name: "DecodeError", code: "limit" });
  });
});

describe("3.4 to 3.7 and 3.11 PUBACK, PUBREC, PUBREL, PUBCOMP and UNSUBACK", () => {
  const about = (type: string) => ({ type, length: 2, packetId: 0x0102 });
  facts(Packet, {
    ok: [
      [about("puback"), "40 02 0102"],
      [about("pubrec"), "50 02 0102"],
      [about("pubrel"), "62 02 0102"],
      [about("pubcomp"), "70 02 0102"],
      [about("unsuback"), "b0 02 0102"],
    ],
    badValues: [
      [{ ...about("puback"), packetId: 0 }, "rejected", "packetId"],
      [{ ...about("pubrel"), packetId: 65536 }, "range", "packetId"],
      [{ type: "unsuback" }, "missing", "packetId"],
    ],
    badHex: [
      ["42 02 0102", "constant", 0, "flags"],
      ["58 02 0102", "constant", 0, "flags"],
      ["60 02 0102", "constant", 0, "flags"],
      ["6a 02 0102", "constant", 0, "flags"],
      ["71 02 0102", "constant", 0, "flags"],
      ["b2 02 0102", "constant", 0, "flags"],
      ["40 02 0000", "rejected", 2, "packetId"],
      ["40 03 0102 00", "length", 4, "packetId"],
    ],
  });
});

describe("3.8 SUBSCRIBE", () => {
  const subscribe = (...subscriptions: [string, number][]) => ({
    type: "subscribe",
    length: 2 + subscriptions.reduce((sum, [filter]) => sum + 3 + utf8.encode(filter).length, 0),
    packetId: 6,
    subscriptions: subscriptions.map(([filter, qos]) => ({ filter, qos })),
  });
  const good = ["#", "+", "/", "a", "a/#", "+/b", "a/+/c", "/+", "//", "$SYS/#", "+/+/#", "a b", "é"];
  const bad = ["", "a#", "#/a", "a/b#", "a+", "+a/b", "a/+b", "##", "a/#/c"];
  facts(Packet, {
    ok: [
      ...good.map((filter): [unknown, string] => [subscribe([filter, 1]), framed("82", `0006 ${text(filter)} 01`)]),
      [
        subscribe(["test", 0], ["uest", 1], ["tfst", 2]),
        `82 17 0006 ${text("test")} 00 ${text("uest")} 01 ${text("tfst")} 02`,
      ],
    ],
    badValues: [
      [subscribe(), "rejected", "subscriptions"],
      [subscribe(["a", 3]), "rejected", "subscriptions[0].qos"],
      ...bad.map((filter): [unknown, "rejected", string] => [
        subscribe([filter, 0]),
        "rejected",
        "subscriptions[0].filter",
      ]),
      [subscribe(["a\0", 0]), "encoding", "subscriptions[0].filter"],
    ],
    badHex: [
      ["80 06 0006 0001 61 00", "constant", 0, "flags"],
      ["82 06 0000 0001 61 00", "rejected", 2, "packetId"],
      ["82 02 0006", "rejected", 4, "subscriptions"],
      ["82 06 0006 0001 61 03", "rejected", 7, "subscriptions[0].qos"],
      ["82 06 0006 0001 61 04", "constant", 7, "subscriptions[0].unused"],
      ["82 0a 0006 0001 61 00 0001 00 00", "encoding", 10, "subscriptions[1].filter"],
    ],
  });
});

describe("3.9 SUBACK", () => {
  facts(Packet, {
    ok: [
      [{ type: "suback", length: 3, packetId: 6, returnCodes: ["qos0"] }, "90 03 0006 00"],
      [
        { type: "suback", length: 6, packetId: 6, returnCodes: ["qos0", "qos1", "qos2", "failure"] },
        "90 06 0006 00 01 02 80",
      ],
    ],
    badValues: [
      [{ type: "suback", packetId: 6, returnCodes: [] }, "rejected", "returnCodes"],
      [{ type: "suback", packetId: 6, returnCodes: ["qos3"] }, "range", "returnCodes[0]"],
    ],
    badHex: [
      ["90 02 0006", "rejected", 4, "returnCodes"],
      ["90 04 0006 00 03", "value", 5, "returnCodes[1]"],
      ["90 03 0000 00", "rejected", 2, "packetId"],
    ],
  });
});

describe("3.10 UNSUBSCRIBE", () => {
  facts(Packet, {
    ok: [
      [
        { type: "unsubscribe", length: 14, packetId: 7, filters: ["tfst", "test"] },
        `a2 0e 0007 ${text("tfst")} ${text("test")}`,
      ],
    ],
    badValues: [
      [{ type: "unsubscribe", packetId: 7, filters: [] }, "rejected", "filters"],
      [{ type: "unsubscribe", packetId: 7, filters: ["a", "b#"] }, "rejected", "filters[1]"],
    ],
    badHex: [
      ["a0 05 0007 0001 61", "constant", 0, "flags"],
      ["a2 02 0007", "rejected", 4, "filters"],
    ],
  });
});

describe("3.12 to 3.14 PINGREQ, PINGRESP and DISCONNECT", () => {
  facts(Packet, {
    ok: [
      [{ type: "pingreq", length: 0 }, "c0 00"],
      [{ type: "pingresp", length: 0 }, "d0 00"],
      [{ type: "disconnect", length: 0 }, "e0 00"],
    ],
    badValues: [[{ type: "pingreq", length: 1 }, "mismatch", "length"]],
    badHex: [
      ["c1 00", "constant", 0, "flags"],
      ["d4 00", "constant", 0, "flags"],
      ["e8 00", "constant", 0, "flags"],
      ["c0 01 00", "constant", 1, "length"],
    ],
  });
});

describe("2.2 Fixed header", () => {
  facts(Packet, {
    badValues: [
      [{ type: "auth" }, "range", "type"],
      [{}, "missing", "type"],
      [null, "type"],
    ],
    badHex: [
      ["00 00", "tag", 0, "type"],
      ["f0 00", "tag", 0, "type"],
    ],
  });

  // Fields that run past the remaining length: more bytes would not help.
  it.each([
    ["10 04 0006 4d51", "protocolName", 4],
    ["10 07 0004 4d515454 04", "userNameFlag", 9],
    ["30 01 00", "topic", 2],
    ["30 03 0002 61 62", "topic", 4],
    ["32 04 0002 6162 0001", "packetId", 6],
    ["40 01 01 02", "packetId", 2],
    ["40 00 01 02", "packetId", 2],
    ["20 01 00 00", "returnCode", 3],
    ["82 05 0006 0001 61 00", "subscriptions[0].unused", 7],
    ["a2 06 0007 0003 6161 61", "filters[0]", 6],
  ])("refuses %s, which ends within %s", (hex, path, offset) => {
    const bytes = fromHex(hex.replaceAll(" ", ""));
    const want = { name: "DecodeError", code: "truncated", path, offset };
    expect(failureOf(() => packet.decode(bytes))).toMatchObject(want);
    expect(failureOf(() => packet.read(bytes))).toMatchObject(want);
  });
});

describe("an inspected packet", () => {
  const shown = (hex: string) =>
    render(packet.inspect(fromHex(hex.replaceAll(" ", ""))), { color: false, title: "packet" });

  it("shows each field as the specification's tables do, whatever is checked of it", () => {
    expect(shown("32 0a 0003 612f62 0001 ff 00 41")).toBe(
      [
        "      00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  0123456789abcdef  packet, 12 bytes",
        '0000  3_                                                2                 type      bits 7-4     "publish"',
        "0000  _2                                                2                 dup       bit 3        false",
        "0000  _2                                                2                 qos       bits 2-1     1",
        "0000  _2                                                2                 retain    bit 0        false",
        "0001     0a                                             .                 length    uleb128      10",
        '0002        00 03 61 2f 62                              ..a/b             topic     string(u16)  "a/b"',
        "0007                       00  01                       ..                packetId  u16          1",
        "0009                              ff 00 41              ..A               payload   bytes(rest)  3 bytes",
        "",
      ].join("\n"),
    );
  });

  it("shows what is wrong where it is wrong", () => {
    const lines = shown("20 02 00 06").split("\n");
    expect(lines.filter((line) => line.includes("BAD"))).toEqual([
      '0003           06                                       .                 returnCode      enumeration        6  BAD, needs the number of one of "accepted", "unacceptableProtocolVersion", "identifierRejected", "serverUnavailable", "badUserNameOrPassword", "notAuthorized", got 6',
    ]);
  });
});

describe("PacketInput", () => {
  it("leaves out what encode fills in, and nothing else", () => {
    expectTypeOf<{ type: "pingreq" }>().toExtend<PacketInput>();
    expectTypeOf<{ type: "puback" }>().not.toExtend<PacketInput>();
    expectTypeOf<{ type: "puback"; packetId: number }>().toExtend<PacketInput>();
    expectTypeOf<{ type: "suback"; packetId: number; returnCodes: "qos3"[] }>().not.toExtend<PacketInput>();
    type Publish = Extract<Packet, { type: "publish" }>;
    expectTypeOf<Publish>().toEqualTypeOf<{
      type: "publish";
      dup: boolean;
      qos: 0 | 1 | 2;
      retain: boolean;
      length: number;
      topic: string;
      packetId?: number;
      payload: Uint8Array;
    }>();
  });
});

describe("cases of mqtt-packet", () => {
  const codecFor = (row: Row): Codec<Packet | Packet31, PacketInput & PacketInput31> =>
    (isVersion3(row) ? packet31 : packet) as never;
  const nameOf = (row: Row): string => row.name ?? row.error ?? "";
  const split = (rows: Row[]): [rows: Row[], skipped: number] => {
    const kept = rows.filter((row) => !isVersion5(row));
    return [kept, rows.length - kept.length];
  };
  /** A bridge of mosquitto says so in the highest bit of the level, which no specification knows. */
  const isBridge = (row: Row): boolean => row.object?.bridgeMode === true;
  /** Longer than a message may be. */
  const isHuge = (row: Row): boolean => row.object?.length >= 268_435_455;

  describeShared<Row[]>("pairs", "mqtt/pairs.json", (all) => {
    const [rows, skipped] = split(all);
    it(`has ${rows.length} of MQTT 3.1 and 3.1.1; the other ${skipped} are of MQTT 5`, () => {
      expect([rows.length, skipped]).toEqual([32, 25]);
    });
    for (const row of rows.filter((row) => !isBridge(row) && !isHuge(row))) {
      it(nameOf(row), () => {
        const codec = codecFor(row);
        const bytes = fromHex(row.hex as string);
        const value = packetOf(row.parsed ?? row.object ?? {});
        expect(codec.decode(bytes)).toStrictEqual(value);
        for (const given of [value, omit(value, "length"), packetOf(row.object ?? {})])
          expect(toHex(codec.encode(given as never))).toBe(row.hex);
      });
    }
    it("refuses the protocol levels of bridges", () => {
      const bridges = rows.filter(isBridge);
      expect(bridges).toHaveLength(2);
      for (const row of bridges)
        expect(failureOf(() => codecFor(row).decode(fromHex(row.hex as string)))).toMatchObject({
          code: "constant",
          path: "protocolLevel",
        });
    });
    it("refuses to write 256 MB, as the limit on messages says", () => {
      const [row, ...others] = rows.filter(isHuge) as [Row];
      expect(others).toEqual([]);
      expect(failureOf(() => packet.encode(packetOf(row.object ?? {}) as never))).toMatchObject({ code: "limit" });
    });
  });

  describeShared<Row[]>("parse only", "mqtt/parse-only.json", (all) => {
    const [rows, skipped] = split(all);
    it(`has ${rows.length} of MQTT 3.1.1; the other ${skipped} are of MQTT 5`, () => {
      expect([rows.length, skipped]).toEqual([3, 14]);
    });
    for (const row of rows)
      it(nameOf(row), () => {
        expect(packet.decode(fromHex(row.hex as string))).toStrictEqual(packetOf(row.object ?? {}));
      });
  });

  describeShared<Row[]>("generate only", "mqtt/generate-only.json", (all) => {
    const [rows, skipped] = split(all);
    it(`has ${rows.length} of MQTT 3.1 and 3.1.1; the other ${skipped} are of MQTT 5`, () => {
      expect([rows.length, skipped]).toEqual([6, 6]);
    });
    for (const row of rows)
      it(nameOf(row), () => {
        expect(toHex(codecFor(row).encode(packetOf(row.object ?? {}) as never))).toBe(row.hex);
      });
  });

  describeShared<Row[]>("parse errors", "mqtt/parse-errors.json", (all) => {
    const [rows, skipped] = split(all);
    it(`has ${rows.length} of MQTT 3.1 and 3.1.1; the other ${skipped} are of MQTT 5`, () => {
      expect([rows.length, skipped]).toEqual([44, 16]);
    });
    for (const row of rows) {
      it(`${row.hex?.slice(0, 60)}: ${row.error}`, () => {
        const bytes = fromHex(row.hex as string);
        const codec = codecFor(row);
        for (const run of [
          () => codec.decode(bytes),
          () => codec.read(bytes),
          () => [...new Decoder(codec).push(bytes)],
        ])
          expect(failureOf(run).name).toBe("DecodeError");
      });
    }
  });

  describeShared<Row[]>("generate errors", "mqtt/generate-errors.json", (all) => {
    const [rows, skipped] = split(all);
    const places: { readonly [error: string]: string } = {
      "Unknown command": "type",
      "Invalid return code": "returnCode",
      "Invalid variable byte integer: 268435456": "payload",
      "Invalid unsubscriptions": "filters",
      "Invalid protocolId": "protocolName",
      "Invalid protocol version": "protocolLevel",
      "clientId must be supplied before 3.1.1": "clientId",
      "clientId must be given if cleanSession set to 0": "clientId",
      "Invalid keepalive": "keepAlive",
      "Invalid will": "willTopic",
      "Invalid will topic": "willTopic",
      "Invalid will payload": "willMessage",
      "Invalid username": "userName",
      "Invalid password": "password",
      "Username is required to use password": "",
      "Invalid messageId": "packetId",
    };
    it(`has ${rows.length} of MQTT 3.1 and 3.1.1; the other ${skipped} are of MQTT 5`, () => {
      expect([rows.length, skipped]).toEqual([25, 4]);
    });
    rows.forEach((row, i) => {
      it(`${i}: ${nameOf(row)}`, () => {
        const place = places[row.error as string] as string;
        const value = omit(packetOf(row.object ?? {}), "length");
        const { name, path } = failureOf(() => codecFor(row).encode(value as never));
        expect({ name, path: String(path).replace(/\[\d\]$/, "") }).toEqual({ name: "EncodeError", path: place });
      });
    });
  });

  describeShared<StreamRow[]>("streams", "mqtt/streams.json", (all) => {
    const streams = all.filter((stream) => !isVersion5Stream(stream));
    it(`has ${streams.length} of MQTT 3.1.1; the other ${all.length - streams.length} is of MQTT 5`, () => {
      expect([streams.length, all.length]).toEqual([4, 5]);
    });
    for (const { name, chunks } of streams)
      it(name, () => {
        const decoder = new Decoder(packet);
        for (const { hex, packets, errors } of chunks) {
          const seen: unknown[] = [];
          const run = () => {
            for (const value of decoder.push(fromHex(hex))) seen.push(value);
          };
          if (errors.length > 0) expect(failureOf(run).name).toBe("DecodeError");
          else run();
          expect(seen).toStrictEqual(packets.map(packetOf));
          // Where theirs starts afresh behind an error, ours is spent.
          if (errors.length > 0) return;
        }
      });
  });
});

describe("recorded traffic", () => {
  const recordings = loadRecordings("mqtt");
  const streams = recordings.flatMap(({ name, streams }) => streams.map((stream) => ({ name, ...stream })));

  /** Every packet of a stream, with where it ends. */
  function packetsOf({ bytes }: Pick<Stream, "bytes">): { value: Packet; end: number }[] {
    const packets: { value: Packet; end: number }[] = [];
    for (let at = 0; at < bytes.length; ) {
      const result = packet.read(bytes, at);
      if ("needed" in result) throw new Error(`${result.needed} bytes are missing at ${at}`);
      const again = packet.encode(result.value);
      const sent = bytes.subarray(at, result.offset);
      if (!isDeepStrictEqual(again, sent)) expect(toHex(again)).toBe(toHex(sent));
      packets.push({ value: result.value, end: (at = result.offset) });
    }
    return packets;
  }

  it("holds every packet type, in both directions together", () => {
    const types = new Set(streams.flatMap((stream) => packetsOf(stream).map(({ value }) => value.type)));
    expect([...types].sort()).toEqual(Object.keys(Packet.variants).sort());
  });

  for (const stream of streams) {
    it(`${stream.name}, ${stream.from}: to its last byte and back, in any chunks`, () => {
      const packets = packetsOf(stream);
      const { bytes } = stream;
      const everyByte = Array.from(bytes, (_, i) => i + 1);
      for (const ends of [
        [bytes.length],
        stream.chunks,
        everyByte,
        cuts(bytes.length, 3),
        cuts(bytes.length, 40),
        cuts(bytes.length, 700),
      ])
        expectChunked(bytes, ends, packets);
    });
  }

  /** Each packet comes out with the chunk that completes it. */
  function expectChunked(bytes: Uint8Array, ends: readonly number[], packets: { value: Packet; end: number }[]): void {
    const decoder = new Decoder(packet);
    let count = 0;
    let from = 0;
    for (const end of ends) {
      for (const value of decoder.push(bytes.slice(from, end))) {
        const want = packets[count++];
        if (!isDeepStrictEqual(value, want?.value)) expect(value).toStrictEqual(want?.value);
      }
      from = end;
      const whole = packets.findLastIndex((each) => each.end <= end) + 1;
      if (count !== whole) expect.fail(`${count} packets after ${end} bytes, of the ${whole} that are there`);
    }
    expect([...decoder.end()]).toEqual([]);
    expect(count).toBe(packets.length);
  }
});

/** Where to cut `length` bytes into chunks of 0 to twice `mean` bytes, differently for each length. */
function cuts(length: number, mean: number): number[] {
  const ends: number[] = [];
  let seed = length * 31 + mean;
  for (let at = 0; at < length; ) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    at = Math.min(length, at + Math.floor((seed / 2 ** 32) * (2 * mean + 1)));
    ends.push(at);
  }
  return ends;
}

/** A value without some of its members. */
function omit<T extends object, K extends keyof T & string>(value: T, ...keys: readonly K[]): Omit<T, K> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key as K))) as Omit<T, K>;
}
