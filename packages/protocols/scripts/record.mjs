// Records real MQTT 3.1.1 and RESP traffic on loopback into ../recordings (format: recordings/README.md).
//
//   apt-get install mosquitto mosquitto-clients redis-server redis-tools
//   node packages/protocols/scripts/record.mjs
//
// Each client talks to its server through a proxy of its own, which notes every chunk that passes. Servers listen on
// 127.0.0.1 only, on free ports, and are stopped at the end. Nothing is written unless the whole run succeeds.
import { execFileSync, spawn } from "node:child_process";
import { pbkdf2Sync, randomBytes } from "node:crypto";
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const HOST = "127.0.0.1";
const MAX_RUN_MS = 120_000;
const MAX_CLIENT_MS = 25_000;
const MAX_BYTES = 600_000;
const target = fileURLToPath(new URL("../recordings/", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "wireform-record-"));
const children = new Set();
const recordings = { mqtt: [], resp: [] };

function fail(message) {
  for (const child of children) child.kill("SIGKILL");
  rmSync(work, { recursive: true, force: true });
  console.error(`record: ${message}`);
  process.exit(1);
}
setTimeout(() => fail(`not finished after ${MAX_RUN_MS / 1000} s, stopped`), MAX_RUN_MS).unref();
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => fail(`stopped by ${signal}`));

// ---- programs --------------------------------------------------------------------------------------------------

const searchPath = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
const PACKAGE_OF = {
  mosquitto: "mosquitto",
  mosquitto_passwd: "mosquitto",
  mosquitto_pub: "mosquitto-clients",
  mosquitto_sub: "mosquitto-clients",
  mosquitto_rr: "mosquitto-clients",
  "redis-server": "redis-server",
  "redis-cli": "redis-tools",
  "redis-benchmark": "redis-tools",
};
const paths = new Map();
for (const [program, debianPackage] of Object.entries(PACKAGE_OF)) {
  const path = firstReadable(searchPath.map((folder) => join(folder, program)));
  if (!path) fail(`${program} is not installed (Debian: apt-get install ${debianPackage})`);
  paths.set(program, path);
}

function firstReadable(candidates) {
  return candidates.find((path) => {
    try {
      accessSync(path, constants.R_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function version(program, flag, pattern) {
  try {
    return pattern.exec(execFileSync(paths.get(program), [flag], { encoding: "utf8" }))?.[1] ?? "unknown";
  } catch (error) {
    return pattern.exec(String(error.stdout))?.[1] ?? "unknown"; // mosquitto -h exits with 3
  }
}

async function waitFor(what, condition, ms = 10_000) {
  for (const end = Date.now() + ms; !(await condition()); await sleep(10)) {
    if (Date.now() > end) fail(`waited ${ms / 1000} s for ${what}`);
  }
}

async function freePort() {
  const server = createServer().listen(0, HOST);
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startServer(program, args, port) {
  const child = spawn(paths.get(program), args, { cwd: work, stdio: ["ignore", "pipe", "pipe"] });
  children.add(child);
  const log = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => log.push(text));
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.once("exit", (code) => children.delete(child) && code && fail(`${program} ended (${code}): ${log.join("")}`));
  const answers = () =>
    new Promise((resolve) => {
      const probe = connect({ port, host: HOST });
      probe.on("connect", () => resolve(true)).on("error", () => resolve(false));
      probe.on("connect", () => probe.destroy());
    });
  await waitFor(`${program} to listen`, answers);
  return () => {
    child.kill("SIGTERM");
    return exit;
  };
}

// ---- the recording proxy ---------------------------------------------------------------------------------------

/** One proxy a client. `cut` breaks the first connection on which that packet type arrives, without passing it on. */
async function startProxy(protocol, port, about, cut) {
  const connections = [];
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const nth = connections.length + 1;
    const connection = { ...about, name: nth === 1 ? about.name : `${about.name}.${nth}`, chunks: [], open: 2 };
    const started = performance.now();
    const upstream = connect({ port, host: HOST, allowHalfOpen: true, noDelay: true });
    connections.push(connection);
    recordings[protocol].push(connection);
    const pass = (from, source, sink) => {
      source.on("data", (bytes) => {
        connection.chunks.push({ from, bytes, at: Math.round(performance.now() - started) });
        if (cut && !cut.done && cut.from === from && bytes[0] >> 4 === cut.type) {
          cut.done = true;
          client.destroy();
          upstream.destroy();
        } else if (sink.writable) sink.write(bytes);
      });
      source.on("error", () => {}).on("end", () => sink.end());
      source.on("close", () => {
        sink.end(); // also after a reset: what the other side still has to say is recorded
        connection.open--;
      });
    };
    pass("client", client, upstream);
    pass("server", upstream, client);
  });
  server.listen(0, HOST);
  await new Promise((resolve) => server.once("listening", resolve));
  const finish = async () => {
    await waitFor(`${about.name} to close`, () => connections.every((one) => one.open === 0));
    server.close();
  };
  return { port: server.address().port, connections, finish };
}

// ---- clients ---------------------------------------------------------------------------------------------------

/** Arguments: one text where no word holds a space, otherwise a list. */
const split = (words) => (typeof words === "string" ? words.split(" ") : words);

/** Starts a client behind a proxy. `says(test)` waits for a chunk from the server; `stop()` ends it; `done` its end. */
async function start(protocol, port, name, program, words, options = {}) {
  const { note, stdin, cut } = options;
  const args = [...(program.startsWith("mosquitto") ? ["-V", "311"] : []), ...split(words)];
  const shown = args.map((word) => (/^[\w\-+#./:=$]+$/.test(word) ? word : JSON.stringify(word)));
  const command = [program, ...shown].join(" ");
  const proxy = await startProxy(protocol, port, { name, program, command, note }, cut && { ...cut });
  const where = ["-h", HOST, "-p", String(proxy.port)];
  const env = { ...process.env, HOME: work, LC_ALL: "C.UTF-8" };
  const child = spawn(paths.get(program), [...where, ...args], { cwd: work, env, stdio: ["pipe", "ignore", "pipe"] });
  children.add(child);
  const errors = [];
  child.stderr.on("data", (text) => errors.push(text));
  child.stdin.on("error", () => {});
  child.stdin.end(stdin ?? "");
  const timer = setTimeout(() => fail(`${name}: still running after ${MAX_CLIENT_MS / 1000} s`), MAX_CLIENT_MS);
  const done = new Promise((resolve) => child.once("exit", resolve)).then(() => {
    clearTimeout(timer);
    children.delete(child);
    return proxy.finish();
  });
  const says = (test) =>
    waitFor(`${name} to be answered (${errors.join("").trim() || "no message"})`, () =>
      proxy.connections.some((one) => one.chunks.some((chunk) => chunk.from === "server" && test(chunk.bytes))),
    );
  return { done, says, stop: (signal = "SIGTERM") => child.kill(signal) && done };
}

/** A socket of our own, for what the stock clients cannot send: each step is written alone, or byte by byte. */
async function raw(protocol, port, name, note, steps, { bytewise = false } = {}) {
  const proxy = await startProxy(protocol, port, { name: `raw-${name}`, program: "raw", note });
  const socket = connect({ port: proxy.port, host: HOST, noDelay: true });
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => {}).resume();
  for (const step of steps) {
    const bytes = Buffer.from(step);
    for (let i = 0; i < bytes.length; i += bytewise ? 1 : bytes.length) {
      if (socket.writable) socket.write(bytes.subarray(i, bytewise ? i + 1 : bytes.length));
      await sleep(bytewise ? 2 : 40);
    }
  }
  await sleep(60);
  socket.end();
  await closed;
  await proxy.finish();
}

const pattern = (length) => Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff);

// ---- MQTT ------------------------------------------------------------------------------------------------------

const mqttText = (text) => {
  const bytes = Buffer.from(text);
  return [bytes.length >> 8, bytes.length & 0xff, ...bytes];
};
const mqttPacket = (first, ...parts) => [first, parts.flat().length, ...parts.flat()]; // all below 128 bytes
const mqttConnect = (id) => mqttPacket(0x10, mqttText("MQTT"), [4, 2, 0, 30], mqttText(id));

async function recordMqtt() {
  const [open, guarded, controlled] = [await freePort(), await freePort(), await freePort()];
  const plugin = "mosquitto_dynamic_security.so";
  const folders = ["/usr/lib", "/usr/local/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"];
  const pluginPath = firstReadable(folders.map((folder) => join(folder, plugin)));
  if (!pluginPath) fail(`${plugin} not found (part of Debian's mosquitto; needed for a refused SUBSCRIBE)`);
  execFileSync(paths.get("mosquitto_passwd"), ["-c", "-b", "passwords", "ada", "lovelace"], { cwd: work });
  execFileSync(paths.get("mosquitto_passwd"), ["-b", "passwords", "Zoë", "pässwört€"], { cwd: work });
  const salt = randomBytes(12);
  const password = pbkdf2Sync("lovelace", salt, 101, 64, "sha512").toString("base64");
  const access = { publishClientSend: true, publishClientReceive: true, subscribe: false, unsubscribe: true };
  const acls = [{ acltype: "subscribePattern", topic: "open/#", priority: 0, allow: true }];
  const client = { username: "ada", password, salt: salt.toString("base64"), iterations: 101 };
  const security = {
    defaultACLAccess: access,
    clients: [{ ...client, roles: [{ rolename: "reader" }] }],
    groups: [],
    roles: [{ rolename: "reader", acls }],
  };
  writeFileSync(join(work, "security.json"), JSON.stringify(security));
  const config = [
    `user ${userInfo().username}`,
    "per_listener_settings true",
    `listener ${open} ${HOST}\nallow_anonymous true`,
    `listener ${guarded} ${HOST}\nallow_anonymous false\nallow_zero_length_clientid false\npassword_file ${work}/passwords`,
    `listener ${controlled} ${HOST}\nallow_anonymous false`,
    `plugin ${pluginPath}\nplugin_opt_config_file ${work}/security.json`,
  ];
  writeFileSync(join(work, "mosquitto.conf"), config.join("\n") + "\n");
  const stop = await startServer("mosquitto", ["-c", join(work, "mosquitto.conf")], open);

  const begin = async (kind, name, args, options = {}) => {
    const id = options.anonymous ? [] : ["-i", name];
    return start("mqtt", options.port ?? open, name, `mosquitto_${kind}`, [...id, ...split(args)], options);
  };
  const sub = async (name, args, options) => {
    const one = await begin("sub", name, args, options);
    await one.says((bytes) => bytes[0] === 0x90); // SUBACK
    return one;
  };
  const all = async (kind, name, args, options) => (await begin(kind, name, args, options)).done;

  // Idle connections that ping, in the background of all the rest.
  const idle = [
    await sub("keep-alive-5", "-k 5 -W 17 -t idle/#"),
    await sub("keep-alive-5-qos2", "-k 5 -W 12 -q 2 -t idle/a -t idle/b"),
    await sub("keep-alive-7", "-k 7 -W 16 -c -q 1 -t idle/#"),
  ];

  // CONNECT and CONNACK.
  const once = "-t hello -E";
  const will = (qos) => `--will-topic will/${qos} --will-qos ${qos}`;
  const zoe = "-u Zoë -P pässwört€";
  await all("sub", "connect-clean", once);
  await all("sub", "connect-no-id", once, { anonymous: true, note: "zero-length client id, the broker chooses one" });
  await all("sub", "connect-keep-alive-65535", `-k 65535 ${once}`);
  await all("sub", "connect-user-only", `-u ada ${once}`);
  await all("sub", "connect-password", `-u ada -P lovelace ${once}`, { port: guarded });
  await all("sub", "connect-everything", `-c ${zoe} ${will(2)} --will-payload gone☹ --will-retain ${once}`, {
    port: guarded,
  });
  await all("sub", "connect-will-empty", `${will(1)} ${once}`);
  await all("pub", "refused-password", "-u ada -P byron -t x -n", { port: guarded });
  await all("pub", "refused-user", "-u nobody -P x -t x -n", { port: guarded });
  await all("pub", "refused-anonymous", "-t x -n", { port: guarded });
  await all("sub", "refused-no-id", `-u ada -P lovelace ${once}`, { port: guarded, anonymous: true });

  // A session that outlives its connection.
  const durable = "-i durable -c -q 2 -t durable/#";
  await all("sub", "session-new", `${durable} -E`, { anonymous: true });
  for (const qos of ["0", "1", "2"]) {
    await all("pub", `session-offline-qos${qos}`, `-q ${qos} -t durable/${qos} -m away-${qos}`);
  }
  await all("sub", "session-present", `${durable} -C 2`, {
    anonymous: true,
    note: "CONNACK with session present",
  });

  // Every QoS published to subscribers of every QoS.
  const bursts = [];
  for (const qos of ["0", "1", "2"]) {
    bursts.push(await sub(`burst-sub-qos${qos}`, `-q ${qos} -t burst/+/reading -t burst/done -C 105`));
  }
  for (const qos of ["0", "1", "2"]) {
    const stdin = Array.from({ length: 35 }, (_, i) => `{"n":${i},"celsius":${(20 + Math.sin(i) * 5).toFixed(2)}}\n`);
    await all("pub", `burst-pub-qos${qos}`, `-q ${qos} -t burst/${qos}/reading -l`, { stdin: stdin.join("") });
  }
  await Promise.all(bursts.map((one) => one.done));

  // Sizes at the edges of the remaining length, and empty.
  const sizes = await sub("sizes-sub", "-q 2 -t size/# -C 7");
  await all("pub", "size-empty", "-t size/0 -n");
  await all("pub", "size-one", "-t size/1 -m 1 -q 2");
  for (const [qos, remaining] of [
    [0, 127],
    [0, 128],
    [1, 16383],
    [1, 16384],
    [2, 20000],
  ]) {
    const topic = `size/${remaining}`;
    writeFileSync(join(work, "payload"), pattern(remaining - 2 - topic.length - (qos > 0 ? 2 : 0)));
    await all("pub", `size-remaining-${remaining}`, `-q ${qos} -t ${topic} -f payload`);
  }
  await sizes.done;

  // Retained messages and text.
  const weather = ["météo/東京/🌡", "météo/Zürich/🌡", "météo/kept"];
  for (const qos of [0, 1, 2]) {
    await all("pub", `retain-qos${qos}`, `-r -q ${qos} -t ${weather[qos]} -m ${20 + qos}°C–☀`);
  }
  await all("sub", "retained-sub", "-q 2 -t météo/# -C 3");
  await all("pub", "retain-clear", `-r -n -q 1 -t ${weather[0]}`, { note: "zero-length retained" });
  await all("sub", "retained-remove", "-q 1 -t météo/# --remove-retained -W 1", {
    note: "the subscriber clears each retained message by publishing an empty one",
  });
  await all("sub", "broker-version", "-t $SYS/broker/version -C 1");

  // Wills: three clients are killed.
  const watch = await sub("will-watch", "-q 2 -t will/# -C 3");
  for (const qos of [0, 1, 2]) {
    const args = `${will(qos)} --will-payload died-${qos} ${qos > 0 ? "--will-retain " : ""}-t nothing`;
    const victim = await sub(`will-qos${qos}`, args, { note: "killed, so no DISCONNECT" });
    await victim.stop("SIGKILL");
  }
  await watch.done;
  await all("sub", "will-retained", "-q 1 -t will/# -C 2");

  // Subscriptions refused in part and in whole; unsubscribing; request and response.
  const ada = "-u ada -P lovelace";
  await all("sub", "suback-mixed", `${ada} -q 2 -t open/a -t closed/a -t open/# -E`, {
    port: controlled,
    note: "SUBACK holds 0x80",
  });
  await all("sub", "suback-refused", `${ada} -q 1 -t closed/a -t closed/b`, { port: controlled });
  await all("sub", "unsubscribe", "-q 1 -t a/# -t b/+/c -U a/# -U b/+/c -U d -W 1");
  const asking = await begin("rr", "request", ["-q", "1", "-t", "rr/ask", "-e", "rr/answer", "-m", "6 × 7?"]);
  await asking.says((bytes) => bytes[0] === 0x90);
  await all("pub", "response", "-q 1 -t rr/answer -m 42");
  await asking.done;

  // Acknowledgements lost on the way: the proxy breaks the connection, and both sides deliver again with DUP.
  for (const [name, qos, type] of [
    ["puback", "1", 4],
    ["pubrec", "2", 5],
    ["pubcomp", "2", 7],
  ]) {
    const note = `the first ${name.toUpperCase()} is recorded, then lost with the connection`;
    const topic = `lost/${name}`;
    const listener = await sub(`lost-${name}-sub`, `-c -k 5 -q ${qos} -t ${topic} -W 5`, {
      note,
      cut: { from: "client", type },
    });
    const more = `-q ${qos} -t ${topic} -m again`;
    await all("pub", `lost-${name}-before`, more);
    await listener.done;
    const lines = `-q ${qos} -t ${topic} -l`; // only with -l does mosquitto_pub connect again
    await all("pub", `lost-${name}-pub`, lines, {
      note,
      stdin: "first\nsecond\nthird\n",
      cut: { from: "server", type },
    });
  }

  // What these clients never send: different QoS in one SUBSCRIBE, several filters in one UNSUBSCRIBE.
  const conversation = (id) => [
    mqttConnect(id),
    mqttPacket(0x82, [0, 1], mqttText(`${id}/0`), [0], mqttText(`${id}/+`), [1], mqttText("#"), [2]),
    mqttPacket(0x30, mqttText(`${id}/x`), Buffer.from("qos 0").toJSON().data),
    mqttPacket(0x32, mqttText(`${id}/x`), [0, 2], Buffer.from("qos 1").toJSON().data),
    mqttPacket(0x3a, mqttText(`${id}/x`), [0, 2], Buffer.from("qos 1").toJSON().data),
    mqttPacket(0x34, mqttText(`${id}/x`), [0, 3], Buffer.from("qos 2").toJSON().data),
    mqttPacket(0x62, [0, 3]),
    [0xc0, 0],
    mqttPacket(0xa2, [0, 4], mqttText(`${id}/0`), mqttText(`${id}/+`), mqttText("#")),
    [0xe0, 0],
  ];
  const mixed = "SUBSCRIBE with QoS 0, 1 and 2, a repeated PUBLISH with DUP, UNSUBSCRIBE of three filters";
  await raw("mqtt", open, "steps", mixed, conversation("steps"));
  await raw("mqtt", open, "bytewise", "the same, a byte at a time", conversation("bytewise"), { bytewise: true });
  await raw("mqtt", open, "together", "the same in one write", [conversation("together").flat()]);

  await Promise.all(idle.map((one) => one.done));
  await stop();
}

// ---- RESP ------------------------------------------------------------------------------------------------------

// One connection each in RESP2 and RESP3; commands are separated by a bar or a new line.
const COMMANDS = {
  strings: String.raw`PING|PING hello|SET greeting "hello"|GET greeting|GET absent|SET empty ""|GET empty|TYPE greeting|STRLEN greeting
    SET binary "\x00\x01\r\n$5\r\n\xff\xfe*1\r\n"|GET binary|SET utf8 "naïve 東京 🌡"|GET utf8|APPEND greeting ", world"|GETRANGE greeting 0 4
    INCR n|DECRBY n 500|INCRBY n 9223372036854775000|INCRBYFLOAT f 3.25|INCRBYFLOAT f -1e20|SETBIT bits 100 1|DUMP greeting|EXISTS greeting absent
    MSET a 1 b 2 c 3|MGET a absent c|DEL a b c|SET k v NX GET|LCS greeting utf8 IDX|OBJECT ENCODING n|TTL n|ECHO ""`,
  errors: String.raw`NOSUCH|NOSUCH with "arguments\r\n"|GET|LPUSH greeting x|INCR greeting|EVALSHA 0000000000000000000000000000000000000000 0
    EVAL "return redis.error_reply('MY custom error')" 0|EVAL "syntax error" 0|CLUSTER INFO|SELECT 99|EXEC|HELLO 9|AUTH wrong pass|SET n 1 EX 0`,
  collections: String.raw`RPUSH list a "" "c\r\nd"|LRANGE list 0 -1|LRANGE none 0 -1|LPOP list 2|LPOP none|LPOP none 2|LPOS list z
    BLPOP none 0.01|BLMPOP 0.01 1 none LEFT|HSET hash f1 v1 f2 "" f3 "\x00"|HGETALL hash|HGETALL none|HMGET hash f1 none|HRANDFIELD hash 2 WITHVALUES
    SADD set one two three|SMEMBERS set|SMEMBERS none|SISMEMBER set one|SMISMEMBER set one ten|SPOP none|SPOP set 1|SINTER set none
    ZADD z 1.5 a -2 b inf c -inf d 1e-7 e 12345678901234567890 f|ZSCORE z a|ZSCORE z c|ZSCORE z d|ZSCORE z none|ZRANGE z 0 -1 WITHSCORES
    ZPOPMIN z|ZPOPMAX z 2|ZMSCORE z a none|ZINCRBY z 0.1 a|ZRANK z a|ZRANDMEMBER z 2 WITHSCORES|ZADD z XX INCR 1 none|BZPOPMIN none 0.01|BZPOPMIN z 1
    GEOADD geo 13.361389 38.115556 Palermo 15.087269 37.502669 Catania|GEOPOS geo Palermo none|GEODIST geo Palermo Catania km|GEOHASH geo Palermo
    GEOSEARCH geo FROMLONLAT 15 37 BYRADIUS 200 km ASC WITHCOORD WITHDIST|PFADD hll a b|PFCOUNT hll|BITFIELD bf SET u8 0 255 OVERFLOW FAIL INCRBY u8 0 1|SCAN 0 COUNT 3`,
  streams: String.raw`XADD s 1-1 field value other ""|XADD s 1-2 field second|XRANGE s - +|XLEN s|XREAD STREAMS s 0|XREAD STREAMS s 9|XGROUP CREATE s g 0
    XREADGROUP GROUP g me COUNT 1 STREAMS s >|XPENDING s g|XPENDING s g - + 10|XINFO STREAM s|XINFO STREAM s FULL|XINFO GROUPS s|XACK s g 1-1|XADD s 1-1 too old|XAUTOCLAIM s g me 0 0`,
  transactions: String.raw`MULTI|SET t 1|INCR t|LPUSH t x|GET none|LRANGE none 0 -1|SMEMBERS none|EXEC|MULTI|NOSUCH|EXEC|MULTI|DISCARD|WATCH t|SET t 5|MULTI|GET t|EXEC|MULTI|EXEC|DISCARD`,
  scripts: String.raw`EVAL "return {1,{2,{3,{'four',{}}}},{},'',false,true}" 0|EVAL "return {}" 0|EVAL "return nil" 0|EVAL "return redis.status_reply('FINE')" 0
    EVAL "return {1,2,nil,4}" 0|EVAL "return {redis.error_reply('E inside'),redis.status_reply('S')}" 0|EVAL "return 3.99" 0|EVAL "return redis.call('ZADD','lz',1.5,'m')" 0
    EVAL "redis.setresp(3); return true" 0|EVAL "redis.setresp(3); return {true,false}" 0|EVAL "redis.setresp(3); return redis.call('HGETALL','hash')" 0
    EVAL "redis.setresp(3); return redis.call('SMEMBERS','set')" 0|EVAL "redis.setresp(3); return redis.call('ZSCORE','lz','m')" 0|EVAL "redis.setresp(3); return redis.call('GET','none')" 0
    EVAL "return {double=-0.5}" 0|EVAL "return {map={a=1}}" 0|EVAL "return {set={x=true}}" 0|EVAL "return {big_number='-3492890328409238509324850943850943825024385'}" 0
    EVAL "return {verbatim_string={format='mkd',string='# Title'}}" 0|EVAL "return {verbatim_string={format='txt',string=''}}" 0|EVAL "return {map={inner={map={deep={double=1e300}}}}}" 0|EVAL "return {double=1/0}" 0
    SCRIPT EXISTS 0000000000000000000000000000000000000000|SCRIPT LOAD "return 1"|EVAL "return string.rep('x', 5000)" 0|EVAL "local t={} for i=1,200 do t[i]=i-100 end return t" 0
    EVAL "local t={} local u=t for i=1,30 do local n={} u[1]=n u=n end return t" 0`,
  server: `CONFIG GET maxmemory*|CONFIG GET nosuch|INFO keyspace|INFO clients|CLIENT SETNAME recorder|CLIENT LIST|CLIENT INFO|CLIENT ID|CLIENT GETNAME|CLIENT TRACKINGINFO|MEMORY DOCTOR|LATENCY DOCTOR
    MEMORY USAGE greeting|ACL WHOAMI|ACL LIST|ACL CAT scripting|ROLE|SLOWLOG GET 1|TIME|DBSIZE|OBJECT HELP|WAIT 0 0|LOLWUT VERSION 1|FUNCTION STATS|MODULE LIST|PUBSUB CHANNELS|LATENCY LATEST`,
};
const DEBUG = "string integer double null array set map attrib push verbatim true false bignum".split(" ");
COMMANDS["debug-protocol"] = DEBUG.map((kind) => `DEBUG PROTOCOL ${kind}`).join("|");
const lines = (text) => text.split(/\||\n\s*/).join("\n") + "\n";

async function recordResp() {
  const port = await freePort();
  const settings = ["--bind", HOST, "--port", String(port), "--save", "", "--appendonly", "no", "--dir", work];
  const stop = await startServer("redis-server", [...settings, "--enable-debug-command", "yes"], port);
  const begin = (name, args, options) => start("resp", port, name, "redis-cli", args, options);
  const cli = async (name, args, options) => (await begin(name, args, options)).done;

  // redis-cli reads COMMAND DOCS (170 kB) whenever it takes commands from standard input. Once is enough: the rest of
  // these connections start with two refusals instead.
  await cli("resp3-command-docs", "-3", { note: "nested maps, arrays and sets, 170 kB in one reply" });
  for (const [flag, label] of Object.entries({ "-2": "resp2", "-3": "resp3" })) {
    await cli(`${label}-command-docs-get`, `${flag} COMMAND DOCS get set`);
    await cli(`${label}-command-info`, `${flag} COMMAND INFO get nosuch xgroup`);
    await cli(`${label}-command-getkeys`, `${flag} COMMAND GETKEYS MSET a b c d`);
  }
  await cli("acl-no-command", "ACL SETUSER default -command");

  for (const [flag, label] of Object.entries({ "-2": "resp2", "-3": "resp3" })) {
    for (const [topic, text] of Object.entries(COMMANDS)) {
      await cli(`${label}-${topic}`, `${flag}`, { stdin: lines(text), note: "commands typed on standard input" });
    }
    await cli(`${label}-large`, `${flag} -x SET large`, { stdin: pattern(label === "resp2" ? 20_000 : 3000) });
    await cli(`${label}-large-get`, `${flag} GET large`);
    await cli(`${label}-repeat`, `${flag} -r 25 INCR counter`);
    await cli(`${label}-scan`, `${flag} --scan --pattern *s*`);
    await cli(`${label}-bigkeys`, `${flag} --bigkeys`);

    // Publish and subscribe; the subscriber is stopped, it never ends by itself.
    const text = (expected) => (bytes) => bytes.includes(expected);
    const channels = await begin(`${label}-subscribe`, `${flag} SUBSCRIBE news weather`);
    const patterns = await begin(`${label}-psubscribe`, `${flag} PSUBSCRIBE n?ws w*`);
    const shards = await begin(`${label}-ssubscribe`, `${flag} SSUBSCRIBE shard`);
    await channels.says(text("weather"));
    await patterns.says(text("w*"));
    await shards.says(text("shard"));
    const messages = ["one", "", String.raw`\x00\r\n\xff`, "東京"].flatMap((body) =>
      ["PUBLISH news", "PUBLISH weather", "SPUBLISH shard"].map((verb) => `${verb} "${body}"`),
    );
    await cli(`${label}-publish`, `${flag}`, {
      stdin: [...messages, "PUBLISH nobody x", "PUBLISH weather last", "SPUBLISH shard last", ""].join("\n"),
    });
    await Promise.all([channels, patterns, shards].map((one) => one.says(text("last"))));
    await Promise.all([channels, patterns, shards].map((one) => one.stop()));

    const monitor = await begin(`${label}-monitor`, `${flag} MONITOR`, { note: "simple strings, one a command" });
    await monitor.says(text("+OK"));
    await cli(`${label}-monitored`, `${flag}`, {
      stdin: `SET m "quote \\" and \\r\\n"\nGET m\nEVAL "return redis.call('GET','m')" 0\nPING last\n`,
    });
    await monitor.says(text("last"));
    await monitor.stop();
  }

  const tracking = `CLIENT TRACKING ON\nGET greeting\nSET greeting changed\nGET n\nMGET greeting n\nINCR n\nDEL greeting\nPING\nFLUSHALL\nPING\nCLIENT TRACKING OFF\n`;
  await cli("resp3-tracking", "-3", { stdin: tracking, note: "invalidation pushes between replies" });
  const broadcast = `CLIENT TRACKING ON BCAST PREFIX user:\nSET user:1 a\nMSET user:2 b user:3 c other d\nPING\n`;
  await cli("resp3-tracking-broadcast", "-3", { stdin: broadcast });
  const user = `ACL SETUSER ada on >lovelace ~cached:* +get +hello +auth +ping\n`;
  await cli("acl-setuser", [], { stdin: user });
  const limited = `PING\nGET cached:1\nGET other\nSET cached:1 x\n`;
  await cli("resp2-auth", "--user ada --pass lovelace --no-auth-warning", { stdin: limited });
  await cli("resp3-auth", "-3 --user ada --pass lovelace --no-auth-warning", { stdin: limited });
  await cli("resp2-auth-refused", "--user ada --pass byron --no-auth-warning PING");
  const bulk = (...words) =>
    `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`;
  const many = Array.from({ length: 60 }, (_, i) => bulk("SET", `piped:${i}`, "v".repeat(i)));
  await cli("resp2-pipe", "--pipe", { stdin: many.join("") });

  const bench = async (name, args) => (await start("resp", port, `benchmark-${name}`, "redis-benchmark", args)).done;
  await bench("inline", "-q -n 48 -c 1 -P 4 -t ping_inline");
  await bench("resp2", "-q -n 64 -c 2 -P 1 -r 100 -t set,get,incr");
  await bench("resp2-pipelined", "-q -n 96 -c 1 -P 16 -r 1000 -t ping_mbulk,lpush,lpop,sadd,spop,hset");
  await bench("resp2-mset", "-q -n 8 -c 1 -P 2 -r 1000 -t mset");
  await bench("resp2-ranges", "-q -n 16 -c 1 -P 4 -t lrange_100");
  await bench("resp3-pipelined", "-3 -q -n 64 -c 1 -P 8 -r 1000 -t set,get,zadd,zpopmin");
  await bench("resp3-tracking", "-3 --enable-tracking -q -n 32 -c 1 -P 4 -r 10 -t set,get");
  await bench("resp3-map", "-3 -q -n 32 -c 1 -P 8 HELLO 3");
  await bench("resp2-large", "-q -n 4 -c 1 -d 1500 -t set,get");

  // What these clients never send: inline commands with arguments, one command in many pieces, many in one.
  const inline = [
    "PING\r\n",
    "SET inline value\r\n",
    'SET inline "two words\\r\\n"\r\n',
    "GET inline\r\n",
    "\r\n",
    "  INCR   n \r\n",
    "HELLO 3\r\n",
    "HGETALL none\r\n",
    'GET "unbalanced\r\n',
  ];
  await raw("resp", port, "inline", "inline commands; the last one is an error and closes the connection", inline);
  const mixed = [
    bulk("HELLO", "3"),
    ...DEBUG.map((kind) => bulk("DEBUG", "PROTOCOL", kind)),
    bulk("ECHO", "a\r\nb"),
    bulk("RESET"),
    bulk("GET", "none"),
    bulk("QUIT"),
  ];
  await raw("resp", port, "steps", "one command a write", mixed);
  await raw("resp", port, "bytewise", "the same, a byte at a time", mixed, { bytewise: true });
  await raw("resp", port, "together", "the same in one write", [mixed.join("")]);
  const pushing = [
    bulk("HELLO", "3"),
    bulk("SUBSCRIBE", "a", "b"),
    bulk("PUBLISH", "a", "to myself"),
    bulk("PING"),
    bulk("UNSUBSCRIBE"),
    bulk("UNSUBSCRIBE"),
    bulk("QUIT"),
  ];
  await raw("resp", port, "resp3-push", "pushes and replies on one connection", pushing);
  const leaving = [
    bulk("SUBSCRIBE", "a"),
    bulk("PING"),
    bulk("PING", "x"),
    bulk("PSUBSCRIBE", "p*"),
    bulk("UNSUBSCRIBE"),
    bulk("PUNSUBSCRIBE"),
    bulk("PUNSUBSCRIBE"),
    bulk("QUIT"),
  ];
  await raw("resp", port, "resp2-unsubscribe", "subscribing and leaving in RESP2", leaving);
  await stop();
}

// ---- writing ---------------------------------------------------------------------------------------------------

/** The files of one protocol: an index, and the bytes of each connection and direction. */
function filesOf(protocol, title, programs) {
  const files = [];
  const rows = [];
  for (const { name, program, command, note, chunks } of recordings[protocol]) {
    if (chunks.length === 0) continue;
    for (const from of ["client", "server"]) {
      const parts = chunks.filter((chunk) => chunk.from === from).map((chunk) => chunk.bytes);
      files.push({ path: join(protocol, `${name}.${from}.bin`), bytes: Buffer.concat(parts) });
    }
    const order = chunks.map((chunk) => [chunk.from[0], chunk.bytes.length, chunk.at]);
    rows.push(JSON.stringify({ name, program, command, note, chunks: order }));
  }
  const head = JSON.stringify({ protocol: title, recorded: new Date().toISOString().slice(0, 10), programs });
  const index = `${head.slice(0, -1)},\n"connections":[\n${rows.join(",\n")}\n]}\n`;
  files.push({ path: join(protocol, "index.json"), bytes: Buffer.from(index) });
  console.log(`${title}: ${rows.length} connections, ${sizeOf(files)} bytes`);
  return files;
}

function sizeOf(files) {
  return files.reduce((sum, file) => sum + file.bytes.length, 0);
}

await Promise.all([recordMqtt(), recordResp()]);
const files = [
  ...filesOf("mqtt", "MQTT 3.1.1", {
    mosquitto: version("mosquitto", "-h", /version ([\d.]+)/),
    "mosquitto-clients": version("mosquitto_sub", "--help", /version ([\d.]+)/),
  }),
  ...filesOf("resp", "RESP2 and RESP3", {
    "redis-server": version("redis-server", "--version", /v=([\d.]+)/),
    "redis-cli": version("redis-cli", "--version", /([\d.]+)/),
    "redis-benchmark": version("redis-benchmark", "--version", /([\d.]+)/),
  }),
];
if (sizeOf(files) > MAX_BYTES) fail(`${sizeOf(files)} bytes are more than the ${MAX_BYTES} meant for the repository`);
for (const protocol of Object.keys(recordings)) {
  rmSync(join(target, protocol), { recursive: true, force: true });
  mkdirSync(join(target, protocol), { recursive: true });
}
for (const { path, bytes } of files) writeFileSync(join(target, path), bytes);
rmSync(work, { recursive: true, force: true });
console.log(`recordings: ${files.length} files, ${sizeOf(files)} bytes`);
process.exit(0);
