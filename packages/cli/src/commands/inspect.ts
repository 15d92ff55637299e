import { Option } from "commander";
import type { Definition } from "./definition.js";
import { schemaOption, sizeLimit, streamInput, whole } from "./options.js";

export const inspect: Definition = {
  summary: "bytes as a picture: every byte, what it means, and what is wrong with it",
  build: (command) =>
    streamInput(schemaOption(command))
      .addOption(new Option("--annotate", "stable text for files that are compared: no colour, nothing left out"))
      .addOption(new Option("--svg", "one SVG, light or dark as its reader is").conflicts(["annotate", "html"]))
      .addOption(new Option("--html", "one page: bytes and fields side by side").conflicts("annotate"))
      .option("--one", "the whole input is one message; what follows it is trailing")
      .addOption(new Option("--first <n>", "no more than so many messages").argParser(whole(1)))
      .addOption(sizeLimit()),
  examples: [
    ["wireform inspect --schema mqtt --hex 'c0 00'", "one packet, field by field"],
    ["wireform inspect --schema mqtt --html capture.bin > capture.html", "a page to point at"],
    ["wireform inspect --schema resp --annotate reply.bin > reply.txt", "text for a golden file"],
  ],
  action: () => import("../actions/inspect.js"),
};
