// Over the loopback: echo of small messages and a stream of large ones, each contender in processes of its own, taking
// turns within each round.
import { digits, median, ratio } from "./harness.mjs";
import { startProcess } from "./sockets/process.mjs";

const MiB = 2 ** 20;
const warmup = 4;

const shuffled = (items) =>
  items
    .map((item) => [Math.random(), item])
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);

/** Runs every lane once a round, in shuffled order; what `measure` answers goes to `keep`, after the warm-up. */
async function rounds(lanes, count, measure, keep) {
  for (let round = -warmup; round < count; round++)
    for (const lane of shuffled(lanes)) {
      const measured = await measure(lane);
      if (round >= 0) keep(lane, measured);
    }
}

const echoWays = ["hand-written", "onMessage", "batches", "for await"];

async function echo({ rounds: count, messages }) {
  const load = startProcess("load.mjs");
  const lanes = [];
  for (const way of echoWays) {
    const server = startProcess("echo-server.mjs", way);
    lanes.push({ way, server, port: await server.ask("listen") });
  }
  const ns = Object.fromEntries(echoWays.map((way) => [way, []]));
  await rounds(
    lanes,
    count,
    ({ port }) => load.ask("echo", { port, messages }),
    ({ way }, each) => ns[way].push(each),
  );
  for (const { stop } of [load, ...lanes.map(({ server }) => server)]) stop();
  return { part: "echo", ns };
}

const directions = { "to the client": ["server", "client"], "to the server": ["client", "server"] };

async function oneWay({ rounds: count, large }) {
  const lanes = [];
  for (const way of ["raw", "wireform"])
    for (const [direction, [from, to]] of Object.entries(directions)) {
      const ends = { server: startProcess("one-way.mjs", way), client: startProcess("one-way.mjs", way) };
      await ends.client.ask("connect", { port: await ends.server.ask("listen") });
      lanes.push({ way, direction, from: ends[from], to: ends[to] });
    }
  const results = Object.keys(directions).map((name) => ({
    part: "one way",
    name,
    time: { raw: [], wireform: [] },
    processor: { raw: [], wireform: [] },
  }));
  const messages = large;
  const measure = async ({ from, to }) => {
    const start = performance.now();
    const spent = await Promise.all([to.ask("receive", { messages }), from.ask("send", { messages })]);
    return { time: performance.now() - start, processor: spent[0] + spent[1] };
  };
  await rounds(lanes, count, measure, ({ way, direction }, { time, processor }) => {
    const result = results.find(({ name }) => name === direction);
    result.time[way].push(time);
    result.processor[way].push(processor);
  });
  for (const { from, to } of lanes) for (const { stop } of [from, to]) stop();
  return results.map((result) => ({ ...result, large }));
}

/** Everything there is to measure over sockets. */
export async function runSockets(quick) {
  const plan = quick ? { rounds: 6, messages: 100_000, large: 200 } : { rounds: 30, messages: 400_000, large: 800 };
  return [await echo(plan), ...(await oneWay(plan))];
}

// ------------------------------------------------------------------------------------------------ report

const verdict = (ok) => (ok ? "met" : "**missed**");
const spread = ({ median: middle, low, high }) => `**${digits(middle)}×** (${digits(low)}–${digits(high)})`;
const wanted = { onMessage: 0.85, batches: 0.85, "for await": 0.3 };

const echoRows = ({ ns }) =>
  Object.keys(ns).map((way) => {
    const rate = `${digits(1e3 / median(ns[way]))} M/s`;
    if (!(way in wanted)) return [way, rate, "1", "", ""];
    // Times the other way round are rates.
    const against = ratio(ns["hand-written"], ns[way]);
    return [way, rate, spread(against), `≥ ${wanted[way]}× the rate`, verdict(against.median >= wanted[way])];
  });

const oneWayRows = ({ name, large, time, processor }) => {
  const speed = (way) => `${digits((large * MiB) / 2 ** 30 / (median(time[way]) / 1e3))} GiB/s`;
  const rate = ratio(time.raw, time.wireform);
  const cost = ratio(processor.wireform, processor.raw);
  return [
    [name, "rate", speed("raw"), speed("wireform"), spread(rate), "≥ 0.8×", verdict(rate.median >= 0.8)],
    [
      name,
      "processor time",
      ...["raw", "wireform"].map((way) => `${digits(median(processor[way]) / large)} ms each`),
      spread(cost),
      "≤ 1×",
      verdict(cost.median <= 1),
    ],
  ];
};

/** The sections of the report: [{ title, text, head, rows }]. */
export const socketSections = (results) => {
  const of = (part) => results.filter((result) => result.part === part);
  return [
    {
      title: "Echo over the loopback",
      text: "Messages of 32 bytes behind a u32 length, on one connection, up to 8,192 of them on their way. Hand-written is a `net` server that takes whole messages out of each chunk and answers with one buffer and one write; it and Wireform hand out views. Every server has a process of its own, and the same load.",
      head: ["server", "messages", "to hand-written", "target", ""],
      rows: of("echo").flatMap(echoRows),
    },
    {
      title: "Messages of 1 MiB, one way",
      text: "Raw is `socket.write` of the same 1 MiB and a `data` listener that counts; Wireform hands out each message in one piece, in memory of its own. Processor time is that of both ends, in the program and in the system for it.",
      head: ["", "", "raw", "wireform", "wireform / raw", "target", ""],
      rows: of("one way").flatMap(oneWayRows),
    },
  ].filter(({ rows }) => rows.length > 0);
};
