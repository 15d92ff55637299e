// Law: a failure says whose it is by its exit code, and reads the same as text and as JSON.

import { isAbsolute, relative } from "node:path";
import type { DecodeError, EncodeError, SchemaError } from "@wireform/codec";

/** Exit codes of every command. */
export const Exit = { ok: 0, no: 1, usage: 2, schema: 3, decode: 4, encode: 5, interrupted: 130 } as const;
export type Exit = (typeof Exit)[keyof typeof Exit];

type Whose = "usage" | "io" | "schema" | "decode" | "encode" | "interrupted";

/** What there is to say of a message that is wrong. */
interface Detail {
  /** What could be read of it. */
  readonly partial?: unknown;
  /** The bytes that were passed over because of it. */
  readonly leftOut?: { readonly offset: number; readonly bytes: number };
}

/** What a command cannot do, and whose fault that is. `hint` says what to do about it. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly whose: Whose;
  readonly hint: string | undefined;
  readonly detail: Detail;

  constructor(whose: Whose, message: string, hint?: string, cause?: unknown, detail: Detail = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.whose = whose;
    this.hint = hint;
    this.detail = detail;
  }
}

export const usage = (message: string, hint?: string): Failure => new Failure("usage", message, hint);

const exits: Record<Whose, Exit> = {
  usage: Exit.usage,
  io: Exit.usage,
  schema: Exit.schema,
  decode: Exit.decode,
  encode: Exit.encode,
  interrupted: Exit.interrupted,
};

/** An error of the codec, recognised by its name since a schema file may have a codec of its own. */
const codecErrors: Record<string, Whose> = { DecodeError: "decode", EncodeError: "encode", SchemaError: "schema" };

/** A failed system call in words; its own text where there are none. */
const systemErrors: Record<string, string> = {
  ENOENT: "no such file",
  EACCES: "not allowed",
  EPERM: "not allowed",
  EISDIR: "is a directory",
  ENOTDIR: "not a directory",
  EADDRINUSE: "the address is in use",
  ECONNREFUSED: "connection refused: nobody listens there",
  ECONNRESET: "connection reset by the other end",
  ETIMEDOUT: "no answer in time",
  EADDRNOTAVAIL: "no address of this machine",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "no answer about that host",
  EHOSTUNREACH: "no way to that host",
  ENOSPC: "no space left on the device",
};

interface SystemError extends Error {
  readonly code: string;
  readonly path?: string;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
}

const isSystemError = (error: unknown): error is SystemError =>
  error instanceof Error && typeof (error as SystemError).code === "string" && "syscall" in error;

/** A path as a person in `cwd` would write it. */
function shown(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === "" || short.startsWith("..") || isAbsolute(short) ? path : short;
}

/** Whose fault anything thrown is; undefined for a defect of the command itself. */
export function failureOf(error: unknown, cwd: string): Failure | undefined {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error)) return undefined;
  const whose = codecErrors[error.name];
  if (whose) return new Failure(whose, error.message, undefined, error);
  if (error.name === "AbortError") return new Failure("interrupted", "interrupted", undefined, error);
  // Several addresses were tried: they failed alike.
  if (error instanceof AggregateError && error.errors.length > 0) return failureOf(error.errors[0], cwd);
  if (!isSystemError(error)) return undefined;
  const { address, port = -1, code } = error;
  // The address of a Unix socket is its path.
  const path = error.path ?? (port < 0 ? address : undefined);
  const where = path !== undefined ? shown(path, cwd) : port >= 0 ? `${address}:${port}` : error.hostname;
  const words = systemErrors[code] ?? error.message;
  return new Failure("io", where ? `${where}: ${words}` : words, undefined, error);
}

export const exitOf = (failure: Failure): Exit => exits[failure.whose];

/** One line for a person, and what to do about it below. */
export function asText({ message, hint, detail: { partial } }: Failure): string {
  const read = partial === undefined ? undefined : `read so far: ${JSON.stringify(partial)}`;
  return [`wireform: ${message}`, read, hint].filter((line) => line !== undefined).join("\n") + "\n";
}

/** One object for a program. */
export function asJson({ whose, message, hint, cause, detail }: Failure): object {
  const { code, keys, path, offset, expected, actual } = (cause ?? {}) as Partial<
    DecodeError & EncodeError & SchemaError
  >;
  return { error: { whose, message, code, path: keys && path, offset, expected, actual, hint, ...detail } };
}
