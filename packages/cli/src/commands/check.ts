import { Option } from "commander";
import type { Definition } from "./definition.js";
import { limit, schemaOption } from "./options.js";

export const check: Definition = {
  summary: "look for what a schema should not have: unbounded lengths, ambiguous tags, unreachable parts",
  build: (command) =>
    schemaOption(command)
      .addOption(new Option("--max-message-size <n>", "the limit it is compiled with, in bytes").argParser(limit))
      .addOption(new Option("--max-elements <n>", "the limit it is compiled with").argParser(limit)),
  examples: [
    ["wireform check --schema ./login.ts", "what to change, by path; exit code 1 where there is anything"],
    ["wireform check --schema mqtt --max-message-size 268435460", "under the limits that it will be used with"],
    ["wireform check --schema resp --json", "the findings for programs"],
  ],
  action: () => import("../actions/check.js"),
};
