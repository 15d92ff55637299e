// Law: a session is the peers there are and what was said to whom; where lines are typed and shown is not its business.

import { ConnectionError } from "@wireform/transport";
import { Exit, usage } from "../failure.js";
import type { Io } from "../io.js";
import { addressText } from "../sources/address.js";
import { Arrivals } from "./arrivals.js";
import type { About, Log } from "./log.js";
import { addressOf } from "./open.js";
import type { Side } from "./side.js";
import { type Piece, Tap, type Wire } from "./wire.js";

export interface Peer {
  readonly number: number;
  readonly wire: Wire;
}

/** What is fixed from the start. */
export interface Setting {
  readonly io: Io;
  readonly log: Log;
  readonly receive: Side;
  readonly send: Side;
  /** True where there may be several peers. */
  readonly several: boolean;
  /** Milliseconds to wait for what is expected. */
  readonly timeout: number;
}

export class Session {
  readonly setting: Setting;
  readonly peers = new Map<number, Peer>();
  readonly arrivals = new Arrivals();
  /** Whom lines go to; undefined for everybody. */
  to: number | undefined;
  /** Set once no more lines are wanted. */
  over = false;
  /** What the session will say of itself at its end. */
  exit: Exit = Exit.ok;
  /** Set off when the one peer there was is gone. */
  readonly ended = new AbortController();
  /** Set off when there is no use in waiting any more. */
  readonly signal: AbortSignal;
  private readonly broken = new AbortController();
  private last = 0;
  private readonly following = new Set<Promise<void>>();

  constructor(setting: Setting) {
    this.setting = setting;
    this.signal = AbortSignal.any([setting.io.interrupted, this.broken.signal]);
  }

  /** Takes on a connection; resolves when it is over and all of it is shown. */
  join(wire: Wire): Promise<void> {
    const peer = { number: ++this.last, wire };
    this.peers.set(peer.number, peer);
    const followed = this.follow(peer)
      .catch((error) => {
        wire.abort(error);
        this.broken.abort(error);
      })
      .finally(() => {
        this.following.delete(followed);
        if (!this.setting.several || this.broken.signal.aborted) this.ended.abort();
      });
    this.following.add(followed);
    return followed;
  }

  /** Whom a line is for. */
  targets(): Peer[] {
    const { to, peers } = this;
    const chosen = to === undefined ? [...peers.values()] : [...peers.values()].filter(({ number }) => number === to);
    if (chosen.length === 0) throw usage(to === undefined ? "nobody is connected" : `${to} is not connected any more`);
    return chosen;
  }

  /** Sends bytes to whom lines are for. */
  async send(bytes: Uint8Array): Promise<void> {
    await this.each(({ wire }) => wire.sendBytes(bytes));
  }

  /** Does the same with each of whom lines are for; that one of them is gone is told when it is. */
  async each(act: (peer: Peer) => Promise<void> | void): Promise<void> {
    for (const peer of this.targets()) {
      try {
        await act(peer);
      } catch (error) {
        if (!(error instanceof ConnectionError)) throw error;
        if (error.code === "closed") throw usage("nothing can be sent after .finish");
      }
    }
  }

  /** Ends every connection well, and waits until that is done. */
  async close(): Promise<void> {
    this.over = true;
    await Promise.all([...this.peers.values()].map(({ wire }) => wire.close()));
    await Promise.all(this.following);
  }

  /** Says goodbye to everybody and gives them time to say it too. */
  async leave(): Promise<void> {
    const timer = setTimeout(() => void this.close(), this.setting.timeout);
    for (const { wire } of this.peers.values()) wire.finish().catch(() => {});
    await Promise.all(this.following);
    clearTimeout(timer);
  }

  /** Throws what broke the session, where it is no peer's fault: that nobody reads what is written, for one. */
  check(): void {
    this.broken.signal.throwIfAborted();
  }

  /** Ends everything at once. */
  async abandon(): Promise<void> {
    for (const { wire } of this.peers.values()) wire.abort();
    await Promise.allSettled(this.following);
  }

  private async follow(peer: Peer): Promise<void> {
    const { log, receive, several, io } = this.setting;
    const { number, wire } = peer;
    const about: About = { mark: several ? `${number} <` : "<", connection: number };
    const remote = addressText(addressOf(wire.remote), io.cwd);
    const opened = several ? `${number} has connected from ${remote}` : `connected to ${remote}`;
    await log.event(about, "open", opened, { remote });
    this.arrivals.put({ peer: number, what: "connection" });
    const tap = new Tap(receive.codec);
    try {
      for await (const bytes of wire) await this.show(about, tap.push(bytes));
      if (!this.over) await this.show(about, tap.end());
      if (wire.writable) {
        const hint = log.screen ? " (.finish or .close ends our side)" : "";
        await log.event(about, "finished", `${several ? number : "the peer"} has finished${hint}`);
      }
      this.arrivals.put({ peer: number, what: "end" });
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
    }
    const { error } = await wire.closed;
    this.peers.delete(number);
    if (error && error.code !== "aborted" && this.exit === Exit.ok) this.exit = Exit.usage;
    const partial = tap.partial > 0 ? `, in a message of which ${tap.partial} bytes had come` : "";
    const why = !error ? " is closed" : error.code === "aborted" ? " is cut" : ` is closed: ${error.message}${partial}`;
    await log.event(about, "close", `${several ? number : "the connection"}${why}`, error && { error: error.message });
    this.arrivals.put({ peer: number, what: "close" });
  }

  private async show(about: About, pieces: Iterable<Piece>): Promise<void> {
    for (const piece of pieces) {
      if (piece.raw) this.exit = Exit.decode;
      await this.setting.log.piece(about, this.setting.receive, piece);
      this.arrivals.put({ peer: about.connection, what: "message", piece });
    }
  }
}
