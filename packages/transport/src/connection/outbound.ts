// Law: messages of one turn gather in one buffer and leave by one write; large ones follow by reference, in order.
// Nothing grows without bound: past `highWater` bytes senders are told to wait, past `maxQueued` sending fails.
//
//   send ──► gather (bytes being filled) ──► pending (sealed, ours) ──► flight (the port's) ──► sent
//            └─ sealed at the end of the turn    └─ still revocable       └─ in the system's hands

import { type Codec, Encoder } from "@wireform/codec";
import type { Clock } from "./clock.js";
import { ConnectionError, quiet } from "./errors.js";
import { gatherBuffer, giveBuffer, isLent, smallBuffer, takeBuffer } from "./pool.js";
import type { Port } from "./port.js";
import { Senders } from "./senders.js";

/** Bytes of this many or more are sent from where they lie, without being copied. */
const large = 16 * 1024;
/** After a large message so many more are taken for large ones too, before it is tried whether they fit. */
const largeInARow = 16;
/** A write is begun behind an unfinished one only for this much; less goes on gathering. */
const secondWrite = 64 * 1024;

interface Piece {
  readonly bytes: Uint8Array;
  /** The pool's buffer under `bytes`, if it is the pool's. */
  readonly buffer: Uint8Array | undefined;
}

interface Batch {
  readonly pieces: Piece[];
  readonly bytes: number;
}

/** Whom an {@link Outbound} reports to. */
export interface OutboundOwner {
  /** Bytes were handed to the port, or it is done with some. */
  progressed(): void;
  /** Nothing is left to send. */
  drained(): void;
}

interface OutboundOptions<In> {
  readonly clock: Clock;
  readonly encoder: Encoder<In>;
  readonly highWater: number;
  readonly maxQueued: number;
}

const resolved: Promise<void> = Promise.resolve();

/** The sending half of a connection. */
export class Outbound<In> {
  readonly #owner: OutboundOwner;
  readonly #port: Port;
  readonly #options: OutboundOptions<In>;
  #encoder: Encoder<In>;

  #gather: Uint8Array | undefined;
  #fill = 0;
  #expect = smallBuffer;
  #expectLarge = 0;
  #pending: Piece[] = [];
  #pendingBytes = 0;
  readonly #flight: Batch[] = [];
  #flightBytes = 0;

  /** True while a message is being encoded, whose getters may send others. */
  #encoding = false;
  #corked = false;
  #scheduled = false;
  /** Below so many queued bytes there is nothing to see to, because somebody will write. */
  #easy = 0;
  #finishing = false;
  #ended = false;
  #failure: ConnectionError | undefined;
  #turnEnds: (() => void) | undefined;
  readonly #senders: Senders;

  /** True while no message may be added. */
  barred = false;
  /** Messages handed to `send`. */
  messages = 0;
  /** Bytes that the system has accepted. */
  sentBytes = 0;
  /** Writes that were handed to the port. */
  writes = 0;

  constructor(owner: OutboundOwner, port: Port, options: OutboundOptions<In>) {
    this.#owner = owner;
    this.#port = port;
    this.#options = options;
    this.#encoder = options.encoder;
    this.#senders = new Senders(options.clock, this, options.highWater / 2);
  }

  /** Bytes encoded and not yet accepted by the system. */
  get queued(): number {
    return this.#fill + this.#pendingBytes + this.#flightBytes;
  }

  /** True while the port holds bytes that the system has not accepted. */
  get writing(): boolean {
    return this.#flight.length > 0;
  }

  /** Bytes that the system has taken so far, those of unfinished writes included; it only grows. */
  get accepted(): number {
    return this.sentBytes + this.#flightBytes - (this.#port.unsent() ?? this.#flightBytes);
  }

  /** True once nothing more may be sent. */
  get over(): boolean {
    return this.#finishing || this.#failure !== undefined;
  }

  use(codec: Codec<unknown, In>): void {
    this.#encoder = new Encoder(codec);
  }

  /** What stands in the way of adding a message. */
  obstacle(): ConnectionError {
    if (this.#failure) return this.#failure;
    if (this.#finishing) return new ConnectionError("closed", "nothing can be sent after finish() or close()");
    const text = `${this.queued} bytes wait for a peer that does not read them (maxQueued ${this.#options.maxQueued})`;
    return new ConnectionError("limit", `${text}; await send() to wait for the peer in time`);
  }

  /** Encodes a message into the gathering buffer and returns how much is queued. Throws the codec's EncodeError with nothing added. */
  add(message: In): number {
    if (this.#expectLarge > 0 || this.#encoding) return this.#addPieces(this.pieces(message));
    const gather = this.#gather ?? this.#open(this.#expect);
    const start = this.#fill;
    this.#encoding = true;
    const end = this.#encoder.write(message, gather, start);
    this.#encoding = false;
    if (end < 0) return this.#addPieces(this.pieces(message));
    // What its getters have sent is closed off, in another buffer, and goes first.
    if (this.#gather !== gather) return this.#addPieces([gather.subarray(start, end)]);
    this.#fill = end;
    this.messages++;
    const queued = end + this.#pendingBytes + this.#flightBytes;
    return queued < this.#easy ? queued : this.#weigh();
  }

  /** Adds messages as `add` does, from the `from`th on, until there is something to see to; tells which one is the next. */
  addEasy(messages: readonly In[], from: number): number {
    const gather = this.#gather;
    if (gather === undefined || this.#expectLarge > 0 || this.#encoding || this.barred) return from;
    const most = this.#easy - this.#pendingBytes - this.#flightBytes;
    for (let i = from; i < messages.length; i++) {
      const start = this.#fill;
      this.#encoding = true;
      const end = this.#encoder.write(messages[i] as In, gather, start);
      this.#encoding = false;
      if (end >= 0 && this.#gather !== gather) {
        this.#addPieces([gather.subarray(start, end)]);
        return i + 1;
      }
      if (end < 0 || end >= most) return i;
      this.#fill = end;
      this.messages++;
    }
    return messages.length;
  }

  /** Adds bytes as they are; from 16 KiB on by reference, so they must not change until flushed. */
  addBytes(bytes: Uint8Array): void {
    this.#addPiece(bytes);
    this.#added();
  }

  /** The pieces of a message, to be added. Throws the codec's EncodeError. */
  pieces(message: In): Uint8Array[] {
    return this.#encoder.pieces(message, large);
  }

  /** Adds pieces that can be taken back until they are handed to the port. Returns the way to take them back. */
  addRevocable(parts: readonly Uint8Array[]): () => boolean {
    this.#seal();
    const pieces = parts.map((bytes) => this.#apart(bytes));
    for (const piece of pieces) this.#queue(piece);
    this.#added();
    return () => {
      const index = this.#pending.indexOf(pieces[0] as Piece);
      if (index < 0) return false;
      for (const { bytes } of this.#pending.splice(index, pieces.length)) this.#pendingBytes -= bytes.length;
      this.messages--;
      return true;
    };
  }

  /** A promise that resolves when more may be sent; always the same one while there is no room. */
  room(): Promise<void> {
    return this.queued < this.#options.highWater ? resolved : this.#senders.room();
  }

  /** Holds back writing until `uncork`, which writes: for as long as one received chunk is being answered. */
  cork(): void {
    this.#corked = true;
    this.#easy = this.#options.highWater;
  }

  uncork(): void {
    this.#corked = false;
    this.#easy = this.#scheduled ? this.#options.highWater : 0;
    if (this.#fill > 0 || this.#pending.length > 0) this.push();
  }

  /** Hands to the port what it has room for; the rest goes on gathering until the port reports progress. */
  push(): void {
    this.#scheduled = false;
    this.#easy = this.#corked ? this.#options.highWater : 0;
    if (this.#failure) return;
    const waiting = this.#fill + this.#pendingBytes;
    const room = this.#flight.length === 0 || (waiting >= secondWrite && this.#flightBytes < this.#options.highWater);
    if (waiting > 0 && room) {
      this.#seal();
      const batch: Batch = { pieces: this.#pending, bytes: waiting };
      this.#pending = [];
      this.#pendingBytes = 0;
      this.#flight.push(batch);
      this.#flightBytes += waiting;
      this.writes++;
      this.#port.write(batch.pieces.map((piece) => piece.bytes));
      this.#owner.progressed();
    }
    if (this.#finishing && !this.#ended && !this.#encoding && this.#fill + this.#pendingBytes === 0) {
      this.#ended = true;
      this.#port.end();
    }
  }

  /** Resolves when all that was sent so far has been accepted by the system. */
  flush(): Promise<void> {
    this.push();
    if (this.#failure) return quiet(Promise.reject(this.#failure));
    return this.queued === 0 ? resolved : this.#senders.flush(this.sentBytes + this.queued);
  }

  /** Nothing may be sent after this; what is queued leaves, then the port is ended. */
  finish(): Promise<void> {
    this.#finishing = true;
    this.barred = true;
    return this.flush();
  }

  /** The port reports that its oldest write is done. */
  sent(): void {
    const batch = this.#flight.shift();
    if (batch === undefined) return;
    for (const piece of batch.pieces) if (piece.buffer) giveBuffer(piece.buffer);
    this.#flightBytes -= batch.bytes;
    this.sentBytes += batch.bytes;
    this.barred = this.over || this.queued >= this.#options.maxQueued;
    this.#owner.progressed();
    if (!this.#scheduled && !this.#corked) this.push();
    this.#senders.goOn();
    if (this.queued === 0) this.#owner.drained();
  }

  /** Nothing will leave any more; everyone who waits learns why. */
  fail(error: ConnectionError): void {
    if (this.#failure) return;
    this.#failure = error;
    this.barred = true;
    this.#senders.fail(error);
    // Buffers in flight may still be read by the system: they are left to the garbage collector.
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#gather = undefined;
    this.#fill = 0;
  }

  #open(size: number): Uint8Array {
    this.#fill = 0;
    return (this.#gather = takeBuffer(size));
  }

  /** Closes the gathering buffer; its bytes become a pending piece. */
  #seal(): void {
    const gather = this.#gather;
    if (gather === undefined) return;
    const fill = this.#fill;
    this.#gather = undefined;
    this.#fill = 0;
    this.#expect = fill > smallBuffer / 2 ? gatherBuffer : smallBuffer;
    const whole = this.#port.passesOn || this.#encoding ? undefined : gather;
    if (fill > 0) this.#queue({ bytes: whole ? gather.subarray(0, fill) : gather.slice(0, fill), buffer: whole });
    // One that is being written to is nobody's any more.
    if ((fill === 0 || !whole) && !this.#encoding) giveBuffer(gather);
  }

  #queue(piece: Piece): void {
    this.#pending.push(piece);
    this.#pendingBytes += piece.bytes.length;
  }

  /** The slower way in, for what is large or does not fit. */
  #addPieces(pieces: readonly Uint8Array[]): number {
    let size = 0;
    for (const piece of pieces) {
      this.#addPiece(piece);
      size += piece.length;
    }
    this.#expectLarge = size >= large ? largeInARow : Math.max(0, this.#expectLarge - 1);
    return this.#added();
  }

  /** Large bytes as they are; as a copy where they lie in a buffer that is about to be read into again, or are passed on. */
  #apart(bytes: Uint8Array): Piece {
    const copied = this.#port.passesOn || isLent(bytes.buffer);
    return { bytes: copied ? bytes.slice() : bytes, buffer: undefined };
  }

  #addPiece(bytes: Uint8Array): void {
    if (this.#encoding) this.#seal();
    if (bytes.length >= large) {
      this.#seal();
      this.#queue(this.#apart(bytes));
      return;
    }
    if (!this.#gather || this.#fill + bytes.length > this.#gather.length) {
      this.#seal();
      this.#open(Math.max(this.#expect, bytes.length));
    }
    (this.#gather as Uint8Array).set(bytes, this.#fill);
    this.#fill += bytes.length;
  }

  #added(): number {
    this.messages++;
    return this.#weigh();
  }

  /** Sees to it that what waits is written, and says how much that is. */
  #weigh(): number {
    const waiting = this.#fill + this.#pendingBytes;
    const queued = waiting + this.#flightBytes;
    if (queued >= this.#options.maxQueued) this.barred = true;
    if (waiting >= this.#options.highWater) this.push();
    else if (!this.#corked && !this.#scheduled) {
      this.#scheduled = true;
      this.#easy = this.#options.highWater;
      this.#turnEnds ??= () => {
        if (this.#scheduled) this.push();
      };
      this.#options.clock.defer(this.#turnEnds);
    }
    return queued;
  }
}
