// Law: one timer a connection, armed for the nearest deadline; bytes only write down the time. Before anyone is
// judged, the bytes that already arrived are read, so a busy event loop of ours is never the peer's fault.

import { afterReading, type Clock } from "./clock.js";
import type { Heartbeat, Timeouts } from "./options.js";

/** What a watch may know about its connection. */
export interface Watched {
  /** Received bytes wait for our own consumer, or nothing can arrive any more: the peer is not the slow one. */
  readonly held: boolean;
  /** Bytes of a message that has begun and is not complete. */
  readonly partial: number;
  /** True while bytes wait for the system to take them. */
  readonly writing: boolean;
  /** Bytes that the system has taken so far. */
  readonly accepted: number;
  readonly messages: number;
  expired(what: string): void;
  beat(): void;
}

const never = Number.POSITIVE_INFINITY;
const notNow = -1;

/** The clockwork of one connection: five deadlines and a heartbeat. */
export class Watch {
  readonly #clock: Clock;
  readonly #limits: Timeouts;
  readonly #heartbeat: Heartbeat<unknown> | undefined;
  readonly #watched: Watched;
  #handshakeSince: number;
  #timer: unknown;
  #onTimer: (() => void) | undefined;
  #armedFor = never;
  #judging = false;
  #stopped = false;

  #read: number;
  #wrote: number;
  #messageSince = notNow;
  #messagesBefore = 0;
  #stalledSince = notNow;
  #accepted = 0;
  #nextBeat = never;
  #heard = true;
  #unanswered = 0;

  /** Beats sent since the peer was last heard. */
  get unanswered(): number {
    return this.#unanswered;
  }

  constructor(clock: Clock, limits: Timeouts, heartbeat: Heartbeat<unknown> | undefined, watched: Watched) {
    this.#clock = clock;
    this.#limits = limits;
    this.#heartbeat = heartbeat;
    this.#watched = watched;
    this.#handshakeSince = this.#read = this.#wrote = clock.now();
    if (heartbeat) this.#nextBeat = this.#read + heartbeat.interval;
    this.#arm(this.#nearest());
  }

  /** Bytes arrived. */
  heard(): void {
    this.#heard = true;
    if (this.#limits.idleRead > 0) this.#read = this.#clock.now();
  }

  /** The consumer was served: a message may have begun, gone on or been completed. */
  served(): void {
    const limit = this.#limits.messageDeadline;
    if (limit <= 0) return;
    const watched = this.#watched;
    if (watched.held || watched.partial === 0) this.#messageSince = notNow;
    else if (this.#messageSince === notNow || watched.messages !== this.#messagesBefore) {
      this.#messageSince = this.#clock.now();
      this.#arm(this.#messageSince + limit);
    }
    this.#messagesBefore = watched.messages;
  }

  /** Bytes were handed to the system, or taken by it. */
  wrote(): void {
    const { idleWrite, writeStall } = this.#limits;
    if (idleWrite <= 0 && writeStall <= 0) return;
    const now = this.#clock.now();
    this.#progress(now);
    if (this.#stalledSince !== notNow && writeStall > 0) this.#arm(this.#stalledSince + writeStall);
  }

  /** Bytes that leave little by little, inside one write, are progress too. */
  #progress(now: number): void {
    const { accepted, writing } = this.#watched;
    const moved = accepted > this.#accepted;
    this.#accepted = accepted;
    if (moved) this.#wrote = now;
    if (!writing) this.#stalledSince = notNow;
    else if (moved || this.#stalledSince === notNow) this.#stalledSince = now;
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(at: number): void {
    if (this.#stopped || at >= this.#armedFor) return;
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#armedFor = at;
    this.#timer = this.#clock.setTimeout(
      (this.#onTimer ??= () => this.#wake()),
      Math.max(0, Math.ceil(at - this.#clock.now())),
    );
  }

  /** The nearest time at which something could be wrong. */
  #nearest(): number {
    const { handshake, idleRead, idleWrite, messageDeadline, writeStall } = this.#limits;
    let at = this.#nextBeat;
    if (handshake > 0 && this.#watched.messages === 0) at = Math.min(at, this.#handshakeSince + handshake);
    if (idleRead > 0) at = Math.min(at, this.#read + idleRead);
    if (idleWrite > 0) at = Math.min(at, this.#wrote + idleWrite);
    if (messageDeadline > 0 && this.#messageSince !== notNow) at = Math.min(at, this.#messageSince + messageDeadline);
    if (writeStall > 0 && this.#stalledSince !== notNow) at = Math.min(at, this.#stalledSince + writeStall);
    return at;
  }

  #wake(): void {
    this.#timer = undefined;
    this.#armedFor = never;
    if (this.#stopped || this.#judging) return;
    if (this.#nearest() > this.#clock.now()) {
      this.#arm(this.#nearest());
    } else {
      this.#judging = true;
      afterReading(this.#clock, () => this.#judge());
    }
  }

  #judge(): void {
    this.#judging = false;
    if (this.#stopped) return;
    const now = this.#clock.now();
    const watched = this.#watched;
    this.#progress(now);
    if (watched.held) this.#read = this.#handshakeSince = now;

    const what = this.#overdue(now);
    if (what !== undefined) {
      watched.expired(what);
      return;
    }
    if (this.#heartbeat && now >= this.#nextBeat && !this.#beat(this.#heartbeat, now)) return;
    if (!this.#stopped) this.#arm(this.#nearest());
  }

  /** What took too long, if anything did. */
  #overdue(now: number): string | undefined {
    const { handshake, idleRead, idleWrite, messageDeadline, writeStall } = this.#limits;
    if (handshake > 0 && this.#watched.messages === 0 && now >= this.#handshakeSince + handshake) {
      return `no complete message within ${handshake} ms of connecting (handshake)`;
    }
    if (idleRead > 0 && now >= this.#read + idleRead) return `nothing was received for ${idleRead} ms (idleRead)`;
    if (messageDeadline > 0 && this.#messageSince !== notNow && now >= this.#messageSince + messageDeadline) {
      const got = this.#watched.partial;
      return `a message took longer than ${messageDeadline} ms, ${got} bytes of it arrived (messageDeadline)`;
    }
    if (writeStall > 0 && this.#stalledSince !== notNow && now >= this.#stalledSince + writeStall) {
      return `the peer read nothing for ${writeStall} ms of what waits for it (writeStall)`;
    }
    if (idleWrite > 0 && now >= this.#wrote + idleWrite) return `nothing was sent for ${idleWrite} ms (idleWrite)`;
    return undefined;
  }

  /** Returns false when the peer is dead. */
  #beat(heartbeat: Heartbeat<unknown>, now: number): boolean {
    if (this.#heard || this.#watched.held) this.#unanswered = 0;
    if (this.#unanswered >= heartbeat.misses) {
      this.#watched.expired(
        `${this.#unanswered} heartbeats were not answered, ${heartbeat.interval} ms apart (heartbeat)`,
      );
      return false;
    }
    this.#heard = false;
    this.#unanswered++;
    this.#nextBeat = now + heartbeat.interval;
    this.#watched.beat();
    return true;
  }
}
