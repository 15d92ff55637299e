// The tables of wire facts with one line of the codec broken, for faults.mjs: the tests beside them that look at values, bytes
// and errors, and not at speed or at how generated code is written.
import { mergeConfig } from "vitest/config";
import config from "../../../vitest.config.ts";

const { file, broken } = JSON.parse(process.env.WIREFORM_FAULT);
const breaking = {
  name: "faults",
  enforce: "pre",
  load: (id) => (id.split("?")[0] === file ? broken : undefined),
};
const apart = ["**/test/*/**", "**/*{render,linear-time,recursion-cost,fuzz,once,laws}*"];

export default mergeConfig(config, {
  plugins: [breaking],
  test: { bail: 1, exclude: apart, isolate: false, testTimeout: 600_000 },
});
