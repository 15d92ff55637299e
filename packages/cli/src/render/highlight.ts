// JSON in colour: names, text, numbers and the words of the language.

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*)|\b(true|false|null)\b/g;

const paint = (code: number, text: string): string => `\u001b[${code}m${text}\u001b[0m`;

export const highlighted = (json: string): string =>
  json.replace(TOKEN, (all, text: string | undefined, colon: string | undefined, number: string | undefined) => {
    if (text !== undefined) return colon === undefined ? paint(32, text) : `${paint(36, text)}${colon}`;
    return paint(number === undefined ? 35 : 33, all);
  });
