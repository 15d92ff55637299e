import { InvalidArgumentError, Option } from "commander";
import type { Definition } from "./definition.js";
import { choice, schemaOption, whole } from "./options.js";

/** A number of seconds or of tries, larger than 0. */
function positive(text: string): number {
  const n = Number(text);
  if (text.trim() === "" || !Number.isFinite(n) || n <= 0) throw new InvalidArgumentError("needs a number above 0.");
  return n;
}

/** As a failure says it: numbers with colons between. */
function path(text: string): string {
  if (!/^\d+(:\d+)*$/.test(text))
    throw new InvalidArgumentError("needs numbers with colons between, as a failure says.");
  return text;
}

const ofTarget = (option: Option): Option => option.helpGroup("With --target:");

export const fuzz: Definition = {
  summary: "try a schema's laws on made-up messages, or a server's patience with damaged ones",
  build: (command) =>
    schemaOption(command)
      .option("--seed <n>", "what everything random follows from; printed where it is not given", whole(0))
      .option("--runs <n>", "how often each law is tried; 100 unless said", whole(1))
      .option("--time <seconds>", "go on for so long; with --target at most so long, 60 unless said", positive)
      .option("--law <name>", "only this law: roundTrip, canonical, mutatedInput …")
      .option("--path <path>", "where in a seed's tries a failure is, as it said", path)
      .option("--cases <folder>", "where what failed is kept, to be tried first the next time", ".wireform/cases")
      .addOption(ofTarget(new Option("--target <address>", "[host:]port or a socket's path of a server to try")))
      .addOption(
        ofTarget(
          new Option("--script <file>", "messages to send around the damaged one, a line of JSON each; - for stdin"),
        ),
      )
      .addOption(
        ofTarget(new Option("--receive <schema>", "what the server answers with, where that is another schema")),
      )
      .addOption(
        ofTarget(
          choice("--may-close <when>", "when the server may hang up", ["never", "invalid", "always"], "invalid"),
        ),
      )
      .addOption(ofTarget(new Option("--count <n>", "at most so many tries; 1000 unless said").argParser(whole(1))))
      .addOption(
        ofTarget(new Option("--rate <n>", "at most so many tries a second; 100 unless said").argParser(positive)),
      )
      .addOption(
        ofTarget(new Option("--patience <ms>", "how long an answer may take").argParser(whole(1)).default(1000)),
      )
      .addOption(ofTarget(new Option("--replay [file]", "send a kept case again; without a file, all of this schema")))
      .addOption(ofTarget(new Option("--allow-remote", "also where the server is not on this machine"))),
  examples: [
    ["wireform fuzz --schema ./chat.ts#Message", "all laws, a hundred tries each"],
    ["wireform fuzz --schema ./chat.ts#Message --time 60", "more and more of it, for a minute"],
    ["wireform fuzz --schema mqtt --target 1883 --script connect.ndjson", "a broker on this machine, after a CONNECT"],
    ["wireform fuzz --schema mqtt --target 1883 --replay", "what it failed at before"],
  ],
  action: () => import("../actions/fuzz.js"),
};
