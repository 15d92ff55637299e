// The command `wireform` among real programs: between them, and talking to them.

import { strictEqual as equal, match, ok } from "node:assert";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { check, freePort, run, scratch, start, startExample, until } from "./harness.mjs";

const main = join(import.meta.dirname, "../../packages/cli/dist/main.js");

/** The proxy in front of a port, and where it listens. */
async function startProxy(target, ...options) {
  const proxy = start(process.execPath, [main, "proxy", "0", String(target), ...options]);
  const [, port] = await until("the proxy to listen", () => /127\.0\.0\.1:(\d+)(?: for|",)/.exec(proxy.output));
  const lines = () => proxy.output.split("\n").filter((line) => /^\d+ [-<x~]/.test(line));
  return Object.assign(proxy, { port, lines });
}

/** What `wireform connect` says, with these lines typed. */
const talk = (port, words, lines) =>
  run(process.execPath, [main, "connect", String(port), ...words], {
    input: lines.map((line) => `${line}\n`).join(""),
  });

export async function checkCommand({ small }) {
  await check("the proxy between redis-benchmark and our server changes no answer", ["redis-benchmark"], async () => {
    const { port } = await startExample("redis-server.mjs", "0");
    const proxy = await startProxy(port, "--schema", "resp#Command", "--reply-schema", "resp", "--json");
    const requests = small ? 500 : 2000;
    const args = ["-p", proxy.port, "-c", "5", "-n", requests, "-P", "10", "-t", "set,get,incr,lpush", "--csv"];
    const said = await run("redis-benchmark", args.map(String));
    equal(said.match(/^"(SET|GET|INCR|LPUSH)[^"]*"/gm)?.length, 4);
    proxy.stop("SIGINT");
    equal((await proxy.ended).code, 130);
    const summary = JSON.parse(proxy.output.split("\n").find((line) => line.includes('"summary"')));
    ok(summary.up.messages >= 4 * requests, `${summary.up.messages} requests`);
    equal(summary.up.messages, summary.down.messages);
    equal(proxy.output.includes('"raw"'), false);
    return `${summary.up.messages} requests and their answers`;
  });

  await check(
    "the proxy shows mosquitto's own clients, and lets them part well",
    ["mosquitto_pub", "mosquitto_sub"],
    async () => {
      const { port } = await startExample("mqtt-broker.mjs", "0");
      const proxy = await startProxy(port, "--schema", "mqtt");
      const at = ["-h", "127.0.0.1", "-p", proxy.port, "-V", "311"];
      const heard = start("mosquitto_sub", [...at, "-t", "home/#", "-C", "1"]);
      await until("a subscription", () => proxy.lines().some((line) => line.startsWith("1 <- suback")));
      await run("mosquitto_pub", [...at, "-t", "home/kitchen", "-m", "21.5", "-q", "2"]);
      await heard.ended;
      equal(heard.output, "21.5\n");
      const from = (number) =>
        proxy
          .lines()
          .filter((line) => line.startsWith(`${number} `))
          .map((line) => line.split(" ").slice(1, 3).join(" "));
      await until("the last words", () => from(1).at(-1) === "-> disconnect" && from(2).at(-1) === "-> disconnect");
      equal(from(2).join(", "), "-> connect, <- connack, -> publish, <- pubrec, -> pubrel, <- pubcomp, -> disconnect");
      match(proxy.output, /2 -> publish .*topic=home\/kitchen packetId=1 payload="21\.5"/);
    },
  );

  await check("a hook changes what mosquitto_sub hears", ["mosquitto_pub", "mosquitto_sub"], async () => {
    const hook = join(scratch, "hook.mjs");
    writeFileSync(
      hook,
      'export const message = (m) => (m.type === "publish" ? { ...m, payload: Buffer.from("a lie") } : m);\n',
    );
    const { port } = await startExample("mqtt-broker.mjs", "0");
    const proxy = await startProxy(port, "--schema", "mqtt", "--hook", hook);
    const heard = start("mosquitto_sub", ["-h", "127.0.0.1", "-p", String(port), "-t", "#", "-C", "1"]);
    const args = ["-h", "127.0.0.1", "-p", proxy.port, "-t", "truth", "-m", "21.5", "-r"];
    await run("mosquitto_pub", args);
    await heard.ended;
    equal(heard.output, "a lie\n");
  });

  await check("connect talks to redis-server", ["redis-server"], async () => {
    const port = await freePort();
    start("redis-server", [
      "--port",
      String(port),
      "--bind",
      "127.0.0.1",
      "--save",
      "",
      "--appendonly",
      "no",
      "--dir",
      scratch,
    ]);
    const words = ["--schema", "resp", "--send-schema", "resp#Inline"];
    const lines = [
      "HELLO 3",
      ".expect map",
      "SET n 41",
      ".expect simple OK",
      "INCR n",
      ".expect integer 42",
      "NONSENSE",
      ".expect error",
      "QUIT",
      ".expect simple OK",
      ".wait end",
    ];
    const said = await until("redis-server", () =>
      talk(port, words, lines).catch((error) => (/refused/.test(error.message) ? undefined : Promise.reject(error))),
    );
    match(said, /^< map value=.*\n< simple value=OK\n< integer value=42\n< error value="ERR unknown command/);
  });

  await check("connect talks to mosquitto", ["mosquitto"], async () => {
    const port = await freePort();
    const file = join(scratch, "mosquitto.conf");
    writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
    const broker = start("mosquitto", ["-c", file]);
    await until("mosquitto to run", () => /running/.test(broker.output));
    const connect =
      "connect cleanSession=true keepAlive=60 clientId=ada userNameFlag=false passwordFlag=false willRetain=false willQos=0 willFlag=false";
    const said = await talk(
      port,
      ["--schema", "mqtt"],
      [
        connect,
        ".expect connack returnCode=accepted",
        'subscribe packetId=1 subscriptions=[{filter: "#", qos: 1}]',
        '.expect suback returnCodes=["qos1"]',
        'publish dup=false qos=1 retain=false topic=a/b packetId=2 payload="hello"',
        ".wait 2",
        "pingreq",
        ".wait 1",
        "disconnect",
        ".wait end",
      ],
    );
    match(said, /< publish .*topic=a\/b .*payload="hello"\n/);
    match(said, /< pingresp length=0\n$/);
  });
}
