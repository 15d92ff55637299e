// What can be typed besides messages: lines that begin with a dot.

import { setTimeout as wait } from "node:timers/promises";
import { render } from "@wireform/codec";
import { toJson } from "@wireform/codec/json";
import { usage } from "../failure.js";
import type { MessageShape, Messages } from "../schemas/messages.js";
import { fromText } from "../sources/text.js";
import type { Arrival } from "./arrivals.js";
import type { Session } from "./session.js";
import { asWords, readMessage } from "./words.js";

/** Something that was expected and is not so. */
export class Unmet extends Error {
  override readonly name = "Unmet";
}

interface DotCommand {
  readonly takes: string;
  readonly about: string;
  /** Only where there may be several peers. */
  readonly several?: boolean;
  run(session: Session, rest: string): Promise<void> | void;
}

export const dotCommands: Readonly<Record<string, DotCommand>> = {
  help: {
    takes: "[message]",
    about: "this, or the fields of a message",
    run: ({ setting: { log, send, several } }, rest) =>
      log.note(rest === "" ? help(send.messages, several) : fieldsHelp(send.messages, rest)),
  },
  hex: {
    takes: "digits",
    about: "send these bytes as they are",
    run: (session, rest) => session.send(fromText(rest, "hex")),
  },
  inspect: {
    takes: "on|off",
    about: "show messages byte by byte, sent ones too",
    run: ({ setting: { log } }, rest) => {
      if (rest !== "on" && rest !== "off") throw usage("say .inspect on or .inspect off");
      log.form = rest === "on" ? "inspect" : "line";
    },
  },
  to: {
    takes: "n|all",
    about: "whom lines go to from now on",
    several: true,
    run: (session, rest) => {
      if (rest !== "all" && !session.peers.has(Number(rest))) throw usage(`"${rest}" is none of ${names(session)}`);
      session.to = rest === "all" ? undefined : Number(rest);
    },
  },
  peers: {
    takes: "",
    about: "who is connected",
    several: true,
    run: (session) => session.setting.log.note(names(session)),
  },
  finish: {
    takes: "",
    about: "say that we are done sending; replies still arrive (half-close)",
    // That it has left is not waited for: a peer that does not read must not hold up the prompt.
    run: (session) => session.each(({ wire }) => void wire.finish().catch(() => {})),
  },
  abort: {
    takes: "",
    about: "end the connection at once (RST)",
    run: (session) => session.each(({ wire }) => wire.abort()),
  },
  close: { takes: "", about: "end well, and leave", run: (session) => session.close() },
  wait: {
    takes: "[n|end|close|connection|200ms]",
    about: "wait for n messages (1), the peer's goodbye, the connection's end, someone to connect, or some time",
    run: waitFor,
  },
  expect: {
    takes: "message|end",
    about: "wait for the next message, which must have what is said of it here",
    run: expectNext,
  },
};

const names = ({ peers }: Session): string => (peers.size === 0 ? "nobody" : [...peers.keys()].join(", "));

/** Runs one line: a command, a message, or nothing. */
export async function runLine(session: Session, line: string): Promise<void> {
  const text = line.trim();
  if (text === "" || text.startsWith("#")) return;
  const { send, log, several } = session.setting;
  if (text.startsWith(".")) {
    const [, name = "", rest = ""] = /^\.(\S*)\s*(.*)$/s.exec(text) ?? [];
    const command = Object.hasOwn(dotCommands, name) ? dotCommands[name] : undefined;
    if (!command || (command.several && !several)) throw usage(`there is no command .${name}`, ".help shows them all.");
    await command.run(session, rest);
    return;
  }
  const bytes = send.codec.encode(readMessage(send.schema, send.messages, text).value);
  if (log.form === "inspect") await log.line(render(send.codec.inspect(bytes), { title: `> ${text.split(/\s/)[0]}` }));
  await session.send(bytes);
}

/** Whether something concerns whom lines go to. */
const fromTarget = ({ to }: Session, { peer }: Arrival): boolean => to === undefined || peer === to;

async function waitFor(session: Session, rest: string): Promise<void> {
  const { timeout } = session.setting;
  const [, digits, milliseconds] = /^(\d*)(ms)?$/.exec(rest) ?? [];
  if (milliseconds && digits) return await wait(Number(digits), undefined, { signal: session.signal });
  if (digits === undefined && !["end", "close", "connection"].includes(rest))
    throw usage(`"${rest}" is nothing to wait for`);
  const what = digits === undefined ? (rest as Arrival["what"]) : "message";
  for (let left = Number(digits || 1); left > 0; left--) {
    const wanted = (arrival: Arrival): boolean =>
      (arrival.what === what || (what === "end" && arrival.what === "close")) &&
      (what === "connection" || fromTarget(session, arrival));
    if (!(await session.arrivals.next(wanted, timeout, session.signal)))
      throw new Unmet(
        `waited ${timeout} ms for ${what === "message" ? "a message" : `the ${what}`}, which did not come`,
      );
  }
}

async function expectNext(session: Session, rest: string): Promise<void> {
  const { receive, timeout } = session.setting;
  const { schema, messages } = receive;
  const ends = rest === "end" && !messages.shapes.some(({ name }) => name === "end");
  if (rest === "") throw usage("say what to expect, as in .expect pong");
  const wanted = ends ? undefined : readMessage(schema, messages, rest).json;
  const arrival = await session.arrivals.next(
    (each) => each.what !== "connection" && fromTarget(session, each),
    timeout,
    session.signal,
  );
  const got = arrival?.what === "message" ? arrival.piece : undefined;
  const unmet = (words: string): Unmet => new Unmet(`expected ${rest}; ${words}`);
  if (!arrival) throw unmet(`nothing came within ${timeout} ms`);
  if (ends && !got) return;
  if (!got) throw unmet("the peer has ended");
  if (got.raw) throw unmet(`${got.bytes.length} bytes came that do not decode`);
  const json = toJson(schema, got.value);
  if (ends || !contains(json, wanted)) throw unmet(`got ${asWords(json, messages, got.value)}`);
}

/** Whether `json` has all that is wanted of it. */
function contains(json: unknown, wanted: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null || typeof json !== "object" || json === null)
    return String(json) === String(wanted);
  if (Array.isArray(wanted) && wanted.length !== (json as unknown[]).length) return false;
  return Object.entries(wanted).every(([key, each]) => contains((json as Record<string, unknown>)[key], each));
}

function help(messages: Messages, several: boolean): string {
  const commands = Object.entries(dotCommands)
    .filter(([, command]) => several || !command.several)
    .map(([name, { takes, about }]) => [`.${name} ${takes}`, about] as const);
  const width = Math.max(...commands.map(([usage]) => usage.length));
  const lines = commands.map(([usage, about]) => `  ${usage.padEnd(width)}  ${about}`);
  const [example] = messages.shapes;
  const form = example ? `${example.name ?? ""} ${(example.fields[0]?.name ?? "field") + "=…"}`.trim() : "the value";
  const kinds = messages.tag === undefined ? "" : `\nMessages: ${messages.shapes.map(({ name }) => name).join(", ")}`;
  return `A message is typed as ${form}, or as relaxed JSON: {…}. Bytes are hexadecimal digits, or text in quotes.${kinds}\n${lines.join("\n")}`;
}

function fieldsHelp({ shapes, tag }: Messages, rest: string): string {
  const shape: MessageShape | undefined = tag === undefined ? shapes[0] : shapes.find(({ name }) => name === rest);
  if (!shape) throw usage(`there is no message "${rest}"`, `Messages: ${shapes.map(({ name }) => name).join(", ")}.`);
  const width = Math.max(0, ...shape.fields.map(({ name }) => name.length));
  const lines = shape.fields.map(
    ({ name, about, optional }) => `  ${name.padEnd(width)}  ${about}${optional ? " (may be left out)" : ""}`,
  );
  return lines.length === 0 ? `${rest} has no fields` : lines.join("\n");
}
