// A small MQTT 3.1.1 broker: QoS 0 to 2, retained messages, wills, keep-alive, sessions that outlive connections.
// Everything is in memory and ends with the process.
//
//   node examples/mqtt-broker.mjs [port]       1883 unless said otherwise, 0 for any free one
//   mosquitto_sub -t 'greetings/#' -q 2 & mosquitto_pub -t greetings/ada -m hello -q 2

import { compile } from "@wireform/codec";
import { Packet } from "@wireform/protocols/mqtt";
import { listen } from "@wireform/transport";

const packet = compile(Packet);

/** Messages that one session may leave unacknowledged; what is beyond is lost, as an absent client's post may be. */
const mostUnacknowledged = 1000;

/** Section 4.7: whether a filter takes a topic. Wildcards in front do not take topics of the server's own, as $SYS. */
export function takes(filter, topic) {
  if (topic.startsWith("$") && /^[+#]/.test(filter)) return false;
  const [wanted, levels] = [filter.split("/"), topic.split("/")];
  const rest = wanted.at(-1) === "#";
  const named = rest ? wanted.slice(0, -1) : wanted;
  if (rest ? levels.length < named.length : levels.length !== named.length) return false;
  return named.every((level, i) => level === "+" || level === levels[i]);
}

/** What a client has with the broker, connected or not. */
class Session {
  /** Filter → QoS. */
  subscriptions = new Map();
  /** Packet identifier → what is sent again after a reconnect: a PUBLISH, or the PUBREL behind it. */
  unacknowledged = new Map();
  /** Packet identifiers of QoS 2 that were published and not yet released. */
  received = new Set();
  peer;
  #lastId = 0;

  /** `ends`: with its connection, so that nothing of it goes on in another. */
  constructor(ends) {
    this.ends = ends;
  }

  /** Sends a message, or keeps it for later. */
  deliver({ topic, payload }, qos, retain) {
    const publish = { type: "publish", dup: false, qos, retain, topic, payload };
    if (qos === 0) return void this.peer?.send(publish);
    if (this.unacknowledged.size >= mostUnacknowledged) return;
    do this.#lastId = (this.#lastId % 65535) + 1;
    while (this.unacknowledged.has(this.#lastId));
    const numbered = { ...publish, packetId: this.#lastId };
    this.unacknowledged.set(this.#lastId, numbered);
    void this.peer?.send(numbered);
  }

  /** Section 4.4: what was not acknowledged is sent again. */
  resume(peer) {
    this.peer = peer;
    for (const kept of this.unacknowledged.values()) {
      void peer.send(kept.type === "publish" ? { ...kept, dup: true } : kept);
    }
  }
}

/** All sessions and retained messages of one broker. */
class Broker {
  #sessions = new Map();
  #retained = new Map();
  #lastName = 0;

  /** Gives a message to everybody who wants it, once, in the best QoS that both sides allow. */
  publish(message) {
    if (message.retain) {
      if (message.payload.length > 0) this.#retained.set(message.topic, message);
      else this.#retained.delete(message.topic);
    }
    for (const session of this.#sessions.values()) {
      let most = -1;
      for (const [filter, qos] of session.subscriptions) {
        if (qos > most && takes(filter, message.topic)) most = qos;
      }
      if (most >= 0) session.deliver(message, Math.min(most, message.qos), false);
    }
  }

  #subscribe(session, { filter, qos }) {
    session.subscriptions.set(filter, qos);
    for (const message of this.#retained.values()) {
      if (takes(filter, message.topic)) session.deliver(message, Math.min(qos, message.qos), true);
    }
  }

  /** Section 3.1.2.4: an old session goes on, or ends here; a client that is connected twice loses the older one. */
  #open(peer, { clientId, cleanSession }) {
    const name = clientId || `unnamed ${++this.#lastName}`;
    const old = this.#sessions.get(name);
    old?.peer?.abort("the same client connected again");
    const session = cleanSession || !old || old.ends ? new Session(cleanSession) : old;
    this.#sessions.set(name, session);
    void peer.send({ type: "connack", sessionPresent: session === old, returnCode: "accepted" });
    session.resume(peer);
    return { name, session };
  }

  /** One client, from CONNECT to its end. */
  async serve(peer) {
    const { value: hello } = await peer.messages().next();
    if (hello?.type !== "connect") return;
    if (hello.clientId === "" && !hello.cleanSession) {
      await peer.send({ type: "connack", sessionPresent: false, returnCode: "identifierRejected" });
      return;
    }
    const { name, session } = this.#open(peer, hello);
    let will = hello.willFlag && {
      topic: hello.willTopic,
      payload: hello.willMessage,
      qos: hello.willQos,
      retain: hello.willRetain,
    };
    // Section 3.1.2.10: after one and a half times the keep-alive without a packet the client is gone.
    const silence =
      hello.keepAlive > 0 ? setTimeout(() => peer.abort("keep-alive"), hello.keepAlive * 1500) : undefined;
    try {
      for await (const received of peer) {
        silence?.refresh();
        if (received.type === "disconnect") {
          will = undefined;
          return;
        }
        await this.#answer(peer, session, received);
      }
    } finally {
      clearTimeout(silence);
      if (session.peer === peer) session.peer = undefined;
      if (session.ends && this.#sessions.get(name) === session) this.#sessions.delete(name);
      if (will) this.publish(will);
    }
  }

  #answer(peer, session, received) {
    const { type, packetId } = received;
    switch (type) {
      case "publish":
        // Section 4.3.3: of QoS 2, a repeated one is acknowledged and goes no further.
        if (received.qos < 2 || !session.received.has(packetId)) this.publish(received);
        if (received.qos === 0) return undefined;
        if (received.qos === 2) session.received.add(packetId);
        return peer.send({ type: received.qos === 1 ? "puback" : "pubrec", packetId });
      case "pubrel":
        session.received.delete(packetId);
        return peer.send({ type: "pubcomp", packetId });
      case "pubrec":
        session.unacknowledged.set(packetId, { type: "pubrel", packetId });
        return peer.send({ type: "pubrel", packetId });
      case "puback":
      case "pubcomp":
        session.unacknowledged.delete(packetId);
        return undefined;
      case "subscribe": {
        const room = peer.send({
          type: "suback",
          packetId,
          returnCodes: received.subscriptions.map(({ qos }) => `qos${qos}`),
        });
        for (const subscription of received.subscriptions) this.#subscribe(session, subscription);
        return room;
      }
      case "unsubscribe":
        for (const filter of received.filters) session.subscriptions.delete(filter);
        return peer.send({ type: "unsuback", packetId });
      case "pingreq":
        return peer.send({ type: "pingresp" });
      default:
        throw new Error(`a client does not send ${type}`);
    }
  }
}

/** Listens as `listen` does. A subscriber that does not read is cut off, alone, when 4 MiB wait for it. */
export function serveMqtt(options) {
  const broker = new Broker();
  const timeouts = { handshake: 10_000 };
  return listen({ timeouts, ...options, receive: packet, send: packet }, (peer) => broker.serve(peer));
}

if (import.meta.filename === process.argv[1]) {
  const server = await serveMqtt({ port: Number(process.argv[2] ?? 1883) });
  console.log(`listening on 127.0.0.1:${server.port}`);
}
