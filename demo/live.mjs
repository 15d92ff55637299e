// A broker, `wireform proxy` in front of it, and clients that cut their bytes at random. The same seed makes the same cuts.

import { connect } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { compile, Decoder } from "@wireform/codec";
import { Packet } from "@wireform/protocols/mqtt";
import { serveMqtt } from "../examples/mqtt-broker.mjs";
import { wireform } from "./command.mjs";
import { bold } from "./print.mjs";

const packet = compile(Packet);

/** Numbers from 0 to below `most`, the same for the same seed. */
function randomFrom(seed) {
  let state = seed >>> 0;
  return (most) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
}

/** An MQTT client of nothing but a socket. */
class Client {
  sent = 0;
  writes = 0;
  #random;
  #socket;
  #answers = [];
  #waiting;

  constructor(port, random) {
    this.#random = random;
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const decoder = new Decoder(packet);
    this.#socket.on("data", (chunk) => {
      this.#answers.push(...decoder.push(chunk));
      this.#waiting?.();
    });
  }

  /** Sends a packet in pieces of 1 to 8 bytes. */
  async send(message) {
    const bytes = packet.encode(message);
    for (let at = 0; at < bytes.length; this.writes++) {
      const to = at + 1 + this.#random(8);
      this.#socket.write(bytes.subarray(at, to));
      at = to;
      await turn();
    }
    this.sent += bytes.length;
  }

  /** The next packet that comes. */
  async next() {
    while (this.#answers.length === 0) {
      await new Promise((resolve) => {
        this.#waiting = resolve;
      });
    }
    return this.#answers.shift();
  }

  /** Sends packets one after the other, each when the answer to the one before is there. */
  async talk(...packets) {
    const answers = [];
    for (const [message, replies] of packets) {
      await this.send(message);
      for (let i = 0; i < replies; i++) answers.push(await this.next());
    }
    this.#socket.end();
    return answers;
  }
}

const connecting = (clientId) => ({
  type: "connect",
  userNameFlag: false,
  passwordFlag: false,
  willRetain: false,
  willQos: 0,
  willFlag: false,
  cleanSession: true,
  keepAlive: 60,
  clientId,
});
const payload = new TextEncoder().encode("21.5 degrees");
const publish = { type: "publish", dup: false, qos: 1, retain: false, topic: "home/kitchen", packetId: 2, payload };
const subscriptions = [{ filter: "home/+", qos: 0 }];

/** One connection through the proxy, shown in one of its formats. */
async function through(broker, format, client, packets, random) {
  const proxy = wireform(
    "proxy",
    "--schema",
    "mqtt",
    "0",
    String(broker.port),
    "--connections",
    "1",
    "--format",
    format,
  );
  const [, port] = await proxy.said(/listening on 127\.0\.0\.1:(\d+)/);
  const peer = new Client(Number(port), random);
  const answers = await peer.talk([connecting(client), 1], ...packets);
  const [summary] = await proxy.said(/^connections:.*/m);
  await proxy.ended;
  return { peer, answers, summary };
}

/** Shows it; gives whether what came back is what was sent. */
export async function showLive(seed) {
  const random = randomFrom(seed);
  const broker = await serveMqtt({ port: 0 });
  console.log(bold("A broker, wireform proxy in front of it, and a client that cuts its bytes at random"));
  const { peer, answers, summary } = await through(
    broker,
    "line",
    "thermometer",
    [
      [{ type: "subscribe", packetId: 1, subscriptions }, 1],
      [publish, 2],
      [{ type: "pingreq" }, 1],
      [{ type: "disconnect" }, 0],
    ],
    random,
  );
  console.log(`  ${summary}; the client made ${peer.writes} writes of ${peer.sent} bytes (seed ${seed})\n`);

  console.log(bold("The same, every byte of it shown as it passes"));
  await through(
    broker,
    "inspect",
    "clock",
    [
      [{ ...publish, qos: 0, packetId: undefined }, 0],
      [{ type: "pingreq" }, 1],
    ],
    random,
  );
  console.log();
  await broker.close();
  const heard = answers.find(({ type }) => type === "publish");
  return Buffer.compare(heard?.payload ?? new Uint8Array(0), payload) === 0;
}
