import type { Definition } from "./definition.js";
import { schemaOption } from "./options.js";

export const describe: Definition = {
  summary: "a schema in words: its messages, fields, sizes, bits and names",
  build: schemaOption,
  examples: [
    ["wireform describe --schema mqtt", "every packet, field by field"],
    ["wireform describe --schema resp#Request", "another schema of the same protocol"],
    ["wireform describe --schema ./login.ts --json", "the same as a tree for programs"],
  ],
  action: () => import("../actions/describe.js"),
};
