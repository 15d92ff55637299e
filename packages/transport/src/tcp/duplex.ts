// Law: a port over streams keeps no state of its own but which of the two directions is over.

import { Readable, Writable } from "node:stream";
import type { ReadableStream, WritableStream } from "node:stream/web";
import type { Endpoint, Port, PortSink } from "../connection/port.js";

interface Stream {
  on(event: string, listener: (...values: never[]) => void): unknown;
  destroy(error?: Error): unknown;
  readonly destroyed: boolean;
}

/** What we need of a readable stream. */
export interface ReadableLike extends Stream {
  pause(): unknown;
  resume(): unknown;
}

/** What we need of a writable stream. */
export interface WritableLike extends Stream {
  write(chunk: Uint8Array, callback: (error?: Error | null) => void): unknown;
  end(): unknown;
  cork?(): void;
  uncork?(): void;
  readonly writableEnded?: boolean;
}

/** A two-way stream, or the two one-way halves of one: `{ readable: child.stdout, writable: child.stdin }`. */
export type DuplexLike =
  | (ReadableLike & WritableLike)
  | {
      readonly readable: ReadableLike | ReadableStream<Uint8Array>;
      readonly writable: WritableLike | WritableStream<Uint8Array>;
    };

/** Tells a pair of streams from one that goes both ways, and makes Node's streams of web streams. */
export function halves(duplex: DuplexLike): { readable: ReadableLike; writable: WritableLike } {
  if ("write" in duplex) return { readable: duplex, writable: duplex };
  const { readable, writable } = duplex;
  return {
    readable: readable && "getReader" in readable ? Readable.fromWeb(readable) : readable,
    writable: writable && "getWriter" in writable ? Writable.fromWeb(writable) : writable,
  };
}

const nothing = (): void => {};

/** A port over Node streams: pipes, children, stdio, anything that emits `data`. */
export class DuplexPort implements Port {
  readonly lends: boolean = false;
  readonly passesOn: boolean = true;
  protected readonly readable: ReadableLike;
  protected readonly writable: WritableLike;
  protected sink: PortSink | undefined;
  #open = 2;

  constructor(readable: ReadableLike, writable: WritableLike) {
    this.readable = readable;
    this.writable = writable;
  }

  get remote(): Endpoint {
    return {};
  }

  get local(): Endpoint {
    return {};
  }

  open(sink: PortSink): void {
    this.sink = sink;
    const { readable, writable } = this;
    const failed = (error: unknown): void => sink.failed(error);
    let closed = false;
    const halfClosed = (): void => {
      this.#open--;
      if (this.#open > 0 || closed) return;
      closed = true;
      sink.closedByPort();
      // A late error of a stream that was let go must not end the process.
      readable.on("error", nothing);
      writable.on("error", nothing);
    };
    readable.on("error", failed);
    readable.on("end", () => sink.ended());
    readable.on("close", halfClosed);
    if (writable !== (readable as unknown)) {
      writable.on("error", failed);
      writable.on("close", halfClosed);
      if (writable.destroyed) halfClosed();
    } else {
      this.#open = 1;
    }
    if (readable.destroyed) halfClosed();
    else this.listen(sink);
  }

  /** Begins to read. */
  protected listen(sink: PortSink): void {
    this.readable.on("data", (chunk: Uint8Array) => void sink.data(chunk));
  }

  write(chunks: readonly Uint8Array[]): void {
    const { writable } = this;
    const last = chunks.length - 1;
    if (last > 0) writable.cork?.();
    for (let i = 0; i < last; i++) writable.write(chunks[i] as Uint8Array, nothing);
    writable.write(chunks[last] as Uint8Array, this.#written);
    if (last > 0) writable.uncork?.();
  }

  unsent(): number | undefined {
    return undefined;
  }

  pause(): void {
    this.readable.pause();
  }

  resume(): void {
    this.readable.resume();
  }

  end(): void {
    if (!this.writable.writableEnded) this.writable.end();
  }

  destroy(): void {
    this.readable.destroy();
    this.writable.destroy();
  }

  reset(): void {
    // Streams that pass failures on do so only for a reason.
    const why = new Error("the connection was aborted");
    this.readable.destroy(why);
    this.writable.destroy(why);
  }

  readonly #written = (error?: Error | null): void => {
    if (!error) this.sink?.sent();
  };
}
