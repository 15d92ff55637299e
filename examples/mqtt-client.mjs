// A small MQTT 3.1.1 client.
//
//   node examples/mqtt-client.mjs port sub filter
//   node examples/mqtt-client.mjs port pub topic message

import { compile } from "@wireform/codec";
import { Packet } from "@wireform/protocols/mqtt";
import { connect } from "@wireform/transport";

const packet = compile(Packet);
const encoder = new TextEncoder();
const bytesOf = (payload) => (typeof payload === "string" ? encoder.encode(payload) : payload);

/**
 * Connects as `connect` does, and says hello. `onMessage` gets every message published to us; a PINGREQ every `keepAlive`
 * seconds finds out when the broker is gone, and `peer.closed` tells.
 */
export async function mqttClient({
  clientId = "",
  cleanSession = true,
  keepAlive = 30,
  will,
  onMessage = () => {},
  ...target
}) {
  const heartbeat = { message: { type: "pingreq" }, interval: keepAlive * 1000, misses: 1 };
  const peer = await connect({ ...target, receive: packet, send: packet, heartbeat });
  /** Those who wait for an acknowledgement, by its type and packet identifier. */
  const waiting = new Map();
  const received = new Set();
  let lastId = 0;

  const answer = (type, packetId) =>
    new Promise((resolve, reject) => waiting.set(`${type} ${packetId}`, { resolve, reject }));
  const ask = (request, type, packetId = request.packetId) => {
    const reply = answer(type, packetId);
    void peer.send(request);
    return reply;
  };
  const nextId = () => (lastId = (lastId % 65535) + 1);

  peer.onMessage((message) => {
    const { type, packetId } = message;
    if (type === "publish") {
      if (message.qos < 2 || !received.has(packetId)) onMessage(message);
      if (message.qos === 2) received.add(packetId);
      if (message.qos > 0) void peer.send({ type: message.qos === 1 ? "puback" : "pubrec", packetId });
    } else if (type === "pubrel") {
      received.delete(packetId);
      void peer.send({ type: "pubcomp", packetId });
    } else {
      const key = `${type} ${packetId}`;
      waiting.get(key)?.resolve(message);
      waiting.delete(key);
    }
  });
  void peer.closed.then(({ error }) => {
    for (const { reject } of waiting.values()) reject(error ?? new Error("the broker closed the connection"));
  });

  const hello = await ask(
    {
      type: "connect",
      userNameFlag: false,
      passwordFlag: false,
      willFlag: will !== undefined,
      willQos: will?.qos ?? 0,
      willRetain: will?.retain ?? false,
      ...(will && { willTopic: will.topic, willMessage: bytesOf(will.payload) }),
      ...{ cleanSession, keepAlive, clientId },
    },
    "connack",
    undefined,
  );
  if (hello.returnCode !== "accepted") throw new Error(`the broker refuses us: ${hello.returnCode}`);

  return {
    peer,
    sessionPresent: hello.sessionPresent,
    /** Resolves with what the broker granted: qos0, qos1, qos2 or failure. */
    async subscribe(filter, qos = 0) {
      const request = { type: "subscribe", packetId: nextId(), subscriptions: [{ filter, qos }] };
      return (await ask(request, "suback")).returnCodes[0];
    },
    unsubscribe: (filter) => ask({ type: "unsubscribe", packetId: nextId(), filters: [filter] }, "unsuback"),
    /** Resolves when the broker has it, as surely as the QoS says. */
    async publish(topic, payload, { qos = 0, retain = false } = {}) {
      const publish = { type: "publish", dup: false, qos, retain, topic, payload: bytesOf(payload) };
      if (qos === 0) return await peer.send(publish);
      const packetId = nextId();
      await ask({ ...publish, packetId }, qos === 1 ? "puback" : "pubrec");
      if (qos === 2) await ask({ type: "pubrel", packetId }, "pubcomp");
    },
    /** Says goodbye, so that there is no will. */
    async close() {
      void peer.send({ type: "disconnect" });
      await peer.close();
    },
  };
}

if (import.meta.filename === process.argv[1]) {
  const [port, verb, topic, message] = process.argv.slice(2);
  const onMessage = ({ topic: of, payload }) => console.log(`${of}: ${new TextDecoder().decode(payload)}`);
  const client = await mqttClient({ port: Number(port), onMessage });
  if (verb === "sub") await client.subscribe(topic, 2);
  else {
    await client.publish(topic, message ?? "", { qos: 1 });
    await client.close();
  }
}
