// Law: an error says whose fault it is (your value, their bytes, your definition) and where. It is recognised by
// `code`, never by instanceof, so that two copies of this package in one program understand each other.

/** What can be wrong with received bytes. */
export type DecodeCode =
  | "truncated"
  | "trailing"
  | "limit"
  | "constant"
  | "tag"
  | "value"
  | "length"
  | "checksum"
  | "encoding"
  | "digits"
  | "varint"
  | "rejected";

/** What can be wrong with a value given to encode. */
export type EncodeCode =
  | "type"
  | "range"
  | "missing"
  | "unexpected"
  | "mismatch"
  | "length"
  | "encoding"
  | "delimiter"
  | "limit"
  | "overflow"
  | "rejected";

/** What can be wrong with a definition. */
export type SchemaCode = "argument" | "name" | "duplicate" | "reference" | "inverse" | "bits" | "end" | "recursion";

/** A step of a path: a field's name or an element's index. */
export type Key = string | number;

/** Whether a text is one word of ASCII letters, digits, _ and $. */
export function isWord(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    const letter = c | 32;
    if (!((letter > 96 && letter < 123) || (c > 47 && c < 58) || c === 95 || c === 36)) return false;
  }
  return text !== "";
}

/** Whether such a word is a name in JavaScript. */
export const isIdentifier = (text: string): boolean => isWord(text) && !(text >= "0" && text < ":");

/** Throws where the stack has no room for so many calls more. */
export const deeper = (calls: number): number => (calls === 0 ? 0 : 1 + deeper(calls - 1));

/**
 * Whether a key can be written without quotes. V8 ends the process when it compiles a regexp and there is no stack left
 * for that, so only what has other letters is asked by one, and only where there is room.
 */
function isPlain(key: string): boolean {
  if (isIdentifier(key)) return true;
  try {
    return deeper(400) > 0 && /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key);
  } catch {
    return false;
  }
}

/** Writes keys as a person would, `move.path[3].x`, behind the text of those in front. */
export function pathText(keys: readonly Key[], before = ""): string {
  let text = before;
  for (const key of keys) {
    if (typeof key === "number") text += `[${key}]`;
    else if (isPlain(key)) text += text === "" ? key : `.${key}`;
    else text += `[${JSON.stringify(key.length > 64 ? `${key.slice(0, 64)}…` : key)}]`;
  }
  return text;
}

/** Shortens any value to a few readable words, without running its code more than a property read. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  if (value instanceof Uint8Array) return `${value.length} bytes${value.length > 0 ? ` ${hex(value, 0, 8)}` : ""}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}

/** What something thrown says. */
export function reason(cause: unknown): string {
  if (cause instanceof Error) return cause.message;
  return typeof cause === "string" ? cause : show(cause);
}

/** `count` bytes from `start` as hex, with an ellipsis when more follow. */
export function hex(bytes: Uint8Array, start: number, count: number): string {
  const end = Math.min(bytes.length, start + count);
  let text = "";
  for (let i = start; i < end; i++)
    text += `${i > start ? " " : ""}${(bytes[i] as number).toString(16).padStart(2, "0")}`;
  return end < bytes.length ? `${text} …` : text;
}

/** Where and why a codec refused something; shared by {@link DecodeError} and {@link EncodeError}. */
export interface Fault<Code> {
  readonly code: Code;
  /** Keys from the root to the place; empty for the message itself. */
  readonly keys: readonly Key[];
  /** Byte offset: absolute in the stream for a Decoder, in the input for `decode`, of the next byte to write for `encode`. */
  readonly offset: number;
  /** For a bit field, its first bit in the byte at `offset`, counted from the most significant (0 to 7). */
  readonly bit?: number | undefined;
  readonly expected: string;
  readonly actual: string;
  /**
   * Hex of the bytes around `offset`, empty where there are none. Of encode, those written so far, and `__` for each that is
   * filled in later, such as of a length in front.
   */
  readonly window?: string | undefined;
  readonly cause?: unknown;
}

function message(fault: Fault<string>): string {
  const path = pathText(fault.keys);
  const bit = fault.bit === undefined ? "" : ` bit ${fault.bit}`;
  const near = fault.window ? `, near ${fault.window}` : "";
  const actual = fault.actual === "" ? "" : `, ${fault.actual}`;
  return `${path === "" ? "" : `${path}: `}${fault.expected}${actual} (offset ${fault.offset}${bit}${near})`;
}

/** Errors of any copy of this package, for instanceof. */
const named = (error: unknown, name: string): boolean =>
  error instanceof Error && error.name === name && "code" in error;

/** Their bytes are wrong. `code` says how, `path` and `offset` say where. */
export class DecodeError extends Error implements Fault<DecodeCode> {
  override readonly name = "DecodeError";
  readonly code: DecodeCode;
  readonly keys: readonly Key[];
  readonly path: string;
  readonly offset: number;
  readonly bit: number | undefined;
  readonly expected: string;
  readonly actual: string;
  readonly window: string;

  static override [Symbol.hasInstance](error: unknown): boolean {
    return named(error, "DecodeError");
  }

  constructor(fault: Fault<DecodeCode>) {
    super(message(fault), fault.cause === undefined ? undefined : { cause: fault.cause });
    this.code = fault.code;
    this.keys = fault.keys;
    this.path = pathText(fault.keys);
    this.offset = fault.offset;
    this.bit = fault.bit;
    this.expected = fault.expected;
    this.actual = fault.actual;
    this.window = fault.window ?? "";
  }
}

/** Your value is wrong. `code` says how, `path` says where; `offset` is where its first byte would have gone. */
export class EncodeError extends Error implements Fault<EncodeCode> {
  override readonly name = "EncodeError";
  readonly code: EncodeCode;
  readonly keys: readonly Key[];
  readonly path: string;
  readonly offset: number;
  readonly bit: number | undefined;
  readonly expected: string;
  readonly actual: string;
  readonly window: string;

  static override [Symbol.hasInstance](error: unknown): boolean {
    return named(error, "EncodeError");
  }

  constructor(fault: Fault<EncodeCode>) {
    super(message(fault), fault.cause === undefined ? undefined : { cause: fault.cause });
    this.code = fault.code;
    this.keys = fault.keys;
    this.path = pathText(fault.keys);
    this.offset = fault.offset;
    this.bit = fault.bit;
    this.expected = fault.expected;
    this.actual = fault.actual;
    this.window = fault.window ?? "";
  }
}

/** Your definition is wrong. Thrown while defining or compiling; the message names the field and says what to do. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
  readonly code: SchemaCode;
  readonly keys: readonly Key[];
  readonly path: string;
  readonly reason: string;

  static override [Symbol.hasInstance](error: unknown): boolean {
    return named(error, "SchemaError");
  }

  constructor(code: SchemaCode, reason: string, keys: readonly Key[] = []) {
    const path = pathText(keys);
    super(path === "" ? reason : `${path}: ${reason}`);
    this.code = code;
    this.keys = keys;
    this.path = path;
    this.reason = reason;
  }

  /** The same error seen from one level further out. */
  within(key: Key): SchemaError {
    return new SchemaError(this.code, this.reason, [key, ...this.keys]);
  }
}

/** What `make` gives; what it refuses is seen from one level further out. */
export function inside<T>(key: Key, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof SchemaError ? error.within(key) : error;
  }
}
