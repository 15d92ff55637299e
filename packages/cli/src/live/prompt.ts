// The line at the bottom of a terminal where messages are typed: completed by Tab, remembered by history.

import { clearScreenDown, createInterface, cursorTo, type Interface, moveCursor } from "node:readline";
import { asText, Failure, failureOf } from "../failure.js";
import type { Terminal } from "../io.js";
import { dotCommands, runLine, Unmet } from "./commands.js";
import { completer } from "./complete.js";
import { History } from "./history.js";
import type { Session } from "./session.js";

/** Lets a person talk until the session is over. */
export async function runPrompt(session: Session, terminal: Terminal): Promise<void> {
  const { io } = terminal;
  const { log, send, receive, several } = session.setting;
  const history = new History(io.env);
  const commands = Object.keys(dotCommands).filter((name) => several || !dotCommands[name]?.several);
  const prompt = createInterface({
    input: io.stdin,
    output: io.stderr,
    terminal: true,
    completer: completer(send.messages, receive.messages, commands),
    history: history.lines(),
    historySize: 1000,
    removeHistoryDuplicates: true,
  });
  const screen = new Below(prompt, io.stderr);
  let interrupted = false;
  prompt.on("SIGINT", () => {
    interrupted = prompt.line === "";
    if (interrupted) prompt.close();
    // What is typed is thrown away first, then the session.
    else for (const name of ["e", "u"]) prompt.write(null, { ctrl: true, name });
  });
  prompt.on("line", () => screen.rest());
  prompt.on("close", () => screen.leave());
  const stop = (): void => prompt.close();
  for (const signal of [io.interrupted, session.ended.signal]) signal.addEventListener("abort", stop);
  log.screen = screen;
  await log.note(".help says what can be typed; Tab completes it.");
  try {
    screen.ask(session);
    for await (const line of prompt) {
      history.add(line);
      try {
        await runLine(session, line);
      } catch (error) {
        const failure = error instanceof Unmet ? new Failure("usage", error.message) : failureOf(error, io.cwd);
        if (!failure) throw error;
        await log.note(
          asText(failure)
            .trimEnd()
            .replace(/^wireform: /, ""),
        );
      }
      if (session.over) break;
      screen.ask(session);
    }
  } finally {
    log.screen = undefined;
    for (const signal of [io.interrupted, session.ended.signal]) signal.removeEventListener("abort", stop);
    prompt.close();
  }
  if (interrupted) throw new Failure("interrupted", "interrupted");
}

/** The prompt as something that gives way to what is written above it. */
class Below {
  private asking = false;
  private readonly prompt: Interface;
  private readonly output: NodeJS.WritableStream;

  constructor(prompt: Interface, output: NodeJS.WritableStream) {
    this.prompt = prompt;
    this.output = output;
  }

  ask({ to, setting }: Session): void {
    this.asking = true;
    this.prompt.setPrompt(setting.several ? `${to ?? "all"}> ` : "> ");
    this.prompt.prompt();
  }

  hide(): void {
    if (!this.asking) return;
    moveCursor(this.output, 0, -this.prompt.getCursorPos().rows);
    cursorTo(this.output, 0);
    clearScreenDown(this.output);
    // Undocumented: the rows that readline would go up before it draws again, which have just been gone up.
    (this.prompt as { prevRows?: number }).prevRows = 0;
  }

  /** A line was entered: until the next is asked for, nothing is in the way. */
  rest(): void {
    this.asking = false;
  }

  leave(): void {
    this.hide();
    this.asking = false;
  }

  show(): void {
    if (this.asking) this.prompt.prompt(true);
  }
}
