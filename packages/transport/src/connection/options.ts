// Law: every option has a default that is safe for a stranger on the other end, and a bad one is refused by name.

import { type Codec, type DecoderOptions, Encoder } from "@wireform/codec";
import { checkCodec, checkCount, checkFunction, checkMilliseconds, checkNames, checkSignal } from "./check.js";
import { type Clock, systemClock } from "./clock.js";
import { OptionError } from "./errors.js";
import type { Observer } from "./observe.js";

/** When to give up on a peer, in milliseconds; 0 is never. */
export interface Timeouts {
  /** From opening to the first complete message. */
  readonly handshake: number;
  /** Without a received byte, while we are ready to read. */
  readonly idleRead: number;
  /** Without a byte leaving. */
  readonly idleWrite: number;
  /** From the first byte of a message to its last, however steadily they drip. */
  readonly messageDeadline: number;
  /** Without the peer taking a byte of what waits for it. */
  readonly writeStall: number;
}

/** A message of our own that keeps a quiet connection honest. */
export interface Heartbeat<In> {
  /** What to send, or a function that makes it. */
  readonly message: In | (() => In);
  /** Milliseconds between two beats. */
  readonly interval: number;
  /** Beats without a single byte heard after which the peer is dead: `interval * (misses + 1)` of silence at most. */
  readonly misses: number;
}

/** What can be chosen for one connection. */
export interface ConnectionOptions<Out, In> {
  /**
   * What the peer sends. With a codec compiled for `views`, bytes in a message are valid until `onMessage` returns, or
   * until the next message is asked for: copy what you keep.
   */
  readonly receive: Codec<Out, never>;
  /** What we send. */
  readonly send: Codec<unknown, In>;
  /** Handed to the Decoder: limits and policies. */
  readonly decoder?: DecoderOptions | undefined;
  /** By default `messageDeadline` and `writeStall` are 60 s, the others never. */
  readonly timeouts?: Partial<Timeouts> | undefined;
  readonly heartbeat?: (Omit<Heartbeat<In>, "misses"> & { readonly misses?: number | undefined }) | undefined;
  /** Bytes waiting to leave from which on `send()` asks to wait; 256 KiB unless said otherwise. */
  readonly highWater?: number | undefined;
  /** Bytes waiting to leave at which sending fails and the connection is closed with `limit`; 4 MiB unless said otherwise. */
  readonly maxQueued?: number | undefined;
  /** Received bytes that may wait for the consumer before reading pauses; 64 KiB unless said otherwise. */
  readonly readAhead?: number | undefined;
  /** Bytes received over the whole life after which the connection is closed with `limit`; unlimited by default. */
  readonly maxReceived?: number | undefined;
  /** Bytes sent over the whole life after which the connection is closed with `limit`; unlimited by default. */
  readonly maxSent?: number | undefined;
  /** Milliseconds that `close()` may take for what is queued and the peer's goodbye; 5000 unless said otherwise. */
  readonly closeTimeout?: number | undefined;
  /** Aborts the connection. */
  readonly signal?: AbortSignal | undefined;
  /** Told of everything that happens, synchronously; what it throws is ignored. */
  readonly observe?: Observer | undefined;
  /** Another time than the real one, for tests. */
  readonly clock?: Clock | undefined;
}

const isChecked: unique symbol = Symbol("checked");

/** The same, checked and complete. */
export interface CheckedOptions<Out, In> {
  readonly [isChecked]: true;
  readonly receive: Codec<Out, never>;
  readonly send: Codec<unknown, In>;
  /** Keeps nothing from one message to the next, so that all connections of a server share it. */
  readonly encoder: Encoder<In>;
  readonly decoder: DecoderOptions | undefined;
  readonly timeouts: Timeouts;
  readonly heartbeat: Heartbeat<In> | undefined;
  readonly highWater: number;
  readonly maxQueued: number;
  readonly readAhead: number;
  readonly maxReceived: number;
  readonly maxSent: number;
  readonly closeTimeout: number;
  readonly signal: AbortSignal | undefined;
  readonly observe: Observer | undefined;
  readonly clock: Clock;
}

/** Names of the options of every connection. */
export const connectionOptionNames = [
  "receive",
  "send",
  "decoder",
  "timeouts",
  "heartbeat",
  "highWater",
  "maxQueued",
  "readAhead",
  "maxReceived",
  "maxSent",
  "closeTimeout",
  "signal",
  "observe",
  "clock",
] as const satisfies readonly (keyof ConnectionOptions<unknown, unknown>)[];

/** Names of the timers of every connection. */
export const timeoutNames = [
  "handshake",
  "idleRead",
  "idleWrite",
  "messageDeadline",
  "writeStall",
] as const satisfies readonly (keyof Timeouts)[];

const bytesAtMost = Number.POSITIVE_INFINITY;

/** Checks the options of a connection; names of options are the caller's to check. Throws OptionError. */
export function checkOptions<Out, In>(options: ConnectionOptions<Out, In>): CheckedOptions<Out, In> {
  // A server checks once for all its connections.
  if (isChecked in options) return options as CheckedOptions<Out, In>;
  checkCodec("receive", options.receive);
  checkCodec("send", options.send);
  checkSignal("signal", options.signal);
  checkFunction("observe", options.observe);
  const highWater = checkCount("highWater", options.highWater, 256 * 1024, 1, bytesAtMost);
  const maxQueued = checkCount("maxQueued", options.maxQueued, Math.max(4 * 1024 * 1024, highWater), 1, bytesAtMost);
  if (maxQueued < highWater)
    throw new OptionError("maxQueued", `is at least highWater (${highWater}); got ${maxQueued}`);
  return {
    receive: options.receive,
    send: options.send,
    encoder: new Encoder(options.send),
    decoder: options.decoder,
    timeouts: checkTimeouts(options.timeouts),
    heartbeat: checkHeartbeat(options.heartbeat),
    highWater,
    maxQueued,
    readAhead: checkCount("readAhead", options.readAhead, 64 * 1024, 1, bytesAtMost),
    maxReceived: checkCount("maxReceived", options.maxReceived, bytesAtMost, 1, bytesAtMost),
    maxSent: checkCount("maxSent", options.maxSent, bytesAtMost, 1, bytesAtMost),
    closeTimeout: checkMilliseconds("closeTimeout", options.closeTimeout, 5000),
    signal: options.signal,
    observe: options.observe,
    clock: options.clock ?? systemClock,
    [isChecked]: true,
  };
}

function checkTimeouts(given: Partial<Timeouts> | undefined): Timeouts {
  if (given !== undefined) checkNames("timeouts", given, ["connect", ...timeoutNames]);
  const ms = (name: keyof Timeouts, fallback: number) => checkMilliseconds(`timeouts.${name}`, given?.[name], fallback);
  return {
    handshake: ms("handshake", 0),
    idleRead: ms("idleRead", 0),
    idleWrite: ms("idleWrite", 0),
    messageDeadline: ms("messageDeadline", 60_000),
    writeStall: ms("writeStall", 60_000),
  };
}

function checkHeartbeat<In>(given: ConnectionOptions<unknown, In>["heartbeat"]): Heartbeat<In> | undefined {
  if (given === undefined) return undefined;
  checkNames("heartbeat", given, ["message", "interval", "misses"]);
  if (given.message === undefined) throw new OptionError("heartbeat.message", "is missing: it is what to send");
  const interval = checkMilliseconds("heartbeat.interval", given.interval, 0);
  if (interval === 0) throw new OptionError("heartbeat.interval", "is a number of milliseconds above 0");
  return { message: given.message, interval, misses: checkCount("heartbeat.misses", given.misses, 2, 1, 1000) };
}
