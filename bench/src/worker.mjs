// One process of measurements: node --expose-gc --single-threaded-gc worker.mjs <what> <options as JSON>; answers with JSON on stdout.
// Each message and direction has processes to itself: the interpreters among the contenders would otherwise be judged
// by what the messages before have taught V8.
import { prepare } from "./contenders.mjs";
import { measure } from "./harness.mjs";

const [what, json] = process.argv.slice(2);
const options = JSON.parse(json);

const jobs = {
  async message({ id, direction, ...plan }) {
    const { messages } = await import("./messages/index.mjs");
    const message = messages.find((candidate) => candidate.id === id);
    const { contenders, absent, size } = await prepare(message, direction);
    const notes = Object.fromEntries(contenders.map(({ name, note }) => [name, note]));
    return { size, absent, notes, ns: measure(contenders, plan) };
  },
  async compile({ mode, times }) {
    const { measureCompile } = await import("./compile-time.mjs");
    return measureCompile(mode, times);
  },
  async stream({ subject, plan }) {
    const { runStream } = await import("./streams.mjs");
    return runStream(subject, plan);
  },
};

process.stdout.write(JSON.stringify(await jobs[what](options)));
