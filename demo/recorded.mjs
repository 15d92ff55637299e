// Real traffic between mosquitto, redis-server and their clients, as recorded in packages/protocols/recordings: decoded
// in the chunks in which it came, shown, encoded again and compared.

import { compile, Decoder, render } from "@wireform/codec";
import { Packet } from "@wireform/protocols/mqtt";
import { ExactValue, Request } from "@wireform/protocols/resp";
import { loadRecordings } from "../packages/protocols/recordings/load.mjs";
import { bold, count } from "./print.mjs";

const typeOf = ({ type }) => type;
const commandOf = ({ type, value }) => (type === "command" ? new TextDecoder().decode(value[0]).toUpperCase() : type);

/** Who sends what, and which messages are shown: the first of which the function says yes. */
const traffic = [
  {
    title: "MQTT 3.1.1 packets",
    recording: "mqtt",
    from: ["client", "server"],
    codec: compile(Packet),
    nameOf: typeOf,
    show: {
      "MQTT CONNECT": ({ type, willFlag, passwordFlag }) => type === "connect" && willFlag && passwordFlag,
      "MQTT PUBLISH": ({ type, qos, payload }) => type === "publish" && qos === 1 && payload.length > 16,
    },
  },
  {
    title: "Redis commands",
    recording: "resp",
    from: ["client"],
    codec: compile(Request),
    nameOf: commandOf,
    show: { "a Redis command": (request) => commandOf(request) === "SET" && request.value.length === 3 },
  },
  {
    title: "Redis replies (RESP2 and RESP3)",
    recording: "resp",
    from: ["server"],
    codec: compile(ExactValue),
    nameOf: typeOf,
    show: { "a Redis reply": ({ type, value }) => type === "map" && value.some((pair) => pair.value.type === "set") },
  },
];

/** Every message of a stream with where it ends, as a reader of the socket would get them. */
function* decode(codec, { bytes, chunks }) {
  const decoder = new Decoder(codec);
  let from = 0;
  for (const to of chunks) {
    for (const message of decoder.push(bytes.subarray(from, to))) yield { message, end: decoder.offset };
    from = to;
  }
  decoder.end();
}

/** Decodes a stream, shows what is wanted of it, and compares its bytes with those of its messages encoded. */
function examine(stream, { codec }, wanted) {
  const messages = [];
  let different = 0;
  let start = 0;
  for (const { message, end } of decode(codec, stream)) {
    const sent = stream.bytes.subarray(start, end);
    if (Buffer.compare(codec.encode(message), sent) !== 0) different++;
    for (const [title, isWanted] of wanted) {
      if (!isWanted(message)) continue;
      wanted.delete(title);
      console.log(render(codec.inspect(sent, { offset: start }), { title }));
    }
    messages.push(message);
    start = end;
  }
  return { messages, different };
}

/** The speed of the fastest of many runs. */
function speed(bytes, messages, run) {
  const stop = performance.now() + 150;
  let fastest = Number.POSITIVE_INFINITY;
  for (let now = performance.now(); now < stop; ) {
    run();
    const end = performance.now();
    fastest = Math.min(fastest, end - now);
    now = end;
  }
  return `${count(bytes / fastest / 1000).padStart(5)} MB/s ${count((messages / fastest) * 1000).padStart(11)} messages/s`;
}

/** What there was how often, the most frequent first. */
function tally(names) {
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a).map(([name, n]) => `${name} ${count(n)}`);
  const others = sorted.splice(14).length;
  return sorted.join(", ") + (others > 0 ? ` and ${others} others` : "");
}

/** Shows all of it; gives the number of messages whose bytes differ when they are encoded again. */
export function showRecorded() {
  const summary = [];
  let different = 0;
  for (const protocol of traffic) {
    const { title, recording, from, codec, nameOf, show } = protocol;
    const streams = loadRecordings(recording).flatMap((connection) =>
      connection.streams.filter((stream) => from.includes(stream.from)),
    );
    const wanted = new Map(Object.entries(show));
    const examined = streams.map((stream) => examine(stream, protocol, wanted));
    const messages = examined.flatMap((each) => each.messages);
    const bytes = streams.reduce((sum, stream) => sum + stream.bytes.length, 0);
    different += examined.reduce((sum, each) => sum + each.different, 0);

    const decodeAll = () => {
      for (const stream of streams) for (const _ of decode(codec, stream));
    };
    const encodeAll = () => {
      for (const message of messages) codec.encode(message);
    };
    summary.push(
      bold(`${count(messages.length)} ${title}, ${count(bytes)} bytes in ${streams.length} streams`),
      `  ${tally(messages.map(nameOf))}`,
      `  decoded at ${speed(bytes, messages.length, decodeAll)}`,
      `  encoded at ${speed(bytes, messages.length, encodeAll)}`,
      "",
    );
  }
  console.log(summary.join("\n"));
  return different;
}
