// The streams' part of the report.
import { digits, median, ratio } from "./harness.mjs";

const verdict = (ok) => (ok ? "met" : "**missed**");
const milliseconds = (ns) => `${digits(median(ns) / 1e6)} ms`;

// time(pg-protocol) / time(Wireform) for rates, the other way round for times
const framingTargets = [
  { match: "1 byte", atMost: 0.6 },
  { match: "16 KiB", atMost: 0.6 },
  { match: "16 bytes", rate: 2 },
];

const rate = ({ low, median: middle, high }) => ({ low: 1 / high, median: 1 / middle, high: 1 / low });
const spread = (r) => `**${digits(r.median)}×** (${digits(r.low)}–${digits(r.high)})`;

const framingRows = ({ name, ns }) => {
  const { atMost, rate: wanted } = framingTargets.find(({ match }) => name.includes(match));
  return Object.keys(ns).map((who) => {
    const row = [name, who, milliseconds(ns[who])];
    if (who === "pg-protocol") return [...row, "1", "", ""];
    const time = ratio(ns[who], ns["pg-protocol"]);
    const shown = wanted ? `${spread(rate(time))} the rate` : `${spread(time)} the time`;
    if (who !== "wireform jit") return [...row, shown, "", ""];
    if (wanted) return [...row, shown, `≥ ${wanted}× the rate`, verdict(1 / time.median >= wanted)];
    return [...row, shown, `≤ ${atMost}× the time`, verdict(time.median <= atMost)];
  });
};

const linearRow = ({ name, mode, ns, why }) => {
  if (!ns) return [name, mode, "–", "–", `not measured: ${why}`];
  const growth = ratio(ns["2n"], ns.n);
  // What is not Wireform is there to be compared with.
  if (!["jit", "interpret"].includes(mode)) return [name, mode, milliseconds(ns.n), spread(growth), ""];
  return [name, mode, milliseconds(ns.n), spread(growth), verdict(growth.median <= 2.3)];
};

const wholeRow = ({ mode, ns, why }) => {
  if (!ns) return [mode, "–", "–", "–", `not measured: ${why}`];
  const against = (other) => rate(ratio(ns["64 KiB chunks"], ns[other]));
  const target = against("one chunk");
  return [
    mode,
    milliseconds(ns["64 KiB chunks"]),
    spread(target),
    spread(against("codec.read in a loop")),
    verdict(target.median >= 0.9),
  ];
};

/** The sections of the report: [{ title, text?, head, rows }]. */
export const streamSections = (streams) => {
  const of = (part) => streams.filter((stream) => stream.part === part);
  return [
    {
      title: "Streams beside pg-protocol",
      text: "Framing: u8 type, u32 length that counts itself. What is opaque (CopyData) pg-protocol hands out as views; the others copy it. What is not (DataRow with one text) all of them read.",
      head: ["", "", "time", "to pg-protocol", "target", ""],
      rows: of("framing").flatMap(framingRows),
    },
    {
      title: "Linear time",
      text: "One message of n and one of 2n = 2 MB, in chunks of 64 bytes; target: at most 2.3 times the time.",
      head: ["ending", "mode", "time(n)", "time(2n) / time(n)", "≤ 2.3×"],
      rows: of("linear").map(linearRow),
    },
    {
      title: "In chunks and whole",
      text: "100,000 small messages in chunks of 64 KiB; the rate against the same stream pushed as one chunk, and against `codec.read` in a loop.",
      head: ["mode", "time in chunks", "to one chunk", "to `read`", "≥ 0.9×"],
      rows: of("whole").map(wholeRow),
    },
  ].filter(({ rows }) => rows.length > 0);
};
