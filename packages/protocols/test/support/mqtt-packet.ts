// Between the objects of mqtt-packet, which ../shared/data/mqtt holds, and ours.

import { toHex } from "../../../codec/test/support/shared-data.ts";

type Members = { readonly [name: string]: any };

/** One row of a file there. */
export interface Row {
  readonly name?: string;
  readonly error?: string;
  readonly opts?: { readonly protocolVersion?: number };
  readonly object?: Members;
  readonly parsed?: Members;
  readonly hex?: string;
}

/** One stream: what comes out with each chunk. */
export interface StreamRow {
  readonly name: string;
  readonly chunks: readonly {
    readonly hex: string;
    readonly packets: readonly Members[];
    readonly errors: readonly string[];
  }[];
}

const ofVersion5 = (object: Members | undefined): boolean => object?.protocolVersion === 5;

/** Whether a row is about MQTT 5, which is another protocol. */
export const isVersion5 = ({ opts, object }: Row): boolean => opts?.protocolVersion === 5 || ofVersion5(object);
export const isVersion5Stream = ({ chunks }: StreamRow): boolean =>
  chunks.some(({ packets }) => packets.some(ofVersion5));

/** Whether a row needs the CONNECT of MQTT 3.1. */
export const isVersion3 = ({ hex, object }: Row): boolean =>
  object?.protocolId === "MQIsdp" || hex?.includes(toHex(new TextEncoder().encode("MQIsdp"))) === true;

const text = (given: unknown): unknown => (given instanceof Uint8Array ? new TextDecoder().decode(given) : given);
const binary = (given: unknown): unknown => (typeof given === "string" ? new TextEncoder().encode(given) : given);

const returnCodes = [
  "accepted",
  "unacceptableProtocolVersion",
  "identifierRejected",
  "serverUnavailable",
  "badUserNameOrPassword",
  "notAuthorized",
];
const granted: Members = { 0: "qos0", 1: "qos1", 2: "qos2", 128: "failure" };

function connect({
  protocolId,
  protocolVersion,
  clean = true,
  keepalive = 0,
  clientId,
  will,
  username,
  password,
}: Members) {
  return {
    protocolName: protocolId ?? "MQTT",
    protocolLevel: protocolVersion ?? 4,
    userNameFlag: username !== undefined,
    passwordFlag: password !== undefined,
    willRetain: will?.retain ?? false,
    willQos: will?.qos ?? 0,
    willFlag: will !== undefined,
    cleanSession: clean,
    keepAlive: keepalive,
    clientId: text(clientId),
    willTopic: will?.topic,
    willMessage: binary(will?.payload),
    userName: text(username),
    password: binary(password),
  };
}

function members(object: Members): Members {
  const { cmd, messageId: packetId } = object;
  if (cmd === "connect") return connect(object);
  if (cmd === "connack")
    return {
      sessionPresent: object.sessionPresent,
      returnCode: typeof object.returnCode === "number" ? returnCodes[object.returnCode] : object.returnCode,
    };
  if (cmd === "publish") {
    const { dup = false, qos = 0, retain = false, topic, payload } = object;
    return { dup, qos, retain, topic, packetId, payload: binary(payload) };
  }
  if (cmd === "subscribe")
    return {
      packetId,
      subscriptions: object.subscriptions?.map(({ topic: filter, qos }: Members) => ({ filter, qos })),
    };
  if (cmd === "suback") return { packetId, returnCodes: object.granted?.map((code: number) => granted[code]) };
  if (cmd === "unsubscribe") return { packetId, filters: object.unsubscriptions };
  return { packetId };
}

/** Their object as our packet; what is undefined there is absent here. */
export function packetOf(object: Members): Members {
  const { cmd: type, length } = object;
  return Object.fromEntries(
    Object.entries({ type, length, ...members(object) }).filter(([, value]) => value !== undefined),
  );
}
