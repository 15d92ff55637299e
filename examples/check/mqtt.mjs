// MQTT: mosquitto_pub and mosquitto_sub against our broker, and our client against mosquitto.

import { strictEqual as equal, deepStrictEqual as same } from "node:assert";
import { connect } from "node:net";
import { mqttClient } from "../mqtt-client.mjs";
import { check, freePort, run, start, startExample, until } from "./harness.mjs";

const at = (port, ...args) => ["-h", "127.0.0.1", "-p", String(port), "-V", "311", ...args];
const publish = (port, ...args) => run("mosquitto_pub", at(port, ...args));
const text = (bytes) => Buffer.from(bytes).toString();

/** A subscriber of which we know that it is one: it has got the message that was kept for it. */
async function subscribe(port, ...args) {
  await publish(port, "-t", "$ready", "-m", "ready", "-r", "-q", "1");
  const subscriber = start("mosquitto_sub", at(port, "-F", "%t|%q|%r|%p", ...args, "-t", "$ready"));
  const lines = () => subscriber.output.split("\n").slice(0, -1);
  await until("a subscription", () => lines().some((line) => line.startsWith("$ready|")));
  const messages = () => lines().filter((line) => !line.startsWith("$ready|"));
  return { ...subscriber, messages, gets: (n) => until(`${n} messages`, () => messages().length >= n && messages()) };
}

/** What must be true of any broker, ours or theirs. */
async function ourClientWith(port) {
  const got = [];
  const onMessage = ({ topic, payload, qos, retain }) => got.push([topic, qos, retain, text(payload)]);
  const client = await mqttClient({ port, clientId: "ours", onMessage });
  for (const qos of [0, 1, 2]) {
    equal(await client.subscribe(`q${qos}/#`, qos), `qos${qos}`);
    for (const sent of [0, 1, 2]) await client.publish(`q${qos}/${sent}`, `as ${sent}`, { qos: sent });
  }
  await until("9 messages", () => got.length === 9);
  same(
    got.map(([topic, qos]) => `${topic} ${qos}`).sort(),
    [0, 1, 2].flatMap((qos) => [0, 1, 2].map((sent) => `q${qos}/${sent} ${Math.min(qos, sent)}`)),
  );
  // No more than 20 at one time, which is what mosquitto has on its way to one client.
  const many = 200;
  for (let sent = 0; sent < many; sent += 10) {
    const ten = Array.from({ length: 10 }, (_, i) => client.publish("q2/many", String(sent + i), { qos: 2 }));
    await Promise.all(ten);
  }
  await until("all of QoS 2", () => got.length === 9 + many);
  same(new Set(got.slice(9).map(([, , , payload]) => payload)).size, many);

  await client.publish("kept/a", "old", { retain: true, qos: 1 });
  await client.subscribe("kept/+", 1);
  await until("what was retained", () =>
    got.some(([topic, , retain, payload]) => topic === "kept/a" && retain && payload === "old"),
  );

  const will = { topic: "q1/will", payload: "gone", qos: 1 };
  const mortal = await mqttClient({ port, clientId: "mortal", will });
  mortal.peer.abort();
  await until("the will", () => got.some(([topic, , , payload]) => topic === "q1/will" && payload === "gone"));
  const polite = await mqttClient({ port, clientId: "polite", will: { ...will, payload: "never" } });
  await polite.close();
  await client.unsubscribe("q0/#");
  await client.publish("q0/none", "nobody");
  await client.publish("q1/end", "end", { qos: 1 });
  await until("the end", () => got.at(-1)?.[3] === "end");
  equal(
    got.some(([, , , payload]) => payload === "never" || payload === "nobody"),
    false,
  );

  const away = await mqttClient({ port, clientId: "away", cleanSession: false });
  await away.subscribe("post", 1);
  await away.close();
  await client.publish("post", "while you were out", { qos: 1 });
  const letters = [];
  const back = await mqttClient({
    port,
    clientId: "away",
    cleanSession: false,
    onMessage: (m) => letters.push(text(m.payload)),
  });
  equal(back.sessionPresent, true);
  await until("the post", () => letters.length === 1);
  same(letters, ["while you were out"]);
  await back.close();
  await client.close();
}

export async function checkMqtt() {
  const clients = ["mosquitto_pub", "mosquitto_sub"];

  await check("mosquitto_pub and mosquitto_sub through our broker, every QoS with every other", clients, async () => {
    const { port } = await startExample("mqtt-broker.mjs", "0");
    for (const qos of [0, 1, 2]) {
      const subscriber = await subscribe(port, "-t", "a/+/c", "-q", String(qos));
      for (const sent of [0, 1, 2]) await publish(port, "-t", "a/b/c", "-m", `as ${sent}`, "-q", String(sent));
      await publish(port, "-t", "a/b/c/d", "-m", "not this");
      same(
        await subscriber.gets(3),
        [0, 1, 2].map((sent) => `a/b/c|${Math.min(qos, sent)}|0|as ${sent}`),
      );
      subscriber.stop();
      await subscriber.ended;
    }
  });

  await check("a retained message reaches whoever comes later, until an empty one takes it away", clients, async () => {
    const { port } = await startExample("mqtt-broker.mjs", "0");
    await publish(port, "-t", "state", "-m", "on", "-r", "-q", "1");
    same(await (await subscribe(port, "-t", "#", "-q", "1")).gets(1), ["state|1|1|on"]);
    await publish(port, "-t", "state", "-n", "-r");
    const late = await subscribe(port, "-t", "#");
    await publish(port, "-t", "other", "-m", "x");
    same(await late.gets(1), ["other|0|0|x"]);
  });

  await check("1,000 lines of one publisher at QoS 2, each once and in order", clients, async () => {
    const { port } = await startExample("mqtt-broker.mjs", "0");
    const subscriber = await subscribe(port, "-t", "lines", "-q", "2");
    const input = Array.from({ length: 1000 }, (_, i) => `line ${i}`);
    await run("mosquitto_pub", at(port, "-t", "lines", "-q", "2", "-l"), { input: `${input.join("\n")}\n` });
    same(
      await subscriber.gets(1000),
      input.map((line) => `lines|2|0|${line}`),
    );
  });

  await check(
    "a client stopped by kill -STOP is noticed by keep-alive, and its will is published",
    clients,
    async () => {
      const { port } = await startExample("mqtt-broker.mjs", "0");
      const watcher = await subscribe(port, "-t", "wills");
      const mortal = await subscribe(port, "-t", "x", "-k", "5", "--will-topic", "wills", "--will-payload", "gone");
      const killed = await subscribe(port, "-t", "x", "--will-topic", "wills", "--will-payload", "killed");
      killed.stop("SIGKILL");
      same(await watcher.gets(1), ["wills|0|0|killed"]);
      mortal.stop("SIGSTOP");
      const began = performance.now();
      same(await watcher.gets(2), ["wills|0|0|killed", "wills|0|0|gone"]);
      return `after ${((performance.now() - began) / 1000).toFixed(1)} s, with a keep-alive of 5 s`;
    },
  );

  await check("our client through our broker", [], async () => {
    await ourClientWith((await startExample("mqtt-broker.mjs", "0")).port);
  });

  await check("our client through mosquitto", ["mosquitto"], async () => {
    const port = await freePort();
    start("mosquitto", ["-p", String(port)]);
    const reachable = () =>
      new Promise((resolve) => {
        const socket = connect(port, "127.0.0.1", () => resolve(true) || socket.destroy());
        socket.on("error", () => resolve(false));
      });
    await until("mosquitto", reachable);
    await ourClientWith(port);
  });
}
