// Bytes and strings, by any Length.

import { SchemaError, show } from "../errors.js";
import { checkLength, type Length, lengthFacts, type Until, withPrefix } from "../length.js";
import { countedBlob, delimitedBlob, fixedBlob, restBlob } from "../ops/blob.js";
import { type Content, raw, text } from "../ops/content.js";
import { countOf } from "../ops/count.js";
import { own } from "../own.js";
import type { Context, Op } from "../plan.js";
import { except } from "../runtime/except.js";
import { ascii, type Encoding, latin1, utf8, utf16be, utf16le } from "../runtime/text.js";
import { checkOption, type Facts, type LengthNull, type LengthRefs, node, type Schema } from "../schema.js";

/** The encodings that strings know by name; others go through `map(bytes(…), …)`. */
export type EncodingName = "utf8" | "ascii" | "latin1" | "utf16be" | "utf16le";

const encodings: Record<EncodingName, Encoding> = { utf8, ascii, latin1, utf16be, utf16le };

export interface StringOptions {
  readonly encoding?: EncodingName;
  /** One character that fills a fixed width and is taken off on decode. */
  readonly pad?: string;
  /** Where it stands: behind the text (the default) or in front. */
  readonly padSide?: "end" | "start";
  /** ASCII characters that may not stand in it. */
  readonly without?: string;
}

export interface BytesSchema<Out = Uint8Array, Refs extends string = never> extends Schema<Out, Out, Refs, Refs> {
  readonly length: Length;
}

export interface StringSchema<Out = string, Refs extends string = never> extends Schema<Out, Out, Refs, Refs> {
  readonly length: Length;
  readonly encoding: EncodingName;
  readonly pad: string | undefined;
  readonly padSide: "end" | "start";
  readonly without: string | undefined;
}

/** Delimiters as bytes in an encoding. */
export function delimitersOf(until: Until, encoding: Encoding): Uint8Array[] {
  return until.delimiters.map((delimiter) => {
    if (typeof delimiter !== "string") return delimiter;
    const bytes = new Uint8Array(delimiter.length * 3);
    const end = encoding.write(bytes, 0, delimiter);
    if (end < 0)
      throw new SchemaError("argument", `the delimiter ${show(delimiter)} cannot be written in ${encoding.name}`);
    return bytes.slice(0, end);
  });
}

function blob(context: Context, length: Length, content: Content, encoding: Encoding, bounds: Facts): Op {
  const count = countOf(context, length);
  if (count.mode === "fixed") return fixedBlob(count.n, content);
  if (count.mode === "rest") return restBlob(content, bounds);
  if (count.mode === "until")
    return delimitedBlob(length as Until, delimitersOf(length as Until, encoding), content, bounds);
  return countedBlob(count, content, bounds);
}

function check(length: Length, what: string): void {
  checkLength(length, what);
  if ((length as Until).kind === "until" && (length as Until).last)
    throw new SchemaError("argument", `${what} cannot end by a function; use array(u8, until(…)) for that`);
}

const BYTE = { min: 1, max: 1 };

/**
 * Bytes of a {@link Length}. Decoding gives a copy, or a view where the codec was compiled with `views`.
 *
 * @example
 * bytes(4)   bytes(u16)   bytes(field("length"))   bytes(until("\0"))   bytes(rest)
 */
export function bytes<const L extends Length>(length: L): BytesSchema<Uint8Array | LengthNull<L>, LengthRefs<L>> {
  check(length, "bytes");
  const facts = lengthFacts(length, BYTE);
  return node(
    "bytes",
    facts,
    { length },
    (_schema: never, context: never) => blob(context, length, raw, latin1, facts),
    (change) => bytes(withPrefix(length, change)),
  );
}

/**
 * Text of a {@link Length} in bytes; strict UTF-8 unless another encoding is named.
 *
 * @example
 * string(u8)   string(until("\r\n"), "ascii")   string(16, { encoding: "ascii", pad: " " })   string(u16, { without: "\0" })
 */
export function string<const L extends Length>(
  length: L,
  options: EncodingName | StringOptions = {},
): StringSchema<string | LengthNull<L>, LengthRefs<L>> {
  check(length, "string");
  const {
    encoding = "utf8",
    pad,
    padSide = "end",
    without,
  }: StringOptions = own(typeof options === "string" ? { encoding: options } : options);
  const rules = Object.hasOwn(encodings, encoding) ? encodings[encoding] : undefined;
  if (!rules)
    throw new SchemaError(
      "argument",
      `string knows ${Object.keys(encodings).join(", ")}, not ${show(encoding)}; use map(bytes(…)) for others`,
    );
  let byte: number | undefined;
  if (pad !== undefined) {
    if (typeof length !== "number") throw new SchemaError("argument", "string pads only to a fixed length");
    if (pad.length !== 1 || pad.charCodeAt(0) > 127 || rules.unit !== 1)
      throw new SchemaError(
        "argument",
        `string pads with one ASCII character, in an encoding of one byte; got ${show(pad)}`,
      );
    byte = pad.charCodeAt(0);
  }
  checkOption("string's padSide", padSide, ["end", "start"]);
  if (typeof length === "number" && length % rules.unit !== 0)
    throw new SchemaError("argument", `string of ${length} bytes ends in the middle of a character of ${encoding}`);
  if (without !== undefined && (rules.unit !== 1 || !/^[\0-\x7f]+$/.test(without)))
    throw new SchemaError(
      "argument",
      `string goes without one or more ASCII characters, in an encoding of one byte; got ${show(without)}`,
    );
  const facts = lengthFacts(length, BYTE);
  const content = text(
    without === undefined ? rules : except(rules, without),
    byte === undefined ? undefined : { byte, start: padSide === "start" },
  );
  return node(
    "string",
    facts,
    { length, encoding, pad, padSide, without },
    (_schema: never, context: never) => blob(context, length, content, rules, facts),
    (change) => string(withPrefix(length, change), options),
  );
}
