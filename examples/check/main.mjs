// Drives the examples with real programs, and real servers with the examples' clients.
//
//   node examples/check/main.mjs [--small] [name...]      names: chat, command, erlang, mqtt, redis, sockets

import { checkChat } from "./chat.mjs";
import { checkCommand } from "./command.mjs";
import { checkErlang } from "./erlang.mjs";
import { finish } from "./harness.mjs";
import { checkMqtt } from "./mqtt.mjs";
import { checkRedis } from "./redis.mjs";
import { checkSockets } from "./sockets.mjs";

const groups = {
  chat: checkChat,
  command: checkCommand,
  erlang: checkErlang,
  mqtt: checkMqtt,
  redis: checkRedis,
  sockets: checkSockets,
};

const words = process.argv.slice(2);
const small = words.includes("--small");
const names = words.filter((word) => !word.startsWith("--"));

for (const [name, group] of Object.entries(groups)) {
  if (names.length === 0 || names.includes(name)) await group({ small });
}
finish();
