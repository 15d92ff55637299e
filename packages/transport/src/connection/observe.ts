// Law: whoever looks on can neither slow down nor break what it looks at.

import type { Closed } from "./errors.js";
import type { Endpoint } from "./port.js";

/** What a connection counts over its life. */
export interface Counters {
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly messagesReceived: number;
  readonly messagesSent: number;
  /** Writes handed to the system: with bytesSent it tells how well messages gather. */
  readonly writes: number;
  /** Bytes encoded and not yet accepted by the system. */
  readonly queued: number;
  /** Bytes of a message that has begun and is not complete. */
  readonly partial: number;
}

/** A connection as an onlooker sees it. */
export interface Observed {
  /** Counts up from 1 in this process. */
  readonly id: number;
  readonly remote: Endpoint;
  readonly local: Endpoint;
  readonly counters: Counters;
}

/** Something happened to a connection or a server. */
export type TransportEvent =
  | { readonly type: "open"; readonly connection: Observed }
  | { readonly type: "close"; readonly connection: Observed; readonly closed: Closed }
  | { readonly type: "handler-error"; readonly connection: Observed; readonly error: unknown }
  | { readonly type: "refused"; readonly remote: Endpoint; readonly why: string }
  | { readonly type: "server-error"; readonly error: unknown }
  | { readonly type: "retry"; readonly attempt: number; readonly delay: number; readonly error: unknown };

/** Looks on. */
export type Observer = (event: TransportEvent) => void;

/** Tells an observer; what it throws goes nowhere. */
export function tell(observer: Observer | undefined, event: TransportEvent): void {
  if (observer === undefined) return;
  try {
    observer(event);
  } catch {
    // An onlooker's fault is not the connection's.
  }
}
