import { Option } from "commander";
import type { Definition } from "./definition.js";
import { choice, fieldsOption, schemaOption, sizeLimit, streamInput } from "./options.js";

export const decode: Definition = {
  summary: "bytes to values, one line of JSON a message",
  build: (command) =>
    streamInput(schemaOption(command))
      .addOption(
        choice(
          "--format <form>",
          "how messages are written",
          ["ndjson", "pretty", "table", "csv", "hex", "none"],
          "ndjson",
        ),
      )
      .addOption(fieldsOption())
      .addOption(
        new Option("--on-error <policy>", "at a bad message").choices(["stop", "skip", "resync"]).default("stop"),
      )
      .addOption(sizeLimit())
      .addHelpText(
        "after",
        `
At a bad message (the exit code is 4 in each case, and what could be read of it is shown on stderr):
  stop    ends there
  skip    leaves the message out and goes on behind it, where its lengths still say where it ends; ends there otherwise
  resync  goes on at the next byte from which a whole message (of at most 64 KiB) can be read`,
      ),
  examples: [
    ["wireform decode --schema mqtt --hex c000", "one packet, a PINGREQ"],
    ["wireform decode --schema mqtt --fields type,topic --format table capture.bin", "two fields of every packet"],
    ["wireform decode --schema resp --listen 7000 --on-error resync", "what the first to connect sends, as it comes"],
  ],
  action: () => import("../actions/decode.js"),
};
