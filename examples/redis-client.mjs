// A small Redis client. Commands may be sent without waiting; replies come in the same order.
//
//   node examples/redis-client.mjs port word...

import { compile } from "@wireform/codec";
import { Command, Value } from "@wireform/protocols/resp";
import { connect, requests } from "@wireform/transport";

const MiB = 2 ** 20;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What Redis refuses. */
export class RedisError extends Error {
  name = "RedisError";
}

/** A reply as a plain value: bytes for bulk strings, Maps for maps, RedisError for errors. */
export function plain({ type, value }) {
  switch (type) {
    case "error":
      return new RedisError(value);
    case "bulkError":
      return new RedisError(decoder.decode(value));
    case "array":
      return value && value.map(plain);
    case "push":
      return value.map(plain);
    case "set":
      return new Set(value.map(plain));
    case "map":
      return new Map(value.map((pair) => [plain(pair.key), plain(pair.value)]));
    case "verbatim":
      return decoder.decode(value.text);
    case "attribute":
      return plain(value);
    case "null":
      return null;
    default:
      return value;
  }
}

/** Connects as `connect` does. A larger `maxMessageSize` is for values past 16 MiB. */
export async function redisClient({ maxMessageSize = 16 * MiB, ...target }) {
  const limits = { maxMessageSize };
  const peer = await connect({
    ...target,
    receive: compile(Value, { limits }),
    send: compile(Command, { limits }),
    decoder: limits,
    maxQueued: maxMessageSize + 16 * MiB,
  });
  const calls = requests(peer, { timeout: 0, isReply: ({ type }) => type !== "push" });
  return {
    peer,
    /** Sends one command; its words are text or bytes. Rejects with RedisError when it is refused. */
    async command(...words) {
      const reply = plain(
        await calls.request(words.map((word) => (typeof word === "string" ? encoder.encode(word) : word))),
      );
      if (reply instanceof RedisError) throw reply;
      return reply;
    },
    close: () => peer.close(),
  };
}

if (import.meta.filename === process.argv[1]) {
  const [port, ...words] = process.argv.slice(2);
  const client = await redisClient({ port: Number(port) });
  const reply = await client.command(...words).catch((error) => error);
  console.log(reply instanceof Uint8Array ? decoder.decode(reply) : reply);
  await client.close();
}
