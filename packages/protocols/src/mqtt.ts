// MQTT 3.1.1 (OASIS Standard, 29 October 2014). Every struct is one of its tables, with its section; what the text adds
// to a table stands in a check. Rules of a conversation are not here: who may send what when, and what a server must be
// able to read in order to refuse it, such as an empty client identifier without a clean session (section 3.1.3.1).

import {
  array,
  bits,
  bytes,
  check,
  constant,
  enumeration,
  field,
  flag,
  type Infer,
  type Input,
  lengthOf,
  reserved,
  rest,
  string,
  struct,
  u8,
  u16,
  uleb128,
  union,
  when,
} from "@wireform/codec";

/** 1.5.3 UTF-8 encoded strings. */
const Text = string(u16, { without: "\0" });

/** 2.2.3 Remaining length, of the fields from `from` to the end. Longer forms than needed are refused. */
const remainingLength = <const From extends string>(from: From) => lengthOf(uleb128({ maxBytes: 4 }), { from });

/** Where nothing follows. */
const nothingRemains = constant(uleb128, 0);

/** 2.3.1 Packet identifier. */
const PacketId = check(u16, (id) => id !== 0, "must not be 0 (section 2.3.1)");

/** 4.3 Quality of service levels. */
const QoS = check(bits(2), (qos): qos is 0 | 1 | 2 => qos <= 2, "must be 0, 1 or 2 (section 4.3)");

/** 4.7 Topic names: at least one character, no wildcards. */
const TopicName = check(
  string(u16, { without: "\0#+" }),
  (topic) => topic !== "",
  "must have at least one character (section 4.7)",
);

/** 4.7 Topic filters: at least one character, + as a whole level, # as the whole last level. */
const TopicFilter = check(
  Text,
  (filter) => /^(?!$)(?:(?:\+|[^+#/]*)\/)*(?:\+|#|[^+#/]*)$/.test(filter),
  "must have a character, + and # only as whole levels, and # only as the last (section 4.7)",
);

/** 3.1 CONNECT: client requests a connection to a server. */
const connect = <const Name extends string, const Level extends number>(name: Name, level: Level) =>
  check(
    check(
      struct({
        flags: reserved(bits(4)), //                         2.2.2    fixed header
        length: remainingLength("protocolName"),
        protocolName: constant(string(u16), name), //        3.1.2.1
        protocolLevel: constant(u8, level), //               3.1.2.2
        userNameFlag: flag, //                               3.1.2.8  connect flags, bit 7
        passwordFlag: flag, //                               3.1.2.9  bit 6
        willRetain: flag, //                                 3.1.2.7  bit 5
        willQos: QoS, //                                     3.1.2.6  bits 4-3
        willFlag: flag, //                                   3.1.2.5  bit 2
        cleanSession: flag, //                               3.1.2.4  bit 1
        unused: reserved(bits(1)), //                        3.1.2.3  bit 0
        keepAlive: u16, //                                   3.1.2.10 seconds; 0 turns it off
        clientId: Text, //                                   3.1.3.1  payload
        willTopic: when(field("willFlag"), TopicName), //    3.1.3.2
        willMessage: when(field("willFlag"), bytes(u16)), // 3.1.3.3
        userName: when(field("userNameFlag"), Text), //      3.1.3.4
        password: when(field("passwordFlag"), bytes(u16)), // 3.1.3.5
      }),
      ({ willFlag, willQos, willRetain }) => willFlag || (willQos === 0 && !willRetain),
      "without the will flag, will QoS and will retain must be 0 (sections 3.1.2.6 and 3.1.2.7)",
    ),
    ({ userNameFlag, passwordFlag }) => userNameFlag || !passwordFlag,
    "must not have a password without a user name (section 3.1.2.9)",
  );

/** 3.2 CONNACK: acknowledge connection request. */
const Connack = check(
  struct({
    flags: reserved(bits(4)),
    length: remainingLength("unused"),
    unused: reserved(bits(7)), // 3.2.2.1 connect acknowledge flags
    sessionPresent: flag, //      3.2.2.2
    returnCode: enumeration(u8, {
      accepted: 0,
      unacceptableProtocolVersion: 1,
      identifierRejected: 2,
      serverUnavailable: 3,
      badUserNameOrPassword: 4,
      notAuthorized: 5,
    }), //                        3.2.2.3
  }),
  ({ sessionPresent, returnCode }) => !sessionPresent || returnCode === "accepted",
  "must not have a session present where the connection is refused (section 3.2.2.2)",
);

/** 3.3 PUBLISH: publish message. */
const Publish = check(
  struct({
    dup: flag, //                                             3.3.1.1
    qos: QoS, //                                              3.3.1.2
    retain: flag, //                                          3.3.1.3
    length: remainingLength("topic"),
    topic: TopicName, //                                      3.3.2.1
    packetId: when(field("qos").atLeast(1), PacketId), //     3.3.2.2
    payload: bytes(rest), //                                  3.3.3
  }),
  ({ dup, qos }) => !dup || qos > 0,
  "must not be a duplicate at QoS 0 (section 3.3.1.1)",
);

/** 3.4 PUBACK, 3.5 PUBREC, 3.7 PUBCOMP, 3.11 UNSUBACK: acknowledge what has the same packet identifier. */
const Acknowledgement = struct({
  flags: reserved(bits(4)),
  length: remainingLength("packetId"),
  packetId: PacketId,
});

/** 3.6 PUBREL: publish release. */
const Pubrel = struct({
  flags: reserved(bits(4), { value: 0b0010 }),
  length: remainingLength("packetId"),
  packetId: PacketId,
});

/** 3.8 SUBSCRIBE: subscribe to topics. */
const Subscribe = struct({
  flags: reserved(bits(4), { value: 0b0010 }),
  length: remainingLength("packetId"),
  packetId: PacketId,
  subscriptions: check(
    array(struct({ filter: TopicFilter, unused: reserved(bits(6)), qos: QoS }), rest),
    (subscriptions) => subscriptions.length > 0,
    "must have a topic filter (section 3.8.3)",
  ),
});

/** 3.9 SUBACK: subscribe acknowledgement. */
const Suback = struct({
  flags: reserved(bits(4)),
  length: remainingLength("packetId"),
  packetId: PacketId,
  returnCodes: check(
    array(enumeration(u8, { qos0: 0x00, qos1: 0x01, qos2: 0x02, failure: 0x80 }), rest),
    (returnCodes) => returnCodes.length > 0,
    "must have a return code for each topic filter (section 3.9.3)",
  ),
});

/** 3.10 UNSUBSCRIBE: unsubscribe from topics. */
const Unsubscribe = struct({
  flags: reserved(bits(4), { value: 0b0010 }),
  length: remainingLength("packetId"),
  packetId: PacketId,
  filters: check(
    array(TopicFilter, rest),
    (filters) => filters.length > 0,
    "must have a topic filter (section 3.10.3)",
  ),
});

/** 3.12 PINGREQ, 3.13 PINGRESP, 3.14 DISCONNECT: a fixed header and nothing else. */
const Empty = struct({ flags: reserved(bits(4)), length: nothingRemains });

/** 2.2.1 Control packet types (table 2.1), but for CONNECT. */
const others = {
  connack: [2, Connack],
  publish: [3, Publish],
  puback: [4, Acknowledgement],
  pubrec: [5, Acknowledgement],
  pubrel: [6, Pubrel],
  pubcomp: [7, Acknowledgement],
  subscribe: [8, Subscribe],
  suback: [9, Suback],
  unsubscribe: [10, Unsubscribe],
  unsuback: [11, Acknowledgement],
  pingreq: [12, Empty],
  pingresp: [13, Empty],
  disconnect: [14, Empty],
} as const;

/** A control packet of MQTT 3.1.1. */
export const Packet = union("type", bits(4), { connect: [1, connect("MQTT", 4)], ...others });

export type Packet = Infer<typeof Packet>;
/** What encode takes: lengths, and the protocol's name and level, may be left out. */
export type PacketInput = Input<typeof Packet>;

/**
 * The same packets behind the CONNECT of MQTT 3.1. What else 3.1 has is refused: DUP in repeated PUBREL, SUBSCRIBE and
 * UNSUBSCRIBE packets.
 */
export const Packet31 = union("type", bits(4), { connect: [1, connect("MQIsdp", 3)], ...others });

export type Packet31 = Infer<typeof Packet31>;
export type PacketInput31 = Input<typeof Packet31>;
