// Messages as people type them, and as they are shown in one line: `publish topic=a/b qos=1 payload="hi"`, or relaxed
// JSON. Law: what is shown can be typed, and means the same.

import type { AnySchema, EncodeError, Key } from "@wireform/codec";
import { fromJson } from "@wireform/codec/json";
import JSON5 from "json5";
import { usage } from "../failure.js";
import type { Messages } from "../schemas/messages.js";

/** A message that was typed. */
export interface Typed {
  /** Its JSON form, with what was given. */
  readonly json: unknown;
  readonly value: unknown;
}

/** One word of a line, and what it may mean, the likeliest first. */
interface Word {
  readonly keys: readonly string[];
  readonly readings: readonly unknown[];
  /** Text in quotes, which for bytes means the text's own. */
  readonly quoted: string | undefined;
  at: number;
  /** What is wrong with the likeliest. */
  wrong?: unknown;
}

/** Reads a message. A word's meaning is the first that the schema accepts: of `5`, the number where one may stand, else the text. */
export function readMessage(schema: AnySchema, messages: Messages, line: string): Typed {
  if (!line.startsWith("{")) return settle(schema, wordsOf(messages, line));
  const json = parsed(line);
  return { json, value: fromJson(schema, json) };
}

function wordsOf({ tag, shapes }: Messages, line: string): Word[] {
  if (shapes.length === 0)
    return [{ keys: [], readings: [...readingsOf(line), line, line.split(/\s+/)], quoted: undefined, at: 0 }];
  const parts = split(line);
  const words: Word[] = [];
  let fields = shapes[0]?.fields ?? [];
  if (tag !== undefined) {
    const name = parts.shift() as string;
    const shape = shapes.find((each) => each.name === name);
    if (!shape)
      throw usage(`there is no message "${name}"`, `Messages: ${shapes.map((each) => each.name).join(", ")}.`);
    fields = shape.fields;
    words.push({ keys: [tag], readings: [name], quoted: undefined, at: 0 });
  }
  for (const part of parts) {
    const [, path, text = ""] = /^(?:([^\s={}[\]"']+)=)?(.*)$/su.exec(part) ?? [];
    // A word alone is the value of what has but one.
    if (path === undefined && !fields.some(({ name }) => name === "value"))
      throw usage(`"${part}" is no field=value`, `Fields: ${fields.map(({ name }) => name).join(", ") || "none"}.`);
    const readings = readingsOf(text);
    const quoted = /^["']/.test(text) && typeof readings[0] === "string" ? readings[0] : undefined;
    if (quoted !== undefined) readings.push(hexOf(quoted));
    words.push({ keys: (path ?? "value").split("."), readings, quoted, at: 0 });
  }
  return words;
}

/** What a value may mean: the JSON that it is, and the text itself. */
function readingsOf(text: string): unknown[] {
  if (/^["'{[]/.test(text)) return [parsed(text)];
  try {
    return [JSON5.parse(text), text];
  } catch {
    return [text];
  }
}

function parsed(text: string): unknown {
  try {
    return JSON5.parse(text);
  } catch (error) {
    throw usage(`this is no JSON: ${(error as Error).message.replace(/^JSON5: /, "")}`);
  }
}

/** The parts of a line between spaces, but for those within quotes and brackets. */
function split(line: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const [token] of line.matchAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\s+|./gsu)) {
    if (token === '"' || token === "'") throw usage("a quote is not closed");
    if (token === "{" || token === "[") depth++;
    if (token === "}" || token === "]") depth--;
    if (depth === 0 && token.trim() === "") parts.push("");
    else parts.push(parts.pop() + token);
  }
  if (depth !== 0) throw usage("a bracket is not closed");
  return parts.filter((part) => part !== "");
}

/** Takes for each word the next of its meanings until the schema accepts them all. */
function settle(schema: AnySchema, words: readonly Word[]): Typed {
  for (;;) {
    const json = build(words);
    try {
      let value: unknown = fromJson(schema, json);
      let again = false;
      for (const word of words)
        if (word.quoted !== undefined && at(value, word.keys) instanceof Uint8Array) {
          again ||= word.at !== 1;
          word.at = 1;
        }
      const settled = again ? build(words) : json;
      if (again) value = fromJson(schema, settled);
      return { json: settled, value };
    } catch (error) {
      if ((error as Error).name !== "EncodeError") throw error;
      const { keys } = error as EncodeError;
      const word = words.find((each) => concerns(each, keys));
      if (!word) throw error;
      word.wrong ??= error;
      if (word.at + 1 === word.readings.length) throw word.wrong;
      word.at++;
    }
  }
}

/** Whether what is wrong at `keys` is within the word's value. */
const concerns = (word: Word, keys: readonly Key[]): boolean => word.keys.every((key, i) => keys[i] === key);

const at = (value: unknown, keys: readonly string[]): unknown =>
  keys.reduce<unknown>((from, key) => (from as Record<string, unknown> | undefined)?.[key], value);

function build(words: readonly Word[]): unknown {
  const root: Record<string, unknown> = Object.create(null);
  for (const { keys, readings, at } of words) {
    if (keys.length === 0) return readings[at];
    let into = root;
    for (const key of keys.slice(0, -1)) into = (into[key] ??= Object.create(null)) as Record<string, unknown>;
    into[keys.at(-1) as string] = readings[at];
  }
  return root;
}

const hexOf = (text: string): string => Buffer.from(text, "utf8").toString("hex");

/** A message and its JSON form in one line, as it could be typed. */
export function asWords(json: unknown, { tag, shapes }: Messages, message: unknown): string {
  const fields = shapes.length > 0 && typeof json === "object" && json !== null ? Object.entries(json) : [];
  const named = fields.every(([key, value]) => (key === tag ? name.test(String(value)) : fieldName.test(key)));
  if (fields.length === 0 || !named) return safe(JSON5.stringify(json, { quote: '"' }));
  const words = fields.map(([key, value]) => {
    if (key === tag) return value;
    return `${key}=${textOf((message as Record<string, unknown>)[key], value) ?? wordOf(value)}`;
  });
  return words.join(" ");
}

/** Bytes that are plain text, in quotes. */
function textOf(bytes: unknown, hex: unknown): string | undefined {
  if (!(bytes instanceof Uint8Array) || bytes.length === 0 || Buffer.from(bytes).toString("hex") !== hex)
    return undefined;
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f)
    ? JSON.stringify(Buffer.from(bytes).toString("latin1"))
    : undefined;
}

/** What a message and a field are called that can be typed as they are; a dot leads into a field of a field. */
const name = /^(?![.#])[^\s={}[\]"'\p{C}]+$/u;
const fieldName = /^(?!#)[^\s.={}[\]"'\p{C}]+$/u;

/** Text that is one word whatever stands around it, and nothing else than text. */
const bare = /^(?!null$)[\p{L}\p{N}_./:+@$%*?!~;^#-]+$/u;

function wordOf(value: unknown): string {
  if (typeof value === "string") return bare.test(value) ? value : safe(JSON.stringify(value));
  return safe(JSON5.stringify(value, { quote: '"' }));
}

/** What a terminal would take as a command, or the eye as something else, is written out. */
export const safe = (text: string): string =>
  text.replace(
    /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
