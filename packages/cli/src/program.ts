// The command line: which commands there are, what they share, and how each ends.

import { readFileSync } from "node:fs";
import { Command, CommanderError, type Help, Option } from "commander";
import { bench } from "./commands/bench.js";
import { check } from "./commands/check.js";
import { completion } from "./commands/completion.js";
import { connect } from "./commands/connect.js";
import { convert } from "./commands/convert.js";
import { decode } from "./commands/decode.js";
import type { Definition } from "./commands/definition.js";
import { describe } from "./commands/describe.js";
import { encode } from "./commands/encode.js";
import { fuzz } from "./commands/fuzz.js";
import { genModule } from "./commands/gen-module.js";
import { inspect } from "./commands/inspect.js";
import { listen } from "./commands/listen.js";
import { proxy } from "./commands/proxy.js";
import { asJson, asText, Exit, exitOf, Failure, failureOf, usage } from "./failure.js";
import { type Common, type Io, Terminal, Unread } from "./io.js";

export const definitions: Readonly<Record<string, Definition>> = {
  decode,
  encode,
  convert,
  inspect,
  connect,
  listen,
  proxy,
  fuzz,
  "gen module": genModule,
  describe,
  check,
  bench,
  completion,
};

/** What commands of two words are about, and real command lines of theirs. */
const groups: Readonly<Record<string, Pick<Definition, "summary" | "examples">>> = {
  gen: { summary: "what other programs can use of a schema", examples: genModule.examples },
};

/** One for bytes, one for a server, one for a schema. */
const examples = [decode, connect, fuzz].flatMap((each) => each.examples.slice(0, 1));

/** Runs one command line, without the program's own name in front; gives its exit code. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let code: number = Exit.ok;
  const json = argv.includes("--json");
  // Where nobody reads help or notes any more, there is nobody to tell. Data is looked after by the Terminal.
  for (const sink of [io.stdout, io.stderr]) sink.on("error", () => {});
  const program = new Command("wireform")
    .description("See, make, talk and fuzz bytes from one schema.")
    .version(version(), "-V, --version")
    .showHelpAfterError("(--help says more)")
    .configureHelp({ showGlobalOptions: true, visibleGlobalOptions: globals });
  dress(program, examples);
  for (const [name, definition] of Object.entries(definitions))
    add(program, name, definition, io, (result) => {
      code = result;
    });
  help(program);
  settle(program, io, json);

  try {
    await program.parseAsync(argv as string[], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof Unread || (error instanceof CommanderError && error.exitCode === 0)) return Exit.ok;
    const failure = whatFailed(error, io);
    if (!failure) throw error;
    // Commander has told a person already.
    if (json) io.stderr.write(`${JSON.stringify(asJson(failure))}\n`);
    else if (!(error instanceof CommanderError)) io.stderr.write(asText(failure));
    return exitOf(failure);
  }
}

function whatFailed(error: unknown, io: Io): Failure | undefined {
  if (error instanceof CommanderError) {
    if (error.code === "commander.help") return usage("a command is missing", "--help shows which there are.");
    return usage(error.message.replace(/^error: /, ""));
  }
  return io.interrupted.aborted ? new Failure("interrupted", "interrupted") : failureOf(error, io.cwd);
}

/** What the command itself has is said there. */
function globals(this: Help, command: Command): Option[] {
  const all = command.parent?.options.filter(({ long }) => !command.options.some((own) => own.long === long)) ?? [];
  return command.parent ? [...all, ...globals.call(this, command.parent)] : [];
}

/** What every command has, and those that only hold others. */
const dress = (command: Command, lines: Definition["examples"]): Command =>
  command
    .addOption(new Option("--json", "everything for programs: answers and errors as JSON"))
    .addHelpText("after", `\nExamples:\n${lines.map(([line, what]) => `  $ ${line}\n      ${what}`).join("\n")}`);

/** `help`, which knows what it does not know. */
function help(parent: Command): void {
  parent
    .helpCommand(false)
    .command("help")
    .argument("[command...]", "which command")
    .summary("what a command does, as --help says it")
    .action((words: readonly string[]) => {
      let at = parent;
      for (const word of words) {
        const next = at.commands.find((child) => child.name() === word);
        if (!next)
          throw usage(`there is no command "${[...namesOf(at), word].join(" ")}"`, "wireform --help shows all.");
        at = next;
      }
      at.outputHelp();
    });
}

/** A command's words behind the program's own name. */
const namesOf = (command: Command): string[] => (command.parent ? [...namesOf(command.parent), command.name()] : []);

function add(program: Command, name: string, definition: Definition, io: Io, end: (code: Exit) => void): void {
  const words = name.split(" ");
  const parent = words
    .slice(0, -1)
    .reduce((at, word) => at.commands.find((c) => c.name() === word) ?? group(at, word), program);
  const command = parent
    .command(words.at(-1) as string)
    .summary(definition.summary)
    .description(definition.summary);
  definition.build(command);
  dress(command, definition.examples)
    .addOption(new Option("--color <when>", "colour").choices(["auto", "always", "never"]).default("auto"))
    .action(async (...given: unknown[]) => {
      const { run } = await definition.action();
      const options = command.optsWithGlobals<Common>();
      const terminal = new Terminal(io, options);
      try {
        const code = (await run(terminal, options, ...given.slice(0, -2), command)) ?? Exit.ok;
        await terminal.end();
        end(code);
      } finally {
        await terminal.abandon();
      }
    });
}

function group(parent: Command, word: string): Command {
  const { summary, examples: lines } = groups[word] as (typeof groups)[string];
  const made = dress(parent.command(word).summary(summary).description(summary), lines);
  help(made);
  return made;
}

/** Commander writes where we say and never ends the process by itself. */
function settle(command: Command, io: Io, json: boolean): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => io.stdout.write(text),
    writeErr: (text) => !json && io.stderr.write(text.replace(/^error: /, "wireform: ")),
    getOutHelpWidth: () => io.stdout.columns ?? 100,
    getErrHelpWidth: () => io.stderr.columns ?? 100,
  });
  for (const child of command.commands) settle(child, io, json);
}

function version(): string {
  return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version;
}
