// Options that several commands share, said once.

import { type Command, InvalidArgumentError, Option } from "commander";

export const schemaOption = (command: Command): Command =>
  command.requiredOption("-s, --schema <schema>", "mqtt, resp, or a file and an export: ./file.ts#Name");

/** A whole number from `min` on, to `max` where that is given. */
export const whole =
  (min: number, max = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const n = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (n >= min && n <= max) return n;
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    throw new InvalidArgumentError(`needs a whole number ${range}.`);
  };

/** What the codec's limits on size and elements can be. */
export const limit: (text: string) => number = whole(0, 2 ** 32);

export const choice = (flags: string, about: string, choices: readonly string[], fallback: string): Option =>
  new Option(flags, about).choices(choices).default(fallback);

/** Bytes given on the command line or in a file. */
export const bytesInput = (command: Command): Command =>
  command
    .argument("[input]", "a file; - for standard input, as without")
    .addOption(new Option("--hex <digits>", "the bytes themselves, in hexadecimal").conflicts(["base64", "from"]))
    .addOption(new Option("--base64 <text>", "the bytes themselves, in base64").conflicts("from"))
    .addOption(choice("--from <notation>", "what the input holds", ["raw", "hex", "base64"], "raw"));

/** Bytes that may also come while the command runs. */
export const streamInput = (command: Command): Command =>
  bytesInput(command)
    .addOption(new Option("-f, --follow", "go on when the file grows, until interrupted").conflicts(["hex", "base64"]))
    .addOption(
      new Option("--listen <address>", "[host:]port or a socket's path; what the first to connect sends").conflicts([
        "hex",
        "base64",
        "connect",
        "follow",
      ]),
    )
    .addOption(
      new Option("--connect <address>", "[host:]port or a socket's path; what comes from there").conflicts([
        "hex",
        "base64",
        "follow",
      ]),
    )
    .option("--chunk <n>", "cut the input into pieces of at most n bytes, which changes nothing", whole(1));

/** Several of them, with commas between or with the option given again. */
export const fieldsOption = (): Option =>
  new Option("--fields <paths>", 'only these fields: a,b.c,d[0],["e f"]').argParser(
    (text: string, before?: string[]) => [
      ...(before ?? []),
      // Commas within quotes are part of a name.
      ...text.split(/,(?=(?:[^"\\]|\\.|"(?:[^"\\]|\\.)*")*$)/),
    ],
  );

export const outputOption = (): Option =>
  new Option("-o, --output <file>", "where the data goes").default("-", "stdout");

/** How bytes are written. */
export const bytesFormat = (): Option =>
  new Option("--format <form>", "how bytes are written; raw, but hex on a terminal").choices(["raw", "hex", "base64"]);

export const sizeLimit = (): Option =>
  new Option("--max-message-size <bytes>", "refuse larger messages; 16 MiB unless said").argParser(limit);
