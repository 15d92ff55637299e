// Types into `wireform connect` and `wireform listen` in a real terminal, by tmux, and reads the screen. Says what it
// checked; skipped with one line where there is no tmux.
//
//   node packages/cli/scripts/check-repl.mjs      needs a build

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

if (spawnSync("tmux", ["-V"]).status !== 0) {
  console.log("skipped: the REPL in a terminal (there is no tmux)");
  process.exit(0);
}

const root = fileURLToPath(new URL("../../..", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "wireform-repl-"));
const command = `node ${join(root, "packages/cli/dist/main.js")}`;
const tmux = (...words) =>
  execFileSync("tmux", ["-L", `wireform-${process.pid}`, "-f", "/dev/null", ...words], { encoding: "utf8" });

const redis = spawn("node", [join(root, "examples/redis-server.mjs"), "0"], { stdio: ["ignore", "pipe", "inherit"] });
process.on("exit", () => {
  redis.kill("SIGKILL");
  try {
    tmux("kill-server");
  } catch {
    // It ends by itself with its last session.
  }
  rmSync(scratch, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

/** A terminal with a shell in it. */
class Pane {
  constructor(name) {
    this.name = name;
    const env = [`XDG_STATE_HOME=${scratch}`, `HOME=${scratch}`].flatMap((each) => ["-e", each]);
    tmux("new-session", "-d", "-s", name, "-x", "140", "-y", "40", ...env, "sh");
  }

  /** Waits for the shell's prompt, and gives it a command, whose exit code it shows. */
  async run(words) {
    for (const before = this.screen().length; this.screen().at(-1) === "" && before === 1; ) await wait(20);
    this.enter(`${command} ${words}; echo "exit $?"`);
  }

  type(text) {
    tmux("send-keys", "-t", this.name, "-l", text);
  }

  press(...keys) {
    tmux("send-keys", "-t", this.name, ...keys);
  }

  enter(text) {
    this.type(text);
    this.press("Enter");
  }

  /** The lines on the screen, without the empty ones below. */
  screen() {
    return tmux("capture-pane", "-p", "-t", this.name).trimEnd().split("\n");
  }

  /** Where the cursor is. */
  cursor() {
    const [x, y] = tmux("display-message", "-p", "-t", this.name, "#{cursor_x} #{cursor_y}").split(" ").map(Number);
    return { x, y };
  }

  /** Waits until the screen is as `looks` says, and says so. */
  async sees(what, looks) {
    for (const end = Date.now() + 15_000; Date.now() < end; await wait(20)) {
      const found = looks(this.screen());
      if (found) {
        console.log(`ok    ${what}`);
        return found;
      }
    }
    console.log(`not ok  ${what}; the screen of ${this.name}:\n${this.screen().join("\n")}`);
    process.exit(1);
  }

  /** Waits for a line. */
  seesLine(what, pattern) {
    return this.sees(what, (lines) => lines.map((line) => pattern.exec(line)).find((match) => match !== null));
  }
}

const last = (lines, count) =>
  lines
    .slice(-count)
    .map((line) => line.trimEnd())
    .join("|");

const port = await new Promise((resolve) => {
  let said = "";
  redis.stdout.on("data", (chunk) => {
    said += chunk;
    const [, found] = /listening on .*:(\d+)/.exec(said) ?? [];
    if (found) resolve(found);
  });
});

const talk = new Pane("redis");
await talk.run(`connect --schema resp --send-schema resp#Inline ${port}`);
await talk.seesLine("connects to the example's Redis", /^connected to 127\.0\.0\.1:/);
await talk.sees("shows a prompt", (lines) => lines.at(-1)?.trimEnd() === ">");
talk.enter("SET greeting hello");
await talk.sees(
  "shows the reply above the next prompt",
  (lines) => last(lines, 3) === "> SET greeting hello|< simple value=OK|>",
);
talk.enter("GET greeting");
await talk.sees("shows bytes that are text as text", (lines) => last(lines, 2) === '< bulk value="hello"|>');
talk.press("Up", "Up");
await talk.sees("has a history", (lines) => lines.at(-1) === "> SET greeting hello");
talk.press("C-c");
await talk.sees("throws a typed line away at Ctrl-C", (lines) => lines.at(-1)?.trimEnd() === ">");
talk.enter(".inspect on");
talk.enter("PING");
await talk.seesLine("inspects replies", /^0000 {2}2b .* type .* "simple"$/);
talk.press("C-d");
await talk.seesLine("leaves at Ctrl-D", /^exit 0$/);

const server = new Pane("server");
await server.run(`listen --schema mqtt 0`);
const [, at] = await server.seesLine("listens", /^listening on 127\.0\.0\.1:(\d+)$/);
const client = new Pane("client");
await client.run(`connect --schema mqtt ${at}`);
await server.seesLine("names who connects", /^1 has connected from 127\.0\.0\.1:/);
await client.sees("has a prompt", (lines) => lines.at(-1)?.trimEnd() === ">");
client.type("ping");
client.press("Tab");
await client.sees("completes names as far as they agree", (lines) => lines.at(-1)?.trimEnd() === "> pingre");
client.press("Tab");
await client.seesLine("lists what else it may become", /^pingreq +pingresp$/);
client.enter("q");
await server.seesLine("receives it", /^1 < pingreq length=0$/);
client.type("connack sess");
client.press("Tab");
await client.sees("completes the name of a field", (lines) => lines.at(-1) === "> connack sessionPresent=");
server.enter("pingresp");
await client.sees(
  "shows what comes above what is being typed",
  (lines) => last(lines, 2) === "< pingresp length=0|> connack sessionPresent=",
);
const { x, y } = client.cursor();
const typed = client.screen();
if (x !== typed.at(-1).length || y !== typed.length - 1) {
  console.log(`not ok  the cursor is at ${x}, ${y}`);
  process.exit(1);
}
client.type("tr");
client.press("Tab");
await client.sees(
  "completes the value of a field",
  (lines) => lines.at(-1)?.trimEnd() === "> connack sessionPresent=true",
);
client.type("returnCode=");
client.press("Tab");
await client.sees("knows a field by its name", (lines) => lines.at(-1)?.endsWith("returnCode="));
client.press("Tab");
await client.seesLine("lists the values of a field", /^returnCode=accepted +returnCode=unacceptable/);
client.press("C-c");
client.enter("publish qos=9");
await client.seesLine(
  "says what is wrong with a message, and goes on",
  /^qos: needs a whole number from 0 to 3, got 9/,
);
client.enter(".help publish");
await client.seesLine("tells the fields of a message", /^ {2}topic {4,}text$/);
client.type(`publish topic=${"a".repeat(200)}`);
await client.sees("lets a line be longer than the terminal is wide", (lines) => lines.at(-1)?.startsWith("aaa"));
server.enter("pingresp");
await client.sees("shows what comes above all of it", (lines) => {
  const [above, first, second] = lines.slice(-3);
  return above === "< pingresp length=0" && first?.startsWith("> publish topic=aaa") && second?.startsWith("aaa");
});
client.press("C-c");
client.enter(".finish");
await server.seesLine("shows a half-close", /^1 has finished/);
server.enter("disconnect");
await client.seesLine("receives after its own half-close", /^< disconnect length=0$/);
server.enter(".close");
await client.seesLine("ends when the other end does", /^exit 0$/);
await server.seesLine("leaves by .close", /^exit 0$/);

await client.run(`connect --schema mqtt ${port}`);
await client.sees("connects again", (lines) => lines.at(-1)?.trimEnd() === ">");
client.press("Up");
await client.sees(
  "remembers what was typed in another session",
  (lines) => lines.at(-1) === "> .close" || lines.at(-1) === "> .finish" || lines.at(-1) === "> disconnect",
);
client.press("C-c");
await client.sees("is empty again", (lines) => lines.at(-1)?.trimEnd() === ">");
client.press("C-c");
await client.seesLine("leaves with 130 at Ctrl-C", /^exit 130$/);

const history = join(scratch, "wireform/history");
if ((statSync(history).mode & 0o777) !== 0o600 || !readFileSync(history, "utf8").includes("GET greeting\n")) {
  console.log("not ok  the history is kept, for its owner only");
  process.exit(1);
}
console.log("ok    keeps the history for its owner only");
process.exit(0);
