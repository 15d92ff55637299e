// What Tab offers: commands, messages, their fields and the values of those.

import type { MessageShape, Messages } from "../schemas/messages.js";

/** What may stand at the end of a line, and the part of it that is there already, as node:readline takes it. */
export type Completer = (line: string) => [string[], string];

export function completer(sent: Messages, received: Messages, commands: readonly string[]): Completer {
  return (line) => {
    if (line.startsWith("{")) return inJson(sent, line);
    const [, start = "", word = ""] = /^(.*?)(\S*)$/s.exec(line) ?? [];
    const offered = start.trim() === "" ? firstWords(sent, word, commands) : nextWords(sent, received, start, word);
    const fitting = offered.filter((each) => each.startsWith(word));
    return [fitting, word];
  };
}

function firstWords(messages: Messages, word: string, commands: readonly string[]): string[] {
  if (word.startsWith(".")) return commands.map((name) => `.${name} `);
  if (messages.tag === undefined) return fieldWords(messages.shapes[0], "", word);
  return messages.shapes.map(({ name }) => `${name} `);
}

/** After a message's name, or a command that takes a message. */
function nextWords(messages: Messages, received: Messages, start: string, word: string): string[] {
  const [first = "", ...rest] = start.trim().split(/\s+/);
  if (first === ".expect" || first === ".help") {
    const of = first === ".expect" ? received : messages;
    const line = rest.join(" ");
    return line === "" ? firstWords(of, word, []) : nextWords(of, of, `${line} `, word);
  }
  if (first === ".inspect") return ["on", "off"];
  if (first.startsWith(".")) return [];
  const shape = messages.tag === undefined ? messages.shapes[0] : messages.shapes.find(({ name }) => name === first);
  return fieldWords(shape, start, word);
}

/** The fields that the line does not have yet; behind `=`, what the field can be. */
function fieldWords(shape: MessageShape | undefined, start: string, word: string): string[] {
  const fields = shape?.fields ?? [];
  const [, given] = /^([^=]*)=/.exec(word) ?? [];
  if (given !== undefined)
    return (fields.find(({ name }) => name === given)?.values ?? []).map((value) => `${given}=${value} `);
  return fields.filter(({ name }) => !` ${start}`.includes(` ${name}=`)).map(({ name }) => `${name}=`);
}

/** Keys and values in relaxed JSON, on its first level. */
function inJson({ tag, shapes }: Messages, line: string): [string[], string] {
  const given = new Map([...line.matchAll(/([\w$]+)\s*:\s*"?([^",{}\s]*)/g)].map(([, key, value]) => [key, value]));
  const shape = tag === undefined ? shapes[0] : shapes.find(({ name }) => given.get(tag) === name);
  const [, key, value = ""] = /([\w$]+)\s*:\s*("?[\w$-]*)$/.exec(line) ?? [];
  const fields = shape?.fields ?? [];
  if (key !== undefined) {
    const values = key === tag ? shapes.map(({ name }) => `"${name}"`) : valuesIn(fields, key);
    return [values.filter((each) => each.startsWith(value)), value];
  }
  const word = (/[\w$]*$/.exec(line) as RegExpExecArray)[0];
  const names = [...(tag === undefined ? [] : [tag]), ...fields.map(({ name }) => name)];
  const offered = names.filter((name) => name.startsWith(word) && !name.includes(".") && !given.has(name));
  return [offered.map((name) => `${name}: `), word];
}

const valuesIn = (fields: MessageShape["fields"], key: string): string[] =>
  (fields.find(({ name }) => name === key)?.values ?? []).map((value) =>
    /^(true|false|-?\d+)$/.test(value) ? value : `"${value}"`,
  );
