// Options that several commands share, said once.

import { type Command, InvalidArgumentError, Option } from "commander";

export const schemaOption = (command: Command): Command =>
  command.requiredOption("-s, --schema <schema>", "mqtt, resp, or a file and an export: ./file.ts#Name");

/** A whole number of at least `min`. */
export const whole =
  (min: number) =>
  (text: string): number => {
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text)) || Number(text) < min)
      throw new InvalidArgumentError(`needs a whole number of at least ${min}.`);
    return Number(text);
  };

export const choice = (flags: string, about: string, choices: readonly string[], fallback: string): Option =>
  new Option(flags, about).choices(choices).default(fallback);
