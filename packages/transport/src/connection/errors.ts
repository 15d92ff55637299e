// Law: every way a connection can end has one word, and no failure of a connection is ever an unhandled rejection.

/**
 * Why a connection is over.
 *
 * - `end`: both sides said goodbye between two messages, or we closed it.
 * - `reset`: the peer, or the network, dropped it between two messages.
 * - `truncated`: the stream stopped inside a message, however politely.
 * - `timeout`: one of our timers or the heartbeat ran out.
 * - `protocol`: the peer's bytes are not a message.
 * - `limit`: a message, a queue or a total grew past its limit.
 * - `aborted`: `abort()`, an AbortSignal, or an error thrown by our own handler.
 */
export type CloseReason = "end" | "reset" | "truncated" | "timeout" | "protocol" | "limit" | "aborted";

/** How a connection ended. */
export interface Closed {
  readonly reason: CloseReason;
  /** What went wrong; absent when `reason` is `end`. */
  readonly error?: ConnectionError;
  /** The last message was ended by the close of the stream, so part of it may be missing and nobody can tell. */
  readonly maybeTruncated: boolean;
}

/** What went wrong: a reason to close, or `closed` (used after its end), `connect` (never began), `busy` (two readers). */
export type ConnectionCode = Exclude<CloseReason, "end"> | "closed" | "connect" | "busy";

/** A connection failed or was misused; recognise it by `code`. `cause` is the DecodeError or system error behind it. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  readonly code: ConnectionCode;

  constructor(code: ConnectionCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/**
 * What a peer or the network did. It began at no line of code, so a stack would tell nothing; it would cost more than all
 * else that is done for a peer that is cut.
 */
export function peerError(code: ConnectionCode, message: string, cause?: unknown): ConnectionError {
  const { stackTraceLimit } = Error;
  // Fails quietly where the engine's own objects are frozen.
  Reflect.set(Error, "stackTraceLimit", 0);
  const error = new ConnectionError(code, message, cause);
  Reflect.set(Error, "stackTraceLimit", stackTraceLimit);
  return error;
}

/** An option cannot be what it is; `option` names it. Thrown at once, before anything is opened. */
export class OptionError extends TypeError {
  override readonly name = "OptionError";
  readonly code = "option";
  readonly option: string;

  constructor(option: string, message: string) {
    super(`${option} ${message}`);
    this.option = option;
  }
}

/** The words of any thrown thing. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of any thrown thing, as system errors and codec errors carry it. */
export function codeOf(error: unknown): string | undefined {
  const code = typeof error === "object" && error !== null ? (error as { code?: unknown }).code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** A failure while decoding, told as the end of the connection; only the stream's own end can cut a message short. */
export function fromDecoding(error: unknown, likely: string | undefined, atEnd: boolean): ConnectionError {
  if (error instanceof ConnectionError) return error;
  const code = codeOf(error);
  const reason = code === "limit" || (code === "truncated" && atEnd) ? code : "protocol";
  const hint = likely === undefined ? "" : `; the peer's first bytes look like ${likely}`;
  return peerError(reason, messageOf(error) + hint, error);
}

/** Nobody nests causes deeper than this, unless in a circle. */
const causesAtMost = 8;

/** Until its stack is written out, an error that is kept keeps all that was on the stack, the received bytes too. */
export function letGo(error: ConnectionError): void {
  let each: unknown = error;
  try {
    for (let i = 0; i < causesAtMost && each instanceof Error; i++) {
      void each.stack;
      each = each.cause;
    }
  } catch {
    // The cause is a user's error, which may do as it likes.
  }
}

/** A failure of the socket itself, told as the end of the connection. */
export function fromSystem(error: unknown): ConnectionError {
  if (error instanceof ConnectionError) return error;
  const code = codeOf(error) ?? "";
  const reason = code === "ETIMEDOUT" ? "timeout" : /^(EPROTO$|ERR_SSL|ERR_TLS)/.test(code) ? "protocol" : "reset";
  return peerError(reason, `the connection failed: ${messageOf(error)}`, error);
}

/** Lets a promise be ignored: whoever awaits it still sees the rejection, nobody else is bothered. */
export function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** A promise with its handles outside; rejection may be ignored. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

/** Makes a {@link Deferred}. */
export function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise: quiet(promise), resolve, reject };
}
