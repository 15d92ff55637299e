import { Option } from "commander";
import type { Definition } from "./definition.js";
import { bytesFormat, outputOption, schemaOption, sizeLimit } from "./options.js";

export const encode: Definition = {
  summary: "values to bytes: JSON as decode writes it, what follows from others filled in",
  build: (command) =>
    schemaOption(command)
      .argument("[input]", "a file of JSON values, one a line or indented; - for standard input")
      .option("--value <json>", "the value itself; names need no quotes")
      .addOption(
        new Option(
          "--set <path=value>",
          "change each value of the input; where there is none, make one from nothing; may be given again",
        ).argParser((text: string, before?: string[]) => [...(before ?? []), text]),
      )
      .addOption(bytesFormat())
      .addOption(sizeLimit())
      .addOption(outputOption()),
  examples: [
    ["wireform encode --schema mqtt --format hex --set type=pingreq", "one packet from nothing"],
    ["wireform decode --schema mqtt capture.bin | wireform encode --schema mqtt", "the same bytes again"],
    [
      "wireform encode --schema resp --format hex --value \"{type: 'integer', value: '42'}\"",
      "a value from the command line",
    ],
  ],
  action: () => import("../actions/encode.js"),
};
