import { InvalidArgumentError } from "commander";
import type { Definition } from "./definition.js";
import { bytesInput, schemaOption } from "./options.js";

export const bench: Definition = {
  summary: "how fast a schema is on a file: generated code, the interpreter, a printed module, binary-parser",
  build: (command) =>
    bytesInput(schemaOption(command)).option(
      "--time <seconds>",
      "how long to measure all together",
      (text) => {
        const seconds = Number(text);
        if (text.trim() === "" || !(seconds > 0 && seconds <= 3600))
          throw new InvalidArgumentError("needs a number of seconds above 0.");
        return seconds;
      },
      4,
    ),
  examples: [
    ["wireform bench --schema mqtt capture.bin", "every packet of a file, decoded and encoded for four seconds"],
    ["wireform bench --schema mqtt --time 20 capture.bin", "the same for longer, for steadier figures"],
    ["wireform bench --schema ./point.ts#Point --hex 0001ffff", "one message, over and over"],
  ],
  action: () => import("../actions/bench.js"),
};
