import type { Definition } from "./definition.js";
import { bytesFormat, choice, outputOption, schemaOption, sizeLimit, streamInput } from "./options.js";

export const convert: Definition = {
  summary: "the same messages with their numbers in binary or as ASCII digits, and both sizes",
  build: (command) =>
    streamInput(schemaOption(command))
      .addOption(choice("--to <form>", "from the other one", ["text", "binary"], "text"))
      .addOption(bytesFormat())
      .addOption(sizeLimit())
      .addOption(outputOption()),
  examples: [
    ["wireform convert --schema ./point.ts#Point --hex '0001 ffff'", "binary to text: 1 -1"],
    ["wireform convert --schema ./point.ts#Point --to binary points.txt", "and back"],
    ["wireform convert --schema ./point.ts#Point --json points.bin > points.txt", "the sizes, on stderr, as JSON"],
  ],
  action: () => import("../actions/convert.js"),
};
