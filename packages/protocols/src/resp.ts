// RESP, the Redis serialization protocol, versions 2 and 3, from redis/redis-specifications, protocol/RESP2.md and
// protocol/RESP3.md. The names in quotes are the headings there.
//
// Every value starts with a byte that says its type, lengths and counts are decimal digits, and CR LF ends every part.
// What the specification calls binary safe (bulk strings, bulk errors, verbatim strings) is bytes here; simple strings
// and errors are text, in UTF-8.
//
// Not supported, as section "Streamed aggregated data types" asks to say: streamed strings (`$?`) and streamed
// aggregates (`*?`), which no command of Redis sends. Their `?` is refused where a length stands.

import {
  array,
  bytes,
  check,
  custom,
  decimal,
  enumeration,
  field,
  lazy,
  magic,
  map,
  match,
  nullable,
  rest,
  type Schema,
  sized,
  string,
  struct,
  u8,
  union,
  until,
  when,
} from "@wireform/codec";

const end = magic("\r\n");
const toEnd = until("\r\n");

/** The byte in front of a value. */
const tag = (character: string): number => character.charCodeAt(0);

// A length in front of bytes and a count in front of values.
const length = decimal(toEnd);
/** RESP2 writes null as a bulk string or an array of length -1 ("Null" in RESP3.md replaces both). */
const lengthOrNull = nullable(decimal(toEnd, { sign: "minus" }), -1);

/** "Simple strings cannot contain the CR nor the LF characters inside"; the same holds for "Simple error". */
const line = check(string(toEnd), (text) => !/[\r\n]/.test(text), "has neither CR nor LF inside");

/** A key and its value, of a map or of attributes. */
export interface Pair<V> {
  key: V;
  value: V;
}

/** Any RESP value, with numbers as `Integer` and `Double`. */
export type Tree<Integer, Double> =
  | { type: "simple"; value: string }
  | { type: "error"; value: string }
  | { type: "integer"; value: Integer }
  | { type: "bulk"; value: Uint8Array | null }
  | { type: "array"; value: Tree<Integer, Double>[] | null }
  | { type: "null" }
  | { type: "boolean"; value: boolean }
  | { type: "double"; value: Double }
  | { type: "bigNumber"; value: bigint }
  | { type: "bulkError"; value: Uint8Array }
  | { type: "verbatim"; value: { format: string; text: Uint8Array } }
  | { type: "map"; value: Pair<Tree<Integer, Double>>[] }
  | { type: "set"; value: Tree<Integer, Double>[] }
  | { type: "push"; value: Tree<Integer, Double>[] }
  | { type: "attribute"; attributes: Pair<Tree<Integer, Double>>[]; value: Tree<Integer, Double> };

/** A value with its numbers by these schemas; both end with CR LF. */
function tree<Integer, Double>(integer: Schema<Integer>, double: Schema<Double>): Schema<Tree<Integer, Double>> {
  const value: Schema<Tree<Integer, Double>> = lazy(() => any);
  const pair = struct({ key: value, value });
  // TypeScript cannot compute the union while Integer and Double are open.
  const any = union("type", u8, {
    // Types equivalent to RESP version 2
    simple: [tag("+"), line],
    error: [tag("-"), line],
    integer: [tag(":"), integer],
    bulk: [tag("$"), struct({ value: bytes(lengthOrNull), end: when(field("value").isNot(null), end) })],
    array: [tag("*"), array(value, lengthOrNull)],
    // Types introduced by RESP3
    null: [tag("_"), struct({ end })],
    boolean: [tag("#"), struct({ value: boolean, end })],
    double: [tag(","), double],
    bigNumber: [tag("("), decimal(toEnd, { sign: "either", big: true })],
    bulkError: [tag("!"), struct({ value: bytes(length), end })],
    verbatim: [tag("="), struct({ value: sized(length, verbatim), end })],
    map: [tag("%"), array(pair, length)],
    set: [tag("~"), array(value, length)],
    push: [tag(">"), array(value, length)],
    // "Attributes can appear anywhere before a valid part of the protocol", and belong to the value behind them.
    attribute: [tag("|"), struct({ attributes: array(pair, length), value })],
  }) as Schema as Schema<Tree<Integer, Double>>;
  return any;
}

/** "Boolean": `t` or `f`. */
const boolean = map(enumeration(u8, { t: tag("t"), f: tag("f") }), {
  decode: (letter) => letter === "t",
  encode: (value: boolean) => {
    if (typeof value !== "boolean") throw new TypeError("needs a boolean");
    return value ? "t" : "f";
  },
});

/** "Verbatim string": three characters of format (`txt`, `mkd`), a colon, the text. */
const verbatim = struct({ format: string(3, "ascii"), colon: magic(":"), text: bytes(rest) });

/** "Number": "valid numbers are in the range of the signed 64 bit integer". */
const digits = decimal(toEnd, { sign: "either", big: true, maxDigits: 19 });
const fits = (value: bigint): boolean => BigInt.asIntN(64, value) === value;
const int64 = check(digits, fits, "fits 64 bits");

/** A number, or a bigint where a number would not be exact: beyond 2^53 - 1. */
const integer = map(digits, {
  decode(value): number | bigint {
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    if (fits(value)) return value;
    throw new RangeError("does not fit 64 bits");
  },
  encode(value: number | bigint) {
    if (typeof value === "bigint" ? fits(value) : Number.isSafeInteger(value)) return BigInt(value);
    throw new RangeError("needs a whole number of at most 2^53 - 1 in size, or a bigint of 64 bits");
  },
});

/** "Double"; before 7.2, Redis wrote NaN as libc did. */
const doubleForm = /^([+-]?(\d+(\.\d+)?([eE][+-]?\d+)?|inf)|-?nan(\(\w*\))?)$/i;

const doubleText = check(string(toEnd, "ascii"), (text) => doubleForm.test(text), "is a number, inf, -inf or nan");

/** The shortest text that means the same number. */
const double = map(doubleText, {
  decode(text) {
    const number = Number(text);
    if (!Number.isNaN(number) || /nan/i.test(text)) return number;
    return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  },
  encode(value: number) {
    if (typeof value !== "number") throw new TypeError("needs a number");
    if (Number.isNaN(value)) return "nan";
    if (Object.is(value, -0)) return "-0";
    return Number.isFinite(value) ? String(value) : value > 0 ? "inf" : "-inf";
  },
});

/**
 * What either side may send. Integers are numbers, or bigints where they go beyond 2^53 - 1; doubles are numbers, which
 * encode writes as the shortest text.
 */
export type Value = Tree<number | bigint, number>;
export const Value: Schema<Value> = tree(integer, double);

/** The same with every integer as a bigint and every double as its text, so that encode gives back the bytes decoded. */
export type ExactValue = Tree<bigint, string>;
export const ExactValue: Schema<ExactValue> = tree(int64, doubleText);

/** The one field of a struct as the value itself. */
const only = <Out, In>(one: Schema<{ value: Out }, { readonly value: In }>): Schema<Out, In> =>
  map(one, { decode: (fields): Out => fields.value, encode: (value: In) => ({ value }) }) as Schema as Schema<Out, In>;

const word = only(struct({ type: magic("$"), value: bytes(length), end }));
const text = only(struct({ type: magic("$"), value: string(length), end }));

/**
 * What clients send: an array of bulk strings, which are the command's name and its arguments.
 *
 * @example
 * compile(TextCommand).encode(["SET", "key", "5"]);   // *3 $3 SET $3 key $1 5
 */
export const Command: Schema<Uint8Array[], readonly Uint8Array[]> = only(
  struct({ type: magic("*"), value: array(word, length) }),
);
/** The same with all words as text, in UTF-8. */
export const TextCommand: Schema<string[], readonly string[]> = only(
  struct({ type: magic("*"), value: array(text, length) }),
);

/**
 * "Inline commands" of RESP2.md, for people and telnet: a line of words, as it was typed. Redis takes at most 64 KiB, and LF
 * alone as its end too; encode writes CR LF.
 */
export const Inline: Schema<string> = check(
  string(until(["\r\n", "\n"], { max: 65536 })),
  (text) => !text.startsWith("*"),
  "does not start with *, as commands do",
);

/** What a server receives: commands, and inline commands between them as it pleases the client. */
export type Request = { type: "command"; value: Uint8Array[] } | { type: "inline"; value: string };

/** What follows, by its first byte, which is left where it is. */
const requestType = custom<Request["type"]>({
  name: "request type",
  max: 0,
  decode: ([first]) =>
    first === undefined ? { needed: 1 } : { value: first === tag("*") ? "command" : "inline", size: 0 },
  encode: () => new Uint8Array(0),
});

export const Request: Schema<Request> = struct({
  type: requestType,
  value: match(field("type"), { command: Command, inline: Inline }),
}) as Schema as Schema<Request>;
