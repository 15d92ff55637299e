// Redis: its own clients against our server, and our client against it.

import { strictEqual as equal, deepStrictEqual as same } from "node:assert";
import { redisClient } from "../redis-client.mjs";
import { check, freePort, run, scratch, start, startExample, until } from "./harness.mjs";

const MiB = 2 ** 20;

/** A redis-server of its own, that writes nothing to disk. */
async function startRedis() {
  const port = await freePort();
  const args = ["--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", scratch];
  start("redis-server", [...args.map(String), "--proto-max-bulk-len", "512mb"]);
  return {
    port,
    client: await until("redis-server", () => redisClient({ port, maxMessageSize: 520 * MiB }).catch(() => undefined)),
  };
}

/** What redis-cli answers to lines of commands. */
const cli = async (port, lines, ...options) => {
  const said = await run("redis-cli", ["-p", String(port), ...options], { input: `${lines.join("\n")}\n` });
  return said.trimEnd().split("\n");
};

/** Requests a second, by the name of the test. */
async function benchmark(port, depth, count, tests) {
  const args = ["-h", "127.0.0.1", "-p", port, "-c", 50, "-n", count, "-P", depth, "-t", tests, "--csv"].map(String);
  const lines = (await run("redis-benchmark", args, { milliseconds: 120_000 })).split("\n");
  const rows = lines.map((line) => /^"([^"]+)","([\d.]+)"/.exec(line)).filter(Boolean);
  return new Map(rows.map(([, name, rate]) => [name, Number(rate)]));
}

const thousands = (rate) => `${(rate / 1000).toFixed(rate < 100_000 ? 1 : 0)}k`;

export async function checkRedis({ small }) {
  await check("redis-cli speaks to our server, in RESP2 and RESP3", ["redis-cli"], async () => {
    const { port } = await startExample("redis-server.mjs", "0");
    const lines = ["PING", "ECHO hi", "SET k 41", "INCR k", "GET k", "GET none", "MSET a 1 b 2", "DEL a b none"];
    const pushes = ["LPUSH l x y z", "RPUSH l w", "LRANGE l 0 -1", "LRANGE l -2 5", "LLEN l"];
    const refused = ["INCR l", "GET", "NONSENSE"];
    same(await cli(port, [...lines, ...pushes], "--no-raw"), [
      ...["PONG", '"hi"', "OK", "(integer) 42", '"42"', "(nil)", "OK", "(integer) 2"],
      ...["(integer) 3", "(integer) 4", '1) "z"', '2) "y"', '3) "x"', '4) "w"', '1) "x"', '2) "w"', "(integer) 4"],
    ]);
    equal((await cli(port, refused)).filter((line) => /^(ERR|WRONGTYPE)/.test(line)).length, 3);
    same(await cli(port, ["GET none", "HELLO"], "-3", "--no-raw"), [
      "(nil)",
      ...[
        '1# "server" => "redis"',
        '2# "version" => "7.0.0"',
        '3# "proto" => (integer) 3',
        '4# "mode" => "standalone"',
      ],
    ]);
    const value = Buffer.alloc(3 * MiB, "\r\n$5\r\n");
    await run("redis-cli", ["-p", String(port), "-x", "set", "binary"], { input: value });
    const back = await run("redis-cli", ["-p", String(port), "--raw", "get", "binary"], { encoding: "buffer" });
    same(Buffer.compare(back.subarray(0, -1), value), 0);
  });

  for (const [depth, count] of small
    ? [
        [1, 1000],
        [16, 5000],
        [100, 10_000],
      ]
    : [
        [1, 5000],
        [16, 50_000],
        [100, 100_000],
      ]) {
    await check(
      `redis-benchmark, 50 clients, -P ${depth}, -n ${count}`,
      ["redis-benchmark", "redis-server"],
      async () => {
        const [ours, theirs] = [await startExample("redis-server.mjs", "0"), await startRedis()];
        const tests = "ping,set,get,incr,lpush";
        const [mine, real] = [
          await benchmark(ours.port, depth, count, tests),
          await benchmark(theirs.port, depth, count, tests),
        ];
        await theirs.client.close();
        equal(mine.size, 6);
        same([...mine.keys()], [...real.keys()]);
        const rates = [...mine].map(([name, rate]) => `${name} ${thousands(rate)}/${thousands(real.get(name))}`);
        return `requests a second, ours/redis-server's: ${rates.join(", ")}`;
      },
      { milliseconds: 180_000 },
    );
  }

  const gets = small ? 20_000 : 1_000_000;
  await check(
    `our client: ${gets} pipelined GETs against redis-server`,
    ["redis-server"],
    async () => {
      const { client } = await startRedis();
      const keys = Array.from({ length: 1000 }, (_, i) => `key:${i}`);
      await Promise.all(keys.map((key, i) => client.command("SET", key, `value ${i}`)));
      const began = performance.now();
      const window = 10_000;
      for (let done = 0; done < gets; done += window) {
        const replies = await Promise.all(
          Array.from({ length: window }, (_, i) => client.command("GET", keys[(done + i) % 1000])),
        );
        for (const [i, reply] of replies.entries()) equal(Buffer.from(reply).toString(), `value ${(done + i) % 1000}`);
      }
      await client.close();
      return `${thousands((gets / (performance.now() - began)) * 1000)} a second, every value compared`;
    },
    { milliseconds: 120_000 },
  );

  const size = (small ? 32 : 512) * MiB;
  await check(
    `our client: a bulk string of ${size / MiB} MiB to redis-server and back`,
    ["redis-server"],
    async () => {
      const { client } = await startRedis();
      const value = Buffer.alloc(size);
      for (let at = 0; at < size; at += 4096) value.writeUInt32BE(at, at);
      equal(await client.command("SET", "big", value), "OK");
      equal(await client.command("STRLEN", "big"), size);
      const began = performance.now();
      const back = await client.command("GET", "big");
      equal(Buffer.compare(back, value), 0);
      const seconds = (performance.now() - began) / 1000;
      await client.close();
      return `${Math.round(size / MiB / seconds)} MiB/s read`;
    },
    { milliseconds: 120_000 },
  );
}
