import type { Definition } from "./definition.js";
import { choice, schemaOption } from "./options.js";

export const decode: Definition = {
  summary: "bytes to values, one line of JSON a message",
  build: (command) =>
    schemaOption(command)
      .argument("[input]", "a file; - for standard input", "-")
      .option("--hex <digits>", "the bytes themselves, in hexadecimal")
      .addOption(choice("--format <form>", "how messages are written", ["ndjson"], "ndjson")),
  examples: [
    ["wireform decode --schema mqtt --hex c000", "one packet, a PINGREQ"],
    ["wireform decode --schema mqtt capture.bin", "every packet of a file"],
    ["nc -l 1883 | wireform decode --schema mqtt", "what a client sends, as it comes"],
  ],
  action: () => import("../actions/decode.js"),
};
