import { InvalidArgumentError, Option } from "commander";
import type { Definition } from "./definition.js";
import { limit, schemaOption, whole } from "./options.js";

export const genModule: Definition = {
  summary: "a JavaScript module for a schema that needs nothing else, with its types",
  build: (command) =>
    schemaOption(command)
      .addOption(
        new Option("-o, --output <file>", "where the module goes, with its types beside it: message.js, message.d.ts")
          .default("-", "stdout")
          .argParser((file: string) => {
            if (file === "-" || /\.m?js$/.test(file)) return file;
            throw new InvalidArgumentError("a module's name ends in .js or .mjs.");
          }),
      )
      .option("--types", "print the types instead of the module")
      .option("--max-message-size <bytes>", "refuse larger messages; 16 MiB unless said", limit)
      .option("--max-elements <n>", "refuse more elements in all arrays of a message; 2^20 unless said", limit)
      .option("--max-depth <n>", "refuse deeper recursion; 64 unless said", whole(0, 1024)),
  examples: [
    ["wireform gen module --schema ./chat.ts#Message -o message.js", "message.js and message.d.ts"],
    ["wireform gen module --schema ./chat.ts#Message > message.js", "the module alone"],
    ["wireform gen module --schema ./chat.ts#Message --types", "the types, to look at"],
  ],
  action: () => import("../actions/gen-module.js"),
};
