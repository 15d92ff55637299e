// A small Redis: enough for redis-cli and redis-benchmark. Everything is in memory and ends with the process.
//
//   node examples/redis-server.mjs [port]      6380 unless said otherwise, 0 for any free one
//   redis-cli -p 6380 set greeting hello

import { compile } from "@wireform/codec";
import { Request, Value } from "@wireform/protocols/resp";
import { listen } from "@wireform/transport";

const MiB = 2 ** 20;
/** As Redis itself has it: proto-max-bulk-len, and room for what stands around it. */
const limits = { maxMessageSize: 513 * MiB, maxElements: MiB };

const request = compile(Request, { limits });
const reply = compile(Value, { limits });

const encoder = new TextEncoder();
const text = (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
const ok = { type: "simple", value: "OK" };
const simple = (value) => ({ type: "simple", value });
const integer = (value) => ({ type: "integer", value });
const bulk = (value) => ({ type: "bulk", value: typeof value === "string" ? encoder.encode(value) : value });
const array = (value) => ({ type: "array", value });
/** RESP2 and RESP3 differ in their null. */
const nothing = (session) => (session.protocol === 3 ? { type: "null" } : { type: "bulk", value: null });

/** What the client is told of its command; the connection goes on. */
class Refusal extends Error {}
const refuse = (message) => {
  throw new Refusal(message);
};

/** A list that grows at both ends; its head stands at the end of `left`. */
class List {
  left = [];
  right = [];

  get length() {
    return this.left.length + this.right.length;
  }

  at(index) {
    const { left, right } = this;
    return index < left.length ? left[left.length - 1 - index] : right[index - left.length];
  }
}

const bytesAt = (store, key) => {
  const value = store.get(key);
  if (value instanceof List) refuse("WRONGTYPE Operation against a key holding the wrong kind of value");
  return value;
};

const listAt = (store, key) => {
  const value = store.get(key);
  if (value instanceof Uint8Array) refuse("WRONGTYPE Operation against a key holding the wrong kind of value");
  return value;
};

const numberIn = (bytes) => {
  const digits = text(bytes);
  if (!/^-?\d{1,19}$/.test(digits)) refuse("ERR value is not an integer or out of range");
  return BigInt(digits);
};

const add = (store, key, amount) => {
  const old = bytesAt(store, key);
  const sum = (old === undefined ? 0n : numberIn(old)) + amount;
  if (BigInt.asIntN(64, sum) !== sum) refuse("ERR increment or decrement would overflow");
  store.set(key, encoder.encode(String(sum)));
  return integer(sum);
};

const push = (store, key, values, end) => {
  const list = listAt(store, key) ?? new List();
  store.set(key, list);
  for (const value of values) list[end].push(value);
  return integer(list.length);
};

/** Negative indexes count from the end. */
const range = (list, from, to) => {
  const index = (bytes) => {
    const n = Number(numberIn(bytes));
    return n < 0 ? n + list.length : n;
  };
  const [first, last] = [Math.max(0, index(from)), Math.min(list.length - 1, index(to))];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => bulk(list.at(first + i)));
};

/** Each command: how many arguments it takes, and what it does with them. */
const commands = new Map([
  ["PING", [0, 1, (_, [message]) => (message ? bulk(message) : simple("PONG"))]],
  ["ECHO", [1, 1, (_, [message]) => bulk(message)]],
  [
    "GET",
    [
      1,
      1,
      (session, [key]) => {
        const value = bytesAt(session.store, text(key));
        return value === undefined ? nothing(session) : bulk(value);
      },
    ],
  ],
  [
    "SET",
    [
      2,
      2,
      ({ store }, [key, value]) => {
        store.set(text(key), value);
        return ok;
      },
    ],
  ],
  [
    "MSET",
    [
      2,
      Infinity,
      ({ store }, words) => {
        if (words.length % 2 !== 0) refuse("ERR wrong number of arguments for 'mset' command");
        for (let i = 0; i < words.length; i += 2) store.set(text(words[i]), words[i + 1]);
        return ok;
      },
    ],
  ],
  ["DEL", [1, Infinity, ({ store }, keys) => integer(keys.filter((key) => store.delete(text(key))).length)]],
  ["INCR", [1, 1, ({ store }, [key]) => add(store, text(key), 1n)]],
  ["DECR", [1, 1, ({ store }, [key]) => add(store, text(key), -1n)]],
  ["INCRBY", [2, 2, ({ store }, [key, amount]) => add(store, text(key), numberIn(amount))]],
  ["LPUSH", [2, Infinity, ({ store }, [key, ...values]) => push(store, text(key), values, "left")]],
  ["RPUSH", [2, Infinity, ({ store }, [key, ...values]) => push(store, text(key), values, "right")]],
  ["LLEN", [1, 1, ({ store }, [key]) => integer(listAt(store, text(key))?.length ?? 0)]],
  [
    "LRANGE",
    [
      3,
      3,
      ({ store }, [key, from, to]) => {
        const list = listAt(store, text(key));
        return array(list ? range(list, from, to) : []);
      },
    ],
  ],
  [
    "FLUSHALL",
    [
      0,
      1,
      ({ store }) => {
        store.clear();
        return ok;
      },
    ],
  ],
  [
    "HELLO",
    [
      0,
      Infinity,
      (session, [version]) => {
        const asked = version ? text(version) : String(session.protocol);
        if (asked !== "2" && asked !== "3") refuse("NOPROTO unsupported protocol version");
        session.protocol = Number(asked);
        const about = {
          server: bulk("redis"),
          version: bulk("7.0.0"),
          proto: integer(session.protocol),
          mode: bulk("standalone"),
        };
        const pairs = Object.entries(about).map(([key, value]) => ({ key: bulk(key), value }));
        return session.protocol === 3
          ? { type: "map", value: pairs }
          : array(pairs.flatMap(({ key, value }) => [key, value]));
      },
    ],
  ],
  ["SELECT", [1, 1, (_, [index]) => (text(index) === "0" ? ok : refuse("ERR DB index is out of range"))]],
  [
    "CONFIG",
    [
      2,
      Infinity,
      (_, [verb, name]) =>
        /^get$/i.test(text(verb)) ? array([bulk(name), bulk("")]) : refuse("ERR this server has nothing to configure"),
    ],
  ],
  ["CLIENT", [1, Infinity, () => ok]],
  ["COMMAND", [0, Infinity, () => array([])]],
  [
    "QUIT",
    [
      0,
      0,
      (session) => {
        session.leaving = true;
        return ok;
      },
    ],
  ],
]);

function answer(session, words) {
  const name = text(words[0]).toUpperCase();
  const command = commands.get(name);
  if (!command) return { type: "error", value: `ERR unknown command '${name.replace(/[^ -~]/g, "?")}'` };
  const [fewest, most, run] = command;
  const args = words.slice(1);
  if (args.length < fewest || args.length > most) {
    return { type: "error", value: `ERR wrong number of arguments for '${name.toLowerCase()}' command` };
  }
  try {
    return run(session, args);
  } catch (error) {
    if (error instanceof Refusal) return { type: "error", value: error.message };
    throw error;
  }
}

const wordsOf = ({ type, value }) =>
  type === "command" ? value : (value.match(/\S+/g) ?? []).map((word) => encoder.encode(word));

/** One client, as long as it lasts: whatever one chunk completed is answered by one write, and waits for a slow reader. */
async function serve(peer, store) {
  const session = { store, protocol: 2, leaving: false };
  try {
    for await (const batch of peer.batches()) {
      let room;
      for (const words of batch.map(wordsOf)) {
        if (words.length > 0) room = peer.send(answer(session, words));
        if (session.leaving) return;
      }
      await room;
    }
  } catch (error) {
    if (error.code !== "protocol" || !peer.writable) throw error;
    await peer.send({ type: "error", value: `ERR Protocol error: ${error.message.replace(/[\r\n]+/g, " ")}` });
  }
}

/** Listens as `listen` does; all connections share one store. */
export function serveRedis(options) {
  const store = new Map();
  const codecs = { receive: request, send: reply, decoder: limits, maxQueued: 1024 * MiB };
  return listen({ ...options, ...codecs }, (peer) => serve(peer, store));
}

if (import.meta.filename === process.argv[1]) {
  const server = await serveRedis({ port: Number(process.argv[2] ?? 6380) });
  console.log(`listening on 127.0.0.1:${server.port}`);
}
