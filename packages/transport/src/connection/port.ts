// Law: a connection does no I/O. It hands bytes to a port and is told by the port what happened.

/** Where the other end is, as far as the transport knows. */
export interface Endpoint {
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  /** Path of a Unix socket or name of a pipe. */
  readonly path?: string | undefined;
}

/** A two-way byte pipe below a connection: a socket, a child's pipes, a test double. */
export interface Port {
  readonly remote: Endpoint;
  readonly local: Endpoint;
  /** True when chunks given to the sink lie in a buffer that the port reuses as soon as it may. */
  readonly lends: boolean;
  /** True when written chunks are passed on as they are, so that somebody may look at them after `sent()`. */
  readonly passesOn: boolean;
  /** Begins to report to `sink`; called once. */
  open(sink: PortSink): void;
  /** Sends the chunks in order, as one write where it can, and calls `sink.sent()` once when all of them are gone. */
  write(chunks: readonly Uint8Array[]): void;
  /** Bytes of started writes that the system has not accepted yet, if the port can tell; falls while a slow peer reads. */
  unsent(): number | undefined;
  pause(): void;
  resume(): void;
  /** Says that we are done sending, after all writes. */
  end(): void;
  /** Closes both directions now. */
  destroy(): void;
  /** Closes both directions now and tells the peer so (RST), where the transport can. */
  reset(): void;
}

/** What a port reports. After `closedByPort` it reports nothing more. */
export interface PortSink {
  /** Returns false when a lent chunk is still needed: the port must not read until `resume()`. */
  data(chunk: Uint8Array): boolean;
  /** Where the next bytes had best be read to, asked before each read; undefined where that is the port's own affair. */
  room(): Uint8Array | undefined;
  /** Like `data`, of `count` bytes that were read to where `room` said last. */
  filled(room: Uint8Array, count: number): boolean;
  /** The oldest unfinished write has left. */
  sent(): void;
  /** The peer is done sending. */
  ended(): void;
  failed(error: unknown): void;
  closedByPort(): void;
}
