// Results as text: `print` for the terminal, `document` for docs/benchmarks.md.
import { readFileSync } from "node:fs";
import os from "node:os";
import { digits, median, ratio } from "./harness.mjs";
import { messages } from "./messages/index.mjs";
import { socketSections } from "./sockets.mjs";
import { streamSections } from "./stream-report.mjs";
import { compileTarget, met, targets } from "./targets.mjs";

const baseline = "hand-written";
const control = "hand-written again";

const time = (ns) => (ns >= 1e6 ? `${digits(ns / 1e6)} ms` : ns >= 1e4 ? `${digits(ns / 1e3)} µs` : `${digits(ns)} ns`);
const times = (x) => `${digits(x)}×`;

const table = (head, rows) => {
  const cells = [head, head.map(() => "---"), ...rows];
  return cells.map((row) => `| ${row.join(" | ")} |`).join("\n");
};

const cell = (result, name) => {
  if (!result) return ["not run", ""];
  const ns = result.ns[name];
  if (!ns) return ["–", ""];
  const { median: middle, low, high } = ratio(ns, result.ns[baseline]);
  return [time(median(ns)), name === baseline ? "1" : `**${times(middle)}** (${digits(low)}–${digits(high)})`];
};

const messageTable = (message, results) => {
  const { decode, encode } = results[message.id];
  const present = [decode, encode].filter(Boolean);
  const names = new Set(present.flatMap(({ ns }) => Object.keys(ns)));
  names.delete(control);
  const rows = [...names].map((name) => {
    const notes = new Set(present.flatMap((result) => (result.notes[name] ?? "").split("; ")).filter(Boolean));
    return [name, ...cell(decode, name), ...cell(encode, name), [...notes].join("; ")];
  });
  const cannot = new Map(
    present.flatMap(({ absent }) => absent.filter(({ name }) => !names.has(name)).map(({ name, why }) => [name, why])),
  );
  for (const [name, why] of cannot) rows.push([name, "n/a", "", "n/a", "", why]);
  return table(["", "decode", "to hand", "encode", "to hand", "remarks"], rows);
};

const targetRow = (results, target) => {
  const { id, direction, over, under, atMost, atLeast } = target;
  const result = results[id]?.[direction];
  const wanted = atMost ? `≤ ${atMost}×` : atLeast === 1 ? "> 1×" : `≥ ${atLeast}×`;
  const subject = [`${id} ${direction}`, `${over} / ${under}`, wanted];
  if (!result?.ns[over] || !result.ns[under]) return [...subject, "–", "not measured"];
  const measured = ratio(result.ns[over], result.ns[under]);
  const verdict = met(target, measured.median) ? "met" : "**missed**";
  return [...subject, `${times(measured.median)} (${digits(measured.low)}–${digits(measured.high)})`, verdict];
};

const compileRows = (compile) =>
  Object.entries(compile).map(([mode, runs]) => {
    const why = runs.find((run) => run.why)?.why;
    if (why) return [mode, "–", "–", "–", `not measured: ${why}`];
    const ms = (x) => `${digits(x)} ms`;
    const cold = median(runs.map(({ first }) => first.compile));
    return [
      mode,
      ms(cold),
      ms(median(runs.map(({ first }) => first.ready))),
      ms(median(runs.flatMap(({ later }) => later.map(({ ready }) => ready)))),
      cold <= compileTarget.atMost ? "met" : "**missed**",
    ];
  });

const compileTable = (compile) =>
  table(["mode", "first compile", "and first messages", "later ones, with messages", "≤ 5 ms"], compileRows(compile));

const bundleTable = (bundle) =>
  table(
    ["bundle", "min+gzip"],
    Object.entries(bundle).map(([name, bytes]) => [name, `${bytes} bytes`]),
  );

const noise = (results) => {
  const controls = Object.entries(results)
    .flatMap(([id, both]) => Object.entries(both).map(([direction, result]) => [`${id} ${direction}`, result]))
    .map(([name, { ns }]) => [name, ratio(ns[control], ns[baseline]).median])
    .sort(([, a], [, b]) => a - b);
  return [controls[0], controls.at(-1)].map(([name, x]) => `${x.toFixed(3)} (${name})`).join(" to ");
};

const measured = (results) => messages.filter(({ id }) => results[id] && Object.keys(results[id]).length > 0);

const size = ({ decode, encode }) => (decode ?? encode).size.toLocaleString("en");

const sections = (streams) => [...streamSections(streams), ...socketSections(streams)];

const streamTargets = (streams) =>
  sections(streams).flatMap(({ title, rows }) =>
    rows.filter((row) => row.at(-1)).map((row) => [`${title}: ${row[0]}, ${row[1]}`, row.at(-1)]),
  );

/** Written by hand, after looking at profiles. */
const why = readFileSync(new URL("../missed.md", import.meta.url), "utf8");

const missed = (results, compile, streams) =>
  [
    ...targets.map((target) => targetRow(results, target)).map((row) => [row.slice(0, 2).join(", "), row.at(-1)]),
    ...compileRows(compile).map((row) => [`first compile, ${row[0]}`, row.at(-1)]),
    ...streamTargets(streams),
  ].filter(([, verdict]) => verdict !== "met");

const shortfall = (results, compile, streams) => {
  const rows = missed(results, compile, streams);
  const of = (wanted) => rows.filter(([, verdict]) => /missed/.test(verdict) === wanted).map(([what]) => `- ${what}`);
  const lines = [];
  if (of(true).length > 0) lines.push("Missed:", "", ...of(true), "", "What the profiles show:", "", why.trim(), "");
  if (of(false).length > 0)
    lines.push(`Not measured: ${of(false).length} of the targets; the rows above say which.`, "");
  if (lines.length === 0) lines.push("No target is missed.", "");
  return lines.join("\n");
};

const streamText = ({ title, text, head, rows }) => `## ${title}\n\n${text}\n\n${table(head, rows)}\n`;

export function document({ results, compile, streams, bundle, plan }) {
  const cpus = os.cpus();
  const tables = measured(results).map(
    (message) =>
      `### ${message.id}: ${message.title}\n\n${size(results[message.id])} bytes.\n\n${messageTable(message, results)}\n`,
  );
  return `# Benchmarks

Written by \`pnpm bench\`; do not edit by hand.

${cpus[0].model}, ${cpus.length} cores, ${os.platform()} ${os.arch()}, Node ${process.version}, ${plan.date}.

**Read the ratios.** Absolute times belong to this machine and this day. Each ratio is taken between two contenders in
the same round, ${plan.slice} ms after one another in shuffled order; shown is the median over ${plan.rounds * plan.processes} rounds in
${plan.processes} processes, with the quartiles in parentheses. The same hand-written function entered twice gave ${noise(results)}:
differences of that size mean nothing. Garbage is collected on the measured thread.

Before anything is timed, every decoder must give the same value and every encoder the same bytes (a rival with a format of its
own must get its value back). Messages are big-endian, eight different ones in turn, lying in one buffer like
messages in a chunk from a socket. "Hand-written" is the best portable code we can write: shifts, object literals,
bounds and ranges checked, byte fields copied, text checked, one exact allocation. (Not portable, and so not used: a
\`Uint16Array\` with swapped halves would encode A about a tenth faster.) Rivals take the input they like best
and use their fastest documented way; whatever they leave out is under "remarks". The topic of every decoded PUBLISH is
read, since V8 puts off joining the pieces of a string until then.

## Targets

${table(
  ["message", "ratio", "target", "measured", ""],
  targets.map((target) => targetRow(results, target)),
)}

${shortfall(results, compile, streams)}
## Messages

${tables.join("\n")}
## First compile of a schema of 100 fields

Schema and codec made in a fresh process, nothing warm; then the first message decoded and encoded.

${compileTable(compile)}

## Bundle size

${Object.keys(bundle).length > 0 ? bundleTable(bundle) : "Not recorded yet; `scripts/bundle-size.mjs` measures it."}

${sections(streams).map(streamText).join("\n")}`;
}

const plain = (text) => text.replaceAll("**", "");
const aligned = (markdown) => {
  const rows = plain(markdown)
    .split("\n")
    .filter((line) => !line.startsWith("| ---"))
    .map((line) => line.slice(2, -2).split(" | "));
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => `  ${row.map((text, i) => text.padEnd(widths[i])).join("  ")}`.trimEnd()).join("\n");
};

export function print({ results, compile, streams }) {
  for (const message of measured(results)) {
    console.log(`\n${message.id}: ${message.title} (${size(results[message.id])} bytes)`);
    console.log(aligned(messageTable(message, results)));
  }
  if (compile) console.log(`\nFirst compile of a schema of 100 fields\n${aligned(compileTable(compile))}`);
  for (const { title, head, rows } of sections(streams)) console.log(`\n${title}\n${aligned(table(head, rows))}`);
  const rows = targets.filter(({ id, direction }) => results[id]?.[direction]).map((t) => targetRow(results, t));
  if (rows.length > 0) {
    console.log(`\nTargets\n${aligned(table(["message", "ratio", "target", "measured", ""], rows))}`);
    console.log(`\nThe same code against itself: ${noise(results)}`);
  }
}
