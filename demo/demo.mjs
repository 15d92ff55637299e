// The whole of Wireform in about ten seconds: recorded traffic decoded and encoded again, live traffic through the proxy,
// and the laws of a codec tried on what nobody recorded. Exits with 1 where something is not as it should be.
//
//   node demo/demo.mjs [seed]

import { wireform } from "./command.mjs";
import { showLive } from "./live.mjs";
import { bold, count, indented } from "./print.mjs";
import { showRecorded } from "./recorded.mjs";

const seed = Number(process.argv[2] ?? 7);

const different = showRecorded();
const heard = await showLive(seed);
console.log(bold(`Two seconds of wireform fuzz: the laws of the MQTT codec, on messages made up (seed ${seed})`));
const laws = await wireform("fuzz", "--schema", "mqtt", "--time", "2", "--runs", "5", "--seed", String(seed)).ended;
console.log(indented(laws.notes.trimEnd()));
const held = laws.output.match(/^holds/gm)?.length ?? 0;

const results = [
  [
    different === 0,
    "Encoded again, every recorded message has the bytes that were sent.",
    `${count(different)} recorded messages differ when they are encoded again.`,
  ],
  [
    heard,
    "What the client published came back to it through proxy and broker as it was.",
    "What came back to the client is not what it published.",
  ],
  [
    laws.code === 0,
    held === 0 ? "Two seconds were too short for any law." : `Laws tried and held: ${held}.`,
    `wireform fuzz ended with ${laws.code}.`,
  ],
];
console.log();
for (const [well, yes, no] of results) console.log(bold(well ? yes : no));
process.exitCode = results.every(([well]) => well) ? 0 : 1;
