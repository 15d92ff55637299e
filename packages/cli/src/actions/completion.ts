// What the command line has, told to a shell: read from the program itself, so that it cannot say otherwise.

import type { Command, Option } from "commander";
import type { Exit } from "../failure.js";
import type { Terminal } from "../io.js";
import { bash, type Choice, fish, type Word, type Words, zsh } from "../render/completion.js";
import { shipped } from "../schemas/shipped.js";

const shells = { bash, zsh, fish } as const;

export async function run(
  terminal: Terminal,
  _options: unknown,
  shell: keyof typeof shells,
  command: Command,
): Promise<Exit | undefined> {
  let root = command;
  while (root.parent) root = root.parent;
  await terminal.write(shells[shell](wordsOf(root, root.name())));
  return undefined;
}

/** A command and those below it. */
function wordsOf(command: Command, path: string): Words[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((child) => child.name() !== "help");
  return [
    {
      path,
      commands: commands.map((child): Word => ({ word: child.name(), about: child.summary() })),
      options: help.visibleOptions(command).map((option) => ({
        names: [option.short, option.long].filter((name) => name !== undefined),
        about: option.description,
        takes: option.required || option.optional ? choiceOf(option) : undefined,
      })),
      argument: command.registeredArguments[0]?.argChoices ?? "files",
    },
    ...commands.flatMap((child) => wordsOf(child, `${path} ${child.name()}`)),
  ];
}

function choiceOf({ argChoices, flags }: Option): Choice {
  if (argChoices) return argChoices;
  if (/<schema>/.test(flags)) return { also: Object.keys(shipped) };
  return /[<[](file|path|socket|folder)[>\]]/.test(flags) ? "files" : [];
}
