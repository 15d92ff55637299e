// The suite with one line of the codec broken, for faults.mjs: not the properties, which were asked before, and not the
// tests of speed and of how generated code looks.
import { mergeConfig } from "vitest/config";
import config from "../../../vitest.config.ts";

const { file, broken } = JSON.parse(process.env.WIREFORM_FAULT);
const breaking = {
  name: "faults",
  enforce: "pre",
  load: (id) => (id.split("?")[0] === file ? broken : undefined),
};
const apart = ["render", "linear-time", "recursion-cost", "fuzz", "once", "chunks"].map((name) => `**/*${name}*`);

export default mergeConfig(config, { plugins: [breaking], test: { bail: 1, exclude: apart, testTimeout: 600_000 } });
